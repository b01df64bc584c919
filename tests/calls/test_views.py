"""The public list and notice, and the desk where officers make calls."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.calls import actions
from applications.calls.models import Call, Criterion, Programme
from applications.calls.rules import EXCLUSIONS
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from tests.calls.test_actions import FIELDS, prepare
from tests.intake.test_views import browser, text
from tests.world import BEFORE, CLOSES, DURING, OPENS

pytestmark = pytest.mark.usefixtures("english")


def desk(name, *args):
    return reverse(f"calls:{name}", args=args)


def typed(world, **changes):
    """What an officer types into the form of a new call."""
    return {
        "programme": Programme.objects.get(kind="sprout").pk, "year": "2027", "title": "A call", "summary": "In short",
        "notice": "Notice", "opens_at": "2026-12-01T09:00", "closes_at": "2027-01-29T18:00", "seats": "28",
        "reserves": "5", "pass_mark": "60", "select_mark": "70", "quorum": "5", "bonus_cap": "5", "penalty_cap": "5",
        "quota_F1": "6",
    } | changes  # fmt: skip


# In public


def test_the_public_list_shows_published_calls_with_state_and_closing_hour(world):
    shown, hidden = world.r1, prepare(world, title="CANARY-IN-PREPARATION")
    assert hidden.published_at is None

    with clock.at(DURING):
        page = text(browser().get("/calls/"))

    for part in (
        shown.title,
        "Open",
        "Selection of sprout companies",
        "In short",
        "Closes 15 Dec 2026, 18:00",
    ):
        assert part in page
    assert "CANARY" not in page


STAFF = ("officer", "director", "auditor", "administrator", "ministry", "finance")


def cast(world):
    """A browser for everybody who might look at a call."""
    people = {"applicant": world.person(), "reviewer": world.reviewer()}
    return {
        who: browser(person) for who, person in (people | {who: getattr(world, who) for who in STAFF}).items()
    }


def test_a_call_in_preparation_exists_for_its_staff_only(world):
    address = prepare(world).get_absolute_url()

    seen = {who for who, client in cast(world).items() if client.get(address).status_code == 200}

    assert browser().get(address).status_code == 404
    assert seen == {"officer", "director", "auditor", "administrator"}


def test_the_notice_tells_schedule_criteria_papers_quotas_and_who_is_ruled_out(world):
    call = prepare(
        world, notice="CANARY notice\nsecond line", quotas=[(IndustryField.objects.get(code="F1"), 6)]
    )
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)

    with clock.at(DURING):
        response = browser().get(call.get_absolute_url())

    page = text(response)
    for part in (
        "Opens 1 Dec 2026, 09:00",
        "Closes 15 Dec 2026, 18:00",
        "Places 28",
        "CANARY notice second line",
        "기술성 floor 50% 신산업 분야 부합성·차별성",
        "It passes from 60.00 points and may be selected from 70.00, without bonus.",
        f"{IndustryField.objects.get(code='F1')}: 6",
        "사업계획서 (required) HWP, HWPX, PDF",
        "재무제표 최근 2개년 (where it applies)",
        *map(str, EXCLUSIONS.values()),
    ):
        assert part in page
    assert [
        int(number) for number in re.findall(r'<td class="num">(\d+)</td>', response.content.decode())
    ] == list(Criterion.objects.filter(group__stage__call=call).values_list("points", flat=True))
    assert (
        f'data-countdown="{int(CLOSES.timestamp())}" data-now="{int(DURING.timestamp())}"'
        in response.content.decode()
    )


@pytest.mark.parametrize(
    ("instant", "badge", "may_apply"),
    [
        (OPENS - timedelta(seconds=1), "Opens soon", False),
        (OPENS, "Open", True),
        (CLOSES - timedelta(microseconds=1), "Open", True),
        (CLOSES, "Closed", False),
    ],
)
def test_the_button_to_apply_is_there_while_the_call_is_open(world, instant, badge, may_apply):
    call, person = world.r1, world.person()
    with clock.at(instant):
        signed_in, visitor = (browser(one).get(call.get_absolute_url()) for one in (person, None))

    for response, address in (
        (signed_in, reverse("intake:begin", args=[call.key])),
        (visitor, "Sign in to apply"),
    ):
        page = response.content.decode()
        assert (address in page, f">{badge}</span>" in page) == (may_apply, True)


def test_staff_are_not_asked_to_apply(world):
    call = world.r1
    with clock.at(DURING):
        page = browser(world.officer).get(call.get_absolute_url()).content.decode()

    assert reverse("intake:begin", args=[call.key]) not in page


def test_g50_odd_labels_are_shown_as_they_were_typed(world):
    call = world.r1
    odd = """기술 'A' "핵심" <b>, 40%"""
    Criterion.objects.filter(group__stage__call=call, points=40).update(
        name=odd, help="<script>alert(1)</script>"
    )

    page = browser().get(call.get_absolute_url()).content.decode()

    assert "&lt;b&gt;, 40%" in page
    assert ("<script>alert(1)" in page, odd in text(browser().get(call.get_absolute_url()))) == (False, True)


@pytest.mark.parametrize("rows", [1, 3, 21])
def test_both_lists_ask_as_often_for_many_calls_as_for_one(world, django_assert_num_queries, rows):
    programme = Programme.objects.get(kind="sprout")
    Call.objects.bulk_create(
        Call(programme=programme, year=2027, number=f"RC-2027-S{number:02d}", published_at=BEFORE, **FIELDS)
        for number in range(rows)
    )
    officer = browser(world.officer)
    officer.get(desk("desk"))

    with django_assert_num_queries(3):  # session, person, rows
        officer.get(desk("desk"))
    with django_assert_num_queries(1):
        first = browser().get("/calls/")
    if rows > 20:
        with django_assert_num_queries(1):
            second = browser().get("/calls/", {"mark": first.context["page"].next})
        assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (20, 1)


@pytest.mark.parametrize("mark", ["x", "a:b", "-1", "' OR 1=1"])
def test_a_malformed_mark_leads_to_the_first_page(world, mark):
    assert world.r1 in browser().get("/calls/", {"mark": mark}).context["page"].rows


# On the desk


def test_who_opens_which_page_of_the_desk(world):
    key = prepare(world).key
    addresses = {"desk": desk("desk"), "prepare": desk("prepare")}
    addresses |= {name: desk(name, key) for name in ("manage", "edit", "points")}

    seen = {
        who: {name for name, address in addresses.items() if client.get(address).status_code == 200}
        for who, client in cast(world).items()
    }

    assert seen == {
        "officer": {"desk", "prepare", "manage", "edit", "points"},
        "director": {"desk", "manage"},
        "auditor": {"desk", "manage"},
        "administrator": {"desk", "manage"},
        "ministry": {"desk"},
        "finance": set(),
        "reviewer": set(),
        "applicant": set(),
    }


def test_only_an_officer_publishes(world):
    call = prepare(world)

    with clock.at(BEFORE):
        statuses = {
            who: client.post(desk("publish", call.key)).status_code for who, client in cast(world).items()
        }

    assert statuses == dict.fromkeys(statuses, 404) | {"officer": 302}


def test_an_officer_prepares_edits_and_publishes_a_call(world):
    client = browser(world.officer)

    prepared = client.post(desk("prepare"), typed(world))
    call = Call.objects.get()
    edited = client.post(
        desk("edit", call.key), typed(world, title="Better", seats="30", quota_F1="", quota_F2="3")
    )
    published = client.post(desk("publish", call.key))

    call.refresh_from_db()
    assert prepared.url == edited.url == published.url == desk("manage", call.key)
    assert (call.number, call.title, call.seats, call.year) == ("RC-2027-S01", "Better", 30, 2027)
    assert (call.opens_at, call.closes_at) == (OPENS, clock.kst(2027, 1, 29, 18))
    assert list(call.quotas.values_list("field__code", "places")) == [("F2", 3)]
    assert (call.published_by, call.state) == (world.officer, "soon")


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"closes_at": "2026-12-01T09:00"}, "closes_at", "A call closes after it opens."),
        ({"closes_at": "tomorrow"}, "closes_at", "Enter a valid date/time."),
        ({"opens_at": "0001-01-01T00:00"}, "opens_at", "Please check the year."),
        ({"closes_at": "9999-12-31T23:59"}, "closes_at", "Please check the year."),
        ({"select_mark": "59.99"}, "select_mark", "The select mark is not below the pass mark."),
        ({"quorum": "2"}, "quorum", "Ensure this value is greater than or equal to 3."),
        ({"seats": "0"}, "seats", "Ensure this value is greater than or equal to 1."),
        ({"year": "99999"}, "year", "Ensure this value is less than or equal to 2099."),
        ({"bonus_cap": "-0.1"}, "bonus_cap", "Ensure this value is greater than or equal to 0."),
        ({"pass_mark": "NaN"}, "pass_mark", "Enter a number."),
        ({"budget_krw": "1.5"}, "budget_krw", "Please enter the amount in whole won, in digits."),
        ({"quota_F1": "101"}, "quota_F1", "Ensure this value is less than or equal to 100."),
        (
            {"programme": "0"},
            "programme",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_keeps_what_was_typed(world, wrong, field, said):
    response = browser(world.officer).post(desk("prepare"), typed(world, notice="CANARY-TYPED", **wrong))

    assert response.status_code == 200
    assert response.context["form"].errors == {field: [said]}
    page = response.content.decode()
    assert f'href="#id_{field}"' in page
    assert "CANARY-TYPED" in page
    assert Call.objects.count() == 0


def test_g49_points_of_101_are_refused_on_the_page_and_kept_in_the_boxes(world):
    call = prepare(world)
    names = [
        f"points_{pk}"
        for pk in Criterion.objects.filter(group__stage__call=call).values_list("pk", flat=True)
    ]
    values = [15, 15, 10, 15, 10, 10, 10, 10, 6]
    client = browser(world.officer)

    refused = client.post(desk("points", call.key), dict(zip(names, values, strict=True)))
    saved = client.post(desk("points", call.key), dict(zip(names, [*values[:-1], 5], strict=True)))

    assert (refused.status_code, saved.status_code) == (409, 302)
    assert "The points of the criteria sum to 101, not to 100." in text(refused)
    assert refused.context["form"][names[-1]].value() == "6"


def test_the_page_of_a_call_says_what_is_missing_before_it_offers_to_publish(world):
    call = prepare(world)
    client = browser(world.officer)

    def page(instant):
        with clock.at(instant):
            browser_then = browser(world.officer)
            return browser_then.get(desk("manage", call.key)).content.decode()

    short = page(CLOSES - timedelta(days=10))
    ready = page(BEFORE)

    assert desk("publish", call.key) not in short
    assert "A notice of less than 30 days needs a reason (decree, article 9)." in short
    assert desk("publish", call.key) in ready
    with clock.at(CLOSES):
        refused = browser(world.officer).post(desk("publish", call.key))
    assert (refused.status_code, client.get(call.get_absolute_url()).status_code) == (409, 200)


def test_a_published_call_is_no_longer_edited_on_any_page(world):
    call = world.r1
    client = browser(world.officer)

    edited = client.post(desk("edit", call.key), typed(world, title="Other"))
    again = client.post(desk("publish", call.key))
    page = client.get(desk("manage", call.key)).content.decode()

    assert (edited.status_code, again.status_code) == (409, 409)
    assert desk("edit", call.key) not in page
    assert Call.objects.get().title != "Other"
