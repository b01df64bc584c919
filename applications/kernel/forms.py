"""What the forms of all rooms share: whole won and Korean dates as people type them, one-column layout."""

import re
import unicodedata
from copy import copy

from crispy_forms.bootstrap import FormActions
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from applications.kernel.cells import HIDDEN

MOST_KRW = 10**13
# Sentences of Django that stand beside many fields: named here, so that the catalogue says them as ours.
DJANGO = (
    ngettext_lazy(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
        "limit_value",
    ),
    _("Enter a valid date/time."),
    _("Enter a valid date."),
    _("Enter a whole number."),
    _("Enter a number."),
)


class LineField(forms.CharField):
    """One line of text as people see it: composed letters, nothing hidden in it."""

    def to_python(self, value):
        text = unicodedata.normalize("NFC", super().to_python(value))
        if any(unicodedata.category(character) in HIDDEN for character in text):
            raise ValidationError(_("There is a character in it that cannot be seen. Please type it anew."))
        return text


def whole_number(text):
    """A count as a script sends it; whatever is none counts as -1, which fits nowhere."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,12}", text) else -1


class WonField(forms.CharField):
    """An amount in whole won; separators and the word 원 may be typed. Cleans to int or None."""

    def __init__(self, *, may_be_negative=False, **options):
        super().__init__(max_length=30, **options)
        self.pattern = r"-?[0-9]+" if may_be_negative else r"[0-9]+"
        self.widget.attrs |= {"inputmode": "text" if may_be_negative else "numeric"}

    def prepare_value(self, value):
        return f"{value:,}" if isinstance(value, int) else value

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        text = re.sub(r"[,\s]|원$", "", typed)
        if not re.fullmatch(self.pattern, text):
            raise ValidationError(_("Please enter the amount in whole won, in digits."))
        if abs(int(text)) > MOST_KRW:
            raise ValidationError(_("This amount is too large."))
        return int(text)

    def has_changed(self, initial, data):
        return super().has_changed(self.prepare_value(initial), data)


class PointsField(forms.DecimalField):
    """A number of points: ASCII digits and one dot, nothing else that Python would read as a number."""

    def to_python(self, value):
        typed = str(value or "").strip()
        if typed and not re.fullmatch(r"(-(?=.*[1-9]))?[0-9]{1,4}(\.[0-9]{1,4})?", typed):
            raise ValidationError(_("Please enter a number in digits, such as 80.5."))
        return super().to_python(typed)


class Several(forms.ModelMultipleChoiceField):
    """Any of some rows. A number that is too long for a row of any database is no choice, as every other wrong one."""

    LONGEST = 18

    def clean(self, value):
        for one in value or ():
            if len(str(one)) > self.LONGEST:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice", params={"value": one}
                )
        return super().clean(value)


class DateInput(forms.DateInput):
    """A date by the browser's own field."""

    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class InstantInput(forms.DateTimeInput):
    """A date and time on the Korean clock by the browser's own field."""

    input_type = "datetime-local"

    def __init__(self):
        super().__init__(format="%Y-%m-%dT%H:%M")


def in_our_time(day):
    """A year as people mean it: the first hours of the year 1 in Korea are none at all in UTC."""
    if not 2000 <= day.year <= 2099:
        raise ValidationError(_("Please check the year."))


class InstantField(forms.DateTimeField):
    """A date and time on the Korean clock."""

    widget = InstantInput
    default_validators = [in_our_time]


def literal(text):
    """Words that people wrote, as a legend: crispy reads legends as templates, and these stand as they are."""
    return escape(text).replace("{", "&#123;")


def ask_to_choose(form):
    """An empty choice says what to do, where Django draws a row of dashes."""
    for field in form.fields.values():
        if isinstance(field, forms.ModelChoiceField) and field.empty_label:
            field.empty_label = _("Please choose")
        elif isinstance(field, forms.TypedChoiceField) and field.choices and field.choices[0][0] == "":
            field.choices = [("", _("Please choose")), *field.choices[1:]]


class Act(Submit):
    """A button whose word is read anew each time; crispy's own keeps the language that it was drawn in first.

    quiet: one of several that is not the main one; at: where on the page that answers, "#shown".
    """

    def __init__(self, name, value, *, quiet=False, at=""):
        super().__init__(name, value)
        self.quiet, self.at = quiet, at

    def render(self, form, context, *args, **options):
        return super(Act, copy(self)).render(form, context, *args, **options)


def layout(*fields, button, name="save"):
    """A form helper: the fields in one column, then one button."""
    helper = FormHelper()
    helper.layout = Layout(*fields, FormActions(Act(name, button)))
    return helper


class ReasonForm(forms.Form):
    """A reason that stays in the record; whether it says enough the action asks. button: what it leads to; hint: who reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea({"rows": 4}))

    def __init__(self, *args, button, hint="", **options):
        super().__init__(*args, **options)
        self.fields["reason"].help_text = hint
        self.helper = layout("reason", button=button)


class ExportForm(forms.Form):
    """What of a list goes into a file, and why."""

    kind = forms.ChoiceField(
        label=_("File"), initial="xlsx", choices=[("xlsx", _("Excel (XLSX)")), ("csv", _("Text (CSV)"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    columns = forms.ChoiceField(
        label=_("Columns"), initial="shown", choices=[("shown", _("Those that the list shows")), ("all", _("All columns"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=350, widget=forms.Textarea({"rows": 3}),
        help_text=_("What the file is needed for. It is written down with your name, the time and whose data it holds."),
    )  # fmt: skip

    helper = layout("kind", "columns", "reason", button=_("Download the file"))
