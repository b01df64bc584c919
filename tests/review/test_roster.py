"""The list of reviewers: what it finds, what stands in the way of asking one, and the file of it."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.taxonomy import IndustryField, Region, RootTechnology
from applications.review import actions, people, queries
from applications.review.lists import REVIEWERS
from applications.review.models import ReviewerProfile
from tests.asking import text
from tests.copies import costs_of_a_list
from tests.remembering import step
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english")
LIST, EXPORT = (reverse(f"review:{name}") for name in ("reviewers", "reviewers_export"))


@pytest.fixture(autouse=True)
def december():
    with clock.at(AFTER):
        yield


@step
def known(world, name, **columns):
    """A reviewer with this name and these columns of the profile."""
    user = world.reviewer(name=name)
    profile = user.reviewer_profile
    for field, terms in (
        ("technologies", columns.pop("technologies", None)),
        ("fields", columns.pop("fields", None)),
    ):
        if terms is not None:
            getattr(profile, field).set(terms)
    ReviewerProfile.objects.filter(pk=profile.pk).update(**columns)
    return user


def found(client, query="", **more):
    response = client.get(LIST, {"q": query} | more)
    return [row.user.name for row in response.context["page"].rows]


@pytest.fixture
@step
def three(world):
    mould, casting = RootTechnology.objects.all()[:2]
    giga = IndustryField.objects.first()
    return [
        known(world, "김가온", affiliation="한결금형(주)", kind="industry", region=Region.objects.get(code="48"), technologies=[mould], keywords="사출, 냉각"),
        known(world, "이도윤", affiliation="다온대학교", kind="academia", department="기계공학과", technologies=[mould, casting], fields=[giga]),
        known(world, "박서린", affiliation="새봄연구원", kind="institute", affiliation_number="1108100062", technologies=[casting]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("가온", ["김가온"]),
        ("금형", ["김가온"]),
        ("계공", ["이도윤"]),
        ("냉각", ["김가온"]),
        ("110-81-00062", ["박서린"]),
        ("kind:academia", ["이도윤"]),
        ("구분:산업계", ["김가온"]),
        ("kind:academia,institute", ["박서린", "이도윤"]),
        ("region:경남", ["김가온"]),
        ("technology:{0}", ["김가온", "이도윤"]),
        ("technology:{0},{1}", ["김가온", "박서린", "이도윤"]),
        ("technology:{0} technology:{1}", ["이도윤"]),
        ("field:F1", ["이도윤"]),
        ("없는말", []),
    ],
)
def test_words_and_filters_find_reviewers_and_nobody_twice(world, three, query, names):
    codes = [term.code for term in RootTechnology.objects.all()[:2]]

    assert found(browser(world.officer), query.format(*codes)) == names


def test_a_choice_of_the_form_and_the_same_typed_narrow_together(world, three):
    first, second = (term.code for term in RootTechnology.objects.all()[:2])

    assert found(browser(world.officer), f"technology:{second}", technology=first) == ["이도윤"]


@pytest.fixture
def standing(world, three):
    """One sanctioned, one with all sessions of the year, one whose profile is old and whose account is closed."""
    first, second, third = three
    people.sanction(first.reviewer_profile, reason="Told the firm", until=clock.today(), by=world.director)
    ReviewerProfile.objects.filter(user=second).update(most_sessions=1)
    actions.assign(world.in_review(world.call(quorum=3)), reviewer=second, by=world.officer)
    ReviewerProfile.objects.filter(user=third).update(confirmed_at=clock.now() - timedelta(days=366))
    accounts.set_active(third, active=False, reason="Has retired", by=world.administrator)
    return three


def test_each_state_finds_whoever_is_in_it_and_the_row_says_all_of_them(world, standing):
    client = browser(world.officer)
    by_state = {
        state: found(client, state=state) for state in ("active", "sanctioned", "renewal", "full", "closed")
    }

    assert by_state == {
        "active": ["이도윤"], "sanctioned": ["김가온"], "renewal": ["박서린"], "full": ["이도윤"], "closed": ["박서린"],
    }  # fmt: skip
    said = {row.user.name: REVIEWERS.columns[-1].value(row) for row in queries.roster()}
    assert said == {
        "김가온": "Sanctioned", "이도윤": "Most sessions reached", "박서린": "Account deactivated, Renewal due",
    }  # fmt: skip


def test_a_sanction_that_ended_or_was_lifted_is_none(world, three):
    first, second, _third = three
    people.sanction(first.reviewer_profile, reason="Told the firm", until=clock.today(), by=world.director)
    people.sanction(second.reviewer_profile, reason="Told the firm", until=None, by=world.director)
    people.lift(second.reviewer_profile.sanctions.get(), reason="A mistake", by=world.director)

    with clock.at(AFTER + timedelta(days=1)):
        assert found(browser(world.officer), state="sanctioned") == []


def test_each_state_is_counted_by_a_request_of_its_own(world, standing):
    response = browser(world.officer).get(LIST, {"part": "counts", "kind": "academia"})

    form = {
        choice.name: {o.code: n for o, n, _link in options}
        for choice, options, *_rest in response.context["form"]
    }
    assert form["state"] == {"active": 1, "sanctioned": 0, "renewal": 0, "full": 1, "closed": 0}
    assert form["kind"] == {"industry": 1, "academia": 1, "institute": 1}
    assert response.context["found_rows"] == 1


def test_sessions_are_those_that_a_reviewer_is_asked_by(world, standing):
    here = {one.user_id: one.sessions for one in queries.roster()}

    assert {one.pk: one.sessions for one in queries.reviewers()} == {
        who: number for who, number in here.items() if who != standing[2].pk
    }
    assert found(browser(world.officer), "sessions:>=1") == ["이도윤"]
    assert found(browser(world.officer), sort="-sessions")[0] == "이도윤"
    assert "1 / 1" in text(browser(world.officer).get(LIST))


@pytest.mark.parametrize("sort", ["name", "-name", "email", "affiliation", "kind", "-sessions", "sessions"])
def test_every_order_turns_its_pages_to_the_end_without_a_row_twice(world, three, sort):
    for number in range(55):
        known(world, f"위원 {number % 7}", affiliation=f"Place {number % 5}")
    client, names, mark = browser(world.officer), [], ""
    while True:
        page = client.get(LIST, {"sort": sort, "mark": mark}).context["page"]
        names += [row.pk for row in page.rows]
        mark = page.next
        if not mark:
            break

    assert sorted(names) == sorted(ReviewerProfile.objects.values_list("pk", flat=True))


def test_the_list_costs_the_same_for_one_row_three_rows_and_the_second_page(world):
    client = browser(world.officer)
    world.reviewer()

    costs = costs_of_a_list(client, LIST, world.reviewer)

    assert [rows for rows, _queries in costs] == [1, 3, 50, 10]
    assert len({queries for _rows, queries in costs}) == 1


# The file


ASKED = {"kind": "csv", "columns": "all", "reason": "For the panel of May"}


def rows_of(response):
    return list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))


def test_a_file_holds_what_the_list_shows_and_the_log_says_why_and_whose(world, three):
    known(world, "=SUM(A1)", affiliation="@place", kind="institute")

    response = browser(world.officer).post(f"{EXPORT}?kind=institute", ASKED)

    head, *lines = rows_of(response)
    assert head == [str(column.label) for column in REVIEWERS.columns]
    assert [line[:3:2] for line in lines] == [["'=SUM(A1)", "'@place"], ["박서린", "새봄연구원"]]
    entry = AccessEntry.objects.get(act="reviewer.export")
    profiles = ReviewerProfile.objects.filter(kind="institute").order_by("pk")
    assert (entry.actor, entry.reason, entry.subject_kind, entry.subject_ids) == (
        world.officer, "For the panel of May", "reviewerprofile", [profile.pk for profile in profiles],
    )  # fmt: skip


def test_no_column_of_a_file_says_who_is_a_woman_or_a_man(world):
    known(world, "김가온", gender="female")

    page = browser(world.officer).post(EXPORT, ASKED)

    assert not {"female", "Woman"} & {cell for line in rows_of(page) for cell in line}


def test_a_file_asks_the_database_as_often_for_many_as_for_one(world):
    client, counts = browser(world.officer), []
    client.get(LIST)
    for more in (1, 2):
        for _number in range(more):
            world.reviewer()
        with CaptureQueriesContext(connection) as asked:
            rows_of(client.post(EXPORT, ASKED))
        counts.append(len(asked))

    assert len(set(counts)) == 1


def test_staff_read_the_list_and_who_may_not_take_it_away_finds_no_way_to(world, three):
    readers = [world.officer, world.director, world.auditor]
    others = [three[0], world.person(), world.finance, world.ministry, world.administrator]

    assert [browser(person).get(LIST).status_code for person in (*readers, *others)] == [200] * 3 + [404] * 5
    assert [browser(person).get(EXPORT).status_code for person in (*readers, *others)] == [
        200,
        200,
        *[404] * 6,
    ]
    assert EXPORT not in browser(world.auditor).get(LIST).content.decode()


def test_only_reviewers_with_a_profile_are_in_it(world):
    world.person(Role.REVIEWER, name="Without")

    assert found(browser(world.officer)) == []
