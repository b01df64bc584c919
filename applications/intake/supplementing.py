"""The page of the answers that a supplement opens."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.intake import actions, mending
from applications.intake.models import Application
from applications.intake.plan_forms import PlanForm
from applications.intake.queries import open_supplement
from applications.intake.writing import RELATED, compare
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.web import fetch, page
from applications.lifecycle import APPLICATION


@page("application.edit", "GET", "POST")
def mend(request, key):
    """The answers that a supplement names, and what is asked after one of them; nothing else can be changed."""
    application = fetch(request, Application, key=key, related=RELATED)
    if request.method == "POST":  # who typed meanwhile is told
        APPLICATION.check(application, "mend", by=request.user)
    supplement = open_supplement(application)
    if supplement is None or not supplement.questions.all():
        return redirect(application)
    questions = mending.opened(application.call, mending.named_in(supplement))
    form = PlanForm(
        request.POST or None, application=application, questions=questions, initial={"version": application.version}
    )  # fmt: skip
    back, status, rows = reverse("intake:section", args=[application.key, "papers"]), 200, []
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            actions.mend_answers(
                application, answers=form.answers, version=version, by=request.user, now=request.arrived_at
            )
        except Refused as refusal:
            refusal.show_on(form)
            status, rows = 409, compare(application, form, {"answers": form.answers}, version)
        else:
            messages.success(request, _("Saved."))
            return redirect(back)
    return render(
        request,
        "intake/mend.html",
        {
            "form": form,
            "back": back,
            "application": application,
            "supplement": supplement,
            "differences": rows,
            "ends_at": supplement.due_at,
            "now": clock.now(),
        },
        status=status,
    )
