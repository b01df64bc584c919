"""Drawings of review as numbers for SVG templates: no query, no markup."""

LEFT, WIDTH, RIGHT, ROW, TOP = 150, 560, 60, 26, 24
SHOWN = 40  # reviewers: those farthest from the middle


def intervals(reviewers):
    """Each reviewer as a point with its interval on a line whose middle is zero. reviewers: rows of calibrating.worked_out.

    Where they are many, those farthest from the middle are drawn; the table has all.
    """
    shown = sorted(reviewers, key=lambda row: -abs(row["effect"]))[:SHOWN]
    shown.sort(key=lambda row: (row["effect"], row["name"]))
    most = max((max(abs(row["low"]), abs(row["high"])) for row in shown), default=0) or 1

    def x(points):
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (points + most) / (2 * most), 1)

    rows = [
        {
            "name": row["name"],
            "text": row["effect"],
            "word": row["word"],
            "low": x(row["low"]),
            "width": round(x(row["high"]) - x(row["low"]), 1),
            "x": x(row["effect"]),
            "y": TOP + ROW * place + ROW // 2,
        }
        for place, row in enumerate(shown)
    ]
    return {
        "rows": rows, "zero": x(0), "left": LEFT - 8, "right": WIDTH - RIGHT + 8, "width": WIDTH, "top": TOP,
        "height": TOP + ROW * len(rows) + 8, "ends": [round(most, 1), x(-most), x(most)],
    }  # fmt: skip
