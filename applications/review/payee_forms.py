"""The form of the account that a reviewer's fees are paid to. It is never filled in beforehand."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.kernel.forms import LineField, layout
from applications.review.payees import BANKS

DIGITS = (8, 16)  # of an account number, of whatever bank


class PayeeForm(forms.Form):
    bank = forms.ChoiceField(label=_("Bank"), choices=[("", _("Please choose")), *BANKS.items()])
    number = forms.CharField(
        label=_("Account number"), max_length=30, help_text=_("Digits, with or without hyphens."),
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )  # fmt: skip
    holder = LineField(
        label=_("Account holder"), max_length=60, widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("As the bank writes it. Fees are paid to the reviewer alone."),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text=_("Asked again, so that nobody else sends your fees elsewhere."),
    )  # fmt: skip

    helper = layout("bank", "number", "holder", "password", button=_("Keep this account"))

    def clean_number(self):
        digits = re.sub(r"[\s-]", "", self.cleaned_data["number"])
        if not re.fullmatch(rf"[0-9]{{{DIGITS[0]},{DIGITS[1]}}}", digits):
            raise ValidationError(
                _("Please enter the account number in %(least)d to %(most)d digits.")
                % {"least": DIGITS[0], "most": DIGITS[1]}
            )
        return digits
