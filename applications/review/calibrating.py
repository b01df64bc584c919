"""How severe reviewers are, worked out beside the official scores for whoever asks: asked for, and made by the timetable."""

from collections import defaultdict
from decimal import Decimal

from django.db import transaction

from applications.accounts.models import User
from applications.intake.models import TIE_COLUMNS, Application
from applications.kernel import audit, clock, leasing
from applications.kernel.access import require
from applications.review import calibration, rules
from applications.review.calibrations import WAITS, Calibration
from applications.review.models import Assignment

LEAST_SHEETS, LEAST_REVIEWERS = 6, 2  # of a stage: with fewer nothing is said
NAMED = 200  # applications that would move


@transaction.atomic
def ask(call, *, by):
    """Have it worked out how severe the reviewers of a call are. While one is being made it is that one."""
    require(by, "severity.ask", call)
    type(call).objects.select_for_update(no_key=True).get(pk=call.pk)
    waiting = call.calibrations.filter(WAITS).first()
    if waiting:
        return waiting
    asked = Calibration.objects.create(call=call, asked_by=by, asked_at=clock.now())
    audit.record("ask_severity", call, by=by)
    return asked


def carry_on(asked):
    """Work it out. Safe to run twice; one at a time does."""
    leasing.carry_on(asked, _make, failed_at=clock.now())


def _make(asked):
    result = worked_out(asked.call)
    with transaction.atomic():
        leasing.hold(asked)
        leasing.let_go(asked, result=result, made_at=clock.now())


def worked_out(call):
    """{"sheets", "stages": [...], "places": {...}} as plain data.

    Of each stage: which part of the spread comes from reviewers, and of each reviewer effect, interval and word; points have
    two decimals. places: which applications would stand elsewhere.
    """
    sheets = list(
        Assignment.objects.filter(application__call=call)
        .standing()
        .order_by("pk")
        .values_list("stage", "application", "reviewer", "total")
    )
    names = dict(User.objects.filter(pk__in={row[2] for row in sheets}).values_list("pk", "name"))
    stages, effects = [], {}
    for stage in call.stages.all():
        rows = [row[1:] for row in sheets if row[0] == stage.pk]
        found = _severity(rows)
        if found is None:
            continue
        people, model = found
        effects |= {
            (stage.pk, who): Decimal(f"{model.reviewers[place]:.2f}") for who, place in people.items()
        }
        counts = defaultdict(int)
        for _application, who, _total in rows:
            counts[who] += 1
        stages.append(
            {
                "stage": str(stage.kind), "sheets": len(rows), "share": round(100 * model.share),
                "spread": [round(one, 2) for one in model.spread], "groups": int(model.groups.max()) + 1,
                "reviewers": _reviewers(model, people, names, counts),
            }
        )  # fmt: skip
    return {
        "sheets": len(sheets),
        "stages": stages,
        "places": places(call, sheets, effects) if effects else None,
    }


def _severity(rows):
    """({reviewer: place}, the model) of the sheets of a stage, None where they are too few to say anything."""
    people = {who: place for place, who in enumerate(sorted({row[1] for row in rows}))}
    plans = {pk: place for place, pk in enumerate(sorted({row[0] for row in rows}))}
    if len(rows) < LEAST_SHEETS or len(people) < LEAST_REVIEWERS or len(plans) == len(rows):
        return None
    return people, calibration.severity(
        [plans[row[0]] for row in rows], [people[row[1]] for row in rows], [float(row[2]) for row in rows]
    )


def _reviewers(model, people, names, counts):
    """Of each reviewer name, sheets, effect, interval, word and group, the most severe first."""
    rows = [
        {
            "name": names[who], "sheets": counts[who], "effect": round(float(model.reviewers[place]), 2),
            "low": round(float(model.low[place]), 2), "high": round(float(model.high[place]), 2),
            "word": "severe" if model.high[place] < 0 else "lenient" if model.low[place] > 0 else "",
            "group": int(model.groups[place]) + 1,
        }
        for who, place in people.items()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["effect"], row["name"]))


def places(call, sheets, effects):
    """Which applications would stand elsewhere if each total were freed of its reviewer's effect.

    sheets: (stage, application, reviewer, total); effects: {(stage, reviewer): points}. Those with a final score alone.
    """
    official = list(
        Application.objects.filter(call=call, final_score__isnull=False, status__in=("in_review", "reviewed", "selected", "reserved", "declined", "agreed"))
        .select_related("firm", "stage").only("key", "number", "firm__name", "final_score", "bonus", "penalty", "stage", *TIE_COLUMNS)
    )  # fmt: skip
    stages = list(call.stages.all())
    totals = defaultdict(list)
    for stage, application, reviewer, total in sheets:
        totals[application, stage].append(total - effects.get((stage, reviewer), Decimal()))

    def freed(application):
        scores = [
            (stage.weight, rules.stage_score(totals[application.pk, stage.pk], trimmed=stage.trimmed))
            for stage in stages
            if totals[application.pk, stage.pk]
        ]
        return rules.base_score(scores) + application.bonus - application.penalty

    def ranked(score):
        order = sorted(
            official, key=lambda a: (-score[a.pk], *(-getattr(a, tie) for tie in TIE_COLUMNS), a.pk)
        )
        return {application.pk: place for place, application in enumerate(order, 1)}

    now = {application.pk: application.final_score for application in official}
    then = {application.pk: freed(application) for application in official}
    place, other = ranked(now), ranked(then)
    moved = sorted((a for a in official if place[a.pk] != other[a.pk]), key=lambda a: place[a.pk])
    crossing = [a for a in moved if (place[a.pk] <= call.places) != (other[a.pk] <= call.places)]
    moved = crossing + [a for a in moved if a not in crossing]
    return {
        "applications": len(official), "moved": len(moved), "crossing": len(crossing), "seats": call.places,
        "named": [
            {
                "key": str(a.key), "number": a.number, "firm": a.firm.name, "score": f"{now[a.pk]:.2f}", "place": place[a.pk],
                "adjusted": f"{then[a.pk]:.2f}", "other": other[a.pk], "crosses": a in crossing,
            }
            for a in moved[:NAMED]
        ],
    }  # fmt: skip
