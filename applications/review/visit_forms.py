"""Forms of site visits: the date, what a visitor finds, a photo, a decision."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.intake.fields import PlainField
from applications.kernel.clocks import legal_clock
from applications.kernel.forms import InstantField, LineField, layout, literal
from applications.review.sheet_forms import comment
from applications.review.visits import PHOTO_KINDS, Visit

YES, NO = "yes", "no"


def verdict(label, *, required=False):
    """Fit or not fit; None where nothing is chosen."""
    return forms.TypedChoiceField(
        label=label, choices=[(YES, _("Found fit")), (NO, _("Not fit"))], widget=forms.RadioSelect, required=required,
        coerce=lambda value: value == YES, empty_value=None,
    )  # fmt: skip


def word(fit):
    """The choice that stands for a verdict."""
    return {True: YES, False: NO}.get(fit)


class AppointForm(forms.ModelForm):
    """When and where the place is visited, and what the firm prepares."""

    class Meta:
        model = Visit
        fields = ["at", "place", "preparation", "short_notice_reason"]
        field_classes = {"at": InstantField, "place": LineField}
        widgets = {"preparation": forms.Textarea({"rows": 4})}
        help_texts = {
            "at": _("Korean time."),
            "preparation": _("The firm reads this with the points that are looked at."),
        }

    helper = layout(
        "at", "place", "preparation", "short_notice_reason", button=_("Set the date and tell the firm")
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        said = _("The firm is told at least %(days)d days before; where it is less, why.")
        self.fields["short_notice_reason"].help_text = said % {"days": legal_clock("visit_notice").days}

    def _post_clean(self):
        """What belongs to the row is the action's business."""


class VisitForm(forms.Form):
    """What one visitor finds: fit or not, and words, of each point, and as a whole. It may be saved unfinished."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    fit = verdict(_("Is the place fit as a whole?"))
    overall = comment(_("Overall opinion"), rows=4)

    def __init__(self, *args, points, **options):
        super().__init__(*args, **options)
        self.points = points
        for point in points:
            self.fields[f"fit_{point.pk}"] = verdict(_("Fit or not?"))
            self.fields[f"fit_{point.pk}"].help_text = point.help
            self.fields[f"words_{point.pk}"] = PlainField(
                label=_("What you found"), required=False, limit=1000, widget=forms.Textarea({"rows": 2})
            )
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            *(Fieldset(literal(point.name), f"fit_{point.pk}", f"words_{point.pk}") for point in points),
            Fieldset(_("As a whole"), "fit", "overall"),
            "version",
        )

    @property
    def findings(self):
        """{point id: (fit, not fit or None, words)}."""
        typed = self.cleaned_data
        return {point.pk: (typed[f"fit_{point.pk}"], typed[f"words_{point.pk}"]) for point in self.points}


def differing(points, saved, typed):
    """[(label, what is saved, what was typed)] where they differ. saved, typed: ({point id: (fit or None, words)}, fit as a whole, overall opinion)."""
    (was, was_fit, was_overall), (now, now_fit, now_overall) = saved, typed
    said = {True: _("Found fit"), False: _("Not fit"), None: "–"}
    rows = [
        (
            point.name,
            *(f"{said[fit]} · {words}" for fit, words in (of.get(point.pk, (None, "")) for of in (was, now))),
        )
        for point in points
    ]
    rows += [
        (_("As a whole"), said[was_fit], said[now_fit]),
        (_("Overall opinion"), was_overall, now_overall),
    ]
    return [row for row in rows if row[1] != row[2]]


def initial_of(assignment, findings):
    """What the form begins with."""
    found = {"version": assignment.version, "fit": word(assignment.fit), "overall": assignment.overall}
    for pk, (fit, words) in findings.items():
        found |= {f"fit_{pk}": word(fit), f"words_{pk}": words}
    return found


class PhotoForm(forms.Form):
    """A photo of the place; a phone or tablet may take it here."""

    file = forms.FileField(label=_("Photo"), widget=forms.FileInput({"accept": "image/jpeg,image/png"}))
    caption = LineField(label=_("What it shows"), max_length=100, required=False)

    helper = layout("file", "caption", button=_("Upload"), name="upload")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        kinds = ", ".join(PHOTO_KINDS).upper()
        self.fields["file"].help_text = _("%(kinds)s, up to 30 MB.") % {"kinds": kinds}


class DecideForm(forms.Form):
    """What holds where two visitors differ."""

    fit = verdict(_("Decision"), required=True)
    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=1000, widget=forms.Textarea({"rows": 4}),
        help_text=_("Where the place is not fit, the firm reads this sentence with its result."),
    )  # fmt: skip

    helper = layout("fit", "reason", button=_("Decide"))
