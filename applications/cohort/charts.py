"""Drawings of the cohort as numbers for SVG templates: no query, no markup."""

from applications.cohort.rules import PATH

CELL, GAP = 30, 4
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 300, 44, 34, 24


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
    """Net seats by year as bars, and the planned path as points of a line."""
    reached = {year: net for year, _gross, _exits, net in by_year}
    years = sorted({*PATH, *reached})
    step = (WIDTH - LEFT) / len(years)
    scale = (HEIGHT - BOTTOM - TOP) / 100

    def y_of(value):
        return round(HEIGHT - BOTTOM - value * scale, 1)

    bars, points = [], []
    for number, year in enumerate(years):
        x = LEFT + number * step
        middle = round(x + step / 2, 1)
        net = reached.get(year)
        bars.append(
            {
                "year": year,
                "x": round(x + step * 0.2, 1),
                "width": round(step * 0.6, 1),
                "y": y_of(net or 0),
                "height": round((net or 0) * scale, 1),
                "middle": middle,
                "net": net,
                "label_y": y_of(net or 0) - 6,
                "plan": PATH.get(year),
            }
        )
        if year in PATH:
            points.append(f"{middle},{y_of(PATH[year])}")
    marks = [{"value": value, "y": y_of(value)} for value in (0, 25, 50, 75, 100)]
    return {
        "bars": bars, "points": " ".join(points), "marks": marks, "width": WIDTH, "height": HEIGHT, "left": LEFT,
        "year_y": HEIGHT - 10,
    }  # fmt: skip


def bars(counts):
    """Horizontal bars for [(label, number)]."""
    most = max((number for _label, number in counts), default=0) or 1
    return [
        {"label": label, "number": number, "y": row * 34, "text_y": row * 34 + 20, "width": round(number / most * 380, 1),
         "number_x": 150 + round(number / most * 380, 1) + 8}
        for row, (label, number) in enumerate(counts)
    ]  # fmt: skip
