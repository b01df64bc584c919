"""Forms of what a call is measured by: its stages, their groups and criteria, the points of a site visit, items and quotas."""

from decimal import Decimal

from crispy_forms.layout import Div, Fieldset
from django import forms
from django.utils.translation import gettext_lazy as _

from applications.calls import scale
from applications.calls.drafting import PieceForm, in_order
from applications.calls.ruling import Item, Quota
from applications.calls.stages import OF_VISIT, Criterion, CriterionGroup, Point, Stage
from applications.kernel import clock
from applications.kernel.forms import LineField, PointsField
from applications.kernel.taxonomy import IndustryField, Region

SCORED = [kind for kind in Stage.Kind.values if kind != Stage.Kind.VISIT]


class StageForm(PieceForm):
    """A stage that is scored, or a site visit, which has its points instead."""

    class Meta:
        model = Stage
        fields = ["kind", "weight", "threshold", "quorum", "trimmed"]
        labels = {"kind": _("Kind of review")}
        help_texts = {
            "kind": _(
                "A site visit is found fit or not; it has a checklist instead of a weight and criteria."
            ),
            "weight": _("The weights of all stages sum to 100."),
            "threshold": _("A plan whose score in this stage is below it ends here; empty: none."),
            "quorum": _(
                "Sheets needed before this stage is closed: five. Fewer hold only once a director has allowed it, on a reason."
            ),
        }

    def prepare(self):
        if self.instance.pk:  # its criteria or its points would be lost
            kinds = [Stage.Kind.VISIT] if self.instance.is_visit else SCORED
            self.fields["kind"].choices = [choice for choice in Stage.Kind.choices if choice[0] in kinds]
        for name in ("weight", "quorum"):
            self.fields[name].required = False

    def order(self):
        return [
            "kind",
            *(Div(name, data_asked_by="kind", data_asked_when=" ".join(SCORED)) for name in OF_VISIT),
        ]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Stage.Kind.VISIT:
            for name in OF_VISIT:
                self.errors.pop(name, None)
            return cleaned | OF_VISIT
        for name in ("weight", "quorum"):
            if cleaned.get("kind") and name in cleaned and cleaned[name] is None:
                self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned


class PointForm(PieceForm):
    class Meta:
        model = Point
        fields = ["name", "help"]
        labels = {"name": _("What is found fit or not"), "help": _("What is looked at")}
        field_classes = {"name": LineField}


class GroupForm(PieceForm):
    class Meta:
        model = CriterionGroup
        fields = ["name", "floor_percent"]
        labels = {"name": _("Name of the group"), "floor_percent": _("Floor (%)")}
        help_texts = {
            "floor_percent": _("A plan whose mean in this group is below it fails; 0: no floor."),
        }
        field_classes = {"name": LineField}


class CriterionForm(PieceForm):
    """A criterion: its points, how they are given, and what the five steps stand for."""

    how = forms.ChoiceField(
        label=_("How it is scored"),
        choices=[("points", _("by any number of points")), ("steps", _("by the five steps only"))],
        widget=forms.RadioSelect,
    )

    class Meta:
        model = Criterion
        fields = ["name", "help", "points", "knock_out_at"]
        labels = {
            "name": _("Criterion"), "help": _("What is looked at"), "points": _("Points"),
            "knock_out_at": _("Knocked out at"),
        }  # fmt: skip
        help_texts = {
            "points": _("The points of all criteria of a stage sum to 100."),
            "knock_out_at": _("A plan whose mean here is no higher fails, whatever its total; empty: none."),
        }
        field_classes = {"name": LineField}

    def prepare(self):
        self.fields["how"].required = False
        self.initial["how"] = "steps" if self.instance.by_steps else "points"
        texts = self.instance.anchors or [""] * len(scale.STEPS)
        for place, ((_part, word), text) in enumerate(zip(scale.STEPS, texts, strict=True), 1):
            self.fields[f"anchor_{place}"] = LineField(
                label=word, required=False, max_length=scale.STEP_LENGTH, initial=text
            )
        self.fields["anchor_1"].help_text = _(
            "In words, for all five steps or for none. Firms read it in the notice, reviewers on their sheet."
        )

    @property
    def anchor_names(self):
        return [f"anchor_{place}" for place in range(1, len(scale.STEPS) + 1)]

    def order(self):
        return [
            "name", "help", "points", "how", "knock_out_at",
            Fieldset(_("What the steps stand for"), *self.anchor_names),
        ]  # fmt: skip

    def fields_of(self):
        found = super().fields_of()
        texts = [found.pop(name) for name in self.anchor_names]
        return found | {"by_steps": found.pop("how") == "steps", "anchors": texts if any(texts) else []}

    def clean(self):
        cleaned = super().clean()
        empty = [name for name in self.anchor_names if cleaned.get(name) == ""]
        if 0 < len(empty) < len(scale.STEPS):
            self.add_error(empty[0], _("Please say what each of the five steps stands for, or of none."))
        points, knock_out = cleaned.get("points"), cleaned.get("knock_out_at")
        steps = {"scale": self.call.scale, "step": self.call.step}
        if points and cleaned.get("how") == "steps" and scale.indistinct(points, **steps):
            self.add_error(
                "how", _("Five steps of so few points cannot be told apart in the step of a score.")
            )
        if points and knock_out is not None and self.call.scale == "points" and knock_out >= points:
            self.add_error("knock_out_at", _("It is below the points of the criterion."))
        return cleaned


class ItemForm(PieceForm):
    """A bonus or penalty item, and what shows that it holds."""

    bounds = {"points": (Decimal("0.1"), 20)}

    class Meta:
        model = Item
        fields = ["kind", "name", "points", "evidence", "by_file"]
        labels = {
            "kind": _("Kind"), "name": _("Name"), "points": _("Points"), "evidence": _("Evidence that is asked for"),
            "by_file": _("The evidence is uploaded as a file"),
        }  # fmt: skip
        help_texts = {
            "points": _("Above 0; all that counts is capped by the caps of the call."),
            "evidence": _(
                "What shows that it holds. Firms read it where they claim a bonus, staff where they decide."
            ),
            "by_file": _(
                "Of a bonus only. A paper of this call must be asked of firms that claim a bonus by a file."
            ),
        }
        field_classes = {"name": LineField, "evidence": LineField, "points": PointsField}
        widgets = {"kind": forms.RadioSelect()}

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Item.Kind.BONUS and not cleaned.get("evidence"):
            self.add_error("evidence", _("A bonus says which evidence it asks for."))
        if cleaned.get("kind") == Item.Kind.PENALTY and cleaned.get("by_file"):
            self.add_error("by_file", _("Firms upload nothing for a penalty."))
        return cleaned


class QuotaForm(PieceForm):
    """The least and the most places of a field or a region."""

    of = forms.ChoiceField(label=_("Of"))

    class Meta:
        model = Quota
        fields = ["least", "most"]
        labels = {"least": _("At least"), "most": _("At most")}
        help_texts = {
            "least": _("Kept free for it while the rank is walked down; 0: none."),
            "most": _("Whoever comes after is passed over; empty: no limit."),
        }

    def prepare(self):
        taken = {(quota.kind, quota.of.pk) for quota in self.call.quotas.exclude(pk=self.instance.pk)}
        self.things = {
            f"{kind}-{thing.code}": (kind, thing)
            for kind, found in (("field", IndustryField), ("region", Region))
            for thing in found.objects.valid_on(clock.today())
            if (kind, thing.pk) not in taken
        }
        self.fields["of"].choices = [
            ("", _("Please choose")),
            *((code, str(thing)) for code, (_kind, thing) in self.things.items()),
        ]
        self.fields["most"].required = False
        if self.instance.pk:
            self.initial["of"] = f"{self.instance.kind}-{self.instance.of.code}"

    def order(self):
        return ["of", "least", "most"]

    def clean(self):
        cleaned = super().clean()
        in_order(self, "least", "most", _("The most places are not below the least."))
        if cleaned.get("least") == 0 and cleaned.get("most") is None and "most" in cleaned:
            self.add_error("most", _("A quota has a least or a most number of places."))
        return cleaned

    def fields_of(self):
        found = super().fields_of()
        kind, thing = self.things[found.pop("of")]
        return found | {"field": None, "region": None} | {kind: thing}
