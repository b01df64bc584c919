"""The table of the public figures of a call: written once its list is confirmed."""

from django.db import models

from applications.calls.models import Call
from applications.decision.models import Proposal
from applications.kernel.records import AppendOnly


class FairnessReport(AppendOnly):
    """Who applied and who was selected, in groups that tell of nobody alone; a further list gets one of its own."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="fairness_reports")
    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="fairness_report")
    made_at = models.DateTimeField()
    facts = models.JSONField()  # fairness.facts_of

    class Meta:
        indexes = [models.Index(fields=["call", "-id"], name="fairness_report_latest")]
