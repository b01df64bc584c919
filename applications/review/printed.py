"""What review prints: a sheet as it was handed in, and how the score of an application is made of its sheets."""

from itertools import groupby

from django.utils.translation import gettext as _

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
    percent = application.call.scale == "percent"
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
                    [criterion.name, value, "100" if percent else str(criterion.points)]
                    for criterion, value in zip(criteria, points, strict=True)
                ],
            }
        ],
        "words": [[label, event.words.get(name) or OPEN] for name, label in names.items()],
        "hash": fingerprint(event),
    }
    return typeset("review/sheet.typ", data, at=event.at)


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
    """The sheets of one stage: what each comes to, and which are left out as one best and one worst."""
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


def _facts(application):
    return [
        [_("Application number"), application.number],
        [_("Call"), application.call.title],
        [_("Firm"), application.firm.name],
        [_("Title"), application.title],
    ]
