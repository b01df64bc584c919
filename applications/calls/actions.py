"""The verbs of calls: prepare, copy, edit, set the points, publish; building.py has those of its pieces."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.calls import disclosure, queries, readiness, rules
from applications.calls.audience import Subscriber
from applications.calls.conflicts import usual
from applications.calls.filling import fill, fill_like
from applications.calls.models import Call
from applications.calls.outlines import OUTLINES
from applications.calls.stages import Criterion, Stage
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.clocks import legal_clocks
from applications.kernel.errors import Reason, Refused
from applications.kernel.numbers import next_number
from applications.kernel.sections import stale
from applications.notifications.outbox import notify_subscribers

SERIES = {"sprout": "S", "rnd": "R"}


@transaction.atomic
def prepare(*, programme, year, by, outline=None, open_to=(), **fields):
    """Begin a call from an outline, or with nothing; nobody outside sees it before it is published.

    outline: a code of outlines.OUTLINES, "" for none at all; None: the one that bears the name of the programme.
    open_to: the fields that may apply, none for all.
    """
    usually = {"conflicts": usual(programme.kind), "law": programme.law, **disclosure.terms()}
    call = _begin(programme, year, by, **usually | fields)
    if outline := programme.kind if outline is None else outline:
        fill(call, OUTLINES[outline])
    call.open_to.set(open_to)
    audit.record("prepare", call, by=by, after={"number": call.number, "title": call.title})
    return call


COPIED = (
    "summary", "law", "notice", "seats", "reserves", "least_years", "most_years", "tracks", "regions", "budget_line",
    "budget_krw", "ceiling_krw", "scale", "step", "pass_mark", "select_mark", "bonus_cap", "penalty_cap", "tie_keys",
    "comment_length", "reviewers_download", "conflicts", *disclosure.FIELDS,
)  # fmt: skip


@transaction.atomic
def copy(earlier, *, year, by, again=False, **fields):
    """Begin a call with all that an earlier one has but its number, instants and notices.

    again: it announces the earlier one again, which is over; both pages say so once the new one is published.
    """
    require(by, "call.view", earlier)
    if again and (reasons := rules.unrepeatable(earlier)):
        raise Refused(*reasons, about=earlier)
    own = {name: getattr(earlier, name) for name in COPIED}
    call = _begin(earlier.programme, year, by, copied_from=earlier, announces_again=again, **(own | fields))
    fill_like(call, earlier)
    after = {"number": call.number, "title": call.title, "copied_from": earlier.number, "again": again}
    audit.record("prepare", call, by=by, after=after)
    return call


def _begin(programme, year, by, **fields):
    require(by, "call.prepare")
    number = next_number(f"RC-{year}-{SERIES[programme.kind]}", width=2).replace(
        f"{SERIES[programme.kind]}-", SERIES[programme.kind]
    )
    return Call.objects.create(programme=programme, year=year, number=number, **fields)


def lock_unpublished(call, permission, by):
    """The call under the lock of its row, for whoever may and while it is in preparation."""
    call = (
        Call.objects.select_for_update(of=("self",), no_key=True).select_related("programme").get(pk=call.pk)
    )
    require(by, permission, call)
    if call.published_at:
        raise Refused(
            _("This call is published; it is changed by a correction or extension notice only."), about=call
        )
    return call


def lock_section(call, section, *, version, by):
    """The same for a section that nobody saved since the page with this version of the call was loaded."""
    call = lock_unpublished(call, "call.edit", by)
    if reasons := stale(call, [section], version=version):
        raise Refused(*reasons, about=call)
    return call


def saved(call, section):
    """A section was saved: pages of it that were loaded before are stale from now on."""
    call.version += 1
    call.section_versions[section] = call.version
    call.save(update_fields=["version", "section_versions"])


@transaction.atomic
def edit(call, *, section, version, by, **fields):
    """Change the fields of one section of a call in preparation (rules.SECTIONS)."""
    call = lock_section(call, section, version=version, by=by)
    if "carries_from" in fields:
        fields["carried_seats"] = _carried(call, fields["carries_from"])
    before = {name: _plainly(call, name) for name in fields}
    for name, value in fields.items():
        match name:
            case "open_to":
                call.open_to.set(value)
            case _:
                setattr(call, name, value)
    call.save(update_fields=[name for name in fields if name != "open_to"])
    saved(call, section)
    audit.record("edit", call, by=by, before=before, after={name: _plainly(call, name) for name in fields})


def _carried(call, earlier):
    """How many unfilled places of an earlier call this one takes over, under the lock of that call. Raises Refused."""
    if earlier is None:
        return 0
    Call.objects.select_for_update(no_key=True).get(pk=earlier.pk)
    found = queries.to_carry(call).filter(pk=earlier.pk).first()
    if found is None:
        said = _("%(number)s has no unfilled places any more, or another call takes them over.")
        raise Refused(Reason(said % {"number": earlier.number}, "carries_from"), about=call)
    return found.unfilled


def _plainly(call, name):
    """The value of a field as a trace keeps it."""
    match name:
        case "open_to":
            return [field.code for field in call.open_to.all()]
        case "budget_line":
            return str(call.budget_line or "")
        case "carries_from":
            return call.carries_from.number if call.carries_from else ""
    return getattr(call, name)


@transaction.atomic
def set_points(call, *, points, version, by):
    """Change the points of the criteria of a call in preparation.

    points: {criterion id: whole points}. Raises Refused where a stage would not sum to 100.
    """
    call = lock_section(call, "criteria", version=version, by=by)
    before = {}
    for stage in call.stages.exclude(kind=Stage.Kind.VISIT):
        criteria = list(Criterion.objects.filter(group__stage=stage))
        if reasons := rules.wrong_sum([points.get(criterion.pk, 0) for criterion in criteria]):
            raise Refused(*reasons, about=call)
        for criterion in criteria:
            before[str(criterion.pk)], criterion.points = criterion.points, points[criterion.pk]
        Criterion.objects.bulk_update(criteria, ["points"])
    saved(call, "criteria")
    before, after = audit.changed(before, {pk: points[int(pk)] for pk in before})
    audit.record("set_points", call, by=by, before=before, after=after)


@transaction.atomic
def publish(call, *, by):
    """Make the call public, and tell the subscribers. From now on it is changed by notices only."""
    call = lock_unpublished(call, "call.publish", by)
    now = clock.now()
    if reasons := readiness.unready(call, now=now, clocks=legal_clocks()):
        raise Refused(*reasons, about=call)
    if _carried(call, call.carries_from) != call.carried_seats:
        said = _("The places that are taken over have changed. Please save the section of the places again.")
        raise Refused(said, about=call)
    call.published_at, call.published_by = now, by
    call.save(update_fields=["published_at", "published_by"])
    if call.announces_again:
        Call.objects.filter(pk=call.copied_from_id).redraw()
    audit.record("publish", call, by=by, after={"opens_at": call.opens_at, "closes_at": call.closes_at})
    subscribers = Subscriber.objects.interested_in(call)
    notify_subscribers(
        "call_announced",
        [(one.address, one.language, reverse("calls:unsubscribe", args=[one.key])) for one in subscribers],
        event=f"call:{call.number}",
        call=call,
    )
    return call
