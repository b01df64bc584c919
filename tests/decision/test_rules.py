"""The order, the cut and ties as pure rules: no database (docs/domain.md, ranking and decision)."""

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from applications.decision import rules, swaying
from applications.decision.rules import Candidate
from applications.decision.selection import Bound
from tests.world import AFTER, CLOSES

pytestmark = pytest.mark.usefixtures("english")
PASS, SELECT = Decimal("60.00"), Decimal("70.00")


def candidate(pk, final, *, base=None, ties=(), **more):
    final = Decimal(str(final))
    return Candidate(
        pk=pk, final=final, base=final if base is None else Decimal(str(base)), ties=ties, **more
    )


def cut(*candidates, seats=3, reserves=5, pass_mark=PASS, select_mark=SELECT, **more):
    return rules.cut(
        candidates, seats=seats, reserves=reserves, pass_mark=pass_mark, select_mark=select_mark, **more
    )


def results(lines):
    """{id: selected, 1, 2 ... for a reserve, or declined}."""
    return {line.candidate.pk: line.reserve_rank or line.result for line in lines}


G51 = {
    "A": "91.00",
    "B": "88.50",
    "C": "85.10",
    "D": "84.90",
    "E": "69.99",
    "F": "70.00",
    "G": "60.00",
    "H": "59.99",
}


def test_g51_three_places_reserves_by_rank_and_one_failed():
    lines = cut(*(candidate(name, score) for name, score in G51.items()))

    assert [(line.candidate.pk, line.reserve_rank or line.result) for line in lines] == [
        ("A", "selected"),
        ("B", "selected"),
        ("C", "selected"),
        ("D", 1),
        ("F", 2),
        ("E", 3),
        ("G", 4),
        ("H", "declined"),
    ]
    assert [line.reason for line in lines[2:]] == [
        "85.10 ≥ 70.00, place 3 of 3",
        "No place left",
        "No place left",
        "Between the pass mark and the select mark of 70.00",
        "Between the pass mark and the select mark of 70.00",
        "Base score below the pass mark of 60.00",
    ]


def test_g51_when_b_withdraws_the_next_one_moves_up():
    lines = cut(*(candidate(name, score) for name, score in G51.items() if name != "B"))

    assert results(lines) == {
        "A": "selected", "C": "selected", "D": "selected", "F": 1, "E": 2, "G": 3, "H": "declined",
    }  # fmt: skip


def test_ranks_run_by_final_score_and_then_by_each_tie_key():
    candidates = [
        candidate(1, 80, ties=(30, 20, 10, 0)),
        candidate(2, 80, ties=(30, 20, 10, 1)),
        candidate(3, 80, ties=(30, 25, 1, 0)),
        candidate(4, 81, ties=(0, 0, 0, 0)),
        candidate(5, 80, ties=(31, 0, 0, 0)),
    ]

    assert [c.pk for c in rules.order(candidates)] == [4, 5, 3, 2, 1]


def test_whom_nobody_has_given_a_place_stands_behind_its_equals_who_have_one_however_high():
    candidates = [candidate(pk, 80) for pk in (1, 2, 3)]

    assert [c.pk for c in rules.order(candidates, {3: 7, 2: 9})] == [3, 2, 1]


def test_marks_are_compared_with_the_base_and_not_with_the_bonus():
    lines = cut(
        candidate(1, 74, base=69),
        candidate(2, 72, base=72),
        candidate(3, 64, base=59),
        candidate(4, 68, base=70),
    )

    assert results(lines) == {1: 1, 2: "selected", 3: "declined", 4: "selected"}


def test_equal_marks_leave_no_band_between_them():
    lines = cut(candidate(1, 60), candidate(2, "59.99"), pass_mark=PASS, select_mark=PASS)

    assert results(lines) == {1: "selected", 2: "declined"}


def test_who_failed_a_floor_or_was_knocked_out_is_declined_by_its_name_whatever_the_total():
    lines = cut(candidate(1, 95, failings=("Market", "Team")), candidate(2, 71))

    assert results(lines) == {1: "declined", 2: "selected"}
    assert (lines[0].rank, lines[0].reason) == (1, "Below the floor or knocked out: Market, Team")


def test_a_full_quota_of_a_field_makes_reserves_and_lets_others_pass():
    lines = cut(
        candidate(1, 90, field=1), candidate(2, 89, field=1), candidate(3, 88, field=2), candidate(4, 87),
        bounds=[Bound("field", 1, "Moulds", most=1)], seats=3,
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: 1, 3: "selected", 4: "selected"}
    assert lines[1].reason == "All 1 places of Moulds are taken"


def test_a_quota_of_nothing_selects_nobody_of_the_field():
    assert results(cut(candidate(1, 90, field=1), bounds=[Bound("field", 1, "Moulds", most=0)])) == {1: 1}


def test_the_budget_is_a_line_to_the_won():
    lines = cut(
        candidate(1, 90, grant_krw=400), candidate(2, 89, grant_krw=101), candidate(3, 88, grant_krw=100),
        candidate(4, 87, grant_krw=1), budget_krw=500, seats=9,
    )  # fmt: skip

    assert results(lines) == {1: "selected", 2: 1, 3: "selected", 4: 2}
    assert lines[1].reason == "More than what is left of the budget: 101 of 100 won"


def test_when_the_reserve_places_are_taken_the_next_passer_is_declined():
    assert results(cut(*(candidate(n, 90 - n) for n in range(4)), seats=1, reserves=2)) == {
        0: "selected", 1: 1, 2: 2, 3: "declined",
    }  # fmt: skip


# Ties: nobody but a person breaks them


def pks(groups):
    return [[c.pk for c in group] for group in groups]


@pytest.mark.parametrize(
    ("scores", "seats", "reserves", "asked"),
    [
        ([81.33, 81.33, 60], 1, 5, [[0, 1]]),  # across the cut
        ([81.33, 81.33, 60], 2, 5, []),  # both are selected
        ([90, 81.33, 81.33], 1, 5, [[1, 2]]),  # the order of the reserve list
        ([90, 81.33, 81.33], 1, 1, [[1, 2]]),  # across the end of the reserve list
        ([90, 81.33, 81.33], 1, 0, []),  # both are declined
        ([81.33, 81.33, 75, 75, 75], 1, 2, [[0, 1], [2, 3, 4]]),
        ([59, 59, 90], 1, 1, []),  # below the pass mark nothing is decided
    ],
)
def test_a_person_is_asked_where_the_order_of_equals_matters(scores, seats, reserves, asked):
    lines = cut(*(candidate(n, score) for n, score in enumerate(scores)), seats=seats, reserves=reserves)

    assert pks(rules.undecided(lines)) == asked


def test_equals_of_whom_one_failed_ask_nobody():
    lines = cut(candidate(1, 80), candidate(2, 80, failings=("Team",)), candidate(3, 80, base=59), seats=1)

    assert rules.undecided(lines) == []


def test_the_committee_gives_every_equal_its_place():
    equals = [candidate(n, 80) for n in (1, 2, 3)]
    decided = {3: 1, 1: 2, 2: 3}

    lines = cut(*equals, seats=1, decided=decided)

    assert results(lines) == {3: "selected", 1: 1, 2: 2}
    assert rules.undecided(lines, decided) == []
    for incomplete in ({3: 1}, {3: 1, 1: 1, 2: 2}, {3: 1, 1: 2, 2: 4}, {}):
        assert pks(rules.undecided(cut(*equals, seats=1, decided=incomplete), incomplete)) != []


def test_a_given_place_never_lifts_anybody_over_a_better_score():
    lines = cut(candidate(1, 80), candidate(2, "80.01"), seats=1, decided={1: 1})

    assert results(lines) == {2: "selected", 1: 1}


# What holds for every list

CENTS = some.integers(5000, 9900).map(lambda cents: Decimal(cents) / 100)
FAILINGS = some.sampled_from([(), (), (), ("Team",)])
CANDIDATES = some.lists(
    some.builds(
        lambda final, bonus, *rest: (final, final - bonus, *rest),
        some.sampled_from([Decimal(70), Decimal(80), Decimal("69.99")]) | CENTS,
        some.sampled_from([Decimal(), Decimal(5)]),
        some.sampled_from([None, 1, 2]),
        some.integers(0, 500),
        FAILINGS,
    ),
    max_size=14,
).map(
    lambda rows: [
        Candidate(pk=pk, final=final, base=base, ties=(), field=field, grant_krw=grant, failings=failings)
        for pk, (final, base, field, grant, failings) in enumerate(rows)
    ]
)
TERMS = some.fixed_dictionaries(
    {
        "seats": some.integers(0, 6),
        "reserves": some.integers(0, 4),
        "bounds": some.dictionaries(some.sampled_from([1, 2]), some.integers(0, 3)).map(
            lambda most: [Bound("field", pk, str(pk), number // 2, number) for pk, number in most.items()]
        ),
        "budget_krw": some.none() | some.integers(0, 1500),
    }
)


@given(CANDIDATES, TERMS, some.randoms())
def test_no_list_exceeds_places_quota_or_budget_nor_takes_whom_the_marks_bar(candidates, terms, chance):
    lines = cut(*candidates, **terms)
    selected = [line.candidate for line in lines if line.result == "selected"]
    reserves = [line for line in lines if line.result == "reserved"]

    assert len(selected) <= terms["seats"]
    for bound in terms["bounds"]:
        assert sum(c.field == bound.pk for c in selected) <= bound.most
    if terms["budget_krw"] is not None:
        assert sum(c.grant_krw for c in selected) <= terms["budget_krw"]
    assert all(c.base >= SELECT and not c.failings for c in selected)
    assert all(line.candidate.base >= PASS and not line.candidate.failings for line in reserves)
    assert [line.reserve_rank for line in reserves] == list(range(1, len(reserves) + 1))
    assert len(reserves) <= terms["reserves"]
    assert [line.rank for line in lines] == list(range(1, len(candidates) + 1))
    finals = [line.candidate.final for line in lines]
    assert finals == sorted(finals, reverse=True)
    chance.shuffle(candidates)
    assert cut(*candidates, **terms) == lines


@given(CANDIDATES, TERMS)
def test_where_nobody_is_asked_the_order_of_equals_makes_no_difference(candidates, terms):
    lines = cut(*candidates, **terms)
    backwards = {c.pk: len(candidates) - c.pk for c in candidates}

    if not rules.undecided(lines):
        assert results(cut(*candidates, **terms, decided=backwards)) == results(lines)


# When


def not_ready(**more):
    facts = {
        "still_open": [], "short": [], "lines": cut(candidate(1, 80)), "decided": None, "now": AFTER, "closes_at": CLOSES,
    }  # fmt: skip
    return [str(reason) for reason in rules.not_ready(**(facts | more))]


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({}, []),
        ({"now": CLOSES}, []),
        ({"now": CLOSES - timedelta(microseconds=1)}, ["The call is still open."]),
        (
            {"still_open": [f"SP-{n}" for n in range(7)]},
            ["7 applications are not through yet: SP-0, SP-1, SP-2, SP-3, SP-4"],
        ),
        (
            {"short": ["SP-1"]},
            ["1 reviews have lost sheets and stand below their quorum; open them again: SP-1"],
        ),
        ({"lines": []}, ["There is nothing to rank."]),
        (
            {"lines": cut(candidate(1, 80), candidate(2, 80), seats=1)},
            ["Equal scores stand across the cut: give each of them its place."],
        ),
    ],
)
def test_a_list_waits_for_the_end_of_the_call_for_every_review_and_for_the_equals(facts, reasons):
    assert not_ready(**facts) == reasons


def test_a_list_is_stale_when_its_fingerprint_is_another_and_says_who_has_gone():
    proposal = SimpleNamespace(fingerprint="a")

    assert rules.stale(proposal, "a", ["SP-1"]) == []
    assert [str(reason) for reason in rules.stale(proposal, "b", ["SP-1"])] == [
        "Scores, applications or what firms are told have changed since the list was drawn. Please propose it again.",
        "No longer to be decided: SP-1",
    ]


@pytest.mark.parametrize(
    ("status", "publish_at", "is_stale", "is_public"),
    [
        ("proposed", None, False, False),
        ("approved", AFTER + timedelta(seconds=1), False, False),
        ("approved", AFTER, False, True),
        ("approved", AFTER, True, False),
        ("published", AFTER, True, True),  # its applications have moved on with it
    ],
)
def test_from_its_instant_on_a_list_is_public_unless_it_went_stale_before(
    status, publish_at, is_stale, is_public
):
    proposal = SimpleNamespace(status=status, publish_at=publish_at)

    assert bool(rules.public_already(proposal, now=AFTER, is_stale=is_stale)) is is_public


@pytest.mark.parametrize(("seen", "is_fine"), [(2, True), (None, False), (1, False)])
def test_a_list_replaces_only_the_one_that_was_seen(seen, is_fine):
    assert (rules.replaced_meanwhile(SimpleNamespace(ordinal=2), seen) == []) is is_fine


@pytest.mark.parametrize(
    ("above", "row", "place"),
    [
        ((80, 30, 20, 10, 1), (79, 30, 20, 10, 1), None),
        ((80, 30, 20, 10, 1), (80, 30, 20, 10, 1), None),
        ((80, 30, 20, 10, 1), (80, 29, 20, 10, 1), 0),
        ((80, 30, 20, 10, 1), (80, 30, 20, 9, 1), 2),
        ((80, 30, 20, 10, 1), (80, 30, 20, 10, 0), 3),
    ],
)
def test_a_tie_is_broken_by_the_first_key_that_differs(above, row, place):
    assert rules.broken_by(above, row) == place


def test_equals_who_are_all_selected_are_asked_for_where_their_order_decides_who_below_them_is():
    """The money goes to whom the order puts first, and the minimum of the region is met or not."""
    people = [
        candidate("A", 80, field=1, region=2, grant_krw=30), candidate("B", 80, field=2, region=1, grant_krw=20),
        candidate("C", 80, field=1, region=2, grant_krw=10), candidate("D", 79, field=1, region=1, grant_krw=30),
    ]  # fmt: skip
    bounds = [Bound("field", 2, "Casting", 1, None), Bound("region", 1, "South", 2, None)]

    def redraw(decided):
        return cut(*people, seats=3, reserves=0, budget_krw=60, bounds=bounds, decided=decided)

    lines, order = redraw(None), {"A": 1, "B": 2, "C": 3}
    other = redraw({"C": 1, "B": 2, "A": 3})

    assert results(lines) == {"A": "selected", "B": "selected", "C": "selected", "D": "declined"}
    assert results(other) == {"C": "selected", "B": "selected", "A": "declined", "D": "selected"}
    assert rules.undecided(lines) == []
    assert [[c.pk for c in group] for group in swaying.swayed(lines, redraw)] == [["A", "B", "C"]]
    assert swaying.swayed(redraw(order), redraw, order) == []
