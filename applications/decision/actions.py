"""The verbs of decisions: propose, approve, schedule, publish."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call
from applications.decision import queries, rules
from applications.decision.models import Place, Proposal
from applications.intake.models import Application
from applications.intake.queries import people_of_firms
from applications.kernel import audit, calendar, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.lifecycle import APPLICATION, PROPOSAL
from applications.notifications.outbox import notify, notify_each

MOVES = {"selected": "select", "reserved": "reserve", "declined": "decline"}
APPEAL_DAYS = 10  # 국가연구개발혁신법 제14조 제6항
REASON_LENGTH = Place._meta.get_field("reason").max_length


def draw(call, decided=None):
    """The reviewed applications of a call as the rules rank and cut them now: Lines, best first.

    The reasons stand in the language of the house, since the list is kept and read by everybody.
    """
    with translation.override(settings.LANGUAGE_CODE):
        return rules.cut(
            queries.candidates(call),
            seats=call.seats,
            reserves=call.reserves,
            pass_mark=call.pass_mark,
            select_mark=call.select_mark,
            budget_krw=call.budget_krw,
            bounds=queries.bounds(call),
            decided=decided,
        )


def obstacles(call, lines, decided=None):
    """Why this list cannot be proposed yet, or never."""
    if call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    return rules.not_ready(
        still_open=queries.still_open(call),
        short=queries.short_of_sheets(call),
        undecided_claims=queries.undecided_claims(call),
        lines=lines,
        decided=decided,
        now=clock.now(),
        closes_at=call.closes_at,
    )


def _lock(call):
    """Decisions on one call are made one after the other."""
    return Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call.pk)


@transaction.atomic
def propose(call, *, note, by, decided=None, replaces=None):
    """Draw the result list and propose it; an earlier proposal is replaced, and so is its approval.

    decided: {application id: place that the committee gave it among its equals}.
    replaces: ordinal of the proposal in force that the proposer saw; where it is another, this one is refused.
    """
    require(by, "decision.propose", call)
    call = _lock(call)
    earlier = queries.in_force(call)
    if earlier:
        is_stale = bool(queries.stale(earlier))
        reasons = rules.public_already(earlier, now=clock.now(), is_stale=is_stale)
        if reasons := reasons or rules.replaced_meanwhile(earlier, replaces):
            raise Refused(*reasons, about=call)
    lines = draw(call, decided)
    if reasons := obstacles(call, lines, decided):
        raise Refused(*reasons, about=call)
    if earlier:
        PROPOSAL.advance(earlier, "replace", by=by)
    proposal = Proposal.objects.create(
        call=call,
        ordinal=call.proposals.count() + 1,
        note=note,
        fingerprint=queries.fingerprint(call),
        proposed_by=by,
        proposed_at=clock.now(),
    )
    Place.objects.bulk_create(
        (
            Place(
                proposal=proposal,
                application_id=line.candidate.pk,
                rank=line.rank,
                result=line.result,
                reserve_rank=line.reserve_rank,
                reason=line.reason[:REASON_LENGTH],
                final_score=line.candidate.final,
                base_score=line.candidate.base,
                grant_krw=line.candidate.grant_krw if line.result == "selected" else 0,
            )
            for line in lines
        ),
        batch_size=2000,
    )
    decided = {str(pk): place for pk, place in (decided or {}).items()}
    audit.record("propose", proposal, by=by, after={"places": len(lines), "among_equals": decided}, note=note)
    return proposal


@transaction.atomic
def approve(proposal, *, by):
    """Another person than the proposer approves exactly what was proposed."""
    _lock(proposal.call)
    PROPOSAL.advance(
        proposal, "approve", by=by, unless=queries.stale, approved_by=by, approved_at=clock.now()
    )


@transaction.atomic
def send_back(proposal, *, reason, by):
    """Another person than the proposer does not approve: the list is out of force, and the proposer is told why."""
    _lock(proposal.call)
    PROPOSAL.advance(proposal, "disapprove", by=by, note=reason)
    notify("list_sent_back", to=[proposal.proposed_by], event=f"sent_back:{proposal.key}",
           proposal=proposal, call=proposal.call, why=reason)  # fmt: skip


@transaction.atomic
def publish(proposal, *, by, publish_at=None):
    """Publish an approved list now, or set the instant at which it is published."""
    _lock(proposal.call)
    now = clock.now()
    if publish_at and publish_at < now:
        raise Refused(Reason(_("This instant is past already."), "publish_at"), about=proposal)
    PROPOSAL.advance(
        proposal, "schedule", by=by,
        unless=lambda locked: queries.stale(locked) or (publish_at and rules.public_already(locked, now=now, is_stale=False)),
        publish_at=publish_at or now, published_by=by,
    )  # fmt: skip
    if proposal.publish_at <= now:
        take_effect(proposal, by=by)


@transaction.atomic
def take_effect(proposal, *, by):
    """At its instant: every application gets its result, every firm its letter, in one transaction."""
    call = _lock(proposal.call)
    # All are locked in one order before any of them moves.
    list(
        Application.objects.select_for_update()
        .filter(places__proposal=proposal)
        .order_by("pk")
        .values_list("pk")
    )
    PROPOSAL.advance(proposal, "take_effect", by=by, unless=queries.stale, published_at=clock.now())
    places = {place.application_id: place for place in proposal.places.all()}
    moved = []
    for result, move in MOVES.items():
        notes = {pk: place.reason for pk, place in places.items() if place.result == result}
        found = Application.objects.filter(pk__in=notes).select_related("firm")
        moved += APPLICATION.advance_each(found, move, by=by, notes=notes)
    people = people_of_firms({application.firm_id for application in moved})
    told = {"call": call, "appeal_until": calendar.last_day(proposal.publish_at, APPEAL_DAYS)}
    notify_each(
        "result_published",
        (
            (
                people[application.firm_id],
                f"result:{proposal.key}:{application.pk}",
                {"application": application, "place": places[application.pk], **told},
            )
            for application in moved
        ),
    )
