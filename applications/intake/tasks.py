"""What the clock does: drafts and supplements that are not handed in are reminded of the end, firms told of papers with a virus."""

from celery import shared_task
from django.db import transaction

from applications.intake.actions import uploads
from applications.intake.coming import MARKS, RECALL_MARKS, mark_at
from applications.intake.models import Document
from applications.intake.queries import calls_that_end, people_of_firms, supplements_that_end, to_be_reminded
from applications.kernel import clock
from applications.kernel.files.stored import Scan
from applications.kernel.rounds import each
from applications.notifications.outbox import notify_each
from applications.permissions import TIMETABLE

AT_ONCE = 200  # applications in one transaction; what is left is found in the next round
MARKS_OF = {"draft_reminder": MARKS, "recall_reminder": RECALL_MARKS}


@shared_task
def remind():
    """Every minute. Each letter belongs to one mark before one end: after an extension the new end has its own."""
    now = clock.now()
    calls = list(calls_that_end(now=now))
    for kind, marks in MARKS_OF.items():
        with transaction.atomic():
            found = to_be_reminded(kind, marks, calls, now=now)[:AT_ONCE]
            told = people_of_firms([application.firm_id for application in found])
            notify_each(kind, [news_of(application, told, marks, now) for application in found])


@shared_task
def remind_of_supplements():
    """Every ten minutes: a day before a supplement is due its firm is told once."""
    with transaction.atomic():
        found = list(supplements_that_end(now=clock.now())[:AT_ONCE])
        told = people_of_firms([one.application.firm_id for one in found])
        news = [
            (told[one.application.firm_id], one.event, {"application": one.application, "supplement": one})
            for one in found
        ]
        notify_each("supplement_due", news)


def news_of(application, told, marks, now):
    """(people, event, context) of one letter."""
    mark = mark_at(application.call.closes_at, marks, now=now)
    return told[application.firm_id], application.event, {"application": application, "left": mark.label}


@shared_task
def tell_of_viruses():
    """Every minute."""
    infected = Document.objects.filter(file__scan=Scan.INFECTED, told_at=None)
    each(infected.select_related("application__firm")[:500], uploads.tell_of_virus, by=TIMETABLE)
