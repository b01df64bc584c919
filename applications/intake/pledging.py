"""The form of the last section of a draft: pledges and consents, and whom the firm asks to exclude."""

from crispy_forms.layout import Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.intake import challenge, rules
from applications.intake.fields import PlainField, PlainLineField
from applications.intake.forms import SAVE, Versioned
from applications.kernel.forms import layout


class PledgeForm(Versioned):
    """Pledges and consents, each for itself; and whom the firm asks to exclude from the review (기피신청)."""

    challenge_person = PlainLineField(label=_("Name of the reviewer"), limit=60, required=False)
    challenge_institution = PlainLineField(
        label=_("Institution"),
        limit=100,
        required=False,
        help_text=_("With a name: this person there. Without: everybody who works there."),
    )
    challenge_reason = PlainField(
        label=_("Why"), limit=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("An officer decides, and you are told. Reviewers never read it."),
    )  # fmt: skip

    def __init__(self, *args, application, **options):
        super().__init__(*args, **options)
        given = application.given
        for code, text in rules.PLEDGES.items():
            self.fields[code] = forms.BooleanField(label=text, required=False, initial=code in given)
        for part in challenge.PARTS:
            self.fields[f"challenge_{part}"].initial = application.challenge.get(part)
        self.helper = layout(
            "version",
            *rules.PLEDGES,
            Fieldset(
                _("Reviewers to be excluded (optional)"), *(f"challenge_{part}" for part in challenge.PARTS)
            ),
            button=SAVE,
        )

    @property
    def consents(self):
        return {code: self.cleaned_data[code] for code in rules.PLEDGES}

    def parts(self):
        """What was typed well, as parts of a draft."""
        found, typed = {"consents": self.consents}, self.cleaned_data
        if all(f"challenge_{part}" in typed for part in challenge.PARTS):
            found["challenge"] = {
                part: typed[f"challenge_{part}"] for part in challenge.PARTS if typed[f"challenge_{part}"]
            }
        return found
