"""An officer makes a call at a browser, in Korean and without a developer, from a template to its first notices."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.calls.models import Call
from applications.kernel import clock
from tests.browser import said

pytestmark = pytest.mark.browser
NEXT = clock.today().year + 1
STEPS = ("Excellent", "Good", "Fair", "Poor", "Very poor")


def row_button(officer, row, name):
    return officer.row(row).get_by_role("button", name=re.compile(f"^{said(name)}"))


def by_keyboard(officer, button):
    """Press a button that has the focus with Enter, as whoever uses no mouse."""
    button.focus()
    with officer.page.expect_navigation():
        officer.page.keyboard.press("Enter")
    return officer.arrived()


def test_an_officer_makes_publishes_corrects_and_extends_a_call_by_clicking_only(street, world):
    officer = street.comes_back(world.officer, reverse("calls:desk"), looked_at=True)

    officer.follow("Prepare a call")
    officer.enter({
        "programme": said("Selection of sprout companies"), "programme year": f"{NEXT}", "title": "새싹기업 선정 공고",
        "places": "28", "opens": f"{NEXT}-03-02T09:00", "closes": f"{NEXT}-04-30T18:00",
    })  # fmt: skip
    officer.press("Begin the call")
    assert said("What still keeps this call from being published") in officer.text

    officer.follow("Title and notice")
    assert "【" in officer.field("notice").input_value()  # the outline of the notice
    officer.enter({"in one sentence": "새싹기업 28개사를 뽑습니다.", "notice": "1. 사업 개요\n2. 신청 자격"})
    officer.tick("Subsidy under the Subsidy Act").press("Save")
    officer.follow("Places").press("Save")

    officer.follow("Parts and questions")
    officer.page.get_by_role("link", name=re.compile(f"^{said('Add a question')}")).nth(1).click()
    officer.page.wait_for_url("**within=2")
    officer.arrived()
    officer.enter({"Question": "사업재편계획의 목표", "How it is answered": said("Any of several")})
    assert officer.field("Columns of the table").is_hidden()
    officer.enter({"Answers to choose from": "매출\n고용\n수출"})
    officer.tick("사업재편계획 승인을 받았습니까? – 예", "Business restructuring", "Existing root firm")
    officer.press("Save")
    assert (
        said("only after an answer to “%(other)s”", other="사업재편계획 승인을 받았습니까?") in officer.text
    )
    by_keyboard(officer, row_button(officer, "사업재편계획의 목표", "Up"))

    officer.follow("Back to the overview").follow("Papers to be handed in").follow("Add a paper")
    officer.enter({"Kind": "D07 4대보험 사업장 가입자명부", "Name": "4대보험 사업장 가입자명부"})
    assert officer.field("Within how many").is_hidden()
    officer.tick("every firm", "PDF", "issued within some time before the closing day", "days")
    officer.enter({"Within how many": "30"}).press("Save")
    officer.page.get_by_text(said("What firms will see, as it is saved now")).click()
    seen = officer.page.frame_locator("iframe").get_by_text(re.compile("4대보험 사업장 가입자명부"))
    expect(seen.first).to_be_visible()
    officer.follow("Back to the overview").follow("Stages and criteria")
    officer.page.get_by_role("link", name=re.compile(f"^{said('Change')} 재무건전성·투자여력")).click()
    officer.page.wait_for_url("**/criterion/1-2-3/")
    officer.arrived().enter(dict(zip(STEPS, ("튼튼함", "양호", "보통", "부담", "위험"), strict=True)))
    officer.enter({"Knocked out at": "3"}).tick("by the five steps only").press("Save")
    officer.follow("Points of the criteria").press("Save the points").follow("Back to the overview")

    officer.follow("Bonus and penalty items").follow("Add an item").tick("Penalty")
    officer.enter({"Name": "직전 연도 사업비 미정산", "Points": "2"}).press("Save")
    officer.follow("Back to the overview").follow("Results and appeals")
    officer.field("the opinion of the panel").uncheck()
    officer.enter({"days to appeal": "9"}).press("Save")
    too_few = said("Firms have at least %(days)d days to appeal (%(basis)s).").partition("%(basis)s")[0]
    officer.follow(re.compile(re.escape(too_few % {"days": 10})))
    officer.enter({"days to appeal": "14"}).press("Save")

    officer.follow("See it as firms will").follow("인력·투자와 사업재편")
    box = officer.page.get_by_text("사업재편계획의 목표", exact=True).first
    assert box.is_hidden()
    officer.page.get_by_role("radio", name=said("Yes"), exact=True).check()
    assert box.is_visible()
    officer.follow("As firms will see it").follow("The public page of the call")
    assert said("This is how the call will look. Nobody outside sees it yet.") in officer.text
    officer.follow("Back to the overview").press("Publish the call")

    officer.follow("Correct").enter({
        "title": "새싹기업 선정 재정정 공고", "funding law": "Benefits other than money",
        "Reason of the notice": "제목과 지원 근거의 오기를 바로잡습니다",
    })  # fmt: skip
    officer.press("Preview").press("Publish the notice")
    officer.follow("Extend").enter(
        {"New closing time": f"{NEXT}-05-07T18:00", "Reason of the notice": "접수 기간을 늘립니다"}
    )
    officer.press("Preview").press("Publish the notice")

    call = Call.objects.get()
    asked = call.questions.get(label="사업재편계획의 목표")
    assert (call.state, call.revision, call.title) == ("soon", 2, "새싹기업 선정 재정정 공고")
    assert (asked.condition, asked.ordinal) == ({"question": "restructuring", "is": ["yes"]}, 6)
    assert [label for _code, label in asked.options] == ["매출", "고용", "수출"]
    assert (asked.tracks, call.law) == (["root", "restructuring"], "none")
    assert (call.papers.last().code, call.papers.last().validity) == ("D07", "30d")
    criterion = call.stages.get().groups.get(ordinal=2).criteria.last()
    assert (criterion.by_steps, criterion.anchors[0]) == (True, "튼튼함")
    assert (criterion.knock_out_at, call.discloses_opinion, call.appeal_days) == (3, False, 14)
    assert [(item.name, item.points) for item in call.items.filter(kind="penalty")][-1] == (
        "직전 연도 사업비 미정산",
        2,
    )
    assert street.complaints == [], "\n".join(street.complaints)
