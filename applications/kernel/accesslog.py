"""The access log: each time that staff or a reviewer sees personal data (개인정보의 안전성 확보조치 기준 제8조)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.records import AppendOnly


class AccessEntry(AppendOnly):
    """Who saw whose data, when, from where, and what for; who failed to sign in. Kept for two years at least."""

    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_role = models.CharField(_("role"), max_length=20)
    address = models.GenericIPAddressField(_("from"), null=True)
    act = models.CharField(_("what"), max_length=50)
    subject_kind = models.CharField(max_length=50)
    subject_ids = models.JSONField(default=list)
    reason = models.CharField(_("reason"), max_length=500, blank=True)


def log_view(request, act, *subjects, reason=""):
    """Write that this request shows the personal data of these subjects (all of one kind).

    Applicants looking at their own firm are data subjects and are not logged.
    """
    if subjects and request.user.role != "applicant":
        _write(request, act, subjects, actor=request.user, actor_role=request.user.role, reason=reason)


def log_file(request, act, model, ids, *, reason):
    """Write that this request takes the personal data of these rows of a model away, in a file."""
    AccessEntry.objects.create(
        at=clock.now(), address=request.META.get("REMOTE_ADDR") or None, act=act, subject_kind=model._meta.model_name,
        subject_ids=ids, actor=request.user, actor_role=request.user.role, reason=reason,
    )  # fmt: skip


def log_try(request, act, person):
    """Write that somebody failed to sign in as this person, or as nobody we know (None)."""
    _write(request, act, [person] if person else [])


def _write(request, act, subjects, **more):
    AccessEntry.objects.create(
        at=clock.now(),
        address=request.META.get("REMOTE_ADDR") or None,
        act=act,
        subject_kind=subjects[0]._meta.model_name if subjects else "",
        subject_ids=[subject.pk for subject in subjects],
        **more,
    )
