"""Long lists, a page at a time, by key: the last page costs what the first one does."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Q

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """Rows of one page, with the marks that lead to its neighbours (empty where there is none)."""

    rows: list
    previous: str
    next: str


def page_by_key(queryset, order, mark="", size=PAGE_SIZE):
    """One page of a queryset in this order, as a Page.

    order: field names, "-" for descending, the last one unique, none of them null.
    mark: what an earlier page of this order gave as `previous` or `next`; any other text leads to the first page.
    """
    marks = signing.Signer(salt=f"list page {' '.join(order)}")
    backwards, key = _read(marks, mark, len(order))
    names = [name.removeprefix("-") for name in order]
    descending = [name.startswith("-") != backwards for name in order]
    if key:
        try:
            queryset = queryset.filter(_beyond(names, descending, key))
        except (
            ValidationError,
            ValueError,
            TypeError,
        ):  # the mark of another table, with values of another kind
            return page_by_key(queryset, order, size=size)
    ordering = [
        F(name).desc() if down else F(name).asc() for name, down in zip(names, descending, strict=True)
    ]
    rows = list(queryset.order_by(*ordering)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    earlier, later = (more, bool(key)) if backwards else (bool(key), more)
    return Page(
        rows,
        _write(marks, "previous", rows[0], names) if rows and earlier else "",
        _write(marks, "next", rows[-1], names) if rows and later else "",
    )


def _beyond(names, descending, key):
    """Rows that stand after this key: the first field beyond, or equal and the second beyond, and so on."""
    steps = []
    for last, name in enumerate(names):
        same = {names[i]: key[i] for i in range(last)}
        steps.append(Q(**same, **{f"{name}__{'lt' if descending[last] else 'gt'}": key[last]}))
    return reduce(or_, steps)


def _write(marks, direction, row, names):
    values = []
    for name in names:
        value = row
        for part in name.split("__"):
            value = getattr(value, part)
        values.append(value if isinstance(value, int | str) else str(value))
    return marks.sign_object([direction, *values])


def _read(marks, mark, length):
    try:
        direction, *key = marks.unsign_object(mark)
    except (signing.BadSignature, ValueError):
        return False, None
    return (direction == "previous", key) if len(key) == length else (False, None)
