"""The demonstration: fictional, complete, written through the actions, and only where it belongs."""

import io
import tempfile
from collections import Counter

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.urls import reverse

from applications.accounts.models import User
from applications.agreement.models import Agreement
from applications.calls.audience import Inquiry
from applications.calls.models import Call
from applications.cohort.models import Seat
from applications.cohort.queries import figures
from applications.firms.models import Firm
from applications.firms.rules import is_business_number
from applications.firms.rules.vault import standing
from applications.funding.models import Payment
from applications.intake import consortium
from applications.intake.models import Application, Submission
from applications.intake.rules import missing
from applications.intake.screened import verdicts_of
from applications.kernel import clock
from applications.kernel.audit import AuditEntry
from applications.management.commands.demo import ACCOUNTS
from applications.management.fiction import PASSWORD
from applications.notifications.models import Letter
from applications.review.models import Assignment
from applications.review.panels import Panel
from applications.review.visited import to_decide
from applications.review.visits import GoingOn, Photo, Visit

pytestmark = pytest.mark.django_db
ARGON = override_settings(PASSWORD_HASHERS=configured.PASSWORD_HASHERS)


class Count:
    """How many statements are sent to the database."""

    sent = 0

    def __call__(self, execute, sql, params, many, context):
        self.sent += 1
        return execute(sql, params, many, context)


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Loaded once for all these tests, and taken back after the last."""
    with (
        tempfile.TemporaryDirectory() as folder,
        override_settings(MEDIA_ROOT=folder, DEMO=True),
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        statements = Count()
        with connection.execute_wrapper(statements):
            call_command("seed", stdout=io.StringIO())
        yield statements
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def in_the_demonstration(loaded, settings):
    settings.DEMO = True


def counts(queryset, field="status"):
    return dict(Counter(queryset.values_list(field, flat=True)))


def test_it_asks_the_database_no_oftener_than_fits_into_twenty_seconds(loaded):
    """About 57,000 statements are some 17 s on two quiet cores; a clock would measure what else the machine does."""
    assert loaded.sent < 58_000


def test_the_cohort_has_grown_to_seventy_four():
    found = figures()

    assert (found["net"], found["gross"], found["exits"]) == (74, 80, 6)
    assert found["by_year"] == [(2023, 12, 0, 12), (2024, 20, 1, 31), (2025, 23, 2, 52), (2026, 25, 3, 74)]
    assert Seat.objects.held().values("firm").distinct().count() == 74


def test_one_sprout_call_is_open_with_applications_and_drafts():
    [call] = [call for call in Call.objects.filter(programme__kind="sprout") if call.is_open_at(clock.now())]

    assert counts(call.applications.all()) == {"submitted": 7, "draft": 3}


def test_one_sprout_call_is_in_review_with_half_of_its_sheets_handed_in():
    [call] = Call.objects.filter(applications__status="in_review").exclude(stages__kind="visit").distinct()

    assert call.programme.kind == "sprout"
    assert counts(call.applications.all()) == {"in_review": 8}
    assert counts(Assignment.objects.filter(application__call=call)) == {"handed_in": 23, "open": 23}


def test_a_panel_of_that_call_deliberates_under_its_chair_and_has_written_an_opinion():
    panel = Panel.objects.get()

    assert (panel.status, panel.chair.email, panel.secretary.email) == (
        "deliberating", "reviewer08@panel.example", "officer2@demo.example",
    )  # fmt: skip
    assert counts(panel.panelists.all()) == {"accepted": 7, "declined": 1}
    assert [bool(hearing.opinion) for hearing in panel.hearings.order_by("pk")] == [False, True]
    assert panel.chair.email in dict(ACCOUNTS).values()


def test_one_sprout_call_stands_in_the_middle_of_its_stages():
    [call] = Call.objects.filter(stages__kind="visit")

    assert Counter(call.applications.values_list("status", "stage__kind")) == {
        ("reviewed", "paper"): 1,
        ("in_review", "presentation"): 2,
        ("in_review", "visit"): 3,
    }
    assert (call.seats, call.carried_seats, call.carries_from.year) == (3, 2, 2026)
    assert GoingOn.objects.filter(application__call=call).count() == 5
    assert [visit.at > clock.now() for visit in Visit.objects.order_by("pk")] == [True, False, False]
    assert to_decide().count() == 1
    assert Photo.objects.count() == 4


def test_one_rnd_call_is_decided_with_agreements_and_payments():
    [call] = Call.objects.filter(programme__kind="rnd", applications__status="agreed").distinct()

    assert counts(call.applications.all()) == {"agreed": 1, "selected": 2, "reserved": 3}
    assert counts(Agreement.objects.all()) == {"in_force": 1, "offered": 1}
    assert counts(Payment.objects.all()) == {"paid": 1, "requested": 1}


def test_one_rnd_call_is_open_with_a_draft_whose_partners_have_not_all_answered():
    [call] = [call for call in Call.objects.filter(programme__kind="rnd") if call.is_open_at(clock.now())]
    draft = call.applications.get(status="draft")

    states = [(named.part, state) for named, _partner, state in consortium.of(draft).states(set())]
    assert states == [("joint", "asked"), ("commissioned", "no_letter"), ("demand", "accepted")]
    assert {gap.field for gap in missing(draft)} == {"institutions-0-number", "paper_D11"}


def test_the_injected_cases_of_the_screening_stand_on_the_desk_with_what_the_rules_say_of_them():
    """X1 to X6 of the domain, and X17: the firm that changed its name goes on as it was handed in."""
    said = {
        application.firm.business_number: {one.code: one.outcome for one in verdicts_of(application)}
        for application in Application.objects.filter(status__in=("submitted", "ineligible"), call__closes_at__lt=clock.now())
        .select_related("call__programme", "firm", "field")
    }  # fmt: skip
    four = Application.objects.select_related("call__programme", "firm", "field").get(
        call__programme__kind="rnd", status="submitted"
    )

    assert said["9998823695"] | {"E08": "failed", "E01": "person"} == said["9998823695"]  # X1 and X4
    assert said["9998117030"] | {"E03": "failed", "E16": "failed"} == said["9998117030"]  # X2
    assert said["9998724800"] | {"E01": "failed", "E02": "passed"} == said["9998724800"]  # X3
    assert said["9998119251"] | {"E06": "failed", "E16": "person"} == said["9998119251"]  # X5
    assert said["9998117777"] | {"E01": "passed", "E06": "passed"} == said["9998117777"]  # X17
    assert four.firm.business_number == "9998114810"
    assert {one.code: one.outcome for one in verdicts_of(four)}["E11"] == "failed"  # X6
    assert Application.objects.get(firm__business_number="9998119251", status="ineligible")


def test_every_firm_and_person_is_fictional():
    numbers = list(Firm.objects.values_list("business_number", flat=True))

    assert len(numbers) == 112
    assert [
        number for number in numbers if not (number.startswith("999") and is_business_number(number))
    ] == []
    addresses = list(User.objects.values_list("email", flat=True))
    assert [address for address in addresses if not address.endswith(".example")] == []
    assert counts(User.objects.all(), "role") == {
        "applicant": 115,
        "reviewer": 24,
        "officer": 2,
        "director": 2,
        "finance": 2,
        "ministry": 1,
        "auditor": 1,
        "administrator": 1,
    }


def test_the_first_firm_has_colleagues_figures_papers_and_somebody_at_the_door():
    firm = User.objects.get(email="owner@firm.example").memberships.get().firm

    assert counts(firm.members, "right") == {"owner": 1, "editor": 1, "viewer": 1}
    assert firm.figures.count() == 3
    today = clock.today()
    assert Counter(standing(paper, today=today) for paper in firm.papers.all()) == {"valid": 2, "expiring": 1}
    assert [request.person.email for request in firm.join_requests.open(clock.now())] == [
        "newcomer@firm.example"
    ]


def test_one_question_is_answered_for_all_and_one_to_its_asker_only():
    assert counts(Inquiry.objects.all()) == {"published": 1, "replied": 1, "asked": 2}


def test_its_history_went_through_the_actions():
    verbs = counts(AuditEntry.objects.all(), "verb")

    assert (
        verbs["submit"] == Submission.objects.count() == Application.objects.exclude(status="draft").count()
    )
    sheets = AuditEntry.objects.filter(verb="hand_in", thing_kind="assignment")
    assert sheets.count() == Assignment.objects.filter(status="handed_in").count()
    assert (verbs["seat"], verbs["register"]) == (80, 112)
    assert AuditEntry.objects.filter(verb="submit", at__year=2023).count() == 14


def test_its_letters_left_when_they_were_written():
    assert counts(Letter.objects.all()) == {"sent": Letter.objects.count()}
    assert Letter.objects.filter(written_at__year=2023, sent_at__year=2023).count() > 0
    assert not Letter.objects.filter(sent_at__gt=clock.now()).exists()


def test_every_account_that_is_printed_can_sign_in(client):
    printed = [address for _role, addresses in ACCOUNTS for address in addresses.split(", ")]

    assert User.objects.filter(email__in=printed, password=User.objects.first().password).count() == len(
        printed
    )
    with ARGON:
        for address in printed[:3]:
            answer = client.post(reverse("account_login"), {"login": address, "password": PASSWORD})
            assert (answer.status_code, answer.url) == (302, reverse("portal:home"))
            client.logout()


def test_it_is_not_loaded_twice():
    with pytest.raises(CommandError, match="an empty database only"):
        call_command("seed")


def test_it_is_not_loaded_where_the_demonstration_is_off(settings):
    settings.DEMO = False
    for command in ("seed", "demo"):
        with pytest.raises(CommandError, match=r"The demonstration is off \(DEMO\)"):
            call_command(command)
