"""What every page's frame shows: navigation by role, the demonstration's banner, the end of the session."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.accounts.models import Role
from applications.accounts.session import idle_seconds, seconds_left
from applications.kernel import clock


@dataclass(frozen=True)
class Link:
    url: str
    label: str
    current: bool


PUBLIC = [("calls:list", _("Calls")), ("cohort:public", _("The hundred"))]
SCREENING, REVIEW, DECISION = (
    ("intake:desk", _("Applications")),
    ("review:desk", _("Reviews")),
    ("decision:desk", _("Decisions")),
)
CALLS, AGREEMENTS, PAYMENTS = (
    ("calls:desk", _("Calls")),
    ("agreement:desk", _("Agreements")),
    ("funding:desk", _("Payments")),
)
BUDGET, COHORT, FIRMS = (
    ("funding:lines", _("Budget")),
    ("cohort:desk", _("Cohort")),
    ("firms:list", _("Firms")),
)
PAYEES = ("review:payees", _("Accounts of reviewers"))
OWNERS = ("firms:appoint", _("Owners of firms"))
LETTERS, RECORD, ACCESS, PEOPLE = (
    ("portal:letters", _("Letters")), ("portal:audit", _("Record")), ("portal:access", _("Access log")),
    ("accounts:people", _("People")),
)  # fmt: skip
NAVIGATION = {
    Role.APPLICANT: [("portal:home", _("My page")), ("intake:own", _("My applications")), *PUBLIC],
    Role.REVIEWER: [("portal:home", _("My page")), ("review:own", _("My reviews")), *PUBLIC],
    Role.OFFICER: [("portal:home", _("My page")), CALLS, SCREENING, REVIEW, DECISION, AGREEMENTS, PAYMENTS, COHORT, FIRMS, LETTERS],
    Role.DIRECTOR: [("portal:home", _("My page")), CALLS, SCREENING, REVIEW, DECISION, AGREEMENTS, PAYMENTS, COHORT, FIRMS, LETTERS],
    Role.FINANCE: [("portal:home", _("My page")), PAYMENTS, BUDGET, AGREEMENTS, FIRMS, PAYEES],
    Role.MINISTRY: [("portal:home", _("My page")), COHORT, AGREEMENTS, PAYMENTS, BUDGET, FIRMS, *PUBLIC[:1]],
    Role.AUDITOR: [("portal:home", _("My page")), SCREENING, REVIEW, DECISION, AGREEMENTS, PAYMENTS, BUDGET, COHORT, RECORD, ACCESS, LETTERS, PEOPLE],
    Role.ADMINISTRATOR: [("portal:home", _("My page")), PEOPLE, OWNERS, RECORD, ACCESS, LETTERS, *PUBLIC[:1]],
}  # fmt: skip


def entry_of(urls, path):
    """The entry of the navigation that a page belongs to; a desk stands for its whole room."""
    return max((url for url in urls if path.startswith(url.removesuffix("desk/"))), key=len, default=None)


def ends_of_session(request):
    """In how many seconds a session ends that is not used, and however it is used."""
    return idle_seconds(request.user), seconds_left(request.session, int(clock.now().timestamp()))


@cache
def entries_for(role):
    """[(address, label)] of the navigation of a role, or of the public one."""
    return [(reverse(name), label) for name, label in NAVIGATION.get(role, PUBLIC)]


def frame(request):
    """The context of layout/base.html."""
    user = getattr(request, "user", None)
    signed_in = bool(user and user.is_authenticated)
    idle, left = ends_of_session(request) if signed_in else (None, None)
    entries = entries_for(user.role if signed_in else None)
    here = entry_of([url for url, _label in entries], request.path)
    links = [Link(url, label, url == here) for url, label in entries]
    return {
        "demo": settings.DEMO,
        "unread": getattr(user, "unread", None),
        "navigation": links,
        "search_url": reverse("intake:desk") if signed_in and SCREENING in NAVIGATION[user.role] else None,
        "home_url": reverse("portal:home" if signed_in else "portal:front"),
        "session_ends_in": min(idle, left) if signed_in else None,
        "session_ends_anyway": signed_in and left <= idle,
        "session_warning": settings.SESSION_WARNING_SECONDS,
    }
