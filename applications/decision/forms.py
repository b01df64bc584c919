"""Forms of decisions."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.kernel.forms import InstantInput, layout


class ProposeForm(forms.Form):
    note = forms.CharField(
        label=_("Reason and remarks of the committee"), max_length=1000, min_length=5,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args, tied, **options):
        super().__init__(*args, **options)
        if tied:
            self.fields["preferred"] = forms.MultipleChoiceField(
                label=_("Equal scores at the cut: whom does the committee prefer?"),
                choices=[(application.pk, f"{application.number} {application.firm.name}") for application in tied],
                widget=forms.CheckboxSelectMultiple(),
            )
        self.helper = layout(*reversed(self.fields), button=_("Propose this list"))

    @property
    def preferred(self):
        return {int(pk) for pk in self.cleaned_data.get("preferred", [])}


class PublishForm(forms.Form):
    publish_at = forms.DateTimeField(
        label=_("Publish at"), required=False, widget=InstantInput(), help_text=_("Korean time; empty: now")
    )

    helper = layout("publish_at", button=_("Publish"))
