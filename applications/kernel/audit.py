"""The trace: who did what to which thing, when, from which value to which, and why."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.records import AppendOnly, AppendOnlyQuerySet


class AuditQuerySet(AppendOnlyQuerySet):
    def about(self, thing):
        return self.filter(thing_kind=thing._meta.model_name, thing_id=thing.pk).order_by("pk")


class AuditEntry(AppendOnly):
    """One thing that happened; actor is empty when the timetable did it."""

    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_role = models.CharField(_("role"), max_length=20, blank=True)
    verb = models.CharField(_("what"), max_length=50)
    thing_kind = models.CharField(max_length=50)
    thing_id = models.BigIntegerField()
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    note = models.TextField(_("reason"), blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["thing_kind", "thing_id", "id"], name="audit_thing")]


def values(thing, names):
    """What these fields of a thing hold, as a trace keeps it: a foreign key by its number.

    Long words and answers are left out: they stand in the thing, in its revisions, or are the note.
    """
    fields = (thing._meta.get_field(name) for name in names)
    return {
        field.name: getattr(thing, field.attname)
        for field in fields
        if not isinstance(field, (models.TextField, models.JSONField))
    }


def changed(before, after, *, always=()):
    """Of two such dicts what differs, and the fields that are said always."""
    said = [name for name in after if name in always or before[name] != after[name]]
    return {name: before[name] for name in said}, {name: after[name] for name in said}


def record(verb, thing, *, by, before=None, after=None, note=""):
    """Write one trace in the present transaction."""
    entry = _entry(verb, thing, by=by, at=clock.now(), before=before, after=after, note=note)
    entry.save()
    return entry


def record_each(verb, traces, *, by):
    """Write the traces of one verb on many things at once: (thing, before, after, note) of each."""
    now = clock.now()
    AuditEntry.objects.bulk_create(
        (
            _entry(verb, thing, by=by, at=now, before=before, after=after, note=note)
            for thing, before, after, note in traces
        ),
        batch_size=1000,
    )


def _entry(verb, thing, *, by, at, before, after, note):
    return AuditEntry(
        at=at,
        actor=by if by.pk else None,
        actor_role=by.role or "",
        verb=verb,
        thing_kind=thing._meta.model_name,
        thing_id=thing.pk,
        before=before,
        after=after,
        note=note,
    )


def trail(thing):
    """All traces of a thing, oldest first."""
    return AuditEntry.objects.about(thing)
