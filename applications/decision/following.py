"""Reads of a list that is public: what still holds of it, what changes it, what was given up."""

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from applications.decision import contesting, deliberated, rules
from applications.decision.further import Standing
from applications.decision.models import Place, Proposal
from applications.decision.outcomes import GiveUp
from applications.intake.models import TIE_COLUMNS, Application, Status

STILL_OPEN = (Status.SUBMITTED, Status.RETURNED, Status.IN_REVIEW)  # not through screening and review
LEFT = (Status.WITHDRAWN, Status.GIVEN_UP)
UNDECIDED = (*STILL_OPEN, Status.REVIEWED)


def renumbered(proposal):
    """Ids of the applications whose number on the reserve list is another than in the list that this one changes."""
    if not proposal.follows_id:
        return set()

    def numbers(of):
        return set(of.places.filter(result=Place.Result.RESERVED).values_list("application", "reserve_rank"))

    return {pk for pk, _number in numbers(proposal) - numbers(proposal.follows)}


def stood(published, *, now):
    """{application id: Standing} of a published list: what still holds of it. Who gave up or withdrew is not on it any more.

    From the end of the reserve list on its reserves are not selected, whether the timetable has told them yet or not.
    """
    has_ended = published.reserve_ends_at <= now
    holding = {
        Place.Result.SELECTED: (Status.SELECTED, Status.AGREED),
        Place.Result.RESERVED: (Status.RESERVED,),
        Place.Result.DECLINED: (Status.DECLINED,),
    }
    rows = published.places.values_list(
        "application", "application__status", "result", "reserve_rank", "reason", "rank"
    )
    found = {}
    for pk, status, result, reserve_rank, reason, rank in rows:
        holds = status in holding[result] or (result, status) == (Place.Result.RESERVED, Status.DECLINED)
        if not holds and status != Status.REVIEWED:
            continue
        if result == Place.Result.RESERVED and (has_ended or status == Status.DECLINED):
            result, reserve_rank = Place.Result.DECLINED, None
        found[pk] = Standing(holds, result, reserve_rank, reason, rank)
    return found


def first_selected(call):
    """How many the first published list of a call selected: places that become free are filled up to this."""
    first = Proposal.objects.filter(call=call, published_at__isnull=False).order_by("ordinal").first()
    return first.places.filter(result=Place.Result.SELECTED).count()


def going_on(call, published, *, now):
    """(candidates, {id: Standing}) of a further list: who is on the published one still, and who was decided anew."""
    standings = stood(published, now=now)
    # Grants that the committee reduced hold for who comes up too.
    grants = deliberated.grants(deliberated.in_force(published.deliberation))
    grants |= dict(
        published.places.filter(result=Place.Result.SELECTED).values_list("application", "grant_krw")
    )
    rows = Application.objects.filter(
        Q(pk__in=standings) | Q(status=Status.REVIEWED), call=call, final_score__isnull=False
    ).values_list(
        "pk", "final_score", "base_score", *TIE_COLUMNS, "field", "region", "requested_krw", "failings"
    )
    found = [
        rules.Candidate(
            pk, final, base, tuple(ties), field, region, grants.get(pk, krw or 0), tuple(failings)
        )
        for pk, final, base, *ties, field, region, krw, failings in rows
    ]
    return found, {c.pk: standings.get(c.pk, Standing(False)) for c in found}


def to_go_on(now):
    """Published lists that are looked at for a change: somebody was decided anew, or a place was left and a reserve waits for one.

    While anything of the call is screened or reviewed again no other place of it is decided.
    """
    still_open = Application.objects.filter(call=OuterRef("call"), status__in=STILL_OPEN)
    anew = Application.objects.filter(call=OuterRef("call"), status=Status.REVIEWED)
    # Whether it gave its place up or left while the list waited for its instant: that selects nobody there any more.
    freed = Application.objects.filter(
        call=OuterRef("call"), status__in=LEFT, places__proposal=OuterRef("pk"), places__result="selected"
    )
    waits = Application.objects.filter(call=OuterRef("call"), status=Status.RESERVED)
    open_list = Proposal.objects.waiting().filter(call=OuterRef("call"))
    free = Exists(freed) & Exists(waits)
    return Proposal.objects.filter(
        Exists(anew) | (free & Q(reserve_ends_at__gt=now)),
        ~Exists(open_list),
        ~Exists(still_open),
        status=Proposal.Status.PUBLISHED,
    )


def outlives_reserves(proposal, at):
    """Whether a further list that takes effect then has somebody come up from the reserve list, or wait on it, after its end."""
    if not proposal.follows_id or proposal.follows.reserve_ends_at > at:
        return False
    reserves = Q(result=Place.Result.RESERVED)
    comes_up = Q(result=Place.Result.SELECTED, application__status=Status.RESERVED)
    return proposal.places.filter(reserves | comes_up).exists()


def bound_already(application):
    """Why what was selected is not given up any more; tables of later rooms, by name only."""
    seats = apps.get_model("applications", "Seat").objects.filter(application=application)
    agreements = apps.get_model("applications", "Agreement").objects.filter(
        application=application, status="in_force"
    )
    return contesting.bound_already(application, has_seat=seats.exists(), has_agreement=agreements.exists())


def given_up(call):
    """What was given up in a call, the latest first."""
    found = GiveUp.objects.filter(application__call=call).select_related("application__firm")
    return found.order_by("-pk")[:50]


def reserves_ended(now):
    """Published lists whose reserves have ended while somebody is still on them."""
    waits = Application.objects.filter(call=OuterRef("call"), status=Status.RESERVED)
    return Proposal.objects.filter(Exists(waits), status=Proposal.Status.PUBLISHED, reserve_ends_at__lte=now)
