"""Groups of a public table tell of nobody alone: no database."""

from hypothesis import given
from hypothesis import strategies as some

from applications.decision import cells

COUNTS = some.tuples(some.integers(0, 9), some.integers(0, 9), some.integers(0, 9)).map(
    lambda row: tuple(sorted(row, reverse=True))  # applications, eligible, selected
)
ROWS = some.lists(COUNTS, max_size=8).map(lambda rows: [(f"F{n}", *row) for n, row in enumerate(rows)])


def test_large_groups_stand_alone_the_largest_first():
    rows = [("F1", 3, 3, 0), ("F2", 9, 5, 2)]

    assert cells.together(rows) == [(("F2",), 9, 5, 2), (("F1",), 3, 3, 0)]


def test_small_groups_stand_together_as_the_last():
    rows = [("F1", 2, 2, 1), ("F2", 9, 5, 2), ("F3", 4, 1, 1), ("F4", 0, 0, 0)]

    assert cells.together(rows) == [(("F2",), 9, 5, 2), (("F1", "F3"), 6, 3, 2)]


def test_one_small_group_takes_the_smallest_other_with_it_so_that_no_total_tells_it():
    rows = [("F1", 2, 2, 1), ("F2", 9, 5, 2), ("F3", 4, 4, 1)]

    assert cells.together(rows) == [(("F2",), 9, 5, 2), (("F3", "F1"), 6, 6, 2)]


def test_where_all_are_too_few_nothing_is_told():
    assert cells.together([("F1", 2, 0, 0)]) == []
    assert cells.neighbours([(2010, 2, 2, 1)]) == []
    assert cells.together([]) == cells.neighbours([]) == []


def test_years_join_their_neighbours():
    rows = [(1995, 1, 1, 0), (2000, 4, 3, 1), (2005, 5, 5, 2), (2015, 1, 1, 1)]

    assert cells.neighbours(rows) == [((1995, 2000), 5, 4, 1), ((2005, 2015), 6, 6, 3)]


@given(ROWS)
def test_no_group_is_small_and_nothing_is_lost(rows):
    for group in (cells.together, cells.neighbours):
        found = group(rows)

        assert all(applications >= 3 and eligible >= 3 for _codes, applications, eligible, _selected in found)
        sums = [sum(row[place] for row in rows) for place in (1, 2, 3)]
        if found:
            assert [sum(row[place] for row in found) for place in (1, 2, 3)] == sums
            named = [code for codes, *_counts in found for code in codes]
            assert sorted(named) == sorted(code for code, *counts in rows if code in named)
            assert len(named) == len(set(named))
        else:
            assert sums[1] < 3


def test_a_small_count_is_not_told_and_takes_those_beside_it_along():
    assert [cells.told(count) for count in (0, 1, 2, 3)] == [0, None, None, 3]
    assert cells.all_told({"upheld": 3, "dismissed": 0}) == {"upheld": 3, "dismissed": 0}
    assert cells.all_told({"upheld": 5, "dismissed": 2}) is None
