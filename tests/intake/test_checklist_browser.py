"""The checklist of the screening at a real browser: the rule and its paper side by side, one below the other on a phone."""

import pytest
from playwright.sync_api import expect

from applications.intake import actions
from applications.intake.models.checks import Check
from applications.kernel import clock
from tests.intake.test_views import url
from tests.world import DURING, pdf, png

pytestmark = pytest.mark.browser


@pytest.fixture
def application(world):
    """One whose register is a picture and whose plan is text."""
    found = world.draft(world.r1, world.a)
    owner = world.owner_of(world.a)
    with clock.at(DURING):
        for code, upload in (("D02", png("register.png")), ("D01", pdf("plan.pdf"))):
            paper = found.call.papers.get(code=code)
            actions.add_paper(found, paper=paper, upload=upload, by=owner, now=DURING)
        actions.submit(found, by=owner, arrived_at=DURING)
    return found


def places(page):
    """The rules and the papers, as boxes."""
    return [page.locator(f".checklist-{part}").bounding_box() for part in ("rules", "papers")]


def test_an_officer_decides_on_a_rule_beside_the_paper_and_the_next_rule_follows(street, world, application):
    officer = street.comes_back(world.officer, url("rule", application, "E07"), looked_at=True)
    papers = officer.page.locator(".checklist-papers")

    officer.follow(application.call.papers.get(code="D02").name, within=papers)
    picture = papers.locator("iframe")
    expect(picture.content_frame.locator("img")).to_be_visible()
    rules, beside = places(officer.page)
    officer.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(picture).to_be_in_viewport()
    officer.tick("Met").enter({"What it was seen in": "신용조회 결과 이상 없음"}).press("Write down")

    assert abs(rules["y"] - beside["y"]) < 1 and rules["x"] + rules["width"] <= beside["x"]
    assert (Check.objects.get().code, Check.objects.get().outcome) == ("E07", "passed")
    assert officer.page.url.endswith("/E08/#E08") and officer.field("What it was seen in").is_visible()
    officer.page.set_viewport_size({"width": 390, "height": 844})
    rules, below = places(officer.page)
    assert rules["y"] + rules["height"] <= below["y"]
    assert street.complaints == [], "\n".join(street.complaints)
