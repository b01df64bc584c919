"""Pages of the desk before a list is published: what goes out, and every letter as it will go."""

from django.shortcuts import get_object_or_404, redirect, render

from applications.decision import queries, telling
from applications.decision.models import Proposal
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page

ROWS = 50


def samples(request, proposal):
    """One letter of each kind and result: [(kind, result, how many firms, subject, body)]; no texts once they are written.

    Where nobody of any of these firms can be written to, subject and body are empty.
    """
    if not proposal.waits:
        return []
    told = telling.told(proposal)
    found = telling.kinds_of(proposal, told)
    places = told.filter(rank__in=[rank for *_kind, rank in found]).select_related("application__firm")
    news = telling.news_of(proposal, places, now=telling.leaves_at(proposal, clock.now()))
    # Which of them these are would tell who is first of each result.
    log_view(request, "letter.preview", proposal)
    first = {one.place.rank: next(iter(telling.letters_of(one)), (None, "", "")) for one in news}
    return [(kind, result, number, *first[rank][1:]) for kind, result, number, rank in found]


@page("decision.preview", "GET")
def listing(request, key):
    """Whom a list that waits will be told to, a page at a time."""
    found = fetch(request, Proposal, key=key, related=("call", "follows"))
    if not found.waits:
        return redirect(found)
    told = telling.told(found)
    rows = page_by_key(
        told.select_related("application__firm"), ["rank"], request.GET.get("mark", ""), size=ROWS
    )
    facts = {
        "proposal": found,
        "page": rows,
        "rows": [(place, telling.kind_of(place)) for place in rows.rows],
        "kinds": telling.kinds_of(found, told),
        "stale": queries.stale(found),
    }
    return render(request, "decision/letters.html", facts)


@page("decision.preview", "GET")
def letter(request, key, application):
    """The very letters that one firm will get, as they stand now; nothing is written."""
    found = fetch(request, Proposal, key=key, related=("call", "follows"))
    if not found.waits:
        return redirect(found)
    place = get_object_or_404(
        telling.told(found).select_related("application__firm"), application__key=application
    )
    log_view(request, "letter.preview", place.application)
    now = telling.leaves_at(found, clock.now())
    [news] = telling.news_of(found, [place], now=now)
    facts = {
        "proposal": found,
        "place": place,
        "kind": news.kind,
        "letters": telling.letters_of(news),
        "at": now,
    }
    return render(request, "decision/letter.html", facts)
