"""The public list and notice, and the desk where officers make calls."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.calls import actions
from applications.calls.models import Call, Programme
from applications.calls.rules import EXCLUSIONS
from applications.calls.stages import Criterion
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from tests.calls.test_actions import FIELDS, prepare
from tests.intake.test_views import browser, text
from tests.world import BEFORE, CLOSES, DURING, OPENS

pytestmark = pytest.mark.usefixtures("english")


def desk(name, *args):
    return reverse(f"calls:{name}", args=args)


def typed(world, **changes):
    """What an officer types to begin a call."""
    return {
        "programme": Programme.objects.get(kind="sprout").pk, "outline": "usual", "year": "2027", "title": "A call",
        "opens_at": "2026-12-01T09:00", "closes_at": "2027-01-29T18:00", "seats": "28",
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
    call = prepare(world, notice="CANARY notice\nsecond line")
    call.quotas.create(ordinal=1, field=IndustryField.objects.get(code="F1"), most=6)
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
        f"{IndustryField.objects.get(code='F1')}: at most 6",
        "사업계획서 (required) HWP, HWPX, PDF",
        "재무제표 최근 2개년 (where it applies)",
        "Bonus 사업재편계획 승인 사업재편계획 승인 통보서 2",
        "Penalty 환수금·제재부가금 미납 납부 이력 −3",
        "정책부합성 a seat outside the capital area 3년간 새로 뽑을 인원(명) These are compared in this order",
        *map(str, EXCLUSIONS.values()),
    ):
        assert part in page
    assert [
        int(number) for number in re.findall(r'<td class="num">(\d\d|5)</td>', response.content.decode())
    ] == list(Criterion.objects.filter(group__stage__call=call).values_list("points", flat=True))
    assert (
        f'data-countdown="{int(CLOSES.timestamp())}" data-now="{int(DURING.timestamp())}.000000"'
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
def test_the_desk_asks_as_often_for_many_calls_as_for_one(world, django_assert_num_queries, rows):
    programme = Programme.objects.get(kind="sprout")
    Call.objects.bulk_create(
        Call(
            programme=programme,
            year=2027,
            number=f"RC-2027-S{number:02d}",
            law="none",
            published_at=BEFORE,
            **FIELDS,
        )
        for number in range(rows)
    )
    officer = browser(world.officer)
    officer.get(desk("desk"))

    with django_assert_num_queries(6):  # session, person, what the filters offer (two for the years), rows
        officer.get(desk("desk"))


# On the desk


def test_who_opens_which_page_of_the_desk(world):
    key = prepare(world).key
    addresses = {"desk": desk("desk"), "prepare": desk("prepare")}
    addresses |= {name: desk(name, key) for name in ("manage", "points")}
    addresses["edit"] = desk("edit", key, "notice")

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


def test_g49_points_of_101_are_refused_on_the_page_and_kept_in_the_boxes(world):
    call = prepare(world)
    names = [
        f"points_{pk}"
        for pk in Criterion.objects.filter(group__stage__call=call).values_list("pk", flat=True)
    ]
    version = {"version": "1"}
    values = [15, 15, 10, 15, 10, 10, 10, 10, 6]
    client = browser(world.officer)

    refused = client.post(desk("points", call.key), version | dict(zip(names, values, strict=True)))
    saved = client.post(desk("points", call.key), version | dict(zip(names, [*values[:-1], 5], strict=True)))

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

    edited = client.post(
        desk("edit", call.key, "notice"),
        {"version": "1", "title": "Other", "summary": "?", "law": "none", "notice": "?"},
    )
    again = client.post(desk("publish", call.key))
    page = client.get(desk("manage", call.key)).content.decode()

    assert (edited.status_code, again.status_code) == (409, 409)
    assert desk("edit", call.key, "notice") not in page
    assert Call.objects.get().title != "Other"
