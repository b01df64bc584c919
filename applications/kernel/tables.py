"""Long lists, a page at a time, by key: the last page costs what the first one does."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Func, IntegerField, Q, Subquery, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

PAGE_SIZE = 50


class Rows(Subquery):
    """How many rows a queryset has, as a column of another: no rows are 0, a slice is counted no further."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()
    empty_result_set_value = 0


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
            queryset = queryset.filter(*_beyond(queryset, names, descending, key))
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


class Row(Func):
    """Values side by side, compared as words are: by the first in which they differ. An index is entered at such a place."""

    function, output_field = "", TextField()  # of any kind; a lookup asks for one


def _beyond(queryset, names, descending, key):
    """Conditions for the rows that stand after this key."""
    if None in key:
        raise ValueError("None stands in no order.")
    fields = [F(name).resolve_expression(queryset.query).output_field for name in names]
    key = [field.to_python(value) for field, value in zip(fields, key, strict=True)]
    conditions = []
    if len(set(descending)) == 1:
        values = [Value(value, output_field=field) for value, field in zip(key, fields, strict=True)]
        compare = LessThan if descending[0] else GreaterThan
        conditions.append(compare(Row(*map(F, names)), Row(*values)))
    else:
        steps = []  # the first field beyond, or equal and the second beyond, and so on
        for last, name in enumerate(names):
            same = {names[i]: key[i] for i in range(last)}
            steps.append(Q(**same, **{f"{name}__{'lt' if descending[last] else 'gt'}": key[last]}))
        conditions.append(reduce(or_, steps))
    if len(set(descending)) > 1 or "__" in names[0]:
        # The index of the first column alone is entered by it: the others stand elsewhere, or run the other way.
        conditions.append(Q(**{f"{names[0]}__{'lte' if descending[0] else 'gte'}": key[0]}))
    return conditions


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
