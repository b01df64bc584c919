"""Reads of decisions: the ranking, and what a firm may know of its result."""

from functools import reduce
from itertools import pairwise
from operator import or_

from django.apps import apps
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.decision import (
    bounding,
    contesting,
    deliberated,
    deliberating,
    fingerprints,
    following,
    rules,
)
from applications.decision.appeals import Appeal
from applications.decision.models import Place, Proposal
from applications.decision.outcomes import Opinion, ResultNotice
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import FROM_PAPER, TIE_COLUMNS, Application, Exclusion, Status
from applications.intake.models.checks import Adjustment
from applications.kernel import audit, calendar, clock
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Reason
from applications.permissions import parts_in
from applications.review import meeting
from applications.review.exemptions import allowances
from applications.review.queries import counted
from applications.review.rules import usual_sheets

KEYS = fingerprints.KEYS
WHOLE = Q()
RANK_ORDER = (*(f"-{key}" for key in KEYS), "id")
RANKED = (Status.REVIEWED, Status.SELECTED, Status.RESERVED, Status.DECLINED, Status.AGREED)


def ranking(call, where=WHOLE):
    """The reviewed applications of a call with all that the ranking shows: one query, by the index of the rank.

    where: of a part of them (parts.Part).
    """
    return (
        Application.objects.filter(where, call=call, status__in=RANKED, final_score__isnull=False)
        .annotate(firm_name=F("firm__name"))
        .only(
            "key", "number", "field", *KEYS, "base_score", "bonus", "penalty", "sheets", "stage_scores", "spread",
            "requested_krw", "failings",
        )
    )  # fmt: skip


def ranks(call, rows, *, is_first_page, where=WHOLE):
    """The rank of each of these consecutive rows of the ranking (of its part); equals share the rank of the first of them."""
    if not rows:
        return []
    better, before = (0, 0) if is_first_page else _standing(call, rows[0], where)
    found = [better + 1]
    for place in range(1, len(rows)):
        is_equal = all(getattr(rows[place], key) == getattr(rows[place - 1], key) for key in KEYS)
        found.append(found[-1] if is_equal else before + place + 1)
    return found


def _standing(call, row, where):
    """(how many stand above this row by their keys, how many stand before it)."""
    values = {key: getattr(row, key) for key in KEYS}
    steps = [
        Q(**{key: values[key] for key in KEYS[:last]}, **{f"{KEYS[last]}__gt": values[KEYS[last]]})
        for last in range(len(KEYS))
    ]
    above = reduce(or_, steps)
    found = (
        Application.objects.filter(where, call=call, status__in=RANKED, final_score__gte=row.final_score)
        .filter(above | Q(**values, pk__lt=row.pk))
        .aggregate(better=Count("pk", filter=above), before=Count("pk"))
    )
    return found["better"], found["before"]


def broken_ties(rows, names):
    """For each of these consecutive rows (name, value above, own value) of what puts it below an equal above it; else None."""
    keys = [tuple(getattr(row, key) for key in KEYS) for row in rows]
    found = [None] * len(rows)
    for at, (above, row) in enumerate(pairwise(keys), 1):
        if (place := rules.broken_by(above, row)) is not None:
            found[at] = (names[place], above[1 + place], row[1 + place])
    return found


def candidates(call, grants=None):
    """The reviewed applications of a call as the rules rank them: one query of plain rows.

    grants: {id: won} of those whose grant the committee has reduced.
    """
    grants = grants or {}
    rows = Application.objects.filter(
        call=call, status=Status.REVIEWED, final_score__isnull=False
    ).values_list(
        "pk", "final_score", "base_score", *TIE_COLUMNS, "field", "region", "requested_krw", "failings"
    )
    return [
        rules.Candidate(
            pk, final, base, tuple(ties), field, region, grants.get(pk, krw or 0), tuple(failings)
        )
        for pk, final, base, *ties, field, region, krw, failings in rows
    ]


def by_id(ids):
    """{id: application} with what a list names."""
    return Application.objects.select_related("firm", "field").in_bulk(ids)


def still_open(call):
    """Numbers of applications that are not through screening and review, and firms whose paper the office may still enter."""
    found = Application.objects.filter(call=call, status__in=following.STILL_OPEN)
    numbers = list(found.order_by("number").values_list("number", flat=True))
    if clock.now() >= legal_clock("paper_entry").ends_at(call.closes_at):
        return numbers
    on_paper = Application.objects.filter(FROM_PAPER, call=call, status=Status.DRAFT)
    return numbers + list(on_paper.order_by("pk").values_list("firm__name", flat=True))


def short_of_sheets(call):
    """Numbers of reviewed applications that lost sheets of a stage afterwards, by a conflict declared late."""
    needed = least_sheets(call.stages.all())
    found = Application.objects.filter(call=call, status=Status.REVIEWED).order_by("number")
    return [
        number
        for pk, number, final, stages in found.values_list("pk", "number", "final_score", "stage_scores")
        if final is None or any(sheets < needed(ordinal, pk) for ordinal, sheets, _mean in stages)
    ]


def least_sheets(stages):
    """How many sheets a closed review stands with, as a function of (ordinal of a stage, id of an application)."""
    of, allowed = {stage.ordinal: stage for stage in stages}, allowances(stages)
    return lambda ordinal, pk: allowed(of[ordinal].pk, pk) or usual_sheets(of[ordinal])


def undecided_claims(call):
    """Numbers of reviewed applications that claim a bonus which nobody has decided on."""
    reviewed = Application.objects.filter(call=call, status=Status.REVIEWED)
    decided = set(Adjustment.objects.filter(application__in=reviewed).values_list("application", "item"))
    claims = reviewed.exclude(claims={}).order_by("number").values_list("pk", "number", "claims")
    return [number for pk, number, items in claims if any((pk, int(item)) not in decided for item in items)]


def in_force(call):
    """The latest proposal of a call that is proposed, approved or published, if there is one."""
    return Proposal.objects.in_force().filter(call=call).first()


def published(call):
    """The published list of a call that is in force, if there is one."""
    return Proposal.objects.filter(call=call, status=Proposal.Status.PUBLISHED).first()


def sent_back(call):
    """The last proposal of a call, if it was sent back: the trace that says by whom and why."""
    last = Proposal.objects.filter(call=call).first()
    if last is None or last.status != Proposal.Status.SENT_BACK:
        return None
    return audit.trail(last).filter(verb="disapprove").select_related("actor").last()


def stale(proposal, at=None):
    """Why this list does not stand at an instant (at; else its own, else now); an empty list is that it does.

    Once its instant is set, firms that leave it stop nobody else's result.
    """
    if proposal.call.cancelled_at:
        return [Reason(_("This call was cancelled."))]
    if following.outlives_reserves(proposal, at or proposal.publish_at or clock.now()):
        return rules.reserves_ended(proposal.follows.reserve_until)
    if reasons := bounding.beyond_line(proposal):
        return reasons
    if not proposal.follows_id:  # a further list follows the meeting of the list that it changes
        is_open, closed = deliberated.standing(proposal.call)
        if reasons := deliberating.outdated(
            drawn_with=proposal.deliberation_id, closed=closed, is_open=is_open
        ):
            return reasons
    now = fingerprints.of_list(proposal.call, proposal if proposal.publish_at else None)
    if proposal.fingerprint == now:
        return []
    if proposal.follows_id:
        return rules.stale(proposal, now)
    gone = proposal.places.exclude(application__status=Status.REVIEWED)
    return rules.stale(proposal, now, list(gone.values_list("application__number", flat=True)))


def left(proposal):
    """Numbers of the applications that were withdrawn or given up since the instant of a list was set; it takes effect without them."""
    if not (proposal.waits and proposal.publish_at):
        return []
    found = proposal.places.filter(application__status__in=following.LEFT)
    return list(found.values_list("application__number", flat=True))


def counts(proposal):
    """How many places of a list are selected, reserved and declined; without those who left one that waits for its instant."""
    places = proposal.places.order_by()
    if proposal.waits and proposal.publish_at:
        places = places.exclude(application__status__in=following.LEFT)
    found = dict(places.values_list("result").annotate(Count("pk")))
    return [found.get(result, 0) for result in Place.Result.values]


def cuts(proposal):
    """Where a list that was written down is cut (rules.cuts)."""
    last = proposal.places.aggregate(
        selected=Max("rank", filter=Q(result=Place.Result.SELECTED), default=0),
        passed=Max("rank", filter=~Q(result=Place.Result.DECLINED), default=0),
    )
    return rules.cuts(last["selected"], last["passed"])


def published_place(application, *, now):
    """What the list says of this application, once its instant has come; None before.

    A list that has changed since its approval has no instant: it is not published until it is proposed again. Who has left
    has the result of its last notice.
    """
    places = (
        Place.objects.filter(
            application=application,
            proposal__status__in=(
                Proposal.Status.APPROVED,
                Proposal.Status.PUBLISHED,
                Proposal.Status.REPLACED,
            ),
            proposal__publish_at__lte=now,
        )
        .select_related("proposal__call")
        .order_by("-proposal__ordinal")
    )
    if application.status in following.LEFT:
        places = places.filter(notice__isnull=False)
    return next((place for place in places if is_public(place.proposal)), None)


def is_public(proposal):
    """Of a list whose instant has come: it was published, or is still what was approved."""
    return proposal.published_at is not None or (
        proposal.status == Proposal.Status.APPROVED and not stale(proposal)
    )


def notice_of(application):
    """The last notice of a result that this firm was given; None before the first."""
    return application.result_notices.select_related("place__proposal__call").last()


def notice_before(notice):
    """The notice whose place this one takes; None where it is the first of its application."""
    found = ResultNotice.objects.filter(application=notice.application_id, pk__lt=notice.pk)
    return found.select_related("place").last()


def is_confirmed(call, *, now):
    """Whether the result of a call is confirmed: every firm's time to appeal is over, every appeal answered, and nothing is decided anew.

    The time of those who were ruled out runs too. What arrived in time may still be on its way some minutes later.
    """
    now -= ON_THEIR_WAY
    # Who came up has nothing to contest.
    notices = ResultNotice.objects.filter(application__call=call).exclude(
        place__proposal__follows__isnull=False, place__result=Place.Result.SELECTED
    )
    if not notices.exists() or notices.filter(appeal_ends_at__gt=now).exists():
        return False
    applications = Application.objects.filter(call=call)
    if applications.filter(status__in=following.UNDECIDED).exists():
        return False
    ruled_out = Exclusion.objects.filter(
        application__in=applications.filter(status=Status.INELIGIBLE), confirmed=True
    )
    last = ruled_out.aggregate(at=Max("answered_at"))["at"]
    if last and calendar.end_of_term(last, call.appeal_days) > now:
        return False
    return not Appeal.objects.open().filter(application__call=call).exists()


def contested(application):
    """The last decision of this application that the firm was told: of its result, or that it is ruled out; None before any."""
    if application.status == Status.INELIGIBLE:
        last = application.exclusions.filter(confirmed=True).order_by("pk").last()
        if last is None:
            return None
        ends_at = calendar.end_of_term(last.answered_at, application.call.appeal_days)
        return contesting.Contested({"exclusion": last}, last.answered_at, ends_at)
    notice = application.result_notices.last()
    return notice and contesting.Contested({"notice": notice}, notice.delivered_at, notice.appeal_ends_at)


def newer_decision(appeal):
    """The decision that its firm was told after the one that a draft of an appeal is about, and may contest; None where there is none."""
    found = contested(appeal.application)
    if appeal.status != Appeal.Status.DRAFT or contesting.not_appealable(appeal.application, found):
        return None
    is_same = all(getattr(appeal, f"{name}_id") == thing.pk for name, thing in found.thing.items())
    return None if is_same else found


def unmanned(appeal):
    """Why nobody can take the next step of an appeal that waits for its answer: everybody who might had a part in what is contested."""
    if not appeal.is_open:
        return []
    role = Role.OFFICER if appeal.status == Appeal.Status.RECEIVED else Role.DIRECTOR
    people = User.objects.filter(role=role, is_active=True).exclude(pk__in=parts_in(appeal))
    return [] if people.exclude(pk=appeal.proposed_by_id).exists() else contesting.nobody_left(role)


def opinion_of(application):
    """The opinion of the panel on this plan, if it is written."""
    return Opinion.objects.filter(application=application).first()


def comments_of(application):
    """(opinion, what to improve) to begin with: what a panel has concluded, else what the counted sheets say.

    Of the sheets each text stands once, by the alphabet: the order tells nothing of who wrote them; the officer takes out what does.
    """
    sheets = counted(application).values_list("strengths", "overall", "weaknesses")
    said = sorted(
        {text.strip() for strengths, overall, _weak in sheets for text in (overall, strengths)} - {""}
    )
    weak = sorted({text.strip() for _strong, _overall, text in sheets} - {""})
    heard = meeting.opinions_of([application.pk]).get(application.pk)
    return (heard or "\n\n".join(said))[:4000], "\n\n".join(weak)[:4000]


def without_opinion(call):
    """How many reviewed plans of a call, which tells its firms the opinion of the panel, have none yet."""
    if not call.discloses_opinion:
        return 0
    silent = Application.objects.filter(call=call, status=Status.REVIEWED, opinion=None)
    return silent.exclude(Exists(meeting.concluded().filter(application=OuterRef("pk")))).count()


def certificate_of(application):
    """The certificate of the designation that followed, if there is one; a table of a later room: by name only."""
    certificates = apps.get_model("applications", "Certificate").objects
    return certificates.select_related("seat").filter(seat__application=application).first()
