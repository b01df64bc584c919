"""A sheet at a real browser: by keyboard alone, at a desk and on a tablet, saved while it is written."""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from applications.review import queries
from applications.review.models import Assignment
from tests.browser import said
from tests.world import AFTER, World

pytestmark = pytest.mark.browser
SAVED = re.compile(said("Saved TIME").replace("TIME", r"\d\d:\d\d:\d\d"))
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


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (820, 1180)])
def test_the_whole_sheet_is_written_and_handed_in_by_keyboard(desk, width, height):
    street, _world, sheet = desk
    person = opened(street, sheet, width, height)
    page, keys = person.page, person.page.keyboard
    names = [f"score_{criterion.pk}" for criterion in queries.criteria_of(sheet.stage)]

    def focused():
        return page.evaluate("document.activeElement.name || document.activeElement.value || ''")

    def tab_to(wanted):
        for _press in range(80):
            if focused() == wanted:
                return
            keys.press("Tab")
        raise AssertionError(f"Nobody comes to {wanted} by the keyboard.")

    for name, value in zip(names, ("80.5", "70", "60"), strict=True):
        tab_to(name)
        keys.type(value)
    for name in ("strengths", "weaknesses", "overall"):
        tab_to(name)
        keys.type(OPINION)
    expect(state(person)).to_have_text(SAVED)
    expect(page.locator("[data-live=total]")).to_contain_text("71.7")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for _press in range(10):
        keys.press("Tab")
        if page.evaluate("document.activeElement.name") == "check":
            break
    with page.expect_navigation():
        keys.press("Enter")
    person.arrived()
    hand_in = page.get_by_role("button", name=said("Hand in the sheet"), exact=True)
    for _press in range(80):
        keys.press("Tab")
        if hand_in.evaluate("e => e === document.activeElement"):
            break
    with page.expect_navigation():
        keys.press("Enter")
    person.arrived()

    stored = Assignment.objects.get(pk=sheet.pk)
    assert (stored.status, f"{stored.total:.2f}", stored.overall) == ("handed_in", "71.70", OPINION)
    assert street.complaints == []


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
