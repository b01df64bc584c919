"""The points of a stage, the outlines, and what keeps a call from being published; the state of a call by its instants."""

from datetime import timedelta

import pytest

from applications.calls.models import Call
from applications.calls.outlines import OUTLINES
from applications.calls.readiness import unready
from applications.calls.rules import wrong_sum
from applications.kernel import clock
from applications.kernel.clocks import legal_clocks
from applications.kernel.taxonomy import IndustryField, Region
from tests.world import BEFORE, CLOSES, OPENS

pytestmark = pytest.mark.usefixtures("english")


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([40, 35, 25], []),
        ([100], []),
        ([40, 35, 26], ["The points of the criteria sum to 101, not to 100."]),
        ([40, 35, 24], ["The points of the criteria sum to 99, not to 100."]),
        ([], ["The points of the criteria sum to 0, not to 100."]),
    ],
)
def test_g49_the_points_of_a_stage_sum_to_one_hundred(points, said):
    assert [str(reason) for reason in wrong_sum(points)] == said


@pytest.mark.parametrize(
    ("kind", "groups"),
    [
        ("sprout", [("기술성", 40, 50), ("사업성", 35, 50), ("정책부합성", 25, 0)]),
        (
            "rnd",
            [
                ("기술성", 40, 50),
                ("사업성", 35, 50),
                ("수행역량", 15, 0),
                ("연구비", 5, 0),
                ("파급·정책", 5, 0),
            ],
        ),
    ],
)
def test_the_outline_of_a_programme_has_the_groups_points_and_floors_of_the_notice(kind, groups):
    ((stage, outline),) = OUTLINES[kind].stages

    assert stage["weight"] == 100
    assert summed(outline) == groups


def summed(groups):
    return [(name, sum(points for _n, points, _h in criteria), floor) for name, floor, criteria in groups]


def test_the_outline_of_two_stages_is_paper_30_and_presentation_70():
    (paper, on_paper), (talk, in_person) = OUTLINES["sprout_talk"].stages

    assert (paper, talk) == (
        {"kind": "paper", "weight": 30, "threshold": 60},
        {"kind": "presentation", "weight": 70},
    )
    assert on_paper == OUTLINES["sprout"].stages[0][1]
    assert summed(in_person) == [
        ("기술경쟁력 입증", 30, 50),
        ("수요연계·사업화 실행력", 30, 50),
        ("성장비전·전략", 25, 50),
        ("경영진·조직역량", 15, 50),
    ]


@pytest.mark.parametrize(
    ("instant", "state"),
    [
        (OPENS - timedelta(microseconds=1), "soon"),
        (OPENS, "open"),
        (CLOSES - timedelta(microseconds=1), "open"),
        (CLOSES, "closed"),
    ],
)
def test_the_state_of_a_call_is_computed_from_its_instants(instant, state):
    call = Call(opens_at=OPENS, closes_at=CLOSES, published_at=BEFORE)

    with clock.at(instant):
        assert (call.state, call.is_open_at(instant)) == (state, state == "open")
        call.published_at = None
        assert (call.state, call.is_open_at(instant)) == ("preparing", False)


@pytest.fixture
def call(world):
    made = world.call()
    made.published_at = None
    return made


def said(call, now=BEFORE):
    return [(reason.field, str(reason)) for reason in unready(call, now=now, clocks=legal_clocks())]


def test_a_complete_call_is_ready(call):
    assert said(call) == []


def test_thirty_days_of_notice_or_a_reason(call):
    thirty = CLOSES - timedelta(days=30)

    assert said(call, thirty) == []
    assert said(call, thirty + timedelta(microseconds=1)) == [
        ("short_notice_reason", "A notice of less than 30 days needs a reason (decree, article 9).")
    ]
    call.short_notice_reason = "The budget ends with the year"
    assert said(call, thirty + timedelta(microseconds=1)) == []
    assert said(call, CLOSES) == [("closes_at", "The closing time is already past.")]


def test_weights_and_points_that_do_not_sum_to_one_hundred(call):
    call.stages.update(weight=30)
    call.stages.create(ordinal=2, kind="presentation", weight=60)

    assert said(call) == [
        ("", "The weights of the stages must sum to 100."),
        ("", "The points of the criteria sum to 0, not to 100."),
    ]


def test_a_call_asks_sixty_questions_at_most(call):
    part, asked = call.parts.first(), call.questions.count()
    for number in range(asked, 61):
        call.questions.create(part=part, ordinal=number + 100, code=f"q{number}", kind="text", label="?")

    assert said(call) == [("", "A call asks at most 60 questions.")]
    call.questions.get(code="q60").delete()
    assert said(call) == []


def test_a_minimum_that_no_list_can_meet_keeps_the_call_from_being_published(call):
    first, second = IndustryField.objects.all()[:2]
    call.seats = 3
    call.quotas.create(ordinal=1, field=first, least=2)
    call.quotas.create(ordinal=2, field=second, least=1)
    within = said(call)
    call.quotas.filter(ordinal=2).update(least=2)
    call.open_to.set([first])
    seoul, busan = Region.objects.all()[:2]
    call.quotas.create(ordinal=3, region=busan, least=1)
    call.regions = [seoul.code]

    assert within == []
    assert said(call) == [
        ("", "The least places of the fields come to 4, and the call has 3."),
        ("", f"{second} has a least number of places, but nobody of it may apply."),
        ("", f"{busan} has a least number of places, but nobody of it may apply."),
    ]


def test_an_rnd_call_needs_its_money(world):
    call = world.rnd
    call.budget_line, call.budget_krw, call.ceiling_krw = None, None, None

    assert said(call) == [
        ("budget_line", "An R&D call needs a budget line."),
        ("budget_krw", "An R&D call needs its budget."),
        ("ceiling_krw", "An R&D call needs the ceiling of one grant."),
    ]
