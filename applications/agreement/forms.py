"""Forms of agreements."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.kernel.forms import DateInput, WonField, in_our_time, layout


class TermsForm(forms.Form):
    total_krw = WonField(label=_("Total cost (won)"))
    grant_krw = WonField(label=_("Grant (won)"))
    cash_krw = WonField(label=_("Own share in cash (won)"))
    starts_on = forms.DateField(label=_("Begins"), widget=DateInput(), validators=[in_our_time])
    ends_on = forms.DateField(label=_("Ends"), widget=DateInput(), validators=[in_our_time])

    helper = layout("total_krw", "grant_krw", "cash_krw", "starts_on", "ends_on", button=_("Save the terms"))


class SignForm(forms.Form):
    agree = forms.BooleanField(label=_("I have read the agreement and sign it for my side."))
    password = forms.CharField(
        label=_("Password"),
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_(
            "Asked again, because signing binds. This is a signature of consent, no certificate is used."
        ),
    )

    helper = layout("agree", "password", button=_("Sign"))
