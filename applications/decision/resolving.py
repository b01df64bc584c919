"""The verbs of the committee: convene, keep the minutes, note who is present, decide by a vote, close, call off."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.decision import deliberated, deliberating, queries, rules
from applications.decision.actions import draw_with, lock, unfollowed
from applications.decision.committees import CommitteeMember, Deliberation, Resolution
from applications.decision.minutes import fingerprint
from applications.intake.awaiting import held_still
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import DELIBERATION
from applications.review import facts

VOTES = ("votes_for", "votes_against", "votes_abstained")


def _public(call):
    """Once firms see their result the committee has nothing to decide any more: Reasons."""
    if published := queries.published(call):
        return rules.public_already(published, now=clock.now(), is_stale=False)
    if earlier := queries.in_force(call):
        return rules.public_already(earlier, now=clock.now(), is_stale=bool(queries.stale(earlier)))
    return []


def _locked(deliberation, move, by):
    """The meeting under the lock of its call, if this person may do this with it now."""
    lock(deliberation.call)
    found = Deliberation.objects.select_for_update(of=("self",), no_key=True).select_related(
        "call__programme", "secretary"
    )
    deliberation = found.get(pk=deliberation.pk)
    DELIBERATION.check(deliberation, move, by=by)
    return deliberation


@transaction.atomic
def convene(call, *, held_at, place, secretary, by):
    """Begin a meeting of the committee on the list of a call; its list waits until the meeting is closed."""
    require(by, "committee.convene", call)
    call = lock(call)
    reasons = deliberating.not_convened(
        is_published=call.published_at is not None,
        is_cancelled=call.cancelled_at is not None,
        is_open=deliberated.standing(call)[0],
        still_open=queries.still_open(call),
        closes_at=call.closes_at,
        now=clock.now(),
    )
    if reasons := reasons + (_public(call) or held_still(call.pk)) + deliberating.no_secretary(secretary):
        raise Refused(*reasons, about=call)
    made = Deliberation.objects.create(
        call=call,
        ordinal=call.deliberations.count() + 1,
        held_at=held_at,
        place=place,
        secretary=secretary,
        convened_by=by,
        convened_at=clock.now(),
    )
    audit.record(
        "convene", made, by=by, after={"held_at": held_at, "place": place, "secretary": secretary.name}
    )
    return made


@transaction.atomic
def edit(deliberation, *, version, held_at, place, secretary, minutes, by):
    """Write when and where it was held, who kept the minutes, and the minutes. version: of what the person has read."""
    deliberation = _locked(deliberation, "edit_meeting", by)
    if reasons := deliberating.saved_meanwhile(version, deliberation.version) + deliberating.no_secretary(
        secretary
    ):
        raise Refused(*reasons, about=deliberation)
    DELIBERATION.make(
        deliberation, "edit_meeting", by=by, held_at=held_at, place=place, secretary=secretary,
        minutes=minutes.strip(), version=deliberation.version + 1,
    )  # fmt: skip
    return deliberation


@transaction.atomic
def attend(deliberation, *, version, members, by):
    """Write who belongs to the committee and who is present. members: (name, affiliation, is_chair, is_present) of each."""
    deliberation = _locked(deliberation, "note_members", by)
    if reasons := deliberating.saved_meanwhile(version, deliberation.version) + deliberating.bad_committee(
        members
    ):
        raise Refused(*reasons, about=deliberation)
    deliberation.members.all().delete()
    CommitteeMember.objects.bulk_create(
        CommitteeMember(
            deliberation=deliberation, ordinal=ordinal, name=name, affiliation=affiliation, is_chair=is_chair,
            is_present=is_present,
        )
        for ordinal, (name, affiliation, is_chair, is_present) in enumerate(members, 1)
    )  # fmt: skip
    present = sum(is_present for *_who, is_present in members)
    DELIBERATION.make(deliberation, "note_members", by=by, version=deliberation.version + 1,
                      note=f"{present} / {len(members)}")  # fmt: skip
    return deliberation


@transaction.atomic
def resolve(deliberation, *, application, result, reason, by, replaces=None, grant_krw=None, conditions="", recused=(),
            **votes):  # fmt: skip
    """Write down what the committee decided on one application by a vote.

    recused: (name, affiliation) of members who stepped back; whoever stands in a conflict by our data is recused in any case. They
    have no vote, and of the others more than half are present.

    grant_krw: the smaller grant in won, None: as asked for; replaces: the ordinal of the decision on it that the person has seen;
    votes: votes_for, votes_against, votes_abstained.
    """
    deliberation = _locked(deliberation, "resolve", by)
    call, conditions, reason = deliberation.call, conditions.strip(), reason.strip()
    last = deliberated.last_on(deliberation)
    before = last.get(application.pk)
    if reasons := deliberating.written_meanwhile(before and before.ordinal, replaces):
        raise Refused(*reasons, about=deliberation)
    others = {pk: one for pk, one in deliberated.in_force(deliberation).items() if pk != application.pk}
    ruled = next((line for line in draw_with(call, others)[1] if line.candidate.pk == application.pk), None)
    members = list(deliberation.members.all())
    if reasons := deliberating.strangers(recused, members):
        raise Refused(*reasons, about=deliberation)
    out = _recused(application, members, recused)
    sitting = deliberating.sitting(members, out)
    reasons = deliberating.no_quorum(sitting) or deliberating.unsupported(
        present=sum(one.is_present for one in sitting), **dict.fromkeys(VOTES, 0) | votes
    )
    reasons += deliberating.unfit(
        result=result, grant_krw=grant_krw, conditions=conditions, reason=reason, ruled=ruled,
        is_selectable=ruled is not None and rules.is_selectable(ruled.candidate, call.pass_mark, call.select_mark),
        requested_krw=application.requested_krw or 0, is_rnd=call.is_rnd,
    )  # fmt: skip
    if reasons:
        raise Refused(*reasons, about=deliberation)
    made = _write(
        deliberation, application, by=by, result=result, grant_krw=grant_krw, conditions=conditions, reason=reason,
        recused=out, ruled_rank=ruled.rank, ruled_result=ruled.result, ruled_reason=ruled.reason[:300], **votes,
    )  # fmt: skip
    resolutions = others | {application.pk: made}
    if reasons := unfollowed(resolutions, draw_with(call, resolutions)[0]):
        raise Refused(*reasons, about=deliberation)
    after = {
        "application": application.number,
        "result": result,
        "grant_krw": grant_krw,
        "conditions": conditions,
    }
    if out:
        after["recused"] = [name for name, *_more in out]
    audit.record("resolve", deliberation, by=by, after=after | votes, note=f"{application.number}: {reason}")
    return made


@transaction.atomic
def take_back(resolution, *, reason, by):
    """Take back what was written down on an application: it stands as the rules have it. The row stays, this one after it."""
    deliberation = _locked(resolution.deliberation, "take_back", by)
    application = resolution.application
    last = deliberated.last_on(deliberation)[application.pk]
    reasons = too_short(reason) or deliberating.written_meanwhile(last.ordinal, resolution.ordinal)
    if not reasons and last.result == Resolution.Result.TAKEN_BACK:
        reasons = [Reason(_("This decision is taken back already."))]
    if reasons:
        raise Refused(*reasons, about=deliberation)
    made = _write(
        deliberation, application, by=by, result=Resolution.Result.TAKEN_BACK, reason=reason.strip()
    )
    audit.record("take_back", deliberation, by=by, after={"application": application.number},
                 note=f"{application.number}: {reason}")  # fmt: skip
    return made


def conflicts_of(application, members):
    """[(member, why)] of the committee's members who stand in a conflict with an application, by the rules of its call."""
    found = facts.of_strangers(application, [(one.name, one.affiliation) for one in members])
    return [
        (one, " ".join(map(str, against))) for one, against in zip(members, found, strict=True) if against
    ]


def _recused(application, members, stepped_back):
    """[[name, affiliation, why]] of who has no part in a decision. stepped_back: (name, affiliation) of each."""
    why = {one.pk: str(_("Stepped back.")) for one in members if (one.name, one.affiliation) in stepped_back}
    why |= {one.pk: words for one, words in conflicts_of(application, members)}
    return [[one.name, one.affiliation, why[one.pk]] for one in members if one.pk in why]


def _unrecused(deliberation, resolutions):
    """Members who came to the committee, or whose conflict came up, since a decision was written down: Reasons."""
    members, reasons = list(deliberation.members.all()), []
    for application in queries.by_id(resolutions.keys()).values():
        found = [(one.name, one.affiliation) for one, _why in conflicts_of(application, members)]
        reasons += deliberating.unrecused(application.number, found, resolutions[application.pk].recused)
    return reasons


def _write(deliberation, application, *, by, **fields):
    ordinal = deliberation.resolutions.count() + 1
    return Resolution.objects.create(
        deliberation=deliberation, ordinal=ordinal, application=application, by=by, at=clock.now(), **fields
    )


def obstacles(deliberation, resolutions, lines):
    """Why a meeting cannot be closed yet, or never: Reasons. resolutions: what counts; lines: the list drawn with it.

    Conflicts that came up since are asked of each application by itself: that is left to the closing.
    """
    named = deliberated.numbers(resolutions)
    reasons = deliberating.unclosable(
        members=list(deliberation.members.all()),
        minutes=deliberation.minutes,
        held_at=deliberation.held_at,
        now=clock.now(),
        votes={
            named[pk]: [*(getattr(one, name) for name in VOTES), one.recused]
            for pk, one in resolutions.items()
        },
        misfits=unfollowed(resolutions, lines),
    )
    return reasons + _public(deliberation.call)


@transaction.atomic
def close(deliberation, *, version, by):
    """Close the meeting: from now on the list of the call follows it, and nothing of it changes. Raises Refused with all obstacles."""
    deliberation = _locked(deliberation, "close_meeting", by)
    resolutions = deliberated.in_force(deliberation)
    lines = draw_with(deliberation.call, resolutions)[0]
    if reasons := deliberating.saved_meanwhile(version, deliberation.version) or obstacles(
        deliberation, resolutions, lines
    ) + _unrecused(deliberation, resolutions):
        raise Refused(*reasons, about=deliberation)
    deliberation.closed_at = clock.now()
    DELIBERATION.make(
        deliberation, "close_meeting", by=by, closed_by=by, closed_at=deliberation.closed_at,
        sha256=fingerprint(deliberation),
    )  # fmt: skip
    return deliberation


@transaction.atomic
def call_off(deliberation, *, reason, by):
    """The meeting is not held, or was begun by mistake: the list of the call no longer waits for it."""
    deliberation = _locked(deliberation, "call_off", by)
    if reasons := too_short(reason):
        raise Refused(*reasons, about=deliberation)
    DELIBERATION.make(deliberation, "call_off", by=by, note=reason)
