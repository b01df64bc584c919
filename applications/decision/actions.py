"""The verbs of decisions: propose, approve, schedule, publish."""

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from applications.calls.models import BudgetLine, Call
from applications.decision import (
    bounding,
    deliberated,
    deliberating,
    fingerprints,
    queries,
    rules,
    swaying,
    telling,
)
from applications.decision.models import Place, Proposal
from applications.decision.outcomes import Opinion
from applications.intake.awaiting import held_still, is_due
from applications.intake.models import Application, Status
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION, PROPOSAL
from applications.notifications.outbox import notify

MOVES = {"selected": "select", "reserved": "reserve", "declined": "decline"}
REASON_LENGTH = Place._meta.get_field("reason").max_length


def draw(call, decided=None):
    """The reviewed applications of a call as the rules rank and cut them now, with what the committee decided: Lines, best first."""
    return draw_with(call, deliberated.in_force(deliberated.closed(call)), decided)[0]


def draw_with(call, resolutions, decided=None):
    """What deliberated.drawn says of these resolutions: {application id: Resolution}."""
    return drawing(call, resolutions)(decided)


def drawing(call, resolutions):
    """The same as a function of the order of equals, for whoever tries several: the call is read once.

    The reasons stand in the language of the house, since the list is kept and read by everybody.
    """
    candidates = queries.candidates(call, deliberated.grants(resolutions))
    limits = bounding.limits(call)

    def drawn(decided):
        with translation.override(settings.LANGUAGE_CODE):
            return deliberated.drawn(candidates, resolutions, limits=limits, decided=decided)

    return drawn


def hold(call):
    """All that a list of a call is cut from, under lock in one order: it changes before or after, never meanwhile.

    The budget line first, as where an agreement takes from it: of two calls one promises before the other.
    """
    list(BudgetLine.objects.select_for_update(no_key=True).filter(pk=call.budget_line_id).values_list("pk"))
    found = Application.objects.select_for_update(no_key=True).filter(call=call).exclude(status=Status.DRAFT)
    list(found.order_by("pk").values_list("pk"))


def obstacles(call, lines, decided=None):
    """Why this list cannot be proposed yet, or never."""
    if call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    is_open, closed = deliberated.standing(call)
    undone = deliberating.not_deliberated(
        is_open=is_open, has_closed=closed is not None, is_needed=call.needs_committee
    )
    return (
        undone
        + unfollowed(deliberated.in_force(closed), lines)
        + rules.not_ready(
            still_open=queries.still_open(call),
            short=queries.short_of_sheets(call),
            undecided_claims=queries.undecided_claims(call),
            lines=lines,
            decided=decided,
            now=clock.now(),
            closes_at=call.closes_at,
        )
        + rules.unordered(swayed(call, lines, decided))
    )


def swayed(call, lines, decided=None):
    """Equals whose order decides who below them is selected, though they all are (swaying.swayed): only where money and minimums meet."""
    if call.budget_line_id is None and call.budget_krw is None:
        return []
    if rules.undecided(lines, decided) or not call.quotas.filter(least__gt=0).exists():
        return []
    again = drawing(call, deliberated.in_force(deliberated.closed(call)))
    return swaying.swayed(lines, lambda order: again(order)[0], decided)


def unfollowed(resolutions, lines):
    """What the committee decided and these lines do not follow."""
    deviations = deliberating.deviations(resolutions, lines)
    return deliberating.impossible(lines, deviations, deliberated.numbers(deviations))


def lock(call):
    """Decisions on one call are made one after the other.

    Whoever holds an application of it refers to the call when it commits: the key of its row stays free for that.
    """
    found = Call.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("programme").get(pk=call.pk)


@transaction.atomic
def propose(call, *, note, by, decided=None, why="", replaces=None):
    """Draw the result list and propose it; an earlier proposal is replaced, and so is its approval.

    decided: {application id: place that the committee gave it among its equals}; why: the reason of that order.
    replaces: ordinal of the proposal in force that the proposer saw; where it is another, this one is refused.
    """
    require(by, "decision.propose", call)
    call = lock(call)
    hold(call)
    earlier = queries.in_force(call)
    if earlier:
        refuse_unless_seen(earlier, replaces, call)
    lines = draw(call, decided)
    if reasons := obstacles(call, lines, decided) + rules.unreasoned(decided, why):
        raise Refused(*reasons, about=call)
    return write(call, lines, note=note, by=by, decided=decided, why=why, replaces=earlier)


def refuse_unless_seen(earlier, replaces, call):
    """Only a list that is not public yet gives way, and only to somebody who has seen it. Raises Refused."""
    if published := queries.published(call):
        raise Refused(*rules.public_already(published, now=clock.now(), is_stale=False), about=call)
    refuse_unless_open(earlier, replaces, call)


def refuse_unless_open(earlier, replaces, call):
    """The same of a list that is to change a published one."""
    is_stale = bool(queries.stale(earlier))
    reasons = rules.public_already(earlier, now=clock.now(), is_stale=is_stale)
    if not is_stale:
        reasons = reasons or held_still(call.pk)
    if reasons := reasons or rules.replaced_meanwhile(earlier, replaces):
        raise Refused(*reasons, about=call)


def write(call, lines, *, note, by, decided=None, why="", replaces=None, follows=None):
    """Write a proposed list down, in the place of another that waited. follows: the published one that it changes."""
    if replaces:
        PROPOSAL.advance(replaces, "replace", by=by)
    proposal = Proposal.objects.create(
        call=call,
        ordinal=call.proposals.count() + 1,
        follows=follows,
        deliberation=follows.deliberation if follows else deliberated.closed(call),
        note=note,
        order_reason=why if decided else "",
        fingerprint=fingerprints.of_list(call),
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
                among_equals=(decided or {}).get(line.candidate.pk),
                final_score=line.candidate.final,
                base_score=line.candidate.base,
                grant_krw=line.candidate.grant_krw if line.result == "selected" else 0,
            )
            for line in lines
        ),
        batch_size=2000,
    )
    decided = {str(pk): place for pk, place in (decided or {}).items()}
    after = {"places": len(lines), "among_equals": decided, "order_reason": proposal.order_reason}
    audit.record("propose", proposal, by=by, after=after, note=note)
    return proposal


@transaction.atomic
def approve(proposal, *, by):
    """Another person than the proposer and than who kept the minutes approves exactly what was proposed."""
    lock(proposal.call)
    PROPOSAL.advance(
        proposal, "approve", by=by,
        unless=lambda locked: queries.stale(locked) or deliberating.same_hands(deliberated.hands(locked.deliberation), by),
        approved_by=by, approved_at=clock.now(),
    )  # fmt: skip


@transaction.atomic
def send_back(proposal, *, reason, by):
    """Another person than the proposer does not approve: the list is out of force, and the proposer is told why."""
    lock(proposal.call)
    PROPOSAL.advance(proposal, "disapprove", by=by, unless=lambda _locked: too_short(reason), note=reason)
    notify("list_sent_back", to=[proposal.proposed_by], event=f"sent_back:{proposal.key}",
           proposal=proposal, call=proposal.call, why=reason)  # fmt: skip


@transaction.atomic
def opine(application, *, text, to_improve, by):
    """Write what the panel says of a plan as a whole, as its firm will read it; until the result is public it may change."""
    require(by, "decision.opine", application)
    application = Application.objects.select_for_update(of=("self",), no_key=True).get(pk=application.pk)
    if reasons := held_still(application.call_id):
        raise Refused(*reasons, about=application)
    if application.status not in (Status.IN_REVIEW, Status.REVIEWED):
        raise Refused(
            _("The opinion is fixed: the result is public, or the review has not begun."), about=application
        )
    change = {"text": text, "to_improve": to_improve, "by": by, "at": clock.now()}
    Opinion.objects.update_or_create(application=application, defaults=change)
    audit.record("opine", application, by=by)


@transaction.atomic
def publish(proposal, *, by, publish_at=None):
    """Publish an approved list now, or set the instant at which it is published.

    From then on until it takes effect staff change nothing that it was cut from or tells (intake/awaiting.py).
    """
    lock(proposal.call)
    hold(proposal.call)
    now = clock.now()
    if publish_at and publish_at < now:
        raise Refused(Reason(_("This instant is past already."), "publish_at"), about=proposal)
    PROPOSAL.advance(
        proposal, "schedule", by=by,
        unless=lambda locked: queries.stale(locked, at=publish_at) or (publish_at and rules.public_already(locked, now=now, is_stale=False)),
        publish_at=publish_at or now, published_by=by,
    )  # fmt: skip
    if proposal.publish_at <= now:
        take_effect(proposal, by=by)


@transaction.atomic
def take_effect(proposal, *, by):
    """At its instant: every application that gets a result has it, its firm its notice and letter, in one transaction."""
    lock(proposal.call)
    hold(proposal.call)
    gone = queries.left(proposal)
    if proposal.follows_id:
        PROPOSAL.advance(proposal.follows, "give_way", by=by)
    now = clock.now()
    ends = telling.reserves_end(proposal, now=now)
    PROPOSAL.advance(
        proposal, "take_effect", by=by, unless=lambda locked: rules.not_set(locked) or queries.stale(locked),
        published_at=now, reserve_ends_at=ends,
    )  # fmt: skip
    places = list(telling.told(proposal).select_related("application__firm"))
    news = telling.news_of(proposal, places, now=now)
    _move(places, by=by)
    telling.tell(proposal, news)
    if gone:
        notify("list_without", to=[proposal.published_by], event=f"without:{proposal.key}",
               proposal=proposal, call=proposal.call, gone=gone)  # fmt: skip


@transaction.atomic
def hold_back(proposal, *, reason, by):
    """Take the instant of a list back before it has come: it is approved as it was, and what changes asks for a new list."""
    lock(proposal.call)
    PROPOSAL.advance(
        proposal, "hold_back", by=by,
        unless=lambda locked: rules.not_set(locked)
        or rules.public_already(locked, now=clock.now(), is_stale=bool(queries.stale(locked)))
        or too_short(reason),
        note=reason, publish_at=None, published_by=None,
    )  # fmt: skip


@transaction.atomic
def stop(proposal, *, by):
    """The instant of a list has come, and the list stands no more: it loses its instant, and who set it is told why."""
    lock(proposal.call)
    hold(proposal.call)
    proposal = Proposal.objects.select_related("call", "follows", "published_by").get(pk=proposal.pk)
    if not is_due(proposal.call_id) or not (reasons := queries.stale(proposal)):
        return
    told, at = proposal.published_by, proposal.publish_at
    with translation.override(settings.LANGUAGE_CODE):
        note = " ".join(map(str, reasons))
    PROPOSAL.advance(proposal, "stop", by=by, note=note, publish_at=None, published_by=None)
    notify("list_stopped", to=[told], event=f"stopped:{proposal.key}:{at.isoformat()}",
           proposal=proposal, call=proposal.call, reasons=reasons)  # fmt: skip


def _move(places, *, by):
    """Give every application the status that its place says, where it has another."""
    moved = {}
    for place in places:
        if place.application.status == Status.REVIEWED:
            moved.setdefault(MOVES[place.result], {})[place.application_id] = place.reason
        elif telling.comes_up(place):
            moved.setdefault("promote", {})[place.application_id] = place.reason
    for move, notes in moved.items():
        APPLICATION.advance_each(Application.objects.filter(pk__in=notes), move, by=by, notes=notes)
