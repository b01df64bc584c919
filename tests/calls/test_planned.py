"""The days that a call plans after its closing: their order, the page of officers, the notice, and what notices do to them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.calls import actions
from applications.calls.models import Call
from applications.calls.planned import days_of, misplanned
from applications.kernel import audit, clock
from applications.notifications.models import Letter
from tests.calls.test_actions import prepare, reasons
from tests.calls.test_notices import NEXT_DAY, WHY, correct, extend
from tests.calls.test_views import desk
from tests.intake.test_views import browser, text
from tests.world import AFTER, BEFORE, CLOSES, DURING, OPENS

pytestmark = pytest.mark.usefixtures("english")
DAYS = {
    "screening_ends_on": date(2026, 12, 22),
    "review_ends_on": date(2027, 1, 15),
    "result_on": date(2027, 2, 1),
}
NONE = dict.fromkeys(DAYS)
SHOWN = (
    "Screening until (planned) 22 Dec 2026 Review until (planned) 15 Jan 2027 Result on (planned) 1 Feb 2027"
)


def text_of(days):
    return {name: str(day or "") for name, day in days.items()}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({}, []),
        (DAYS, []),
        (NONE | {"result_on": date(2026, 12, 16)}, []),
        (dict.fromkeys(DAYS, date(2026, 12, 16)), []),
        (
            DAYS | {"screening_ends_on": date(2026, 12, 15)},
            [("screening_ends_on", "Screening until (planned): 15 Dec 2026 is not after the closing day, 15 Dec 2026.")],
        ),
        (
            DAYS | {"review_ends_on": None, "result_on": date(2026, 12, 21)},
            [("result_on", "Result on (planned): 21 Dec 2026 is before the day of the step before it.")],
        ),
    ],
)  # fmt: skip
def test_planned_days_come_after_the_closing_day_and_in_their_order(days, said):
    found = misplanned(NONE | days, closes_at=CLOSES)

    assert [(reason.field, str(reason)) for reason in found] == said


def test_the_closing_day_is_that_of_the_korean_clock():
    midnight = clock.kst(2026, 12, 22)  # still the 21st in UTC

    assert [reason.field for reason in misplanned(DAYS, closes_at=midnight)] == ["screening_ends_on"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"screening_ends_on": date(2027, 1, 16)},
        {"review_ends_on": date(2027, 2, 2)},
        {"review_ends_on": None, "screening_ends_on": date(2027, 2, 2)},
    ],
)
def test_the_database_keeps_the_planned_days_in_order(world, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        prepare(world, **DAYS | wrong)


def test_an_officer_plans_the_days_with_the_schedule_and_is_told_what_is_out_of_order_beside_it(world):
    call = prepare(world)
    client, address = browser(world.officer), desk("edit", call.key, "schedule")
    sent = {"version": "1", "opens_at": "2026-12-01T09:00", "closes_at": "2026-12-15T18:00"} | text_of(DAYS)

    wrong = client.post(address, sent | {"result_on": "2027-01-14"})
    saved = client.post(address, sent)
    page = client.get(address).content.decode()

    said = "Result on (planned): 14 Jan 2027 is before the day of the step before it."
    assert wrong.context["form"].errors == {"result_on": [said]}
    assert (saved.status_code, days_of(Call.objects.get())) == (302, DAYS)
    assert 'type="date" name="review_ends_on" value="2027-01-15"' in page
    assert audit.trail(call).last().after["result_on"] == "2027-02-01"


def test_a_call_with_a_planned_day_before_its_closing_is_not_published(world):
    call = prepare(world, **DAYS)
    Call.objects.update(closes_at=clock.kst(2026, 12, 31, 18))

    with clock.at(BEFORE):
        said = reasons(actions.publish, call, by=world.officer)

    assert "Screening until (planned): 22 Dec 2026 is not after the closing day, 31 Dec 2026." in said


def test_the_notice_and_its_print_show_the_planned_days_and_nothing_where_none_is_planned(world):
    planned, bare = world.call(**DAYS), world.call()

    with clock.at(DURING):
        pages = [text(browser().get(call.get_absolute_url())) for call in (planned, bare)]

    assert SHOWN in pages[0]
    assert "(planned)" not in pages[1]


def test_a_copy_begins_without_the_days_of_the_earlier_call(world):
    copied = actions.copy(
        world.call(**DAYS), year=2028, title="Again", opens_at=OPENS, closes_at=CLOSES, by=world.officer
    )

    assert days_of(copied) == NONE


def test_a_correction_moves_a_planned_day_shows_old_beside_new_and_tells_the_firms(world):
    call = world.call(**DAYS)
    world.draft(call, world.firm(world.person(language="en")), complete=False)

    correct(world, call, **text_of(DAYS | {"result_on": date(2027, 3, 2), "review_ends_on": None}))

    assert days_of(Call.objects.get(pk=call.pk)) == DAYS | {
        "result_on": date(2027, 3, 2), "review_ends_on": None,
    }  # fmt: skip
    page = text(browser().get(call.get_absolute_url()))
    assert "Review until (planned) 15 Jan 2027 – Result on (planned) 1 Feb 2027 2 Mar 2027" in page
    letter = Letter.objects.get(kind="call_corrected").body
    assert "■ Result on (planned)\nBefore the change: 1 Feb 2027\nAfter the change: 2 Mar 2027" in letter
    trace = audit.trail(call).last()
    assert (trace.before["result_on"], trace.after["result_on"]) == ("2027-02-01", "2027-03-02")


def test_a_correction_to_a_day_before_the_closing_is_refused(world):
    call = world.call(**DAYS)

    said = reasons(correct, world, call, screening_ends_on="2026-12-15")

    assert said == ["Screening until (planned): 15 Dec 2026 is not after the closing day, 15 Dec 2026."]


def test_an_extension_moves_no_planned_day_by_itself_and_says_which_must_move(world):
    call = world.call(**DAYS)
    later = clock.kst(2026, 12, 22, 18)

    said = reasons(extend, world, call, closes_at=later)
    extend(world, call, closes_at=NEXT_DAY)

    assert said == ["Screening until (planned): 22 Dec 2026 is not after the closing day, 22 Dec 2026."]
    call.refresh_from_db()
    assert (call.closes_at, days_of(call)) == (NEXT_DAY, DAYS)


def test_the_page_of_an_extension_asks_the_planned_days_anew_and_shows_old_beside_new(world):
    call = world.call(**DAYS)
    world.draft(call, world.firm(world.person(language="en")), complete=False)
    client, address = browser(world.officer), desk("extend", call.key)
    sent = {"reason": WHY, "revision": "0", "closes_at": "2026-12-22T18:00"} | text_of(DAYS)
    moved = sent | {"screening_ends_on": "2026-12-29"}

    with clock.at(DURING):
        asked = client.get(address).content.decode()
        refused = client.post(address, sent | {"preview": "1"})
        preview = client.post(address, moved | {"preview": "1"})
        client.post(address, moved | {"publish": "1"})

    said = "Screening until (planned): 22 Dec 2026 is not after the closing day, 22 Dec 2026."
    assert 'type="date" name="screening_ends_on" value="2026-12-22"' in asked
    assert "No planned day moves by itself" in asked
    assert (refused.status_code, refused.context["form"].errors) == (409, {"screening_ends_on": [said]})
    row = "Screening until (planned) 22 Dec 2026 29 Dec 2026"
    assert row in text(preview)
    assert days_of(Call.objects.get(pk=call.pk)) == DAYS | {"screening_ends_on": date(2026, 12, 29)}
    assert row in text(browser().get(call.get_absolute_url()))
    letter = Letter.objects.get(kind="call_extended").body
    assert (
        "■ Screening until (planned)\nBefore the change: 22 Dec 2026\nAfter the change: 29 Dec 2026" in letter
    )
    assert audit.trail(call).last().before["screening_ends_on"] == "2026-12-22"


def test_an_extension_of_a_call_without_planned_days_asks_for_none(world):
    with clock.at(DURING):
        form = browser(world.officer).get(desk("extend", world.r1.key)).context["form"]

    assert list(form.fields) == ["reason", "revision", "closes_at"]


def test_the_firm_reads_the_planned_days_on_its_receipt_in_its_letter_and_where_it_stands(world):
    call = world.call(**DAYS)
    application = world.submitted(call, world.firm(world.person(language="en")))
    client = browser(world.owner_of(application.firm))
    receipt = application.submissions.get()

    with clock.at(DURING + timedelta(hours=1)):
        pages = [text(client.get(one.get_absolute_url())) for one in (receipt, application)]

    for page in pages:
        assert (
            "You may still recall and change it. until 15 Dec 2026, 18:00 Staff check the papers. If something is "
            "missing you are asked by e-mail. planned until 22 Dec 2026 Outside experts review the plan. planned until "
            "15 Jan 2027 You are told the result by e-mail and in My applications. planned for 1 Feb 2027"
        ) in page
    letter = Letter.objects.get(kind="application_received").body
    assert SHOWN.replace(" Review", "\nReview").replace(" Result", "\nResult").replace(") ", "): ") in letter


def test_a_receipt_of_an_application_that_went_on_says_no_longer_what_comes_next(world):
    application = world.in_review(world.sprout)
    client = browser(world.owner_of(application.firm))

    with clock.at(AFTER):
        page = text(client.get(application.submissions.get().get_absolute_url()))

    assert "What comes next" not in page
    assert "Where the application stands" in page
