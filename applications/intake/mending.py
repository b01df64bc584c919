"""WHETHER of supplements: when one is asked for, what it opens, and when it is complete or over (docs/domain.md, eligibility)."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from applications.calls.models import Question
from applications.intake import answers, freshness
from applications.intake.deciding import ON_THEIR_WAY, screening_waits, still_of_the_firm
from applications.intake.rules import call_over, closing_day, infected, shown, with_scans
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


def named_in(supplement):
    """The codes of the questions that a supplement names."""
    return {question.code for question in supplement.questions.all()}


def opened(call, named):
    """The questions of a call that a supplement opens: those it names, and what is asked only after one of them.

    named: their codes. The order is that of the call.
    """
    codes, found = set(named), []
    for question in call.asked:  # a condition names an earlier one
        if question.code in codes or question.condition.get("question") in codes:
            codes.add(question.code)
            found.append(question)
    return found


def opened_papers(application, supplement):
    """The papers that a supplement opens: those it names, and those of the questions for a file among what it opens."""
    named = {paper.pk for paper in supplement.papers.all()}
    questions = {question.pk for question in opened(application.call, named_in(supplement))}
    return [
        paper
        for paper in application.call.asked_papers
        if paper.pk in named or paper.question_id in questions
    ]


def faults(supplement, application, *, before, now):
    """Why a supplement cannot be handed in at this instant: too late, or something that it names is untouched or left open.

    before: the answers of the last submission.
    """
    if reasons := overdue(supplement, now=now):
        return reasons
    named = {paper.pk for paper in supplement.papers.all()}
    renewed = renewed_since(supplement, application)
    may_come = [paper.pk for paper in opened_papers(application, supplement)]
    papers, gaps = with_scans(application, application.call.papers.filter(pk__in=may_come)), []
    for paper in papers:
        if paper.pk in named - renewed.keys():
            said = _("Not yet renewed: %(what)s")
        elif paper.pk not in named and paper.required and paper.scan is None:
            said = _("Missing: %(what)s")
        else:
            continue
        gaps.append(Gap(said % {"what": paper.name}, f"paper_{paper.code}", "papers"))
    gaps += freshness.stale(papers, closing_day(application.call), "papers") + infected(papers, "papers")
    return gaps + unmended(application, named_in(supplement), before=before, files=set(renewed.values()))


def renewed_since(supplement, application):
    """{id of a paper: the code of its question, or None} of the papers that came since the supplement was asked for."""
    found = application.documents.filter(added_at__gte=supplement.requested_at)
    return dict(found.values_list("paper", "paper__question__code"))


def unmended(application, named, *, before, files=frozenset()):
    """A gap for each opened answer that is asked and open, and for each named one that is as it was, with all that follows from it.

    named: codes; before: the answers of the last submission; files: codes of questions that a new file came to.
    """
    gaps, given = [], application.answers
    for question in opened(application.call, named):
        field = f"answer_{question.code}"
        if question.kind == Question.Kind.FILE or not answers.is_asked_of(question, application):
            continue
        if question.required and answers.is_blank(given.get(question.code)):
            gaps.append(Gap(_("Missing: %(what)s") % {"what": question.label}, field, "papers"))
        elif question.code in named and not is_changed(application.call, question.code, given, before, files):
            gaps.append(Gap(_("Not yet changed: %(what)s") % {"what": question.label}, field, "papers"))
    return gaps


def is_changed(call, code, given, before, files):
    """Whether an answer, or one that is asked after it, is another than before."""
    return any(
        one.code in files or answers.blank_or(given.get(one.code)) != answers.blank_or(before.get(one.code))
        for one in opened(call, [code])
    )


def unaskable(application, *, papers, questions, due_at, now):
    """Why no supplement can be asked for: two rounds are over, the time is too short, an exclusion waits, or what it names.

    papers, questions: what it names.
    """
    if reasons := screening_waits(application, now=now):
        return reasons
    reasons = []
    if application.supplements.count() >= MOST_ROUNDS:
        reasons.append(Reason(_("A supplement is asked for at most twice.")))
    if not papers and not questions:
        reasons.append(Reason(_("Please choose at least one paper or question."), "papers"))
    if not all(answers.is_wanted(paper, application) for paper in papers) or not all(
        answers.is_asked_of(question, application) for question in questions
    ):
        reasons.append(Reason(_("Only what is asked of this application can be named.")))
    if due_at < now + LEAST_TIME:
        reasons.append(Reason(_("Leave the firm at least 24 hours."), "due_at"))
    return reasons


def runs(application, *, now):
    """The desk goes on without a supplement, or rules the application out, only when its time is over.

    What arrived before the due time may still be worked on after it.
    """
    if reasons := call_over(application):
        return reasons
    due_at = application.supplements.open().get().due_at
    if now < due_at:
        return [Reason(_("The firm has until %(due)s to hand the supplement in.") % {"due": shown(due_at)})]
    if now < due_at + ON_THEIR_WAY:
        return [
            Reason(
                _(
                    "The supplement was due at %(due)s; what arrived before may be on its way for ten minutes more."
                )
                % {"due": shown(due_at)}
            )
        ]
    return []


def inexcludable(application, *, now):
    """Why an application cannot be ruled out now: what was handed in is not final, or the time of its supplement runs."""
    if application.status == "returned":
        return runs(application, now=now)
    return call_over(application) or still_of_the_firm(application, now=now)
