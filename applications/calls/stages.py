"""Tables of what a call is reviewed by: its stages, the groups and criteria of each, and what a site visit looks at."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from applications.calls.models import Call

VISITORS = 2  # of a site visit, both with a finding of their own


class Stage(models.Model):
    """One round of review; the base score is the weighted sum over the scored stages of the call.

    A plan goes on to the next stage when nothing fails it here: the threshold, a floor, a knock-out. A site visit has
    neither weight nor criteria: the place is found fit or not.
    """

    class Kind(models.TextChoices):
        PAPER = "paper", _("Paper review")
        PRESENTATION = "presentation", _("Presentation review")
        VISIT = "visit", _("Site visit")

    call = models.ForeignKey(Call, models.CASCADE, related_name="stages")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=15, choices=Kind)
    weight = models.PositiveSmallIntegerField(_("weight (%)"))
    threshold = models.DecimalField(
        _("threshold to go on"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    quorum = models.PositiveSmallIntegerField(_("sheets needed"), default=5)
    trimmed = models.BooleanField(_("from five sheets on leave out one best and one worst"), default=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["call", "ordinal"], name="stage_order"),
            models.CheckConstraint(
                condition=Q(kind="visit", weight=0) | (~Q(kind="visit") & Q(weight__gte=1, weight__lte=100)),
                name="stage_weight",
            ),
            models.CheckConstraint(
                condition=Q(kind="visit", quorum=VISITORS) | (~Q(kind="visit") & Q(quorum__gte=3)),
                name="stage_quorum_at_least_three",
            ),
            models.CheckConstraint(
                condition=Q(threshold=None) | (~Q(kind="visit") & Q(threshold__gte=0, threshold__lte=100)),
                name="stage_threshold",
            ),
        ]

    def __str__(self):
        return str(self.get_kind_display())

    @property
    def is_visit(self):
        return self.kind == Stage.Kind.VISIT


# What a site visit has in the place of a weight and marks.
OF_VISIT = {"weight": 0, "threshold": None, "quorum": VISITORS, "trimmed": False}


class CriterionGroup(models.Model):
    """Criteria that share a floor; the ordinal is also the order in which groups break a tie."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="groups")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    floor_percent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["stage", "ordinal"], name="group_order")]


class Criterion(models.Model):
    """One thing that is scored, from 0 to its points (or 0 to 100 with its points as weight)."""

    group = models.ForeignKey(CriterionGroup, models.CASCADE, related_name="criteria")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    help = models.CharField(max_length=300, blank=True)
    points = models.PositiveSmallIntegerField()
    knock_out_at = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    by_steps = models.BooleanField(default=False)  # one of the five steps of scale.py, nothing between them
    anchors = models.JSONField(default=list, blank=True)  # what each step stands for, the best first; or none

    class Meta:
        ordering = ["group__ordinal", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["group", "ordinal"], name="criterion_order")]


class Point(models.Model):
    """One thing that the visitors of a site visit find fit or not."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="points")
    ordinal = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    help = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["ordinal"]
        constraints = [models.UniqueConstraint(fields=["stage", "ordinal"], name="point_order")]

    def __str__(self):
        return self.name
