"""Reads of the portal: what waits for each role."""

from datetime import timedelta

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.agreement.queries import to_be_signed, unsigned_in_time, waiting_for_draft
from applications.calls.audience import Inquiry
from applications.calls.models import Call
from applications.decision import queries as decision
from applications.decision.appeals import Appeal
from applications.funding.models import Payment
from applications.funding.queries import to_be_paid
from applications.intake.models import Application, Status
from applications.intake.queries import exclusions_to_confirm, supplements_run_out, to_be_screened
from applications.kernel import clock
from applications.notifications.models import Letter
from applications.review.queries import in_review, to_be_declared, to_be_explained, to_be_handed_in, to_exempt
from applications.review.visited import to_decide

SOON = timedelta(days=7)  # a call that closes within it is named first
MOST = 1000  # a dashboard counts no further: 1,000 and more is “1000+”


def number_of(queryset):
    """A count that never reads more than a thousand rows."""
    return queryset.order_by()[:MOST].values("pk").count()


def urgent(rows):
    """The six that come first: a page begins with no more numbers. Appeals are few, and stand there while there are any."""
    return [row for row in rows if row[1] or row[2] != "decision:appeals"][:6]


def waiting_for(user):
    """[(label, number, URL name, query)] of what waits for this person; each leads to its list."""
    match user.role:
        case Role.OFFICER:
            return urgent([  # what has a day to be done by first, then what firms wait for, then what goes on by itself
                (_("Questions for you, or nobody's yet"), number_of(Inquiry.objects.waiting().for_person(user)),
                 "calls:inquiries", "?waiting=mine&sort=due"),
                (_("Appeals to be examined"), number_of(Appeal.objects.filter(status="received")),
                 "decision:appeals", "?waiting=examination"),
                (_("To be screened"), number_of(to_be_screened()), "intake:desk", "?waiting=screening"),
                (_("Agreements to be drafted"), number_of(waiting_for_draft()), "agreement:desk", "#h-waiting"),
                (_("Instalments to be verified"), number_of(Payment.objects.filter(status="requested")),
                 "funding:desk", "?status=requested"),
                (_("Lists to be approved, published or continued"), number_of(decision.waiting_for(user)),
                 "decision:desk", "?waiting=approval"),
                (_("In review"), number_of(in_review()), "review:desk", "?waiting=review"),
            ])  # fmt: skip
        case Role.DIRECTOR:
            few = number_of(to_exempt())  # seldom: said only where one waits
            return urgent([
                (_("Exclusions to be confirmed"), number_of(exclusions_to_confirm()),
                 "intake:desk", "?waiting=exclusion"),
                (_("Appeals to be confirmed"), number_of(Appeal.objects.filter(status="proposed")),
                 "decision:appeals", "?waiting=confirmation"),
                (_("Lists to be approved"), number_of(decision.waiting_for(user)), "decision:desk", "?waiting=approval"),
                (_("Agreements to be signed"), number_of(to_be_signed()), "agreement:desk", "?waiting=signature"),
                *([(_("Exceptions to the number of sheets"), few, "review:desk", "?waiting=exemption")] if few else []),
                (_("Site visits to be decided"), number_of(to_decide()), "review:desk", "?waiting=visit"),
            ])  # fmt: skip
        case Role.FINANCE:
            return [
                (_("Instalments to be approved"), number_of(Payment.objects.filter(status="verified")),
                 "funding:desk", "?status=verified"),
                (_("Instalments to be paid"), number_of(to_be_paid(user)), "funding:desk", "?waiting=payment"),
            ]  # fmt: skip
        case Role.REVIEWER:
            reasons = number_of(to_be_explained(user))  # seldom: said only where one is waited for
            return [
                *([(_("Reasons asked for"), reasons, "review:own", "?waiting=reason")] if reasons else []),
                (_("Declarations to be made"), number_of(to_be_declared(user)), "review:own", "?waiting=declaration"),
                (_("Sheets to be handed in"), number_of(to_be_handed_in(user)), "review:own", "?waiting=sheet"),
            ]  # fmt: skip
    return []


def late_for(user):
    """[(label, number, URL name, query)] of what officers and directors should have done by now, or wait for in vain."""
    now = clock.now()
    appeals = (_("Appeals past their day"), number_of(Appeal.objects.late_on(clock.today())),
               "decision:appeals", "?waiting=late")  # fmt: skip
    if user.role == Role.DIRECTOR:
        return [appeals] if appeals[1] else []
    if user.role != Role.OFFICER:
        return []
    found = [
        (_("Questions past their day, yours or nobody's"),
         number_of(Inquiry.objects.late_on(clock.today()).for_person(user)), "calls:inquiries", "?waiting=overdue&sort=due"),
        (_("Supplements past their time"), number_of(supplements_run_out(now)), "intake:desk", "?waiting=overdue"),
        (_("Agreements not signed in time"), number_of(unsigned_in_time(clock.today())),
         "agreement:desk", "?waiting=overdue"),
        appeals,
    ]  # fmt: skip
    return [row for row in found if row[1]]


def own_applications(user):
    """The latest applications of a person's firms."""
    found = Application.objects.visible_to(user).of_their_own().select_related("call", "firm")
    return found.order_by("-created_at", "-id")[:5]


def open_calls():
    """Calls that take applications now, those that close first on top."""
    found = Call.objects.open_at(clock.now())
    return found.select_related("programme").order_by("closes_at", "pk")[:10]


def watched_calls(now):
    """The open calls as staff watch them: each with its drafts (`drafts`, counted only), and whether it closes soon (`is_ending`)."""
    calls = list(open_calls())
    drafts = Application.objects.of_their_own().filter(call__in=calls, status=Status.DRAFT)
    counted = dict(drafts.order_by().values_list("call").annotate(Count("pk")))
    for call in calls:
        call.drafts, call.is_ending = counted.get(call.pk, 0), call.closes_at - now <= SOON
    return calls


def letters_waiting(now):
    """How many letters are due, and since when the oldest has been waiting (None where none is)."""
    due = Letter.objects.due(now)
    oldest = due.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return number_of(due), oldest
