"""The list of the desk at a real browser: counts that come by themselves, rows that are chosen, columns, by the keyboard too."""

import re
from datetime import timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from applications.intake.models import Application
from tests.world import AFTER, DURING, World

pytestmark = pytest.mark.browser
DESK = "/applications/desk/"


@pytest.fixture
def somebody(street):
    """An officer before three applications that wait and sixty that were withdrawn."""
    world = World()
    for minute in range(3):
        world.checked(world.submitted(world.r1, at=DURING + timedelta(minutes=minute)))
    firm = world.a
    Application.objects.bulk_create(
        Application(
            call=world.r1, firm=firm, field=firm.field, created_by=world.officer, status="withdrawn",
            number=f"SP-2027-9{number:03d}", submitted_at=DURING + timedelta(seconds=number),
        )
        for number in range(60)
    )  # fmt: skip
    with time_machine.travel(AFTER, tick=True):
        yield street.comes_back(world.officer, DESK, looked_at=True)


def test_the_counts_come_after_the_list_and_without_being_asked_for(street, somebody):
    page = somebody.page

    expect(page.locator("a[data-counts]").first).to_have_text(re.compile("^63"))

    assert page.locator('[data-count="status:withdrawn"]').inner_text().endswith(" 60")
    assert page.locator('option[data-count="field:F2"]').inner_text().endswith("(63)")
    assert street.complaints == []


def test_an_officer_chooses_rows_sees_the_number_and_confirms(street, somebody):
    page = somebody.goes(f"{DESK}?status=submitted").page
    page.locator("#bulk label input").check()
    chosen = page.locator('input[name="pick"]:checked').count()

    page.locator("#bulk button").first.click()
    somebody.arrived()
    rows = page.locator("tbody tr").count()
    page.locator('button[name="confirm"]').click()
    page.wait_for_selector(".panel-success")
    somebody.arrived()

    assert (chosen, rows) == (3, 3)
    assert list(Application.objects.filter(status="in_review").values_list("number", flat=True).order_by("number")) == [
        "SP-2027-0001", "SP-2027-0002", "SP-2027-0003",
    ]  # fmt: skip
    assert street.complaints == []


def test_columns_and_order_stay_in_the_address_and_a_phone_shows_them(street, somebody):
    page = somebody.page
    page.locator(".list-tools summary").last.click()
    page.locator('input[name="col"][value="region"]').check()
    page.locator('.list-tools form[method="get"] button').click()
    page.wait_for_url("**col=region*")
    page.locator("thead th a").first.click()
    page.wait_for_url("**sort=number*")
    page.set_viewport_size({"width": 390, "height": 800})

    assert page.locator('th[aria-sort="ascending"] a').is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".desk tbody tr").first.locator("td").count() == 7
    assert street.complaints == []
