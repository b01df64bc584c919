"""The page of the answers that a supplement opens, and the list of them beside its papers."""

from django.shortcuts import redirect
from django.utils.translation import gettext as _

from applications.intake import actions, mending
from applications.intake.forms import PlanForm
from applications.intake.models import Application
from applications.intake.queries import latest_receipt, open_supplement
from applications.intake.writing import RELATED
from applications.kernel import clock, formpages
from applications.kernel.web import fetch, page


@page("application.edit", "GET", "POST")
def mend(request, key):
    """The answers that a supplement names, and what is asked after one of them; nothing else can be changed."""
    application = fetch(request, Application, key=key, related=RELATED)
    supplement = open_supplement(application)
    if supplement is None or not supplement.questions.all():
        return redirect(application)
    named = [question.code for question in supplement.questions.all()]
    form = PlanForm(
        request.POST or None, application=application, questions=mending.opened(application.call, named),
        initial={"version": application.version},
    )  # fmt: skip

    def save(version, **_typed):
        actions.mend_answers(
            application, answers=form.answers, version=version, by=request.user, now=request.arrived_at
        )

    return formpages.asked(
        request, form, save, after=("intake:section", application.key, "papers"), said=_("Saved."),
        template="intake/mend.html", application=application, supplement=supplement, ends_at=supplement.due_at,
        now=clock.now(),
    )  # fmt: skip


def named_answers(application, supplement):
    """[(question, whether it is changed since the last submission)] of the answers that a supplement names."""
    questions = sorted(supplement.questions.all(), key=lambda question: (question.part_id, question.ordinal))
    before = latest_receipt(application).snapshot["answers"] if questions else {}
    named = {question.code for question in questions}
    left = {gap.field for gap in mending.unmended(application, named, before=before)}
    return [(question, f"answer_{question.code}" not in left) for question in questions]
