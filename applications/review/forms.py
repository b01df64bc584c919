"""Forms of review: assigning, declaring, the score sheet."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications.calls.conflicts import RULES, declarations
from applications.firms.rules import digits_of, is_business_number
from applications.kernel import clock
from applications.kernel.forms import (
    DateInput,
    InstantField,
    LineField,
    ReasonForm,
    Several,
    ask_to_choose,
    layout,
)
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology
from applications.review.models import MOST_SESSIONS, Affiliation, ReviewerProfile
from applications.review.plans import Plan
from applications.review.pledges import PLEDGE


class NumberLeftOpen(forms.Form):
    """A business number that may be left open, checked by its digits."""

    def clean_number(self, name):
        typed = self.cleaned_data[name]
        digits = digits_of(typed)
        if typed and not is_business_number(digits):
            raise ValidationError(
                _("This is not a valid business registration number. Please check the ten digits.")
            )
        return digits


def number_field():
    return forms.CharField(
        label=_("Business registration number"),
        max_length=20,
        required=False,
        help_text=_("Ten digits; leave empty if your institution has none."),
    )


def not_to_come(form, name):
    day = form.cleaned_data[name]
    if day and day > clock.today():
        raise ValidationError(_("This date is still to come."))
    return day


class ProfileForm(NumberLeftOpen, forms.ModelForm):
    """Where a reviewer works and what they know: what fit and conflicts are found by."""

    affiliation = LineField(label=_("Affiliation"), max_length=100)
    affiliation_number = number_field()

    class Meta:
        model = ReviewerProfile
        fields = [
            "affiliation", "affiliation_number", "department", "since", "kind", "region", "technologies", "fields",
            "keywords", "most_sessions", "gender",
        ]  # fmt: skip
        field_classes = dict.fromkeys(("technologies", "fields"), Several)
        widgets = {
            "technologies": forms.CheckboxSelectMultiple(),
            "fields": forms.CheckboxSelectMultiple(),
            "since": DateInput(),
        }
        help_texts = {
            "department": _("The smallest unit that you belong to."),
            "keywords": _("Set apart by commas: what you know best, in your own words."),
            "gender": _(
                "If you like. Only how many women and men sit in a panel is counted from it; nobody is asked or found in conflict by it."
            ),
            "most_sessions": format_lazy(
                _("You are not asked for more than these; at most {most}."), most=MOST_SESSIONS
            ),
        }

    helper = layout(
        Fieldset(_("Where you work"), "affiliation", "affiliation_number", "department", "since", "kind", "region"),
        Fieldset(_("What you know"), "technologies", "fields", "keywords"),
        "most_sessions",
        "gender",
        button=_("Save: this is true today"),
    )  # fmt: skip

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        today = clock.today()
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(today)
        self.fields["fields"].queryset = IndustryField.objects.valid_on(today)
        self.fields["region"].queryset = Region.objects.valid_on(today)
        self.fields["region"].required = True
        self.fields["most_sessions"].validators += [MinValueValidator(1), MaxValueValidator(MOST_SESSIONS)]
        ask_to_choose(self)

    def clean_affiliation_number(self):
        return self.clean_number("affiliation_number")

    def clean_since(self):
        return not_to_come(self, "since")


class AffiliationForm(NumberLeftOpen, forms.ModelForm):
    """Where a reviewer worked before, or takes part beside their work."""

    institution = LineField(label=_("Institution"), max_length=100)
    business_number = number_field()

    class Meta:
        model = Affiliation
        fields = ["institution", "business_number", "department", "role", "since", "until"]
        labels = {"since": _("Begun on"), "until": _("Ended on")}
        widgets = {"since": DateInput(), "until": DateInput()}
        help_texts = {"until": _("Empty: it goes on.")}

    helper = layout(*Meta.fields, button=_("Write it down"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)

    def clean_business_number(self):
        return self.clean_number("business_number")

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", _("It ends after it begins."))
        return cleaned


class SanctionForm(forms.Form):
    """Why a reviewer is barred, and until when."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))
    until = forms.DateField(
        label=_("Barred until"), required=False, widget=DateInput(), help_text=_("Empty: for good.")
    )

    helper = layout("reason", "until", button=_("Bar the reviewer"))


class ChallengeForm(forms.Form):
    """The decision on whom a firm asks to exclude."""

    accepted = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("yes", _("They are excluded")), ("no", _("They may be asked"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    grounds = forms.CharField(
        label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}), help_text=_("The firm reads this sentence.")
    )  # fmt: skip

    helper = layout("accepted", "grounds", button=_("Decide"))


class Ticked(forms.MultipleChoiceField):
    """Rows of one column, with ticks; what has gone since the page came is said so."""

    widget = forms.CheckboxSelectMultiple
    one_column = True
    default_error_messages = {
        "invalid_choice": _("One of those that you chose waits no longer. Please look again.")
    }


class ExemptionForm(forms.Form):
    """Whether so few sheets suffice."""

    allowed = forms.TypedChoiceField(
        label=_("Decision"), choices=[("yes", _("Allowed")), ("no", _("Not allowed"))],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    grounds = forms.CharField(
        label=_("Grounds"), max_length=1000, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("Needed where it is not allowed. Who asked reads them."),
    )  # fmt: skip

    helper = layout("allowed", "grounds", button=_("Decide"))


class SeveralExemptionsForm(ReasonForm):
    """For which applications the sheets that they have are to suffice. rows: of these [(application, its sheets)]."""

    applications = Ticked(
        label=_("Applications"),
        help_text=_("Those that no panel hears, with at least three sheets and two thirds of those who were asked; at most 100 at a time."),
    )  # fmt: skip

    def __init__(self, *args, rows, **options):
        super().__init__(*args, button=_("Ask the directors"), **options)
        self.fields["applications"].choices = [
            (
                str(one.key),
                ngettext("%(what)s · %(count)d sheet", "%(what)s · %(count)d sheets", sheets)
                % {"what": f"{one.number} {one.firm.name}", "count": sheets},
            )
            for one, sheets in rows
        ]
        self.fields["applications"].error_messages["required"] = _("Please choose at least one application.")
        self.helper = layout("applications", "reason", button=_("Ask the directors"))


class DecideSeveralForm(ExemptionForm):
    """The same decision on several. rows: the exceptions that wait."""

    exemptions = Ticked(label=_("Exceptions"))

    helper = layout("exemptions", "allowed", "grounds", button=_("Decide"))

    def __init__(self, *args, rows, **options):
        super().__init__(*args, **options)
        self.fields["exemptions"].choices = [(str(one.key), said_of(one)) for one in rows]
        self.fields["exemptions"].error_messages["required"] = _("Please choose at least one exception.")


def said_of(exemption):
    """What an exception is for, why, and who asks."""
    firm = exemption.application.firm.name if exemption.application else exemption.stage.call.title
    sheets = ngettext("%(what)s · %(count)d sheet", "%(what)s · %(count)d sheets", exemption.sheets)
    sheets %= {"what": f"{exemption.number} {firm}", "count": exemption.sheets}
    return format_html(
        "{}<br>{} <span class='small quiet'>{}</span>", sheets, exemption.reason, exemption.by.name
    )


class PledgeForm(forms.Form):
    """The pledge for a call."""

    pledge = forms.BooleanField(label=PLEDGE)

    helper = layout("pledge", button=_("Accept the pledge"))


class DeclareForm(forms.Form):
    """The pledge for the call, and the declaration for this application."""

    pledge = forms.BooleanField(label=PLEDGE)
    conflict = forms.ChoiceField(
        label=_("Do you stand in a conflict of interest?"), widget=forms.RadioSelect()
    )
    stays = forms.BooleanField(
        label=_("I can judge fairly all the same and go on; the office is told."), required=False
    )
    note = forms.CharField(label=_("Remark (optional)"), max_length=500, required=False)

    def __init__(self, *args, pledged, call, **options):
        super().__init__(*args, **options)
        asked = declarations(call)
        self.fields["conflict"].choices = [
            ("none", _("No, none of these applies to me")),
            *((code, f"{code} {text}") for code, text in asked.items()),
        ]
        advised = [code for code in asked if RULES[code].advised]
        self.fields["stays"].help_text = _(
            "Only with %(codes)s, where stepping back is recommended; please write why in the remark."
        ) % {"codes": ", ".join(advised)}
        if not advised:
            del self.fields["stays"]
        if pledged:
            del self.fields["pledge"]
        self.helper = layout(*self.fields, button=_("Declare"))

    @property
    def declaration(self):
        """What actions.declare takes."""
        typed = self.cleaned_data
        code = "" if typed["conflict"] == "none" else typed["conflict"]
        return {"code": code, "note": typed["note"], "stays": bool(code) and typed.get("stays", False)}


class DueForm(forms.Form):
    """Until when the sheets of a stage are to be handed in."""

    stage = forms.ModelChoiceField(label=_("Stage"), queryset=None, empty_label=None)
    at = InstantField(
        label=_("Sheets are handed in by"),
        help_text=_("Reviewers read it on their pages and are reminded three days and one day before."),
    )

    helper = layout("stage", "at", button=_("Set the time"))

    def __init__(self, *args, stages, **options):
        super().__init__(*args, **options)
        self.fields["stage"].queryset = stages


class PlanForm(forms.ModelForm):
    """What a proposal who reviews what is asked for."""

    class Meta:
        model = Plan
        fields = ["stage", "reviews", "least", "most"]
        labels = {"stage": _("Stage")}
        help_texts = {
            "reviews": _("Those who are assigned already count. Nobody is assigned by the proposal itself."),
            "most": _("Of this stage. Who has reached the most sessions of this year is left out."),
        }

    helper = layout(
        "stage", "reviews", "least", "most",
        Fieldset(_("At least in each application"), *(f"of_{kind}" for kind in ReviewerProfile.Kind.values)),
        button=_("Work out a proposal"),
    )  # fmt: skip

    def __init__(self, *args, stages, **kwargs):
        first = stages.first()
        super().__init__(
            *args, initial={"stage": first, "reviews": first and first.quorum, "most": 12}, **kwargs
        )
        self.fields["stage"].queryset, self.fields["stage"].empty_label = stages, None
        for name, most in (("reviews", 15), ("least", 500), ("most", 500)):
            self.fields[name].validators.append(MaxValueValidator(most))
        self.fields["reviews"].validators.append(MinValueValidator(1))
        for kind, label in ReviewerProfile.Kind.choices:
            self.fields[f"of_{kind}"] = forms.IntegerField(
                label=label, min_value=0, max_value=15, required=False, initial=0
            )

    def clean(self):
        """The least numbers of kinds as one: {kind: number}."""
        found = super().clean()
        found["per_kind"] = {kind: found.pop(f"of_{kind}", None) or 0 for kind in ReviewerProfile.Kind.values}
        if found.get("least", 0) > found.get("most", 0) and "most" in found:
            self.add_error("most", _("This is less than each reviewer is to do at least."))
        return found


class AdjustmentForm(forms.Form):
    """Whether a bonus or penalty item counts."""

    counts = forms.TypedChoiceField(
        label=_("Decision"), choices=[("yes", _("It counts")), ("no", _("It does not count"))],
        coerce=lambda value: value == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    grounds = forms.CharField(
        label=_("Grounds"), min_length=5, max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text=_("The paper, page or list that it was seen in; where it does not count, why. The firm reads this with its result."),
    )  # fmt: skip

    helper = layout("counts", "grounds", button=_("Write it down"))
