"""The pages of appeals: the firm writes and hands in, staff examine and decide, nobody else finds anything."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from applications.decision import actions, appealing, continuing
from applications.decision.appeals import Appeal, AppealAttempt
from applications.kernel import clock
from applications.permissions import TIMETABLE
from applications.portal.queries import late_for, waiting_for
from tests.decision.contested import (
    END,
    LAST_DAY,
    PUBLISHED,
    REASONS,
    TEXT,
    appealed,
    begun,
    decided,
    published_list,
    results,
)
from tests.intake.test_receipt import words
from tests.standing import standing
from tests.world import PDF, at, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


def a_published_list(world):
    world.listed = published_list(world)


world = standing(a_published_list)


@pytest.fixture
def declined(world):
    _list, [*_others, declined] = world.listed
    return declined


def url(appeal, name=""):
    return f"/decisions/appeals/{appeal.key}/{name}"


def text(response):
    return response.content.decode()


def test_a_firm_appeals_from_its_result_to_the_receipt(world, declined):
    client = browser(world.owner_of(declined.firm))
    result = f"/decisions/results/{declined.key}/"

    before = text(at(client, "get", LAST_DAY, result))
    explained = at(client, "get", LAST_DAY, f"{result}appeal/")
    assert "until the end of 31 Dec 2026 (Korean time)" in text(explained)
    begun_at = at(client, "post", LAST_DAY, f"{result}appeal/")
    appeal = Appeal.objects.get()
    assert begun_at["Location"] == url(appeal)
    at(client, "post", LAST_DAY, url(appeal, "write/"), {"ground": "misread", "text": TEXT, "wanted": ""})
    sent = {"file": SimpleUploadedFile("sales.pdf", PDF), "upload": "1"}
    at(client, "post", LAST_DAY, url(appeal, "evidence/"), sent)
    draft = text(at(client, "get", LAST_DAY, url(appeal)))
    assert TEXT in draft
    assert "sales.pdf" in draft
    typed = {"ground": "misread", "text": f"{TEXT} And more.", "wanted": ""}
    at(client, "post", LAST_DAY, url(appeal, "hand-in/"), typed)
    page = text(at(client, "get", LAST_DAY, url(appeal)))
    receipt = words(at(client, "get", LAST_DAY, url(appeal, "receipt/")).content)
    again = text(at(client, "get", LAST_DAY, result))

    appeal.refresh_from_db()
    assert "Your appeal AP-2027-0001 has arrived. You are told the answer by 1 Feb 2027." in page
    assert appeal.text == f"{TEXT} And more."  # what was typed last, saved or not
    for shown in ("AP-2027-0001", "sales.pdf", appeal.sha256, appeal.text):
        assert shown in receipt.replace("\n", " ") or shown in receipt.replace("\n", "")
    assert "answered by 1 Feb 2027" in again
    assert ("you may appeal until" in before, "you may appeal until" in again) == (True, False)
    assert f"{result}appeal/" not in again


def test_what_arrives_at_the_end_is_refused_and_its_arrival_is_kept(world, declined):
    client, appeal = browser(world.owner_of(declined.firm)), begun(world, declined)
    with clock.at(LAST_DAY):
        appealing.write(
            appeal, ground="misread", text=TEXT, wanted="", by=world.owner_of(declined.firm), now=LAST_DAY
        )

    response = at(client, "post", END, url(appeal, "hand-in/"))

    assert response.status_code == 409
    assert "The time to appeal ended at 1 Jan 2027, 00:00." in text(response)
    assert list(AppealAttempt.objects.values_list("arrived_at", flat=True)) == [END]
    page = text(at(client, "get", END, url(appeal)))
    assert "It was not handed in." in page
    assert "hand-in/" not in page
    assert at(client, "get", END, f"/decisions/results/{declined.key}/appeal/").status_code == 302


def test_what_was_typed_stays_where_it_cannot_be_saved(world, declined):
    client, appeal = browser(world.owner_of(declined.firm)), begun(world, declined)

    response = at(
        client, "post", END, url(appeal, "write/"), {"ground": "other", "text": TEXT, "wanted": "A new panel"}
    )

    assert response.status_code == 409
    appeal.refresh_from_db()
    assert appeal.text == ""


def test_what_an_appeal_lacks_is_said_in_the_form_that_holds_what_was_typed(world, declined):
    client, appeal = browser(world.owner_of(declined.firm)), begun(world, declined)

    response = at(
        client, "post", LAST_DAY, url(appeal, "hand-in/"), {"ground": "", "text": "Short", "wanted": ""}
    )

    appeal.refresh_from_db()
    assert (response.status_code, appeal.status, appeal.text) == (409, "draft", "Short")
    assert "Please choose the ground of your appeal." in text(response)
    assert "Please explain why the decision is wrong (at least 20 characters)." in text(response)
    for name in ("hand-in/", "write/"):  # who comes back to the address of a press is led to the appeal
        assert at(client, "get", LAST_DAY, url(appeal, name))["Location"] == url(appeal)


def test_an_appeal_that_is_handed_in_twice_is_handed_in_once(world, declined):
    client, appeal = browser(world.owner_of(declined.firm)), begun(world, declined)
    typed = {"ground": "misread", "text": TEXT, "wanted": ""}

    answers = [at(client, "post", LAST_DAY, url(appeal, "hand-in/"), typed) for _press in range(2)]

    appeal.refresh_from_db()
    assert [answer["Location"] for answer in answers] == [url(appeal)] * 2
    assert (appeal.number, AppealAttempt.objects.count()) == ("AP-2027-0001", 2)


def test_before_it_is_decided_the_firm_does_not_read_what_is_proposed(world, declined):
    appeal = appealed(world, declined)
    appealing.propose_decision(appeal, outcome="dismissed", reasons=REASONS, by=world.officer2)
    client = browser(world.owner_of(declined.firm))

    before = text(at(client, "get", LAST_DAY, url(appeal)))
    with clock.at(LAST_DAY):
        appealing.confirm(appeal, by=world.director)
    after = text(at(client, "get", LAST_DAY, url(appeal)))

    assert REASONS not in before
    assert "Decision proposed" in before or "Received" in before
    assert REASONS in after


def test_nobody_but_the_firm_and_staff_finds_an_appeal(world, declined):
    appeal = appealed(world, declined)
    reviewer = world.reviewer()
    for person in (world.person(), reviewer, world.finance, world.ministry, world.administrator):
        client = browser(person)
        assert [at(client, "get", LAST_DAY, url(appeal, name)).status_code for name in ("", "receipt/")] == [
            404,
            404,
        ]
        assert at(client, "get", LAST_DAY, "/decisions/appeals/").status_code == 404
    draft = begun(world, published_in_another_call(world))
    for person in (world.officer, world.director, world.auditor):
        assert at(browser(person), "get", LAST_DAY, url(draft)).status_code == 404


def published_in_another_call(world):
    _list, [declined] = published_list(world, ["51"], world.plain_call())
    return declined


def test_the_desk_lists_what_is_due_first_and_says_what_is_late(world):
    _list, applications = published_list(world, ["91", "88", "85", "55", "54", "53"], world.plain_call())
    late = appealed(world, applications[3], PUBLISHED + timedelta(days=1))
    fresh = appealed(world, applications[4], LAST_DAY)
    done = decided(world, appealed(world, applications[5], LAST_DAY), "dismissed")
    now = clock.kst(2027, 1, 25, 9)  # the first was due on the 21st

    page = text(at(browser(world.officer), "get", now, "/decisions/appeals/"))
    only_late = text(at(browser(world.officer), "get", now, "/decisions/appeals/?waiting=late"))

    assert page.index(late.number) < page.index(fresh.number)
    assert done.number in page
    assert "Late" in page
    assert late.number in only_late
    assert fresh.number not in only_late
    with clock.at(now):
        assert [row[1] for row in late_for(world.officer) if row[2] == "decision:appeals"] == [1]
        assert [row[1] for row in waiting_for(world.officer) if row[2] == "decision:appeals"] == [2]
        assert [row[1] for row in late_for(world.director)] == [1]


def test_an_officer_proposes_and_a_director_decides_on_the_pages(world, declined):
    appeal = appealed(world, declined)
    officer, director = browser(world.officer2), browser(world.director)

    wrong = at(officer, "post", LAST_DAY, url(appeal, "decide/"), {"outcome": "upheld", "reasons": REASONS})
    assert wrong.status_code == 409
    assert "Please choose what is opened again." in text(wrong)
    decision = {"outcome": "upheld", "remedy": "decide", "reasons": REASONS}
    assert at(officer, "post", LAST_DAY, url(appeal, "decide/"), decision).status_code == 302
    assert "You proposed it; a director confirms it." in text(at(officer, "get", LAST_DAY, url(appeal)))
    assert at(officer, "post", LAST_DAY, url(appeal, "confirm/")).status_code == 404
    assert "Decide as proposed" in text(at(director, "get", LAST_DAY, url(appeal)))
    assert at(director, "post", LAST_DAY, url(appeal, "confirm/")).status_code == 302

    assert results([declined]) == ["reviewed"]
    firm = text(
        at(browser(world.owner_of(declined.firm)), "get", LAST_DAY, f"/decisions/results/{declined.key}/")
    )
    assert "Your appeal was upheld: the application is decided again, and you are told." in firm


def test_a_further_list_is_looked_at_and_proposed_on_its_page(world):
    first, [a, _b, _c, d, *_rest] = world.listed
    owner, officer = browser(world.owner_of(a.firm)), browser(world.officer)
    page = f"/decisions/results/{a.key}/give-up/"
    assert "cannot be undone" in text(at(owner, "get", LAST_DAY, page))
    assert at(owner, "post", LAST_DAY, page, {"reason": "Another programme"}).status_code == 302
    assert at(owner, "get", LAST_DAY, page).status_code == 302
    desk = text(at(officer, "get", LAST_DAY, "/decisions/?waiting=approval"))
    assert world.r1.number in desk

    address = f"/decisions/calls/{world.r1.key}/further/"
    shown = text(at(officer, "get", LAST_DAY, address))
    assert d.firm.name in shown
    assert "Another programme" in shown
    sent = {"note": "A place is free", "replaces": first.ordinal}
    assert at(officer, "post", LAST_DAY, address, sent).status_code == 302
    again = at(officer, "post", LAST_DAY, address, sent)
    assert again.status_code == 409

    assert results([d]) == ["reserved"]
    later = world.r1.proposals.first()
    with clock.at(LAST_DAY):
        actions.approve(later, by=world.officer2)
        actions.publish(later, by=world.officer)
    gone = text(at(owner, "get", LAST_DAY, f"/decisions/results/{a.key}/"))
    up = text(at(browser(world.owner_of(d.firm)), "get", LAST_DAY, f"/decisions/results/{d.key}/"))
    assert "Your firm has given its place up." in gone
    assert "Selected" in up


def test_the_list_of_appeals_costs_the_same_for_few_and_many(world, django_assert_max_num_queries):
    _list, applications = published_list(world, ["91", "88", "85", "55", "54", "53"], world.plain_call())
    for application in applications[3:]:
        appealed(world, application)
    client = browser(world.officer)

    with clock.at(LAST_DAY), django_assert_max_num_queries(9):
        assert client.get("/decisions/appeals/").status_code == 200


def test_a_reserve_whose_list_has_ended_reads_so(world):
    call = world.plain_call()
    type(call).objects.filter(pk=call.pk).update(reserve_days=30)
    call.refresh_from_db()
    first, [*_selected, d, _e, _f] = published_list(world, call=call)
    end = clock.kst(2027, 1, 21)
    with clock.at(end):
        first.refresh_from_db()
        continuing.lapse(first, by=TIMETABLE)

    page = text(at(browser(world.owner_of(d.firm)), "get", end, f"/decisions/results/{d.key}/"))

    assert "The reserve list has ended" in page
