"""Scoring again from a stage on, by other reviewers: what an upheld appeal opens (docs/domain.md, appeals)."""

from django.db import transaction

from applications.lifecycle import APPLICATION, EXEMPTION
from applications.review import queries
from applications.review.actions import store_score
from applications.review.happening import advance
from applications.review.models import SheetEvent


@transaction.atomic
def score_again(application, *, stage, reason, by):
    """Open the review again in this stage with an empty panel: its sheets and those of later stages are set aside.

    They stay in the record and count no more; that few of them sufficed says nothing of the new ones. Who wrote them is not asked again for this application (rule C13), and
    does not see it any more.
    """
    application = queries.locked_application(application.pk)
    APPLICATION.advance(application, "score_again", by=by, note=reason, stage=stage)
    sheets = application.assignments.select_for_update(no_key=True).filter(stage__ordinal__gte=stage.ordinal)
    for sheet in sheets.exclude(status="set_aside").order_by("pk"):
        advance(sheet, "set_aside", SheetEvent.Kind.SET_ASIDE, by=by, note=reason)
    for exemption in application.exemptions.standing().filter(stage__ordinal__gte=stage.ordinal):
        EXEMPTION.advance(exemption, "end_exemption", by=by, note=reason)
    store_score(application)
