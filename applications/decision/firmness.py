"""The page of how firm the cut of a call is: drawn, in a table and in a sentence, beside the list; and asking for it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.decision import queries, resampling
from applications.decision.firmness_chart import around_the_cut, bars, finding
from applications.kernel.web import fetch, page


@page("stability.view", "GET")
def firmness(request, key):
    """What was worked out last, and what is under way; part=now: how far that is alone."""
    call = fetch(request, Call, key=key)
    last = call.resamplings.order_by("-pk").first()
    waiting = last if last and last.is_at_work else None
    if request.GET.get("part") == "now":
        return render(request, "decision/_firmness_state.html", {"waiting": waiting})
    made = resampling.latest(call)
    rows = around_the_cut(rows_of(made)) if made else []
    applications = queries.by_id({row["pk"] for row in rows})
    for row in rows:
        row["application"] = applications[row["pk"]]
    drawing = bars(rows)
    facts = {
        "call": call,
        "last": last,
        "waiting": waiting,
        "made": made,
        "finding": made and finding(made.result),
        "is_behind": made and resampling.is_behind(made),
        "is_public": queries.published(call) is not None,
        "drawing": drawing,
        "lacks_sheets": not all(row["is_known"] for row in rows),
        "left_out": made and len(made.result["rows"]) - len(rows),
        "may_ask": request.user.has_perm("stability.ask", call),
    }
    return render(request, "decision/firmness.html", facts)


def rows_of(made):
    """The rows of a result as the page and its drawing read them."""
    return [
        {
            "pk": pk, "is_selected": is_selected, "is_known": is_known, "count": count,
            "percent": resampling.percent(count, made.draws),
        }
        for pk, is_selected, count, is_known in made.result["rows"]
    ]  # fmt: skip


@page("stability.ask", "POST")
def ask(request, key):
    call = fetch(request, Call, key=key)
    resampling.ask(call, by=request.user)
    messages.success(request, _("It is being worked out. You can leave this page and come back to it."))
    return redirect("decision:firmness", key=call.key)


@page("stability.ask", "POST")
def stop(request, key):
    call = fetch(request, Call, key=key)
    resampling.stop(call, by=request.user)
    messages.success(request, _("It is given up. What was worked out before still stands."))
    return redirect("decision:firmness", key=call.key)
