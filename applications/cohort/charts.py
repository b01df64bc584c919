"""Drawings of the cohort as numbers for SVG templates, and the finding each one states: no query, no markup."""

from django.utils.translation import gettext as _

from applications.cohort.rules import PATH

CELL, GAP = 30, 4
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 420, 270, 34, 26, 20
TILE_WIDTH, TILE_HEIGHT = 84, 58
# Where a region stands on the map of tiles, by its administrative code: column, row.
TILES = {
    "28": (0, 0), "11": (1, 0), "41": (2, 0), "51": (3, 0), "44": (0, 1), "36": (1, 1), "43": (2, 1), "47": (3, 1),
    "52": (0, 2), "30": (1, 2), "27": (2, 2), "31": (3, 2), "12": (0, 3), "48": (2, 3), "26": (3, 3), "50": (0, 4),
}  # fmt: skip


def grid(seats):
    """One hundred squares, ten by ten. seats: {place: field ordinal} of those held."""
    return [
        {
            "place": place,
            "x": (place - 1) % 10 * (CELL + GAP),
            "y": (place - 1) // 10 * (CELL + GAP),
            "tx": (place - 1) % 10 * (CELL + GAP) + CELL // 2,
            "ty": (place - 1) // 10 * (CELL + GAP) + CELL // 2 + 5,
            "field": seats.get(place),
        }
        for place in range(1, 101)
    ]


def path_to_target(by_year):
    """Net seats by year as bars in the outline of all ever selected, and the planned path as points of a line."""
    reached, ever = {}, 0
    for year, begun, _exits, net in by_year:
        ever += begun
        reached[year] = net, ever
    years = sorted({*PATH, *reached})
    step = (WIDTH - LEFT) / len(years)
    scale = (HEIGHT - BOTTOM - TOP) / max(100, ever)

    def y_of(value):
        return round(HEIGHT - BOTTOM - value * scale, 1)

    bars, points = [], []
    for number, year in enumerate(years):
        x = LEFT + number * step
        middle = round(x + step / 2, 1)
        net, gross = reached.get(year, (None, None))
        bars.append(
            {
                "year": year,
                "x": round(x + step * 0.2, 1),
                "width": round(step * 0.6, 1),
                "y": y_of(net or 0),
                "height": round((net or 0) * scale, 1),
                "gross_y": y_of(gross or 0),
                "gross_height": round((gross or 0) * scale, 1),
                "middle": middle,
                "net": net,
                "gross": gross,
                "plan": PATH.get(year),
            }
        )
        if year in PATH:
            points.append({"x": middle, "y": y_of(PATH[year])})
    marks = [{"value": value, "y": y_of(value)} for value in (0, 25, 50, 75, 100)]
    return {
        "bars": bars, "points": points, "line": " ".join(f"{point['x']},{point['y']}" for point in points),
        "marks": marks, "width": WIDTH, "height": HEIGHT, "left": LEFT, "floor": HEIGHT - BOTTOM - 8, "year_y": HEIGHT - 6,
    }  # fmt: skip


def path_finding(by_year):
    """What the path says: the latest year against its plan."""
    known = [(year, net) for year, _begun, _exits, net in by_year if year in PATH]
    if not known:
        return _("Nobody holds a seat yet; the plan begins in %(year)d") % {"year": min(PATH)}
    year, net = known[-1]
    words = {"year": year, "net": net, "plan": PATH[year], "difference": abs(net - PATH[year])}
    if net > PATH[year]:
        return _("%(year)d: %(net)d hold a seat, %(difference)d more than planned") % words
    if net < PATH[year]:
        return _("%(year)d: %(net)d hold a seat, %(difference)d fewer than planned") % words
    return _("%(year)d: %(net)d hold a seat, as planned") % words


def bars(counts):
    """Bars with their share of the largest, and of the whole, in percent. counts: [(thing, number)]."""
    most = max((number for _thing, number in counts), default=0) or 1
    whole = sum(number for _thing, number in counts) or 1
    return [
        {
            "thing": thing,
            "number": number,
            "width": round(number / most * 100, 1),
            "percent": round(number / whole * 100),
        }
        for thing, number in counts
    ]


def bars_finding(counts):
    """Which fields hold most seats."""
    most = max((number for _thing, number in counts), default=0)
    if not most:
        return _("Nobody holds a seat yet")
    names = " · ".join(str(thing) for thing, number in counts if number == most)
    return _("%(names)s: most seats, %(number)d") % {"names": names, "number": most}


def tiles(counts):
    """The regions as a map of equal tiles, darker where more firms are. counts: [(region, number)]."""
    most = max((number for _region, number in counts), default=0) or 1
    drawn = []
    for region, number in counts:
        if region.code not in TILES:
            continue
        column, row = TILES[region.code]
        drawn.append(
            {
                "region": region,
                "number": number,
                "shade": 0 if not number else 1 if number <= most / 3 else 2 if number <= most * 2 / 3 else 3,
                "x": column * (TILE_WIDTH + GAP) + 1,
                "y": row * (TILE_HEIGHT + GAP) + 1,
                "tx": column * (TILE_WIDTH + GAP) + TILE_WIDTH // 2,
                "name_y": row * (TILE_HEIGHT + GAP) + 23,
                "number_y": row * (TILE_HEIGHT + GAP) + 45,
            }
        )
    return {"tiles": drawn, "width": 4 * (TILE_WIDTH + GAP), "height": 5 * (TILE_HEIGHT + GAP)}


def tiles_finding(counts):
    """How many stand outside the capital area, which the programme favours."""
    whole = sum(number for _region, number in counts)
    if not whole:
        return _("Nobody holds a seat yet")
    outside = sum(number for region, number in counts if not region.capital_area)
    words = {"outside": outside, "whole": whole, "percent": round(outside / whole * 100)}
    return _("%(outside)d of %(whole)d firms (%(percent)d%%) are outside the capital area") % words
