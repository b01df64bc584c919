"""The free seat, and what the drawings are made of; without a database."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.cohort import charts
from applications.cohort.rules import PATH, free_place, not_seatable


@pytest.mark.parametrize(
    ("taken", "place"),
    [
        (set(), 1),
        ({1, 2, 3}, 4),
        ({2, 3}, 1),
        ({1, 3}, 2),
        (set(range(1, 100)), 100),
        (set(range(1, 101)), None),
        (set(range(1, 101)) - {57}, 57),
    ],
)
def test_the_lowest_free_seat_is_taken(taken, place):
    assert free_place(taken) == place


@given(st.sets(st.integers(min_value=1, max_value=100)))
def test_a_free_seat_is_free_and_there_is_one_until_the_hundred_are_held(taken):
    place = free_place(taken)

    assert (place is None) == (len(taken) == 100)
    assert place not in taken
    assert place is None or set(range(1, place)) <= taken


def application(status="selected", is_rnd=False):
    return SimpleNamespace(status=status, call=SimpleNamespace(is_rnd=is_rnd))


@pytest.mark.parametrize(
    ("thing", "facts", "number"),
    [
        (application(), {}, 0),
        (application(status="reserved"), {}, 1),
        (application(is_rnd=True), {}, 1),
        (application(), {"holds_seat": True}, 1),
        (application(), {"place": None}, 1),
        (application(status="draft"), {"place": None, "holds_seat": True}, 3),
    ],
)
def test_every_reason_against_a_seat_is_told(thing, facts, number):
    assert len(not_seatable(thing, **({"place": 1, "holds_seat": False} | facts))) == number


def test_the_drawn_path_ends_at_the_hundred_in_2027():
    assert PATH == {2023: 12, 2024: 31, 2025: 52, 2026: 74, 2027: 100}


@given(st.dictionaries(st.integers(min_value=1, max_value=100), st.integers(min_value=1, max_value=6)))
def test_the_grid_draws_a_hundred_seats_apart_and_only_the_held_ones_filled(seats):
    grid = charts.grid(seats)

    assert {cell["place"]: cell["field"] for cell in grid if cell["field"]} == seats
    assert len({(cell["x"], cell["y"]) for cell in grid}) == len(grid) == 100
    assert (
        max(cell["x"] + charts.CELL for cell in grid) == max(cell["y"] + charts.CELL for cell in grid) == 336
    )


def years(changes):
    """[(year, begun, ended, net)] from what came and went each year."""
    rows, net = [], 0
    for number, (begun, ended) in enumerate(changes):
        ended = min(ended, net + begun)
        net += begun - ended
        rows.append((2023 + number, begun, ended, net))
    return rows


YEARS = st.lists(st.tuples(*[st.integers(min_value=0, max_value=40)] * 2), max_size=6).map(years)


@given(YEARS)
def test_each_bar_is_as_high_as_its_number_and_stands_on_the_ground(by_year):
    drawn = charts.path_to_target(by_year)
    ground = charts.HEIGHT - charts.BOTTOM
    ever = sum(begun for _year, begun, _ended, _net in by_year)
    scale = (ground - charts.TOP) / max(100, ever)

    assert [bar["net"] for bar in drawn["bars"] if bar["net"] is not None] == [row[3] for row in by_year]
    for bar in drawn["bars"]:
        assert bar["height"] == pytest.approx((bar["net"] or 0) * scale, abs=0.1)
        assert bar["y"] + bar["height"] == pytest.approx(ground, abs=0.2)
        assert bar["gross_y"] + bar["gross_height"] == pytest.approx(ground, abs=0.2)
        assert charts.TOP <= bar["gross_y"] <= bar["y"]
        assert charts.LEFT <= bar["x"] < bar["x"] + bar["width"] <= charts.WIDTH
    assert [bar["plan"] for bar in drawn["bars"] if bar["plan"]] == list(PATH.values())
    assert len(drawn["points"]) == len(drawn["line"].split()) == len(PATH)


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(min_value=0, max_value=100)), max_size=8))
def test_the_longest_bar_is_the_largest_number_and_the_others_keep_the_scale(counts):
    drawn = charts.bars(counts)
    most = max([number for _label, number in counts], default=0) or 1

    assert [(bar["thing"], bar["number"]) for bar in drawn] == counts
    assert [bar["width"] for bar in drawn] == [round(number / most * 100, 1) for _label, number in counts]
    whole = sum(bar["percent"] for bar in drawn)
    assert whole == pytest.approx(100 if any(number for _label, number in counts) else 0, abs=len(counts) / 2)


@pytest.mark.parametrize(
    ("net", "words"),
    [(73, "1"), (75, "1"), (74, "74")],
)
def test_the_path_states_the_latest_year_against_its_plan(net, words):
    finding = charts.path_finding([(2026, net, 0, net)])

    assert "2026" in finding
    assert words in finding


def test_before_anybody_holds_a_seat_each_drawing_says_so():
    assert charts.path_finding([]) != ""
    assert charts.bars_finding([("F1", 0)]) == charts.tiles_finding([]) != ""
