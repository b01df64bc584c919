"""What the committee may decide, as pure rules: quorum, majority, what fails, and a list that never breaks its bounds."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from applications.decision import deliberating, rules
from applications.decision.deliberating import deviations, impossible
from applications.decision.rules import Candidate
from applications.decision.selection import Bound, ends
from tests.decision.test_rules import PASS, SELECT, candidate, cut, results
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english")
DONE = {"grant_krw": None, "conditions": "", "reason": "A buyer is bound", "is_selectable": True,
        "requested_krw": 480_000_000, "is_rnd": True}  # fmt: skip


def said(reasons):
    return [str(reason) for reason in reasons]


def members(present, absent=0):
    return [
        SimpleNamespace(name=f"Member {place}", affiliation="Institute", is_present=place < present)
        for place in range(present + absent)
    ]


def ruled(result="reserved", *, passed=True):
    return SimpleNamespace(result=result, passed=passed, reason="No place left")


def unfit(result, line, **more):
    return said(deliberating.unfit(result=result, ruled=line, **(DONE | more)))


def resolution(result, reason="A buyer is bound"):
    return SimpleNamespace(result=result, reason=reason)


# Attendance and votes


@pytest.mark.parametrize(
    ("present", "absent", "holds"),
    [(4, 3, True), (3, 4, False), (4, 4, False), (5, 4, True), (11, 9, True), (10, 10, False), (3, 0, True)],
)
def test_more_than_half_of_the_committee_is_the_quorum(present, absent, holds):
    assert (deliberating.no_quorum(members(present, absent)) == []) is holds


def test_a_missing_quorum_says_how_many_are_needed():
    assert said(deliberating.no_quorum(members(3, 4))) == [
        "The committee has no quorum: 3 of 7 members are present, 4 are needed."
    ]
    assert said(deliberating.no_quorum([])) == ["Nobody is written down as a member of the committee yet."]


@pytest.mark.parametrize(
    ("votes", "reasons"),
    [
        ((4, 3, 0), []),
        ((4, 0, 0), []),
        ((3, 0, 4), ["It is not carried: 3 votes for it, more than half of the 7 members present are 4."]),
        ((4, 3, 1), ["There are more votes than members present: 8 of 7."]),
        ((0, 0, 0), ["It is not carried: 0 votes for it, more than half of the 7 members present are 4."]),
    ],
)
def test_a_vote_is_carried_by_more_than_half_of_those_present_and_nobody_votes_twice(votes, reasons):
    names = dict(zip(("votes_for", "votes_against", "votes_abstained"), votes, strict=True))

    assert said(deliberating.unsupported(present=7, **names)) == reasons


def test_half_of_an_even_number_carries_nothing():
    assert deliberating.unsupported(votes_for=3, votes_against=3, votes_abstained=0, present=6)
    assert not deliberating.unsupported(votes_for=4, votes_against=2, votes_abstained=0, present=6)


@pytest.mark.parametrize(
    ("people", "reasons"),
    [
        ([("A", "U", True, True), ("B", "U", False, True), ("C", "U", False, False)], []),
        ([("A", "U", True, True), ("B", "U", False, True)], ["A committee has at least 3 members."]),
        (
            [(str(n), "U", n == 0, True) for n in range(21)],
            ["A committee has at most 20 members."],
        ),
        (
            [("A", "U", True, True), ("A", "U", False, True), ("C", "U", False, True)],
            ["A member stands there twice."],
        ),
        (
            [("A", "U", False, True), ("B", "U", False, True), ("C", "U", False, True)],
            ["One member is in the chair, and one only."],
        ),
        (
            [("A", "U", True, False), ("B", "U", False, True), ("C", "U", False, True)],
            ["Whoever is in the chair is present: name who presided."],
        ),
    ],
)
def test_a_committee_has_three_to_twenty_members_and_a_chair_who_is_there(people, reasons):
    assert said(deliberating.bad_committee(people)) == reasons


# One decision


def test_another_result_a_smaller_grant_and_conditions_may_be_decided():
    assert unfit("selected", ruled()) == []
    assert unfit("declined", ruled("selected")) == []
    assert unfit("reserved", ruled("selected")) == []
    assert unfit("as_ruled", ruled("selected"), grant_krw=400_000_000) == []
    assert unfit("as_ruled", ruled("reserved"), conditions="A buyer signs first") == []


@pytest.mark.parametrize(
    ("result", "line", "more", "reasons"),
    [
        ("selected", None, {}, ["This application is not among those that are decided on."]),
        ("selected", ruled("declined", passed=False), {}, ["What fails is not selected by the committee either: No place left"]),
        ("reserved", ruled("declined", passed=False), {}, ["What fails is not selected by the committee either: No place left"]),
        ("as_ruled", ruled("declined", passed=False), {"conditions": "More"}, ["What fails is not selected by the committee either: No place left", "A grant and conditions are for those who are selected or may come up."]),
        ("selected", ruled(), {"is_selectable": False}, ["Between the marks it may be a reserve at most."]),
        ("selected", ruled("selected"), {}, ["The rules place it so already."]),
        ("declined", ruled("declined"), {}, ["The rules place it so already."]),
        ("as_ruled", ruled(), {}, ["Please say what the committee decided: another result, a smaller grant or conditions."]),
        ("declined", ruled(), {"conditions": "More"}, ["A grant and conditions are for those who are selected or may come up."]),
        ("selected", ruled(), {"reason": " no "}, ["Please write the reason (at least 5 characters)."]),
        ("selected", ruled(), {"grant_krw": 0}, ["A grant is more than 0 won."]),
        ("selected", ruled(), {"grant_krw": 480_000_000}, ["A reduced grant is less than what was asked for: 480,000,000 won."]),
        ("selected", ruled(), {"grant_krw": 480_000_001}, ["A reduced grant is less than what was asked for: 480,000,000 won."]),
        ("selected", ruled(), {"grant_krw": 1, "is_rnd": False}, ["This call grants no money."]),
    ],
)  # fmt: skip
def test_what_the_committee_cannot_decide_is_named(result, line, more, reasons):
    assert unfit(result, line, **more) == reasons


# The meeting


def lacking(**more):
    usual = {"members": members(4, 3), "minutes": "It was discussed at length.", "held_at": AFTER, "now": AFTER,
             "votes": {"SP-1": (4, 0, 0, [])}, "misfits": []}  # fmt: skip
    return said(deliberating.unclosable(**(usual | more)))


def test_a_meeting_is_closed_with_quorum_minutes_and_votes_that_still_carry():
    assert lacking() == []
    assert lacking(minutes="  short  ") == ["The minutes are not written yet (at least 20 characters)."]
    assert lacking(held_at=AFTER + timedelta(seconds=1)) == ["The meeting has not been held yet."]
    assert lacking(members=members(7)) == []
    assert lacking(members=members(8)) == [
        "SP-1: It is not carried: 4 votes for it, more than half of the 8 members present are 5."
    ]
    assert lacking(members=members(3, 1), votes={"SP-1": (2, 2, 0, [])}) == [
        "SP-1: There are more votes than members present: 4 of 3."
    ]
    recused = [["Member 0", "Institute", "Stepped back."]]
    assert lacking(members=members(8), votes={"SP-1": (4, 0, 0, recused)}) == []  # more than half of seven
    assert lacking(members=members(4, 3), votes={"SP-1": (4, 0, 0, recused)}) == [
        "SP-1: There are more votes than members present: 4 of 3."
    ]


@pytest.mark.parametrize(
    ("is_open", "has_closed", "is_needed", "count"),
    [(False, False, False, 0), (False, False, True, 1), (False, True, True, 0), (True, True, True, 1), (True, False, False, 1)],
)  # fmt: skip
def test_a_list_waits_for_a_meeting_that_is_open_or_that_the_call_asks_for(
    is_open, has_closed, is_needed, count
):
    found = deliberating.not_deliberated(is_open=is_open, has_closed=has_closed, is_needed=is_needed)

    assert len(found) == count


def test_a_list_holds_for_the_meeting_that_it_was_drawn_with():
    assert deliberating.outdated(drawn_with=None, closed=None, is_open=False) == []
    assert deliberating.outdated(drawn_with=7, closed=7, is_open=False) == []
    assert said(deliberating.outdated(drawn_with=None, closed=7, is_open=False)) == [
        "The committee has deliberated since the list was drawn. Please propose it again."
    ]
    assert len(deliberating.outdated(drawn_with=7, closed=7, is_open=True)) == 1


# The list


FOUR = [candidate("A", 91), candidate("B", 88), candidate("C", 85), candidate("D", 84), candidate("E", 65)]


def drawn(candidates, decisions, **limits):
    plain = cut(*candidates, **limits)
    found = deviations(decisions, plain)
    return cut(*candidates, deviations=found, **limits), found


def test_whom_the_committee_does_not_select_gives_the_place_to_the_next_in_order():
    lines, found = drawn(FOUR, {"B": resolution("declined")})

    assert results(lines) == {"A": "selected", "B": "declined", "C": "selected", "D": "selected", "E": 1}
    assert lines[1].reason == "The committee decided otherwise than by rank: A buyer is bound"
    assert lines[3].reason == "84 ≥ 70.00, place 3 of 3"
    assert impossible(lines, found, {}) == []


def test_whom_the_committee_selects_takes_the_place_of_the_last_one_in_order():
    lines, _found = drawn(FOUR, {"D": resolution("selected")})

    assert results(lines) == {"A": "selected", "B": "selected", "C": 1, "D": "selected", "E": 2}
    assert [line.reason for line in lines[:3]] == [
        "91 ≥ 70.00, place 1 of 3",
        "88 ≥ 70.00, place 2 of 3",
        "No place left",
    ]
    assert lines[3].reason == "The committee decided otherwise than by rank: A buyer is bound"


def test_whom_the_committee_puts_on_the_reserve_list_stands_there_by_its_score():
    lines, _found = drawn(FOUR, {"A": resolution("reserved")})

    assert results(lines) == {"A": 1, "B": "selected", "C": "selected", "D": "selected", "E": 2}


def test_what_the_rules_would_do_anyway_is_not_called_a_deviation():
    plain = cut(*FOUR)

    assert deviations({"A": resolution("selected")}, plain)["A"].words == (
        "The committee decided as the rules do: A buyer is bound"
    )


@pytest.mark.parametrize(
    ("decisions", "limits", "why"),
    [
        ({"D": resolution("selected")}, {"seats": 0}, "No place left"),
        ({"E": resolution("selected")}, {}, "Between the pass mark and the select mark of 70.00"),
        (
            {"D": resolution("selected")},
            {"bounds": [Bound("field", 1, "Moulds", 0, 0)]},
            "All 0 places of Moulds are taken",
        ),
        (
            {"D": resolution("selected")},
            {"budget_krw": 5},
            "More than what is left of the budget: 6 of 5 won",
        ),
    ],
)
def test_what_the_list_cannot_follow_is_named_and_the_rules_hold(decisions, limits, why):
    people = [
        candidate(one.pk, one.final, field=1 if one.pk == "D" else 2, grant_krw=6 if one.pk == "D" else 1)
        for one in FOUR
    ]
    numbers = {pk: f"SP-{pk}" for pk in decisions}

    lines, found = drawn(people, decisions, **limits)

    assert said(impossible(lines, found, numbers)) == [
        f"The decision of the committee on SP-{next(iter(decisions))} cannot be followed: {why}"
    ]


def test_a_full_reserve_list_takes_nobody_more():
    lines, found = drawn(FOUR, {"C": resolution("reserved")}, reserves=0)

    assert said(impossible(lines, found, {"C": "SP-C"})) == [
        "The decision of the committee on SP-C cannot be followed: the reserve list is full"
    ]


def test_equals_whom_the_committee_has_voted_on_are_not_asked_for_again():
    people = [candidate("A", 91), candidate("B", 85), candidate("C", 85)]
    assert rules.undecided(cut(*people, seats=2)) != []

    lines, _found = drawn(people, {"C": resolution("selected")}, seats=2)

    assert results(lines) == {"A": "selected", "B": 1, "C": "selected"}
    assert rules.undecided(lines) == []


def test_equals_whom_the_committee_puts_on_the_reserve_list_wait_for_their_order_on_it():
    people = [candidate("A", 91), candidate("B", 85), candidate("C", 85), candidate("D", 85)]
    lines, _found = drawn(people, {"C": resolution("reserved"), "D": resolution("reserved")}, seats=2)

    assert results(lines) == {"A": "selected", "B": "selected", "C": 1, "D": 2}
    assert [[c.pk for c in group] for group in rules.undecided(lines)] == [["C", "D"]]
    assert rules.undecided(lines, {"C": 2, "D": 1}) == []


def test_a_smaller_grant_makes_room_for_the_next():
    asked = [candidate(pk, score, grant_krw=60) for pk, score in (("A", 90), ("B", 80))]
    left = [candidate("A", 90, grant_krw=40), asked[1]]

    assert results(cut(*asked, budget_krw=100)) == {"A": "selected", "B": 1}
    assert results(cut(*left, budget_krw=100)) == {"A": "selected", "B": "selected"}


@some.composite
def deliberated_calls(draw):
    """Candidates of three fields and regions with bounds, budget and any decisions of a committee."""
    number = draw(some.integers(1, 12))
    marks = [Decimal(draw(some.integers(50, 100))) for _n in range(number)]
    candidates = [
        Candidate(
            pk, mark, mark, (pk,), field=draw(some.integers(1, 3)), region=draw(some.integers(7, 8)),
            grant_krw=draw(some.integers(1, 60)), failings=("Team",) * draw(some.sampled_from([0, 0, 0, 1])),
        )
        for pk, mark in enumerate(marks)
    ]  # fmt: skip
    bounds = []
    for kind, pk in (("field", 1), ("field", 2), ("region", 7)):
        if draw(some.booleans()):
            least = draw(some.integers(0, 3))
            bounds.append(
                Bound(
                    kind, pk, f"{kind} {pk}", least, draw(some.one_of(some.none(), some.integers(least, 4)))
                )
            )
    results = some.sampled_from(["selected", "reserved", "declined"])
    said = draw(some.dictionaries(some.integers(0, number - 1), results, max_size=number))
    limits = {
        "seats": draw(some.integers(0, 6)), "reserves": draw(some.integers(0, 4)), "bounds": bounds,
        "budget_krw": draw(some.one_of(some.none(), some.integers(0, 200))),
    }  # fmt: skip
    return candidates, limits, {pk: resolution(result, f"Reason {pk}") for pk, result in said.items()}


@given(deliberated_calls())
def test_whatever_the_committee_decides_the_list_keeps_its_bounds_and_each_deviation_its_reason(made):
    candidates, limits, decisions = made

    lines, found = drawn(candidates, decisions, **limits)

    chosen = [line.candidate for line in lines if line.result == "selected"]
    taken = Counter(end for c in chosen for end in ends(c.kind))
    assert len(chosen) <= limits["seats"]
    assert all(bound.most is None or taken[bound.end] <= bound.most for bound in limits["bounds"])
    assert limits["budget_krw"] is None or sum(c.grant_krw for c in chosen) <= limits["budget_krw"]
    assert all(not c.failings and c.base >= max(PASS, SELECT) for c in chosen)
    numbers = [line.reserve_rank for line in lines if line.result == "reserved"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= limits["reserves"]
    plain = {line.candidate.pk: line for line in cut(*candidates, **limits)}
    unfollowed = {
        pk
        for pk, one in found.items()
        if one.result != {line.candidate.pk: line for line in lines}[pk].result
    }
    for line in lines:
        pk = line.candidate.pk
        if line.by_committee:
            assert line.reason == found[pk].words
            assert line.reason.endswith(f": Reason {pk}")
        elif (
            line.result != plain[pk].result
        ):  # it follows from what was decided on others, by a rule that is named
            assert decisions
            assert line.reason
        if pk in decisions and pk not in unfollowed and line.result != plain[pk].result:
            assert line.by_committee
    assert len(impossible(lines, found, {pk: str(pk) for pk in decisions})) == len(unfollowed)
