"""Firms whose names look alike: staff see them, nobody is stopped."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.firms import actions
from applications.firms.models import Firm, Namesake
from applications.firms.rules.names import NEAR, SAME, halves, likeness, name_key
from applications.kernel.taxonomy import RootTechnology
from tests.together import together, wait_until_somebody_waits
from tests.world import browser

LETTERS = st.text("가나뿌리금형㈜()주유식회사한 .,-·ＡAbＢ１1", max_size=40)


@pytest.mark.parametrize(
    "name",
    [
        "(주)한결정밀몰드",
        "㈜한결정밀몰드",
        "한결정밀몰드(주)",
        "주식회사 한결정밀몰드",
        "한결 정밀몰드 주식 회사",
        "(유)한결정밀몰드",
        "유한회사한결정밀몰드",
        "한결-정밀 · 몰드.",
        "（주） 한결정밀몰드",
    ],
)
def test_the_same_name_in_other_clothes_has_the_same_key(name):
    assert name_key(name) == "한결정밀몰드"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ABC 정밀", "abc정밀"),
        ("ＡＢＣ정밀", "abc정밀"),
        ("Straße", "strasse"),
        ("(주)", ""),
        ("주식회사", ""),
        ("...", ""),
    ],
)
def test_keys(name, key):
    assert name_key(name) == key


def test_other_names_have_other_keys():
    names = ["한결정밀", "한결정밀몰드", "한빛정밀몰드", "유한정밀", "주한결", "한결주"]

    assert len({name_key(name) for name in names}) == len(names)


@given(LETTERS)
def test_a_key_is_its_own_key_and_fits_its_column(name):
    key = name_key(name)

    assert name_key(key) == key
    assert len(name_key("㈱" * 100)) <= 200


def test_staff_see_which_other_firms_have_the_same_name_and_firms_do_not(world):
    one, two = world.firm(name="(주)한결정밀"), world.firm(name="한결 정밀 주식회사")
    world.firm(name="한결정밀몰드")

    def seen(person):
        return list(browser(person).get(one.get_absolute_url()).context["namesakes"])

    assert seen(world.officer) == seen(world.director) == seen(world.auditor) == [(two, SAME)]
    assert seen(world.owner_of(one)) == []
    assert two.shown_number in browser(world.officer).get(one.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("한결정밀몰드", "한결정밀몰드", SAME),
        ("한결정밀몰드", "한빛정밀몰드", NEAR),
        ("한결정밀몰드", "한결정밀몰트", NEAR),
        ("한결정밀몰드", "대한결정밀몰드", NEAR),
        ("한결정밀몰드", "한결정밀몰", NEAR),
        ("한결정밀몰드", "한결정몰밀드", ""),
        ("한결정밀몰드", "한빛정밀몰트", ""),
        ("한결정밀몰드", "한결정밀몰드테크", ""),
        ("한결정밀", "한빛정밀", ""),
        ("한결정밀", "한결정밀몰", ""),
        ("", "", ""),
    ],
)
def test_names_look_alike_where_one_letter_of_a_longer_one_differs(one, other, why):
    assert (likeness(one, other), likeness(other, one)) == (why, why)


@given(st.text("가나다라", min_size=5, max_size=12), st.integers(0, 11), st.sampled_from(["", "마", "마바"]))
def test_half_of_a_name_stands_in_every_name_near_to_it(key, place, put):
    other = key[:place] + put + key[place + (len(put) < 2) :]
    first, last = halves(key)

    if likeness(key, other):
        assert other.startswith(first) or other.endswith(last)


def test_staff_see_which_other_firms_have_nearly_the_same_name_after_those_of_the_same(world):
    one, near = world.firm(name="(주)한결정밀몰드"), world.firm(name="한빛 정밀몰드㈜")
    nearer, same = world.firm(name="한결정밀몰드원"), world.firm(name="주식회사 한결정밀몰드")
    world.firm(name="한결정밀"), world.firm(name="새림정밀몰드")

    shown = browser(world.officer).get(one.get_absolute_url())

    assert shown.context["namesakes"] == [(same, SAME), (near, NEAR), (nearer, NEAR)]
    assert str(NEAR) in shown.content.decode()


def test_the_key_follows_the_name(world):
    profile = {name: getattr(world.a, name) for name in ("representative", "size", "employees")}
    actions.edit(
        world.a,
        name="㈜ New Name",
        technologies=RootTechnology.objects.all()[:1],
        by=world.owner_of(world.a),
        **profile,
    )

    world.a.refresh_from_db()
    assert world.a.name_key == "newname"


def test_a_name_without_letters_looks_like_no_other(world):
    one, _two = world.firm(name="(주)"), world.firm(name="주식회사")

    assert list(browser(world.officer).get(one.get_absolute_url()).context["namesakes"]) == []


@pytest.mark.parametrize("rows", [1, 3, 60])
def test_the_page_of_a_firm_costs_the_same_for_any_number_of_namesakes(
    world, django_assert_num_queries, rows
):
    firms = [world.firm(name="Same") for _firm in range(rows)]
    client, page = world.client(world.officer), reverse("firms:detail", args=[firms[0].key])
    client.get(page)

    with django_assert_num_queries(9):
        shown = client.get(page).context["namesakes"]

    assert len(shown) == min(rows - 1, 20)


def listed(person, query=""):
    """The firms of the staff list, those that it marks first: ([marked], [not marked])."""
    rows = browser(person).get(f"/firms/?{query}").context["page"].rows
    return (
        [row.name for row in rows if row.has_namesake],
        [row.name for row in rows if not row.has_namesake],
    )


def rename(world, firm, name):
    profile = {kept: getattr(firm, kept) for kept in ("representative", "size", "employees")}
    technologies = RootTechnology.objects.all()[:1]
    actions.edit(firm, name=name, technologies=technologies, by=world.owner_of(firm), **profile)


def test_the_list_marks_firms_whose_names_look_alike_and_finds_them(world):
    first, second, other = (world.firm(name=name) for name in ("한결정밀몰드", "한빛정밀몰드", "하늘주조"))

    before = listed(world.officer)
    rename(world, second, "바다단조")
    renamed = listed(world.officer)
    rename(world, other, "(주)바다 단조")

    assert before == ([first.name, "한빛정밀몰드"], ["하늘주조"])
    assert renamed == ([], ["바다단조", "하늘주조", "한결정밀몰드"])
    assert listed(world.officer, "alike=yes") == (["(주)바다 단조", "바다단조"], [])
    assert Namesake.objects.count() == 2


def pairs():
    return set(Namesake.objects.values_list("firm__name", "other__name"))


BOTH = {("한결정밀몰드", "한빛정밀몰드"), ("한빛정밀몰드", "한결정밀몰드")}


@pytest.mark.postgresql
def test_firms_that_are_registered_at_the_same_instant_are_marked_both(committed, world):
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            world.firm(name="한결정밀몰드")
            later = pool.submit(together, lambda: world.firm(name="한빛정밀몰드"))
            wait_until_somebody_waits()
        later.result()

    assert pairs() == BOTH


@pytest.mark.postgresql
def test_firms_that_are_renamed_at_the_same_instant_wait_for_each_other_once(committed, world):
    """Each leaves the rows that the other leaves too, and each comes to look like the other anew."""
    one, two = world.firm(name="바다단조공업"), world.firm(name="바다단조공단")
    for _again in range(5):
        together(
            lambda: rename(world, Firm.objects.get(pk=one.pk), "한결정밀몰드"),
            lambda: rename(world, Firm.objects.get(pk=two.pk), "한빛정밀몰드"),
        )
        assert pairs() == BOTH
        together(
            lambda: rename(world, Firm.objects.get(pk=one.pk), "바다단조공업"),
            lambda: rename(world, Firm.objects.get(pk=two.pk), "바다단조공단"),
        )
        assert pairs() == {("바다단조공업", "바다단조공단"), ("바다단조공단", "바다단조공업")}
