"""The depth of a profile: yearly figures, and the history of a firm in words."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.firms import actions
from applications.firms.actions import figures, joining, owners
from applications.firms.models.figures import YearlyFigures
from applications.firms.rules.figures import figures_wrong, years_open
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied, Refused
from applications.kernel.taxonomy import RootTechnology
from tests.firms.test_firms import errors
from tests.world import at, browser

NOW = clock.kst(2026, 12, 1, 9)
TYPED = {"sales_krw": "5,000,000,000", "exports_krw": "1000000000", "employees": "30", "rnd_krw": "0"}
STORED = {"sales_krw": 5_000_000_000, "exports_krw": 1_000_000_000, "employees": 30, "rnd_krw": 0}


def page_of(firm, year=2025):
    return reverse("firms:year", args=[firm.key, year])


def stored(firm):
    return {row.year: {name: getattr(row, name) for name in STORED} for row in firm.figures.all()}


# Yearly figures


def test_years_are_closed_five_at_most_and_none_before_the_firms_first():
    def years(founded):
        return years_open(founded_on=clock.kst(founded, 5, 1).date(), today=NOW.date())

    assert years(2000) == [2025, 2024, 2023, 2022, 2021]
    assert years(2024) == [2025, 2024]
    assert years(2026) == []


def test_exports_are_a_part_of_the_sales():
    assert figures_wrong(sales_krw=5, exports_krw=5) == []
    assert [reason.field for reason in figures_wrong(sales_krw=5, exports_krw=6)] == ["exports_krw"]


def test_an_owner_enters_changes_and_removes_the_figures_of_a_year(world):
    firm, client = world.a, browser(world.owner_of(world.a))

    entered = at(client, "post", NOW, page_of(firm), TYPED)
    assert (entered.url, stored(firm)) == (reverse("firms:figures", args=[firm.key]), {2025: STORED})
    at(client, "post", NOW, page_of(firm), TYPED | {"employees": "31"})
    assert stored(firm) == {2025: STORED | {"employees": 31}}
    at(client, "post", NOW, page_of(firm), TYPED | {"employees": "31"})
    at(client, "post", NOW, page_of(firm), {"remove": "1"})

    assert stored(firm) == {}
    assert [(t.verb, t.before, t.after) for t in audit.trail(firm)][1:] == [
        ("set_figures", {"year": 2025}, {"year": 2025, **STORED}),
        ("set_figures", {"year": 2025, "employees": 30}, {"year": 2025, "employees": 31}),
        ("remove_figures", {"year": 2025, **STORED, "employees": 31}, None),
    ]


BAD = {
    "sales_krw": ["", "-1", "1E9", "words", "99999999999999"],
    "exports_krw": ["", "-1", "5000000001"],
    "employees": ["", "-1", "1.5", "words", "99999999999999999999"],
    "rnd_krw": ["", "-1", "1.5"],
}


@pytest.mark.parametrize(("field", "value"), [(f, value) for f, values in BAD.items() for value in values])
def test_bad_figures_are_told_beside_their_field_and_nothing_is_kept(world, field, value):
    response = at(browser(world.owner_of(world.a)), "post", NOW, page_of(world.a), TYPED | {field: value})

    assert list(errors(response)) == [field]
    assert stored(world.a) == {}


@pytest.mark.parametrize("year", [0, 1999, 2020, 2026, 2027, 99999])
def test_other_years_are_no_pages_and_the_action_refuses_them(world, year):
    owner = world.owner_of(world.a)

    assert at(browser(owner), "post", NOW, page_of(world.a, year), TYPED).status_code == 404
    with clock.at(NOW), pytest.raises(Refused):
        figures.set_figures(world.a, year=year, by=owner, **STORED)
    assert stored(world.a) == {}


def test_the_database_holds_it_too(world):
    YearlyFigures.objects.create(firm=world.a, year=2025, **STORED)

    for wrong in ({"year": 2025}, {"year": 2024, "exports_krw": 5_000_000_001}):
        with pytest.raises(IntegrityError), transaction.atomic():
            YearlyFigures.objects.create(firm=world.a, **(STORED | wrong))


def test_members_and_staff_read_the_figures_and_only_owners_enter_them(world):
    with clock.at(NOW):
        figures.set_figures(world.a, year=2025, by=world.owner_of(world.a), **STORED)
    listing = reverse("firms:figures", args=[world.a.key])

    for person in (world.member(world.a), world.member(world.a, "viewer"), world.officer, world.ministry):
        response = at(browser(person), "get", NOW, listing)
        assert (
            "5,000,000,000" in response.content.decode() and page_of(world.a) not in response.content.decode()
        )
        assert at(browser(person), "get", NOW, page_of(world.a)).status_code == 404
        with pytest.raises(Denied):
            figures.remove_figures(world.a, year=2025, by=person)
    assert (
        page_of(world.a, 2021) in at(browser(world.owner_of(world.a)), "get", NOW, listing).content.decode()
    )
    assert browser(world.owner_of(world.b)).get(listing).status_code == 404


# History


def history_of(world, person=None):
    response = browser(person or world.owner_of(world.a)).get(reverse("firms:history", args=[world.a.key]))
    return [(entry.verb, told, who) for entry, told, who in response.context["entries"]], response


def test_the_history_says_what_changed_when_and_by_whom_in_words(world):
    owner = world.owner_of(world.a)
    heir, helper = world.member(world.a), world.member(world.a, "viewer")
    type(heir).objects.filter(pk=heir.pk).update(name="Heir")
    type(helper).objects.filter(pk=helper.pk).update(name="Helper")
    profile = {name: getattr(world.a, name) for name in ("representative", "size")} | {
        "name": "New",
        "employees": 77,
    }
    actions.edit(world.a, technologies=RootTechnology.objects.all()[:1], by=owner, **profile)
    figures.set_figures(world.a, year=clock.today().year - 1, by=owner, **STORED)
    actions.change_right(world.a, member=helper.memberships.get(), right="editor", by=owner)
    actions.remove(world.a, member=helper.memberships.get(), by=owner)
    owners.let_editors_submit(world.a, allowed=False, by=owner)
    owners.hand_over(world.a, member=heir.memberships.get(), by=owner)

    rows, response = history_of(world, heir)

    year = clock.today().year - 1
    assert rows == [
        ("hand_over", f"{owner.name} → Heir", owner.name),
        ("let_editors_submit", "Only owners", owner.name),
        ("remove_member", "Helper (Editor)", owner.name),
        ("change_right", "Helper: Viewer → Editor", owner.name),
        (
            "set_figures",
            f"{year}: Sales (won), Exports (won), Full-time employees, R&D spending (won)",
            owner.name,
        ),
        ("edit", "Firm name, Full-time employees", owner.name),
        ("register", "", owner.name),
    ]
    page = response.content.decode()
    assert "let_editors" not in page  # the words of a verb, never its name


def test_a_change_of_technologies_is_told_too(world):
    profile = {name: getattr(world.a, name) for name in ("name", "representative", "size")}

    actions.edit(
        world.a, technologies=RootTechnology.objects.all()[3:5], by=world.owner_of(world.a), **profile
    )

    assert history_of(world)[0][0][:2] == ("edit", "Root technologies")


def test_requests_to_join_are_told_with_the_name_that_the_owner_saw(world):
    owner, person = world.owner_of(world.a), world.person(name="Newcomer")
    request = joining.ask(business_number=world.a.business_number, by=person)
    joining.accept(request, right="viewer", by=owner)

    assert history_of(world)[0][:2] == [
        ("accept_request", "Newcomer (Viewer)", owner.name),
        ("ask_to_join", "", "Newcomer"),
    ]


def test_firms_read_of_staff_the_office_only_and_staff_read_the_person(world):
    owner, heir = world.owner_of(world.a), world.member(world.a)
    owners.appoint(world.a, member=heir.memberships.get(), reason="Gone for good", by=world.administrator)

    told = f"{owner.name} → {heir.name}"
    assert history_of(world, heir)[0][0] == ("appoint_owner", told, "Programme office")
    assert history_of(world, world.officer)[0][0] == ("appoint_owner", told, world.administrator.name)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("editor", 404),
        ("viewer", 404),
        ("stranger", 404),
        ("officer", 200),
        ("ministry", 404),
    ],
)
def test_who_reads_the_history_and_that_staff_are_logged(world, who, status):
    person = {
        "owner": lambda: world.owner_of(world.a), "editor": lambda: world.member(world.a),
        "viewer": lambda: world.member(world.a, "viewer"), "stranger": lambda: world.owner_of(world.b),
        "officer": lambda: world.officer, "ministry": lambda: world.ministry,
    }[who]()  # fmt: skip

    assert browser(person).get(reverse("firms:history", args=[world.a.key])).status_code == status
    assert [e.act for e in AccessEntry.objects.all()] == (["firm.history"] if who == "officer" else [])


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_the_history_costs_the_same_for_any_number_of_entries(world, django_assert_num_queries, rows):
    owner = world.owner_of(world.a)
    for _number in range(rows):
        audit.record(
            "hand_over", world.a, by=owner, before={"user": owner.pk}, after={"user": world.person().pk}
        )
    client, page = world.client(owner), reverse("firms:history", args=[world.a.key])
    client.get(page)

    with django_assert_num_queries(10):
        shown = client.get(page).context["entries"]

    assert len(shown) == min(rows + 1, 50)
