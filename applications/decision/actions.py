"""The verbs of decisions: propose, approve, schedule, publish."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call
from applications.decision import queries, rules
from applications.decision.models import Place, Proposal
from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.lifecycle import APPLICATION, PROPOSAL
from applications.notifications.outbox import notify_each

MOVES = {"selected": "select", "reserved": "reserve", "declined": "decline"}


def draw(call, preferred=()):
    """The applications of a call as the rules rank and cut them now: pairs (application, Line)."""
    applications = {application.pk: application for application in queries.ranking(call)}
    lines = rules.cut(
        [queries.candidate(application) for application in applications.values()],
        seats=call.seats,
        reserves=call.reserves,
        pass_mark=call.pass_mark,
        select_mark=call.select_mark,
        budget_krw=call.budget_krw,
        quotas=dict(call.quotas.values_list("field_id", "places")),
        preferred=preferred,
    )
    return [(applications[line.candidate.pk], line) for line in lines]


def _lock(call):
    """Decisions on one call are made one after the other."""
    return Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call.pk)


@transaction.atomic
def propose(call, *, note, by, preferred=()):
    """Draw the result list and propose it; an earlier proposal is replaced, and so is its approval.

    preferred: ids of applications that the committee puts before their equals at the cut.
    """
    require(by, "decision.propose", call)
    call = _lock(call)
    drawn = draw(call, preferred)
    reasons = rules.not_ready(
        open_numbers=queries.still_open(call),
        lines=[line for _application, line in drawn],
        preferred=preferred,
        now=clock.now(),
        closes_at=call.closes_at,
    )
    if reasons:
        raise Refused(*reasons, about=call)
    earlier = queries.in_force(call)
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
        Place(
            proposal=proposal,
            application=application,
            rank=line.rank,
            result=line.result,
            reserve_rank=line.reserve_rank,
            reason=line.reason,
            final_score=application.final_score,
            base_score=application.base_score,
            grant_krw=line.candidate.grant_krw if line.result == "selected" else 0,
        )
        for application, line in drawn
    )
    audit.record("propose", proposal, by=by, after={"places": len(drawn)}, note=note)
    return proposal


@transaction.atomic
def approve(proposal, *, by):
    """Another person than the proposer approves exactly what was proposed."""
    call = _lock(proposal.call)
    PROPOSAL.advance(
        proposal, "approve", by=by, unless=lambda locked: rules.stale(locked, queries.fingerprint(call)),
        approved_by=by, approved_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def publish(proposal, *, by, publish_at=None):
    """Publish an approved list now, or set the instant at which it is published."""
    call = _lock(proposal.call)
    now = clock.now()
    if publish_at and publish_at < now:
        raise Refused(Reason(_("This instant is past already."), "publish_at"), about=proposal)
    PROPOSAL.advance(
        proposal, "schedule", by=by, unless=lambda locked: rules.stale(locked, queries.fingerprint(call)),
        publish_at=publish_at or now, published_by=by,
    )  # fmt: skip
    if proposal.publish_at <= now:
        take_effect(proposal, by=by)


@transaction.atomic
def take_effect(proposal, *, by):
    """At its instant: every application gets its result, every firm its letter, in one transaction."""
    call = _lock(proposal.call)
    PROPOSAL.advance(
        proposal, "take_effect", by=by, unless=lambda locked: rules.stale(locked, queries.fingerprint(call)),
        published_at=clock.now(),
    )  # fmt: skip
    news = []
    for place in proposal.places.select_related("application__firm"):
        application = place.application
        application.call = call
        APPLICATION.advance(application, MOVES[place.result], by=by, note=place.reason)
        context = {"application": application, "place": place, "call": call}
        news.append((people_of(application), f"result:{proposal.key}:{application.pk}", context))
    notify_each("result_published", news)
