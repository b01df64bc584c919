"""The preview on paper: what a printer gets of it is what a reviewer reads, and nothing of the page around it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
AROUND = (
    ".tools, .site-nav, .site-footer, .breadcrumb, .skip-link, .no-print, main button, p[data-print], dialog"
)
BODIES = """main => [...main.querySelectorAll("section[aria-labelledby]")]
    .filter(section => /^h-(plan|money|partners|part-\\d+|bonus|papers)$/.test(section.getAttribute("aria-labelledby")))
    .map(section => section.innerText.split(/\\s+/).filter(Boolean).join(" "))"""


def test_the_preview_prints_what_a_reviewer_reads_and_nothing_around_it(house):
    world = house.world
    application = world.in_review(world.rnd, world.b)
    sheet = world.assigned(application)
    reviewer = house.street.comes_back(sheet.reviewer, reverse("review:sheet", args=[sheet.key]))
    owner = house.street.comes_back(
        world.owner_of(world.b), reverse("intake:preview", args=[application.key]), looked_at=True
    )

    owner.page.emulate_media(media="print")

    printed, read = (person.page.locator("main").evaluate(BODIES) for person in (owner, reviewer))
    assert printed == read
    assert len(printed) >= 5 and "An answer in words" in " ".join(printed)
    for place in owner.page.locator(AROUND).all():
        expect(place).to_be_hidden()
    assert house.street.complaints == []
