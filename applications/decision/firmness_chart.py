"""The drawing of how firm a cut is as numbers for an SVG template, and the sentence that it states: no query, no markup."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LEFT, WIDTH, RIGHT, ROW, TOP = 116, 440, 48, 26, 24
SHOWN = 40  # those nearest to the cut
CLEAR = 10  # of those who are firm on either side, so many are shown beside the others


def around_the_cut(rows):
    """Those rows that are not firm, and the firm ones next to the cut, in their order; at most SHOWN of them.

    rows: in order, the selected ones first, each with `is_selected`, `percent` (of a hundred draws in which it is selected).
    """
    cut = next((place for place, row in enumerate(rows) if not row["is_selected"]), len(rows))
    beside = set(range(cut - CLEAR, cut + CLEAR))
    near = [place for place, row in enumerate(rows) if 1 <= row["percent"] <= 99 or place in beside]
    nearest = sorted(near, key=lambda place: (abs(rows[place]["percent"] - 50), abs(place - cut)))[:SHOWN]
    return [rows[place] for place in sorted(nearest)]


def bars(rows):
    """A bar for each row, as long as it is often selected, and where the cut runs between them. rows: around_the_cut."""
    above = sum(row["is_selected"] for row in rows)
    drawn = [
        row
        | {
            "is_first_below": 0 < place == above,
            "y": TOP + ROW * place + 4,
            "text_y": TOP + ROW * place + 18,
            "width": round((WIDTH - LEFT - RIGHT) * row["percent"] / 100, 1),
        }
        for place, row in enumerate(rows)
    ]
    middle = (LEFT + WIDTH - RIGHT) // 2
    return {
        "rows": drawn, "left": LEFT, "label_x": LEFT - 8, "value_x": WIDTH - RIGHT + 8, "right": WIDTH - RIGHT,
        "marks": [(LEFT, "0", "start"), (middle, "50", "middle"), (WIDTH - RIGHT, "100", "end")], "width": WIDTH, "top": TOP, "height": TOP + ROW * len(rows) + 8,
        "cut": TOP + ROW * above if 0 < above < len(rows) else None,
    }  # fmt: skip


def finding(result):
    """What it comes to in a sentence. result: resampling.worked_out."""
    if not result["known"]:
        return _("No application has two sheets of a stage: how far reviewers differ is not known")
    if not result["near"] and not any(is_selected for _pk, is_selected, _count, _known in result["rows"]):
        return _("Nobody is selected as it stands, nor by other sheets of the same reviewers")
    if not result["near"]:
        return _("The cut is firm: other sheets of the same reviewers would select the same firms")
    return ngettext(
        "For %(number)d firm it depends on who reviewed whether it is selected",
        "For %(number)d firms it depends on who reviewed whether they are selected",
        result["near"],
    ) % {"number": result["near"]}
