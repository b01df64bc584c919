"""Reads of the portal: what waits for each role."""

from datetime import timedelta

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role, User
from applications.agreement.queries import to_be_signed, unsigned_in_time, waiting_for_draft
from applications.calls.audience import Inquiry
from applications.calls.models import Call
from applications.decision import waiting as decision
from applications.decision.appeals import Appeal
from applications.funding.models import Payment
from applications.funding.queries import to_be_paid
from applications.intake.models import Application, Status
from applications.intake.queries import exclusions_to_confirm, supplements_run_out, to_be_screened
from applications.kernel import clock
from applications.kernel.tables import Rows
from applications.notifications.models import Letter
from applications.review.queries import in_review, to_be_declared, to_be_explained, to_be_handed_in, to_exempt
from applications.review.visited import to_decide

SOON = timedelta(days=7)  # a call that closes within it is named first
MOST = 1000  # a dashboard counts no further: 1,000 and more is “1000+”
SELDOM = ("?waiting=examination", "?waiting=confirmation", "#h-exemptions", "?waiting=reason")


def number_of(queryset):
    """A count that never reads more than a thousand rows."""
    return queryset.order_by()[:MOST].values("pk").count()


def counted(rows, user):
    """Rows of (label, queryset, …) with the number of each in the place of its queryset: one query for them all."""
    if not rows:
        return []
    counts = (Rows(queryset.order_by().values("pk")[:MOST]) for _label, queryset, *_rest in rows)
    numbers = User.objects.filter(pk=user.pk).values_list(*counts).get()
    return [(label, number, *rest) for (label, _queryset, *rest), number in zip(rows, numbers, strict=True)]


def waiting_for(user):
    """[(label, number, URL name, query)] of what waits for this person; each leads to its list.

    The six that come first: a page begins with no more numbers. What is seldom stands there while there is any.
    """
    rows = counted(waits_of(user), user)
    return [row for row in rows if row[1] or row[3] not in SELDOM][:6]


def waits_of(user):
    """[(label, queryset, URL name, query)] of what may wait for this person.

    What has a day to be done by comes first, then what others wait for, then what goes on by itself.
    """
    match user.role:
        case Role.OFFICER:
            return [
                (_("Questions for you, or nobody's yet"), Inquiry.objects.waiting().for_person(user),
                 "calls:inquiries", "?waiting=mine&sort=due"),
                (_("Appeals to be examined"), Appeal.objects.filter(status="received"),
                 "decision:appeals", "?waiting=examination"),
                (_("To be screened"), to_be_screened(), "intake:desk", "?waiting=screening"),
                (_("Agreements to be drafted"), waiting_for_draft(), "agreement:desk", "#h-waiting"),
                (_("Instalments to be verified"), Payment.objects.filter(status="requested"),
                 "funding:desk", "?status=requested"),
                (_("Lists to be approved, published or continued"), decision.waiting_for(user),
                 "decision:desk", "?waiting=approval"),
                (_("In review"), in_review(), "review:desk", "?waiting=review"),
            ]  # fmt: skip
        case Role.DIRECTOR:
            return [
                (_("Exclusions to be confirmed"), exclusions_to_confirm(), "intake:desk", "?waiting=exclusion"),
                (_("Appeals to be confirmed"), Appeal.objects.filter(status="proposed"),
                 "decision:appeals", "?waiting=confirmation"),
                (_("Lists to be approved"), decision.waiting_for(user), "decision:desk", "?waiting=approval"),
                (_("Agreements to be signed"), to_be_signed(), "agreement:desk", "?waiting=signature"),
                (_("Exceptions to the number of sheets"), to_exempt(user), "review:desk", "#h-exemptions"),
                (_("Site visits to be decided"), to_decide(), "review:desk", "?waiting=visit"),
            ]  # fmt: skip
        case Role.FINANCE:
            return [
                (_("Instalments to be approved"), Payment.objects.filter(status="verified"),
                 "funding:desk", "?status=verified"),
                (_("Instalments to be paid"), to_be_paid(user), "funding:desk", "?waiting=payment"),
            ]  # fmt: skip
        case Role.REVIEWER:
            return [
                (_("Reasons asked for"), to_be_explained(user), "review:own", "?waiting=reason"),
                (_("Declarations to be made"), to_be_declared(user), "review:own", "?waiting=declaration"),
                (_("Sheets to be handed in"), to_be_handed_in(user), "review:own", "?waiting=sheet"),
            ]  # fmt: skip
    return []


def late_for(user):
    """[(label, number, URL name, query)] of what officers and directors should have done by now, or wait for in vain."""
    return [row for row in counted(may_be_late_for(user), user) if row[1]]


def may_be_late_for(user):
    """[(label, queryset, URL name, query)] of what officers and directors have to do by a day."""
    now, today = clock.now(), clock.today()
    appeals = (
        _("Appeals past their day"),
        Appeal.objects.late_on(today),
        "decision:appeals",
        "?waiting=late",
    )
    match user.role:
        case Role.OFFICER:
            return [
                (_("Questions past their day, yours or nobody's"), Inquiry.objects.late_on(today).for_person(user),
                 "calls:inquiries", "?waiting=overdue&sort=due"),
                (_("Supplements past their time"), supplements_run_out(now), "intake:desk", "?waiting=overdue"),
                (_("Agreements not signed in time"), unsigned_in_time(today), "agreement:desk", "?waiting=overdue"),
                appeals,
            ]  # fmt: skip
        case Role.DIRECTOR:
            return [appeals]
    return []


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
