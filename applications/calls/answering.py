"""The verbs of questions on a call: ask, assign, answer, publish the answer, or send it to the asker only."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import User
from applications.calls import queries, rules
from applications.calls.audience import Inquiry
from applications.calls.models import Call
from applications.kernel import audit, clock
from applications.kernel.access import require
from applications.kernel.clocks import legal_clock
from applications.kernel.errors import Reason, Refused
from applications.lifecycle import INQUIRY
from applications.notifications.outbox import notify


@transaction.atomic
def ask(call, *, text, by):
    """Ask a question; it is answered within the days of the legal clock. Asked twice it is one."""
    require(by, "inquiry.ask", call)
    # Questions of one person are counted one after the other.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    now = clock.now()
    if asked := call.inquiries.filter(asked_by=by, text=text).first():
        return asked
    today = Inquiry.objects.filter(asked_by=by, asked_at__gt=now - timedelta(days=1)).count()
    if reasons := rules.unaskable(call, now=now, asked_today=today):
        raise Refused(*reasons, about=call)
    due_on = legal_clock("inquiry").last_day(now)
    inquiry = Inquiry.objects.create(
        call=call, asked_by=by, asked_at=now, text=text, shown=text, due_on=due_on
    )
    audit.record("ask", inquiry, by=by)
    return inquiry


@transaction.atomic
def assign(inquiry, *, person, by):
    """Give the question to a colleague, who is told."""

    def cannot(_inquiry):
        return (
            []
            if person in queries.officers()
            else [Reason(_("Only an officer answers questions."), "person")]
        )

    INQUIRY.advance(inquiry, "assign", by=by, unless=cannot, note=person.name, assigned_to=person)
    if person != by:
        notify("inquiry_assigned", to=[person], event=f"inquiry:{inquiry.key}", inquiry=inquiry)


@transaction.atomic
def answer(inquiry, *, shown, answer, by):
    """Write the answer, or write it anew; nobody outside sees it yet.

    shown: the question as everybody will read it, without what the firm would not want others to know.
    """
    INQUIRY.advance(inquiry, "answer", by=by, shown=shown, answer=answer, answered_by=by)


@transaction.atomic
def publish(inquiry, *, by):
    """Show question and answer to everybody, without saying who asked; the asker is told."""
    _end(inquiry, "publish", by)
    Call.objects.filter(pk=inquiry.call_id).redraw()


@transaction.atomic
def reply(inquiry, *, by):
    """Send the answer to the asker alone: for a question that concerns one firm only."""
    _end(inquiry, "reply", by)


def _end(inquiry, move, by):
    INQUIRY.advance(inquiry, move, by=by, ended_at=clock.now())
    notify("inquiry_answered", to=[inquiry.asked_by], event=f"inquiry:{inquiry.key}", inquiry=inquiry)
