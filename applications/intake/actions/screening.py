"""The verbs of the screening desk: exclusion, checks, eligible, and what undoes them."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.calls.rules import EXCLUSIONS
from applications.intake import deciding, mending, rules, screening, verdicts
from applications.intake.actions.holding import lock
from applications.intake.actions.mending import close_supplement
from applications.intake.awaiting import held_still
from applications.intake.models import Exclusion
from applications.intake.models.checks import Check
from applications.intake.queries import found_eligible_by, people_of
from applications.intake.screened import checks_of, facts_of, verdicts_of
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.reasons import too_short
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify


@transaction.atomic
def propose_exclusion(application, *, code, reason, by):
    """Propose to rule the application out; a director decides."""
    APPLICATION.advance(
        application,
        "propose_exclusion",
        by=by,
        unless=lambda locked: (
            mending.inexcludable(locked, now=clock.now()) or deciding.screening_waits(locked, now=clock.now())
        ),
        note=f"{code}: {reason}",
    )
    return Exclusion.objects.create(
        application=application, code=code, reason=reason, proposed_by=by, proposed_at=clock.now()
    )


@transaction.atomic
def answer_exclusion(application, *, confirmed, by):
    """A director confirms a proposed exclusion, and the firm is told, or turns it down."""
    application = lock(application, "rule_out", by)
    exclusion = application.exclusions.filter(answered_at=None).first()
    if exclusion is None:
        raise Refused(_("Nobody proposes to rule this application out."), about=application)
    if exclusion.proposed_by_id == by.pk:
        raise Refused(_("Another person than the one who proposed it decides."), about=application)
    exclusion.answered_by, exclusion.answered_at, exclusion.confirmed = by, clock.now(), confirmed
    exclusion.save()
    if not confirmed:
        APPLICATION.advance(application, "turn_down_exclusion", by=by)
        return
    if reasons := mending.inexcludable(application, now=clock.now()):
        raise Refused(*reasons, about=application)
    close_supplement(application)
    APPLICATION.advance(application, "rule_out", by=by, note=exclusion.reason, reason=exclusion.reason)
    notify("application_ruled_out", to=people_of(application), event=f"exclusion:{exclusion.pk}",
           application=application, exclusion=exclusion, rule=EXCLUSIONS[exclusion.code])  # fmt: skip


@transaction.atomic
def readmit(application, *, reason, by):
    """Undo an exclusion: a director who did not confirm it, with a reason."""
    application = lock(application, "readmit", by)
    last = application.exclusions.order_by("pk").last()
    if last.answered_by_id == by.pk:
        raise Refused(_("Another person than the one who confirmed it decides."), about=application)
    if reasons := rules.call_over(application) or too_short(reason) or held_still(application.call_id):
        raise Refused(*reasons, about=application)
    APPLICATION.advance(application, "readmit", by=by, note=reason, reason="")
    notify("application_readmitted", to=people_of(application), event=f"readmitted:{last.pk}",
           application=application, why=reason)  # fmt: skip


@transaction.atomic
def check(application, *, code, outcome, evidence, by):
    """Decide on one rule of the checklist, with what it was seen in; it stands over what the rule itself says."""
    application = lock(application, "check", by)
    if reasons := rules.call_over(application) or verdicts.unfounded(code, outcome, evidence):
        raise Refused(*reasons, about=application)
    papers = verdicts.looked_at(code, facts_of(application))
    Check.objects.create(
        application=application, code=code, outcome=outcome, evidence=evidence.strip(), papers=papers, by=by, at=clock.now()
    )  # fmt: skip
    APPLICATION.make(
        application, "check", by=by, note=f"{code} {Check.Outcome(outcome).label}: {evidence.strip()}"
    )


@transaction.atomic
def check_rest(application, *, evidence, by):
    """Find met, in one go, whatever needs a person and nobody has decided on. What a rule finds not met stays so."""
    application = lock(application, "check", by)
    if reasons := rules.call_over(application) or verdicts.unfounded("E01", screening.PASSED, evidence):
        raise Refused(*reasons, about=application)
    facts = facts_of(application)
    found = verdicts.verdicts(facts, checks_of(application))
    rest = [one.code for one in found if one.outcome == screening.PERSON]
    if not rest:
        raise Refused(_("Nothing is left to be decided by hand."), about=application)
    Check.objects.bulk_create(
        Check(application=application, code=code, outcome=screening.PASSED, evidence=evidence.strip(),
              papers=verdicts.looked_at(code, facts), by=by, at=clock.now())
        for code in rest
    )  # fmt: skip
    APPLICATION.make(application, "check", by=by, note=f"{', '.join(rest)}: {evidence.strip()}")


@transaction.atomic
def open_review(application, *, by):
    """Find the application eligible, with nothing open in its checklist: the review begins, and the firm is told."""
    APPLICATION.advance(
        application,
        "open_review",
        by=by,
        unless=lambda locked: (
            deciding.screening_waits(locked, now=clock.now()) or verdicts.not_yet(verdicts_of(locked))
        ),
        stage=application.call.stages.first(),
    )
    # Found so again, it is told again.
    event = f"eligible:{application.number}:{clock.now().isoformat()}"
    notify("application_eligible", to=people_of(application), event=event, application=application)


@transaction.atomic
def screen_again(application, *, reason, by):
    """Undo that it was found eligible, before anybody was asked to review it: another person, with a reason the firm reads."""
    application = lock(application, "screen_again", by)
    reasons = deciding.own_finding(by=by.pk, found_by=found_eligible_by(application))
    if reasons := reasons or deciding.reviewed_already(application) or too_short(reason):
        raise Refused(*reasons, about=application)
    APPLICATION.make(application, "screen_again", by=by, note=reason, stage=None)
    # Each time it is undone it is told.
    event = f"screened_again:{application.number}:{clock.now().isoformat()}"
    notify(
        "application_screened_again",
        to=people_of(application),
        event=event,
        application=application,
        why=reason,
    )
