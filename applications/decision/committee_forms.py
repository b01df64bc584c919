"""Forms of the committee: the meeting, who is present, one decision, the closing."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.decision.committees import REASON_LENGTH, Deliberation, Resolution
from applications.decision.deliberating import MOST_MEMBERS
from applications.intake.fields import PlainField
from applications.intake.models import Application
from applications.kernel.forms import InstantField, LineField, ReasonForm, WonField, ask_to_choose, layout

SPARE = 4  # empty lines of the attendance


class MeetingForm(forms.ModelForm):
    """When and where the committee meets, and who keeps its minutes."""

    place = LineField(label=_("Place of the meeting"), max_length=200)

    class Meta:
        model = Deliberation
        fields = ["held_at", "place", "secretary"]
        field_classes = {"held_at": InstantField}
        help_texts = {
            "held_at": _("Korean time."),
            "secretary": _("One of the staff; keeps the minutes and has no vote."),
        }

    def __init__(self, *args, button, **options):
        super().__init__(*args, **options)
        staff = User.objects.filter(role__in=(Role.OFFICER, Role.DIRECTOR), is_active=True)
        self.fields["secretary"].queryset = staff.order_by("name", "pk")
        ask_to_choose(self)
        self.helper = layout(*self.fields, button=button)


class MinutesForm(MeetingForm):
    """The same with the minutes, and the version that the person has read."""

    minutes = PlainField(
        label=_("Minutes"), limit=20000, required=False, widget=forms.Textarea({"rows": 16}),
        help_text=_("What was discussed and why. Officers, directors and auditors read them; firms read the reason of their own decision only."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class AttendanceForm(forms.Form):
    """The members of the committee, a line each; empty lines are nobody."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args, members, **options):
        super().__init__(*args, **options)
        self.count = min(MOST_MEMBERS, max(len(members) + SPARE, 8))
        chair = next((str(place) for place, one in enumerate(members) if one.is_chair), "")
        for place in range(self.count):
            one = members[place] if place < len(members) else None
            number = {"number": place + 1}
            self.fields[f"name_{place}"] = LineField(
                label=_("Name of member %(number)d") % number,
                max_length=50,
                required=False,
                initial=one and one.name,
            )
            self.fields[f"affiliation_{place}"] = LineField(
                label=_("Affiliation of member %(number)d") % number, max_length=100, required=False,
                initial=one and one.affiliation,
            )  # fmt: skip
            self.fields[f"present_{place}"] = forms.BooleanField(
                label=_("Member %(number)d is present") % number,
                required=False,
                initial=one and one.is_present,
            )
        self.fields["chair"] = forms.ChoiceField(
            label=_("In the chair"), choices=[(str(place), str(place + 1)) for place in range(self.count)],
            widget=forms.RadioSelect, initial=chair, required=False,
        )  # fmt: skip

    @property
    def lines(self):
        """What the page draws of each line: name, affiliation and present as fields, and the button of the chair."""
        chairs = list(self["chair"])
        return [
            [*(self[f"{name}_{place}"] for name in ("name", "affiliation", "present")), chairs[place]]
            for place in range(self.count)
        ]

    def clean(self):
        found = super().clean()
        for place in range(self.count):
            if bool(found.get(f"name_{place}")) != bool(found.get(f"affiliation_{place}")):
                self.add_error(f"name_{place}", _("Please write both the name and the affiliation."))
        return found

    @property
    def members(self):
        """(name, affiliation, is_chair, is_present) of each."""
        said = self.cleaned_data
        return [
            (said[f"name_{place}"], said[f"affiliation_{place}"], said["chair"] == str(place), said[f"present_{place}"])
            for place in range(self.count)
            if said[f"name_{place}"]
        ]  # fmt: skip


def label_of(member):
    """A member by name and affiliation, as a decision names who is recused."""
    return f"{member.name} ({member.affiliation})"


class ResolutionForm(forms.ModelForm):
    """What the committee decided on one application."""

    number = LineField(
        label=_("Application number"), max_length=20, help_text=_("Any application that is decided on.")
    )
    grant_krw = WonField(
        label=_("Reduced grant (won)"), required=False, help_text=_("Empty: as it was asked for.")
    )
    reason = LineField(
        label=_("Reason"), max_length=REASON_LENGTH,
        help_text=_("The firm reads it with its result. The whole discussion stands in the minutes."),
    )  # fmt: skip
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput())
    recused = forms.TypedMultipleChoiceField(
        label=_("Recused from this decision"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Members who step back. Whoever stands in a conflict of interest by our data is recused in any case. They have no vote."),
    )  # fmt: skip

    class Meta:
        model = Resolution
        fields = [
            "number", "result", "grant_krw", "conditions", "reason", "recused", "votes_for", "votes_against", "votes_abstained", "replaces",
        ]  # fmt: skip
        widgets = {"result": forms.RadioSelect(), "conditions": forms.Textarea({"rows": 3})}
        help_texts = {
            "conditions": _("What the firm has to meet; it reads them with its result and in its agreement."),
            "votes_for": _("More than half of the members present carry it."),
        }

    def __init__(self, *args, call, members, **options):
        super().__init__(*args, **options)
        self.call = call
        seated = {label_of(one): (one.name, one.affiliation) for one in members}
        self.fields["recused"].choices = [(label, label) for label in seated]
        self.fields["recused"].coerce = seated.get
        choices = [(value, label) for value, label in Resolution.Result.choices if value != "taken_back"]
        self.fields["result"].choices = choices
        if not call.is_rnd:
            del self.fields["grant_krw"]
        for name in ("votes_for", "votes_against", "votes_abstained"):
            self.fields[name].widget.attrs |= {"min": 0, "max": MOST_MEMBERS}
        self.helper = layout(*self.fields, button=_("Write the decision down"))

    def named(self):
        """The application that the form is about, None where it is not known yet."""
        return self._found(self["number"].value() or "")

    def _found(self, number):
        found = Application.objects.handed_in().filter(call=self.call, number=number.upper())
        return found.select_related("call", "firm").first()

    def clean_number(self):
        found = self._found(self.cleaned_data["number"])
        if found is None:
            raise ValidationError(_("There is no such application in this call."))
        return found

    def _post_clean(self):
        """The action asks everything; the row is written by nobody else."""

    @property
    def said(self):
        """What the action takes."""
        found = dict(self.cleaned_data)
        application = found.pop("number")
        return found | {"application": application}


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    helper = layout("version", button=_("Close the meeting for good"))


class TakeBackForm(ReasonForm):
    """Why a decision was not as it was written down."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_LENGTH, widget=forms.Textarea({"rows": 3}))
