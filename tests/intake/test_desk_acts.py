"""What the list of the desk does besides showing: views that are kept, files, and one act for many applications."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse

from applications.intake import actions
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.access import Predicate
from applications.kernel.accesslog import AccessEntry
from applications.kernel.keeping import MOST, SavedView
from applications.notifications.models import Letter
from applications.permissions import PERMISSIONS
from tests.intake.test_views import text
from tests.together import together
from tests.world import AFTER, DURING, browser

DESK, EXPORT, BULK = "/applications/desk/", "/applications/desk/export/", "/applications/desk/eligible/"
pytestmark = pytest.mark.usefixtures("closed")
KEEP = "/views/desk/"


@pytest.fixture
def officer(world):
    return browser(world.officer)


def told(response):
    return [str(message) for message in response.context["messages"]]


# Views


def test_a_view_is_kept_with_what_the_list_understood_and_leads_there(world, officer):
    sent = {
        "name": "  경남 대기 ",
        "query": "q=%EB%AA%B0%EB%93%9C&status=submitted&mark=x&sort=-score&strange=1&field=F9",
    }

    response = officer.post(KEEP, sent, follow=True)

    view = SavedView.objects.get()
    assert (view.name, view.owner, view.shared) == ("경남 대기", world.officer, False)
    assert view.query == "q=%EB%AA%B0%EB%93%9C&status=submitted&sort=-score"
    assert response.request["QUERY_STRING"] == view.query
    assert told(response) == ["The view “경남 대기” is kept."]
    assert (
        f'<a href="?{view.query.replace("&", "&amp;")}" aria-current="true">경남 대기</a>'
        in response.content.decode()
    )


def test_a_name_that_is_used_again_gets_the_new_query(officer):
    for query in ("status=submitted", "status=returned"):
        officer.post(KEEP, {"name": "Mine", "query": query})

    assert list(SavedView.objects.values_list("query", flat=True)) == ["status=returned"]


def test_colleagues_see_what_is_shared_and_only_the_owner_removes_it(world, officer):
    officer.post(KEEP, {"name": "For all", "shared": "on"})
    officer.post(KEEP, {"name": "Mine"})
    director = browser(world.director)
    shared, own = SavedView.objects.order_by("name")

    page = text(director.get(DESK))
    answers = [
        director.post(reverse("portal:drop_view", args=[view.key])).status_code for view in (shared, own)
    ]
    officer.post(reverse("portal:drop_view", args=[own.key]))

    assert ("For all" in page, "Mine" in page) == (True, False)
    assert answers == [404, 404]
    assert list(SavedView.objects.all()) == [shared]


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "a\u202eb"])
def test_a_view_without_a_proper_name_is_not_kept(officer, name):
    response = officer.post(KEEP, {"name": name}, follow=True)

    assert told(response) == ["Please give the view a name of at most 40 characters."]
    assert SavedView.objects.count() == 0


def test_a_person_keeps_so_many_views_and_no_more(world, officer):
    SavedView.objects.bulk_create(
        SavedView(owner=world.officer, list="desk", name=str(n)) for n in range(MOST)
    )

    response = officer.post(KEEP, {"name": "One more"}, follow=True)

    assert told(response) == ["You have 20 views of this list. Please remove one first."]
    assert officer.post("/views/nothing/", {"name": "x"}).status_code == 404


# Export


@pytest.fixture
def three(world):
    """SP-2027-0001 to 0003, the second one of a firm whose name is a formula."""
    for minute, name in enumerate(["(주)한결", "=1+1", "새림"]):
        world.submitted(
            world.r1, world.firm(name=name), title=f"제목 {minute}", at=DURING + timedelta(minutes=minute)
        )


ASKED = {"kind": "csv", "columns": "shown", "reason": "For the meeting of the panel"}


def rows_of(response):
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_g41_the_file_holds_what_the_list_shows_and_the_access_log_says_why(world, officer, three):
    response = officer.post(f"{EXPORT}?q=2027&sort=firm&col=firm&col=title", ASKED)
    rows = rows_of(response)

    assert rows == [
        ["Number", "Firm", "Title"], ["SP-2027-0001", "(주)한결", "제목 0"],
        ["SP-2027-0002", "'=1+1", "제목 1"], ["SP-2027-0003", "새림", "제목 2"],
    ]  # fmt: skip
    entry = AccessEntry.objects.get()
    assert (entry.actor, entry.act, entry.reason) == (world.officer, "application.export", ASKED["reason"])
    assert entry.subject_ids == list(Application.objects.order_by("pk").values_list("pk", flat=True))


def test_all_columns_are_forty_and_come_as_an_excel_file_too(officer, three):
    lines = rows_of(officer.post(EXPORT, ASKED | {"columns": "all"}))
    response = officer.post(f"{EXPORT}?q=0001", ASKED | {"columns": "all", "kind": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))

    assert [len(line) for line in lines] == [40] * 4
    assert response["Content-Disposition"].startswith('attachment; filename="applications-')
    assert book.read("xl/worksheets/sheet1.xml").count(b"<row ") == 2


@pytest.mark.parametrize("reason", ["", "no", "x" * 501])
def test_no_file_leaves_without_a_reason(officer, three, reason):
    response = officer.post(EXPORT, ASKED | {"reason": reason})

    assert (response.status_code, list(response.context["form"].errors)) == (200, ["reason"])
    assert AccessEntry.objects.count() == 0


def test_the_page_says_how_many_the_file_will_hold(officer, three):
    assert "The file will hold 3 rows" in text(officer.get(EXPORT))
    assert "The file will hold 1 row," in text(officer.get(EXPORT, {"q": "0002"}))


def test_a_file_asks_the_database_as_often_for_many_as_for_one(world, officer, django_assert_num_queries):
    world.submitted(world.r1)
    officer.get(EXPORT)
    with django_assert_num_queries(6):  # session, person, how many, whose data, the log, rows
        rows_of(officer.post(EXPORT, ASKED | {"columns": "all"}))
    world.submitted(world.r1), world.submitted(world.r1)

    with django_assert_num_queries(6):
        assert len(rows_of(officer.post(EXPORT, ASKED | {"columns": "all"}))) == 4


# Many at once


def test_the_exact_number_is_shown_and_nothing_done_before_it_is_confirmed(officer, three):
    page = officer.post(BULK, {"which": "all", "query": "q=%EC%A0%9C%EB%AA%A9"})

    assert "3 applications will be found eligible" in text(page)
    assert set(Application.objects.values_list("status", flat=True)) == {"submitted"}


def keys(*applications):
    return [str(one.key) for one in applications]


def confirmed(officer, page):
    """What is answered to the button of a page that asks, or goes on."""
    return officer.post(BULK, {"confirm": page.context["act"]["key"], "query": "q=x"})


def statuses():
    return list(Application.objects.order_by("number").values_list("status", flat=True))


def test_what_is_ticked_on_several_pages_of_the_list_is_chosen_until_it_is_let_go(officer, three):
    first, second, third = Application.objects.order_by("number")
    here = {"query": "status=submitted", "shown": keys(first, second)}
    numbers = {}

    turned = officer.post(BULK, here | {"pick": keys(first, second), "mark": "x"})
    listed = officer.get(DESK, {"status": "submitted"})
    numbers["two pages"] = officer.post(BULK, {"shown": keys(third), "pick": keys(third)}).context["number"]
    numbers["one let go"] = officer.post(BULK, here | {"pick": keys(second)}).context["number"]
    officer.post(BULK, {"forget": "yes"})
    after = officer.get(DESK, {"status": "submitted"})

    assert turned.url == f"{DESK}?status=submitted&mark=x"
    assert "2 chosen so far" in text(listed)
    assert re.findall(r'value="([^"]+)" aria-label="[^"]+" checked>', listed.content.decode()) == keys(
        second, first
    )
    assert numbers == {"two pages": 3, "one let go": 2}
    assert (
        "chosen so far" in text(after),
        'aria-label="SP-2027-0001" checked>' in after.content.decode(),
    ) == (
        False,
        False,
    )
    assert set(statuses()) == {"submitted"}


def test_each_goes_by_its_own_rule_and_each_refusal_is_told(world, officer, three):
    first, second, third = Application.objects.order_by("number")
    world.checked(first), world.checked(second)
    actions.propose_exclusion(second, code="E01", reason="Closed down", by=world.officer)

    page = confirmed(officer, officer.post(BULK, {"pick": keys(first, second, third)}))

    assert statuses() == ["in_review", "submitted", "submitted"]
    assert "1 application is found eligible. Its firm is told." in text(page)
    reasons = dict(page.context["refused"])
    assert list(reasons) == [second, third]
    assert reasons[second] == "A proposal to rule it out waits for the director."
    assert reasons[third].startswith("Still open in the checklist: E01, ")
    assert Letter.objects.filter(kind="application_eligible").count() == 1
    assert "chosen so far" not in text(officer.get(DESK, {"status": "submitted"}))


def test_pressed_again_or_of_a_page_that_another_one_has_replaced_nothing_is_done(world, officer, three):
    first, second, _third = Application.objects.order_by("number")
    world.checked(first), world.checked(second)
    replaced, page = (
        officer.post(BULK, {"shown": keys(first, second), "pick": keys(one)}) for one in (first, second)
    )
    confirmed(officer, page)

    again = [told(officer.get(confirmed(officer, one).url)) for one in (replaced, page)]

    assert again == [["This was done before, or something else was chosen since. Please choose again."]] * 2
    assert statuses() == ["submitted", "in_review", "submitted"]
    assert Letter.objects.filter(kind="application_eligible").count() == 1


@pytest.mark.postgresql
def test_pressed_twice_at_once_each_is_done_and_counted_once(committed, world, officer, three):
    for one in Application.objects.all():
        world.checked(one)
    page = officer.post(BULK, {"which": "all", "query": "status=submitted"})

    def press():
        one = browser()
        one.cookies = officer.cookies.copy()
        with clock.at(AFTER):  # a thread has an instant of its own
            return confirmed(one, page)

    answers = together(press, press)

    assert sorted(answer.status_code for answer in answers) == [200, 302]
    [done] = [answer for answer in answers if answer.status_code == 200]
    assert "3 applications are found eligible." in text(done)
    assert done.context["refused"] == []
    assert statuses() == ["in_review"] * 3
    assert Letter.objects.filter(kind="application_eligible").count() == 3


def test_nothing_and_nonsense_choose_nothing(officer, three):
    for sent in ({}, {"pick": ["x", "'"]}, {"which": "all", "query": "q=nothing\r\nX: y"}):
        response = officer.post(BULK, sent, follow=True)
        assert told(response) == ["Please choose at least one application."]


def test_many_are_counted_first_and_done_in_pieces_that_say_how_far_it_is(world, officer, monkeypatch, three):
    first, second, third = Application.objects.order_by("number")
    world.checked(first), world.checked(third)
    monkeypatch.setattr("applications.kernel.choosing.AT_ONCE", 2)

    asks = officer.post(BULK, {"which": "all", "query": "status=submitted"})
    half = confirmed(officer, asks)
    done = confirmed(officer, half)

    assert "3 applications will be found eligible" in text(asks)
    assert list(asks.context["shown"]) == [first, second]
    assert "2 of 3 are looked at" in text(half) and "Go on with the last one" in text(half)
    assert [[one for one, _why in page.context["refused"]] for page in (half, done)] == [[second], []]
    assert "3 of 3 are looked at" in text(done) and "2 applications are found eligible." in text(done)
    assert "1 is left as it is in all" in text(done) and "Go on" not in text(done)
    assert statuses() == ["in_review", "submitted", "in_review"]


def test_of_more_than_can_be_chosen_the_others_are_counted(officer, monkeypatch, three):
    monkeypatch.setattr("applications.kernel.choosing.MOST", 2)

    page = text(officer.post(BULK, {"which": "all", "query": "status=submitted"}))

    assert "2 applications will be found eligible" in page
    assert "1 more matches: come back to the list for it afterwards." in page


def test_an_officer_who_lost_the_role_meanwhile_does_nothing_and_hears_it_of_each(
    world, officer, three, monkeypatch
):
    page = officer.post(BULK, {"which": "all"})
    monkeypatch.setitem(PERMISSIONS, "application.screen", Predicate(lambda user, thing: False))

    done = confirmed(officer, page)

    assert [reason for _one, reason in done.context["refused"]] == ["You may not do this any more."] * 3
    assert set(statuses()) == {"submitted"}


def test_only_an_officer_is_offered_the_act_and_an_auditor_no_file(world, three):
    pages = {
        who: browser(getattr(world, who)).get(DESK, {"status": "submitted"}).content.decode()
        for who in ("officer", "director", "auditor")
    }

    assert {who for who, page in pages.items() if BULK in page} == {"officer"}
    assert {who for who, page in pages.items() if EXPORT in page} == {"officer", "director"}


def test_the_act_is_offered_where_the_list_holds_what_it_can_be_done_to(officer, three):
    offered = {
        status: BULK in officer.get(DESK, {"status": status, "q": "2027"}).content.decode()
        for status in ("", "submitted", "in_review")
    }

    assert offered == {"": False, "submitted": True, "in_review": False}
