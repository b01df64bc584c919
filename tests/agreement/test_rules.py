"""What can be agreed, and what both sides sign; without a database."""

from datetime import date
from hashlib import sha256
from types import SimpleNamespace

import pytest

from applications.agreement.rules import faults, over_cap, over_grant, text_hash

TERMS = {
    "total_krw": 800_000_000, "grant_krw": 600_000_000, "cash_krw": 20_000_000, "starts_on": date(2027, 1, 1),
    "ends_on": date(2028, 12, 31),
}  # fmt: skip


def application(size="small", ceiling_krw=None, requested_krw=600_000_000):
    return SimpleNamespace(
        firm=SimpleNamespace(size=size, business_number="1108100062"),
        call=SimpleNamespace(ceiling_krw=ceiling_krw),
        requested_krw=requested_krw,
        number="RD-2027-0001",
        budget={},
        institutions=[],
        demand={},
    )


def fields_at_fault(thing, *, granted_krw=None, **terms):
    granted = thing.requested_krw if granted_krw is None else granted_krw
    return [reason.field for reason in faults(thing, granted_krw=granted, **(TERMS | terms))]


def reasons_of(thing, *, granted_krw, **terms):
    return [str(reason) for reason in faults(thing, granted_krw=granted_krw, **(TERMS | terms))]


@pytest.mark.parametrize(
    ("size", "total", "most", "cash"),
    [
        ("small", 800_000_000, 600_000_000, 20_000_000),
        ("mid", 800_000_000, 560_000_000, 31_200_000),
        ("early_mid", 800_000_000, 560_000_000, 24_000_000),
        ("large", 800_000_000, 400_000_000, 60_000_000),
        ("small", 333_333_000, 249_999_000, 8_334_000),
    ],
)
def test_the_shares_of_the_size_class_are_kept_to_the_won(size, total, most, cash):
    thing = application(size=size, requested_krw=most + 1)

    assert fields_at_fault(thing, total_krw=total, grant_krw=most, cash_krw=cash) == []
    assert fields_at_fault(thing, total_krw=total, grant_krw=most + 1, cash_krw=cash) == ["grant_krw"]
    assert fields_at_fault(thing, total_krw=total, grant_krw=most, cash_krw=cash - 1) == ["cash_krw"]


def test_the_grant_is_never_more_than_what_was_selected():
    thing = application(requested_krw=599_000_000)

    assert fields_at_fault(thing, grant_krw=599_000_000, cash_krw=20_100_000) == []
    assert fields_at_fault(thing, grant_krw=599_000_001, cash_krw=20_100_000) == ["grant_krw"]


@pytest.mark.usefixtures("english")
def test_the_grant_is_never_more_than_what_the_committee_left_of_it():
    thing, cash = application(), 60_000_000

    def refused(grant_krw):
        return reasons_of(thing, granted_krw=500_000_000, grant_krw=grant_krw, cash_krw=cash)

    assert refused(500_000_000) == []
    assert refused(500_000_001) == ["The grant is more than what was decided: 500,000,000 won."]


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({}, []),
        ({"grant_krw": 0, "cash_krw": 80_000_000}, ["grant_krw"]),
        ({"grant_krw": 800_000_001}, ["grant_krw", "grant_krw"]),
        ({"cash_krw": 200_000_001}, ["cash_krw"]),
        ({"ends_on": date(2027, 1, 1)}, ["ends_on"]),
        ({"ends_on": date(2026, 12, 31)}, ["ends_on"]),
        ({"ends_on": date(2027, 1, 2)}, []),
        ({"ends_on": date(2033, 1, 3)}, []),
        ({"ends_on": date(2033, 1, 8)}, ["ends_on"]),
    ],
)
def test_each_fault_stands_beside_its_field(terms, fields):
    assert fields_at_fault(application(), **terms) == fields


def test_the_ceiling_of_the_call_holds():
    assert fields_at_fault(application(ceiling_krw=600_000_000)) == []
    assert fields_at_fault(application(ceiling_krw=599_999_999)) == ["grant_krw"]


def agreement(**more):
    return SimpleNamespace(
        **(
            {
                "number": "AG-2027-0001",
                "application": application(),
                "rules_version": "2024-12-31",
                "firm_name": "Firm A",
                "title": "A plan",
            }
            | TERMS
            | more
        )
    )


def test_the_hash_is_of_the_text_that_is_signed():
    text = "agreement 2\nAG-2027-0001\nRD-2027-0001\nA plan\n1108100062\nFirm A\n800000000\n600000000\n20000000\n2027-01-01\n2028-12-31\n2024-12-31"

    assert text_hash(agreement()) == sha256(text.encode()).hexdigest()
    with_conditions = text.replace("agreement 2", "agreement 3") + "\nA buyer signs first"
    assert text_hash(agreement(), "A buyer signs first") == sha256(with_conditions.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"number": "AG-2027-0002"},
        {"total_krw": 800_000_001},
        {"grant_krw": 599_999_999},
        {"cash_krw": 20_000_001},
        {"starts_on": date(2027, 1, 2)},
        {"ends_on": date(2028, 12, 30)},
        {"rules_version": "2027-01-01"},
        {"firm_name": "Firm B"},
        {"title": "Another plan"},
    ],
)
def test_each_change_of_the_text_changes_the_hash(change):
    assert text_hash(agreement(**change)) != text_hash(agreement())


class Line(SimpleNamespace):
    def __str__(self):
        return "2027 R&D"


@pytest.mark.parametrize(("krw", "refused"), [(-1, True), (0, True), (1, False), (2, True)])
def test_a_line_gives_exactly_what_it_has_left(krw, refused):
    assert bool(over_cap(Line(left_krw=1), krw)) == refused


@pytest.mark.parametrize(("krw", "refused"), [(99, False), (100, False), (101, True)])
def test_a_grant_gives_exactly_what_it_has_left(krw, refused):
    assert bool(over_grant(left_krw=100, krw=krw)) == refused
