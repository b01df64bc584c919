"""Forms of review: assigning, declaring, the score sheet."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.firms.rules import digits_of, is_business_number
from applications.intake.forms import PlainField
from applications.kernel import clock
from applications.kernel.forms import PointsField, layout, literal
from applications.kernel.taxonomy import RootTechnology
from applications.review import rules
from applications.review.actions import COMMENTS
from applications.review.models import ReviewerProfile

COMMENT_LENGTH = 5000


class ProfileForm(forms.ModelForm):
    """Where a reviewer works and what they know: what fit and conflicts are found by."""

    affiliation_number = forms.CharField(
        label=ReviewerProfile._meta.get_field("affiliation_number").verbose_name,
        max_length=20,
        required=False,
        help_text=_("Ten digits; leave empty if your institution has none."),
    )

    class Meta:
        model = ReviewerProfile
        fields = ["affiliation", "affiliation_number", "department", "kind", "technologies"]
        widgets = {"technologies": forms.CheckboxSelectMultiple()}

    helper = layout(
        "affiliation",
        "affiliation_number",
        "department",
        "kind",
        "technologies",
        button=_("Save the profile"),
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(clock.today())

    def clean_affiliation_number(self):
        typed = self.cleaned_data["affiliation_number"]
        digits = digits_of(typed)
        if typed and not is_business_number(digits):
            raise ValidationError(
                _("This is not a valid business registration number. Please check the ten digits.")
            )
        return digits


class DeclareForm(forms.Form):
    """The pledge for the call, and the declaration for this application."""

    pledge = forms.BooleanField(
        label=_(
            "I keep secret what I read, take nothing away, meet nobody of the firm about it, and judge fairly."
        ),
    )
    conflict = forms.ChoiceField(
        label=_("Do you stand in a conflict of interest?"), widget=forms.RadioSelect()
    )
    note = forms.CharField(label=_("Remark (optional)"), max_length=500, required=False)

    def __init__(self, *args, pledged, **options):
        super().__init__(*args, **options)
        self.fields["conflict"].choices = [
            ("none", _("No, none of these applies to me")),
            *((code, f"{code} {text}") for code, text in rules.CONFLICTS.items()),
        ]
        if pledged:
            del self.fields["pledge"]
        self.helper = layout(*self.fields, button=_("Declare"))

    @property
    def code(self):
        chosen = self.cleaned_data["conflict"]
        return "" if chosen == "none" else chosen


def comment(label, *, rows=3):
    """A field of a sheet's free words."""
    return PlainField(
        label=label, required=False, limit=COMMENT_LENGTH, widget=forms.Textarea({"rows": rows})
    )


class SheetForm(forms.Form):
    """One sheet: a number for each criterion, three comments. It may be saved unfinished."""

    strengths = comment(_("Strengths"))
    weaknesses = comment(_("Points to mend"))
    overall = comment(_("Overall opinion"), rows=4)

    def __init__(self, *args, criteria, call, **options):
        super().__init__(*args, **options)
        self.criteria, self.call = criteria, call
        groups = {}
        for criterion in criteria:
            name = f"score_{criterion.pk}"
            most = 100 if call.scale == "percent" else criterion.points
            self.fields[name] = PointsField(
                label=_("%(name)s (0 to %(most)d points)") % {"name": criterion.name, "most": most},
                help_text=criterion.help,
                required=False,
                widget=forms.NumberInput({"step": call.step, "inputmode": "decimal", "data-points": ""}),
            )
            groups.setdefault(criterion.group.name, []).append(Field(name, css_class="points"))
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            *(Fieldset(literal(name), *fields) for name, fields in groups.items()),
            Fieldset(_("Opinion"), *COMMENTS),
        )

    def clean(self):
        cleaned = super().clean()
        for criterion in self.criteria:
            value = cleaned.get(f"score_{criterion.pk}")
            if value is not None:
                for fault in rules.score_faults(criterion, value, scale=self.call.scale, step=self.call.step):
                    self.add_error(fault.field, str(fault))
        return cleaned

    @property
    def values(self):
        """{criterion id: value} of what has a score."""
        scores = {c.pk: self.cleaned_data.get(f"score_{c.pk}") for c in self.criteria}
        return {pk: value for pk, value in scores.items() if value is not None}

    @property
    def comments(self):
        return {name: self.cleaned_data[name] for name in COMMENTS}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 3}))

    helper = layout("reason", button=_("Confirm"))


class AdjustmentForm(forms.Form):
    label = forms.CharField(label=_("Item"), max_length=100, help_text=_("With its evidence"))
    points = PointsField(
        label=_("Points"), max_digits=3, decimal_places=1, help_text=_("Above 0 a bonus, below 0 a penalty")
    )

    helper = layout("label", "points", button=_("Write it down"))
