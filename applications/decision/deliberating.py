"""WHETHER of the committee: attendance, quorum, majority, and what it may decide otherwise than the rules. Pure (docs/domain.md, committee)."""

from django.utils.translation import gettext_lazy as _

from applications.decision.rules import Deviation, counted
from applications.kernel.errors import Reason
from applications.kernel.reasons import too_short

MOST_MEMBERS = 20  # 국가연구개발혁신법 시행령 제28조
LEAST_MEMBERS = 3
MINUTES_LENGTH = 20
# Results that a decision gives; "as_ruled" leaves the rules' own.
NAMED = ("selected", "reserved", "declined")


def majority(number):
    """The least number that is more than half of these."""
    return number // 2 + 1


def no_quorum(members):
    """More than half of the committee is present. members: with is_present."""
    present = sum(one.is_present for one in members)
    if not members:
        return [Reason(_("Nobody is written down as a member of the committee yet."))]
    if present < majority(len(members)):
        said = _(
            "The committee has no quorum: %(present)d of %(all)d members are present, %(needed)d are needed."
        )
        return [Reason(said % {"present": present, "all": len(members), "needed": majority(len(members))})]
    return []


def sitting(members, recused):
    """The members who have a part in one decision. members: with name and affiliation; recused: [(name, affiliation, ...)]."""
    out = {tuple(one[:2]) for one in recused}
    return [one for one in members if (one.name, one.affiliation) not in out]


def strangers(recused, members):
    """Whoever is to be recused belongs to the committee. recused: (name, affiliation) of each."""
    known = {(one.name, one.affiliation) for one in members}
    said = _("%(name)s is no member of the committee any more. Please look at the attendance first.")
    return [Reason(said % {"name": one[0]}, "recused") for one in recused if tuple(one) not in known]


def unrecused(number, found, recused):
    """Why a decision has to be voted on again: members (name, affiliation) who are found in a conflict had a part in it."""
    out = {tuple(one[:2]) for one in recused}
    said = _(
        "%(number)s: %(name)s stands in a conflict of interest and is not recused. Please write the decision again."
    )
    return [
        Reason(said % {"number": number, "name": name}) for name, place in found if (name, place) not in out
    ]


def bad_committee(members):
    """Why these cannot be the committee. members: (name, affiliation, is_chair, is_present) of each."""
    reasons = []
    if len(members) > MOST_MEMBERS:
        reasons.append(Reason(_("A committee has at most %(most)d members.") % {"most": MOST_MEMBERS}))
    if len(members) < LEAST_MEMBERS:
        reasons.append(Reason(_("A committee has at least %(least)d members.") % {"least": LEAST_MEMBERS}))
    if len({member[:2] for member in members}) < len(members):
        reasons.append(Reason(_("A member stands there twice.")))
    chairs = [is_present for _name, _affiliation, is_chair, is_present in members if is_chair]
    if len(chairs) != 1:
        reasons.append(Reason(_("One member is in the chair, and one only.")))
    elif not chairs[0]:
        reasons.append(Reason(_("Whoever is in the chair is present: name who presided.")))
    return reasons


def unsupported(*, votes_for, votes_against, votes_abstained, present):
    """Why this vote carries nothing: more than half of the members present say yes, and nobody votes twice."""
    cast = votes_for + votes_against + votes_abstained
    if cast > present:
        said = _("There are more votes than members present: %(cast)d of %(present)d.")
        return [Reason(said % {"cast": cast, "present": present}, "votes_for")]
    if votes_for < majority(present):
        said = _(
            "It is not carried: %(votes)d votes for it, more than half of the %(present)d members present are %(needed)d."
        )
        return [
            Reason(said % {"votes": votes_for, "present": present, "needed": majority(present)}, "votes_for")
        ]
    return []


def unfit(*, result, grant_krw, conditions, reason, ruled, is_selectable, requested_krw, is_rnd):
    """Why the committee cannot decide this on one application.

    result: selected, reserved, declined, or "as_ruled"; ruled: its Line as the rules have it, None where it is not among those
    that are decided on; is_selectable: no failing, and its base score reaches the select mark; grant_krw: the smaller grant or None.
    """
    if ruled is None:
        return [Reason(_("This application is not among those that are decided on."), "number")]
    reasons = too_short(reason)
    has_terms = bool(grant_krw is not None or conditions)
    if not ruled.passed and (result in ("selected", "reserved") or has_terms):
        said = _("What fails is not selected by the committee either: %(why)s")
        reasons.append(Reason(said % {"why": ruled.reason}, "result"))
    elif result == "selected" and not is_selectable:
        reasons.append(Reason(_("Between the marks it may be a reserve at most."), "result"))
    if result in NAMED and result == ruled.result:
        reasons.append(Reason(_("The rules place it so already."), "result"))
    if result == "as_ruled" and not has_terms:
        said = _("Please say what the committee decided: another result, a smaller grant or conditions.")
        reasons.append(Reason(said, "result"))
    if has_terms and "declined" in (result, ruled.result if result == "as_ruled" else ""):
        said = _("A grant and conditions are for those who are selected or may come up.")
        reasons.append(Reason(said, "result"))
    return reasons + bad_grant(grant_krw, requested_krw=requested_krw, is_rnd=is_rnd)


def bad_grant(grant_krw, *, requested_krw, is_rnd):
    """Why a grant (won) cannot be made this small; None is as it was asked for."""
    if grant_krw is None:
        return []
    if not is_rnd:
        return [Reason(_("This call grants no money."), "grant_krw")]
    if grant_krw <= 0:
        return [Reason(_("A grant is more than 0 won."), "grant_krw")]
    if grant_krw >= requested_krw:
        said = _("A reduced grant is less than what was asked for: %(krw)s won.")
        return [Reason(said % {"krw": f"{requested_krw:,}"}, "grant_krw")]
    return []


def deviations(resolutions, plain):
    """{id: Deviation} for the cut, the words of each in the present language.

    resolutions: {id: what was decided last on it, with result and reason}; plain: the Lines of the rules alone.
    """
    ruled = {line.candidate.pk: line.result for line in plain}
    found = {}
    for pk, one in resolutions.items():
        if one.result in NAMED:
            said = _("The committee decided as the rules do: %(reason)s")
            if ruled.get(pk) != one.result:
                said = _("The committee decided otherwise than by rank: %(reason)s")
            found[pk] = Deviation(one.result, str(said % {"reason": one.reason}))
    return found


def impossible(lines, deviations, numbers):
    """What the committee decided and the list cannot follow, since places, maximums, marks or the budget forbid it.

    numbers: {id: number of the application}. Whoever is no longer on the list is passed over.
    """
    reasons = []
    for line in lines:
        said = deviations.get(line.candidate.pk)
        if said is None or said.result == line.result:
            continue
        why = line.reason if said.result == "selected" or not line.passed else _("the reserve list is full")
        text = _("The decision of the committee on %(number)s cannot be followed: %(why)s")
        reasons.append(Reason(text % {"number": numbers[line.candidate.pk], "why": why}))
    return reasons


def written_meanwhile(last, replaces):
    """A decision takes the place of exactly the one on the same application that was seen. last, replaces: its ordinal or None."""
    if last != replaces:
        return [
            Reason(_("Another decision on this application was written meanwhile. Please look at it first."))
        ]
    return []


def saved_meanwhile(version, stored):
    """The attendance and the minutes are written over by nobody who has not seen them."""
    if version != stored:
        return [
            Reason(_("Somebody has changed this page meanwhile. Please look at it before you save yours."))
        ]
    return []


def unclosable(*, members, minutes, held_at, now, votes, misfits):
    """All that stands against closing. votes: {number: (for, against, abstained, who is recused)} of what counts; misfits:
    `impossible`."""
    reasons = []
    if held_at > now:
        reasons.append(Reason(_("The meeting has not been held yet.")))
    reasons += no_quorum(members)
    if len(minutes.strip()) < MINUTES_LENGTH:
        said = _("The minutes are not written yet (at least %(least)d characters).")
        reasons.append(Reason(said % {"least": MINUTES_LENGTH}))
    for number, (votes_for, votes_against, votes_abstained, recused) in votes.items():
        present = sum(one.is_present for one in sitting(members, recused))
        for fault in unsupported(
            votes_for=votes_for,
            votes_against=votes_against,
            votes_abstained=votes_abstained,
            present=present,
        ):
            reasons.append(Reason(f"{number}: {fault}"))
    return reasons + misfits


def not_deliberated(*, is_open, has_closed, is_needed):
    """What the committee still has to do before a list is proposed."""
    if is_open:
        return [Reason(_("The meeting of the committee is not closed yet."))]
    if is_needed and not has_closed:
        return [Reason(_("This call asks the committee to deliberate before a list is proposed."))]
    return []


def outdated(*, drawn_with, closed, is_open):
    """Why a list no longer says what the committee says. drawn_with, closed: ids of meetings or None."""
    if is_open:
        return [
            Reason(
                _(
                    "The committee deliberates on this call: its list waits until the meeting is closed or called off."
                )
            )
        ]
    if closed != drawn_with:
        return [Reason(_("The committee has deliberated since the list was drawn. Please propose it again."))]
    return []


def same_hands(hands, by):
    """Who wrote down what the committee decided does not approve the list that follows from it (docs/domain.md, four eyes).

    hands: ids of everybody who wrote in its minutes, the secretary included.
    """
    if by.pk in hands:
        return [Reason(_("You kept the minutes that this list follows from: another person approves it."))]
    return []


def not_convened(*, is_published, is_cancelled, is_open, still_open, closes_at, now):
    """Why the committee does not meet yet. still_open: numbers of applications that are not through screening and review."""
    if not is_published:
        return [Reason(_("This call is not published yet."))]
    if is_cancelled:
        return [Reason(_("This call was cancelled."))]
    if now < closes_at:
        return [Reason(_("The call is still open."))]
    if is_open:
        return [Reason(_("A meeting of the committee on this call is open already."))]
    if still_open:
        said = _("%(count)d applications are not through yet: %(some)s")
        return [Reason(said % counted(still_open))]
    return []


def no_secretary(person):
    """The secretary is one of the staff (영 제28조: an official)."""
    if person.role in ("officer", "director") and person.is_active:
        return []
    return [Reason(_("The secretary is an officer or a director."), "secretary")]
