"""Forms of the vault."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.firms.models.vault import KeptPaper
from applications.firms.rules import vault as rules
from applications.kernel import clock
from applications.kernel.files import TYPES
from applications.kernel.forms import DateInput, LineField, ask_to_choose, layout
from applications.kernel.taxonomy import PaperKind


class RenewForm(forms.ModelForm):
    """What is written of a paper, and another file where there is one."""

    file = forms.FileField(label=_("Another file"), required=False)

    class Meta:
        model = KeptPaper
        fields = ["issued_on", "expires_on", "number"]
        field_classes = {"number": LineField}
        widgets = {"issued_on": DateInput(), "expires_on": DateInput()}
        help_texts = {
            "expires_on": _("The last day. Left empty, it is the usual one of this kind of paper."),
            "number": _("As on the paper, if it has one."),
        }

    helper = layout("file", "issued_on", "expires_on", "number", button=_("Save"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["file"].help_text = _("%(kinds)s, up to 30 MB.") % {"kinds": ", ".join(TYPES).upper()}

    def clean(self):
        cleaned = super().clean()
        if issued_on := cleaned.get("issued_on"):
            for reason in rules.dates_wrong(issued_on, cleaned.get("expires_on"), today=clock.today()):
                self.add_error(reason.field, str(reason))
        return cleaned

    def clean_issued_on(self):
        if not self.cleaned_data["issued_on"].year >= 1950:
            raise ValidationError(_("Please check the year."))
        return self.cleaned_data["issued_on"]

    def clean_expires_on(self):
        expires_on = self.cleaned_data["expires_on"]
        if expires_on and expires_on.year > 2099:
            raise ValidationError(_("Please check the year."))
        return expires_on


class KeepForm(RenewForm):
    """A new paper of the vault."""

    file = forms.FileField(label=_("File"))

    class Meta(RenewForm.Meta):
        fields = ["kind", "issued_on", "expires_on", "number"]

    helper = layout("kind", "file", "issued_on", "expires_on", "number", button=_("Put it into the vault"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        self.fields["kind"].queryset = PaperKind.objects.valid_on(clock.today())
