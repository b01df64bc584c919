"""Where an application stands and what comes next, in each status and with its dates, as the firm reads it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from applications.intake.coming import RESULTS, steps
from applications.intake.models import Application, Status, Supplement
from applications.kernel import audit, clock
from tests.intake.test_views import at, browser, text
from tests.world import AFTER, CLOSES, DURING

pytestmark = pytest.mark.usefixtures("english", "db")
REVIEW, MAIL = "Outside experts review the plan.", "You are told the result by e-mail and in My applications."
CHECK = "Staff check the papers. If something is missing you are asked by e-mail."
UNTIL_CLOSED = "until 15 Dec 2026, 18:00"
APPEAL = "If you do not agree, appeal here."
TOLD = clock.kst(
    2027, 1, 4, 10
)  # a Monday: ten days on is Thursday the 14th, thirty days on is the 3rd of February
DUE = SimpleNamespace(due_at=AFTER + timedelta(days=5))


DAYS = {
    "screening_ends_on": date(2026, 12, 20),
    "review_ends_on": date(2027, 1, 15),
    "result_on": date(2027, 2, 1),
}
NO_DAYS = dict.fromkeys(DAYS)


def came(
    status, *, now=AFTER, rnd=False, recalled=False, supplement=None, cancelled=None, days=NO_DAYS, **reached
):
    call = SimpleNamespace(closes_at=CLOSES, cancelled_at=cancelled, is_rnd=rnd, appeal_days=10, **days)
    application = SimpleNamespace(status=status, call=call, is_being_changed=recalled)
    return [(str(what), when) for what, when in steps(application, supplement, reached, now=now)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (
            {"status": "submitted", "now": DURING},
            [("You may still recall and change it.", UNTIL_CLOSED), (CHECK, ""), (REVIEW, ""), (MAIL, "")],
        ),
        ({"status": "submitted", "now": CLOSES}, [(CHECK, ""), (REVIEW, ""), (MAIL, "")]),
        (
            {"status": "submitted", "now": DURING, "recalled": True},
            [
                ("Submit the changes, or the version you submitted last counts.", UNTIL_CLOSED),
                (CHECK, ""), (REVIEW, ""), (MAIL, ""),
            ],
        ),
        (
            {"status": "submitted", "now": AFTER, "days": DAYS},
            [
                (CHECK, "planned until 20 Dec 2026"), (REVIEW, "planned until 15 Jan 2027"),
                (MAIL, "planned for 1 Feb 2027"),
            ],
        ),
        (
            {"status": "returned", "supplement": DUE, "days": DAYS | {"review_ends_on": None}},
            [
                ("Mend what is named above.", "until 25 Dec 2026, 12:00"), (REVIEW, ""),
                (MAIL, "planned for 1 Feb 2027"),
            ],
        ),
        ({"status": "in_review"}, [(REVIEW, ""), (MAIL, "")]),
        (
            {"status": "reviewed", "days": DAYS, "now": clock.kst(2027, 1, 15, 23, 59)},
            [(REVIEW, "planned until 15 Jan 2027"), (MAIL, "planned for 1 Feb 2027")],
        ),
        (
            {"status": "in_review", "days": DAYS, "now": clock.kst(2027, 1, 16)},
            [(REVIEW, "was planned for 15 Jan 2027 and takes longer"), (MAIL, "planned for 1 Feb 2027")],
        ),
        ({"status": "ineligible", "rule_out": TOLD}, [(APPEAL, "until 14 Jan 2027")]),
        (
            {"status": "selected", "rnd": True, "select": TOLD},
            [("Sign the agreement that we send you.", "until 3 Feb 2027")],
        ),
        ({"status": "selected"}, [("Your firm is designated and takes its seat among the hundred.", "")]),
        (
            {"status": "reserved", "reserve": TOLD},
            [("If a place becomes free you are asked in the order of the list.", ""), (APPEAL, "until 14 Jan 2027")],
        ),
        ({"status": "declined", "decline": TOLD}, [(APPEAL, "until 14 Jan 2027")]),
        ({"status": "agreed"}, []),
        ({"status": "withdrawn"}, []),
        ({"status": "given_up"}, []),
        ({"status": "submitted", "cancelled": AFTER}, []),
    ],
    ids=lambda value: value.get("status") if isinstance(value, dict) else "",
)  # fmt: skip
def test_what_comes_next_and_when(facts, expected):
    assert came(**facts) == expected


def test_who_came_up_from_the_reserve_list_counts_from_then():
    later = TOLD + timedelta(days=7)
    assert "promote" in RESULTS
    assert came("selected", rnd=True, reserve=TOLD, promote=later) == [
        ("Sign the agreement that we send you.", "until 10 Feb 2027")
    ]


def test_the_page_says_in_each_status_what_is_done_and_what_comes_until_when(world):
    application = world.in_review(world.sprout, world.a)
    client = browser(application.created_by)
    moves = {"ineligible": "rule_out", "reserved": "reserve", "declined": "decline", "selected": "select"}
    Supplement.objects.create(
        application=application, ordinal=1, message="Sign it", due_at=DUE.due_at, requested_by=world.officer
    )
    said = {
        "submitted": f"{CHECK}",
        "returned": "Mend what is named above. until 25 Dec 2026, 12:00",
        "in_review": f"Outside experts review the plan. {MAIL}",
        "reviewed": f"Outside experts review the plan. {MAIL}",
        "ineligible": f"{APPEAL} until 14 Jan 2027",
        "selected": "takes its seat among the hundred.",
        "reserved": f"{APPEAL} until 14 Jan 2027",
        "declined": f"{APPEAL} until 14 Jan 2027",
    }
    assert said.keys() | {"draft", "agreed", "withdrawn", "given_up"} == set(Status.values)
    for status, words in said.items():
        Application.objects.filter(pk=application.pk).update(status=status)
        if status in moves:
            with clock.at(TOLD):
                audit.record(moves[status], application, by=world.director)
        page = text(at(client, "get", AFTER, application.get_absolute_url()))
        assert "Where it stands Submitted" in page and "10 Dec 2026, 12:00" in page
        assert words in page.partition("What comes next")[2], status
