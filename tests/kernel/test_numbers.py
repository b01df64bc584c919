"""Numbers that people see: in order, none twice, none lost to a roll-back."""

import pytest
from django.db import transaction

from applications.kernel.numbers import NumberSeries, next_number
from tests.together import together


def test_each_series_counts_for_itself(db):
    given = [next_number("SP-2027"), next_number("SP-2027"), next_number("RD-2027"), next_number("SP-2028")]

    assert given == ["SP-2027-0001", "SP-2027-0002", "RD-2027-0001", "SP-2028-0001"]


def test_the_width_is_a_minimum(db):
    NumberSeries.objects.create(prefix="SP-2027", last=9_999)

    assert next_number("SP-2027") == "SP-2027-10000"
    assert next_number("SP-2027-0001", width=1) == "SP-2027-0001-1"


def test_a_roll_back_gives_the_number_free_again(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        next_number("SP-2027")
        raise RuntimeError

    assert next_number("SP-2027") == "SP-2027-0001"


@pytest.mark.postgresql
def test_six_at_once_get_their_numbers_without_a_gap(committed):
    def take_five():
        for _turn in range(5):
            with transaction.atomic():
                given.append(next_number("SP-2027"))

    given = []
    together(*[take_five] * 6)

    assert sorted(given) == [f"SP-2027-{number:04d}" for number in range(1, 31)]
