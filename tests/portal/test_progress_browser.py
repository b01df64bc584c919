"""The monitor of the deadline day at a browser: what comes in is shown without anybody pressing anything."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from applications.kernel import clock
from applications.notifications.models import Letter
from applications.portal.queries import letters_waiting
from tests.browser import said
from tests.world import DURING

pytestmark = pytest.mark.browser
QUICKER = """
const every = setInterval;
setInterval = (act, wait) => wait === 10000 ? every(() => window.due && act(), 100) : every(act, wait);
"""  # its ten seconds are a tenth of one, from when the test says so: a database in memory is not read while it is written


def test_the_monitor_shows_what_comes_in_every_ten_seconds_until_it_is_switched_off(house):
    world, page = house.world, reverse("portal:progress")
    officer = house.street.comes_back(world.officer, "/")
    officer.page.add_init_script(QUICKER)
    officer.goes(page)

    def number(label):
        words = officer.page.get_by_text(re.compile(rf"^{re.escape(said(label))}( \(|$)"))
        return officer.page.locator(".number", has=words).locator("strong")

    expect(number("Handed in")).to_have_text("0")
    expect(number("Seconds to the receipt")).to_have_text("–")
    world.submitted(house.draft.call, world.b, at=DURING)

    Letter.objects.update(status="waiting", next_try_at=DURING)  # what the post office has not taken yet
    letters = letters_waiting(clock.now())[0]

    officer.page.evaluate("due = true")
    expect(number("Handed in")).to_have_text("1")
    expect(number("In the last ten minutes")).to_have_text("1")
    expect(number("Seconds to the receipt")).not_to_have_text("–")
    expect(number("Letters waiting")).to_have_text(str(letters))
    assert letters > 0

    officer.page.get_by_role("checkbox", name=said("Refresh every 10 seconds")).uncheck()
    officer.page.evaluate("() => { fetch = () => { document.title = 'asked' } }")
    officer.page.wait_for_timeout(400)
    assert officer.page.title() != "asked"
    assert house.street.complaints == []
