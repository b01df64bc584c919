"""Predicates: who may do a thing, as small questions that can be combined."""

from applications.kernel.errors import Denied


class Predicate:
    """A question about a person and a thing; combine with | & ~.

    about_thing: the answer needs a thing; without one it is no. choices: the names that an "or" joins.
    possible: user → the answers that things may bring, for the page that lists all permissions.
    """

    def __init__(self, ask, *, about_thing=True, name=None, choices=(), possible=None):
        self.ask, self.about_thing = ask, about_thing
        self.name = name or ask.__name__
        self.choices = choices or (self.name,)
        self.possible = possible or (lambda user: {True, False} if about_thing else {bool(ask(user, None))})

    def __call__(self, user, thing=None):
        if self.about_thing and thing is None:
            return False
        return bool(self.ask(user, thing))

    def __or__(self, other):
        choices = (*self.choices, *other.choices)
        return Predicate(
            lambda user, thing: self(user, thing) or other(user, thing),
            about_thing=False,
            name=f"({' or '.join(choices)})",
            choices=choices,
            possible=lambda user: {one or two for one in self.possible(user) for two in other.possible(user)},
        )

    def __and__(self, other):
        return Predicate(
            lambda user, thing: self(user, thing) and other(user, thing),
            about_thing=self.about_thing or other.about_thing,
            name=f"{self.name} and {other.name}",
            possible=lambda user: {
                one and two for one in self.possible(user) for two in other.possible(user)
            },
        )

    def __invert__(self):
        return Predicate(
            lambda user, thing: not self.ask(user, thing),
            about_thing=self.about_thing,
            name=f"not {self.name}",
            possible=lambda user: {not one for one in self.possible(user)},
        )


@Predicate
def visible(user, thing):
    """The thing is among those that its table shows to this person.

    A thing that a page has just found among them is not looked for again; a move under a lock looks anew.
    """
    if vars(thing).get("found_for") == user.pk:
        return True
    return type(thing).objects.visible_to(user).filter(pk=thing.pk).exists()


def require(user, permission, thing=None):
    """Pass, or raise Denied."""
    if not user.has_perm(permission, thing):
        raise Denied(permission)
