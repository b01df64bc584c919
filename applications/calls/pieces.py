"""Forms of the pieces of a call in preparation: parts, questions and papers; measuring.py has those that it is measured by."""

from itertools import takewhile

from crispy_forms.layout import Div
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.calls import queries, rules, validity
from applications.calls.drafting import PieceForm
from applications.calls.measuring import CriterionForm, GroupForm, ItemForm, PointForm, QuotaForm, StageForm
from applications.calls.models import MOST_MB, Part, Question, RequiredPaper
from applications.kernel import clock
from applications.kernel.files import TYPES
from applications.kernel.forms import LineField
from applications.kernel.taxonomy import PaperKind


class PartForm(PieceForm):
    class Meta:
        model = Part
        fields = ["title", "help"]
        labels = {"title": _("Title of the part"), "help": _("Hint")}
        field_classes = {"title": LineField}


COLUMN_KINDS = {"text": _("text"), "number": _("figures"), "won": _("won")}
LIMITS = {  # usual, most
    "text": (100, 300), "long": (2000, 10_000), "number": (9, 12), "table": (20, 50), "file": (MOST_MB, MOST_MB),
}  # fmt: skip
MOST_OPTIONS, MOST_COLUMNS, OPTION_LENGTH = 30, 8, 100
WITH_OPTIONS = ("choice", "choices")


class KindsField(forms.MultipleChoiceField):
    """The kinds of files that are taken."""

    def __init__(self):
        super().__init__(
            label=_("Kinds of files"),
            required=False,
            choices=[(kind, kind.upper()) for kind in TYPES],
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None chosen: all that are taken at all."),
        )


class QuestionForm(PieceForm):
    """A question: what it asks, how it is answered, and when it is asked."""

    max_length = forms.IntegerField(
        label=_("Limit"),
        required=False,
        min_value=1,
        help_text=_(
            "Characters of a text, digits of a number, rows of a table, megabytes of a file; empty: the usual one."
        ),
    )
    options = forms.CharField(
        label=_("Answers to choose from"),
        required=False,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("One a line, at least two. For “one of several” and “any of several”."),
    )
    columns = forms.CharField(
        label=_("Columns of the table"),
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_(
            "One a line. After a bar comes what it holds: “Price | won”, “People | figures”; otherwise text. The first one names the row."
        ),
    )
    kinds = KindsField()
    asked_when = forms.MultipleChoiceField(
        label=_("Asked only after these answers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: always. The answers of one earlier question."),
    )
    tracks = forms.MultipleChoiceField(
        label=_("Asked only of firms of these tracks"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: firms of all tracks that may apply."),
    )

    class Meta:
        model = Question
        fields = ["part", "label", "help", "kind", "required", "max_length", "tracks"]
        labels = {
            "part": _("Part"), "label": _("Question"), "help": _("Hint"), "kind": _("How it is answered"),
            "required": _("It must be answered"),
        }  # fmt: skip
        field_classes = {"label": LineField}

    def prepare(self):
        self.fields["part"].queryset = self.call.parts.all()
        self.fields["part"].required = True
        self.fields["part"].empty_label = None
        question = self.instance
        if question.kind in WITH_OPTIONS:
            self.initial["options"] = "\n".join(label for _code, label in question.options)
        if question.kind == "table":
            self.initial["columns"] = "\n".join(
                label if kind == "text" else f"{label} | {COLUMN_KINDS[kind]}"
                for _code, label, kind in question.options
            )
        if question.kind == "file":
            self.initial["kinds"] = question.options
        if not question.pk:
            self.initial |= {"max_length": None}
        self.fields["asked_when"].choices = [
            (f"{one.code}:{code}", _("%(question)s – %(answer)s") % {"question": one.label, "answer": words})
            for one in self.before()
            for code, words in rules.ways(one)
        ]
        if question.condition:
            self.initial["asked_when"] = [
                f"{question.condition['question']}:{value}" for value in question.condition["is"]
            ]
        if not self.fields["asked_when"].choices:
            del self.fields["asked_when"]
        may_apply = self.call.tracks
        # One that it has stays, though it cannot apply: without it, all would be asked.
        self.fields["tracks"].choices = [
            (track, words)
            for track, words in queries.track_choices()
            if not may_apply or track in may_apply or track in question.tracks
        ]

    def before(self):
        """The questions that stand before this one: before a new one all up to the end of its part."""
        question, asked = self.instance, self.call.asked
        if question.pk:
            return list(takewhile(lambda one: one.pk != question.pk, asked))
        return [one for one in asked if not question.part_id or one.part.ordinal <= question.part.ordinal]

    def order(self):
        def only(name, kinds):
            return Div(name, data_asked_by="kind", data_asked_when=" ".join(kinds))

        last = ["asked_when"] if "asked_when" in self.fields else []
        return [
            "part", "label", "help", "kind", only("options", WITH_OPTIONS), only("columns", ["table"]), "required",
            only("kinds", ["file"]), only("max_length", LIMITS), *last, "tracks",
        ]  # fmt: skip

    def clean_asked_when(self):
        chosen = [value.partition(":") for value in self.cleaned_data["asked_when"]]
        if len({code for code, _colon, _value in chosen}) > 1:
            raise ValidationError(_("Please choose answers of one question only."))
        return {"question": chosen[0][0], "is": [value for *_, value in chosen]} if chosen else {}

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind in WITH_OPTIONS:
            self.check_lines("options", 2, MOST_OPTIONS)
        if kind == "table":
            self.check_lines("columns", 1, MOST_COLUMNS)
        usual, most = LIMITS.get(kind, (2000, 2000))
        limit = cleaned.get("max_length") or usual
        if kind in LIMITS and limit > most:
            self.add_error("max_length", _("At most %(most)d for this kind.") % {"most": most})
        cleaned["max_length"] = limit if kind in LIMITS else usual
        return cleaned

    def check_lines(self, name, least, most):
        found = lines(self.cleaned_data.get(name, ""))
        labels = [label_of(line) if name == "columns" else line for line in found]
        if not least <= len(found) <= most:
            said = _("Please write %(least)d to %(most)d lines.")
            self.add_error(name, said % {"least": least, "most": most})
        elif len(set(labels)) < len(labels) or not all(labels):
            self.add_error(name, _("Each line says something of its own."))
        elif max(map(len, labels)) > OPTION_LENGTH:
            self.add_error(name, _("At most %(most)d characters a line.") % {"most": OPTION_LENGTH})
        elif name == "columns" and (wrong := [line for line in found if column_kind(line) is None]):
            said = _("“%(line)s”: after the bar comes text, figures or won.")
            self.add_error(name, said % {"line": wrong[0]})

    def fields_of(self):
        found = super().fields_of()
        found["condition"] = found.pop("asked_when", {})
        options, columns = lines(found.pop("options")), lines(found.pop("columns"))
        files, found["options"] = found.pop("kinds"), []
        match found["kind"]:
            case "file":
                found["options"] = files
            case "choice" | "choices":
                found["options"] = [list(pair) for pair in self.coded("a", options)]
            case "table":
                coded = zip(self.coded("c", map(label_of, columns)), columns, strict=True)
                found["options"] = [[*pair, column_kind(line)] for pair, line in coded]
        return found

    def coded(self, letter, labels):
        """[(code, label)]: one that stood there before keeps its code, so that conditions still find it."""
        known = {label: code for code, label, *_kind in self.instance.options}
        taken = set(known.values())
        free = (code for number in range(1, 100) if (code := f"{letter}{number}") not in taken)
        return [(known.get(label) or next(free), label) for label in labels]


def lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def label_of(line):
    """What a column is called."""
    return line.partition("|")[0].strip()


def column_kind(line):
    """text, number or won, as it stands after the bar in any language; None where that is none of them."""
    typed = line.partition("|")[2].strip()
    words = {code: code for code in COLUMN_KINDS} | {str(word): code for code, word in COLUMN_KINDS.items()}
    return words.get(typed) if typed else "text"


class PaperForm(PieceForm):
    """A paper that is asked for: a kind that firms keep in their vault, or one of this call alone."""

    code = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        help_text=_("A kind that is known is taken from the vault of the firm, and its validity is checked."),
    )
    asked_of = forms.ChoiceField(label=_("Who hands it in"), widget=forms.RadioSelect)
    kinds = KindsField()
    valid = forms.ChoiceField(
        label=_("How fresh it must be"),
        required=False,
        choices=[
            ("", _("the call asks nothing of it")),
            ("closing", _("valid on the closing day")),
            ("issued", _("issued within some time before the closing day")),
        ],
        widget=forms.RadioSelect,
        help_text=_(
            "Where the day is known, a paper that does not keep it cannot be handed in; else the screening asks."
        ),
    )
    within = forms.IntegerField(label=_("Within how many"), required=False, min_value=1)
    unit = forms.ChoiceField(
        label=_("Counted in"),
        required=False,
        choices=[("m", _("months")), ("d", _("days"))],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = RequiredPaper
        fields = ["code", "name", "help", "kinds"]
        labels = {"name": _("Name"), "help": _("Hint")}
        help_texts = {"name": _("Left empty, it bears the name of its kind.")}
        field_classes = {"name": LineField}

    def prepare(self):
        self.fields["name"].required = False
        paper = self.instance
        taken = set(self.call.papers.exclude(pk=paper.pk).values_list("code", flat=True))
        known = {
            "D01": _("The plan itself"),
            **{kind.code: str(kind) for kind in PaperKind.objects.valid_on(clock.today())},
        }
        own = {} if paper.code in known or not paper.code else {paper.code: paper.name}
        self.fields["code"].choices = [
            *((code, f"{code} {name}") for code, name in (known | own).items() if code not in taken),
            ("", _("None of these")),
        ]
        self.fields["asked_of"].choices = [
            ("all", _("every firm")),
            *RequiredPaper.Trait.choices,
            ("", _("whoever it applies to")),
        ]
        self.fields["asked_of"].required = False
        self.initial["asked_of"] = "all" if paper.required else paper.needed_from
        number, unit = validity.term(paper.validity) or (None, "m")
        self.initial |= {"valid": "issued" if number else paper.validity, "within": number, "unit": unit}

    def order(self):
        term = Div("within", "unit", data_asked_by="valid", data_asked_when="issued")
        return ["code", "name", "help", "asked_of", "valid", term, "kinds"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("name") == "":
            kind = PaperKind.objects.filter(code=cleaned.get("code", "")).first()
            if kind is None:
                self.add_error("name", self.fields["name"].error_messages["required"])
            else:
                cleaned["name"] = kind.name
        if cleaned.get("valid") == "issued" and "within" in cleaned:
            unit = cleaned.get("unit") or "m"
            if not cleaned["within"]:
                self.add_error("within", _("Please say within how many."))
            elif not validity.term(f"{cleaned['within']}{unit}"):
                self.add_error("within", _("At most %(most)d.") % {"most": validity.MOST[unit]})
        return cleaned

    def fields_of(self):
        found = super().fields_of()
        firms, rule, number = found.pop("asked_of"), found.pop("valid"), found.pop("within")
        unit = found.pop("unit") or "m"
        rule = f"{number}{unit}" if rule == "issued" else rule
        return found | {
            "required": firms == "all",
            "needed_from": "" if firms == "all" else firms,
            "validity": rule,
        }


FORMS = {
    "part": PartForm,
    "question": QuestionForm,
    "paper": PaperForm,
    "stage": StageForm,
    "group": GroupForm,
    "criterion": CriterionForm,
    "point": PointForm,
    "item": ItemForm,
    "quota": QuotaForm,
}
