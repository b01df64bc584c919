"""Forms of intake: the sections of an application, and the acts of the screening desk."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Question
from applications.calls.rules import EXCLUSIONS
from applications.intake import rules
from applications.intake.models import Application, Status
from applications.kernel import clock
from applications.kernel.files import TYPES
from applications.kernel.forms import InstantField, LineField, WonField, ask_to_choose, layout
from applications.kernel.taxonomy import IndustryField, RootTechnology

SAVE = _("Save and continue")


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
                _("At most %(limit)d characters; these are %(length)d.")
                % {"limit": self.limit, "length": len(text)}
            )
        return text


class PlainLineField(PlainField, LineField):
    """The same in one line."""


class Versioned(forms.Form):
    """A section carries the version it was loaded with."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput())


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
        widgets = {"technologies": forms.CheckboxSelectMultiple()}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        today = clock.today()
        self.fields["field"].queryset = IndustryField.objects.valid_on(today)
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(today)
        self.helper = layout("version", "title", "field", "technologies", "summary", button=SAVE)


class MoneyForm(Versioned):
    """What it costs and who pays (R&D only)."""

    total_krw = WonField(label=_("Total cost (won)"), required=False)
    requested_krw = WonField(label=_("Grant asked for (won)"), required=False)
    cash_krw = WonField(label=_("Own share in cash (won)"), required=False)

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        self.application = application
        share, cash = rules.SHARES[application.firm.size]
        self.fields["requested_krw"].help_text = _(
            "Your size class: at most %(share)d%% of the total, and at most %(ceiling)s won in this call."
        ) % {"share": share, "ceiling": f"{application.call.ceiling_krw or 0:,}"}
        self.fields["cash_krw"].help_text = _("At least %(cash)d%% of what you pay yourself.") % {
            "cash": cash
        }
        self.helper = layout("version", "total_krw", "requested_krw", "cash_krw", button=SAVE)

    def clean(self):
        cleaned = super().clean()
        amounts = {name: cleaned.get(name) for name in ("total_krw", "requested_krw", "cash_krw")}
        if None not in amounts.values():
            for fault in rules.money_faults(
                self.application.firm.size, self.application.call.ceiling_krw, **amounts
            ):
                self.add_error(fault.field, str(fault))
        return cleaned


class PlanForm(Versioned):
    """The questions of the call. A draft may leave any of them open."""

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        self.questions = list(application.call.questions.all())
        for question in self.questions:
            self.fields[f"answer_{question.code}"] = field_for(
                question, application.answers.get(question.code)
            )
        self.helper = layout(
            "version", *(f"answer_{question.code}" for question in self.questions), button=SAVE
        )

    @property
    def answers(self):
        return {question.code: self.cleaned_data[f"answer_{question.code}"] for question in self.questions}


def field_for(question, answer):
    """The form field of one question."""
    label = question.label if question.required else _("%(label)s (optional)") % {"label": question.label}
    common = {"label": label, "help_text": escape(question.help), "required": False, "initial": answer}
    match question.kind:
        case Question.Kind.NUMBER:
            return forms.IntegerField(min_value=0, max_value=10**question.max_length - 1, **common)
        case Question.Kind.YES_NO:
            return forms.ChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))], widget=forms.RadioSelect(), **common
            )
    widget = forms.Textarea({"rows": 8}) if question.kind == Question.Kind.LONG else forms.TextInput()
    return PlainField(widget=widget, limit=question.max_length, **common)


class PledgeForm(Versioned):
    """Pledges and consents, each for itself."""

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        for code, text in rules.PLEDGES.items():
            self.fields[code] = forms.BooleanField(
                label=text, required=False, initial=application.consents.get(code, False)
            )
        self.helper = layout("version", *rules.PLEDGES, button=SAVE)

    @property
    def consents(self):
        return {code: self.cleaned_data[code] for code in rules.PLEDGES}


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"))

    helper = layout("file", button=_("Upload"), name="upload")

    def __init__(self, *args, paper, **options):
        super().__init__(*args, **options)
        kinds = ", ".join(paper.kinds or TYPES).upper()
        self.fields["file"].help_text = _("%(kinds)s, up to 30 MB.") % {"kinds": kinds}


class SupplementForm(forms.Form):
    message = forms.CharField(
        label=_("What is to be mended"), max_length=1000, widget=forms.Textarea({"rows": 4})
    )
    papers = forms.ModelMultipleChoiceField(
        label=_("Papers to be renewed"), queryset=None, widget=forms.CheckboxSelectMultiple()
    )
    due_at = InstantField(label=_("Until"), help_text=_("Korean time"))

    helper = layout("message", "papers", "due_at", button=_("Request the supplement"))

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        self.fields["papers"].queryset = call.papers.all()


class ExclusionForm(forms.Form):
    code = forms.ChoiceField(label=_("Rule"))
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text=_("The firm reads this sentence."),
    )  # fmt: skip

    helper = layout("code", "reason", button=_("Propose to rule it out"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["code"].choices = [(code, f"{code} {text}") for code, text in EXCLUSIONS.items()]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 4}))

    helper = layout("reason", button=_("Confirm"))


class WithdrawForm(ReasonForm):
    """A draft is discarded without a reason; what was handed in is not."""

    helper = layout("reason", button=_("Withdraw for good"))

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
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
