"""The verbs of calls: prepare, edit, set the points, publish."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.calls import rules
from applications.calls.models import Call, Criterion
from applications.calls.outlines import fill
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.numbers import next_number

SERIES = {"sprout": "S", "rnd": "R"}


@transaction.atomic
def prepare(*, programme, year, by, quotas=(), **fields):
    """Begin a call from the outline of its programme; nobody outside sees it before it is published.

    quotas: pairs of (field, places).
    """
    require(by, "call.prepare")
    number = next_number(f"RC-{year}-{SERIES[programme.kind]}", width=2).replace(
        f"{SERIES[programme.kind]}-", SERIES[programme.kind]
    )
    call = Call.objects.create(programme=programme, year=year, number=number, **fields)
    fill(call)
    _set_quotas(call, quotas)
    audit.record("prepare", call, by=by, after={"number": number, "title": call.title})
    return call


def _set_quotas(call, quotas):
    call.quotas.all().delete()
    for field, places in quotas:
        call.quotas.create(field=field, places=places)


def _lock_unpublished(call, permission, by):
    call = Call.objects.select_for_update(of=("self",)).select_related("programme").get(pk=call.pk)
    require(by, permission, call)
    if call.published_at:
        raise Refused(
            _("This call is published; it is changed by a correction or extension notice only."), about=call
        )
    return call


@transaction.atomic
def edit(call, *, by, quotas=(), **fields):
    """Change a call in preparation."""
    call = _lock_unpublished(call, "call.edit", by)
    for name, value in fields.items():
        setattr(call, name, value)
    call.save(update_fields=fields)
    _set_quotas(call, quotas)
    audit.record("edit", call, by=by, after={name: str(value) for name, value in fields.items()})


@transaction.atomic
def set_points(call, *, points, by):
    """Change the points of the criteria of a call in preparation.

    points: {criterion id: whole points}. Raises Refused where a stage would not sum to 100.
    """
    call = _lock_unpublished(call, "call.edit", by)
    for stage in call.stages.all():
        criteria = list(Criterion.objects.filter(group__stage=stage))
        if reasons := rules.wrong_sum([points[criterion.pk] for criterion in criteria]):
            raise Refused(*reasons, about=call)
        for criterion in criteria:
            criterion.points = points[criterion.pk]
        Criterion.objects.bulk_update(criteria, ["points"])
    audit.record("set_points", call, by=by, after={str(pk): value for pk, value in points.items()})


@transaction.atomic
def publish(call, *, by):
    """Make the call public. From now on it is changed by notices only."""
    call = _lock_unpublished(call, "call.publish", by)
    now = clock.now()
    if reasons := rules.unready(call, now=now):
        raise Refused(*reasons, about=call)
    call.published_at, call.published_by = now, by
    call.save(update_fields=["published_at", "published_by"])
    audit.record("publish", call, by=by, after={"opens_at": call.opens_at, "closes_at": call.closes_at})
    return call
