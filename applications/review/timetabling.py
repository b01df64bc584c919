"""The verbs of the timetable of presentations: sittings, the drawn order, telling, moving, who came."""

import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from applications.intake.queries import people_of
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import not_ahead, too_short
from applications.notifications.outbox import notify, notify_each
from applications.review import drawing, membership, queries
from applications.review.panels import Hearing
from applications.review.sittings import Sitting, Slot, TalkOrder


def _locked(panel, by):
    panel = membership.locked(panel.pk)
    require(by, "panel.manage", panel)
    reasons = drawing.closed(panel)
    if not reasons and panel.stage.kind != "presentation":
        reasons = [_("Only a presentation review has a timetable.")]
    if reasons:
        raise Refused(*reasons, about=panel)
    return panel


@transaction.atomic
def add_sitting(panel, *, by, **columns):
    """Plan some hours: starts_at (an instant), slots (how many), length and pause (minutes), place (a room or a link)."""
    panel = _locked(panel, by)
    sitting = Sitting(panel=panel, made_by=by, **columns)
    if reasons := drawing.bad_sitting(sitting, panel.sittings.all(), now=clock.now()):
        raise Refused(*reasons, about=panel)
    sitting.save()
    audit.record(
        "add_sitting", panel, by=by,
        after={"starts_at": sitting.starts_at, "slots": sitting.slots, "length": sitting.length, "pause": sitting.pause,
               "place": sitting.place},
    )  # fmt: skip
    return sitting


@transaction.atomic
def remove_sitting(sitting, *, by):
    """Take hours out again in which nobody speaks."""
    panel = _locked(sitting.panel, by)
    if panel.slots.filter(starts_at__gte=sitting.starts_at, starts_at__lt=sitting.ends_at).exists():
        raise Refused(_("Somebody speaks in these hours."), about=panel)
    audit.record("remove_sitting", panel, by=by, before={"starts_at": sitting.starts_at})
    sitting.delete()


@transaction.atomic
def draw_order(panel, *, by):
    """Draw who speaks when, by chance with a seed that is kept.

    As long as nothing was told all are drawn anew; after that only those without a time, for the times that are left.
    """
    panel = _locked(panel, by)
    told = panel.slots.exclude(told_at=None).exists()
    if not told:
        panel.slots.all().delete()
    heard = panel.hearings.in_play().filter(slot=None).select_related("application")
    waiting = {hearing.application.number: hearing for hearing in heard}
    taken = [(slot.starts_at, slot.ends_at) for slot in panel.slots.all()]
    free = [
        (begin, end, sitting.place)
        for sitting in panel.sittings.all()
        for begin, end in sitting.instants
        if begin > clock.now() and not any(begin < ends and starts < end for starts, ends in taken)
    ]
    if not waiting:
        raise Refused(_("Every application has its time."), about=panel)
    if len(free) < len(waiting):
        said = _("There are %(free)d times for %(waiting)d applications. Please plan another sitting.")
        raise Refused(said % {"free": len(free), "waiting": len(waiting)}, about=panel)
    seed = secrets.randbelow(2**31)
    order = drawing.in_order(waiting, seed=seed)
    TalkOrder.objects.create(panel=panel, seed=seed, order=order, by=by, at=clock.now())
    Slot.objects.bulk_create(
        Slot(hearing=waiting[number], panel=panel, starts_at=begin, ends_at=end, place=place)
        for number, (begin, end, place) in zip(order, free, strict=False)
    )
    audit.record("draw_order", panel, by=by, after={"seed": seed, "order": order})


@transaction.atomic
def tell(panel, *, by):
    """Tell firms their time, and the members the whole timetable; only what was not told yet. Returns how many firms it were."""
    panel = _locked(panel, by)
    new = list(panel.slots.filter(told_at=None).select_related("hearing__application__firm"))
    if not new:
        raise Refused(_("Everything has been told."), about=panel)
    now = clock.now()
    panel.slots.filter(told_at=None).update(told_at=now)
    notify_each(
        "talk_scheduled",
        [
            (
                people_of(slot.hearing.application),
                f"talk:{slot.key}:{now.isoformat()}",
                {"panel": panel, "slot": slot, "application": slot.hearing.application},
            )
            for slot in new
        ],
    )
    _tell_members(panel, event=f"talks:{panel.key}:{now.isoformat()}")
    audit.record("tell_timetable", panel, by=by, after={"slots": len(new)})
    return len(new)


def _tell_members(panel, *, event, moved=None):
    """Each member hears of the timetable, without what they stand in conflict with."""
    members = panel.panelists.at_table()
    barred = membership.conflicts_in(panel, list(queries.profiles_of(members.values("user"))))
    for panelist in members.select_related("user"):
        seen = Hearing.objects.visible_to(panelist.user).exclude(application__in=[*barred[panelist.user_id]])
        slots = panel.slots.filter(hearing__in=seen).select_related("hearing__application__firm")
        if moved is None or seen.filter(pk=moved.hearing_id).exists():
            notify("talks_scheduled", to=[panelist.user], event=event, panel=panel, slots=slots, moved=moved)


@transaction.atomic
def move(slot, *, starts_at, place, reason, by):
    """Give an application another time or place; who was told the old one is told again, with the reason."""
    panel = _locked(slot.panel, by)
    slot = (
        Slot.objects.select_for_update(of=("self",), no_key=True)
        .select_related("hearing__application__firm")
        .get(pk=slot.pk)
    )
    require(by, "talk.manage", slot)
    length = slot.ends_at - slot.starts_at
    others = panel.slots.exclude(pk=slot.pk).filter(starts_at__lt=starts_at + length, ends_at__gt=starts_at)
    reasons = not_ahead(starts_at, now=clock.now(), field="starts_at") or too_short(reason)
    if slot.attendance:
        reasons = [Reason(_("It is noted already whether the firm came."))]
    elif not reasons and others.exists():
        reasons = [Reason(_("Another application is presented at this time."), "starts_at")]
    elif not reasons and (starts_at, place) == (slot.starts_at, slot.place):
        reasons = [Reason(_("Nothing has changed."))]
    if reasons:
        raise Refused(*reasons, about=slot)
    before = {"starts_at": slot.starts_at, "place": slot.place}
    was_told, now = slot.told_at is not None, clock.now()
    slot.starts_at, slot.ends_at, slot.place = starts_at, starts_at + length, place
    slot.told_at = now if was_told else None
    try:
        with transaction.atomic():
            slot.save(update_fields=["starts_at", "ends_at", "place", "told_at"])
    except IntegrityError:
        raise Refused(Reason(_("Another application is presented at this time."), "starts_at"), about=slot)
    audit.record(
        "move_talk", slot.hearing.application, by=by, before=before,
        after={"starts_at": starts_at, "place": place}, note=reason,
    )  # fmt: skip
    if was_told:
        event = f"moved:{slot.key}:{now.isoformat()}"
        application = slot.hearing.application
        notify("talk_moved", to=people_of(application), event=event, panel=panel, slot=slot,
               application=application, reason=reason)  # fmt: skip
        _tell_members(panel, event=event, moved=slot)


@transaction.atomic
def note(slot, *, attendance, by):
    """Note whether the firm came, from the beginning of its time on; it can be corrected until the panel is closed."""
    panel = membership.locked(slot.panel_id)
    slot = (
        Slot.objects.select_for_update(of=("self",), no_key=True)
        .select_related("hearing__application")
        .get(pk=slot.pk)
    )
    require(by, "talk.note", slot)
    reasons = drawing.closed(panel)
    if not reasons and attendance not in Slot.Attendance.values:
        reasons = [_("Please choose whether the firm came.")]
    elif not reasons and clock.now() < slot.starts_at:
        reasons = [_("Its time has not come yet.")]
    if reasons:
        raise Refused(*reasons, about=slot)
    before, slot.attendance = slot.attendance, attendance
    slot.noted_by, slot.noted_at = by, clock.now()
    slot.save(update_fields=["attendance", "noted_by", "noted_at"])
    audit.record(
        "note_attendance", slot.hearing.application, by=by, before={"attendance": before},
        after={"attendance": attendance},
    )  # fmt: skip
