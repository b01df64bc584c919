"""From the meeting of the committee to who comes up after an appeal and a place given up: everything by clicking."""

import re

import pytest
import time_machine
from django.urls import reverse

from applications.decision.appeals import Appeal
from applications.decision.committees import Deliberation
from applications.decision.models import Proposal
from applications.decision.tasks import carry_resamplings_on
from tests.browser import said
from tests.decision.contested import results
from tests.world import AFTER

pytestmark = pytest.mark.browser
MINUTES = "순위를 위에서부터 검토하고 아래와 같이 의결함. (시험)"


@pytest.fixture
def after_the_deadline(street):
    with time_machine.travel(AFTER, tick=True):
        yield


def test_from_the_meeting_over_the_published_list_to_an_appeal_and_who_comes_up(
    street, world, after_the_deadline
):
    made = [world.with_score(world.r1, score) for score in ("91", "88", "85", "84", "65")]
    officer = street.comes_back(
        world.officer, reverse("decision:ranking", args=[world.r1.key]), looked_at=True
    )

    officer.follow("Begin a meeting")
    officer.enter({"Place of the meeting": "301호"})
    officer.press("Begin the meeting").follow("Attendance")
    for number in (1, 2, 3, 4):
        names = {"number": number}
        officer.enter(
            {
                said("Name of member %(number)d", **names): f"위원 {number}",
                said("Affiliation of member %(number)d", **names): "가상대학교",
            }
        )
        if number < 4:
            officer.tick(said("Member %(number)d is present", **names))
    officer.tick(said("Member %(number)s is in the chair", number=1))
    officer.press("Save")
    assert officer.page.get_by_role("heading", name=said("Attendance"), exact=True).is_visible()

    officer.follow("Write a decision down")
    officer.enter({"Application number": made[3].number, "Reason": "수요기업의 구매 확약이 있음"})
    officer.page.locator("#id_votes_for").fill("2")
    officer.tick("Selected")
    officer.press("Write the decision down")
    assert "수요기업의 구매 확약이 있음" in officer.row(made[3].number).inner_text()
    officer.follow("Write the minutes")
    officer.enter({"Minutes": MINUTES})
    officer.press("Save").follow("Close the meeting").press("Close the meeting for good")
    assert Deliberation.objects.get().status == "closed"

    looks_at_it_from_the_side(officer, world.r1, made)
    officer.goes(reverse("decision:propose", args=[world.r1.key]))
    officer.enter({"Reason and remarks of the committee": "심의위원회 의결에 따름"}).press(
        "Propose this list"
    )
    words = said(
        "The committee decided otherwise than by rank: %(reason)s", reason="수요기업의 구매 확약이 있음"
    )
    assert words in officer.row(made[3].number).inner_text()
    auditor = street.comes_back(world.auditor, Deliberation.objects.get().get_absolute_url(), looked_at=True)
    assert MINUTES in auditor.text

    director = street.comes_back(world.director, Proposal.objects.get().get_absolute_url(), looked_at=True)
    is_published(director, officer, made[2], "On the reserve list")
    one_appeals_and_another_gives_up(street, world, director, made)
    officer.goes(reverse("decision:go_on", args=[world.r1.key]))
    officer.enter({"Reason and remarks of the committee": "이의신청 인용과 포기에 따름"}).press(
        "Propose this list"
    )
    director.goes(Proposal.objects.first().get_absolute_url())
    is_published(director, officer, made[2], "Came up from the reserve list")
    firm = street.comes_back(world.owner_of(made[2].firm), result_of(made[2]))
    assert said("Selected") in firm.text
    assert results(made) == ["given_up", "selected", "selected", "selected", "reserved"]
    assert street.complaints == []


def looks_at_it_from_the_side(officer, call, made):
    """How firm the cut is, and what would change with a place less: nothing of it changes the list."""
    officer.goes(reverse("decision:ranking", args=[call.key])).follow("How firm the cut is").press(
        "Work it out"
    )
    assert said("It is being worked out.") in officer.text
    carry_resamplings_on()
    officer.follow("Refresh now")
    assert said("Nothing can be said of how firm the cut is.") in officer.text  # there are no sheets
    officer.goes(reverse("decision:ranking", args=[call.key])).follow("What if other rules held")
    officer.enter({"Places": "2"}).press("Try it")
    assert said("They would go out") in officer.text
    assert officer.row(made[1].number).is_visible()


def is_published(director, officer, application, letter):
    """The director approves what stands there; the officer reads the letter of this firm before it goes, and publishes."""
    director.press("Approve the list")
    officer.goes(Proposal.objects.first().get_absolute_url()).follow("Publish the result")
    assert said("The letters that go out") in officer.text
    officer.follow("The letter of each firm")
    officer.follow(re.compile(said(letter)), within=officer.row(application.number))
    assert application.number in officer.text
    officer.goes(reverse("decision:publish", args=[Proposal.objects.first().key])).press("Publish")
    assert said("The result is published and every firm is told.") in officer.text


def one_appeals_and_another_gives_up(street, world, director, made):
    """The appeal is upheld: it is decided again with the scores as they are."""
    firm = street.comes_back(world.owner_of(made[4].firm), result_of(made[4]), looked_at=True)
    firm.follow("Appeal").press("Begin the appeal").tick("What the application says was plainly misread")
    firm.enter({"Why the decision is wrong": "2026년 매출을 2025년 매출로 잘못 보았습니다."}).press(
        "Hand the appeal in"
    )
    appeal = Appeal.objects.get().get_absolute_url()
    receipt = firm.page.get_by_role("link", name=said("Receipt (PDF)")).get_attribute("href")
    assert firm.page.request.get(firm.street.address + receipt).body().startswith(b"%PDF")
    examiner = street.comes_back(world.officer2, appeal, looked_at=True)
    examiner.follow("Propose the decision").tick("Upheld")
    examiner.enter(
        {
            "What is opened again": "It is decided again with the scores as they are",
            "Reasons": "매출 연도를 잘못 읽은 것이 확인되었습니다. (시험)",
        }
    )
    examiner.press("Propose the decision")
    director.goes(appeal).press("Decide as proposed")
    firm = street.comes_back(world.owner_of(made[0].firm), result_of(made[0]))
    firm.follow("Give the place up").enter({"Reason": "설비 투자 계획이 취소되었습니다."})
    firm.press("Give up for good")


def result_of(application):
    return reverse("decision:result", args=[application.key])
