"""The public figures of a call in words, and drawn as numbers for SVG templates: no query, no markup."""

from itertools import pairwise

from django.utils.translation import gettext as _

from applications.decision.cells import LOADS, SPREADS, YEARS

LEFT, WIDTH, RIGHT, ROW, TOP = 160, 430, 64, 30, 4


def groups(rows, words):
    """A row of the drawing and of the table for each group. rows: of fairness.facts_of; words: codes → what they are called."""
    most = max((row[1] for row in rows), default=0) or 1

    def long(count):
        return round((WIDTH - LEFT - RIGHT) * count / most, 1)

    drawn = [
        {
            "name": words(codes), "applications": applications, "eligible": eligible, "selected": selected,
            "percent": round(100 * selected / applications), "y": TOP + ROW * place, "text_y": TOP + ROW * place + 17,
            "outline": long(applications), "width": long(selected), "value_x": LEFT + long(applications) + 8,
        }
        for place, (codes, applications, eligible, selected) in enumerate(rows)
    ]  # fmt: skip
    return {
        "rows": drawn,
        "width": WIDTH,
        "left": LEFT,
        "label_x": LEFT - 8,
        "height": TOP + ROW * len(drawn) + 4,
    }


def bins(rows, words):
    """The same of groups with one count."""
    most = max((count for _codes, count in rows), default=0) or 1
    drawn = [
        {
            "name": words(codes), "count": count, "y": TOP + ROW * place, "text_y": TOP + ROW * place + 17,
            "width": (width := round((WIDTH - LEFT - RIGHT) * count / most, 1)), "value_x": LEFT + width + 8,
        }
        for place, (codes, count) in enumerate(rows)
    ]  # fmt: skip
    return {
        "rows": drawn,
        "width": WIDTH,
        "left": LEFT,
        "label_x": LEFT - 8,
        "height": TOP + ROW * len(drawn) + 4,
    }


def named(names, codes):
    """One thing by its name, several as “others” with how many they are. names: {code: name}."""
    if len(codes) == 1:
        return names.get(codes[0], "–")
    return _("%(number)d others together") % {"number": len(codes)}


def years(codes):
    """2010–2014."""
    return f"{codes[0]}–{codes[-1] + YEARS - 1}"


def between(codes, beginnings):
    """6–15, 25 and more. beginnings: of all groups, in whole numbers."""
    ends = {begin: after - 1 for begin, after in pairwise(beginnings)}
    if codes[-1] not in ends:
        return _("%(number)d and more") % {"number": codes[0]}
    return f"{codes[0]}–{ends[codes[-1]]}"


def sheets(codes):
    return between(codes, LOADS)


def points(codes):
    """Of points between: 5 up to, but not including, 10."""
    ends = dict(pairwise(SPREADS))
    if codes[-1] not in ends:
        return _("%(number)d points and more") % {"number": codes[0]}
    return _("%(begin)d to below %(end)d points") % {"begin": codes[0], "end": ends[codes[-1]]}


def finding(drawing):
    """Which share of a group was selected, from the lowest to the highest."""
    rows = drawing["rows"]
    if len(rows) < 2:
        return _("Too few applications to be told apart")
    low, high = min(rows, key=lambda row: row["percent"]), max(rows, key=lambda row: row["percent"])
    if low["percent"] == high["percent"]:
        return _("In every group %(percent)d%% of the applications were selected") % low
    return _("From %(low)d%% (%(lowest)s) to %(high)d%% (%(highest)s) of the applications were selected") % {
        "low": low["percent"], "lowest": low["name"], "high": high["percent"], "highest": high["name"],
    }  # fmt: skip


def most_often(drawing):
    """The group that holds most."""
    return max(drawing["rows"], key=lambda row: row["count"])["name"]
