"""A sheet at a real browser: by keyboard alone, at a desk and on a tablet, saved while it is written."""

import re
from urllib.parse import urlsplit

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from applications.review import actions, queries
from applications.review.models import Assignment
from tests.browser import Hands, said
from tests.world import AFTER, World

pytestmark = pytest.mark.browser
SAVED = re.compile(said("Saved TIME").replace("TIME", r"\d\d:\d\d:\d\d"))
HAND_IN = "main form[action$='/hand-in/'] button"
OPINION = "기술의 수준이 높고 계획이 구체적입니다."


@pytest.fixture
def desk(street):
    with time_machine.travel(AFTER, tick=True):
        world = World()
        sheet = world.assigned(world.in_review(world.r1, world.a))
        yield street, world, sheet


def opened(street, sheet, width, height):
    person = street.comes_back(sheet.reviewer, sheet.get_absolute_url(), looked_at=True)
    person.page.set_viewport_size({"width": width, "height": height})
    return person


def state(person):
    return person.page.locator("[data-saving]")


def names_of(sheet):
    return [f"score_{criterion.pk}" for criterion in queries.criteria_of(sheet.stage)]


def writes(hands, sheet, *values):
    """Points and the three comments, field by field."""
    for name, value in zip(names_of(sheet), values, strict=True):
        hands.types(f"[name={name}]", value)
    for name in actions.COMMENTS:
        hands.types(f"[name={name}]", OPINION)


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (820, 1180)])
def test_the_whole_sheet_is_written_and_handed_in_by_keyboard(desk, width, height):
    street, _world, sheet = desk
    person = opened(street, sheet, width, height)
    page, hands = person.page, Hands(person)

    writes(hands, sheet, "80.5", "70", "60")
    expect(state(person)).to_have_text(SAVED)
    expect(page.locator("[data-live=total]")).to_contain_text("71.7")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    hands.goes("[name=check]")
    person.arrived()
    hands.goes(HAND_IN)
    person.arrived()

    stored = Assignment.objects.get(pk=sheet.pk)
    assert (stored.status, f"{stored.total:.2f}", stored.overall) == ("handed_in", "71.70", OPINION)
    assert street.complaints == []


@pytest.mark.whole_chromium
@pytest.mark.parametrize(("width", "height"), [(1280, 900), (820, 1180)])
def test_a_whole_evening_goes_by_keyboard_alone(desk, width, height):
    """Declare, read a paper, score, comment, save and next, skip, compare, read back what is missing, hand in."""
    street, world, first = desk
    reviewer, call = first.reviewer, first.application.call
    second, third = (world.assigned(world.in_review(call), reviewer, clear=False) for _two in range(2))
    person = street.comes_back(reviewer, "/reviews/", looked_at=True)
    person.page.set_viewport_size({"width": width, "height": height})
    page, hands = person.page, Hands(person)

    def at(name, sheet):
        person.arrived()
        assert (person.kind, urlsplit(page.url).path) == (name, reverse(name, args=[sheet.key]))

    # The first: a paper is read, one criterion commented on, the sheet saved unfinished
    hands.goes(f"main a[href='{first.get_absolute_url()}']")
    at("review:sheet", first)
    hands.opens(".review-read details")
    expect(page.locator(".review-read iframe").first).to_be_visible()
    score = names_of(first)[0]
    hands.types(f"[name={score}]", "80")
    hands.opens(f"[name={score}] >> xpath=../following-sibling::details[1]")
    hands.types(f"[name={score.replace('score', 'note')}]", "수치가 구체적입니다.")
    hands.goes("[name=next]")

    # The second: declared first, then left for later
    at("review:declare", second)
    hands.to("[name=conflict]").keyboard.press("Space")
    hands.goes("main form .button-primary")
    at("review:sheet", second)
    hands.goes(f"a[href='{reverse('review:skip', args=[second.key])}']")

    # The third: all of it, with a look at the own other sheets; the comment that is too short is mended
    at("review:declare", third)
    hands.to("[name=conflict]").keyboard.press("Space")
    hands.goes("main form .button-primary")
    at("review:sheet", third)
    to_sheet(hands)
    writes(hands, third, "90", "80", "70")
    hands.to("[name=overall]").keyboard.press("ControlOrMeta+a")
    hands.keyboard.insert_text("짧음")
    hands.goes("[name=save]")
    at("review:sheet", third)
    hands.goes(f"a[href='{reverse('review:compare', args=[third.key])}']")
    at("review:compare", third)
    totals = [line.locator("strong").inner_text() for line in page.locator("tbody tr").all()]
    assert sorted(totals) == ["32", "81.5", "–"]
    hands.goes(f"main p a[href='{third.get_absolute_url()}']")
    at("review:sheet", third)
    to_sheet(hands)
    hands.goes("[name=check]")
    at("review:read_back", third)
    hands.goes(".error-summary a")
    person.arrived()
    assert page.evaluate("document.activeElement.name") == "overall"
    hands.keyboard.press("ControlOrMeta+a")
    hands.keyboard.insert_text(OPINION)
    hands.goes("[name=check]")
    at("review:read_back", third)
    hands.goes(HAND_IN)
    person.arrived()

    stood = Assignment.objects.filter(reviewer=reviewer).order_by("pk")
    criterion = score.removeprefix("score_")
    assert [(one.status, one.total and f"{one.total:.2f}", one.notes) for one in stood] == [
        ("open", None, {criterion: "수치가 구체적입니다."}), ("open", None, {}), ("handed_in", "81.50", {}),
    ]  # fmt: skip
    assert (person.kind, street.complaints) == ("review:own", [])


def to_sheet(hands):
    """Past all of the application, at one press."""
    hands.to(".skip-link[href='#sheet']").keyboard.press("Enter")
    assert hands.page.evaluate("document.activeElement.id") == "sheet"


def test_saved_is_said_only_after_the_server_answered(desk):
    street, _world, sheet = desk
    person = opened(street, sheet, 1280, 900)
    name = f"score_{queries.criteria_of(sheet.stage)[0].pk}"
    person.context.set_offline(True)

    person.page.locator(f"[name={name}]").fill("80")
    expect(state(person)).to_contain_text(
        said("No connection. What you typed stands on this page and is saved when the connection is back.")
    )
    assert sheet.scores.count() == 0
    person.context.set_offline(False)
    person.page.evaluate("dispatchEvent(new Event('online'))")

    expect(state(person)).to_have_text(SAVED)
    assert sheet.scores.get().value == 80


def test_the_second_window_is_told_and_leads_to_both_texts(desk):
    street, _world, sheet = desk
    slower = opened(street, sheet, 1280, 900)
    quicker = slower.opens_another_tab(sheet.get_absolute_url())
    quicker.page.locator("[name=overall]").fill("둘째 창에서 쓴 의견")
    expect(state(quicker)).to_have_text(SAVED)

    slower.page.locator("[name=overall]").fill("첫째 창에서 쓴 의견")
    expect(state(slower)).to_contain_text(said("Compare the two texts"))
    slower.press("Compare the two texts")

    assert slower.answer.status == 409
    assert "둘째 창에서 쓴 의견" in slower.page.locator(".review-sheet table").inner_text()
    assert slower.page.locator("[name=overall]").input_value() == "첫째 창에서 쓴 의견"
    slower.press("Save")
    assert Assignment.objects.get(pk=sheet.pk).overall == "첫째 창에서 쓴 의견"


@pytest.mark.whole_chromium
def test_papers_open_within_the_page_beside_the_sheet(desk):
    street, _world, sheet = desk
    person = opened(street, sheet, 1280, 900)

    with person.page.expect_response(lambda answer: "/papers/" in answer.url) as answered:
        person.page.locator(".review-read details").first.locator("summary").click()

    assert answered.value.status == 200
    expect(person.page.locator(".review-read iframe").first).to_be_visible()
    boxes = [person.page.locator(part).bounding_box() for part in (".review-read", ".review-sheet")]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    assert street.complaints == []
