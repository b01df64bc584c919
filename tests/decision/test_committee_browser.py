"""The committee meets at a browser: attendance, votes, minutes, the closing, the list that follows; an auditor reads it afterwards."""

import pytest
import time_machine
from django.urls import reverse

from applications.decision.committees import Deliberation
from tests.browser import said
from tests.world import AFTER

pytestmark = pytest.mark.browser
MINUTES = "순위를 위에서부터 검토하고 아래와 같이 의결함. (시험)"


@pytest.fixture
def after_the_deadline(street):
    with time_machine.travel(AFTER, tick=True):
        yield


def test_an_officer_writes_a_meeting_down_and_the_list_follows_it(street, world, after_the_deadline):
    made = [world.with_score(world.r1, score) for score in ("91", "88", "85", "84")]
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
    assert street.complaints == []
