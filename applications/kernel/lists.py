"""The lists of staff: declared once as data, narrowed, ordered and laid out by what stands in the address.

A room declares a `List` of columns and filters; `List.asked` reads an address, where whatever is odd does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import chain
from operator import or_

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from applications.kernel.exporting import Taken
from applications.kernel.queryline import LONGEST, bounds, day, folded, instants, number, parse
from applications.kernel.search import Holds
from applications.kernel.tables import page_by_key
from applications.kernel.taxonomy import terms_of

PICK = '<input type="checkbox" form="bulk" name="pick" value="{}" aria-label="{}"{}>{}'


@dataclass(frozen=True)
class Option:
    """One choice of a filter: its code in an address, its label, the value in the database, other words for it.

    where: a condition in the place of a value; only typed, never offered, unless the filter has no field (path) at all.
    """

    code: str
    label: str
    value: object = None
    words: tuple = ()
    where: Q | None = None

    def names(self):
        """All that people may type for it: the code, the label in each language, other words; folded."""
        found = [self.code, *self.words]
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found.append(str(self.label))
        return {folded(name) for name in found}


@dataclass(frozen=True)
class Choice:
    """A filter with options, of the field `path`: chosen in the form by code, or typed by any of their names.

    shown: "select", "chips" or "" (typed only, or led to by another page).
    """

    name: str
    label: str
    path: str
    options: Callable  # (person) -> [Option]
    example: str = ""
    shown: str = "select"

    def where(self, option):
        return Q(**{self.path: option.value}) if option.where is None else option.where

    def typed(self, text, asked):
        """The condition for "submitted,returned", or None. The whole of a name goes before a part of one."""
        options, picked = [(option, option.names()) for option in asked.options_of(self)], []
        for part in map(folded, text.split(",")):
            whole = [option for option, names in options if part in names]
            picked.append(
                whole or [o for o, names in options if part and any(part in name for name in names)]
            )
        return reduce(or_, map(self.where, chain(*picked))) if all(picked) else None


def of_terms(table):
    """The options that the words of a closed list are, each by its code and by its name in both languages."""
    return lambda by: [
        Option(term.code, str(term), term.pk, words=(term.name, term.name_en)) for term in terms_of(table)
    ]


def of_choices(choices, *values):
    """The options that these choices of a field are, else all of them."""
    return lambda by: [
        Option(value, label, value) for value, label in choices.choices if not values or value in values
    ]


@dataclass(frozen=True)
class Number:
    """A filter by comparing a number: ">=70", "70..80"."""

    name: str
    label: str
    path: str
    example: str = ">=70"
    read: Callable = number

    def typed(self, text, asked):
        ends = bounds(text, self.read)
        return Q(*((f"{self.path}__{lookup}", value) for lookup, value in ends)) if ends else None


@dataclass(frozen=True)
class Day:
    """A filter by the Korean day of an instant: ">2027-01-20"."""

    name: str
    label: str
    path: str
    example: str = ">2027-01-20"

    def typed(self, text, asked):
        ends = bounds(text, day)
        return Q(*((f"{self.path}__{lookup}", at) for lookup, at in instants(ends))) if ends else None


@dataclass(frozen=True)
class Column:
    """value: what a row holds there, for an export; show: what stands in the cell, else the value or a dash.

    reads, many: the fields and the related rows that both need; order: the fields that sort by it, the last one unique,
    none of them null, with an index where rows are many; largest: a first click puts the largest on top; then: names of columns that
    sort rows that are equal in the first field of this one, where they are few or an index has them in this order.
    """

    name: str
    label: str
    value: Callable
    reads: tuple
    show: Callable | None = None
    order: tuple = ()
    largest: bool = False
    then: tuple = ()
    numeric: bool = False
    usual: bool = True
    css: str = ""
    many: tuple = ()


@dataclass(frozen=True)
class List:
    """columns: the first one always stands; sort: the usual order, a column, "-" for the largest first; words: what to type.
    rows: (person) → what they see of it; address: the name of its page, with these args; expressions: what an order is by,
    where it is no field; numbers: ((path, word → number)) of numbers that are looked up as a whole by their own index;
    holds: word → condition, where no search column finds a word; file: how it is taken away, if at all.
    """

    name: str
    columns: tuple
    filters: tuple
    sort: str
    words: str
    rows: Callable
    address: str
    args: tuple = ()
    searched: str = "search_text"
    expressions: dict = field(default_factory=dict)
    numbers: tuple = ()
    holds: Callable | None = None
    key: str = "key"
    file: Taken | None = None

    @property
    def url(self):
        return reverse(self.address, args=self.args)

    def asked(self, data, *, by):
        return Asked(self, data, by)


class Asked:
    """What an address asks of a list. Whatever is unknown or malformed in it narrows nothing."""

    def __init__(self, listing, data, by):
        self.listing, self.by = listing, by
        self.line = data.get("q", "").strip()[:LONGEST]
        self.remarks, self.conditions, self.chosen, self._options = [], [], {}, {}
        words, terms = parse(self.line)
        for word in words:
            self._hold(word)
        for term in terms:
            self._narrow(term)
        for choice in self._choices:
            code = data.get(choice.name)
            for option in self.options_of(choice) if code else ():
                if option.code == code:
                    self.chosen[choice.name] = option
        self.sorts = {column.name: column for column in listing.columns if column.order}
        first, _comma, second = data.get("sort", "").partition(",")
        second = data.get("then", second)
        if first.removeprefix("-") not in self.sorts:
            first = listing.sort
        self.sort = f"{first},{second}" if second.removeprefix("-") in self._then(first) else first
        wanted = set(data.getlist("col"))
        first, *others = listing.columns
        picked = [column for column in others if column.name in wanted]
        self.own_columns = bool(picked)
        self.columns = [first, *(picked or (column for column in others if column.usual))]

    def options_of(self, choice):
        """The options of a filter, asked for once."""
        if choice.name not in self._options:
            self._options[choice.name] = choice.options(self.by)
        return self._options[choice.name]

    @property
    def _choices(self):
        return [one for one in self.listing.filters if isinstance(one, Choice)]

    def _then(self, first):
        """{name: column} of what may sort after this one."""
        return {name: self.sorts[name] for name in self.sorts[first.removeprefix("-")].then}

    def _hold(self, word):
        wanted, holds = folded(word), self.listing.holds
        whole = [(path, number) for path, read in self.listing.numbers if (number := read(wanted))]
        if not wanted:
            self.remarks.append(word)
        elif whole:
            self.conditions.append(Q(whole[0]))
        else:
            self.conditions.append(holds(word) if holds else Q(Holds(self.listing.searched, wanted)))

    def _narrow(self, term):
        wanted, filters = folded(term.name), self.listing.filters
        named = [one for one in filters if wanted in Option(one.name, one.label).names()]
        condition = named[0].typed(term.value, self) if named else None
        if condition is None:
            self.remarks.append(term.typed)
        else:
            self.conditions.append(condition)

    def narrowed(self, found, *, without=None):
        """These rows as the address narrows them; without: a filter of the form that does not."""
        chosen = [
            one.where(self.chosen[one.name])
            for one in self._choices
            if one.name in self.chosen and one != without
        ]
        return found.filter(*self.conditions, *chosen)

    @cached_property
    def order(self):
        """The fields of the order that is asked for; of a column that another follows, the first one only."""
        first, comma, second = self.sort.partition(",")
        fields = self._directed(first)
        return [*fields[:1], *self._directed(second)] if comma else fields

    def _directed(self, name):
        """The fields of one column of the order, each with its direction."""
        fields = self.sorts[name.removeprefix("-")].order
        if not name.startswith("-"):
            return list(fields)
        return [part[1:] if part.startswith("-") else f"-{part}" for part in fields]

    def reading(self, found, columns=None):
        """These rows with what the columns need, else those that are shown, and nothing else of them."""
        names = [part.removeprefix("-") for part in self.order]
        known = self.listing.expressions
        columns = columns or self.columns
        reads = {self.listing.key, *(name for name in names if name not in known)}
        reads = reads.union(*(column.reads for column in columns))
        many = chain(*(column.many for column in columns))
        related = {name.rpartition("__")[0] for name in reads} - {""}
        found = found.select_related(*related) if related else found
        ordered = {name: known[name] for name in names if name in known}
        return found.prefetch_related(*many).only(*reads).annotate(**ordered)

    def page(self, found, mark):
        return page_by_key(self.reading(self.narrowed(found)), self.order, mark)

    def all_rows(self, found, columns):
        """Every row that is found, in order and a few at a time."""
        return self.reading(self.narrowed(found), columns).order_by(*self.order).iterator(chunk_size=1000)

    def counts(self, found):
        """{filter: {value: how many}} of the filters of the form, each as the others narrow; and how many in all.

        It reads every row that is found, so no page waits for it: it is asked for apart.
        """
        counts = {choice.name: self._counts_of(choice, found) for choice in self._choices if choice.shown}
        return counts, self.narrowed(found).count()

    def _counts_of(self, choice, found):
        narrowed = self.narrowed(found, without=choice).order_by()
        if choice.path:
            return dict(narrowed.values_list(choice.path).annotate(Count("pk")))
        each = {f"n{n}": option for n, option in enumerate(self.options_of(choice))}
        counts = {n: Count("pk", filter=option.where) for n, option in each.items()}
        return {each[n].value: found for n, found in narrowed.aggregate(**counts).items()}

    def state(self):
        """{name: value} of all that the address says and that was understood."""
        parts = {"q": self.line} | {name: option.code for name, option in self.chosen.items()}
        parts["sort"] = "" if self.sort == self.listing.sort else self.sort
        parts["col"] = [column.name for column in self.columns[1:]] if self.own_columns else ""
        return {name: value for name, value in parts.items() if value}

    def address(self, **changes):
        """The query of an address that asks the same, with these changes; None takes one away."""
        return urlencode({name: said for name, said in (self.state() | changes).items() if said}, doseq=True)

    def passed(self, *without):
        """[(name, value)] that a form passes on besides its own fields."""
        for name, value in self.state().items():
            if name not in without:
                yield from ((name, one) for one in (value if isinstance(value, list) else [value]))

    def heads(self):
        """[(column, link that sorts by it, how it is sorted now)]."""
        now = self.sort.partition(",")[0]
        for column in self.columns:
            if not column.order:
                yield column, "", ""
                continue
            up, down = column.name, f"-{column.name}"
            first, then = (down, up) if column.largest else (up, down)
            link = self.address(sort=then if now == first else first)
            yield column, f"?{link}", {up: "ascending", down: "descending"}.get(now, "")

    def then_choices(self):
        """[(name with its direction, what it does in words, whether it is chosen)] of what may sort after the first column."""
        first, _comma, second = self.sort.partition(",")
        found = []
        for name, column in self._then(first).items():
            up = (name, _("%(column)s, ascending") % {"column": column.label})
            down = (f"-{name}", _("%(column)s, descending") % {"column": column.label})
            found += (down, up) if column.largest else (up, down)
        return [(value, label, value == second) for value, label in found]

    def lines(self, rows, *, pick=None):
        """The cells of each row, drawn: [(row, cells)]; pick: each can be ticked for the form "bulk", those with these keys are."""
        heads = [
            (
                format_html(' class="{}"', css) if (css := "num" if column.numeric else column.css) else "",
                format_html(' data-label="{}"', column.label) if place else "",
                column.show or column.value,
            )
            for place, column in enumerate(self.columns)
        ]
        for row in rows:
            values = [show(row) for _css, _label, show in heads]
            if pick is not None:
                ticked = " checked" if str(row.key) in pick else ""
                values[0] = format_html(PICK, row.key, self.columns[0].value(row), ticked, values[0])
            cells = (
                (css, label, "–" if value in (None, "") else value)
                for (css, label, _show), value in zip(heads, values, strict=True)
            )
            yield row, format_html_join("", "<td{}{}>{}</td>", cells)

    def form(self, counts=None):
        """[(filter, options, chosen code, how many under all of them)] of the form: each option with its count, where counted."""
        rows = []
        for choice in [one for one in self._choices if one.shown]:
            found = counts[choice.name] if counts else None
            offered = [
                (
                    option,
                    found if found is None else found.get(option.value, 0),
                    self.address(**{choice.name: option.code}),
                )
                for option in self.options_of(choice)
                if option.where is None or not choice.path
            ]
            code = self.chosen[choice.name].code if choice.name in self.chosen else ""
            rows.append((choice, offered, code, self.address(**{choice.name: None})))
        return rows

    def passed_by_search(self):
        return self.passed("q", *(choice.name for choice in self._choices if choice.shown == "select"))

    def column_choices(self):
        """[(column, whether it stands there)] of all but the first, which always does."""
        return [(column, column in self.columns) for column in self.listing.columns[1:]]

    def help(self):
        """[(example with the name as it is shown, the same with the short name)] of all that may be typed."""
        for one in self.listing.filters:
            if one.example:
                _name, _colon, value = str(one.example).partition(":")
                yield f"{str(one.label).replace(' ', '')}:{value}", one.example

    def followed(self):
        """The columns behind which a second one may sort."""
        return [column.label for column in self.sorts.values() if column.then]

    @property
    def is_narrowed(self):
        return bool(self.conditions or self.chosen)

    @property
    def told(self):
        """What was not understood, in one line."""
        return _("Not understood, and left aside: %(what)s") % {"what": ", ".join(self.remarks)}
