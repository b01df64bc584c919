"""WHETHER of supplements: when one is asked for, what it opens, and when it is complete or over (docs/domain.md, eligibility)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.calls.models import Question
from applications.calls.rules import is_for
from applications.intake import answers, freshness
from applications.intake.rules import call_over, closing_day, infected, screening_waits, shown, with_scans
from applications.kernel.errors import Gap, Reason

MOST_ROUNDS = 2
LEAST_TIME = timedelta(hours=24)


def overdue(supplement, *, now):
    """The due instant of a supplement is exclusive, like that of a call."""
    if now < supplement.due_at:
        return []
    return [
        Reason(
            _("The supplement was due at %(due)s; this arrived at %(arrived)s.")
            % {"due": shown(supplement.due_at), "arrived": shown(now)}
        )
    ]


def opened(call, named):
    """The questions of a call that a supplement opens: those it names, and what is asked only after one of them.

    named: their codes. The order is that of the call. A question that asks for a file is opened by its paper.
    """
    codes, found = set(named), []
    for question in call.asked:  # a condition names an earlier one
        if question.code in codes or question.condition.get("question") in codes:
            codes.add(question.code)
            if question.kind != Question.Kind.FILE:
                found.append(question)
    return found


def faults(supplement, application, *, before, now):
    """Why a supplement cannot be handed in at this instant: too late, or something that it names is untouched or left open.

    before: the answers of the last submission.
    """
    if reasons := overdue(supplement, now=now):
        return reasons
    renewed = set(
        application.documents.filter(added_at__gte=supplement.requested_at).values_list("paper_id", flat=True)
    )
    papers = with_scans(application, supplement.papers.all())
    gaps = [
        Gap(_("Not yet renewed: %(what)s") % {"what": paper.name}, f"paper_{paper.code}", "papers")
        for paper in papers
        if paper.pk not in renewed
    ]
    named = {question.code for question in supplement.questions.all()}
    gaps += freshness.stale(papers, closing_day(application.call), "papers") + infected(papers, "papers")
    return gaps + unmended(application, named, before=before)


def unmended(application, named, *, before):
    """A gap for each opened answer that is asked and open, and for each named one that is as it was, with all that follows from it.

    named: codes; before: the answers of the last submission.
    """
    gaps, given = [], application.answers
    for question in opened(application.call, named):
        field = f"answer_{question.code}"
        if not is_for(question, application.firm.track) or not answers.is_asked(question, given):
            continue
        if question.required and answers.is_blank(given.get(question.code)):
            gaps.append(Gap(_("Missing: %(what)s") % {"what": question.label}, field, "papers"))
        elif question.code in named and not is_changed(application.call, question.code, given, before):
            gaps.append(Gap(_("Not yet changed: %(what)s") % {"what": question.label}, field, "papers"))
    return gaps


def is_changed(call, code, given, before):
    """Whether an answer, or one that is asked after it, is another than before."""
    return any(
        answers.blank_or(given.get(one.code)) != answers.blank_or(before.get(one.code))
        for one in opened(call, [code])
    )


def unaskable(application, *, names, due_at, now):
    """Why no supplement can be asked for: two rounds are over, the time is too short, nothing is named, or an exclusion waits.

    names: how many papers and questions it names.
    """
    if reasons := screening_waits(application, now=now):
        return reasons
    reasons = []
    if application.supplements.count() >= MOST_ROUNDS:
        reasons.append(Reason(_("A supplement is asked for at most twice.")))
    if not names:
        reasons.append(Reason(_("Please choose at least one paper or question."), "papers"))
    if due_at < now + LEAST_TIME:
        reasons.append(Reason(_("Leave the firm at least 24 hours."), "due_at"))
    return reasons


def runs(application, *, now):
    """The desk goes on without a supplement only when its time is over."""
    if reasons := call_over(application):
        return reasons
    due_at = application.supplements.open().get().due_at
    if now < due_at:
        return [Reason(_("The firm has until %(due)s to hand the supplement in.") % {"due": shown(due_at)})]
    return []
