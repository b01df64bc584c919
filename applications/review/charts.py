"""The drawing of a panel's totals as numbers for an SVG template: no query, no markup."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 260, 34, 10, 14, 26
NARROW, WIDE, MANY = 560, 1100, 30  # so many applications stand side by side before the drawing gets wider
LABELS = 20


def dots(lines):
    """A dot for each total, a cross for one that lies far off, and a line from the lowest to the highest, application by application.

    lines: deliberating.Line in order. Each kind of mark is one path, so that a thousand of them are drawn as fast as one.
    """
    totals = [sheet.total for line in lines for sheet in line.counted]
    lowest = int(min(totals, default=0)) // 10 * 10
    width = WIDE if len(lines) > MANY else NARROW
    step = (width - LEFT - RIGHT) / max(1, len(lines))
    scale = (HEIGHT - TOP - BOTTOM) / (100 - lowest or 1)

    def y_of(total):
        return round(HEIGHT - BOTTOM - float(total - lowest) * scale, 1)

    points, crosses, spans, labels = [], [], [], []
    every = max(1, -(-len(lines) // LABELS))
    for place, line in enumerate(lines):
        x = round(LEFT + step * (place + 0.5), 1)
        found = [(y_of(sheet.total), sheet.pk in line.odd) for sheet in line.counted]
        if found:
            spans.append(f"M{x} {min(found)[0]}V{max(found)[0]}")
        points += [f"M{x} {y}h0" for y, is_odd in found if not is_odd]
        crosses += [f"M{x - 4:.1f} {y - 4:.1f}l8 8m-8 0l8 -8" for y, is_odd in found if is_odd]
        if place % every == 0:
            labels.append({"x": x, "number": place + 1})
    return {
        "dots": "".join(points), "crosses": "".join(crosses), "spans": "".join(spans), "labels": labels,
        "marks": [{"value": value, "y": y_of(value)} for value in range(lowest, 101, 10 if lowest >= 40 else 20)],
        "width": width, "height": HEIGHT, "left": LEFT, "right": width - RIGHT, "label_y": HEIGHT - 8,
    }  # fmt: skip


def finding(lines):
    """What the drawing says: how many applications are judged far apart."""
    apart = sum(bool(line.odd) for line in lines)
    if not any(line.counted for line in lines):
        return _("No sheet is handed in yet")
    if not apart:
        return _("No total lies far off the others")
    return ngettext("In %(number)d application a total lies far off", "In %(number)d applications a total lies far off", apart) % {"number": apart}  # fmt: skip
