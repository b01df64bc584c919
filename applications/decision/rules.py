"""WHETHER of decisions: the order, the cut, ties (docs/domain.md, ranking and decision)."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from applications.kernel.errors import Reason


@dataclass(frozen=True)
class Candidate:
    """What ranking knows of an application. grant_krw is 0 where no money is granted."""

    pk: int
    final: Decimal
    base: Decimal
    ties: tuple
    field: int | None = None
    grant_krw: int = 0
    failings: tuple = ()

    @property
    def key(self):
        return (self.final, *self.ties)


@dataclass(frozen=True)
class Line:
    """One line of a result list. result: selected, reserved or declined."""

    candidate: Candidate
    rank: int
    result: str
    reserve_rank: int | None
    reason: str


def order(candidates, preferred=()):
    """Best first: final score, then the tie keys; whom a committee preferred goes before its equals.

    What is equal even then keeps the order of its primary key on the page, and `ties_at_the_cut` asks a person.
    """
    return sorted(candidates, key=lambda c: (*(-part for part in c.key), c.pk not in preferred, c.pk))


def cut(candidates, *, seats, reserves, pass_mark, select_mark, budget_krw=None, quotas=None, preferred=()):
    """The result list: Lines, best first.

    quotas: {field id: most places}. Marks are compared with the base score, without bonus; budget_krw bounds the
    sum of the grants. Who would be selected but for a seat, a quota or the budget becomes a reserve.
    """
    quotas = dict(quotas or {})
    left, reserve_rank, lines = budget_krw, 0, []
    for rank, c in enumerate(order(candidates, preferred), 1):
        result, reason = "declined", ""
        if c.failings:
            reason = _("Below the floor or knocked out: %(what)s") % {"what": ", ".join(c.failings)}
        elif c.base < pass_mark:
            reason = _("Base score below the pass mark of %(mark)s") % {"mark": pass_mark}
        else:
            reason = obstacle(c, seats, quotas, left, select_mark)
            if not reason:
                result, reason = "selected", _("Within places, quota and budget")
                seats -= 1
                if c.field in quotas:
                    quotas[c.field] -= 1
                if left is not None:
                    left -= c.grant_krw
            elif reserve_rank < reserves:
                result = "reserved"
                reserve_rank += 1
        lines.append(Line(c, rank, result, reserve_rank if result == "reserved" else None, str(reason)))
    return lines


def obstacle(c, seats, quotas, left, select_mark):
    """What keeps a passer from being selected, or "" where nothing does."""
    if c.base < select_mark:
        return _("Between the pass mark and the select mark of %(mark)s") % {"mark": select_mark}
    if seats == 0:
        return _("No place left")
    if quotas.get(c.field) == 0:
        return _("The quota of the field is full")
    if left is not None and c.grant_krw > left:
        return _("More than what is left of the budget")
    return ""


def ties_at_the_cut(lines, preferred=()):
    """Groups of candidates with equal keys of which some are selected and some are not: a person decides."""
    groups = {}
    for line in lines:
        if not line.candidate.failings:
            groups.setdefault(line.candidate.key, []).append(line)
    return [
        [line.candidate for line in group]
        for group in groups.values()
        if len({line.result == "selected" for line in group}) > 1
        and not any(line.candidate.pk in preferred for line in group)
    ]


def not_ready(*, open_numbers, lines, preferred, now, closes_at):
    """Why no list can be proposed yet.

    open_numbers: applications that are still screened or reviewed.
    """
    reasons = []
    if now < closes_at:
        reasons.append(Reason(_("The call is still open.")))
    if open_numbers:
        shown = ", ".join(open_numbers[:5])
        reasons.append(
            Reason(_("%(count)d applications are not through yet: %(some)s") % {"count": len(open_numbers), "some": shown})
        )
    if not lines and not open_numbers:
        reasons.append(Reason(_("There is nothing to rank.")))
    if ties_at_the_cut(lines, preferred):
        reasons.append(Reason(_("Equal scores stand across the cut: choose whom the committee prefers."), "preferred"))
    return reasons


CHANGED = _("Scores or applications have changed since the list was drawn. Please propose it again.")


def stale(proposal, fingerprint):
    """An approval holds for what was seen: any change since asks for a new list."""
    if proposal.fingerprint != fingerprint:
        return [Reason(CHANGED)]
    return []
