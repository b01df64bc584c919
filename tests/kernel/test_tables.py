"""Long lists by key: every row once on the way there and back, whatever stands in the address."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.kernel import clock
from applications.kernel.tables import page_by_key
from applications.kernel.taxonomy import Region
from applications.notifications.models import Letter

ORDERS = [["-written_at", "-id"], ["written_at", "-id"], ["subject", "id"], ["-tries", "subject", "-id"]]


def letters(*marks):
    """One letter for each pair of numbers: its hour, and what else it is ordered by; many are equal."""
    Letter.objects.all().delete()
    return Letter.objects.bulk_create(
        Letter(
            kind="test",
            event=str(ordinal),
            address="a@b.example",
            subject=f"제목 {other}",
            tries=other,
            written_at=clock.kst(2026, 12, 1) + timedelta(hours=hour),
        )
        for ordinal, (hour, other) in enumerate(marks)
    )


def walk(queryset, order, size, direction, mark=""):
    """The pages from a mark on, in one direction."""
    pages = [page_by_key(queryset, order, mark, size=size)]
    while mark := getattr(pages[-1], direction):
        pages.append(page_by_key(queryset, order, mark, size=size))
    return pages


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=14), st.integers(1, 5))
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_paging_there_and_back_shows_every_row_once_in_order(db, order, marks, size):
    letters(*marks)
    queryset = Letter.objects.all()
    expected = list(queryset.order_by(*order))

    there = walk(queryset, order, size, "next")
    back = walk(queryset, order, size, "previous", there[-2].next if len(there) > 1 else "")

    assert [row for page in there for row in page.rows] == expected
    assert [page.rows for page in reversed(back)] == [page.rows for page in there]
    assert all(len(page.rows) == size for page in there[:-1])
    assert there[0].previous == "" and there[-1].next == ""


def test_a_row_written_meanwhile_moves_no_other_row(db):
    first, second, third = letters((0, 0), (1, 0), (2, 0))
    queryset, order = Letter.objects.all(), ["-written_at", "-id"]
    page = page_by_key(queryset, order, size=2)
    Letter.objects.create(
        kind="test", event="new", address="a@b.example", subject="x", written_at=clock.kst(2027, 1, 1)
    )

    following = page_by_key(queryset, order, page.next, size=2)

    assert page.rows == [third, second]
    assert following.rows == [first]


def test_a_row_that_has_gone_leaves_the_way_open(db):
    rows = letters((0, 0), (1, 0), (2, 0))
    queryset, order = Letter.objects.all(), ["written_at", "id"]
    page = page_by_key(queryset, order, size=1)
    rows[0].delete()
    rows[1].delete()

    assert page_by_key(queryset, order, page.next, size=1).rows == [rows[2]]


def signed(order, value):
    return signing.Signer(salt=f"list page {' '.join(order)}").sign_object(value)


ORDER = ["-written_at", "-id"]
HOSTILE = {
    "nothing": "",
    "a word": "x",
    "hangul": "가나다",
    "a colon": ":",
    "nul": "\0",
    "sql": "' OR 1=1 --",
    "long": "A" * 10_000,
    "forged": signed(ORDER, ["next", "2026-12-01", 1])[:-1] + "x",
    "another order": signed(["subject", "id"], ["next", "제목", 1]),
    "too short": signed(ORDER, ["next", "2026-12-01"]),
    "too long": signed(ORDER, ["next", "2026-12-01", 1, 1]),
    "words for a date": signed(ORDER, ["next", "words", 1]),
    "words for a number": signed(ORDER, ["next", "2026-12-01T00:00:00Z", "words"]),
    "a list for a date": signed(ORDER, ["next", [1], 1]),
    "nothing for a date": signed(ORDER, ["next", None, 1]),
    "a number for a date": signed(ORDER, ["next", 5, 1]),
}


@pytest.mark.parametrize("mark", HOSTILE.values(), ids=HOSTILE)
def test_a_mark_that_is_none_leads_to_the_first_page(db, mark):
    latest = letters((0, 0), (5, 0), (1, 0))[1]

    page = page_by_key(Letter.objects.all(), ORDER, mark, size=1)

    assert page.rows == [latest]
    assert page.previous == ""


def test_a_mark_of_the_same_table_in_another_order_is_none_either(db):
    letters((0, 0), (1, 0), (2, 0))
    queryset = Letter.objects.all()
    other = page_by_key(queryset, ["written_at", "-id"], size=1).next

    assert page_by_key(queryset, ORDER, other, size=1) == page_by_key(queryset, ORDER, size=1)


def test_a_page_costs_one_query_and_no_count(db, django_assert_num_queries):
    letters(*[(n, 0) for n in range(9)])
    mark = page_by_key(Letter.objects.all(), ORDER, size=2).next

    with django_assert_num_queries(1):
        page_by_key(Letter.objects.all(), ORDER, mark, size=2)


def test_an_order_may_follow_a_relation(world):
    here, there = (
        world.firm(region=Region.objects.get(code="48")),
        world.firm(region=Region.objects.get(code="11")),
    )
    firms = type(here).objects.annotate(where=models.F("region__code")).select_related("region")

    page = page_by_key(firms, ["region__code", "id"], size=1)

    assert page.rows == [there]
    assert page_by_key(firms, ["region__code", "id"], page.next, size=1).rows == [here]
