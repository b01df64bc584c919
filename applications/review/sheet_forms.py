"""The score sheet: for each criterion a number and a comment, and three comments on the whole."""

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from applications.calls import scale
from applications.intake.fields import PlainField
from applications.kernel.forms import PointsField
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


def judged(score, note, criterion):
    """One criterion: the field of its score, and that of a comment folded while it is empty."""
    typed, text = score.value(), note.value() or ""
    (wrong, errors), (note_wrong, note_errors) = errors_of(score), errors_of(note)
    return format_html(
        '<div class="field"><label for="{id}">{label}</label><p class="hint" id="{id}_helptext">{help}</p>'
        '<input type="number" name="{name}" value="{value}" id="{id}" step="{step}" inputmode="decimal"'
        ' aria-describedby="{id}_helptext {id}_error"{wrong}>{errors}</div>'
        '<details class="field"{open}><summary>{said}<span class="visually-hidden"> {criterion}</span></summary>'
        '<textarea name="{note}" id="{note_id}" rows="2" data-limit="{limit}" aria-label="{note_label}"'
        ' aria-describedby="{note_id}_error"{note_wrong}>\n{text}</textarea>{note_errors}</details>',
        id=score.auto_id, label=score.label, help=score.help_text, name=score.name, step=score.field.widget.attrs["step"],
        value="" if typed is None else typed, wrong=wrong, errors=errors,
        said=_("Comment on this"), criterion=criterion.name, note=note.name, note_id=note.auto_id,
        note_label=note.label, limit=note.field.limit, text=text, open=OPEN if text or note_wrong else "",
        note_wrong=note_wrong, note_errors=note_errors,
    )  # fmt: skip


def commented(bound):
    """One comment on the whole."""
    wrong, errors = errors_of(bound)
    return format_html(
        '<div class="field"><label for="{id}">{label}</label>{help}<textarea name="{name}" id="{id}" rows="{rows}"'
        ' data-limit="{limit}" aria-describedby="{helped}{id}_error"{wrong}>\n{text}</textarea>{errors}</div>',
        id=bound.auto_id, label=bound.label, name=bound.name, rows=bound.field.widget.attrs["rows"], limit=bound.field.limit,
        help=format_html('<p class="hint" id="{}_helptext">{}</p>', bound.auto_id, bound.help_text) if bound.help_text else "",
        helped=f"{bound.auto_id}_helptext " if bound.help_text else "", wrong=wrong, text=bound.value() or "", errors=errors,
    )  # fmt: skip


OPEN, INVALID = format_html(" open{}", ""), format_html(' aria-invalid="{}"', "true")
BREAK = format_html("<br>{}", "")


def errors_of(bound):
    """(what is said in the tag of a field that is wrong, its errors as krds/_errors.html draws them)."""
    found = bound.errors
    lines = format_html_join(
        "",
        '<p class="error"><span class="visually-hidden">{}</span> {}</p>',
        ((_("Error:"), one) for one in found),
    )
    return INVALID if found else "", format_html('<div id="{}_error">{}</div>', bound.auto_id, lines)


class SheetForm(forms.Form):
    """One sheet: for each criterion a number and a comment, three comments on the whole. It may be saved unfinished."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    strengths = comment(_("Strengths"))
    weaknesses = comment(_("Points to mend"))
    overall = comment(_("Overall opinion"), rows=4)

    def __init__(self, *args, criteria, call, **options):
        super().__init__(*args, **options)
        self.criteria, self.call = criteria, call
        for criterion in criteria:
            name, note = f"score_{criterion.pk}", f"note_{criterion.pk}"
            most = scale.most_of(criterion.points, call.scale)
            self.fields[name] = PointsField(
                label=label_of(criterion, most),
                help_text=scale_of(criterion, scale.steps_of(criterion, scale=call.scale, step=call.step)),
                required=False,
                widget=forms.NumberInput({"step": call.step}),
            )
            self.fields[note] = PlainField(
                label=_("Comment on %(name)s") % {"name": criterion.name}, required=False, limit=NOTE_LENGTH,
            )  # fmt: skip
        if call.comment_length:
            least = _("At least %(least)d characters.") % {"least": call.comment_length}
            for name in COMMENTS:
                self.fields[name].help_text = least

    @property
    def drawn(self):
        """All of it in one go: a sheet has many fields, and each would be a template of its own."""
        groups = {}
        for one in self.criteria:
            drawn = judged(self[f"score_{one.pk}"], self[f"note_{one.pk}"], one)
            groups.setdefault(one.group.name, []).append(drawn)
        sections = [*groups.items(), (_("Opinion"), [commented(self[name]) for name in COMMENTS])]
        version = self["version"].value()
        return format_html(
            '<input type="hidden" name="version" value="{}" id="id_version">{}', "" if version is None else version,
            format_html_join("", '<fieldset class="section"><legend>{}</legend>{}</fieldset>', (
                (name, format_html_join("", "{}", ((field,) for field in fields))) for name, fields in sections
            )),
        )  # fmt: skip

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


def label_of(criterion, most):
    """What a criterion is called, how many points it has, and where all have a hundred how much of the total it is."""
    said = _("%(name)s (0 to %(most)d points)")
    if most != criterion.points:
        said = _("%(name)s (0 to %(most)d points, weight %(points)d%%)")
    return said % {"name": criterion.name, "most": most, "points": criterion.points}


def scale_of(criterion, steps):
    """What a criterion looks at, and its scale in words: what each step stands for on a line of its own, where the call says it."""
    if criterion.anchors:
        lines = [f"{step.word} {number_shown(step.points)}: {step.text}" for step in steps]
    else:
        lines = [" · ".join(f"{step.word} {number_shown(step.points)}" for step in steps)]
    if criterion.by_steps:
        lines.append(_("Only these five values can be given."))
    return format_html_join(BREAK, "{}", ((line,) for line in [criterion.help, *lines] if line))
