"""The verbs of panels: make one, bring applications before it, draw and invite its members, hear their answers, name its chair."""

import secrets
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Reason, Refused
from applications.kernel.reasons import not_ahead, too_short
from applications.lifecycle import PANELIST
from applications.notifications.outbox import notify
from applications.permissions import TIMETABLE
from applications.review import conflicts, drawing, membership, queries, rules, surveying
from applications.review.models import Assignment
from applications.review.panels import Draw, Hearing, Panel, Panelist

ANSWER_WITHIN = timedelta(days=3)  # of whoever is invited by itself in the place of somebody who declined
REMIND_BEFORE = timedelta(days=1)
MOST_HEARINGS = 1000


@transaction.atomic
def make(call, *, by, stage, picked=(), fields=(), technologies=(), **columns):
    """Make a panel of a stage; what fits its scope and is under review comes before it at once. Raises Refused."""
    require(by, "panel.prepare")
    if stage.call_id != call.pk:
        raise Refused(_("This stage belongs to another call."), about=call)
    last = stage.panels.aggregate(last=Max("ordinal"))["last"] or 0
    try:
        with transaction.atomic():
            panel = Panel.objects.create(
                call=call, stage=stage, ordinal=last + 1, made_by=by, made_at=clock.now(), **columns
            )
    except IntegrityError:
        raise Refused(Reason(_("Another panel of this stage has this name."), "name"), about=call)
    _set_scope(panel, picked, fields, technologies)
    audit.record("make_panel", panel, by=by, after=_scope(panel))
    gather(stage, by=by)
    return panel


@transaction.atomic
def change(panel, *, by, picked=(), fields=(), technologies=(), **columns):
    """Change name, scope or secretary. What it hears already stays, but for what another panel has picked."""
    membership.lock_all(panel.stage.panels)  # gathering needs them all
    panel = _locked(panel, "panel.manage", by)
    before = _scope(panel)
    for name, value in columns.items():
        setattr(panel, name, value)
    try:
        with transaction.atomic():
            panel.save(update_fields=list(columns))
    except IntegrityError:
        raise Refused(Reason(_("Another panel of this stage has this name."), "name"), about=panel)
    _set_scope(panel, picked, fields, technologies)
    audit.record("change_panel", panel, by=by, before=before, after=_scope(panel))
    gather(panel.stage, by=by)
    return panel


def _set_scope(panel, picked, fields, technologies):
    panel.fields.set(fields)
    panel.technologies.set(technologies)
    panel.picked.set(picked)


def _scope(panel):
    """A panel as a trace keeps it."""
    return {
        "name": panel.name,
        "secretary": panel.secretary_id,
        "fields": sorted(panel.fields.values_list("code", flat=True)),
        "technologies": sorted(panel.technologies.values_list("code", flat=True)),
        "picked": sorted(panel.picked.values_list("number", flat=True)),
    }


def _locked(panel, permission, by):
    panel = membership.locked(panel.pk)
    require(by, permission, panel)
    if reasons := drawing.closed(panel):
        raise Refused(*reasons, about=panel)
    return panel


@transaction.atomic
def gather(stage, *, by):
    """Bring what is under review in this stage before the panels whose scope it fits; returns how many came.

    What a panel has picked moves there from another one, as long as nobody is asked for a sheet of it.
    """
    require(by, "panel.prepare")
    panels = membership.lock_all(stage.panels)
    scopes = membership.scopes(stage)
    came = []
    # Their lock keeps the desk from screening one again meanwhile.
    for application in membership.without_panel(stage).select_for_update(of=("self",), no_key=True):
        if panel := membership.panel_for(application, scopes):
            came.append(Hearing(panel=panel, stage=stage, application=application, taken_at=clock.now()))
    for panel in panels:
        new = sum(hearing.panel_id == panel.pk for hearing in came)
        if new and panel.hearings.count() + new > MOST_HEARINGS:
            raise Refused(
                _("A panel hears at most %(most)d applications.") % {"most": MOST_HEARINGS}, about=panel
            )
    Hearing.objects.bulk_create(came)
    for panel, _fields, _technologies, picked in scopes:
        moved = Hearing.objects.filter(stage=stage, application__in=picked, slot=None).exclude(panel=panel)
        moved.exclude(panel__status=Panel.Status.CLOSED).exclude(
            application__in=Assignment.objects.filter(stage=stage).values("application")
        ).update(panel=panel)
    return len(came)


@transaction.atomic
def take_in(application):
    """The panel that hears an application in its stage, under its lock; where none does yet the one whose scope it fits takes it in.

    None where no panel has it in its scope, or an appeal has opened it again: then anybody who stands in no conflict is asked for a sheet.
    """
    stage = application.stage
    if stage is None:
        return None
    if panel := membership.locked_of(application.pk, stage.pk):
        return panel
    if membership.is_scored_again(application):
        return None
    if (found := membership.panel_for(application, membership.scopes(stage))) is None:
        return None
    panel = membership.locked(found.pk)
    Hearing.objects.get_or_create(
        stage=stage, application=application, defaults={"panel": panel, "taken_at": clock.now()}
    )
    return panel


@transaction.atomic
def draw(panel, *, wanted, by):
    """Draw an order of candidates: three for each place, by kind, of those who know the subject and stand in no conflict.

    wanted: {kind: members}. The seed is ours, by chance, and is kept with all that it was drawn from; nobody is invited yet.
    """
    panel = _locked(panel, "panel.manage", by)
    able, left_out = membership.candidates(panel)
    pool = sorted([str(person.key), person.reviewer_profile.kind] for person, *_rest in able)
    if not pool:
        raise Refused(_("There is nobody who could be drawn."), about=panel)
    seed = secrets.randbelow(2**31)
    made = Draw.objects.create(
        panel=panel, seed=seed, wanted=wanted, pool=pool, order=drawing.draw(pool, wanted, seed=seed),
        left_out=left_out, by=by, at=clock.now(),
    )  # fmt: skip
    audit.record("draw_candidates", panel, by=by, after={"seed": seed, "wanted": wanted, "pool": len(pool)})
    return made


@transaction.atomic
def invite(panel, *, reviewer, answer_by, by):
    """Invite one reviewer by hand. Raises Refused where they cannot judge anything here, or have no session left."""
    panel = _locked(panel, "panel.manage", by)
    profile = queries.profile_of(reviewer)
    if reasons := not_ahead(answer_by, now=clock.now(), field="answer_by") or _hindrances(
        panel, reviewer, profile
    ):
        raise Refused(*reasons, about=panel)
    return _invite(panel, reviewer, answer_by=answer_by, by=by)


def _hindrances(panel, reviewer, profile):
    """Why this reviewer cannot sit in the panel."""
    if reviewer.role != Role.REVIEWER or not reviewer.is_active or profile is None:
        return [Reason(_("Only active reviewers with a profile are invited."))]
    if reasons := rules.beyond_cap(profile, queries.sessions_of(reviewer, beside=panel.stage)):
        return reasons
    if membership.useless(panel, [profile]):
        sanctioned = conflicts.barring(reviewer.name, surveying.rules_beyond(panel.call, profile))
        said = _("%(name)s stands in conflict with every application of this panel.")
        return sanctioned or [Reason(said % {"name": reviewer.name})]
    return []


def _invite(panel, reviewer, *, answer_by, by, drawn=False):
    try:
        with transaction.atomic():
            panelist = Panelist.objects.create(
                panel=panel, user=reviewer, drawn=drawn, invited_by=by if by.pk else None,
                invited_at=clock.now(), answer_by=answer_by,
            )  # fmt: skip
    except IntegrityError:
        raise Refused(_("%(name)s has been asked already.") % {"name": reviewer.name}, about=panel)
    audit.record("invite_panelist", panel, by=by, after={"reviewer": reviewer.pk, "drawn": drawn})
    notify("panel_invited", to=[reviewer], event=f"panelist:{panelist.key}", panel=panel, panelist=panelist,
           heard=panel.hearings.count())  # fmt: skip
    return panelist


@transaction.atomic
def fill(panel, *, by, answer_by=None):
    """Invite the next ones of the latest draw, in its order, for the places that are empty.

    Returns (those invited, {kind: places that stay empty since nobody is left}). Without a draw nobody is invited.
    """
    panel = _locked(panel, "panel.fill", by)
    latest = panel.draws.first()
    if latest is None:
        raise Refused(_("Nobody has been drawn yet."), about=panel)
    answer_by = answer_by or clock.now() + ANSWER_WITHIN
    if reasons := not_ahead(answer_by, now=clock.now(), field="answer_by"):
        raise Refused(*reasons, about=panel)
    keys = [key for keys in latest.order.values() for key in keys]
    drawn = list(queries.reviewers(beside=panel.stage).filter(key__in=keys))
    barred = membership.in_any_conflict(panel, drawn)  # some may have come to it since the draw
    able = {
        str(person.key): person
        for person in drawn
        if person.pk not in barred and not rules.beyond_cap(person.reviewer_profile, person.sessions)
    }
    houses = {key: rules.house(person.reviewer_profile) for key, person in able.items()}
    chosen, short = drawing.next_in_order(latest.order, latest.wanted, membership.seated(panel), houses)
    for key in chosen:
        _invite(panel, able[key], answer_by=answer_by, by=by, drawn=True)
    return [able[key] for key in chosen], short


def _replace(panel):
    """In the place of somebody drawn who does not come the next one of the draw is invited by itself."""
    if panel.status != Panel.Status.SCORING or not panel.draws.exists():
        return [], {}
    return fill(panel, by=TIMETABLE)


@transaction.atomic
def accept(panelist, *, by):
    """Take the seat; the pledge of the call comes first (a page asks for both at once)."""
    panel, panelist = _under_lock(panelist)
    profile = queries.profile_of(
        panelist.user
    )  # two panels at once do not both get the last session of a year
    PANELIST.check(panelist, "accept_seat", by=by)
    reasons = drawing.closed(panel) or drawing.unanswerable(panelist, now=clock.now())
    reasons = reasons or rules.beyond_cap(profile, queries.sessions_of(panelist.user, beside=panel.stage))
    if not reasons and membership.useless(panel, [profile]):
        said = _("Our data shows a conflict of interest with what this panel hears. Please ask the office.")
        if surveying.rules_beyond(panel.call, profile):
            said = _("A sanction keeps you from reviewing in this call (rule C12). Please ask the office.")
        reasons = [Reason(said)]
    if not reasons and not by.pledges.hold_for(panel.call_id):
        reasons = [Reason(_("Please accept the pledge first."))]
    if reasons:
        raise Refused(*reasons, about=panelist)
    PANELIST.make(panelist, "accept_seat", by=by, answered_at=clock.now())
    _tell(panel, panelist)


@transaction.atomic
def decline(panelist, *, reason, suggestion="", by):
    """Decline with a reason, and say who else might do it; the next one of the draw is invited."""
    panel, panelist = _under_lock(panelist)
    PANELIST.check(panelist, "decline_seat", by=by)
    reasons = drawing.closed(panel) or drawing.unanswerable(panelist, now=clock.now())
    if reasons := reasons or too_short(reason):
        raise Refused(*reasons, about=panelist)
    PANELIST.make(
        panelist, "decline_seat", by=by, note=reason, answered_at=clock.now(), reason=reason,
        suggestion=suggestion,
    )  # fmt: skip
    _tell(panel, panelist)


def _under_lock(panelist):
    panel = membership.locked(panelist.panel_id)
    found = (
        Panelist.objects.select_for_update(of=("self",), no_key=True)
        .select_related("user")
        .get(pk=panelist.pk)
    )
    return panel, found


def _tell(panel, panelist):
    """The secretary hears what was answered, and who is invited instead."""
    gone = panelist.status != Panelist.Status.ACCEPTED
    instead, short = _replace(panel) if gone and panelist.drawn else ([], {})
    notify(
        "panel_answered", to=[panel.who_is_told],
        event=f"answer:{panelist.key}:{panelist.status}:{panelist.answer_by.isoformat()}",
        panel=panel, panelist=panelist, instead=instead, empty=sum(short.values()),
    )  # fmt: skip


@transaction.atomic
def remind(panelist, *, by, answer_by=None):
    """Ask again. answer_by: a new instant until which an answer counts; without one the old one stays."""
    panel, panelist = _under_lock(panelist)
    PANELIST.check(panelist, "remind_panelist", by=by)
    answer_by = answer_by or panelist.answer_by
    if reasons := drawing.closed(panel) or not_ahead(answer_by, now=clock.now(), field="answer_by"):
        raise Refused(*reasons, about=panelist)
    PANELIST.make(panelist, "remind_panelist", by=by, reminded_at=clock.now(), answer_by=answer_by)
    notify("panel_reminded", to=[panelist.user], event=f"remind:{panelist.key}:{clock.now().isoformat()}",
           panel=panel, panelist=panelist)  # fmt: skip


@transaction.atomic
def lapse(panelist, *, by):
    """The time to answer is over: say so, and invite the next one of the draw."""
    panel, panelist = _under_lock(panelist)
    if not panelist.is_late or panelist.status != Panelist.Status.INVITED:
        return
    PANELIST.check(panelist, "lapse_seat", by=by)
    PANELIST.make(panelist, "lapse_seat", by=by)
    _tell(panel, panelist)


@transaction.atomic
def release(panelist, *, reason, by):
    """Ask somebody no longer, or let a member go; what they were asked to score of this panel must be settled first."""
    panel, panelist = _under_lock(panelist)
    PANELIST.check(panelist, "release_panelist", by=by)
    open_ones = Assignment.objects.filter(
        reviewer=panelist.user, stage=panel.stage, application__hearings__panel=panel
    ).exclude(status=Assignment.SheetStatus.EXCLUDED)
    reasons = drawing.closed(panel) or too_short(reason)
    if not reasons and open_ones.exists():
        reasons = [Reason(_("There are sheets of this member. Please take them out of the score first."))]
    if not reasons and panel.chair_id == panelist.user_id:
        reasons = [Reason(_("This member chairs the panel. Please name another chair first."))]
    if reasons:
        raise Refused(*reasons, about=panelist)
    PANELIST.make(panelist, "release_panelist", by=by, note=reason, reason=reason)
    notify("panel_released", to=[panelist.user], event=f"release:{panelist.key}", panel=panel, reason=reason)


@transaction.atomic
def appoint(panel, *, member, by):
    """Name the chair: a member who stands in no conflict with what the panel hears."""
    panel = _locked(panel, "panel.manage", by)
    if not membership.may_sit(panel, member):
        raise Refused(_("Only a member chairs the panel."), about=panel)
    if heard := membership.conflicts_in(panel, [queries.profile_of(member)]).get(member.pk):
        said = _("%(name)s stands in conflict with %(numbers)s, and does not chair this panel.")
        raise Refused(said % {"name": member.name, "numbers": ", ".join([*heard.values()][:5])}, about=panel)
    before, panel.chair = panel.chair_id, member
    panel.save(update_fields=["chair"])
    audit.record("appoint_chair", panel, by=by, before={"chair": before}, after={"chair": member.pk})
    if before != member.pk:
        notify(
            "panel_chaired", to=[member], event=f"chair:{panel.key}:{clock.now().isoformat()}", panel=panel
        )
