"""WHETHER of decisions: the order, the cut, ties (docs/domain.md, ranking and decision)."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from applications.decision.selection import Purse, Room, ends
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short
from applications.templatetags.grants import day

PLACE = "place"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ranking knows of an application. grant_krw is 0 where no money is granted."""

    pk: int
    final: Decimal
    base: Decimal
    ties: tuple
    field: int | None = None
    region: int | None = None
    grant_krw: int = 0
    failings: tuple = ()

    @property
    def key(self):
        return (self.final, *self.ties)

    @property
    def kind(self):
        """Its class as bounds see it."""
        return (self.field, self.region)

    @property
    def coming(self):
        """(its class, its grant) as the room of a list takes it."""
        return (self.kind, self.grant_krw)


@dataclass(frozen=True, slots=True)
class Deviation:
    """What the committee decided on one application. result: selected, reserved or declined; words: the reason of its line."""

    result: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a result list. result: selected, reserved or declined; passed: no failing, no mark against it.

    by_committee: a meeting of the committee decided the result, not the rank.
    """

    candidate: Candidate
    rank: int
    result: str
    reserve_rank: int | None
    reason: str
    passed: bool
    by_committee: bool = False


def order(candidates, decided=None):
    """Best first: final score, then the tie keys, then the place that a person gave among equals.

    decided: {id: place among its equals}; who has none stands behind them. What is equal even then stands by its
    primary key on the page, and `undecided` asks a person wherever that would matter.
    """
    decided = decided or {}
    last = max(decided.values(), default=0) + 1
    return sorted(candidates, key=lambda c: (*(-part for part in c.key), decided.get(c.pk, last), c.pk))


def broken_by(above, row):
    """Which tie key parts two neighbours of the ranking: its place, or None where no tie is broken.

    above, row: (final score, *tie keys).
    """
    if above[0] != row[0]:
        return None
    return next(
        (place for place, pair in enumerate(zip(above[1:], row[1:], strict=True)) if pair[0] != pair[1]), None
    )


def cut(
    candidates,
    *,
    seats,
    reserves,
    pass_mark,
    select_mark,
    budget_krw=None,
    line="",
    bounds=(),
    decided=None,
    deviations=None,
):
    """The result list: Lines, best first (docs/domain.md, selection and committee).

    bounds: the least and most places of fields and regions. Marks are compared with the base score, without bonus;
    budget_krw bounds the sum of the grants; line: the budget line, where less is left of it than the call may grant.
    Who would be selected but for one of these becomes a reserve.
    deviations: {id: Deviation}. Whom the committee selects is seated first, within places, maximums, marks and budget;
    who does not fit, or fails, stands as the rules have it.
    """
    ranked, deviations = order(candidates, decided), deviations or {}
    open_to_all = [
        c for c in ranked if is_selectable(c, pass_mark, select_mark) and not kept_out(deviations.get(c.pk))
    ]
    room = Room(seats, bounds, {c.pk: c.coming for c in open_to_all}, Purse(budget_krw, line))
    chosen, stopped = seated_first(open_to_all, deviations, room)
    room.settle()
    below = Counter(end for c in ranked if c.pk in chosen for end in (*ends(c.kind), PLACE))
    reserve_rank, lines = 0, []
    for rank, c in enumerate(ranked, 1):
        result, passed, said = "declined", False, deviations.get(c.pk)
        if c.failings:
            reason = _("Below the floor or knocked out: %(what)s") % {"what": ", ".join(c.failings)}
        elif c.base < pass_mark:
            reason = _("Base score below the pass mark of %(mark)s") % {"mark": pass_mark}
        elif c.pk in chosen:
            result, passed, reason = "selected", True, said.words
            below.subtract((*ends(c.kind), PLACE))
        elif kept_out(said):
            passed, reason = True, said.words
            if said.result == "reserved" and reserve_rank < reserves:
                result = "reserved"
                reserve_rank += 1
        else:
            passed = True
            reason = stopped.get(c.pk) or obstacle(c, room, select_mark)
            if not reason:
                room.take(c.pk)
                result, reason = "selected", grounds(c, room, seats, select_mark, below)
            else:
                room.skip(c.pk)
                if reserve_rank < reserves:
                    result = "reserved"
                    reserve_rank += 1
        number = reserve_rank if result == "reserved" else None
        by_committee = c.pk in chosen or (passed and kept_out(said))
        lines.append(Line(c, rank, result, number, str(reason), passed, by_committee))
    return lines


def kept_out(said):
    """Whether the committee does not select one. said: what it decided on it, with its result, or None."""
    return said is not None and said.result in ("reserved", "declined")


def seated(said):
    """Whether the committee selects one."""
    return said is not None and said.result == "selected"


def seated_first(ranked, deviations, room):
    """Seat whom the committee selects, in order: (ids of those who fit, {id: why} of the others)."""
    chosen, stopped = set(), {}
    for c in ranked:
        if not seated(deviations.get(c.pk)):
            continue
        if why := beyond(c, room):
            stopped[c.pk] = why
            room.skip(c.pk)
            continue
        room.take(c.pk)
        chosen.add(c.pk)
    return chosen, stopped


def is_selectable(c, pass_mark, select_mark):
    return not c.failings and c.base >= max(pass_mark, select_mark)


def standing(failings, base, *, pass_mark, select_mark):
    """What a base score (points) comes to by what fails it and by the marks of its call, in words."""
    if failings:
        return _("Below a mark that must be reached: %(names)s") % {"names": ", ".join(failings)}
    if base < pass_mark:
        return _("Below the pass mark")
    if base < select_mark:
        return _("Reserve at most")
    return _("May be selected")


def obstacle(c, room, select_mark):
    """What keeps a passer from being selected, or "" where nothing does."""
    if c.base < select_mark:
        return _("Between the pass mark and the select mark of %(mark)s") % {"mark": select_mark}
    if reason := beyond(c, room):
        return reason
    if not room.admits(c.kind):
        names = ", ".join(f"{bound.name} ({bound.least})" for bound in room.owed())
        return _("The room left is owed to the least places of %(names)s") % {"names": names}
    return ""


def beyond(c, room):
    """Why one more would be beyond the places, the most of a field or region, or the money, or ""."""
    purse = room.purse
    if room.seats == 0:
        return _("No place left")
    if bound := room.full(c.kind):
        return _("All %(most)d places of %(name)s are taken") % {"most": bound.most, "name": bound.name}
    if not purse.holds(c.grant_krw):
        said = _("More than what is left of the budget: %(asked)s of %(left)s won")
        if purse.line:
            said = _("More than what is left of the budget line %(line)s: %(asked)s of %(left)s won")
        return said % {"asked": f"{c.grant_krw:,}", "left": f"{purse.left:,}", "line": purse.line}
    return ""


def grounds(c, room, seats, select_mark, below):
    """Why one is selected, in words: its number in its field and region where they are bound, its mark, its place.

    below: how many of each end, and in all (PLACE), stand below it and were seated first by the committee: they are counted after it.
    """
    parts = [
        _("no. %(number)d in %(name)s")
        % {"number": room.taken[bound.end] - below[bound.end], "name": bound.name}
        for bound in room.of(c.kind)
    ]
    parts.append(f"{c.base} ≥ {select_mark}")
    parts.append(
        _("place %(place)d of %(seats)d") % {"place": seats - room.seats - below[PLACE], "seats": seats}
    )
    return ", ".join(map(str, parts))


def cuts(selected, passed):
    """{reserved, declined}: the rank from which on nobody of a list is selected, and from which on nobody is a reserve either.

    selected: the last rank that is selected; passed: the last one that is selected or a reserve. Those whom quotas, the budget or
    the committee passed over stand above the cut, among the selected.
    """
    return {"reserved": selected + 1 if passed > selected else None, "declined": passed + 1}


def selected_of(lines, bound):
    """How many selected ones a list has of a field or region."""
    return sum(line.result == "selected" and bound.end in ends(line.candidate.kind) for line in lines)


def unmet(lines, bounds):
    """[(bound, how many are selected)] where a list has fewer than the least of a field or region."""
    found = [(bound, selected_of(lines, bound)) for bound in bounds]
    return [(bound, number) for bound, number in found if number < bound.least]


def undecided(lines, decided=None):
    """Groups of equal passers whose order makes a difference and was not decided: a person says it.

    It makes a difference where one is selected and another is not, and for the order of the reserve list.
    Whom the committee selects or declines by a vote is not asked for again; whom it puts on the reserve list is, for the order there.
    """
    groups = {}
    for line in lines:
        if line.passed and not (line.by_committee and line.result != "reserved"):
            groups.setdefault(line.candidate.key, []).append(line)
    found = map(in_question, groups.values())
    return [group for group in found if group and not is_ordered([c.pk for c in group], decided)]


def in_question(equals):
    """The Candidates of these equal lines whose order makes a difference."""
    by_rank = {(line.result, line.reserve_rank) for line in equals if not line.by_committee}
    found = equals if len(by_rank) > 1 else [line for line in equals if line.result == "reserved"]
    return [line.candidate for line in found] if len(found) > 1 else []


def outcomes(lines):
    """{id: (result, number on the reserve list)}."""
    return {line.candidate.pk: (line.result, line.reserve_rank) for line in lines}


def is_ordered(equals, decided):
    """Whether each of these has a place among them. equals: ids; decided: {id: place}."""
    return {(decided or {}).get(pk) for pk in equals} == set(range(1, len(equals) + 1))


def unordered(groups):
    """What stands against a list whose equals have no order yet. groups: of them."""
    return [Reason(_("Equal scores stand across the cut: give each of them its place."))] if groups else []


def unreasoned(decided, why):
    """An order that a person gives among equals has its own reason. decided: {id: place}; why: the reason."""
    return too_short(why, "order_reason") if decided else []


def not_ready(*, still_open, short, undecided_claims=(), lines, decided, now, closes_at):
    """Why no list can be proposed yet.

    still_open: numbers of applications that are still screened or reviewed; short: of those whose sheets fell below
    the quorum after their review was closed; undecided_claims: of those that claim a bonus nobody has decided on.
    """
    reasons = []
    if now < closes_at:
        reasons.append(Reason(_("The call is still open.")))
    if still_open:
        reasons.append(
            Reason(_("%(count)d applications are not through yet: %(some)s") % counted(still_open))
        )
    if short:
        reasons.append(
            Reason(
                _(
                    "%(count)d reviews have lost sheets and stand below their quorum; open them again: %(some)s"
                )
                % counted(short)
            )
        )
    if undecided_claims:
        said = _("%(count)d applications claim a bonus that is not decided on yet: %(some)s")
        reasons.append(Reason(said % counted(undecided_claims)))
    if not lines and not still_open:
        reasons.append(Reason(_("There is nothing to rank.")))
    return reasons + unordered(undecided(lines, decided))


def counted(numbers):
    return {"count": len(numbers), "some": ", ".join(numbers[:5])}


def replaced_meanwhile(earlier, replaces):
    """A list takes the place of exactly the one that its proposer saw.

    earlier: the proposal in force; replaces: the ordinal that the proposer saw, or None.
    """
    if earlier.ordinal != replaces:
        return [Reason(_("Another list of this call was proposed meanwhile. Please look at it first."))]
    return []


CHANGED = _(
    "Scores, applications or what firms are told have changed since the list was drawn. Please propose it again."
)


def stale(proposal, fingerprint, gone=()):
    """An approval holds for what was seen: any change since asks for a new list.

    gone: numbers of those on the list that are no longer reviewed, such as withdrawn ones.
    """
    if proposal.fingerprint == fingerprint:
        return []
    reasons = [Reason(CHANGED)]
    if gone:
        reasons.append(Reason(_("No longer to be decided: %(some)s") % counted(gone)))
    return reasons


def reserves_ended(until):
    """What stands against a list that needs the reserve list after its last day (until)."""
    said = _(
        "The reserve list ends with %(day)s, and this list has somebody come up from it or wait on it after that day. Please propose it again, or publish it before."
    )
    return [Reason(said % {"day": day(until)})]


def beyond_line(line, left, granted):
    """What stands against a list that grants more (won) than the budget line has left."""
    if granted <= left:
        return []
    said = _(
        "The list grants %(granted)s won, and only %(left)s won are left of the budget line %(line)s. Please propose it again."
    )
    return [Reason(said % {"granted": f"{granted:,}", "left": f"{left:,}", "line": line})]


def not_set(proposal):
    return [] if proposal.publish_at else [Reason(_("No instant is set."))]


def public_already(proposal, *, now, is_stale):
    """From its instant on firms see their result: it is neither moved nor replaced, unless it went stale before."""
    due = proposal.publish_at and proposal.publish_at <= now
    if proposal.status == "published" or (due and not is_stale):
        return [Reason(_("The result of this call is public already."))]
    return []
