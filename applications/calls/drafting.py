"""Forms of a call in preparation: how it begins, its sections, and what all forms of its pieces share."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from applications.calls import planned, queries, rules
from applications.calls.conflicts import MOST_YEARS, RULES
from applications.calls.models import BudgetLine, Call, Programme
from applications.calls.outlines import OUTLINES
from applications.calls.ruling import MOST_TIE_KEYS, tie_choices
from applications.calls.stages import Criterion
from applications.kernel import clock
from applications.kernel.forms import (
    Act,
    DateInput,
    InstantField,
    Several,
    WonField,
    ask_to_choose,
    layout,
    literal,
)
from applications.kernel.taxonomy import Region

SAVE = _("Save")
BOUNDS = {
    "year": (2023, 2099),
    "seats": (1, 1000),
    "reserves": (0, 1000),
    "pass_mark": (0, 100),
    "select_mark": (0, 100),
    "quorum": (3, 20),
    "bonus_cap": (0, 20),
    "penalty_cap": (0, 20),
    "comment_length": (0, 500),
    "least_years": (0, 200),
    "most_years": (0, 200),
    "weight": (1, 100),
    "threshold": (0, 100),
    "floor_percent": (0, 100),
    "points": (1, 100),
    "knock_out_at": (0, 100),
    "least": (0, 1000),
    "most": (0, 1000),
    "appeal_days": (1, 60),
    "answer_days": (1, 60),
    "reserve_days": (1, 730),
}
PLANNED_HELP = _("Firms read it in the notice and where their application stands. May stay empty.")
STEPS = [("0.1", "0.1"), ("0.5", "0.5"), ("1.0", "1")]


def bound(form):
    """Give the numbers of a form their bounds."""
    bounds = BOUNDS | getattr(form, "bounds", {})
    for name in bounds.keys() & form.fields.keys():
        least, most = bounds[name]
        form.fields[name].validators += [MinValueValidator(least), MaxValueValidator(most)]
        form.fields[name].widget.attrs |= {"min": least, "max": most}


def in_order(form, low, high, said):
    """The second of two values is not below the first."""
    least, most = form.cleaned_data.get(low), form.cleaned_data.get(high)
    if least is not None and most is not None and least > most:
        form.add_error(high, said)


# How a call begins


class BeginForm(forms.ModelForm):
    """A new call: of which programme and year, from what, and when it is open."""

    outline = forms.TypedChoiceField(
        label=_("Begin with"),
        choices=[
            ("usual", _("the template of the programme: paper review, or of R&D presentation review")),
            *((code, outline.label) for code, outline in OUTLINES.items() if outline.label),
            ("nothing", _("nothing, and build all of it")),
        ],
        coerce=lambda value: {"usual": None, "nothing": ""}.get(value, value),
        initial="usual",
        widget=forms.RadioSelect,
        help_text=_(
            "A template has parts, questions, papers, stages and criteria; all of it can be changed."
        ),
    )

    class Meta:
        model = Call
        fields = ["programme", "year", "title", "opens_at", "closes_at", "seats"]
        field_classes = dict.fromkeys(["opens_at", "closes_at"], InstantField)
        help_texts = {"closes_at": _("Korean time. What arrives at this instant or later is too late.")}

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        bound(self)
        self.fields["year"].initial = clock.today().year + 1
        self.helper = layout(*self.order(), button=_("Begin the call"))

    def order(self):
        return [
            "programme",
            "outline",
            "year",
            "title",
            "seats",
            Fieldset(_("Schedule"), "opens_at", "closes_at"),
        ]

    def clean(self):
        cleaned = super().clean()
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("A call closes after it opens."))
        outline, programme = OUTLINES.get(cleaned.get("outline")), cleaned.get("programme")
        if outline and programme and outline.programme != programme.kind:
            self.add_error("outline", _("This template is of another programme."))
        return cleaned


class CopyForm(BeginForm):
    """What a copy does not take over from the earlier call."""

    outline = None

    class Meta(BeginForm.Meta):
        fields = ["year", "title", "opens_at", "closes_at"]

    def order(self):
        return ["year", "title", Fieldset(_("Schedule"), "opens_at", "closes_at")]


# Its sections


def saved_or_shown(*fields, button=SAVE):
    """The helper of a form whose content is saved, or only shown as firms would see it."""
    helper = layout("version", *fields, button=button)
    helper.layout[-1].append(Act("preview", _("Preview"), quiet=True, at="#shown"))
    return helper


class Versioned(forms.Form):
    """A form that carries the version of the call that it was loaded with."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput())

    def fields_of(self):
        """What the action takes: all but the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


FIELDS = [name for names in rules.SECTIONS.values() for name in names if name != "conflicts"]


class SectionForm(Versioned, forms.ModelForm):
    """The fields of one section of a call."""

    budget_krw = WonField(label=_("Budget of the call (won)"), required=False)
    ceiling_krw = WonField(label=_("Ceiling of one grant (won)"), required=False)
    step = forms.ChoiceField(label=_("Step of a score"), choices=STEPS)
    tracks = forms.MultipleChoiceField(
        label=_("Tracks that may apply"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: firms of all tracks."),
    )
    regions = forms.MultipleChoiceField(
        label=_("Regions that may apply"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them. What counts is the seat of the firm."),
    )

    class Meta:
        model = Call
        fields = FIELDS
        field_classes = {"opens_at": InstantField, "closes_at": InstantField, "open_to": Several}
        widgets = {
            "notice": forms.Textarea({"rows": 20}),
            "open_to": forms.CheckboxSelectMultiple(),
            "scale": forms.RadioSelect(),
            "law": forms.RadioSelect(),
            **dict.fromkeys(planned.LABELS, DateInput()),
        }
        labels = {"scale": _("Scale of a criterion")}
        help_texts = {
            "summary": _("Stands under the title in the list of calls."),
            "law": _("Stands in the notice and in the application of each firm."),
            "notice": _(
                "The whole notice: purpose, support, who may apply, how plans are chosen, whom to ask. What a template left to be written stands in 【 】."
            ),
            "short_notice_reason": _("A notice stands for at least 30 days, unless this says why it cannot."),
            "open_to": _("None chosen: all of them."),
            "least_years": _("Whole years on the closing date; empty: no limit."),
            "most_years": _("Whole years on the closing date; empty: no limit."),
            "closes_at": _("Korean time. What arrives at this instant or later is too late."),
            **dict.fromkeys(planned.LABELS, PLANNED_HELP),
            "carries_from": _("All of them, and each place once: no other call can take them over then."),
            "pass_mark": _("Below it a plan fails, whatever its bonus."),
            "select_mark": _("From it on a plan may be selected; between the marks it may be a reserve."),
            "comment_length": _("In characters, of each comment that a reviewer writes."),
            "reviewers_download": _(
                "Else they read them on the page of the sheet only: a PDF or a picture as it is, of other files the text."
            ),
            "discloses_opinion": _("Never who wrote what."),
            "discloses_means": _("Of a field with at least three plans, so that it tells nobody's score."),
            "discloses_panel": _("After the time to appeal is over and every appeal is answered."),
            "appeal_days": _("From the notice of the result; the day of the notice is not counted."),
            "answer_days": _("From the arrival of the appeal."),
            "reserve_days": _("From the notice of the result; after them nobody comes up from it."),
            "needs_committee": _(
                "It may decide otherwise than by rank with a recorded reason. Without this it may meet too, if it is wanted."
            ),
        }

    def __init__(self, *args, section, **options):
        super().__init__(*args, **options)
        names = rules.SECTIONS[section]
        for name in self.fields.keys() - {*names, "version"}:
            del self.fields[name]
        self.initial["version"] = self.instance.version
        if section == "eligibility":
            self.fields["tracks"].choices = queries.track_choices()
            regions = Region.objects.valid_on(clock.today())
            self.fields["regions"].choices = [(region.code, str(region)) for region in regions]
        if section == "money":
            lines = BudgetLine.objects.filter(programme=self.instance.programme_id).order_by("-year", "name")
            self.fields["budget_line"].queryset = lines
        if section == "places":
            names = self.add_earlier()
        if section == "conflicts":
            names = self.add_conflicts()
        if section == "ties":
            del self.fields["tie_keys"]
            names = self.add_ties()
        if section == "disclosure":
            shown = [name for name in names if name.startswith("discloses_")]
            days = [name for name in names if name.endswith("_days")]
            names = [
                Fieldset(_("How the list is decided"), "needs_committee"),
                Fieldset(_("What a firm reads of its own result"), *shown),
                Fieldset(_("Days that firms have and wait"), *days),
            ]
        if section == "notice":  # what is empty keeps the call from being published, not from being saved
            self.fields["summary"].required = self.fields["notice"].required = False
            self.fields["law"].choices, self.fields["law"].required = Programme.Law.choices, True
        bound(self)
        ask_to_choose(self)
        self.helper = saved_or_shown(*names)

    def add_earlier(self):
        """The earlier calls whose unfilled places may be taken over, with how many; where there is none it is not asked."""
        earlier, field = queries.to_carry(self.instance), self.fields["carries_from"]
        if not earlier.exists():
            del self.fields["carries_from"]
            return ["seats", "reserves"]
        field.queryset, field.empty_label = earlier, _("of none")
        field.label_from_instance = lambda call: (
            _("%(number)s %(title)s: %(count)d unfilled")
            % {
                "number": call.number,
                "title": call.title,
                "count": call.unfilled,
            }
        )
        return ["seats", "reserves", "carries_from"]

    def add_conflicts(self):
        """Each rule with its years, where time counts. Returns the names of the fields in order."""
        chosen, names = self.instance.conflicts, []
        for code, rule in RULES.items():
            advised = _("To step back is recommended only.") if rule.advised else ""
            self.fields[f"conflict_{code}"] = forms.BooleanField(
                label=f"{code} {rule.title}", required=False, initial=code in chosen, help_text=advised
            )
            names.append(f"conflict_{code}")
            if rule.years:
                self.fields[f"years_{code}"] = forms.IntegerField(
                    label=_("%(code)s: within how many years") % {"code": code},
                    min_value=1,
                    max_value=MOST_YEARS,
                    initial=chosen.get(code, rule.years),
                )
                names.append(f"years_{code}")
        return names

    def add_ties(self):
        """A choice for each place in the order; what the call no longer has is chosen by nothing."""
        choices = [("", _("nothing more")), *tie_choices(self.instance).items()]
        chosen = dict(enumerate(self.instance.tie_keys))
        for place in range(MOST_TIE_KEYS):
            self.fields[f"tie_{place}"] = forms.ChoiceField(
                label=_("%(number)d. What breaks a tie") % {"number": place + 1},
                required=False,
                choices=choices,
                initial=chosen.get(place, ""),
            )
        self.fields["tie_0"].help_text = _(
            "The higher value comes first. What is equal after all of them is decided by the committee."
        )
        return [f"tie_{place}" for place in range(MOST_TIE_KEYS)]

    def clean(self):
        cleaned = super().clean()
        ties = [value for name, value in cleaned.items() if name.startswith("tie_") and value]
        if len(set(ties)) < len(ties):
            self.add_error("tie_0", _("Each of them stands once in the order."))
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("A call closes after it opens."))
        if closes:
            days = {name: cleaned.get(name) for name in planned.LABELS}
            for reason in planned.misplanned(days, closes_at=closes):
                self.add_error(reason.field, reason.text)
        in_order(self, "pass_mark", "select_mark", _("The select mark is not below the pass mark."))
        in_order(self, "least_years", "most_years", _("The most years are not below the least."))
        return cleaned

    def fields_of(self):
        found = super().fields_of()
        if "tie_0" in found:
            ties = [found.pop(f"tie_{place}") for place in range(MOST_TIE_KEYS)]
            found["tie_keys"] = [key for key in ties if key]
        if "conflict_C1" in found:
            chosen = {code: found.pop(f"conflict_{code}") for code in RULES}
            years = {code: found.pop(f"years_{code}", 0) for code in RULES}
            found["conflicts"] = {code: years[code] for code, asked in chosen.items() if asked}
        return found


class PointsForm(Versioned):
    """The points of every criterion of a call, at once: they sum to one hundred."""

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        self.fields["version"].initial = call.version
        groups = {}
        criteria = Criterion.objects.filter(group__stage__call=call).select_related("group__stage")
        for criterion in criteria.order_by("group__stage__ordinal", "group__ordinal", "ordinal"):
            name = f"points_{criterion.pk}"
            self.fields[name] = forms.IntegerField(
                label=criterion.name, min_value=1, max_value=100, initial=criterion.points
            )
            groups.setdefault(criterion.group, []).append(name)
        self.helper = saved_or_shown(
            *(Fieldset(literal(f"{group.stage} – {group.name}"), *names) for group, names in groups.items()),
            button=_("Save the points"),
        )

    @property
    def points(self):
        return {int(name.removeprefix("points_")): value for name, value in self.fields_of().items()}


# Its pieces


class PieceForm(Versioned, forms.ModelForm):
    """One piece of a call. piece: which one it is, however it was moved since."""

    piece = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        self.call = call
        self.initial |= {"version": call.version, "piece": self.instance.pk}
        self.prepare()
        bound(self)
        ask_to_choose(self)
        self.helper = saved_or_shown("piece", *self.order())

    def prepare(self):
        """Fit the fields to the call."""

    def order(self):
        return self._meta.fields

    def fields_of(self):
        found = super().fields_of()
        found.pop("piece")
        return found

    def validate_unique(self):
        """Places and codes are given by the action."""
