"""The pieces of a call as a tree: what each kind stands in, and how one is found by its place. building.py has their verbs.

A place is the ordinals of what a piece stands in and its own, 1-2-3 for a criterion.
"""

from dataclasses import dataclass, field

from applications.calls.models import Part, Question, RequiredPaper
from applications.calls.ruling import Item, Quota
from applications.calls.stages import Criterion, CriterionGroup, Point, Stage


@dataclass(frozen=True)
class Kind:
    """A kind of piece: its table, the section it belongs to, and what it stands in."""

    model: type
    section: str
    within: str = "call"
    only: dict = field(default_factory=dict)  # of the rows of the table


KINDS = {
    "part": Kind(Part, "plan"),
    "question": Kind(Question, "plan", "part"),
    "paper": Kind(RequiredPaper, "papers", only={"question": None}),  # the others follow their questions
    "stage": Kind(Stage, "criteria"),
    "group": Kind(CriterionGroup, "criteria", "stage"),
    "criterion": Kind(Criterion, "criteria", "group"),
    "point": Kind(Point, "criteria", "stage"),
    "item": Kind(Item, "items"),
    "quota": Kind(Quota, "quotas"),
}


def ways_up(name):
    """How a piece of this kind reaches itself and all that it stands in, in lookups: "", group__, group__stage__."""
    found, path = [""], ""
    while (within := KINDS[name].within) != "call":
        name, path = within, f"{path}{within}__"
        found.append(path)
    return found


def pieces(call, name):
    """All pieces of one kind of a call, in their order."""
    kind, paths = KINDS[name], ways_up(name)
    found = kind.model.objects.filter(**{f"{paths[-1]}call": call}, **kind.only)
    return found.order_by(*(f"{path}ordinal" for path in reversed(paths)))


def at(call, name, place):
    """The piece at a place, None where there is none. place: numbers with hyphens between."""
    paths, numbers = ways_up(name), place.split("-")
    if len(paths) != len(numbers):
        return None
    ordinals = {f"{path}ordinal": int(number) for path, number in zip(paths, reversed(numbers), strict=True)}
    return pieces(call, name).filter(**ordinals).first()


def place_of(name, piece):
    """Where a piece stands."""
    within = KINDS[name].within
    own = str(piece.ordinal)
    return own if within == "call" else f"{place_of(within, getattr(piece, within))}-{own}"


def beside(name, piece):
    """The pieces that stand in the same, in order."""
    kind = KINDS[name]
    others = kind.model.objects.filter(**{kind.within: getattr(piece, kind.within)}, **kind.only)
    return others.order_by("ordinal")
