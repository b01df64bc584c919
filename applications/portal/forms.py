"""Forms of the portal."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.kernel.forms import LineField, layout


class ViewForm(forms.Form):
    """A view of a list to be kept; drawn by the list itself."""

    name = LineField(max_length=40)
    shared = forms.BooleanField(required=False)


class ImportForm(forms.Form):
    """A filled template, and why it is brought in."""

    file = forms.FileField(
        label=_("Filled template (XLSX)"),
        help_text=_("At most 5 MB and 5,000 rows. Nothing is written before you have seen what it does."),
    )
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=500, widget=forms.Textarea({"rows": 3}),
        help_text=_("Where the list comes from. It stands in the record of every row."),
    )  # fmt: skip

    helper = layout("file", "reason", button=_("Upload and check"))
