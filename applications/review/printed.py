"""What review prints: a sheet as it was handed in, how the score of an application is made of its sheets, and all of them in words."""

from itertools import groupby

from django.utils.translation import gettext as _

from applications.calls.scale import most_of
from applications.intake.rules import shown
from applications.intake.snapshot import sha256_of
from applications.kernel.pdf import head, typeset
from applications.review import queries, rules
from applications.templatetags.grants import number_shown, score

OPEN = "–"


def sheet(event) -> bytes:
    """The sheet of this event of handing in, from what was frozen with it; the same event gives the same bytes."""
    assignment = event.assignment
    application = assignment.application
    criteria = queries.remembered_criteria(assignment.stage_id, application.call)
    points = [event.values[str(criterion.pk)] for criterion in criteria]
    names = {"strengths": _("Strengths"), "weaknesses": _("Points to mend"), "overall": _("Overall opinion")}
    data = head(_("Score sheet"), application.number) | {
        "facts": [
            *_facts(application),
            [_("Stage"), str(assignment.stage)],
            [_("Reviewer"), assignment.reviewer.name],
            [_("Handed in"), shown(event.at)],
            [_("Total"), f"{event.note} / 100"],
        ],
        "tables": [
            {
                "heading": _("Scores"),
                "columns": [_("Criterion"), _("Score"), _("of")],
                "rows": [
                    [criterion.name, value, str(most_of(criterion.points, application.call.scale))]
                    for criterion, value in zip(criteria, points, strict=True)
                ],
            }
        ],
        "words": [
            *(
                [_("Comments on single criteria"), said]
                for said in [_notes(criteria, event.words.get("notes", {}))]
                if said
            ),
            *([label, event.words.get(name) or OPEN] for name, label in names.items()),
        ],
        "signed": [_("Signed by handing in"), event.by.name, shown(event.at)],
        "hash": fingerprint(event),
    }
    return typeset("review/sheet.typ", data, at=event.at)


def _notes(criteria, notes):
    """What is said of single criteria, a line for each."""
    said = [(criterion.name, notes.get(str(criterion.pk))) for criterion in criteria]
    return "\n".join(f"{name}: {text}" for name, text in said if text)


def fingerprint(event):
    """SHA-256 of what was handed in: by whom, for what, when, with which points and words."""
    said = {
        "application": event.assignment.application.number,
        "stage": event.assignment.stage.ordinal,
        "reviewer": str(event.by.key),
        "at": event.at.isoformat(),
        "values": event.values,
        "words": event.words,
    }
    return sha256_of(said)


def scores(application, assignments, *, at) -> bytes:
    """How the score of an application is made: every sheet that counts, what is left out, the stages, bonus and penalty.

    assignments: with their reviewers and stages, in the order of the stages.
    """
    tables = [table_of(stage, list(sheets)) for stage, sheets in groupby(assignments, lambda one: one.stage)]
    data = head(_("How the score is made"), application.number) | {
        "signed": [],
        "hash": "",
        "facts": [*_facts(application), *result_facts(application), [_("Printed"), shown(at)]],
        "tables": tables,
        "words": [[_("Below the floor or knocked out"), "\n".join(application.failings)]]
        if application.failings
        else [],
    }
    return typeset("review/sheet.typ", data, at=at)


def result_facts(application):
    """The stored numbers, as pages show them."""
    return [
        [_("Sheets that count"), str(application.sheets)],
        [_("Base score"), score(application.base_score)],
        [_("Bonus / penalty"), f"{number_shown(application.bonus)} / {number_shown(application.penalty)}"],
        [_("Final score"), score(application.final_score)],
    ]


def table_of(stage, sheets):
    """The sheets of one stage: what each comes to, and which are left out as one best and one worst; of a site visit whether it fits."""
    if stage.is_visit:
        rows = [
            [one.reviewer.name, verdict(one) if one.counts else str(one.get_status_display())]
            for one in sheets
        ]
        return {"heading": str(stage), "columns": [_("Reviewer"), _("As a whole")], "rows": rows}
    counted = [one for one in sheets if one.counts]
    apart = rules.left_out([one.total for one in counted], trimmed=stage.trimmed)
    left_out = {
        counted[place].pk: word for place, word in zip(apart, (_("lowest"), _("highest")), strict=False)
    }
    rows = [
        [
            one.reviewer.name,
            left_out.get(one.pk, "") if one.counts else str(one.get_status_display()),
            number_shown(one.total) if one.counts else OPEN,
        ]
        for one in sheets
    ]
    if counted:
        mean = rules.stage_score([one.total for one in counted], trimmed=stage.trimmed)
        rows.append([_("Score of the stage (%(weight)d%%)") % {"weight": stage.weight}, "", str(mean)])
    return {"heading": str(stage), "columns": [_("Reviewer"), _("Left out"), _("Total")], "rows": rows}


def verdict(sheet):
    """What a visitor found as a whole."""
    return _("Found fit") if sheet.fit else _("Not fit")


def report(application, sheets, *, heard, why, at, results=True) -> bytes:
    """All sheets of an application under codes in the place of names: points on each criterion, words, and what its panels say.

    sheets: with scores and stages, in the order of the stages; heard: its hearings; why: {id of a sheet that was taken out:
    why}, the others that were are left out; results: with the stored numbers of the whole review.
    """
    tables, words = [], []
    for stage, of in groupby(sheets, lambda one: one.stage):
        of = list(of)
        codes = rules.codes(of)
        tables.append(_points_of(stage, [one for one in of if one.counts], codes, application.call))
        for one in of:
            if one.counts:
                words.append([f"{stage} {codes[one.pk]}", _words_of(one, application.call)])
            elif one.pk in why:
                words.append([f"{stage} {codes[one.pk]}", f"{_('Does not count')}: {why[one.pk] or OPEN}"])
    for hearing in heard:
        reasons = "\n".join(one.text for one in hearing.explanations.all())
        words += [[_("Why totals lie far apart"), reasons]] if reasons else []
        words.append([f"{_('Opinion of the panel')} ({hearing.panel})", hearing.opinion or OPEN])
    data = head(_("Sheets of the review"), application.number) | {
        "signed": [],
        "hash": "",
        "facts": [
            *_facts(application),
            *(result_facts(application) if results else []),
            [_("Printed"), shown(at)],
        ],
        "tables": tables,
        "words": words,
    }
    return typeset("review/sheet.typ", data, at=at)


def _points_of(stage, sheets, codes, call):
    """The table of one stage: a row for each criterion, a column for each sheet that counts; of a site visit whether it fits."""
    heading, columns = str(stage), [codes[one.pk] for one in sheets]
    if stage.is_visit:
        said = [[_("As a whole"), *map(verdict, sheets)]]
        return {"heading": heading, "columns": [_("Criterion"), *columns], "rows": said}
    criteria = queries.remembered_criteria(stage.pk, call)
    rows = [
        [
            criterion.name,
            str(most_of(criterion.points, call.scale)),
            *map(number_shown, points),
        ]
        for criterion, points in rules.side_by_side(criteria, sheets)
    ]
    rows.append([_("Total"), "100", *(number_shown(one.total) for one in sheets)])
    return {"heading": heading, "columns": [_("Criterion"), _("of"), *columns], "rows": rows}


def _words_of(sheet, call):
    """All that one sheet says in words."""
    criteria = [] if sheet.stage.is_visit else queries.remembered_criteria(sheet.stage_id, call)
    said = [
        (_("Strengths"), sheet.strengths),
        (_("Points to mend"), sheet.weaknesses),
        (_("Overall opinion"), sheet.overall),
    ]
    lines = [f"{label}: {text}" for label, text in said if text]
    return "\n".join(filter(None, [*lines, _notes(criteria, sheet.notes)])) or OPEN


def _facts(application):
    return [
        [_("Application number"), application.number],
        [_("Call"), application.call.title],
        [_("Firm"), application.firm.name],
        [_("Title"), application.title],
    ]
