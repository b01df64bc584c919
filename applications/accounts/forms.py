"""Forms of accounts."""

from django import forms
from django.db import transaction
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from applications.accounts import actions
from applications.accounts.models import Role, User
from applications.kernel.forms import LineField, layout


def _readable(address, words, told=""):
    """What a consent is given to, one click away; in a new window, so that nothing typed is lost."""
    return lazy(format_html, str)(
        '{} <a href="{}" target="_blank" rel="noopener">{}</a>', told, reverse_lazy(address), words
    )


class SignUpForm(forms.Form):
    """What a new account tells of itself and agrees to; allauth adds address and password."""

    name = LineField(label=_("Name"), max_length=60)
    terms = forms.BooleanField(
        label=_("I agree to the terms of use (required)"),
        help_text=_readable("portal:terms", _("Read the terms of use (new window)")),
    )
    privacy = forms.BooleanField(
        label=_("I agree to the collection and use of my personal data (required)"),
        help_text=_readable(
            "portal:privacy",
            _("Read the privacy policy (new window)"),
            _(
                "Name, telephone and e-mail; for applying, being told and agreements. Kept until one year after "
                "the result, or five years after the end of a project. You may refuse, but then cannot apply "
                "online."
            ),
        ),
    )
    news = forms.BooleanField(label=_("Send me news of new calls (optional)"), required=False)

    field_order = ["email", "name", "password1", "password2", "terms", "privacy", "news"]

    def signup(self, request, user):
        """Called by allauth with the saved account."""
        with transaction.atomic():
            user.name = self.cleaned_data["name"]
            user.save(update_fields=["name"])
            actions.consent(user, news=self.cleaned_data["news"])


class LanguageSelect(forms.Select):
    """Languages by the names they give themselves, each marked as what it is."""

    def create_option(self, name, value, *args, **options):
        option = super().create_option(name, value, *args, **options)
        option["attrs"]["lang"] = value
        return option


class OwnForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "phone", "language"]
        field_classes = {"name": LineField, "phone": LineField}
        widgets = {"language": LanguageSelect()}

    helper = layout("name", "phone", "language", button=_("Save"))


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    name = LineField(label=_("Name"), max_length=60)
    role = forms.ChoiceField(
        label=_("Role"), choices=[choice for choice in Role.choices if choice[0] != Role.APPLICANT]
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)

    helper = layout("email", "name", "role", "reason", button=_("Invite"))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept in the record and cannot be changed later."),
    )

    helper = layout("reason", button=_("Confirm"))


class RoleForm(ReasonForm):
    role = forms.ChoiceField(
        label=_("New role"), choices=[choice for choice in Role.choices if choice[0] != Role.APPLICANT]
    )

    helper = layout("role", "reason", button=_("Change the role"))
