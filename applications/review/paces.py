"""The table of how long a sheet usually takes: one number for a stage, measured once a day, of nobody by name."""

from django.db import models

from applications.calls.stages import Stage


class Pace(models.Model):
    """How long the sheets of a stage took those who handed them in; none while too few would speak for themselves."""

    stage = models.OneToOneField(Stage, models.PROTECT, related_name="pace")
    minutes = models.PositiveSmallIntegerField(null=True)
    measured_at = models.DateTimeField()
