"""The page of how severe the reviewers of a call are: drawn, in a table and in a sentence, beside the official scores."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from applications.calls.models import Call
from applications.calls.stages import Stage
from applications.kernel.web import fetch, page
from applications.review import calibrating
from applications.review.severity_chart import intervals


@page("severity.view", "GET")
def severity(request, key):
    """What the latest working out says of the reviewers of this call; part=now: whether it is made yet."""
    call = fetch(request, Call, key=key)
    latest = call.calibrations.select_related("asked_by").order_by("-pk").first()
    made = call.calibrations.exclude(made_at=None).order_by("-pk").first()
    kinds = dict(Stage.Kind.choices)
    stages = [
        one | {"title": kinds[one["stage"]], "drawing": intervals(one["reviewers"])}
        | {word: sum(row["word"] == word for row in one["reviewers"]) for word in ("severe", "lenient")}
        for one in (made.result["stages"] if made else ())
    ]  # fmt: skip
    facts = {
        "call": call,
        "latest": latest,
        "made": made,
        "stages": stages,
        "stands_out": any(one["severe"] or one["lenient"] for one in stages),
        "places": made and made.result["places"],
        "may_ask": request.user.has_perm("severity.ask", call),
    }
    return render(request, "review/severity.html", facts)


@page("severity.ask", "POST")
def ask(request, key):
    call = fetch(request, Call, key=key)
    calibrating.ask(call, by=request.user)
    messages.success(request, _("It is being worked out. You can leave this page and come back to it."))
    return redirect("review:severity", key=call.key)
