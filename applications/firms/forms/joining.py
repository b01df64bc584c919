"""Forms of joining."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.firms import rules
from applications.firms.models import Right
from applications.kernel.forms import layout


class AskForm(forms.Form):
    business_number = forms.CharField(
        label=_("Business registration number"),
        max_length=20,
        help_text=_(
            "The owners of the firm's account see your name and e-mail address, and accept or decline."
        ),
    )

    helper = layout("business_number", button=_("Ask to join"))

    def clean_business_number(self):
        digits = rules.digits_of(self.cleaned_data["business_number"])
        if reasons := rules.number_wrong(digits):
            raise ValidationError([reason.text for reason in reasons])
        return digits


class AcceptForm(forms.Form):
    right = forms.ChoiceField(
        label=_("Right"),
        choices=Right.choices,
        initial=Right.EDITOR,
        help_text=_("Owners sign and manage members; editors write and submit; viewers read."),
    )

    helper = layout("right", button=_("Accept the request"), name="accept")
