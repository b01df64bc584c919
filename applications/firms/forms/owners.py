"""Forms of ownership."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.firms import rules
from applications.firms.models import Right
from applications.firms.models.joining import JoinRequest
from applications.kernel import clock
from applications.kernel.forms import layout


class HandOverForm(forms.Form):
    sure = forms.BooleanField(label=_("I hand the firm over and become an editor."))

    helper = layout("sure", button=_("Hand the firm over"))


class SubmittingForm(forms.Form):
    allowed = forms.BooleanField(
        label=_("Editors may submit applications"),
        required=False,
        help_text=_("Otherwise editors write, and only owners submit applications and supplements."),
    )

    helper = layout("allowed", button=_("Save"))


class FindForm(forms.Form):
    number = forms.CharField(label=_("Business registration number"), max_length=20)

    def clean_number(self):
        digits = rules.digits_of(self.cleaned_data["number"])
        if reasons := rules.number_wrong(digits):
            raise ValidationError([reason.text for reason in reasons])
        return digits


class MemberField(forms.ModelChoiceField):
    def label_from_instance(self, member):
        if isinstance(member, JoinRequest):
            return f"{member.person.name or '–'} · {member.person.email} · {_('Asks to join')}"
        return f"{member.user.name or '–'} · {member.user.email} · {member.get_right_display()}"


class AppointForm(forms.Form):
    member = MemberField(
        None, label=_("New owner"), widget=forms.RadioSelect, empty_label=None, to_field_name="key"
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_(
            "What shows that the owner is gone for good. It is kept in the record and cannot be changed later."
        ),
    )
    number = forms.CharField(widget=forms.HiddenInput)

    helper = layout("number", "member", "reason", button=_("Make this member the owner"))

    def __init__(self, firm, *args, **options):
        super().__init__(*args, initial={"number": firm.business_number}, **options)
        self.is_first = not firm.members.exists()  # then only who asks to join can become the owner
        self.fields["member"].queryset = (
            firm.join_requests.open(clock.now()).select_related("person")
            if self.is_first
            else firm.members.exclude(right=Right.OWNER).select_related("user")
        )

    def clean(self):
        cleaned = super().clean()
        cleaned.pop("number", None)
        if self.is_first and "member" in cleaned:
            cleaned["request"] = cleaned.pop("member")
        return cleaned
