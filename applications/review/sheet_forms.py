"""The score sheet: for each criterion a number and a comment, and three comments on the whole."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from applications.calls import scale
from applications.intake.fields import PlainField
from applications.kernel.forms import PointsField, literal
from applications.review import rules
from applications.review.actions import COMMENTS
from applications.templatetags.grants import number_shown

COMMENT_LENGTH = 5000
NOTE_LENGTH = 1000


def comment(label, *, rows=3):
    """A field of a sheet's free words."""
    return PlainField(
        label=label, required=False, limit=COMMENT_LENGTH, widget=forms.Textarea({"rows": rows})
    )


def in_full_sight(form, assignment):
    """Whether the sheet was saved elsewhere since the page was loaded; then the next save of this form is made knowing that."""
    if form.cleaned_data.get("version") in (None, assignment.version) or not assignment.is_open:
        return False
    form.data = form.data.copy()
    form.data["version"] = assignment.version
    return True


class Judged:
    """One criterion: its score, and a comment folded while it is empty; drawn in one go, as a sheet has many of them."""

    def __init__(self, score, note, criterion):
        self.score, self.note, self.criterion = score, note, criterion

    def render(self, form, context, **options):
        form.rendered_fields |= {self.score, self.note}
        score, note = form[self.score], form[self.note]
        typed = score.value()
        return format_html(
            '<div class="field"><label for="{id}">{label}</label><p class="hint" id="{id}_helptext">{help}</p>'
            '<input type="number" name="{name}" value="{value}" id="{id}" step="{step}" inputmode="decimal"'
            ' aria-describedby="{id}_helptext {id}_error"{wrong}>{errors}</div>'
            '<details class="field"{open}><summary>{said}<span class="visually-hidden"> {criterion}</span></summary>'
            '<textarea name="{note}" id="{note_id}" rows="2" aria-label="{note_label}"'
            ' aria-describedby="{note_id}_error"{note_wrong}>\n{text}</textarea>{note_errors}</details>',
            id=score.auto_id, label=score.label, help=score.help_text, name=self.score, step=score.field.widget.attrs["step"],
            value="" if typed is None else typed, wrong=INVALID if score.errors else "", errors=errors_of(score),
            said=_("Comment on this"), criterion=self.criterion.name, note=self.note, note_id=note.auto_id,
            note_label=note.label, text=note.value() or "", open=OPEN if note.value() or note.errors else "",
            note_wrong=INVALID if note.errors else "", note_errors=errors_of(note),
        )  # fmt: skip


OPEN, INVALID = format_html(" open{}", ""), format_html(' aria-invalid="{}"', "true")
BREAK = format_html("<br>{}", "")


def errors_of(bound):
    """The errors of a field as krds/_errors.html draws them."""
    lines = format_html_join(
        "",
        '<p class="error"><span class="visually-hidden">{}</span> {}</p>',
        ((_("Error:"), one) for one in bound.errors),
    )
    return format_html('<div id="{}_error">{}</div>', bound.auto_id, lines)


class SheetForm(forms.Form):
    """One sheet: for each criterion a number and a comment, three comments on the whole. It may be saved unfinished."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    strengths = comment(_("Strengths"))
    weaknesses = comment(_("Points to mend"))
    overall = comment(_("Overall opinion"), rows=4)

    def __init__(self, *args, criteria, call, **options):
        super().__init__(*args, **options)
        self.criteria, self.call = criteria, call
        groups = {}
        for criterion in criteria:
            name, note = f"score_{criterion.pk}", f"note_{criterion.pk}"
            most = scale.most_of(criterion.points, call.scale)
            self.fields[name] = PointsField(
                label=_("%(name)s (0 to %(most)d points)") % {"name": criterion.name, "most": most},
                help_text=scale_of(criterion, scale.steps_of(criterion, scale=call.scale, step=call.step)),
                required=False,
                widget=forms.NumberInput({"step": call.step}),
            )
            self.fields[note] = PlainField(
                label=_("Comment on %(name)s") % {"name": criterion.name}, required=False, limit=NOTE_LENGTH,
            )  # fmt: skip
            groups.setdefault(criterion.group.name, []).append(Judged(name, note, criterion))
        if call.comment_length:
            least = _("At least %(least)d characters.") % {"least": call.comment_length}
            for name in COMMENTS:
                self.fields[name].help_text = least
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            "version",
            *(Fieldset(literal(name), *fields) for name, fields in groups.items()),
            Fieldset(_("Opinion"), *COMMENTS),
        )

    def clean(self):
        cleaned = super().clean()
        for criterion in self.criteria:
            value = cleaned.get(f"score_{criterion.pk}")
            if value is not None:
                for fault in rules.score_faults(criterion, value, scale=self.call.scale, step=self.call.step):
                    self.add_error(fault.field, str(fault))
        return cleaned

    @property
    def values(self):
        """{criterion id: value} of what has a score."""
        scores = {c.pk: self.cleaned_data.get(f"score_{c.pk}") for c in self.criteria}
        return {pk: value for pk, value in scores.items() if value is not None}

    @property
    def comments(self):
        return {name: self.cleaned_data[name] for name in COMMENTS}

    @property
    def notes(self):
        return {c.pk: self.cleaned_data[f"note_{c.pk}"] for c in self.criteria}

    def good_of(self, assignment, stood):
        """What may be saved where some fields are wrong: in the place of those what stands saved. stood: {criterion id: value}."""
        wrong = self.errors
        kept = {pk: value for pk, value in stood.items() if f"score_{pk}" in wrong}
        notes = {c.pk: assignment.notes.get(str(c.pk), "") for c in self.criteria}
        return {
            "values": kept | self.values,
            "comments": {name: self.cleaned_data.get(name, getattr(assignment, name)) for name in COMMENTS},
            "notes": {pk: self.cleaned_data.get(f"note_{pk}", text) for pk, text in notes.items()},
        }


def scale_of(criterion, steps):
    """What a criterion looks at, and its scale in words: what each step stands for on a line of its own, where the call says it."""
    if criterion.anchors:
        lines = [f"{step.word} {number_shown(step.points)}: {step.text}" for step in steps]
    else:
        lines = [" · ".join(f"{step.word} {number_shown(step.points)}" for step in steps)]
    if criterion.by_steps:
        lines.append(_("Only these five values can be given."))
    return format_html_join(BREAK, "{}", ((line,) for line in [criterion.help, *lines] if line))
