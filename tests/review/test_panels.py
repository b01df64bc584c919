"""Panels: what they hear, how members are drawn, invited and answer, who chairs (docs/domain.md, panels)."""

from datetime import timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.intake import actions as intake
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.notifications.models import Letter
from applications.permissions import TIMETABLE
from applications.review import actions, drawing, membership, people, planning, queries, seating, tasks
from applications.review.models import ReviewerProfile
from applications.review.panels import Draw, Hearing, Panel, Panelist
from tests.asking import fresh, reasons, text
from tests.remembering import step
from tests.together import refusals, together, wait_until_somebody_waits
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
SOON = AFTER + timedelta(days=3)


def letters(kind):
    return [(letter.to, letter.subject) for letter in Letter.objects.filter(kind=kind).order_by("pk")]


def verbs(thing):
    return [entry.verb for entry in audit.trail(thing)]


# Rules


def test_a_scope_of_fields_and_technologies_takes_what_has_one_of_each():
    application = (2, {5, 6})

    assert drawing.fits(application, {2}, set())
    assert drawing.fits(application, set(), {6, 9})
    assert drawing.fits(application, {2, 3}, {5})
    assert not drawing.fits(application, {3}, {5})
    assert not drawing.fits(application, {2}, {9})
    assert not drawing.fits(application, set(), set())
    assert not drawing.fits((None, set()), {2}, set())


POOL = [(f"key-{number}", "academia" if number % 2 else "industry") for number in range(20)]


def test_a_draw_takes_three_times_as_many_of_each_kind_and_is_the_same_again_whatever_the_order_of_the_pool():
    found = drawing.draw(POOL, {"academia": 2, "industry": 1, "institute": 0}, seed=7)

    assert {kind: len(keys) for kind, keys in found.items()} == {"academia": 6, "industry": 3}
    assert {key for key, kind in POOL if kind == "academia"} > set(found["academia"])
    assert drawing.draw(POOL[::-1], {"academia": 2, "industry": 1, "institute": 0}, seed=7) == found
    assert drawing.draw(POOL, {"academia": 2, "industry": 1}, seed=8) != found


def test_the_order_of_a_draw_is_that_of_the_hashes_which_any_tool_computes():
    assert (
        drawing.place_of("key-1", 7)  # printf '7/key-1' | sha256sum
        == "de46ca83128acc5fd9d2abc4500e9fef2a63f98d07bef8ac268f004361d80333"
    )
    [first, *_rest] = drawing.draw(POOL, {"academia": 1}, seed=7)["academia"]
    assert first == min(
        (key for key, kind in POOL if kind == "academia"), key=lambda key: drawing.place_of(key, 7)
    )


def test_the_next_ones_are_invited_in_order_and_nobody_of_an_institution_that_sits_already():
    order = {"academia": ["a", "b", "c", "d"], "industry": ["x", "y"]}
    houses = {"a": "KIMM", "b": "KIMM", "c": "KAIST", "d": "POSTECH", "x": "Firm X", "y": "Firm Y"}
    wanted = {"academia": 2, "industry": 1}

    assert drawing.next_in_order(order, wanted, {}, houses) == (["a", "c", "x"], {})
    seated = {"a": ("academia", "KIMM"), "c": ("academia", None), "x": ("industry", None)}
    assert drawing.next_in_order(order, wanted, seated, houses) == (["d", "y"], {})
    seated |= {"d": ("academia", None), "y": ("industry", None)}
    assert drawing.next_in_order(order, wanted, seated, houses) == ([], {"academia": 1, "industry": 1})


def test_members_invited_by_hand_fill_the_places_of_their_kind():
    seated = {"hand": ("academia", "SNU")}

    assert drawing.next_in_order({"academia": ["a"]}, {"academia": 1}, seated, {"a": "KIMM"}) == ([], {})


def test_shares_are_counted_the_most_first_or_in_a_given_order():
    assert drawing.shares(["b", "a", "b", "b"]) == [("b", 3, 75, 100), ("a", 1, 25, 33)]
    assert drawing.shares(["b"], order=("a", "b")) == [("a", 0, 0, 0), ("b", 1, 100, 100)]
    assert drawing.shares([]) == []


# What a panel hears


@pytest.fixture
def call(world):
    return world.call(quorum=3)


@pytest.fixture
def stage(call):
    return call.stages.get()


def field(code):
    return IndustryField.objects.get(code=code)


@pytest.fixture
@step
def panel(world, call, stage):
    return seating.make(call, stage=stage, name="Castings", fields=[field("F2")], by=world.officer)


def test_a_panel_takes_what_is_under_review_in_its_fields_and_what_comes_later_with_the_first_reviewer(
    world, call, stage
):
    first = world.in_review(call, field=field("F2"))
    other = world.in_review(call, field=field("F1"))
    panel = seating.make(call, stage=stage, name="Castings", fields=[field("F2")], by=world.officer)
    later = world.in_review(call, field=field("F2"))
    member = world.seated(panel)

    actions.assign(later, reviewer=member, by=world.officer)

    assert list(panel.hearings.values_list("application", flat=True)) == [first.pk, later.pk]
    assert membership.panel_hearing(other) is None
    assert verbs(panel)[:1] == ["make_panel"]


def test_the_first_panel_in_order_takes_what_fits_several_and_a_picked_one_goes_where_it_is_picked(
    world, call, stage
):
    a, b = (world.in_review(call, field=field("F2")) for _number in range(2))

    first = seating.make(call, stage=stage, name="One", fields=[field("F2")], by=world.officer)
    second = seating.make(call, stage=stage, name="Two", fields=[field("F2")], picked=[b], by=world.officer)

    assert list(first.hearings.values_list("application", flat=True)) == [a.pk]
    assert list(second.hearings.values_list("application", flat=True)) == [b.pk]


def test_what_somebody_is_asked_to_score_does_not_move_to_another_panel(world, call, stage, panel):
    a = world.in_review(call, field=field("F2"))
    world.assigned(a, world.seated(panel), clear=False)

    other = seating.make(call, stage=stage, name="Two", picked=[a], by=world.officer)

    assert not other.hearings.exists()
    assert membership.panel_hearing(a) == panel


def test_an_application_is_before_one_panel_of_a_stage_only(world, call, stage, panel):
    a = world.in_review(call, field=field("F2"))
    seating.gather(stage, by=world.officer)
    other = seating.make(call, stage=stage, name="Two", fields=[field("F1")], by=world.officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Hearing.objects.create(panel=other, stage=stage, application=a)


def test_names_of_panels_are_told_apart_within_a_stage(world, call, stage, panel):
    said = reasons(seating.make, call, stage=stage, name="Castings", fields=[field("F1")], by=world.officer)

    assert said == ["Another panel of this stage has this name."]
    assert Panel.objects.count() == 1


def test_only_officers_make_panels(world, call, stage):
    for person in (world.director, world.auditor, world.reviewer(), world.person()):
        with pytest.raises(Denied):
            seating.make(call, stage=stage, name="No", by=person)


def test_only_members_are_asked_where_there_is_a_panel_and_anybody_where_there_is_none(world, call, panel):
    heard, free = world.in_review(call, field=field("F2")), world.in_review(call, field=field("F1"))
    member, stranger = world.seated(panel), world.reviewer()

    assert reasons(actions.assign, heard, reviewer=stranger, by=world.officer) == [
        f"{stranger.name} is no member of Castings, which hears this application."
    ]
    actions.assign(heard, reviewer=member, by=world.officer)
    actions.assign(free, reviewer=stranger, by=world.officer)
    assert list(member.assignments.values_list("application", flat=True)) == [heard.pk]
    assert list(stranger.assignments.values_list("application", flat=True)) == [free.pk]


def test_somebody_invited_who_has_not_accepted_is_no_member_yet(world, call, panel):
    heard, invited = world.in_review(call, field=field("F2")), world.reviewer()
    seating.invite(panel, reviewer=invited, answer_by=SOON, by=world.officer)

    assert reasons(actions.assign, heard, reviewer=invited, by=world.officer) == [
        f"{invited.name} is no member of Castings, which hears this application."
    ]


def test_a_proposal_who_reviews_what_gives_a_panels_applications_to_its_members_only(
    world, call, stage, panel
):
    heard, free = world.in_review(call, field=field("F2")), world.in_review(call, field=field("F1"))
    members = {world.seated(panel).pk for _number in range(3)}
    others = {world.reviewer().pk for _number in range(4)}

    plan = planning.ask(call, stage=stage, reviews=3, least=0, most=9, per_kind={}, by=world.officer)
    planning.carry_on(plan)

    planned = plan.reviews_planned.values_list("application", "reviewer")
    assert {who for application, who in planned if application == heard.pk} == members
    assert {who for application, who in planned if application == free.pk} <= members | others
    assert fresh(plan).summary["panels"] == 1


# Inviting and answering


def test_an_invitation_is_a_letter_with_an_answer_by_time_and_accepting_makes_a_member(world, panel):
    reviewer = world.reviewer()

    panelist = seating.invite(panel, reviewer=reviewer, answer_by=SOON, by=world.officer)
    actions.pledge(panel.call, by=reviewer)
    seating.accept(panelist, by=reviewer)

    [(to, subject)] = letters("panel_invited")
    assert (to, "Castings" in subject) == (reviewer, True)
    assert [to for to, _subject in letters("panel_answered")] == [world.officer]
    assert membership.may_sit(panel, reviewer)
    assert fresh(panelist).answered_at == AFTER
    assert verbs(panelist) == ["accept_seat"]
    assert verbs(panel) == ["make_panel", "invite_panelist"]


def test_the_pledge_comes_before_the_seat(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)

    assert reasons(seating.accept, panelist, by=panelist.user) == ["Please accept the pledge first."]


def test_declining_needs_a_reason_and_may_suggest_somebody(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)

    assert reasons(seating.decline, panelist, reason=" no ", by=panelist.user) == [
        "Please write the reason (at least 5 characters)."
    ]
    seating.decline(panelist, reason="I am abroad", suggestion="Kim of KIMM", by=panelist.user)

    found = fresh(panelist)
    assert (found.status, found.reason, found.suggestion) == ("declined", "I am abroad", "Kim of KIMM")
    body = Letter.objects.get(kind="panel_answered").body
    assert "I am abroad" in body
    assert "Kim of KIMM" in body
    assert not membership.may_sit(panel, panelist.user)


def test_nobody_answers_for_another_and_nobody_twice(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)

    for person in (world.reviewer(), world.officer, world.person()):
        with pytest.raises(Denied):
            seating.accept(panelist, by=person)
    seating.decline(panelist, reason="I am abroad", by=panelist.user)
    assert reasons(seating.accept, panelist, by=panelist.user) == [
        "This is not possible while the status is “Has declined”."
    ]


def test_nobody_is_invited_twice_to_one_panel_nor_for_a_time_that_is_over(world, panel):
    reviewer = world.reviewer()
    assert reasons(seating.invite, panel, reviewer=reviewer, answer_by=AFTER, by=world.officer) == [
        "This time is over already."
    ]
    seating.invite(panel, reviewer=reviewer, answer_by=SOON, by=world.officer)

    assert reasons(seating.invite, panel, reviewer=reviewer, answer_by=SOON, by=world.officer) == [
        f"{reviewer.name} has been asked already."
    ]


def test_an_answer_counts_until_its_instant_though_no_clock_has_run(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)
    actions.pledge(panel.call, by=panelist.user)

    with clock.at(SOON):
        assert reasons(seating.accept, panelist, by=panelist.user) == [
            "The time to answer is over. Please write to the office if you can still come."
        ]
        assert fresh(panelist).is_late
        seating.remind(panelist, answer_by=SOON + timedelta(days=1), by=world.officer)
        seating.accept(panelist, by=panelist.user)

    assert fresh(panelist).status == "accepted"
    assert [to for to, _subject in letters("panel_reminded")] == [panelist.user]


def test_a_reminder_goes_out_by_itself_a_day_before_and_once(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)

    for instant in (SOON - timedelta(hours=25), SOON - timedelta(hours=23), SOON - timedelta(hours=22)):
        with clock.at(instant):
            tasks.keep_invitations()

    assert len(letters("panel_reminded")) == 1
    assert (fresh(panelist).status, fresh(panelist).answer_by) == ("invited", SOON)


def test_sessions_of_a_year_are_counted_with_seats_in_panels(world, call, panel):
    reviewer = world.reviewer()
    reviewer.reviewer_profile.most_sessions = 1
    reviewer.reviewer_profile.save()
    other = world.call(quorum=3)
    there = seating.make(
        other, stage=other.stages.get(), name="There", fields=[field("F2")], by=world.officer
    )
    world.seated(panel, reviewer)
    full = [f"{reviewer.name} has reached the most sessions of this year: 1."]

    assert reasons(seating.invite, there, reviewer=reviewer, answer_by=SOON, by=world.officer) == full
    assert reasons(actions.assign, world.in_review(other), reviewer=reviewer, by=world.officer)
    assert queries.sessions_of(reviewer, beside=other.stages.get()) == 1
    assert queries.sessions_of(reviewer, beside=panel.stage) == 0
    assert [one.sessions for one in queries.reviewers() if one == reviewer] == [1]
    heard = world.in_review(call, field=field("F2"))
    actions.assign(heard, reviewer=reviewer, by=world.officer)  # the seat and its sheet are one session
    assert [one.sessions for one in queries.reviewers() if one == reviewer] == [1]


def test_a_member_is_released_with_a_reason_unless_they_chair_or_have_sheets(world, call, panel):
    chair, busy, idle = (world.seated(panel) for _number in range(3))
    seating.appoint(panel, member=chair, by=world.officer)
    world.assigned(world.in_review(call, field=field("F2")), busy, clear=False)

    def release(member):
        seating.release(panel.panelists.get(user=member), reason="Has moved", by=world.officer)

    assert reasons(release, chair) == ["This member chairs the panel. Please name another chair first."]
    assert reasons(release, busy) == [
        "There are sheets of this member. Please take them out of the score first."
    ]
    release(idle)
    assert not membership.may_sit(panel, idle)
    assert [to for to, _subject in letters("panel_released")] == [idle]


# Drawing


@pytest.fixture
@step
def pool(world):
    """Six of academia and four of industry, each of another institution, who know the first two technologies."""
    found = [world.reviewer() for _number in range(6)]
    for number in range(4):
        person = world.reviewer(affiliation=f"Works {number}")
        person.reviewer_profile.kind = "industry"
        person.reviewer_profile.save()
        found.append(person)
    return found


@pytest.fixture
@step
def wide(world, call, stage):
    """A panel of the first technology, which everybody of the pool knows."""
    technologies = RootTechnology.objects.all()[:1]
    return seating.make(call, stage=stage, name="Wide", technologies=technologies, by=world.officer)


def test_a_draw_keeps_seed_pool_and_order_and_leaves_out_who_cannot_judge(world, call, wide, pool):
    barred, asked, full, strange = *pool[:3], world.reviewer()
    application = world.in_review(call)
    application.technologies.set(RootTechnology.objects.all()[:1])
    seating.gather(wide.stage, by=world.officer)
    people.sanction(barred.reviewer_profile, reason="Told others", until=None, by=world.officer)
    seating.invite(wide, reviewer=asked, answer_by=SOON, by=world.officer)
    other = world.call(quorum=3)
    there = seating.make(
        other, stage=other.stages.get(), name="There", fields=[field("F2")], by=world.officer
    )
    world.seated(there, full)
    full.reviewer_profile.most_sessions = 1
    full.reviewer_profile.save()
    strange.reviewer_profile.technologies.set([])

    draw = seating.draw(wide, wanted={"academia": 1, "industry": 1, "institute": 0}, by=world.officer)

    keys = {key for key, _kind in draw.pool}
    assert keys == {str(person.key) for person in pool} - {
        str(person.key) for person in (barred, asked, full)
    }
    assert draw.left_out == {"asked": 1, "full": 1, "expertise": 1, "conflict": 1}
    assert draw.order == drawing.draw(draw.pool, draw.wanted, seed=draw.seed)
    assert {kind: len(found) for kind, found in draw.order.items()} == {"academia": 3, "industry": 3}
    assert not wide.panelists.filter(drawn=True).exists()
    [entry] = [one for one in audit.trail(wide) if one.verb == "draw_candidates"]
    assert entry.after["seed"] == draw.seed


def test_the_drawn_are_invited_in_order_and_who_declines_is_followed_by_the_next(world, wide, pool):
    draw = seating.draw(wide, wanted={"academia": 2}, by=world.officer)
    order = draw.order["academia"]

    invited, short = seating.fill(wide, by=world.officer)
    first = wide.panelists.get(user__key=order[0])
    seating.decline(first, reason="I am abroad", by=first.user)

    assert ([str(person.key) for person in invited], short) == (order[:2], {})
    assert [str(one.user.key) for one in wide.panelists.all()] == order[:3]
    third = wide.panelists.last()
    assert (third.invited_by, third.answer_by) == (None, AFTER + seating.ANSWER_WITHIN)
    assert third.user.name in Letter.objects.get(kind="panel_answered").body


def test_who_came_to_stand_in_a_conflict_after_the_draw_is_passed_over_and_takes_no_seat(world, wide, pool):
    order = seating.draw(wide, wanted={"academia": 2}, by=world.officer).order["academia"]
    by_key = {str(person.key): person for person in pool}
    first, second, third = (by_key[key] for key in order[:3])
    people.sanction(first.reviewer_profile, reason="Told others", until=None, by=world.officer)

    seating.fill(wide, by=world.officer)
    people.sanction(second.reviewer_profile, reason="Told others", until=None, by=world.officer)
    actions.pledge(wide.call, by=second)

    assert [one.user for one in wide.panelists.all()] == [second, third]
    assert reasons(seating.accept, wide.panelists.get(user=second), by=second) == [
        "A sanction keeps you from reviewing in this call (rule C12). Please ask the office."
    ]
    assert not membership.may_sit(wide, second)


def test_who_is_sanctioned_is_neither_drawn_nor_invited_to_a_panel_that_hears_nothing_yet(world, wide, pool):
    barred = pool[0]
    people.sanction(barred.reviewer_profile, reason="Told others", until=None, by=world.officer)

    draw = seating.draw(wide, wanted={"academia": 2}, by=world.officer)

    assert str(barred.key) not in {key for key, _kind in draw.pool}
    assert draw.left_out["conflict"] == 1
    assert reasons(seating.invite, wide, reviewer=barred, answer_by=SOON, by=world.officer) == [
        f"{barred.name}: C12 Sanctioned without an end: Told others"
    ]


def test_of_a_panel_that_hears_something_who_is_sanctioned_and_who_stands_in_conflict_are_told_apart(
    world, call, wide, pool
):
    plan = world.in_review(call, field=field("F2"))
    seating.change(wide, picked=[plan], by=world.officer)
    barred, conflicted = pool[:2]
    until = clock.today() + timedelta(days=30)
    people.sanction(barred.reviewer_profile, reason="Told others", until=until, by=world.officer)
    people.add_affiliation(
        institution="A firm", business_number=plan.firm.business_number, role="adviser", by=conflicted
    )

    said = [
        reasons(seating.invite, wide, reviewer=one, answer_by=SOON, by=world.officer)
        for one in (barred, conflicted)
    ]

    assert said == [
        [f"{barred.name}: C12 Sanctioned until {until:%-d %b %Y}: Told others"],
        [f"{conflicted.name} stands in conflict with every application of this panel."],
    ]


def test_the_page_of_inviting_says_who_stands_in_a_conflict_and_whose_profile_is_due(
    world, call, stage, wide, pool, django_assert_num_queries
):
    plans = [world.in_review(call, field=field("F2")) for _number in range(3)]
    page, client = reverse("review:invite", args=[wide.key]), browser(world.officer)
    one, all_of_them, due, free = pool[:4]
    seating.change(wide, picked=plans[:1], by=world.officer)
    client.get(page)
    with CaptureQueriesContext(connection) as first:
        client.get(page)
    seating.change(wide, picked=plans, by=world.officer)
    people.add_affiliation(
        institution="A firm", business_number=plans[0].firm.business_number, role="adviser", by=one
    )
    people.sanction(all_of_them.reviewer_profile, reason="Told others", until=None, by=world.officer)
    ReviewerProfile.objects.filter(user=due).update(confirmed_at=AFTER - timedelta(days=366))

    with django_assert_num_queries(len(first)):
        rows = {row["person"]: row for row in client.get(page).context["rows"]}
    shown = text(client.get(page))

    assert (rows[one]["conflicts"], rows[one]["barred"]) == ([plans[0].number], False)
    assert (len(rows[all_of_them]["conflicts"]), rows[all_of_them]["barred"]) == (3, True)
    assert (rows[free]["conflicts"], rows[free]["barred"]) == ([], False)
    assert [person for person, row in rows.items() if row["profile"].is_stale] == [due]
    assert (shown.count("Renewal due"), f"1 of 3: {plans[0].number}" in shown, "3 of 3" in shown) == (
        1,
        True,
        True,
    )


def test_who_does_not_answer_in_time_gives_way_to_the_next_by_the_clock(world, wide, pool):
    order = seating.draw(wide, wanted={"academia": 1}, by=world.officer).order["academia"]
    seating.fill(wide, by=world.officer, answer_by=SOON)

    with clock.at(SOON):
        tasks.keep_invitations()
        tasks.keep_invitations()

    assert [(str(one.user.key), one.status) for one in wide.panelists.all()] == [
        (order[0], "lapsed"),
        (order[1], "invited"),
    ]


def test_when_nobody_is_left_in_the_order_the_secretary_is_told(world, wide, pool):
    seating.draw(wide, wanted={"industry": 4}, by=world.officer)
    seating.fill(wide, by=world.officer)
    last = wide.panelists.last()

    seating.decline(last, reason="I am abroad", by=last.user)

    letter = Letter.objects.get(kind="panel_answered")
    assert letter.to == world.officer
    assert "추첨 순번에 남은 후보가 없습니다" in letter.body


def test_a_draw_is_kept_for_good(world, wide, pool):
    draw = seating.draw(wide, wanted={"academia": 1}, by=world.officer)

    with pytest.raises(TypeError):
        draw.save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Draw.objects.filter(pk=draw.pk)._raw_delete("default")
    assert Draw.objects.count() == 1


def test_without_anybody_to_draw_there_is_no_draw(world, panel):
    assert reasons(seating.draw, panel, wanted={"academia": 1}, by=world.officer) == [
        "There is nobody who could be drawn."
    ]
    assert reasons(seating.fill, panel, by=world.officer) == ["Nobody has been drawn yet."]


# The chair


def test_only_a_member_without_conflict_chairs(world, call, panel):
    application = world.in_review(call, field=field("F2"))
    seating.gather(panel.stage, by=world.officer)
    member, barred, stranger = world.seated(panel), world.seated(panel), world.reviewer()
    people.add_affiliation(
        institution="A firm", business_number=application.firm.business_number, role="adviser", by=barred
    )

    assert reasons(seating.appoint, panel, member=stranger, by=world.officer) == [
        "Only a member chairs the panel."
    ]
    assert reasons(seating.appoint, panel, member=barred, by=world.officer) == [
        f"{barred.name} stands in conflict with {application.number}, and does not chair this panel."
    ]
    seating.appoint(panel, member=member, by=world.officer)
    assert fresh(panel).chair == member
    assert [to for to, _subject in letters("panel_chaired")] == [member]


def test_the_timetable_fills_places_and_does_nothing_else_in_panels(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)

    for act in (
        lambda: seating.release(panelist, reason="No reason", by=TIMETABLE),
        lambda: seating.accept(panelist, by=TIMETABLE),
        lambda: seating.draw(panel, wanted={"academia": 1}, by=TIMETABLE),
    ):
        with pytest.raises(Denied):
            act()


# At once


@pytest.mark.postgresql
def test_the_last_session_of_a_year_is_taken_once_though_two_panels_are_accepted_at_once(committed, world):
    with clock.at(AFTER):
        reviewer = world.reviewer()
        reviewer.reviewer_profile.most_sessions = 1
        reviewer.reviewer_profile.save()
        seats = []
        for _number in range(2):
            call = world.call(quorum=3)
            panel = seating.make(
                call, stage=call.stages.get(), name="P", fields=[field("F2")], by=world.officer
            )
            seats.append(seating.invite(panel, reviewer=reviewer, answer_by=SOON, by=world.officer))
            actions.pledge(call, by=reviewer)

    def accept(seat):
        with clock.at(AFTER):
            seating.accept(Panelist.objects.get(pk=seat.pk), by=reviewer)

    outcomes = together(*(lambda seat=seat: accept(seat) for seat in seats))

    assert len(refusals(outcomes)) == 1
    assert Panelist.objects.filter(status="accepted").count() == 1


@pytest.mark.postgresql
def test_two_members_who_decline_at_once_are_followed_by_two_different_ones(committed, world):
    with clock.at(AFTER):
        call = world.call(quorum=3)
        for _number in range(6):
            world.reviewer()
        panel = seating.make(
            call,
            stage=call.stages.get(),
            name="P",
            technologies=RootTechnology.objects.all()[:1],
            by=world.officer,
        )
        seating.draw(panel, wanted={"academia": 2}, by=world.officer)
        seating.fill(panel, by=world.officer)
        seats = list(panel.panelists.all())

    def decline(seat):
        with clock.at(AFTER):
            seating.decline(Panelist.objects.get(pk=seat.pk), reason="I am abroad", by=seat.user)

    outcomes = together(*(lambda seat=seat: decline(seat) for seat in seats))

    assert refusals(outcomes) == []
    assert panel.panelists.filter(status="invited").count() == 2
    assert panel.panelists.count() == 4


@pytest.mark.postgresql
def test_two_panels_of_a_stage_are_changed_at_once_and_neither_waits_for_the_other_for_ever(committed, world):
    with clock.at(AFTER):
        call = world.call(quorum=3)
        stage = call.stages.get()
        panels = [
            seating.make(call, stage=stage, name=name, fields=[field(name)], by=world.officer)
            for name in ("F1", "F2")
        ]

    def change(panel, turn):
        with clock.at(AFTER):
            seating.change(panel, name=f"{panel.name} {turn}", fields=panel.fields.all(), by=world.officer)

    for turn in range(10):
        outcomes = together(*(lambda panel=panel, turn=turn: change(panel, turn) for panel in panels))
        assert [type(outcome) for outcome in outcomes] == [type(None)] * 2

    assert sorted(stage.panels.values_list("name", flat=True)) == ["F1 9", "F2 9"]


@pytest.mark.postgresql
@pytest.mark.parametrize("first", ["screened", "gathered"])
def test_no_panel_hears_what_is_screened_again_at_the_same_moment(committed, world, first):
    with clock.at(AFTER):
        application, stage = world.in_review(world.r1), world.r1.stages.get()
        panel = seating.make(world.r1, stage=stage, name="P", picked=[application], by=world.officer)
    Hearing.objects.all().delete()
    done = Event()

    def screen():
        intake.screen_again(application, reason="A wrong paper", by=world.director)

    def gather():
        return seating.gather(stage, by=world.officer)

    def begin(act):
        with transaction.atomic():
            act()
            done.set()
            wait_until_somebody_waits()

    def follow(act):
        assert done.wait(timeout=10)
        with clock.at(AFTER):
            return act()

    acts = (screen, gather) if first == "screened" else (gather, screen)
    outcomes = together(lambda: begin(acts[0]), lambda: follow(acts[1]))

    heard = [] if first == "screened" else [application.pk]
    assert list(panel.hearings.values_list("application", flat=True)) == heard
    assert (fresh(application).status == "in_review", len(refusals(outcomes))) == (bool(heard), len(heard))


# Pages


def test_the_page_of_a_panel_asks_as_many_queries_for_one_member_as_for_many(
    world, panel, django_assert_num_queries, django_assert_max_num_queries
):
    client, page = browser(world.officer), reverse("review:panel", args=[panel.key])
    world.seated(panel)
    client.get(page)
    with django_assert_max_num_queries(25) as first:
        client.get(page)
    for _number in range(4):
        world.seated(panel)

    with django_assert_num_queries(len(first.captured_queries)):
        client.get(page)


def test_an_officer_makes_draws_and_invites_and_a_reviewer_answers_on_their_pages(world, call, pool):
    client, stage = browser(world.officer), call.stages.get()
    technology = RootTechnology.objects.first()
    made = client.post(
        reverse("review:make_panel", args=[call.key]),
        {"stage": stage.pk, "name": "Castings", "technologies": [technology.pk], "picked": ""},
    )
    panel = Panel.objects.get()
    assert made.url == panel.get_absolute_url()
    draw = reverse("review:draw", args=[panel.key])
    client.post(draw, {"industry": 0, "academia": 1, "institute": 0})
    page = text(client.get(draw))
    assert str(panel.draws.get().seed) in page
    assert "Drawn again: the same" in page
    client.post(reverse("review:fill", args=[panel.key]), {"answer_by": "2026-12-24T18:00"})
    panelist = panel.panelists.get()
    reviewer = browser(panelist.user)

    home = text(reviewer.get(reverse("portal:home")))
    assert "You are invited to Castings" in home
    assert home.index("You are invited to Castings") < home.index("What waits for you")
    unpledged = reviewer.post(panelist.get_absolute_url(), {"answer": "accept"})
    assert "Please accept the pledge first." in text(unpledged)
    reviewer.post(panelist.get_absolute_url(), {"answer": "accept", "pledge": "on"})

    assert membership.may_sit(panel, panelist.user)
    assert "You have accepted." in text(reviewer.get(panelist.get_absolute_url()))
    client.post(reverse("review:chair", args=[panel.key]), {"member": str(panelist.user.key)})
    shown = text(client.get(panel.get_absolute_url()))
    assert "How the panel is made up: 1 member" in shown
    assert fresh(panel).chair == panelist.user


def test_what_was_typed_wrong_is_said_beside_its_field_and_stays(world, call, panel):
    client = browser(world.officer)
    make = reverse("review:make_panel", args=[call.key])
    stage = call.stages.get().pk

    unknown = client.post(make, {"stage": stage, "name": "A", "picked": "SP-2027-9999"})
    nothing = client.post(make, {"stage": stage, "name": "A", "picked": ""})
    late = client.post(
        reverse("review:invite", args=[panel.key]),
        {"reviewer": str(world.reviewer().key), "answer_by": "2026-12-01T18:00"},
    )

    assert "No application of this call: SP-2027-9999" in text(unknown)
    assert "Please say what the panel hears" in text(nothing)
    assert (late.status_code, "This time is over already." in text(late)) == (409, True)
    assert Panel.objects.count() == 1


def test_who_declines_on_the_page_says_why(world, panel):
    panelist = seating.invite(panel, reviewer=world.reviewer(), answer_by=SOON, by=world.officer)
    client = browser(panelist.user)

    silent = client.post(panelist.get_absolute_url(), {"answer": "decline", "reason": ""})
    client.post(
        panelist.get_absolute_url(), {"answer": "decline", "reason": "I am abroad", "suggestion": "Kim"}
    )

    assert silent.status_code == 409
    assert (fresh(panelist).status, fresh(panelist).suggestion) == ("declined", "Kim")
