"""Drawings of how applications come in, as numbers for SVG templates, and what they find: no query, no markup."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 560, 260, 34, 40, 20, 34
BAR_WIDTH, BAR_HEIGHT = 8, 80


def curves(now, before):
    """Two lines over the days before the closing day, as points. now, before: [(days left, number)], each from its opening."""
    most_days = max((days for days, _number in [*now, *before]), default=0) or 1
    most = max((number for _days, number in [*now, *before]), default=0) or 1

    def point(days, number):
        x = LEFT + (WIDTH - LEFT - RIGHT) * (most_days - days) / most_days
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * number / most
        return round(x, 1), round(y, 1)

    def line(points):
        return " ".join(f"{x},{y}" for x, y in (point(*one) for one in points))

    def end(points):
        x, y = point(*points[-1])
        return {"x": x, "y": y, "number": points[-1][1]}

    marks = sorted({0, most // 2, most})
    return {
        "now": line(now), "before": line(before), "end": end(now) if now else None, "end_before": end(before) if before else None,
        "marks": [{"number": mark, "y": point(0, mark)[1]} for mark in marks],
        "days": [{"days": days, "x": point(days, 0)[0]} for days in sorted({most_days, most_days // 2, 0}, reverse=True)],
        "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT, "day_y": HEIGHT - 12,
    }  # fmt: skip


def by_day(curve):
    """[(days left, handed in on that day)] of a curve of what came in by the end of each day."""
    before = [0, *(number for _days, number in curve)]
    return [(days, number - was) for (days, number), was in zip(curve, before, strict=False)]


def busiest(now):
    """The finding of the days: which brought the most, and how many. now: by_day."""
    days, number = max(now, key=lambda one: one[1], default=(0, 0))
    if not number:
        return _("Nothing has come in yet")
    if not days:
        return _("The closing day brought the most: %(number)d") % {"number": number}
    return _("D-%(days)d brought the most: %(number)d") % {"days": days, "number": number}


def curves_finding(now, before):
    """How many came in so far, and how many had at the same distance from the end in the round before."""
    if not now:
        return _("Nothing has come in yet")
    days, number = now[-1]
    words = {"days": days, "number": number}
    when = (
        ngettext("%(days)d day before the end", "%(days)d days before the end", days)
        if days
        else _("On the closing day")
    )
    then = dict(before).get(days)
    if then is None:
        return _("%(when)s: %(number)d handed in") % (words | {"when": when % words})
    return _("%(when)s: %(number)d handed in, %(then)d the last time") % (
        words | {"when": when % words, "then": then}
    )


def minutes(counted):
    """A small bar for each minute. counted: [(minute, number)]."""
    most = max((number for _minute, number in counted), default=0) or 1
    return [
        {
            "x": place * BAR_WIDTH,
            "y": round(BAR_HEIGHT - BAR_HEIGHT * number / most, 1),
            "height": round(BAR_HEIGHT * number / most, 1),
            "minute": minute,
            "number": number,
        }
        for place, (minute, number) in enumerate(counted)
    ]
