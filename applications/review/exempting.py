"""The verbs of exceptions to the number of sheets: the chair, or where no panel hears it an officer, asks with a reason, for one or for
several at once; a director decides each or several."""

from itertools import groupby, islice

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.intake.models import Application, Status
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Denied, Reason, Refused
from applications.kernel.reasons import too_short
from applications.kernel.tables import Rows
from applications.lifecycle import EXEMPTION
from applications.notifications.outbox import notify
from applications.review import facts, membership, queries, rules
from applications.review.exemptions import Exemption, allowances
from applications.review.models import Assignment
from applications.review.panels import Hearing

AT_ONCE = 100  # requests on a page, the oldest first: what is asked for or decided makes room for the next


@transaction.atomic
def ask(application, *, reason, by):
    """Ask that the sheets which an application has in its stage suffice; the directors are told. Raises Refused."""
    asked = _ask(application, reason=reason, by=by)
    _tell_directors([asked])
    return asked


@transaction.atomic
def ask_for_several(applications, *, reason, by):
    """The same for several that no panel hears, with one reason: an exception each and one letter; all of them or none. Raises Refused."""
    asked, refused = [], []
    for application in sorted(applications, key=lambda one: one.pk):
        require(by, "application.exempt", application)
        try:
            asked.append(_ask(application, reason=reason, by=by))
        except Denied:
            refused.append(_named(application, _("A panel hears it: its chair asks for the exception.")))
        except Refused as refusal:
            own = too_short(reason)  # said once, beside its field
            refused += own or [_named(application, one) for one in refusal.reasons]
    if refused:
        raise Refused(*dict.fromkeys(refused))
    _tell_directors(asked)
    return asked


def _named(thing, reason):
    return Reason(f"{thing.number}: {reason}")


def _ask(application, *, reason, by):
    panel = membership.locked_now(application.pk)
    application = queries.locked_application(application.pk)
    if panel:
        require(by, "hearing.exempt", panel.hearings.get(application=application))
    else:
        require(by, "application.exempt", application)
    if reasons := facts.halted(application, by) or unaskable(application) or too_short(reason):
        raise Refused(*reasons, about=application)
    stage, sheets, _panel, _allowed = queries.progress(application)[-1]
    audit.record(
        "ask_exemption", application, by=by, after={"stage": stage.ordinal, "sheets": sheets}, note=reason
    )
    return _asked(stage, application=application, sheets=sheets, reason=reason, by=by)


@transaction.atomic
def ask_for_all(stage, *, reason, by):
    """Ask that the few sheets which the call asks for in this stage suffice for all of its applications; the directors are told. Raises Refused."""
    require(by, "stage.exempt", stage.call)
    stage = (
        type(stage)
        .objects.select_for_update(of=("self",), no_key=True)
        .select_related("call")
        .get(pk=stage.pk)
    )
    if reasons := unaskable_for_all(stage) or too_short(reason):
        raise Refused(*reasons, about=stage.call)
    audit.record(
        "ask_exemption",
        stage.call,
        by=by,
        after={"stage": stage.ordinal, "sheets": stage.quorum},
        note=reason,
    )
    asked = _asked(stage, application=None, sheets=stage.quorum, reason=reason, by=by)
    _tell_directors([asked])
    return asked


def _asked(stage, **fields):
    return Exemption.objects.create(stage=stage, at=clock.now(), **fields)


def _tell_directors(asked):
    """One letter to each who may decide. asked: exceptions of one stage, for one reason, by one person."""
    first = asked[0]
    directors = User.objects.filter(role=Role.DIRECTOR, is_active=True).exclude(pk=first.by_id)
    notify(
        "exemption_asked", to=directors, event=f"exemption_asked:{first.key}", exemptions=asked, first=first
    )


def askable(stage):
    """[(application, its sheets)] of a stage for which an officer may ask: no panel hears it, and its sheets are few and not too few."""
    if stage.is_visit:
        return []
    of_this = {"application": OuterRef("pk"), "stage": stage}
    in_play = Assignment.objects.in_play().filter(**of_this).order_by()
    aside = Assignment.objects.filter(**of_this, status=Assignment.SheetStatus.SET_ASIDE)
    waiting = Exemption.objects.filter(**of_this, status=Exemption.Status.ASKED)
    found = (
        Application.objects.filter(stage=stage, status=Status.IN_REVIEW, call__cancelled_at=None)
        .filter(~Exists(Hearing.objects.filter(**of_this)) | Exists(aside), ~Exists(waiting))
        .annotate(
            found_sheets=Rows(in_play.filter(status=Assignment.SheetStatus.HANDED_IN).values("pk")),
            found_panel=Rows(in_play.values("pk")),
        )
        .filter(found_sheets__gte=rules.LEAST, found_sheets__lt=rules.usual_sheets(stage))
        .select_related("firm")
        .only("key", "number", "firm__name")
        .order_by("pk")
    )
    allowed = allowances([stage])
    able = (
        (one, one.found_sheets)
        for one in found
        if not rules.unexemptable(stage, one.found_sheets, one.found_panel, allowed(stage.pk, one.pk))
    )
    return list(islice(able, AT_ONCE))


def unaskable(application):
    """Why nothing can be asked for this application in its stage."""
    if reasons := rules.not_in_review(application, application.stage_id):
        return reasons
    return rules.unexemptable(*queries.progress(application)[-1]) or _asked_already(
        application.stage, application
    )


def unaskable_for_all(stage):
    """Why nothing can be asked for all of this stage."""
    return rules.not_few(stage) or _asked_already(stage, None)


def shown(application, user, panel):
    """What the pages of an application say of its stage: the exceptions, whether one may be asked for here, for all of the stage.

    panel: that hears it, or None.
    """
    stage = application.stage
    if stage is None or stage.is_visit:
        return {}
    found = list(Exemption.objects.covering(application, stage).select_related("by", "decided_by"))
    thing = panel.hearings.filter(application=application).first() if panel else application
    may = bool(thing) and user.has_perm("hearing.exempt" if panel else "application.exempt", thing)
    may_all = user.has_perm("stage.exempt", application.call)
    return {
        "exemptions": [(one, "allow_exemption" in EXEMPTION.open_to(one, user)) for one in found],
        "may_exempt": may and not unaskable(application),
        "may_exempt_all": may_all and not unaskable_for_all(stage),
    }


def shown_at(hearing, user):
    """The same on the page of a hearing: nothing once another panel, or none, hears the application."""
    return shown(hearing.application, user, hearing.panel) if is_heard(hearing) else {}


def is_heard(hearing):
    """Whether its panel hears the application in the stage that it is in now, and no appeal has set the sheets aside."""
    found = membership.hearing(hearing.application_id)
    return found.filter(pk=hearing.panel_id, stage=hearing.application.stage_id).exists()


def to_decide(user):
    """What waits for this director, as far as a page shows it; nothing for others."""
    found = queries.to_exempt(user).select_related("stage__call", "application__firm", "by")
    found = found.visible_to(user)[:AT_ONCE]
    for one in found:
        one.found_for = user.pk
    return [one for one in found if user.has_perm("exemption.decide", one)]


def _asked_already(stage, application):
    waiting = Exemption.objects.filter(stage=stage, application=application).standing()
    if application:  # what is allowed for fewer sheets than there are now may be asked for anew
        waiting = waiting.filter(status=Exemption.Status.ASKED)
    return rules.asked_already() if waiting.exists() else []


@transaction.atomic
def decide(exemption, *, allowed, grounds, by):
    """Allow it or not; who asked is told."""
    _decide(exemption, allowed=allowed, grounds=grounds, by=by)
    _tell_asker([exemption])


@transaction.atomic
def decide_several(exemptions, *, allowed, grounds, by):
    """The same for several; all of them or none, and one letter to each who asked. Raises Refused."""
    decided, refused = sorted(exemptions, key=lambda one: one.pk), []
    if not allowed and (reasons := too_short(grounds, "grounds")):
        raise Refused(*reasons)
    for one in decided:
        try:
            _decide(one, allowed=allowed, grounds=grounds, by=by)
        except Refused as refusal:
            refused += [_named(one, reason) for reason in refusal.reasons]
    if refused:
        raise Refused(*refused)
    for _asker, theirs in groupby(sorted(decided, key=lambda one: one.by_id), key=lambda one: one.by_id):
        _tell_asker(list(theirs))


def _decide(exemption, *, allowed, grounds, by):
    EXEMPTION.advance(
        exemption, "allow_exemption" if allowed else "refuse_exemption", by=by, note=grounds, grounds=grounds,
        unless=lambda _locked: [] if allowed else too_short(grounds, "grounds"),
        decided_by=by, decided_at=clock.now(),
    )  # fmt: skip


def _tell_asker(decided):
    """decided: exceptions that one person asked for, all of them allowed or none."""
    first = decided[0]
    notify(
        "exemption_decided",
        to=[first.by],
        event=f"exemption:{first.key}",
        exemptions=decided,
        exemption=first,
    )
