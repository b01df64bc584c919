"""The page of what if: the list of a call under other rules, beside the one that is drawn now. It reads and never writes."""

from django.shortcuts import render

from applications.accounts.models import User
from applications.calls.models import Call
from applications.decision import bounding, queries, supposing
from applications.decision.models import Place
from applications.decision.supposing_form import SupposeForm
from applications.kernel.web import fetch, page

SHOWN = 250  # of each kind of change


@page("decision.rank", "GET")
def what_if(request, key):
    """What would change under what the address says: marks, places, budget, quotas, a reviewer less."""
    call = fetch(request, Call, key=key, related=("programme",))
    ruled = bounding.limits(call)
    form = SupposeForm(request.GET or None, call=call, ruled=ruled, reviewers=supposing.reviewers(call))
    facts = {"call": call, "form": form, "is_public": queries.published(call) is not None}
    if form.is_bound and form.is_valid():
        without = form.cleaned_data["without"]
        reviewer = User.objects.only("name").get(key=without) if without else None
        found = supposing.compared(call, ruled=ruled, limits=form.limits, without=reviewer and reviewer.pk)
        kinds = (found.came_in, found.went_out, found.others)
        applications = queries.by_id({one.pk for changes in kinds for one in changes[:SHOWN]})
        facts |= {
            "found": found,
            "reviewer": reviewer,
            "tables": [
                [(applications[one.pk], one.now, one.then) for one in changes[:SHOWN]] for changes in kinds
            ],
            "left_out": sum(max(0, len(changes) - SHOWN) for changes in kinds),
            "counts": [
                [sum(line.result == name for line in lines) for name in Place.Result.values]
                for lines in (found.now, found.then)
            ],
        }
    return render(request, "decision/what_if.html", facts)
