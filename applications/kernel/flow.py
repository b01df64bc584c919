"""The one mechanism that changes a status: a literal table of moves, and `advance`."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.kernel import audit
from applications.kernel.access import require
from applications.kernel.errors import Refused

STAYS = None


@dataclass(frozen=True)
class Move:
    """name: the verb; sources: statuses it starts from; target: where it leads, or STAYS; permission: who may."""

    name: str
    sources: tuple
    target: str | None
    permission: str


def said_of(thing, person):
    """The status of a thing in words, as this person may know it: firms read less of some than the desk does (firm_status)."""
    told = getattr(thing, "firm_status", "") if person.role == "applicant" else ""
    return getattr(told, "label", told) or thing.get_status_display()


class Flow:
    """All statuses and moves of one kind of thing."""

    def __init__(self, *moves):
        self.moves = {}
        for move in moves:
            if move.name in self.moves:
                raise ValueError(f"The move {move.name} stands twice in the table.")
            self.moves[move.name] = move

    def check(self, obj, name, *, by):
        """The move, if this person may make it now. Raises Denied (who) or Refused (when)."""
        move = self.moves[name]
        require(by, move.permission, obj)
        if obj.status not in move.sources:
            raise Refused(
                _("This is not possible while the status is “%(status)s”.") % {"status": said_of(obj, by)},
                about=obj,
            )
        return move

    def open_to(self, obj, user):
        """Names of the moves that this person may make now: what a page draws its buttons from."""
        moves = [move for move in self.moves.values() if obj.status in move.sources]
        granted = {name for name in {move.permission for move in moves} if user.has_perm(name, obj)}
        return [move.name for move in moves if move.permission in granted]

    @transaction.atomic
    def advance(self, obj, name, *, by, unless=None, note="", **fields):
        """Make one move: lock the row, ask who, when and whether, change it, leave a trace.

        unless: a function of the locked thing that returns the reasons against (empty is yes).
        fields: what else changes with the status. Raises Denied or Refused; then nothing has changed.
        """
        vars(obj).pop("found_for", None)  # sight is asked anew under the lock
        obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update(no_key=True))
        self.check(obj, name, by=by)
        if unless and (reasons := unless(obj)):
            raise Refused(*reasons, about=obj)
        self.make(obj, name, by=by, note=note, **fields)

    @transaction.atomic
    def make(self, obj, name, *, by, note="", **fields):
        """The second half of advance, for whoever has locked the row and asked `check` under that lock."""
        fields["status"] = self.moves[name].target or obj.status
        before = audit.values(obj, fields)
        for field, value in fields.items():
            setattr(obj, field, value)
        obj.save(update_fields=fields)
        before, after = audit.changed(before, audit.values(obj, fields), always=("status",))
        audit.record(name, obj, by=by, before=before, after=after, note=note)

    @transaction.atomic
    def advance_each(self, found, name, *, by, notes):
        """Make one move with many things of one kind, in a handful of queries; all of them or none.

        found: a queryset; notes: {pk: why}, for each thing of it. Raises Denied or Refused for the first that cannot.
        """
        target = self.moves[name].target
        if not (things := list(found.select_for_update(of=("self",), no_key=True).order_by("pk"))):
            return []
        for thing in things:
            self.check(thing, name, by=by)
        if target:
            type(things[0])._base_manager.filter(pk__in=[thing.pk for thing in things]).update(status=target)
        audit.record_each(
            name,
            (
                (thing, {"status": thing.status}, {"status": target or thing.status}, notes[thing.pk])
                for thing in things
            ),
            by=by,
        )
        for thing in things:
            thing.status = target or thing.status
        return things
