"""Form fields of an application: counted text, tables, and the field of each kind of question."""

import re
import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Question
from applications.firms.rules import digits_of
from applications.kernel.forms import DateInput, LineField, WonField, in_our_time

MOST_RADIOS = 7  # a longer list of choices is drawn as a select
BLANK_ROWS = 2  # of a table, for who has no script
CELL_LENGTH = 100


def plain(text):
    """Text as it is counted and kept: NFC, one line end."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


class PlainField(forms.CharField):
    """Text counted in code points after NFC, a line end as one; no maxlength cuts what was pasted."""

    def __init__(self, *, limit, **options):
        super().__init__(**options)
        self.limit = limit
        self.widget.attrs["data-limit"] = limit

    def clean(self, value):
        text = plain(super().clean(value))
        if len(text) > self.limit:
            raise ValidationError(
                _("At most %(limit)d characters; these are %(length)d."),
                code="over",
                params={"limit": self.limit, "length": len(text)},
            )
        return text


class PlainLineField(PlainField, LineField):
    """The same in one line."""


class AmountField(WonField):
    """An amount in whole won of a budget: what is none is kept as it was typed, and said beside it (budget.faults)."""

    def clean(self, value):
        try:
            return super().clean(value)
        except ValidationError:
            return plain(value).strip()[:CELL_LENGTH]


class DayField(forms.DateField):
    """A date, kept as its ISO text."""

    widget = DateInput
    default_validators = [in_our_time]

    def clean(self, value):
        day = super().clean(value)
        return day.isoformat() if day else None


class TableInput(forms.Widget):
    """Rows of inputs under the columns of a question: name-0-code, name-1-code …"""

    use_fieldset = True
    rows_template, blank_rows = "krds/table_input.html", BLANK_ROWS

    def __init__(self, columns, most):
        super().__init__()
        self.columns, self.most, self.faults = columns, most, {}

    def id_for_label(self, id_):
        return f"{id_}-0-{self.columns[0][0]}" if id_ else id_

    def render(self, name, value, attrs=None, renderer=None):
        rows = list(value or [])
        rows += [{}] * min(self.blank_rows, self.most - len(rows))
        cells = [
            [
                (
                    f"{name}-{number}-{code}",
                    label,
                    kind,
                    shown(row.get(code)),
                    self.faults.get((number, code)),
                )
                for code, label, kind in self.columns
            ]
            for number, row in enumerate(rows)
        ]
        return render_to_string(self.rows_template, self.words(cells))

    def words(self, cells):
        return {"columns": self.columns, "rows": cells, "most": self.most}

    def value_from_datadict(self, data, files, name):
        """The rows as they were typed, blank ones left out, in the order of their numbers."""
        rows = [self.row(data, name, number) for number in self.numbers(data, name)]
        return [row for row in rows if any(row.values())]

    def row(self, data, name, number):
        return {code: data.get(f"{name}-{number}-{code}", "").strip() for code, _label, _kind in self.columns}

    @staticmethod
    def numbers(data, name):
        """The numbers of the rows that were sent."""
        found = (re.fullmatch(rf"{re.escape(name)}-([0-9]{{1,3}})-[^-]+", key) for key in data)
        return sorted({int(match[1]) for match in found if match})

    def at(self, data, name):
        """{place among the rows that say something: number of the row as it was sent}."""
        numbers = [
            number for number in self.numbers(data, name) if any(self.row(data, name, number).values())
        ]
        return dict(enumerate(numbers))

    def value_omitted_from_data(self, data, files, name):
        return not any(key.startswith(f"{name}-") for key in data)


def shown(value):
    return f"{value:,}" if isinstance(value, int) else value or ""


class TableField(forms.Field):
    """Rows of plain cells, each of the kind of its column: text, number or won; the first one names the row.

    What is wrong with a cell stands beside it, and its error has its place as code: 0-name.
    """

    def __init__(self, *, columns, most, **options):
        self.columns, self.most = columns, most
        super().__init__(widget=TableInput(columns, most), **options)

    def clean(self, value):
        rows, faults, first = [], {}, self.columns[0][0]
        if len(value) > self.most:
            raise ValidationError(_("At most %(most)d rows.") % {"most": self.most})
        for place, typed in enumerate(value):
            row = {}
            if not typed[first]:
                faults[place, first] = _("Please fill this in, or leave the whole row empty.")
            for code, _label, kind in self.columns:
                try:
                    row[code] = CELLS[kind].clean(typed[code])
                except ValidationError as error:
                    faults[place, code] = error.messages[0]
            rows.append(row)
        self.widget.faults = faults
        if faults:
            labels = {code: label for code, label, _kind in self.columns}
            raise ValidationError(
                [
                    ValidationError(
                        _("Row %(row)d, %(column)s: %(error)s")
                        % {"row": place + 1, "column": labels[code], "error": fault},
                        code=f"{place}-{code}",
                    )
                    for (place, code), fault in faults.items()
                ]
            )
        return rows


CELLS = {
    "text": PlainLineField(limit=CELL_LENGTH, required=False),
    "number": forms.IntegerField(min_value=0, max_value=10**9, required=False),
    "won": WonField(required=False),
}


class InstitutionsInput(TableInput):
    """The other institutions of a project, a card for each; what is wrong stands beside its cell."""

    rows_template, blank_rows = "krds/cards_input.html", 1

    def __init__(self, columns, most, choices):
        super().__init__(columns, most)
        self.choices, self.said = choices, {}

    def words(self, cells):
        """With the choices of each cell, and what is said of it."""
        rows = [
            [
                (*cell[:4], self.choices.get(cell[0].rpartition("-")[2]), self.said.get(cell[0]))
                for cell in row
            ]
            for row in cells
        ]
        return super().words(rows)


class InstitutionsField(forms.Field):
    """Rows of institutions, kept as they were typed also where they are incomplete (consortium.py)."""

    def __init__(self, *, choices, most, **options):
        self.most, self.choices = most, choices
        super().__init__(widget=InstitutionsInput(INSTITUTION, most, choices), **options)

    def clean(self, value):
        if len(value) > self.most:
            raise ValidationError(_("At most %(most)d institutions.") % {"most": self.most})
        rows = []
        for number, typed in enumerate(value, 1):
            row = {}
            for code, label, kind in INSTITUTION:
                try:
                    row[code] = self.cell(code, kind, typed[code])
                except ValidationError as error:
                    raise ValidationError(
                        _("Institution %(row)d, %(column)s: %(error)s")
                        % {"row": number, "column": label, "error": error.messages[0]}
                    )
            rows.append({code: cell for code, cell in row.items() if cell not in ("", None)})
        return rows

    def cell(self, code, kind, typed):
        match kind:
            case "choice":
                return typed if typed in dict(self.choices[code]) else ""
            case "won":
                return AMOUNT.clean(typed)
            case "number":
                return NUMBER.clean(typed)
        return TEXTS[code].clean(typed)


INSTITUTION = [
    ("name", _("Name of the institution"), "text"),
    ("number", _("Business registration number"), "number"),
    ("part", _("Takes part as"), "choice"),
    ("size", _("Size class"), "choice"),
    ("role", _("Its role in the project"), "text"),
    ("grant", _("Share of the grant (won)"), "won"),
    ("cash", _("Own share in cash (won)"), "won"),
    ("in_kind", _("Own share in kind (won)"), "won"),
]


class NumberField(PlainLineField):
    """A business number as it is typed, its digits alone where it is nothing but digits, hyphens and spaces."""

    def __init__(self, **options):
        super().__init__(limit=20, **options)

    def clean(self, value):
        typed = super().clean(value)
        return digits_of(typed) or typed


AMOUNT, NUMBER = AmountField(required=False), NumberField(required=False)
TEXTS = {"name": PlainLineField(limit=100, required=False), "role": PlainLineField(limit=200, required=False)}


def field_for(question, answer):
    """The form field of one question."""
    label = question.label if question.required else _("%(label)s (optional)") % {"label": question.label}
    common = {"label": label, "help_text": escape(question.help), "required": False, "initial": answer}
    match question.kind:
        case Question.Kind.NUMBER:
            return forms.IntegerField(min_value=0, max_value=10**question.max_length - 1, **common)
        case Question.Kind.WON:
            return WonField(**common)
        case Question.Kind.DATE:
            return DayField(**common)
        case Question.Kind.YES_NO:
            return forms.ChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect(), **common
            )
        case Question.Kind.CHOICE:
            if len(question.options) > MOST_RADIOS:
                return forms.ChoiceField(choices=[("", _("Please choose")), *question.options], **common)
            return forms.ChoiceField(choices=question.options, widget=forms.RadioSelect(), **common)
        case Question.Kind.CHOICES:
            return forms.MultipleChoiceField(
                choices=question.options, widget=forms.CheckboxSelectMultiple(), **common
            )
        case Question.Kind.TABLE:
            return TableField(columns=question.options, most=question.max_length, **common)
    widget = forms.Textarea({"rows": 8}) if question.kind == Question.Kind.LONG else forms.TextInput()
    return PlainField(widget=widget, limit=question.max_length, **common)
