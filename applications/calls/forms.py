"""Forms of calls."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from applications.calls.models import BudgetLine, Call, Criterion
from applications.kernel.forms import InstantField, WonField, ask_to_choose, layout, literal
from applications.kernel.taxonomy import IndustryField

BOUNDS = {
    "year": (2023, 2099),
    "seats": (1, 1000),
    "reserves": (0, 1000),
    "pass_mark": (0, 100),
    "select_mark": (0, 100),
    "quorum": (3, 20),
    "bonus_cap": (0, 20),
    "penalty_cap": (0, 20),
}


class CallForm(forms.ModelForm):
    """All of a call but its criteria, which have a page of their own."""

    budget_krw = WonField(label=_("Budget of the call (won)"), required=False)
    ceiling_krw = WonField(label=_("Ceiling of one grant (won)"), required=False)

    class Meta:
        model = Call
        fields = [
            "programme", "year", "title", "summary", "notice", "opens_at", "closes_at", "short_notice_reason", "seats",
            "reserves", "pass_mark", "select_mark", "quorum", "bonus_cap", "penalty_cap", "budget_line", "budget_krw",
            "ceiling_krw",
        ]  # fmt: skip
        field_classes = dict.fromkeys(["opens_at", "closes_at"], InstantField)
        widgets = {"notice": forms.Textarea({"rows": 16})}
        help_texts = {
            "closes_at": _("Korean time. What arrives at this instant or later is too late."),
            "pass_mark": _("Below it a plan fails, whatever its bonus."),
            "select_mark": _("From it on a plan may be selected; between the marks it may be a reserve."),
            "quorum": _("Sheets needed before a review is closed; five, or three by exception."),
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        for name, (least, most) in BOUNDS.items():
            self.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]
            self.fields[name].widget.attrs |= {"min": least, "max": most}
        self.field_quotas = []
        chosen = dict(self.instance.quotas.values_list("field_id", "places")) if self.instance.pk else {}
        for field in IndustryField.objects.all():
            name = f"quota_{field.code}"
            self.fields[name] = forms.IntegerField(
                label=field.name, required=False, min_value=0, max_value=100, initial=chosen.get(field.pk)
            )
            self.field_quotas.append((name, field))
        if self.instance.pk:
            del self.fields["programme"], self.fields["year"]
        self.fields["budget_line"].queryset = BudgetLine.objects.order_by("-year", "name")
        head = [] if self.instance.pk else ["programme", "year"]
        self.helper = layout(
            Fieldset(_("The call"), *head, "title", "summary", "notice"),
            Fieldset(_("Schedule"), "opens_at", "closes_at", "short_notice_reason"),
            Fieldset(_("Places and marks"), "seats", "reserves", "pass_mark", "select_mark", "quorum", "bonus_cap",
                     "penalty_cap"),
            Fieldset(_("Most places by field (empty: no limit)"), *(name for name, _field in self.field_quotas)),
            Fieldset(_("Money (R&D only)"), "budget_line", "budget_krw", "ceiling_krw"),
            button=_("Save the call"),
        )  # fmt: skip

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("A call closes after it opens."))
        low, high = cleaned.get("pass_mark"), cleaned.get("select_mark")
        if low is not None and high is not None and low > high:
            self.add_error("select_mark", _("The select mark is not below the pass mark."))
        cleaned["quotas"] = [
            (field, cleaned.pop(name, None))
            for name, field in self.field_quotas
            if self.cleaned_data.get(name) is not None
        ]
        for name, _field in self.field_quotas:
            cleaned.pop(name, None)
        return cleaned


class PointsForm(forms.Form):
    """The points of every criterion of a call."""

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        groups = {}
        for criterion in Criterion.objects.filter(group__stage__call=call).select_related("group__stage"):
            name = f"points_{criterion.pk}"
            self.fields[name] = forms.IntegerField(
                label=criterion.name, min_value=1, max_value=100, initial=criterion.points
            )
            groups.setdefault(criterion.group, []).append(name)
        self.helper = layout(
            *(Fieldset(literal(group.name), *names) for group, names in groups.items()),
            button=_("Save the points"),
        )

    @property
    def points(self):
        return {int(name.removeprefix("points_")): value for name, value in self.cleaned_data.items()}
