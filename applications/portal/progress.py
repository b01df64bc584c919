"""How applications to a call come in: beside the round before, and on its last day minute by minute."""

from django.shortcuts import render

from applications.kernel import clock
from applications.kernel.web import page
from applications.portal import arrivals, charts


@page("arrivals.view", "GET")
def progress(request):
    """One call (call: its key), by default the open one that closes first. part=now: what is watched alone, as a piece of the page."""
    now = clock.now()
    calls = arrivals.calls_to_watch(now)
    call = next(
        (call for call in calls if str(call.key) == request.GET.get("call")), calls[0] if calls else None
    )
    if call is None:
        return render(request, "portal/progress.html", {"calls": calls})
    present = arrivals.at_present(call, now)
    facts = {
        "call": call,
        "now": now,
        **present,
        "bars": charts.minutes(present["minutes"]),
        "has_bars": any(number for _minute, number in present["minutes"]),
    }
    if request.GET.get("part") == "now":
        return render(request, "portal/_present.html", facts)
    so_far = arrivals.by_days_left(call, today=clock.today())
    before = arrivals.round_before(call)
    last = arrivals.by_days_left(before, today=clock.today()) if before else []
    then = dict(last)
    daily, daily_last = charts.by_day(so_far), charts.by_day(last)
    on_day, on_day_then = dict(daily), dict(daily_last)
    return render(
        request,
        "portal/progress.html",
        {
            **facts,
            "calls": calls,
            "may_list": request.user.has_perm("application.list"),
            "before": before,
            "drawing": charts.curves(so_far, last),
            "finding": charts.curves_finding(so_far, last),
            "daily": charts.curves(daily, daily_last),
            "daily_finding": charts.busiest(daily),
            "rows": [
                (days, on_day[days], on_day_then.get(days), number, then.get(days)) for days, number in so_far
            ],
        },
    )
