"""Pages of the timetable of presentations: planning, telling, moving, who came; and the page of the firm that presents."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from applications.accounts.models import Role
from applications.kernel import clock
from applications.kernel.formpages import asked
from applications.kernel.web import fetch, page
from applications.review import drawing, meeting, timetabling
from applications.review.panel_forms import MoveForm, SittingForm
from applications.review.panels import Panel
from applications.review.sittings import Slot

RELATED = ("call", "stage", "chair", "secretary", "made_by")


@page("panel.meet", "GET")
def timetable(request, key):
    """Who speaks when, as far as this person may see it; for staff also what is still to be planned."""
    panel = fetch(request, Panel, key=key, related=RELATED)
    may = request.user.has_perm("panel.manage", panel) and not drawing.closed(panel)
    slots = panel.slots.filter(hearing__in=meeting.seen(panel, request.user))
    slots = list(slots.select_related("hearing__application__firm"))
    heard = panel.hearings.in_play()
    facts = {
        "panel": panel,
        "slots": slots,
        "may": may,
        "may_note": bool(slots) and request.user.has_perm("talk.note", slots[0]) and not drawing.closed(panel),
        "attendances": Slot.Attendance.choices[1:],
        "is_staff": request.user.role != "reviewer",
        "now": clock.now(),
    }  # fmt: skip
    if facts["is_staff"]:  # the numbers in it are of applications that a member may stand in conflict with
        facts["orders"] = [
            (one, drawing.in_order(one.order, seed=one.seed) == one.order)
            for one in panel.talk_orders.select_related("by")
        ]
    if may:
        facts |= {
            "sittings": panel.sittings.all(),
            "without": heard.filter(slot=None).count(),
            "places": sum(sitting.slots for sitting in panel.sittings.all()),
            "untold": sum(slot.told_at is None for slot in slots),
            "told": any(slot.told_at for slot in slots),
        }
    return render(request, "review/timetable.html", facts)


@page("panel.manage", "GET", "POST")
def add_sitting(request, key):
    panel = fetch(request, Panel, key=key, related=RELATED)
    return asked(
        request, SittingForm(request.POST or None),
        lambda **typed: timetabling.add_sitting(panel, **typed, by=request.user),
        after=("review:timetable", panel.key), said=_("The sitting is planned."), heading=_("Plan a sitting"), hint=panel.name,
    )  # fmt: skip


@page("panel.manage", "POST")
def remove_sitting(request, key, sitting):
    panel = fetch(request, Panel, key=key)
    timetabling.remove_sitting(get_object_or_404(panel.sittings, key=sitting), by=request.user)
    messages.success(request, _("The sitting is taken out."))
    return redirect("review:timetable", key=panel.key)


@page("panel.manage", "POST")
def draw_order(request, key):
    panel = fetch(request, Panel, key=key)
    timetabling.draw_order(panel, by=request.user)
    messages.success(request, _("The order is drawn. Nobody has been told yet."))
    return redirect("review:timetable", key=panel.key)


@page("panel.manage", "POST")
def tell(request, key):
    panel = fetch(request, Panel, key=key)
    told = timetabling.tell(panel, by=request.user)
    messages.success(request, _("%(count)d firms and the members of the panel are told.") % {"count": told})
    return redirect("review:timetable", key=panel.key)


@page("talk.manage", "GET", "POST")
def move(request, key):
    """Another time or place for one application; who was told is told again."""
    slot = fetch(request, Slot, key=key, related=("panel", "hearing__application__firm"))
    application = slot.hearing.application
    return asked(
        request, MoveForm(request.POST or None, initial={"starts_at": slot.starts_at, "place": slot.place}),
        lambda **typed: timetabling.move(slot, **typed, by=request.user),
        after=("review:timetable", slot.panel.key), said=_("The presentation is moved."),
        heading=_("Move the presentation"), hint=f"{application.number} · {application.firm.name}",
    )  # fmt: skip


@page("talk.note", "POST")
def note(request, key):
    slot = fetch(request, Slot, key=key, related=("panel",))
    timetabling.note(slot, attendance=request.POST.get("attendance", "-"), by=request.user)
    messages.success(request, _("It is noted."))
    return redirect("review:timetable", key=slot.panel.key)


@page("talk.view", "GET")
def talk(request, key):
    """When and where an application is presented: what the firm reads."""
    slot = fetch(request, Slot, key=key, related=("panel__call", "hearing__application__firm"))
    return render(
        request,
        "review/talk.html",
        {"slot": slot, "application": slot.hearing.application, "own": request.user.role == Role.APPLICANT},
    )
