"""Pages of the desk before a list is published: what goes out, and every letter as it will go."""

from django.shortcuts import get_object_or_404, redirect, render

from applications.decision import queries, telling
from applications.decision.models import Proposal
from applications.kernel import clock
from applications.kernel.accesslog import log_view
from applications.kernel.tables import page_by_key
from applications.kernel.web import fetch, page

ROWS = 50


def samples(proposal):
    """One letter of each kind and result: [(kind, result, how many firms, subject, body)]; no texts once they are written."""
    if not proposal.waits:
        return []
    found = telling.kinds_of(proposal)
    places = proposal.places.filter(rank__in=[rank for *_kind, rank in found])
    news = telling.news_of(
        proposal, places.select_related("application__firm"), now=telling.leaves_at(proposal, clock.now())
    )
    letters = {one.place.rank: telling.letters_of(one)[:1] for one in news}
    return [
        (kind, result, number, subject, body)
        for kind, result, number, rank in found
        for _person, subject, body in letters[rank]
    ]


@page("decision.publish", "GET")
def listing(request, key):
    """Whom a list that waits will be told to, a page at a time."""
    found = fetch(request, Proposal, key=key, related=("call", "follows"))
    if not found.waits:
        return redirect(found)
    told = telling.told(found).select_related("application__firm")
    rows = page_by_key(told, ["rank"], request.GET.get("mark", ""), size=ROWS)
    facts = {
        "proposal": found,
        "page": rows,
        "rows": [(place, telling.kind_of(place)) for place in rows.rows],
        "kinds": telling.kinds_of(found),
        "stale": queries.stale(found),
    }
    return render(request, "decision/letters.html", facts)


@page("decision.publish", "GET")
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
