"""How firm the cut of a call is: worked out by the timetable from its sheets, beside the list, for staff alone."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from applications.calls.stages import Criterion, CriterionGroup
from applications.decision import actions, firmness_chart, queries, resampling, stability
from applications.decision.resamplings import Resampling
from applications.decision.tasks import carry_resamplings_on
from applications.intake.models import Application
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.review import actions as review
from tests.asking import reasons, text
from tests.decision.convened import closed, convened, decided
from tests.remembering import step
from tests.standing import standing
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")


@step
def reviewed(world, call, *values, **more):
    """A plan with a sheet of each of these values for all criteria; a tuple gives each criterion its own."""
    plan = world.in_review(call, **more)
    for value in values:
        world.handed_in(plan, *(value if isinstance(value, tuple) else (value, value, value)))
    review.close_review(Application.objects.get(pk=plan.pk), by=world.officer)
    return Application.objects.get(pk=plan.pk)


def four_plans(world):
    """One place: two plans whose order turns on who reviewed, one far above the mark, one far below it."""
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=2)
    world.r1.refresh_from_db()
    world.plans = [
        reviewed(world, world.r1, 95, 96, 97),
        reviewed(world, world.r1, 70, 80, 90),
        reviewed(world, world.r1, 70, 79, 90),
        reviewed(world, world.r1, 61, 62, 63),
    ]


world = standing(four_plans)


@pytest.fixture
def ranked(world):
    return world.r1


def page(call, more=""):
    return f"/decisions/calls/{call.key}/firmness/{more}"


def made(world, call):
    resampling.ask(call, by=world.officer)
    carry_resamplings_on()
    return Resampling.objects.latest("pk")


def test_it_says_how_often_each_is_selected_and_changes_nothing(world, ranked):
    before = list(Application.objects.order_by("pk").values_list("status", "final_score", "tie_1", "sheets"))

    found = made(world, ranked)

    counts = {pk: count for pk, _now, count, _known in found.result["rows"]}
    first, second, third, last = (counts[plan.pk] for plan in world.plans)
    assert (first, last) == (1000, 0)
    assert second + third == 1000
    assert 300 < third < second  # six deviations off what is expected
    assert {key: value for key, value in found.result.items() if key not in ("rows", "stay")} == {
        "applications": 4, "sheets": 12, "seats": 2, "known": 4, "near": 2,
    }  # fmt: skip
    assert found.result["stay"] == round((first + second) / 1000, 1)
    assert [now for _pk, now, _count, _known in found.result["rows"]] == [True, True, False, False]
    assert (found.percent, found.made_at) == (100, AFTER)
    assert list(Application.objects.order_by("pk").values_list("status", "final_score", "tie_1", "sheets")) == before  # fmt: skip
    assert audit.trail(ranked).last().after == {"seed": found.seed, "draws": 1000}


def test_what_is_read_of_a_call_comes_to_the_stored_scores(world):
    """Seven sheets, floors, a knock-out, a threshold and a bonus: read as arrays they come to what is stored."""
    call = world.plain_call()
    CriterionGroup.objects.filter(stage__call=call, ordinal=1).update(floor_percent=70)
    Criterion.objects.filter(group__stage__call=call, group__ordinal=2).update(knock_out_at="60.0")
    stage = call.stages.get()
    type(stage).objects.filter(pk=stage.pk).update(threshold="66.61")
    plans = [
        reviewed(world, call, (80, 70, 60), (90, "65.5", 75), (61, 62, 63), (70, 71, 72), (99, 98, 97), (66, 67, 68), (75, 75, "75.5")),
        reviewed(world, call, (70, 80, 90), (70, 80, 90), (70, 80, 90)),
        reviewed(world, call, (70, 80, 90), (70, 80, 90), ("69.9", 80, 90)),
        reviewed(world, call, (70, 60, 90), (70, 60, 90), (70, 60, 90)),
        reviewed(world, call, (70, 60, 90), (70, 60, 90), (70, "60.1", 90)),
        reviewed(world, call, (75, 61, 61), (75, 61, 61), (75, 61, 61)),
        reviewed(world, call, (75, 61, 61), (75, 61, 61), (75, 61, "61.1")),
    ]  # fmt: skip
    world.adjusted(plans[1], "1.5")
    world.adjusted(plans[1], -2, name="Penalty")

    candidates = queries.candidates(call)
    stages, everybody = resampling.arrays_of(call, candidates, {})
    final, base, fails = stability.scored(stages, everybody, [one.as_they_are() for one in stages])

    stored = {a.pk: a for a in Application.objects.filter(call=call)}
    assert [Decimal(int(points)) / 100 for points in final[0]] == [
        stored[c.pk].final_score for c in candidates
    ]
    assert [Decimal(int(points)) / 100 for points in base[0]] == [stored[c.pk].base_score for c in candidates]
    assert [int(number) for number in fails[0]] == [len(stored[c.pk].failings) for c in candidates]
    assert [len(stored[plan.pk].failings) for plan in plans] == [0, 0, 1, 1, 0, 1, 0]
    assert not everybody.barred.any()


def test_whom_a_site_visit_failed_stays_out(world, ranked):
    plan = world.plans[0]
    Application.objects.filter(pk=plan.pk).update(failings=["Site visit: not fit"])

    counts = {pk: count for pk, _now, count, _known in made(world, ranked).result["rows"]}

    assert [counts[one.pk] for one in world.plans] == [0, 1000, 1000, 0]


def test_what_the_committee_decides_holds_in_every_draw_and_what_was_worked_out_before_it_is_behind(
    world, ranked
):
    first, second, third, last = world.plans
    before = made(world, ranked)
    meeting = convened(world, ranked)
    decided(world, meeting, first, "declined")
    decided(world, meeting, third, "selected")
    assert not resampling.is_behind(before)
    beside = browser(world.officer).get(meeting.get_absolute_url()).context["shown"]
    assert {line.candidate.pk: chance for _application, line, _rule, chance in beside} == resampling.chances(
        ranked
    )

    closed(world, meeting)

    assert resampling.is_behind(before)
    assert resampling.chances(ranked) == {}
    found = made(world, ranked)
    counts = {pk: count for pk, _now, count, _known in found.result["rows"]}
    assert [counts[plan.pk] for plan in (first, third)] == [0, 1000]
    assert counts[second.pk] + counts[last.pk] <= 1000
    assert {pk for pk, now, *_rest in found.result["rows"] if now} == {second.pk, third.pk}
    assert not resampling.is_behind(found)


def test_whose_review_ended_early_stays_out(world, ranked):
    """Its review ended on paper; nobody knows what its presentation would have brought."""
    stage = ranked.stages.get()
    later = type(stage).objects.create(
        call=ranked, ordinal=2, kind="visit", weight=0, quorum=2, trimmed=False
    )
    Application.objects.filter(call=ranked).exclude(pk=world.plans[0].pk).update(stage=later)

    counts = {pk: count for pk, _now, count, _known in made(world, ranked).result["rows"]}

    assert [counts[one.pk] for one in world.plans] == [0, 1000, 1000, 0]


def test_the_page_says_it_in_a_sentence_a_drawing_and_a_table(world, ranked):
    made(world, ranked)

    shown = browser(world.auditor).get(page(ranked)).content.decode()

    assert "For 2 firms it depends on who reviewed whether they are selected" in shown
    assert "it changes no score and decides nothing" in shown
    assert (shown.count('class="bar"'), shown.count('class="bar-outline"')) == (2, 1)
    assert shown.count('class="line"') == 1
    assert shown.count('<tr class="cut">') == 1
    assert "Work it out" not in shown
    assert "Scores, applications or decisions of the committee have changed since" not in shown


def test_of_whom_too_few_sheets_are_there_no_bar_is_drawn_and_the_question_mark_is_explained(world, ranked):
    found = made(world, ranked)
    rows = [[pk, now, count, pk != world.plans[2].pk] for pk, now, count, _known in found.result["rows"]]
    Resampling.objects.filter(pk=found.pk).update(result=found.result | {"rows": rows})

    shown = browser(world.auditor).get(page(ranked)).content.decode()

    assert (shown.count('class="bar"'), shown.count('class="bar-outline"')) == (2, 0)
    assert shown.count(">?</text>") == 1
    assert "Question mark: not known, since a stage has fewer than two sheets." in shown


def test_the_proposal_shows_it_beside_the_cut_until_a_score_changes(world, ranked):
    client, address = browser(world.officer), f"/decisions/calls/{ranked.key}/propose/"
    without = text(client.get(address))
    made(world, ranked)
    beside = client.get(address)
    Application.objects.filter(pk=world.plans[3].pk).update(final_score="62.01")

    assert "Firmness" not in without
    assert [chance for _application, _line, chance in beside.context["shown"]] == [
        100, *(resampling.percent(row[2], 1000) for row in Resampling.objects.get().result["rows"][1:3]), 0,
    ]  # fmt: skip
    assert "in how many of a hundred draws" in text(beside)
    assert "in how many of a hundred draws" not in text(client.get(address))
    assert "Scores, applications or decisions of the committee have changed since" in text(
        client.get(page(ranked))
    )


def test_one_sheet_each_says_nothing(world):
    call = world.plain_call()
    plan = world.with_score(call, "80")
    call.stages.update(trimmed=False)
    reviewer = world.reviewer()
    Application.objects.filter(pk=plan.pk).update(status="in_review")
    world.handed_in(Application.objects.get(pk=plan.pk), 80, 80, 80, reviewer=reviewer)
    Application.objects.filter(pk=plan.pk).update(status="reviewed")

    found = made(world, call)

    assert (found.result["known"], found.result["near"]) == (0, 0)
    assert resampling.chances(call) == {}
    shown = text(browser(world.officer).get(page(call)))
    assert "No application has two sheets of a stage: how far reviewers differ is not known" in shown
    assert "Nothing can be said of how firm the cut is." in shown


def test_it_is_asked_for_on_the_page_and_made_by_the_timetable_once(world, ranked):
    client = browser(world.officer)
    empty = text(client.get(page(ranked)))

    for _press in range(2):
        assert client.post(page(ranked, "ask/")).status_code == 302
    waiting, state = text(client.get(page(ranked))), text(client.get(page(ranked) + "?part=now"))
    carry_resamplings_on()
    carry_resamplings_on()

    assert "It has not been worked out yet." in empty
    assert "It is being worked out. 0%" in waiting
    assert state == "It is being worked out. 0%"
    assert Resampling.objects.count() == 1
    assert "Work it out anew" in text(client.get(page(ranked)))


def test_what_is_stopped_writes_nothing_and_can_be_asked_for_anew(world, ranked, monkeypatch):
    client = browser(world.officer)
    client.post(page(ranked, "ask/"))
    asked = Resampling.objects.get()
    parts = []

    def meanwhile(*args, tell, **more):
        tell(0.25)
        client.post(page(ranked, "stop/"))
        parts.append("stopped")
        tell(0.5)
        parts.append("went on")

    monkeypatch.setattr(stability, "resampled", meanwhile)
    resampling.carry_on(asked)
    monkeypatch.undo()

    asked.refresh_from_db()
    assert parts == ["stopped"]
    assert (asked.made_at, asked.stopped_at, asked.percent, asked.result) == (None, AFTER, 25, {})
    assert audit.trail(ranked).last().verb == "stop_stability"
    assert made(world, ranked).made_at == AFTER
    resampling.stop(ranked, by=world.officer)
    assert audit.trail(ranked).filter(verb="stop_stability").count() == 1


def test_a_lost_round_is_made_anew_with_the_same_seed_to_the_same_end(world, ranked):
    first = made(world, ranked)
    again = resampling.worked_out(ranked, draws=first.draws, seed=first.seed)

    assert again == first.result


def test_nothing_is_worked_out_before_there_is_something_to_rank_or_after_the_result(world, ranked):
    empty = world.call()

    assert reasons(resampling.ask, empty, by=world.officer) == ["There is nothing to rank."]
    world.published(ranked)
    assert reasons(resampling.ask, ranked, by=world.officer) == ["The result of this call is public already."]


def test_the_database_holds_that_one_waits_and_none_is_both_made_and_stopped(world, ranked):
    asked = resampling.ask(ranked, by=world.officer)
    more = {"call": ranked, "asked_by": world.officer, "seed": 1, "draws": 1}

    with pytest.raises(IntegrityError), transaction.atomic():
        Resampling.objects.create(**more)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resampling.objects.filter(pk=asked.pk).update(made_at=AFTER, stopped_at=AFTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Resampling.objects.filter(pk=asked.pk).update(percent=101)


def test_staff_see_it_officers_ask_and_nobody_else(world, ranked):
    reviewer = world.plans[0].assignments.first().reviewer
    for person in (reviewer, world.owner_of(world.plans[0].firm), world.ministry, world.finance):
        assert browser(person).get(page(ranked)).status_code == 404
    for person in (world.director, world.auditor, reviewer):
        for act in (resampling.ask, resampling.stop):
            with pytest.raises(Denied):
                act(ranked, by=person)
        assert browser(person).post(page(ranked, "ask/")).status_code == 404
    assert not Resampling.objects.visible_to(reviewer).exists()


def test_the_list_that_waits_says_who_is_selected_now(world, ranked):
    """The committee gave the second of two equals the place: that counts, not the order in which they were handed in."""
    equal = [reviewed(world, ranked, 95, 96, 97, title=title) for title in ("One", "Two")]
    plan = world.plans[0]
    pks = [plan.pk, *(one.pk for one in equal)]
    decided = {pk: place for place, pk in enumerate(reversed(pks), 1)}
    Application.objects.filter(pk__in=pks).update(tie_4=0, tie_5=0)
    actions.propose(ranked, note="As ranked", decided=decided, why="By lot", by=world.officer)

    assert resampling.selected_now(ranked) == set(pks[1:])


@pytest.mark.parametrize(
    ("count", "said"), [(0, 0), (1, 1), (4, 1), (500, 50), (996, 99), (999, 99), (1000, 100)]
)
def test_only_never_and_always_are_said_as_0_and_100(count, said):
    assert resampling.percent(count, 1000) == said


def rows(*percents, selected):
    return [
        {"pk": place, "is_selected": place < selected, "percent": percent, "is_known": True}
        for place, percent in enumerate(percents)
    ]


def test_the_drawing_shows_those_near_the_cut_in_their_order():
    everybody = rows(*[100] * 60, *[97, 80, 55, 45, 20, 3], *[0] * 60, selected=63)

    shown = firmness_chart.around_the_cut(everybody)
    drawn = firmness_chart.bars(shown)

    assert [row["pk"] for row in shown] == list(range(53, 73))
    assert [row["is_first_below"] for row in drawn["rows"]] == [False] * 10 + [True] + [False] * 9
    assert drawn["cut"] == firmness_chart.TOP + 10 * firmness_chart.ROW
    assert max(row["width"] for row in drawn["rows"]) == drawn["right"] - drawn["left"]


def test_of_many_that_are_not_firm_the_nearest_are_drawn():
    everybody = rows(*range(99, 0, -1), selected=50)

    shown = firmness_chart.around_the_cut(everybody)

    assert len(shown) == firmness_chart.SHOWN
    assert {row["percent"] for row in shown} == set(range(30, 70))


def test_a_cut_that_is_firm_says_so():
    nobody, somebody = [[7, False, 0, True]], [[7, True, 1000, True]]
    assert firmness_chart.finding({"known": 3, "near": 0, "rows": somebody}).startswith("The cut is firm")
    assert firmness_chart.finding({"known": 3, "near": 0, "rows": nobody}).startswith("Nobody is selected")
    assert firmness_chart.finding({"known": 3, "near": 1}).startswith("For 1 firm it depends")
