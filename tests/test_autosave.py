"""A draft at a real browser: saved while it is written, through a crash, a second tab, a line that breaks and a wrong clock."""

import os
import re
import signal
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from applications.intake.fields import PlainField
from tests.browser import said
from tests.world import CLOSES, DURING

pytestmark = pytest.mark.browser
TEXT = "초고속 열처리 공정을 새로 세웁니다. " * 25  # about 500 characters
OFFLINE = "No connection. What you typed stands on this page and is saved when the connection is back."
SAVED = re.compile(said("Saved TIME").replace("TIME", r"\d\d:\d\d:\d\d"))


def state(person):
    return person.page.locator("[data-saving]")


def entry(person):
    return person.field("신산업 진출 배경과 목표")


def test_g11_what_the_page_calls_saved_outlasts_the_browser(house):
    writer = house.opens("section", "plan", looked_at=True)
    entry(writer).fill(TEXT)

    expect(state(writer)).to_have_text(SAVED)
    assert house.stored.answers["entry"] == TEXT.strip()
    writer.context.close()

    again = house.opens("section", "plan")
    assert entry(again).input_value() == TEXT.strip()
    assert house.street.complaints == []


def test_leaving_a_field_saves_it_at_once_and_leaving_the_page_asks_nothing(house):
    writer = house.opens("section", "plan")
    entry(writer).fill("한 줄")
    entry(writer).blur()

    expect(state(writer)).to_have_text(SAVED)
    writer.follow("Back to the overview")
    assert house.stored.answers["entry"] == "한 줄"


def test_what_is_wrong_is_named_and_kept_and_the_rest_is_saved(house):
    writer = house.opens("section", "project")
    writer.enter({"Title": "새 제목", "Summary": "가" * 501})

    expect(state(writer)).to_contain_text(said("Kept as you typed it; to be mended before you submit:"))
    assert "501" in state(writer).inner_text()
    assert (house.stored.title, house.stored.summary) == ("새 제목", house.draft.summary)

    again = house.opens("section", "project", looked_at=True)  # in another browser
    faults = again.page.locator("[data-live=faults]")
    assert again.field("Summary").input_value() == "가" * 501
    assert faults.get_by_role("link").count() == 1
    again.enter({"Summary": "가" * 500})
    expect(state(again)).to_have_text(SAVED)
    expect(faults).to_be_empty()
    assert house.stored.summary == "가" * 500
    assert house.street.complaints == []


def test_g12_the_second_tab_is_told_and_leads_to_both_texts(house):
    slower = house.opens("section", "plan")
    quicker = slower.opens_another_tab(house.page("section", "plan"))
    entry(quicker).fill("둘")
    expect(state(quicker)).to_have_text(SAVED)

    entry(slower).fill("하나")
    expect(state(slower)).to_contain_text(said("Compare the two texts"))
    assert house.stored.answers["entry"] == "둘"
    slower.press("Compare the two texts")

    assert slower.answer.status == 409
    assert "둘" in slower.page.get_by_role("table").first.inner_text()
    assert entry(slower).input_value() == "하나"
    slower.press("Save and continue")
    assert house.stored.answers["entry"] == "하나"


def test_a_minute_without_a_line_loses_nothing(house):
    writer = house.opens("section", "plan")
    writer.context.set_offline(True)
    entry(writer).fill("끊긴 동안 쓴 글")
    expect(state(writer)).to_have_text(said(OFFLINE))
    entry(writer).press("End")
    entry(writer).press_sequentially(", 이어서")
    expect(state(writer)).to_have_text(said(OFFLINE))
    assert house.stored.answers == house.draft.answers

    with writer.page.expect_response("**/autosave/**"):  # of itself, without another key
        writer.context.set_offline(False)

    expect(state(writer)).to_have_text(SAVED)
    assert house.stored.answers["entry"] == "끊긴 동안 쓴 글, 이어서"
    writer.page.reload()
    assert entry(writer).input_value() == "끊긴 동안 쓴 글, 이어서"


def test_an_answer_that_is_cut_short_is_no_answer_and_the_next_save_goes_through(house):
    writer = house.opens("section", "plan")
    writer.page.route("**/autosave/**", lambda route: route.fulfill(status=200, body='{"vers'), times=1)

    entry(writer).fill("끊긴 답을 받은 글")
    expect(state(writer)).to_have_text(said(OFFLINE))

    expect(state(writer)).to_have_text(SAVED)
    assert house.stored.answers["entry"] == "끊긴 답을 받은 글"
    writer.press("Save and continue")


def test_an_answer_that_does_not_come_within_twenty_seconds_is_no_answer_and_the_text_is_sent_again(house):
    writer = house.opens("section", "plan")
    writer.page.clock.install(time=DURING)
    writer.page.reload()
    writer.page.route("**/autosave/**", lambda route: None, times=1)  # it is held for ever

    with writer.page.expect_request("**/autosave/**"):
        entry(writer).fill("Text of a line that hangs")
        writer.page.clock.run_for(1200)
    writer.page.clock.run_for(19_000)
    expect(state(writer)).to_have_text(said("Saving …"))
    writer.page.clock.run_for(1000)
    expect(state(writer)).to_have_text(said(OFFLINE))

    with writer.page.expect_response("**/autosave/**"):
        writer.page.clock.run_for(5000)
    expect(state(writer)).to_have_text(SAVED)
    assert house.stored.answers["entry"] == "Text of a line that hangs"


def test_a_text_is_sent_within_two_seconds_of_the_last_key_and_when_its_field_is_left(house):
    writer = house.opens("section", "plan")
    writer.page.clock.install(time=DURING)
    writer.page.reload()
    writer.page.clock.pause_at(DURING + timedelta(minutes=1))
    sent = []
    writer.page.on(
        "request", lambda request: sent.append(request.post_data) if "autosave" in request.url else None
    )

    entry(writer).press_sequentially("가나")
    writer.page.clock.run_for(1000)
    entry(writer).press_sequentially("다")
    writer.page.clock.run_for(1000)
    assert sent == []  # somebody is still typing
    with writer.page.expect_response("**/autosave/**"):
        writer.page.clock.run_for(1000)  # two seconds after the last key
    expect(state(writer)).to_have_text(SAVED)
    with writer.page.expect_response("**/autosave/**"):
        entry(writer).press_sequentially("라")
        entry(writer).blur()  # no time goes by

    expect(state(writer)).to_have_text(SAVED)
    assert (len(sent), house.stored.answers["entry"][:4]) == (2, "가나다라")


def test_a_browser_that_is_killed_loses_nothing_that_was_called_saved(house, doomed):
    house.street.browser = doomed
    writer = house.opens("section", "plan")
    entry(writer).fill(TEXT)
    expect(state(writer)).to_have_text(SAVED)
    entry(writer).press_sequentially("!")
    processes = doomed.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    os.kill(next(process["id"] for process in processes if process["type"] == "browser"), signal.SIGKILL)

    assert house.stored.answers["entry"] in (TEXT.strip(), f"{TEXT}!")


TEXTS = [
    "",
    "가" * 2001,
    "가" * 2000,
    "e\u0301" * 9,
    "😀" * 7,
    "a\nb\n\n" * 5,
    "\u3000\u00a0 가 나 \n",
]  # NFD, code points, line ends, white space


def test_the_counter_counts_as_the_server_does_to_the_character(house):
    writer = house.opens("section", "plan")
    counter, counted = writer.page.locator("#id_answer_entry ~ .counter"), []
    for text in TEXTS:
        entry(writer).fill(text)
        counted.append(counter.inner_text())
    entry(writer).fill("가" * 2001)

    server = PlainField(limit=2001, required=False)
    over = said("COUNT too many").replace("COUNT", "1")
    expected = [f"{len(server.clean(text)):,} / 2,000" for text in TEXTS]
    assert counted == [f"{one} · {over}" if one.startswith("2,001") else one for one in expected]
    expect(state(writer)).to_contain_text("2001")


def test_a_question_comes_with_its_condition_and_a_table_grows_by_a_row(house):
    writer = house.opens("section", "plan-2")
    assert not writer.field("사업재편계획 승인일").is_visible()
    writer.tick("Yes")
    writer.page.get_by_role("button", name=said("Add a row"), exact=True).click()
    rows = writer.page.locator("[data-rows] tbody tr")
    rows.last.get_by_role("textbox").first.fill("수직 로봇")
    writer.enter({"사업재편계획 승인일": "2026-03-02"})

    expect(state(writer)).to_have_text(SAVED)
    answers = house.stored.answers
    assert (answers["restructuring"], answers["restructured_on"]) == ("yes", "2026-03-02")
    assert answers["equipment"][-1] == {"name": "수직 로봇", "use": "", "krw": None}


def test_the_last_hour_is_announced_at_60_10_and_1_minutes_and_at_no_other_time(house):
    """To who does not see the countdown; the clock of the page goes on as the test tells it."""
    house.clock.move_to(CLOSES - timedelta(minutes=62))
    writer = house.opens("section", "plan")
    announcer, now = writer.page.locator("#announcer"), CLOSES - timedelta(minutes=62)
    writer.page.clock.install(time=now.timestamp())
    writer.page.reload()
    expect(writer.page.locator("[data-countdown]")).to_contain_text("01:0")
    expect(announcer).to_be_empty()

    for wait, heard in (
        ("02:30", "00:59:"),
        ("30:00", "00:59:"),
        ("20:00", "00:09:"),
        ("05:00", "00:09:"),
        ("04:00", "00:00:"),
    ):
        shown = writer.page.locator("[data-countdown]").inner_text()
        writer.page.clock.fast_forward(wait)
        expect(writer.page.locator("[data-countdown]")).not_to_have_text(shown)
        expect(announcer).to_contain_text(heard)


def test_the_time_left_is_never_more_than_there_is_whatever_part_of_a_second_it_is(house):
    """The clock of the page stands since it was sent for, ten seconds late, and goes on by quarters of a second."""
    house.clock.move_to(CLOSES - timedelta(seconds=90.1))
    writer = house.opens("section", "plan")
    writer.page.clock.install(time=DURING)
    writer.page.clock.pause_at(DURING + timedelta(seconds=10))
    writer.page.reload()
    countdown, shown, there_is = writer.page.locator("[data-countdown]"), [], []
    left = float(countdown.get_attribute("data-countdown")) - float(countdown.get_attribute("data-now"))

    for _quarter in range(8):
        shown.append(re.search(r"\d\d:\d\d(?!:)", countdown.inner_text())[0])
        there_is.append(int(left - writer.page.evaluate("performance.now()") / 1000))
        writer.page.clock.run_for(250)

    assert shown == [f"{seconds // 60:02}:{seconds % 60:02}" for seconds in there_is]
    assert 0 < there_is[-1] < there_is[0] < 90


def test_the_time_left_does_not_grow_when_the_clock_of_the_computer_is_set_back(house):
    house.clock.move_to(CLOSES - timedelta(minutes=20))
    writer = house.opens("section", "plan")
    countdown = writer.page.locator("[data-countdown]")

    shown = countdown.inner_text()
    shown_first = re.search(r"\d\d:\d\d:\d\d", shown)[0]
    writer.page.evaluate("{ const now = Date.now; Date.now = () => now() - 3600 * 1000; }")
    expect(countdown).not_to_have_text(shown)

    assert re.search(r"\d\d:\d\d:\d\d", countdown.inner_text())[0] < shown_first


AHEAD = "{ const now = Date.now; Date.now = () => now() + 3600 * 1000; }"


@pytest.mark.parametrize(("passed", "line", "hours"), [(0, True, "06"), (1, True, "05"), (0, False, "05")],
                         ids=["set forward", "asleep", "no line to ask"])  # fmt: skip
def test_the_time_left_asks_the_server_when_the_clock_of_the_computer_is_an_hour_ahead_at_once(
    house, passed, line, hours
):
    """It was set, or the computer has slept; who cannot ask is told the lesser time."""
    house.clock.move_to(CLOSES - timedelta(hours=6, minutes=30))
    writer = house.opens("section", "plan")
    countdown = writer.page.locator("[data-countdown]")
    expect(countdown).to_contain_text("06:29:")

    house.clock.move_to(CLOSES - timedelta(hours=6 - passed, minutes=29))
    writer.context.set_offline(not line)
    writer.page.evaluate(AHEAD)

    expect(countdown).to_contain_text(f"{hours}:2")
    shown = countdown.inner_text()
    expect(countdown).not_to_have_text(shown)
    expect(countdown).to_contain_text(f"{hours}:2")


def test_a_tab_that_is_full_saves_all_the_same(house):
    writer = house.opens("section", "plan")
    writer.page.evaluate(FULL)

    entry(writer).fill("가득 찬 탭에서 쓴 글")

    expect(state(writer)).to_have_text(SAVED)
    assert house.stored.answers["entry"] == "가득 찬 탭에서 쓴 글"
    assert house.street.complaints == []


FULL = """() => {
  for (let size = 2 ** 22; size; size >>= 1) {
    try { for (;;) sessionStorage.filling = (sessionStorage.filling ?? "") + "x".repeat(size); } catch { /* less */ }
  }
}"""
FORBIDDEN = """for (const kind of ["localStorage", "sessionStorage"]) Object.defineProperty(window, kind, {
  get() { throw new DOMException("forbidden", "SecurityError"); } });"""


def test_a_browser_that_may_keep_nothing_saves_all_the_same_and_changes_its_look(house):
    writer = house.opens("section", "plan")
    writer.context.add_init_script(FORBIDDEN)
    writer.page.reload()

    writer.page.get_by_label(said("Look")).select_option(label=said("High contrast"))
    entry(writer).fill("아무것도 남기지 못하는 브라우저에서 쓴 글")
    expect(state(writer)).to_have_text(SAVED)
    look = writer.page.evaluate("document.documentElement.dataset.theme")
    writer.press("Save and continue")

    assert look == "contrast"
    assert house.stored.answers["entry"] == "아무것도 남기지 못하는 브라우저에서 쓴 글"
    assert re.search(r"\d\d:\d\d:\d\d", writer.page.locator("[data-countdown]").inner_text())
    assert house.street.complaints == []


def test_g31_the_time_left_is_right_on_a_computer_whose_clock_is_wrong(house):
    writer = house.opens("section", "plan")
    writer.page.clock.install(time=DURING.timestamp() + 3600)
    writer.page.reload()

    shown = writer.page.locator("[data-countdown]").inner_text()
    days, hours, minutes = map(int, re.search(r"(\d+)\D+(\d\d):(\d\d):\d\d", shown).groups())
    left = (CLOSES - DURING).total_seconds() / 60
    assert left - 5 <= days * 24 * 60 + hours * 60 + minutes <= left
