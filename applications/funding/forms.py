"""Forms of money."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.calls.models import BudgetLine
from applications.kernel.forms import DateInput, WonField, layout


class RequestForm(forms.Form):
    krw = WonField(label=_("Amount (won)"))
    note = forms.CharField(label=_("Remark (optional)"), max_length=500, required=False)

    helper = layout("krw", "note", button=_("Request the instalment"))


class PaidForm(forms.Form):
    paid_on = forms.DateField(label=_("Paid on"), widget=DateInput())

    helper = layout("paid_on", button=_("Record as paid"))


class LineForm(forms.ModelForm):
    cap_krw = WonField(label=_("Cap (won)"))

    class Meta:
        model = BudgetLine
        fields = ["programme", "year", "name", "cap_krw"]
        labels = {"programme": _("programme")}

    helper = layout("programme", "year", "name", "cap_krw", button=_("Open the line"))


class AllocationForm(forms.Form):
    """An allocation; its key keeps a form that is sent twice from counting twice."""

    key = forms.UUIDField(widget=forms.HiddenInput(), initial=uuid.uuid4)
    krw = WonField(label=_("Amount (won)"))
    purpose = forms.CharField(label=_("Purpose"), max_length=200)

    helper = layout("key", "krw", "purpose", button=_("Allocate"))
