"""The verbs of exceptions to the number of sheets: the chair, or where no panel hears it an officer, asks with a reason; a director decides."""

from django.db import transaction

from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import EXEMPTION
from applications.notifications.outbox import notify
from applications.review import facts, membership, queries, rules
from applications.review.exemptions import Exemption

AT_ONCE = 100  # requests on a page, the oldest first: what is decided makes room for the next


@transaction.atomic
def ask(application, *, reason, by):
    """Ask that the sheets which an application has in its stage suffice. Raises Refused."""
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
    """Ask that the few sheets which the call asks for in this stage suffice for all of its applications. Raises Refused."""
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
    return _asked(stage, application=None, sheets=stage.quorum, reason=reason, by=by)


def _asked(stage, **fields):
    return Exemption.objects.create(stage=stage, at=clock.now(), **fields)


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
    found = queries.to_exempt(user).select_related("stage__call", "application__firm")
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
    EXEMPTION.advance(
        exemption, "allow_exemption" if allowed else "refuse_exemption", by=by, note=grounds, grounds=grounds,
        unless=lambda _locked: [] if allowed else too_short(grounds, "grounds"),
        decided_by=by, decided_at=clock.now(),
    )  # fmt: skip
    notify("exemption_decided", to=[exemption.by], event=f"exemption:{exemption.key}", exemption=exemption)
