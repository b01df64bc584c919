"""Signs of life of the queued work: written by the timetable, read by the health page."""

from django.db import models

from applications.kernel import clock


class Heartbeat(models.Model):
    """When a part of the machine was last seen working."""

    part = models.CharField(max_length=30, unique=True)
    at = models.DateTimeField()


def beat(part: str):
    Heartbeat.objects.update_or_create(part=part, defaults={"at": clock.now()})
