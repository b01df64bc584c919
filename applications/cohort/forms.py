"""Forms of the cohort."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.cohort.models import Seat
from applications.kernel.forms import layout


class EndForm(forms.Form):
    kind = forms.ChoiceField(label=_("How it ends"), choices=Seat.End.choices)
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    helper = layout("kind", "reason", button=_("End the designation"))
