"""Forms of panels: scope, drawing and inviting, the answer of whoever is invited, the chair."""

import re
from datetime import timedelta

from crispy_forms.bootstrap import FormActions
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.calls.stages import Stage
from applications.intake.fields import PlainField
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.forms import Act, InstantField, LineField, Several, ask_to_choose, layout
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.review.models import ReviewerProfile
from applications.review.panels import Panel
from applications.review.pledges import PLEDGE

MOST_OF_A_KIND = 20
ANSWER_HOUR = 18


def in_three_days():
    """The end of the working day three days from now: what a form proposes."""
    day = (clock.now() + timedelta(days=3)).astimezone(clock.KST)
    return day.replace(hour=ANSWER_HOUR, minute=0, second=0, microsecond=0)


class PanelForm(forms.ModelForm):
    """What a panel hears, and who keeps its papers."""

    name = LineField(label=_("Name of the panel"), max_length=60)
    picked = forms.CharField(
        label=_("Applications picked by hand"), required=False, widget=forms.Textarea({"rows": 2}),
        help_text=_("Their numbers, set apart by commas or lines; they come here whatever their field is."),
    )  # fmt: skip

    class Meta:
        model = Panel
        fields = ["stage", "name", "fields", "technologies", "picked", "secretary"]
        field_classes = dict.fromkeys(("fields", "technologies", "picked"), Several)
        widgets = {
            "fields": forms.CheckboxSelectMultiple(),
            "technologies": forms.CheckboxSelectMultiple(),
        }
        help_texts = {
            "fields": _(
                "Applications of these fields come before the panel. With technologies too, those that have one of each."
            ),
            "secretary": _("Hears what members answer. Empty: you."),
        }

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        self.call = call
        today = clock.today()
        stages = call.stages.exclude(kind=Stage.Kind.VISIT)  # a place is visited by two, without a panel
        self.fields["stage"].queryset, self.fields["stage"].empty_label = stages, None
        self.fields["fields"].queryset = IndustryField.objects.valid_on(today)
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(today)
        staff = User.objects.filter(role=Role.OFFICER, is_active=True).order_by("name", "pk")
        self.fields["secretary"].queryset, self.fields["secretary"].required = staff, False
        button = _("Make the panel")
        if self.instance.pk:
            del self.fields["stage"]
            self.initial["picked"] = ", ".join(self.instance.picked.values_list("number", flat=True))
            button = _("Save")
        self.helper = layout(*self.fields, button=button)
        ask_to_choose(self)

    def clean_picked(self):
        numbers = {word.upper() for word in re.split(r"[\s,;]+", self.cleaned_data["picked"]) if word}
        found = list(Application.objects.handed_in().filter(call=self.call, number__in=numbers))
        if unknown := numbers - {application.number for application in found}:
            said = _("No application of this call: %(numbers)s")
            raise ValidationError(said % {"numbers": ", ".join(sorted(unknown))})
        return found

    def clean(self):
        found = super().clean()
        if not self.errors and not (found["fields"] or found["technologies"] or found["picked"]):
            raise ValidationError(
                _("Please say what the panel hears: fields, technologies or single applications.")
            )
        return found


class DrawForm(forms.Form):
    """How many members of each kind are to be drawn."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for kind, label in ReviewerProfile.Kind.choices:
            self.fields[kind] = forms.IntegerField(
                label=label, initial=2, validators=[MinValueValidator(0), MaxValueValidator(MOST_OF_A_KIND)]
            )
        self.helper = layout(*self.fields, button=_("Draw candidates"))

    def clean(self):
        found = super().clean()
        if not self.errors and not any(found.values()):
            raise ValidationError(_("Please say how many members are wanted."))
        return found


class AnswerByForm(forms.Form):
    """Until when an invitation is to be answered."""

    answer_by = InstantField(label=_("Answer by"))

    def __init__(self, *args, button, **options):
        super().__init__(*args, initial={"answer_by": in_three_days()}, **options)
        self.helper = layout("answer_by", button=button)


class AnswerForm(forms.Form):
    """What somebody invited answers, with the pledge of the call where it is not given yet."""

    answer = forms.ChoiceField(
        label=_("Your answer"), widget=forms.RadioSelect,
        choices=[("accept", _("I accept")), ("decline", _("I decline"))],
    )  # fmt: skip
    pledge = forms.BooleanField(label=PLEDGE, required=False)
    reason = forms.CharField(
        label=_("Reason, if you decline"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )
    suggestion = LineField(
        label=_("Somebody else who might do it (optional)"), max_length=200, required=False,
        help_text=_("Name and affiliation. The office decides whether to ask them."),
    )  # fmt: skip

    def __init__(self, *args, pledged, **options):
        super().__init__(*args, **options)
        if pledged:
            del self.fields["pledge"]
        self.helper = layout(*self.fields, button=_("Send the answer"))

    def clean(self):
        found = super().clean()
        if found.get("answer") == "accept" and "pledge" in self.fields and not found.get("pledge"):
            self.add_error("pledge", _("Please accept the pledge first."))
        return found


class OpinionForm(forms.Form):
    """The opinion of the panel on one application, and which one the person has read before."""

    opinion = PlainField(
        label=_("Opinion of the panel"), limit=5000, widget=forms.Textarea({"rows": 6}),
        help_text=_("The firm reads this with its result: reasons, and what to mend. No names of reviewers."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "opinion",
            "version",
            FormActions(Act("save", _("Save"), quiet=True), Act("next", _("Save and next"))),
        )


class ExplanationForm(forms.Form):
    """Why a total lies far off the others; no score is changed by it."""

    text = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 4}))

    helper = layout("text", button=_("Write it down"))


class ChairForm(forms.Form):
    """Which member chairs the panel."""

    member = forms.ModelChoiceField(label=_("Chair"), queryset=User.objects.none())

    def __init__(self, *args, members, **options):
        super().__init__(*args, **options)
        self.fields["member"].queryset = members
        self.fields["member"].to_field_name = "key"
        self.helper = layout("member", button=_("Name the chair"))
        ask_to_choose(self)


class PlaceField(LineField):
    """A room, or the link of a meeting by video: https only."""

    def __init__(self, **options):
        super().__init__(
            label=_("Room or link"), max_length=300, help_text=_("A link begins with https://."), **options
        )

    def clean(self, value):
        found = super().clean(value)
        if "://" in found and not re.match(r"https://[^\s<>\"]+$", found):
            raise ValidationError(_("Please give a link that begins with https://."))
        return found


class SittingForm(forms.Form):
    """Some hours of presentations."""

    starts_at = InstantField(label=_("Begins at"))
    slots = forms.IntegerField(
        label=_("Presentations"), initial=6, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    length = forms.IntegerField(
        label=_("Minutes each"), initial=30, validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("With the questions of the panel."),
    )  # fmt: skip
    pause = forms.IntegerField(
        label=_("Minutes between them"), initial=10, validators=[MinValueValidator(0), MaxValueValidator(120)]
    )
    place = PlaceField()

    helper = layout("starts_at", "slots", "length", "pause", "place", button=_("Plan the sitting"))


class MoveForm(forms.Form):
    """Another time or place of one presentation, and why."""

    starts_at = InstantField(label=_("Begins at"))
    place = PlaceField()
    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 2}),
        help_text=_("The firm and the panel read it."),
    )  # fmt: skip

    helper = layout("starts_at", "place", "reason", button=_("Move the presentation"))
