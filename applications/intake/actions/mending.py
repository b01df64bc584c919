"""The verbs of a supplement: the desk asks for it, the firm mends what it names, the desk goes on without it."""

from functools import partial

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.intake import mending, rules
from applications.intake.actions.drafts import write
from applications.intake.actions.holding import lock
from applications.intake.actions.papers import paper_in, take_out
from applications.intake.models import Supplement
from applications.intake.queries import latest_receipt, people_of
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import StoredFile
from applications.kernel.sections import stale
from applications.lifecycle import APPLICATION
from applications.notifications.outbox import notify


@transaction.atomic
def request_supplement(application, *, papers, message, due_at, by, questions=()):
    """Send the application back for named papers and answers, until an instant; at most twice."""
    named = {"papers": papers, "questions": questions}
    unless = partial(mending.unaskable, **named, due_at=due_at, now=clock.now())
    APPLICATION.advance(application, "send_back", by=by, unless=unless, note=message)
    supplement = Supplement.objects.create(
        application=application, ordinal=application.supplements.count() + 1, message=message, due_at=due_at,
        requested_by=by, requested_at=clock.now(),
    )  # fmt: skip
    supplement.papers.set(papers)
    supplement.questions.set(questions)
    notify("supplement_requested", to=people_of(application), event=f"supplement:{supplement.pk}",
           application=application, supplement=supplement,
           items=[*(paper.name for paper in papers), *(question.label for question in questions)])  # fmt: skip
    return supplement


@transaction.atomic
def mend_answers(application, *, answers, version, by, now):
    """Save answers that the open supplement names; all others stay as they were handed in. Returns the new version.

    answers: {code: answer}; version: what the page was loaded with, as in edit.
    """
    application = lock(application, "mend", by)
    supplement = application.supplements.open().get()
    opened = {question.code for question in mending.opened(application.call, mending.named_in(supplement))}
    reasons = mending.overdue(supplement, now=now)
    if not reasons and not answers.keys() <= opened:
        reasons = [_("This answer cannot be changed now.")]
    sections = rules.sections_of(application.call, {"answers": answers})
    if reasons := reasons or stale(application, sections, version=version):
        raise Refused(*reasons, about=application)
    return write(application, {"answers": answers}, by=by)


@transaction.atomic
def take_as_is(application, *, by):
    """Go on without a supplement that did not come in time: what was handed in last counts, and the firm is told."""
    APPLICATION.advance(application, "take_as_is", by=by, unless=partial(mending.runs, now=clock.now()))
    supplement = close_supplement(application)
    notify("supplement_lapsed", to=people_of(application), event=f"lapsed:{supplement.pk}",
           application=application, supplement=supplement, due=rules.shown(supplement.due_at))  # fmt: skip


def close_supplement(application):
    """End the open supplement, if any, and give back to all that it opened what was handed in last."""
    supplement = application.supplements.open().first()
    if supplement is None:
        return None
    supplement.closed_at = clock.now()
    supplement.save(update_fields=["closed_at"])
    last = latest_receipt(application).snapshot
    give_back_answers(application, supplement, last["answers"])
    papers = {paper["code"]: paper for paper in last["papers"]}
    for paper in mending.opened_papers(application, supplement):
        there, was = paper_in(application, paper), papers.get(paper.code, {})
        if there and str(there.file.key) == was.get("key"):
            continue
        if there:
            take_out(there)
        if was:
            application.documents.create(
                paper=paper,
                file=StoredFile.objects.get(key=was["key"]),
                added_by=application.submitted_by,
                issued_on=was.get("issued_on"),
                expires_on=was.get("expires_on"),
            )
    return supplement


def give_back_answers(application, supplement, last):
    """Answers that a supplement opened are again as they were handed in. last: {code: answer} of then."""
    codes = {question.code for question in mending.opened(application.call, mending.named_in(supplement))}
    answers = {code: answer for code, answer in application.answers.items() if code not in codes}
    answers |= {code: last[code] for code in codes if code in last}
    if answers != application.answers:
        application.answers, application.version = answers, application.version + 1
        application.save(update_fields=["answers", "version"])
