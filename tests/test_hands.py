"""A whole application with nothing but a keyboard; on a phone a table that is written, a paper that is uploaded, and the last steps."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from applications.decision.appeals import Appeal
from applications.intake.models import Submission
from tests.browser import Hands, said
from tests.decision.contested import LAST_DAY, TEXT, published_list
from tests.fixtures import hwpx, pdf
from tests.test_autosave import SAVED
from tests.world import PASSWORD

pytestmark = pytest.mark.browser


def test_a_whole_application_is_written_and_handed_in_by_the_keyboard_alone(house):
    draft = house.world.draft(house.world.sprout, house.world.b, complete=False)
    person = house.street.comes_back(house.world.owner_of(house.world.b), draft.get_absolute_url())
    hands, save = Hands(person), "main form .button-primary"

    hands.goes("ol.tasks a[href$='/project/']")
    hands.types("[name=title]", "키보드로 쓴 계획")
    hands.types("[name=summary]", "처음부터 끝까지 키보드로 썼습니다.")
    hands.goes(save)
    hands.goes(save)  # no demand company
    for code in ("entry", "strength", "automation", "demand"):
        hands.types(f"[name=answer_{code}]", "단계별 목표와 수치를 적었습니다.")
    hands.goes(save)
    hands.types("[name=answer_hiring]", "7")
    hands.to("[name=answer_restructuring]")
    hands.keyboard.press("ArrowDown")
    hands.goes(save)
    for code in ("in_default", "audit", "barred", "social"):
        hands.to(f"[name=answer_{code}]").keyboard.press("ArrowDown")
    hands.goes(save)
    for code, name, content in (("D01", "계획서.hwpx", hwpx()), ("D02", "증명.pdf", pdf())):
        hands.goes(f"a[href$='/papers/{code}/']")
        hands.chooses(name, content)
        hands.goes("[name=upload]")
    house.clock.shift(timedelta(minutes=16))  # the log-in is no fresh proof any more
    hands.goes("main a[href$='/pledges/']")
    for code in ("true", "credit", "ethics", "provide"):
        hands.to(f"[name={code}]").keyboard.press("Space")
    hands.goes(save)
    hands.goes("main .to-do a.button-primary")
    hands.types("[name=password]", PASSWORD)
    with person.page.expect_navigation():
        hands.keyboard.press("Enter")
    hands.goes("main form[action$='/submit/'] button")

    assert person.heading == said("Application received")
    assert Submission.objects.get(application=draft).number in person.text


def test_on_a_phone_a_table_is_written_a_paper_uploaded_and_the_application_confirmed_and_handed_in(house):
    person = house.street.comes_back(house.owner, house.draft.get_absolute_url())
    page = person.page
    page.set_viewport_size({"width": 390, "height": 844})
    widths = []

    def fits():
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    def cell(row, column):
        return page.locator(f"[name=answer_equipment-{row}-{column}]")

    fits()
    person.follow("인력·투자와 사업재편")
    page.get_by_role("button", name=said("Add a row")).click()
    for row, values in enumerate([("열처리로", "제품", "30,000,000"), ("온도 제어기", "시험", "5000000")]):
        for column, value in zip(("name", "use", "krw"), values, strict=True):
            cell(row, column).fill(value)
    fits()
    expect(page.locator("[data-saving]")).to_have_text(SAVED)
    assert house.stored.answers["equipment"] == [
        {"name": "열처리로", "use": "제품", "krw": 30_000_000},
        {"name": "온도 제어기", "use": "시험", "krw": 5_000_000},
    ]
    person.follow(re.compile(said("Papers")), within=page.locator("#steps"))
    with page.expect_file_chooser() as chooser:
        page.locator("#paper_D04").get_by_role("button", name=said("Choose a file")).click()
    chooser.value.set_files([{"name": "재무제표.pdf", "mimeType": "application/pdf", "buffer": pdf()}])
    page.locator("#paper_D04").get_by_role("link", name="재무제표.pdf").wait_for()
    fits()
    house.clock.shift(timedelta(minutes=16))
    person.goes(house.draft.get_absolute_url())
    person.follow("Check and submit")
    fits()
    person.follow("Confirm that it is you")
    fits()
    person.enter({"Password": PASSWORD}).press("Confirm", within=person.page.get_by_role("main"))
    fits()
    person.press("Submit the application")
    fits()

    assert widths == [390] * 7
    assert person.heading == said("Application received")
    assert Submission.objects.get().number in person.text
    assert "재무제표.pdf" in person.text


def test_an_appeal_is_written_and_handed_in_by_the_keyboard_alone(house):
    _list, [*_others, declined] = published_list(house.world)
    house.clock.move_to(LAST_DAY)
    owner = house.world.owner_of(declined.firm)
    hands = Hands(house.street.comes_back(owner, f"/decisions/results/{declined.key}/appeal/"))

    hands.goes("main form .button-primary")
    hands.to("[name=ground]")
    hands.keyboard.press("Space")
    hands.types("[name=text]", TEXT)
    hands.goes("[formaction]")  # nothing was saved before

    appeal = Appeal.objects.get()
    assert (appeal.status, appeal.ground, appeal.text) == ("received", "error", TEXT)
    assert house.street.complaints == []
