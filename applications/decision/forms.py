"""Forms of decisions."""

from crispy_forms.bootstrap import FormActions
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.decision import contesting
from applications.decision.appeals import Appeal
from applications.decision.outcomes import Opinion
from applications.intake.fields import PlainField
from applications.kernel.files import TYPES
from applications.kernel.forms import Act, InstantField, layout


class ProposeForm(forms.Form):
    """The reason, and a place for each application of a group of equals where their order makes a difference."""

    note = forms.CharField(
        label=_("Reason and remarks of the committee"), max_length=1000, min_length=5,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
    replaces = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args, equals, **options):
        super().__init__(*args, **options)
        self.equals = equals
        for group in equals:
            for application in group:
                self.fields[f"place_{application.pk}"] = forms.TypedChoiceField(
                    label=_("%(number)s %(firm)s, equal at %(score)s: place among the equals")
                    % {
                        "number": application.number,
                        "firm": application.firm.name,
                        "score": application.final_score,
                    },
                    choices=[("", "–"), *((place, place) for place in range(1, len(group) + 1))],
                    coerce=int,
                )
        if equals:
            self.fields["order_reason"] = forms.CharField(
                label=_("Why the equals stand in this order"), max_length=1000, min_length=5,
                widget=forms.Textarea({"rows": 3}),
                help_text=_("Who approves reads it, and the firms concerned with their result: please name no other firm."),
            )  # fmt: skip
        self.order_fields([name for name in self.fields if name != "note"])
        self.helper = layout(*self.fields, button=_("Propose this list"))

    def clean(self):
        cleaned = super().clean()
        for group in self.equals:
            taken = set()
            for application in group:
                place = cleaned.get(f"place_{application.pk}")
                if place and place in taken:
                    self.add_error(f"place_{application.pk}", _("This place is given already."))
                taken.add(place)
        return cleaned

    @property
    def decided(self):
        """{application id: place among its equals}."""
        return {a.pk: self.cleaned_data[f"place_{a.pk}"] for group in self.equals for a in group}


def asked_about(waiting, data):
    """The groups of equals whose order makes a difference: as the list stands, and once those have the order that was sent.

    waiting: {id: place} → groups of Candidates that wait for their order.
    """
    found, decided = [], {}
    while more := [group for group in waiting(decided) if not decided.keys() & {c.pk for c in group}]:
        found += more
        for group in more:
            places = {str(place): place for place in range(1, len(group) + 1)}
            decided |= {c.pk: places.get(data.get(f"place_{c.pk}")) for c in group}
        if None in decided.values():
            break
    return found


class PublishForm(forms.Form):
    publish_at = InstantField(label=_("Publish at"), required=False, help_text=_("Korean time; empty: now"))

    helper = layout("publish_at", button=_("Publish"))


class OpinionForm(forms.ModelForm):
    """The opinion of the panel, as the firm will read it."""

    text = PlainField(
        label=_("Opinion of the panel"), limit=5000, widget=forms.Textarea({"rows": 10}),
        help_text=_("Please take out what tells who wrote it. The firm reads these words with its result."),
    )  # fmt: skip
    to_improve = PlainField(
        label=_("What to improve"), limit=5000, required=False, widget=forms.Textarea({"rows": 6}),
        help_text=_("What a better plan would have: the firm reads it too."),
    )  # fmt: skip

    helper = layout("text", "to_improve", button=_("Save the opinion"))

    class Meta:
        model = Opinion
        fields = ["text", "to_improve"]


class AppealForm(forms.ModelForm):
    """What a firm contests and why."""

    text = PlainField(
        label=_("Why the decision is wrong"), limit=4000, required=False, widget=forms.Textarea({"rows": 10}),
        help_text=_("Name the part of the result or of your application that it is about."),
    )  # fmt: skip
    wanted = PlainField(
        label=_("What is asked for"), limit=500, required=False, widget=forms.Textarea({"rows": 3}),
        help_text=_("For example: that it is scored again. You may leave it empty."),
    )  # fmt: skip

    class Meta:
        model = Appeal
        fields = ["ground", "text", "wanted"]
        widgets = {"ground": forms.RadioSelect()}

    def __init__(self, *args, key, **options):
        super().__init__(*args, **options)
        self.fields["ground"].choices = Appeal.Ground.choices
        self.helper = FormHelper()
        self.helper.form_id = "appeal"  # the button that hands it in stands further down
        self.helper.form_action = reverse("decision:write_appeal", args=[key])
        self.helper.layout = Layout(
            "ground", "text", "wanted", FormActions(Act("save", _("Save"), quiet=True))
        )


class EvidenceForm(forms.Form):
    file = forms.FileField(label=_("File"))

    helper = layout("file", button=_("Add the file"), name="upload")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        kinds = ", ".join(TYPES).upper()
        self.fields["file"].help_text = _("%(kinds)s, up to 30 MB.") % {"kinds": kinds}


class DecideForm(forms.Form):
    """The decision on an appeal as it is proposed: its outcome, what is opened again, and the reasons."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Appeal.Outcome.choices, widget=forms.RadioSelect)
    remedy = forms.ChoiceField(
        label=_("What is opened again"), required=False, help_text=_("Only where the appeal is upheld.")
    )
    stage = forms.ModelChoiceField(
        label=_("Scored again from"), queryset=None, required=False, empty_label=_("Please choose"),
        help_text=_("Its sheets and those of later stages are set aside; other reviewers are asked."),
    )  # fmt: skip
    reasons = forms.CharField(
        label=_("Reasons"), max_length=4000, widget=forms.Textarea({"rows": 8}),
        help_text=_("The firm reads them."),
    )  # fmt: skip

    def __init__(self, *args, appeal, **options):
        super().__init__(*args, **options)
        offered = contesting.remedies(appeal)
        self.fields["remedy"].choices = [
            ("", _("Nothing")),
            *((code, label) for code, label in Appeal.Remedy.choices if code in offered),
        ]
        application = appeal.application
        stages = application.call.stages.none()
        if "score" in offered and application.stage:
            stages = application.call.stages.filter(ordinal__lte=application.stage.ordinal)
        self.fields["stage"].queryset = stages
        names = ["outcome", "remedy", "stage", "reasons"]
        if "score" not in offered:
            del self.fields["stage"]
            names.remove("stage")
        elif len(stages) == 1:
            self.fields["stage"].initial = stages[0]
        self.helper = layout(*names, button=_("Propose the decision"))

    @property
    def decision(self):
        """What the verb takes."""
        found = dict(self.cleaned_data)
        if found.get("remedy") != "score":
            found["stage"] = None
        return found
