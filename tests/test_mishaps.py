"""What goes wrong for people at a real browser, in Korean: two tabs, pressed twice, a wrong file, a session that ended
while they typed, a deadline that passed. The hands are in tests/test_hands.py."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from applications.intake.models import Submission
from applications.intake.rules import PLEDGES, shown
from applications.notifications.models import Letter
from tests.browser import said
from tests.world import CLOSES, PASSWORD

pytestmark = pytest.mark.browser
LONG = "초고속 열처리 공정을 자동차 부품에 적용하여 품질을 높입니다.\n" * 12
STALE = "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
KEPT = "This is not saved yet. What you typed is kept in this tab and stands in the form again when you come back to it."
BACK = "What you typed here before was not saved. It stands in the form again: please check it, then save."


# Two at once


@pytest.mark.parametrize("second", ["tab", "member"])
def test_g12_the_slower_of_two_sees_both_texts_and_then_saves_in_full_sight(house, second):
    section = house.page("section", "project")
    slower = house.opens("section", "project")
    if second == "tab":
        quicker = slower.opens_another_tab(section)
    else:
        quicker = house.opens("section", "project", by=house.colleague)

    quicker.enter({"Title": "둘"}).press("Save and continue")
    slower.enter({"Title": "하나", "Summary": LONG}).press("Save and continue")

    rows = slower.page.get_by_role("table").get_by_role("row")
    compared = [rows.nth(number).inner_text().split("\t") for number in range(rows.count())]
    assert slower.answer.status == 409
    assert said(STALE) in slower.page.get_by_role("alert").inner_text()
    assert compared[1][1:] == ["둘", "하나"]
    assert (slower.field("Title").input_value(), slower.field("Summary").input_value()) == ("하나", LONG)
    assert (house.stored.title, house.stored.summary) == ("둘", house.draft.summary)

    slower.enter({"Title": "둘하나"}).press("Save and continue")
    assert (house.stored.title, house.stored.summary) == ("둘하나", LONG.strip())


def test_sections_saved_in_two_tabs_do_not_disturb_each_other(house):
    first = house.opens("section", "project")
    second = first.opens_another_tab(house.page("section", "pledges"))

    second.page.get_by_role("checkbox").first.uncheck()
    second.press("Save and continue")
    first.enter({"Title": "하나"}).press("Save and continue")

    assert (first.answer.status, house.stored.title) == (200, "하나")
    assert sum(house.stored.consents.values()) == len(PLEDGES) - 1


def test_who_writes_on_after_a_colleague_has_handed_in_is_told_and_keeps_the_text(house):
    person = house.opens("section", "project", by=house.colleague)
    house.opens("check").press("Submit the application")

    person.enter({"Title": "하나"}).press("Save and continue")

    assert person.answer.status == 409
    assert said("Submitted") in person.page.get_by_role("alert").inner_text()
    assert (person.field("Title").input_value(), house.stored.title) == ("하나", house.draft.title)


# Pressed twice


TWICE = """async (button) => {
  for (const _click of [1, 2]) { button.click(); await new Promise((done) => setTimeout(done, 100)); }
}"""


def test_g24_a_second_click_while_the_answer_is_awaited_sends_nothing(house):
    person = house.opens("check")
    button, sent = person.page.get_by_role("button", name=said("Submit the application")), []
    person.page.route("**/submit/", lambda request: sent.append(request))  # the answer takes its time

    with person.page.expect_request("**/submit/"):
        button.evaluate(TWICE)
    with person.page.expect_navigation():
        for request in list(sent):
            request.continue_()

    assert (len(sent), person.heading) == (1, said("Application received"))


def test_g24_the_way_back_and_another_press_end_on_the_same_receipt(house):
    person = house.opens("check")
    other = person.opens_another_tab(house.page("check"))
    button = person.page.get_by_role("button", name=said("Submit the application"))

    with person.page.expect_navigation():
        button.dblclick()
    receipt = person.page.url
    person.page.go_back()
    badge = person.page.locator(".page-title .badge").inner_text()
    other.press("Submit the application")

    assert (button.count(), badge) == (0, said("Submitted"))
    assert other.page.url == receipt
    assert Submission.objects.get().number in other.text
    assert Letter.objects.filter(kind="application_received").count() == 1


# A wrong entry, a wrong file


def test_g14_one_wrong_field_leaves_the_other_answers_and_the_papers(house):
    papers = set(house.draft.documents.values_list("file__sha256", flat=True))
    person = house.opens("section", "project")

    person.enter({"Title": "가" * 101, "Summary": LONG}).press("Save and continue")
    person.page.get_by_role("alert").get_by_role("link").click()

    assert person.page.evaluate("document.activeElement.name") == "title"
    assert person.field("Summary").input_value() == LONG
    person.enter({"Title": "가" * 100}).press("Save and continue")
    assert (house.stored.title, house.stored.summary) == ("가" * 100, LONG.strip())
    assert set(house.draft.documents.values_list("file__sha256", flat=True)) == papers


def test_g18_a_program_named_like_a_paper_is_refused_beside_its_field(house):
    before = house.stored
    person = house.opens("section", "papers")
    person.follow("사업계획서")

    person.enter({"File": {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90" + bytes(500)}})
    person.press("Upload")

    described = person.field("File").get_attribute("aria-describedby").split()
    words = " ".join(person.page.locator(f"#{one}").inner_text() for one in described)
    assert "프로그램(실행 파일)" in words
    assert person.page.get_by_role("link", name="D01.pdf").count() == 1
    after = house.stored
    assert (after.version, after.answers, after.documents.count()) == (before.version, before.answers, 2)


# The session ends


def test_g13_what_was_typed_outlasts_the_session_and_is_saved_once(house):
    person = house.opens("section", "project", looked_at=True)
    Session.objects.all().delete()

    person.enter({"Title": "긴 하루", "Summary": LONG}).tick("금형")
    person.press("Save and continue")
    assert said(KEPT) in person.text
    house.signs_in_again(person)

    assert said(BACK) in person.text
    assert (person.field("Title").input_value(), person.field("Summary").input_value()) == ("긴 하루", LONG)
    assert person.page.get_by_role("checkbox", name="금형").is_checked()
    version = house.stored.version
    person.press("Save and continue")
    assert (house.stored.title, house.stored.summary) == ("긴 하루", LONG.strip())
    assert house.stored.version == version + 1
    assert house.stored.technologies.filter(name="금형").exists()
    person.goes(house.page("section", "project"))
    assert said(BACK) not in person.text
    assert house.street.complaints == []


def test_g13_what_was_typed_is_never_put_over_what_was_saved_meanwhile(house):
    person = house.opens("section", "project")
    Session.objects.all().delete()
    person.enter({"Title": "하나"}).press("Save and continue")
    colleague = house.opens("section", "project", by=house.colleague)
    colleague.enter({"Title": "둘"}).press("Save and continue")

    house.signs_in_again(person).press("Save and continue")
    assert (person.answer.status, house.stored.title) == (409, "둘")
    assert person.row("둘").inner_text().split("\t")[1:] == ["둘", "하나"]

    person.press("Save and continue")
    assert house.stored.title == "하나"


def test_who_has_signed_in_elsewhere_meanwhile_finds_the_text_again(house):
    person = house.opens("section", "project")
    Session.objects.all().delete()
    elsewhere = person.opens_another_tab(reverse("portal:home"))
    house.signs_in_again(elsewhere)

    person.enter({"Title": "하나"}).press("Save and continue")
    person.follow("Back to the form")
    person.press("Save and continue")

    assert house.stored.title == "하나"


SECRET = """() => {
  const form = document.querySelector("[data-keep] form");
  for (const type of ["password", "file"]) form.append(Object.assign(document.createElement("input"), { type, name: type }));
}"""


def test_what_was_typed_is_kept_for_its_writer_until_it_is_discarded_or_they_leave(house):
    profile = reverse("firms:edit", args=[house.world.a.key])
    person = house.street.comes_back(house.owner, profile)
    before = person.field("address").input_value()

    def types(address):
        person.goes(profile).page.evaluate(SECRET)
        person.page.fill("[name=password]", PASSWORD)
        person.enter({"address": address})
        return stored()

    def stored():
        return person.page.evaluate("Object.values(sessionStorage).join()")

    kept = types("가상로 2")
    shown_again = person.goes(profile).field("address").input_value()
    person.page.get_by_role("button", name=said("Discard it and show what is saved")).click()
    discarded, after_discarding = person.field("address").input_value(), stored()
    types("가상로 3")
    person.press("Sign out")
    after_signing_out = stored()
    person.is_signed_in_as(house.owner)
    types("가상로 4")
    person.is_signed_in_as(house.colleague).goes(reverse("portal:home"))
    for_somebody_else = stored()

    assert (PASSWORD in kept, "csrf" in kept, '"file"' in kept, "가상로 2" in kept) == (
        False,
        False,
        False,
        True,
    )
    assert (shown_again, discarded) == ("가상로 2", before)
    assert (after_discarding, after_signing_out, for_somebody_else) == ("", "", "")


def test_a_button_without_a_page_of_its_own_comes_back_to_where_it_stands(house):
    person = house.opens("check")
    Session.objects.all().delete()

    person.press("Submit the application")
    house.signs_in_again(person)
    assert (person.page.url.endswith(house.page("check")), house.stored.status) == (True, "draft")

    person.confirms(PASSWORD).press("Submit the application")
    assert person.heading == said("Application received")


# The deadline passes


def test_g28_opened_before_and_sent_after_the_deadline_says_both_instants_and_keeps_the_draft(house):
    house.clock.move_to(CLOSES - timedelta(minutes=10))
    person = house.opens("section", "project")
    check = person.opens_another_tab(house.page("check"))
    house.clock.move_to(CLOSES + timedelta(seconds=1))
    person.enter({"Summary": LONG})

    saving = person.page.locator("[data-saving].error")
    saving.wait_for()
    told = saving.inner_text()
    person.press("Save and continue")
    check.press("Submit the application")

    assert told.count(shown(CLOSES)) == 1
    for page in (person, check):
        alert = page.page.get_by_role("alert").inner_text()
        instants = re.findall(r"2026-12-15 \d\d:\d\d:\d\d KST", alert)
        assert (page.answer.status, instants[0]) == (409, shown(CLOSES))
        assert instants[1] > shown(CLOSES)
    assert person.field("Summary").input_value() == LONG
    assert said("Your draft is kept as it is.") in check.text
    assert (house.stored.status, house.stored.summary) == ("draft", house.draft.summary)
    check.follow("Back to the application")
    check.follow("Read the application")
    assert house.draft.summary in check.text
