"""What the clock does with firms.

It ends requests that nobody has answered, asks the tax office, warns of papers that expire, and tells of those that hold a virus.
"""

from celery import shared_task

from applications.firms import taxoffice
from applications.firms.actions import joining, vault
from applications.firms.actions.standing import note_standing
from applications.firms.models.joining import JoinRequest
from applications.firms.models.vault import KeptPaper
from applications.firms.queries import to_ask_the_tax_office_about
from applications.kernel import clock
from applications.kernel.files.stored import Scan
from applications.kernel.rounds import each
from applications.permissions import TIMETABLE

CALLS_A_ROUND = 5


@shared_task
def end_requests():
    """Every ten minutes."""
    each(JoinRequest.objects.run_out(clock.now()).order_by("ends_at")[:500], joining.end, by=TIMETABLE)


@shared_task
def ask_tax_office():
    """Every minute: firms that have just registered, and those with open drafts once a day."""
    for _call in range(CALLS_A_ROUND if taxoffice.is_known() else 0):
        firms = list(to_ask_the_tax_office_about(clock.now())[: taxoffice.MOST_NUMBERS])
        if not firms:
            return
        answers = taxoffice.ask([firm.business_number for firm in firms])
        note_standing(firms, answers, by=TIMETABLE)
        if not any(answer.answered for answer in answers.values()):
            return  # the office is out of reach: the next round tries the next firms


@shared_task
def warn_of_expiry():
    """Every hour."""
    due = KeptPaper.objects.to_warn_of(clock.today()).select_related("firm")[:500]
    each(due, vault.warn_of_expiry, by=TIMETABLE)


@shared_task
def tell_of_viruses():
    """Every minute."""
    for paper in KeptPaper.objects.filter(file__scan=Scan.INFECTED, told_at=None).select_related("firm")[
        :500
    ]:
        vault.tell_of_virus(paper, by=TIMETABLE)
