"""Writes the score of an application where lists, ranking, letters and exports read it (docs/decisions/0009-stored-scores.md)."""

from django.conf import settings
from django.utils import translation

from applications.calls.editions import remembered
from applications.calls.stages import Stage
from applications.intake.models import Application, Status
from applications.review import queries, replay, rules, visited


def stages_of(call):
    """The stages of a call with all that scoring asks of them."""
    return _read(call.pk)


def _read(call):
    return list(Stage.objects.filter(call=call).prefetch_related("groups__criteria"))


remembered_stages = remembered(_read)  # of (id of a call, the call)


def result_of(application):
    """What its counted sheets come to (rules.Result)."""
    sheets = [
        rules.Sheet(
            stage=sheet.stage_id,
            total=sheet.total,
            values=sheet.points,
        )
        for sheet in queries.counted(application).prefetch_related("scores")
    ]
    points = [decision.points for decision in queries.decided(application).values()]
    under_review = application.status == Status.IN_REVIEW
    stages = remembered_stages(application.call_id, application.call)
    return computed(application, stages, sheets, points, under_review=under_review)


def computed(application, stages, sheets, points, *, under_review):
    """The whole rule set over these sheets and signed points. under_review: all stages are still to be gone through.

    What fails the plan is named in the language of the house, since it is kept and read by everybody.
    """
    call = application.call
    stages = replay.stages_that_count(application, stages, under_review=under_review)
    with translation.override(settings.LANGUAGE_CODE):
        return rules.final_score(
            [stage for stage in stages if not stage.is_visit], sheets, points,
            scale=call.scale, bonus_cap=call.bonus_cap, penalty_cap=call.penalty_cap,
            visits=visited.standings(application, stages),
        )  # fmt: skip


def store_score(application):
    """Write what the counted sheets come to on the locked application; its row is not read anew."""
    Application.objects.filter(pk=application.pk).update(
        **replay.columns(application, result_of(application))
    )
