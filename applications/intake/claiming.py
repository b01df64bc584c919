"""The form in which a firm claims a bonus."""

from crispy_forms.layout import Div
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.intake.fields import PlainLineField
from applications.intake.forms import SAVE, Versioned
from applications.kernel.forms import layout
from applications.templatetags.grants import number_shown


class ClaimsForm(Versioned):
    """What the firm claims a bonus for, and what shows it."""

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        self.items, rows = application.call.bonus_items, []
        for item in self.items:
            claim, shown = f"claim_{item.pk}", f"shown_{item.pk}"
            words = application.claims.get(str(item.pk))
            self.fields[claim] = forms.BooleanField(
                label=_("%(item)s (%(points)s points)") % {"item": item, "points": number_shown(item.points)},
                required=False,
                initial=words is not None,
                help_text=item.evidence,
            )
            self.fields[shown] = PlainLineField(
                label=_("Evidence of “%(item)s”") % {"item": item},
                limit=300,
                required=False,
                initial=words,
                help_text=_("Number and date of the certificate, or the paper and page that show it."),
            )
            rows += [claim, Div(shown, data_asked_by=claim, data_asked_when="on")]
        self.helper = layout("version", *rows, button=SAVE)

    def parts(self):
        """{part of a draft: what is claimed}; while a line of it is not well typed, nothing."""
        typed = self.cleaned_data
        if any(f"shown_{item.pk}" not in typed for item in self.items):
            return {}
        claims = {str(item.pk): typed[f"shown_{item.pk}"] for item in self.items if typed[f"claim_{item.pk}"]}
        return {"claims": claims}
