"""Forms of decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.kernel.forms import InstantField, layout


class ProposeForm(forms.Form):
    """The reason, and a place for each application of a group of equals where their order makes a difference."""

    note = forms.CharField(
        label=_("Reason and remarks of the committee"), max_length=1000, min_length=5,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args, equals, **options):
        super().__init__(*args, **options)
        self.equals = equals
        for group in equals:
            for application in group:
                self.fields[f"place_{application.pk}"] = forms.TypedChoiceField(
                    label=_("%(number)s %(firm)s, equal at %(score)s: place among the equals")
                    % {
                        "number": application.number,
                        "firm": application.firm.name,
                        "score": application.final_score,
                    },
                    choices=[("", "–"), *((place, place) for place in range(1, len(group) + 1))],
                    coerce=int,
                )
        self.helper = layout(*reversed(self.fields), button=_("Propose this list"))

    def clean(self):
        cleaned = super().clean()
        for group in self.equals:
            taken = set()
            for application in group:
                place = cleaned.get(f"place_{application.pk}")
                if place in taken:
                    self.add_error(f"place_{application.pk}", _("This place is given already."))
                taken.add(place)
        return cleaned

    @property
    def decided(self):
        """{application id: place among its equals}."""
        return {a.pk: self.cleaned_data[f"place_{a.pk}"] for group in self.equals for a in group}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text=_("The officer who proposed the list reads this."),
    )  # fmt: skip

    helper = layout("reason", button=_("Send it back"))


class PublishForm(forms.Form):
    publish_at = InstantField(label=_("Publish at"), required=False, help_text=_("Korean time; empty: now"))

    helper = layout("publish_at", button=_("Publish"))
