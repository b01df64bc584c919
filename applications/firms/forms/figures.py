"""The form of one year's figures."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.firms.models.figures import YearlyFigures
from applications.firms.rules.figures import BALANCE, figures_wrong
from applications.kernel.forms import WonField, layout


class FiguresForm(forms.ModelForm):
    sales_krw = WonField(label=_("Sales (won)"))
    exports_krw = WonField(
        label=_("Exports (won)"), help_text=_("The part of the sales that went abroad; 0 if none did.")
    )
    rnd_krw = WonField(label=_("R&D spending (won)"))
    equity_krw = WonField(
        label=_("Equity (won, optional)"),
        required=False,
        may_be_negative=True,
        help_text=_("From the balance sheet; with a minus sign where the capital is used up."),
    )
    liabilities_krw = WonField(label=_("Liabilities (won, optional)"), required=False)
    current_assets_krw = WonField(label=_("Current assets (won, optional)"), required=False)
    current_liabilities_krw = WonField(
        label=_("Current liabilities (won, optional)"),
        required=False,
        help_text=_("With these four the desk need not ask for the ratios of debts and liquidity again."),
    )

    class Meta:
        model = YearlyFigures
        fields = ["sales_krw", "exports_krw", "employees", "rnd_krw", *BALANCE]
        help_texts = {"employees": _("At the end of the year.")}

    helper = layout("sales_krw", "exports_krw", "employees", "rnd_krw", *BALANCE, button=_("Save"))

    def clean(self):
        cleaned = super().clean()
        if {"sales_krw", "exports_krw"} <= cleaned.keys():
            for reason in figures_wrong(**cleaned):
                if reason.field not in self.errors:
                    self.add_error(reason.field, str(reason))
        return cleaned
