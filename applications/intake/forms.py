"""Forms of intake: the sections of an application, and the acts of the screening desk."""

import json

from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Question
from applications.calls.rules import EXCLUSIONS
from applications.firms.rules import digits_of, number_wrong
from applications.intake import answers, budget, consortium, freshness, rules
from applications.intake.budget import CELLS, ITEMS, WAYS
from applications.intake.fields import (
    AmountField,
    InstitutionsField,
    NumberField,
    PlainField,
    PlainLineField,
)
from applications.intake.models import Application, Status
from applications.kernel import clock
from applications.kernel.files import TYPES
from applications.kernel.forms import (
    DateInput,
    InstantField,
    LineField,
    ReasonForm,
    Several,
    ask_to_choose,
    in_our_time,
    layout,
)
from applications.kernel.taxonomy import IndustryField, RootTechnology

SAVE = _("Save and continue")
CHOSEN = (forms.ChoiceField, forms.ModelChoiceField)
MOST_TYPED = 200_000  # bytes of what cannot be taken in a section, as JSON


class Versioned(forms.Form):
    """A section carries the version it was loaded with."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput())

    @property
    def typed(self):
        """{field: [as it was typed, how many characters too many]} of what cannot be taken as it is (intake/typed.py).

        Nothing where all of it together is too much to keep; what is chosen is not typed.
        """
        found = {
            name: [self[name].data, sum(map(too_many, errors))]
            for name, errors in self.errors.as_data().items()
            if name in self.fields and not isinstance(self.fields[name], CHOSEN) and name != "version"
        }
        return found if len(json.dumps(found)) <= MOST_TYPED else {}

    @property
    def keeps_all(self):
        """Whether all that has an error is kept as it was typed."""
        return self.typed.keys() == self.errors.keys()


def too_many(error):
    """How many characters a text has too many, if that is its error."""
    return error.params["length"] - error.params["limit"] if error.code == "over" else 0


class ProjectForm(Versioned, forms.ModelForm):
    """What the firm will do."""

    title = PlainLineField(label=_("Title"), limit=100, required=False)
    summary = PlainField(
        label=_("Summary"),
        limit=500,
        required=False,
        widget=forms.Textarea({"rows": 5}),
        help_text=_("In 500 characters. Reviewers see it before anything else."),
    )

    class Meta:
        model = Application
        fields = ["title", "field", "technologies", "summary"]
        field_classes = {"technologies": Several}
        widgets = {"technologies": forms.CheckboxSelectMultiple()}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        today = clock.today()
        fields, open_to = IndustryField.objects.valid_on(today), self.instance.call.open_to.all()
        if open_to:  # and the one that stands there already, which is told to be wrong
            fields = fields.filter(Q(pk__in=open_to) | Q(pk=self.instance.field_id))
            self.fields["field"].help_text = _("The fields that this call is open to.")
        self.fields["field"].queryset = fields
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(today)
        self.helper = layout("version", "title", "field", "technologies", "summary", button=SAVE)

    def clean_field(self):
        field = self.cleaned_data["field"]
        if reasons := rules.closed_field(self.instance.call, field):
            raise ValidationError([reason.text for reason in reasons])
        return field


def describe(form, names):
    """Let these fields be heard with what is said of them, beside their help and their errors (krds/_said.html)."""
    for name in names:
        attrs = form[name].field.widget.attrs
        attrs["aria-describedby"] = " ".join(filter(None, (form[name].aria_describedby, f"said_{name}")))
        if name in form.said:
            attrs["aria-invalid"] = "true"


class MoneyForm(Versioned):
    """What it costs by item, and the grant asked for (R&D only); what cannot be is saved, and said beside it."""

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        for name in CELLS:
            field = AmountField(
                label=budget.label(name), required=False, initial=application.budget.get(name)
            )
            if name != "requested":
                field.widget.attrs["aria-label"] = field.label
            self.fields[name] = field
        share, _cash = budget.SHARES[application.firm.size]
        self.fields["requested"].help_text = _(
            "Your size class: at most %(share)d%% of the cost, and at most %(ceiling)s won in this call."
        ) % {"share": share, "ceiling": f"{application.call.ceiling_krw or 0:,}"}
        self.said = {}
        self.helper = layout("version", HTML('{% include "intake/_budget.html" %}'), button=SAVE)

    def parts(self):
        """{part of a draft: what was typed}."""
        typed = self.cleaned_data
        return {"budget": {name: typed[name] for name in CELLS if typed.get(name) not in (None, "")}}

    def at(self, field):
        """The name under which a field of the rules stands on the page."""
        return field

    def say(self, faults):
        """Put each fault beside its cell."""
        self.said = {self.at(fault.field): fault for fault in reversed(faults)}
        describe(self, CELLS)

    def rows(self, plan):
        """[(code, item, [(cell, way, what is said of it)], sum)] of the table."""
        return [
            (
                code,
                item,
                [
                    (self[f"{code}_{way}"], label, self.said.get(f"{code}_{way}"))
                    for way, label in WAYS.items()
                ],
                plan.cost(code),
            )
            for code, item in ITEMS.items()
        ]


class PartnersForm(Versioned):
    """Who else takes part: joint and subcontracted institutions (R&D only), and the demand company."""

    institutions = InstitutionsField(
        label=_("Joint and subcontracted institutions"),
        required=False,
        most=consortium.MOST,
        choices={
            "part": [(part.value, part.label) for part in (consortium.JOINT, consortium.COMMISSIONED)],
            "size": budget.SIZES,
        },
    )
    demand_name = PlainLineField(label=_("Name of the demand company"), limit=100, required=False)
    demand_number = NumberField(
        label=_("Business registration number (optional)"),
        required=False,
        help_text=_("With it the company can confirm in its own account, if it is registered here."),
    )
    demand_item = PlainLineField(
        label=_("Item in demand"), limit=200, required=False, help_text=_("What it would buy or try out.")
    )

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        self.fields["institutions"].initial = application.institutions
        for column in DEMAND:
            self.fields[f"demand_{column}"].initial = application.demand.get(column)
        if not application.call.is_rnd:
            del self.fields["institutions"]
        self.said = {}
        self.helper = layout("version", HTML('{% include "intake/_partners.html" %}'), button=SAVE)

    def parts(self):
        """What was typed well, as parts of a draft; what is open is left out."""
        found, typed = {}, self.cleaned_data
        if "institutions" in typed:
            found["institutions"] = typed["institutions"]
        if all(f"demand_{column}" in typed for column in DEMAND):
            found["demand"] = {
                column: typed[f"demand_{column}"] for column in DEMAND if typed[f"demand_{column}"]
            }
        return found

    @property
    def demand_fields(self):
        """[(field, what is said of it)] of the demand company."""
        names = [f"demand_{column}" for column in DEMAND]
        return [(self[name], self.said.get(name)) for name in names]

    def say(self, faults):
        """Put each fault beside its cell."""
        self.said = {self.at(fault.field): fault for fault in reversed(faults)}
        describe(self, [f"demand_{column}" for column in DEMAND])
        if "institutions" in self.fields:
            self.fields["institutions"].widget.said = self.said

    def at(self, field):
        """The cell of a row as it stands on the page: rows that say nothing are left out when it is saved."""
        match field.split("-"):
            case ["institutions", place, column] if self.is_bound:
                numbers = self.fields["institutions"].widget.at(self.data, "institutions")
                return f"institutions-{numbers.get(int(place), place)}-{column}"
        return field


DEMAND = ("name", "number", "item")


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"))

    helper = layout("file", button=_("Upload"), name="upload")

    def __init__(self, *args, paper, **options):
        super().__init__(*args, **options)
        kinds = ", ".join(paper.kinds or TYPES).upper()
        self.fields["file"].help_text = _("%(kinds)s, up to %(size)d MB.") % {
            "kinds": kinds,
            "size": paper.most_mb,
        }


class DayForm(forms.Form):
    """The day that counts for the validity of a paper that came as a file: of its issue, or its last one."""

    day = forms.DateField(widget=DateInput(), validators=[in_our_time])

    helper = layout("day", button=_("Save the day"), name="dated")

    def __init__(self, *args, paper, **options):
        super().__init__(*args, **options)
        from_issue = freshness.counts_from_issue(paper)
        self.fields["day"].label = _("Issued on") if from_issue else _("Valid until")
        self.fields["day"].help_text = _("As it stands on the paper.")


class AnswerForm(forms.Form):
    """Why an institution does not take part, if it wants to say so."""

    remark = LineField(label=_("If you decline: why (optional)"), max_length=300, required=False)


class SupplementForm(forms.Form):
    message = forms.CharField(
        label=_("What is to be mended"), max_length=1000, widget=forms.Textarea({"rows": 4})
    )
    papers = Several(
        label=_("Papers to be renewed"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple()
    )
    questions = Several(
        label=_("Answers to be mended"), queryset=None, required=False, widget=forms.CheckboxSelectMultiple(),
        help_text=_("Only these are opened, with what is asked after one of them."),
    )  # fmt: skip
    due_at = InstantField(label=_("Until"), help_text=_("Korean time"))

    helper = layout("message", "papers", "questions", "due_at", button=_("Request the supplement"))

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        call, asked = application.call, [question.pk for question in answers.asked(application)]
        self.fields["papers"].queryset = call.papers.filter(Q(question=None) | Q(question__in=asked))
        self.fields["questions"].queryset = call.questions.exclude(kind=Question.Kind.FILE).filter(
            pk__in=asked
        )
        self.fields["questions"].label_from_instance = lambda question: question.label


class ExclusionForm(forms.Form):
    code = forms.ChoiceField(label=_("Rule"))
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text=_("The firm reads this sentence."),
    )  # fmt: skip

    helper = layout("code", "reason", button=_("Propose to rule it out"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        reasons = [(code, f"{code} {text}") for code, text in EXCLUSIONS.items()]
        self.fields["code"].choices = [("", _("Please choose")), *reasons]  # none is ruled out by a slip


class RestForm(forms.Form):
    """That all rules left to a person are met, with what that was seen in."""

    evidence = forms.CharField(
        label=_("What it was seen in"), max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("The paper and its page, the list that was looked up, the person who was asked."),
    )  # fmt: skip

    helper = layout("evidence", button=_("All of these are met"))


class CheckForm(RestForm):
    """A decision on one rule of the checklist."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=[("passed", _("Met")), ("failed", _("Not met"))], widget=forms.RadioSelect()
    )  # fmt: skip

    helper = layout("outcome", "evidence", button=_("Write down"))


class WithdrawForm(ReasonForm):
    """A draft is discarded without a reason; what was handed in is not."""

    def __init__(self, *args, application, **options):
        super().__init__(*args, button=_("Withdraw for good"), **options)
        self.fields["reason"].required = application.status != Status.DRAFT


class FirmForm(forms.Form):
    """Which of the person's firms applies."""

    firm = forms.ModelChoiceField(
        label=_("Firm"), queryset=None, to_field_name="key", widget=forms.RadioSelect(), empty_label=None
    )

    helper = layout("firm", button=_("Begin the application"))

    def __init__(self, *args, firms, **options):
        super().__init__(*args, **options)
        self.fields["firm"].queryset = firms


class PaperForm(forms.Form):
    """What firm sent an application on paper, and when it came."""

    number = forms.CharField(label=_("Business registration number"), max_length=20)
    arrived_at = InstantField(
        label=_("Arrived on paper"), help_text=_("As the office has stamped it; in Korean time.")
    )
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=300,
        help_text=_("Why the firm could not apply here itself. It is kept in the record."),
    )  # fmt: skip

    helper = layout("number", "arrived_at", "reason", button=_("Enter the application"))

    def clean_number(self):
        digits = digits_of(self.cleaned_data["number"])
        if reasons := number_wrong(digits):
            raise ValidationError([reason.text for reason in reasons])
        return digits
