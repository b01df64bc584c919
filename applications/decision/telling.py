"""What firms are told of a list: which letter goes to whom and what it says, for the letters and for their preview alike."""

from dataclasses import dataclass

from django.db.models import Case, Count, Exists, Min, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce

from applications.decision import deliberated, disclosing, following
from applications.decision.models import Place
from applications.decision.outcomes import ResultNotice
from applications.intake.models import Status
from applications.intake.queries import people_of_firms, told_members
from applications.kernel import calendar
from applications.kernel.clocks import legal_clock
from applications.notifications.outbox import notify_each, replace, text_of


@dataclass
class News:
    """What one firm is told. notice: as it will be kept; earlier: the notice whose place it takes, or None; context: of the letter."""

    place: Place
    kind: str
    notice: ResultNotice
    earlier: ResultNotice | None
    people: list
    context: dict


def told(proposal):
    """The places of a list that has not taken effect whose firms get a letter.

    They are decided now, come up from the reserves, or have another number among them.
    """
    news = Q(application__status=Status.REVIEWED)
    news |= Q(application__status=Status.RESERVED, result=Place.Result.SELECTED)
    news |= Q(application__status=Status.RESERVED, application__in=following.renumbered(proposal))
    return proposal.places.filter(news)


def comes_up(place):
    """Whether this place takes a reserve among the selected."""
    return (place.application.status, place.result) == (Status.RESERVED, Place.Result.SELECTED)


def kind_of(place):
    """The kind of letter about one of the places that are told."""
    if place.application.status == Status.REVIEWED:
        return "result_published"
    return "reserve_promoted" if comes_up(place) else "reserve_moved"


def kinds_of(proposal, places):
    """What goes out, in the order of rank: [(kind of letter, result, how many firms, the first rank of one that can be written to, else of any)].

    places: of the list, those that are told; result: "conditional" where the committee selects with conditions.
    """
    said = deliberated.in_force(proposal.deliberation_id)
    bound = Q(application__in=[pk for pk, one in said.items() if one.conditions])
    result = Case(When(bound & Q(result=Place.Result.SELECTED), then=Value("conditional")), default="result")
    people = Exists(told_members().filter(firm=OuterRef("application__firm")))
    first = Coalesce(Min("rank", filter=people), Min("rank"))
    rows = places.annotate(said=result).order_by()
    found = rows.values_list("application__status", "said").annotate(Count("pk"), first=first)
    firsts = {
        place.rank: place
        for place in places.filter(rank__in=[row[3] for row in found]).select_related("application")
    }
    return [
        (kind_of(firsts[rank]), said, number, rank)
        for _status, said, number, rank in sorted(found, key=lambda row: row[3])
    ]


def leaves_at(proposal, now):
    """The instant that the letters of a list that waits are previewed for: its own, else now."""
    return max(proposal.publish_at, now) if proposal.publish_at else now


def reserves_end(proposal, *, now):
    """When the reserve list ends that this one brings (exclusive): a further list keeps the end of the first."""
    if proposal.follows_id:
        return proposal.follows.reserve_ends_at
    return calendar.end_of_term(now, proposal.call.reserve_days)


def news_of(proposal, places, *, now):
    """The News of these places, if the list takes effect now; nothing is written.

    places: some of those that are told, with their applications and firms.
    """
    call, places = proposal.call, sorted(places, key=lambda place: place.application_id)
    facts, words = disclosing.facts_of(proposal, places), disclosing.words_of(call)
    people = people_of_firms({place.application.firm_id for place in places})
    earlier = earlier_of([place.application_id for place in places])
    terms = {
        "appeal_ends_at": calendar.end_of_term(now, call.appeal_days),
        "reserve_until": calendar.day_before(reserves_end(proposal, now=now)),
        "sign_by": legal_clock("agreement").last_day(now) if call.is_rnd else None,
    }
    return [_of(place, call, facts, words, people, earlier, terms, now) for place in places]


def _of(place, call, facts, words, people, earlier, terms, now):
    pk = place.application_id
    notice = ResultNotice(
        application_id=pk,
        place=place,
        delivered_at=now,
        appeal_ends_at=terms["appeal_ends_at"],
        facts=facts[pk],
    )
    kind = kind_of(place)
    context = {
        "is_anew": kind == "result_published",
        "application": place.application,
        "place": place,
        "call": call,
        "notice": notice,
        "earlier": earlier.get(pk),
        "reserve_until": terms["reserve_until"],
        "sign_by": terms["sign_by"],
        **disclosing.shown(notice, words, is_confirmed=False),
    }
    return News(place, kind, notice, earlier.get(pk), people[place.application.firm_id], context)


def earlier_of(ids):
    """{application id: the last notice it was given}."""
    found = ResultNotice.objects.filter(application__in=ids).select_related("place__proposal").order_by("pk")
    return {notice.application_id: notice for notice in found}


def event_of(place):
    """What a letter is about: one version of the decision on one application."""
    return f"result:{place.proposal.key}:{place.application_id}"


def tell(proposal, news):
    """Keep the notices and write the letters; e-mails that say what held before and have not left yet do not leave."""
    ResultNotice.objects.bulk_create((one.notice for one in news), batch_size=1000)
    replace([event_of(one.earlier.place) for one in news if one.earlier])
    for kind in sorted({one.kind for one in news}):
        notify_each(
            kind,
            ((one.people, event_of(one.place), one.context) for one in news if one.kind == kind),
        )


def letters_of(news):
    """[(person, subject, body)] of every letter that one of the News will be."""
    return [
        (person, *text_of(news.kind, person.language, {**news.context, "person": person}))
        for person in news.people
    ]
