"""The ledgers: a budget line and a grant are never exceeded (cases G57, G58)."""

import ast
import csv
import io
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.agreement import ledger
from applications.agreement.models import Agreement, Allocation, LedgerEntry
from applications.calls.models import BudgetLine, Programme
from applications.funding import actions
from applications.funding.models import Payment
from applications.kernel import audit
from applications.kernel.errors import Denied, Refused
from tests.together import refusals, together

CAP = 400_000_000_000


@pytest.fixture
def line(world):
    return BudgetLine.objects.create(
        programme=Programme.objects.get(kind="rnd"), name="첨단화", year=2027, cap_krw=CAP
    )


def allocate(line, krw, by, key=None):
    return actions.allocate(line, key=key or uuid.uuid4(), krw=krw, purpose="A purpose", by=by)


def spent(line):
    """What the line says and what its rows sum to."""
    line.refresh_from_db()
    return line.allocated_krw, line.allocations.aggregate(sum=models.Sum("krw"))["sum"] or 0


def test_g57_the_cap_is_kept_to_the_won(world, line):
    allocate(line, 399_999_999_999, world.finance)

    with translation.override("en"), pytest.raises(Refused) as refusal:
        allocate(line, 2, world.finance)

    assert str(refusal.value) == "Only 1 won are left of 2027 첨단화."
    assert spent(line) == (399_999_999_999, 399_999_999_999)
    allocate(line, 1, world.finance)
    assert spent(line) == (CAP, CAP)
    with pytest.raises(Refused):
        allocate(line, 1, world.finance)


def test_g57_three_billion_is_exact_in_the_database_and_on_the_pages(world, line):
    allocate(line, 3_000_000_000, world.finance)
    client = world.client(world.finance)

    pages = [
        client.get(address).content.decode()
        for address in ("/payments/lines/", f"/payments/lines/{line.key}/")
    ]

    assert spent(line) == (3_000_000_000, 3_000_000_000)
    assert [("3,000,000,000" in page, "397,000,000,000" in page) for page in pages] == [
        (True, True),
        (True, True),
    ]


def test_g57_an_instalment_of_three_billion_is_exact_in_the_database_on_its_page_and_in_the_file(world):
    made = world.in_force()
    Agreement.objects.filter(pk=made.pk).update(total_krw=6_000_000_000, grant_krw=4_000_000_000)
    made.refresh_from_db()

    payment = actions.request(made, krw=3_000_000_000, by=world.owner_of(made.application.firm))

    client = world.client(world.finance)
    page = client.get(payment.get_absolute_url()).content.decode()
    asked = {"kind": "csv", "columns": "all", "reason": "Audit of the year"}
    taken = client.post(reverse("funding:desk_export"), asked)
    [columns, row] = csv.reader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig")))
    assert Payment.objects.get().krw == 3_000_000_000
    assert "3,000,000,000" in page
    assert dict(zip(columns, row, strict=True))["금액(원)"] == "3000000000"


def test_an_allocation_leaves_its_trace(world, line):
    allocate(line, 5, world.finance)
    allocate(line, 7, world.finance2)

    assert [(e.verb, e.actor, e.before, e.after, e.note) for e in audit.trail(line)] == [
        ("allocate", world.finance, {"krw": 0}, {"krw": 5}, "A purpose"),
        ("allocate", world.finance2, {"krw": 5}, {"krw": 12}, "A purpose"),
    ]


def test_the_same_form_sent_twice_counts_once_and_leaves_one_trace(world, line):
    key = uuid.uuid4()

    for _press in range(2):
        allocate(line, 100, world.finance, key=key)

    assert spent(line) == (100, 100)
    assert audit.trail(line).count() == 1


@pytest.mark.parametrize("krw", [0, -1])
def test_nothing_and_less_than_nothing_is_not_allocated(world, line, krw):
    with pytest.raises(Refused):
        allocate(line, krw, world.finance)

    assert spent(line) == (0, 0)


def test_only_finance_allocates(world, line):
    for person in (
        world.officer,
        world.director,
        world.ministry,
        world.auditor,
        world.administrator,
        world.person(),
    ):
        with pytest.raises(Denied):
            allocate(line, 1, person)

    assert spent(line) == (0, 0)


def test_the_database_itself_holds_cap_grant_and_signs(world, line):
    made = world.in_force()
    entry = {"agreement": made, "by": world.finance}
    wrongs = [
        lambda: BudgetLine.objects.filter(pk=line.pk).update(allocated_krw=CAP + 1),
        lambda: BudgetLine.objects.filter(pk=line.pk).update(cap_krw=-1),
        lambda: Allocation.objects.create(line=line, key="x", krw=0, purpose="x", by=world.finance),
        lambda: Agreement.objects.filter(pk=made.pk).update(paid_krw=made.grant_krw + 1),
        lambda: LedgerEntry.objects.create(kind="payment", key=uuid.uuid4(), krw=1, **entry),
        lambda: LedgerEntry.objects.create(kind="grant", key=uuid.uuid4(), krw=-1, **entry),
        lambda: LedgerEntry.objects.create(kind="grant", key=made.key, krw=1, **entry),
    ]

    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()


@pytest.mark.parametrize("table", ["applications_ledgerentry", "applications_allocation"])
def test_what_stands_in_a_ledger_stays(world, table):
    world.in_force()

    for statement in (f"UPDATE {table} SET krw = krw", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_money_is_stored_in_eight_octets_everywhere():
    columns = [
        f for model in apps.get_models() for f in model._meta.concrete_fields if f.name.endswith("krw")
    ]

    assert [f for f in columns if not isinstance(f, models.BigIntegerField)] == []
    assert len(columns) > 10


def test_only_the_ledger_writes_ledgers():
    """No other file makes rows of the ledgers, or writes the two sums."""
    house = Path(ledger.__file__).parent.parent
    found = set()
    for path in house.rglob("*.py"):
        if "migrations" in path.parts or path.name in ("models.py", "test_ledger.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg in ("allocated_krw", "paid_krw"):
                found.add(path.relative_to(house).as_posix())
            if isinstance(node, ast.Name) and node.id in ("LedgerEntry", "Allocation"):
                found.add(path.relative_to(house).as_posix())

    assert found == {"agreement/ledger.py"}


@given(payments=st.lists(st.integers(min_value=1, max_value=300), max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_left_is_always_the_sum_of_the_rows_and_never_below_zero(books, payments):
    made, finance = books
    with transaction.atomic():
        left = made.entries.balance()
        for krw in payments:
            try:
                ledger.pay(made, key=uuid.uuid4(), krw=krw * 1_000_000, by=finance)
            except Refused:
                assert krw * 1_000_000 > left
            left = made.entries.balance()
            made.refresh_from_db()
            assert 0 <= left == made.left_krw == made.grant_krw - made.paid_krw
        transaction.set_rollback(True)


@pytest.fixture
def books(world):
    return world.in_force(), world.finance


def test_a_payment_is_written_once_even_when_nothing_is_left(books):
    made, finance = books
    key = uuid.uuid4()

    for _press in range(2):
        ledger.pay(made, key=key, krw=480_000_000, by=finance)

    made.refresh_from_db()
    assert (made.paid_krw, made.entries.balance(), made.entries.count()) == (480_000_000, 0, 2)


@pytest.mark.postgresql
def test_g57_two_halves_and_more_at_once_give_one_allocation(committed, world, line):
    one, two = world.finance, world.finance2

    outcomes = together(*[lambda by=by: allocate(line, 250_000_000_000, by) for by in (one, two)])

    assert len(refusals(outcomes)) == 1
    assert "150,000,000,000" in refusals(outcomes)[0]
    assert spent(line) == (250_000_000_000, 250_000_000_000)


@pytest.mark.postgresql
def test_g57_twenty_at_once_never_exceed_the_cap(committed, world, line):
    by = world.finance

    outcomes = together(*[lambda: allocate(line, 30_000_000_000, by) for _person in range(20)])

    assert len(refusals(outcomes)) == 7
    assert spent(line) == (390_000_000_000, 390_000_000_000)


@pytest.mark.postgresql
def test_twenty_payments_at_once_never_exceed_the_grant(committed, world):
    made, by = world.in_force(), world.finance

    outcomes = together(
        *[lambda: ledger.pay(made, key=uuid.uuid4(), krw=50_000_000, by=by) for _payment in range(20)]
    )

    made.refresh_from_db()
    assert len(refusals(outcomes)) == 11
    assert (made.paid_krw, made.entries.balance()) == (450_000_000, 30_000_000)
