"""The Celery application; its timetable stands in settings.CELERY_BEAT_SCHEDULE."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rootgrants.settings")

app = Celery("rootgrants")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "applications.kernel.files",
        "applications.notifications",
        "applications.decision",
        "applications.firms",
        "applications.intake",
        "applications.portal",
        "applications.review",
    ]
)
