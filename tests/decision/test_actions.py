"""The verbs of decisions: two people, one list, one instant, one transaction."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from applications.calls.stages import CriterionGroup
from applications.decision import actions, queries
from applications.decision.models import Place, Proposal
from applications.decision.tasks import publish_due
from applications.firms.models import Firm
from applications.intake import actions as intake
from applications.intake.models import TIE_COLUMNS, Application
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.taxonomy import Region
from applications.notifications.models import Letter
from applications.notifications.tasks import deliver_letter
from applications.review import actions as review
from applications.review import seating
from applications.review.queries import criteria_of
from tests.asking import fresh, reasons
from tests.remembering import step
from tests.together import refusals, together, wait_until_somebody_waits
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
CHANGED = "Scores, applications or what firms are told have changed since the list was drawn. Please propose it again."
SCORES = ["91.00", "88.50", "85.10", "84.90", "69.99", "70.00", "60.00", "59.99"]
NOON = clock.kst(2026, 12, 21, 12)


@pytest.fixture
@step
def listed(world):
    """The eight applications of case G51, A to H."""
    return [world.with_score(world.r1, score) for score in SCORES]


@step
def proposed(world, **more):
    return actions.propose(world.r1, note="As ranked", by=world.officer, **more)


@step
def approved(world, **more):
    proposal = proposed(world, **more)
    actions.approve(proposal, by=world.officer2)
    return proposal


def statuses(applications):
    return [fresh(application).status for application in applications]


def verbs(thing):
    return [(entry.verb, entry.actor_id) for entry in audit.trail(thing)]


def state():
    """What a refused act leaves alone."""
    return (
        list(Proposal.objects.order_by("pk").values()),
        list(Place.objects.order_by("pk").values()),
        list(Application.objects.order_by("pk").values_list("pk", "status", "final_score")),
        audit.AuditEntry.objects.count(),
        Letter.objects.count(),
    )


def results():
    return list(
        Letter.objects.filter(kind="result_published").order_by("pk").values_list("address", flat=True)
    )


# Propose


def test_g51_a_proposed_list_keeps_rank_result_score_and_reason(world, listed):
    proposal = proposed(world)

    a, b, c, d, e, f, g, h = (application.pk for application in listed)
    assert [(p.application_id, p.reserve_rank or p.result) for p in proposal.places.all()] == [
        (a, "selected"), (b, "selected"), (c, "selected"), (d, 1), (f, 2), (e, 3), (g, 4), (h, "declined"),
    ]  # fmt: skip
    assert [str(p.final_score) for p in proposal.places.all()] == [
        "91.00", "88.50", "85.10", "84.90", "70.00", "69.99", "60.00", "59.99",
    ]  # fmt: skip
    assert (proposal.ordinal, proposal.status) == (1, "proposed")
    assert verbs(proposal) == [("propose", world.officer.pk)]
    assert set(statuses(listed)) == {"reviewed"}
    assert results() == []


def test_g51_after_a_withdrawal_the_next_list_moves_up(world, listed):
    intake.withdraw(listed[1], reason="We merge with another firm", by=world.owner_of(listed[1].firm))

    places = proposed(world).places.all()

    order = [listed.index(place.application) for place in places]
    assert [("ABCDEFGH"[n], p.reserve_rank or p.result) for n, p in zip(order, places, strict=True)] == [
        ("A", "selected"), ("C", "selected"), ("D", "selected"), ("F", 1), ("E", 2), ("G", 3), ("H", "declined"),
    ]  # fmt: skip


def test_officers_alone_propose(world, listed):
    for person in (world.director, world.finance, world.auditor, world.owner_of(listed[0].firm)):
        with pytest.raises(Denied):
            actions.propose(world.r1, note="As ranked", by=person)


def test_no_list_while_the_call_is_open_or_a_review_is(world, listed):
    waiting = world.in_review(world.r1)
    before = state()

    assert reasons(proposed, world) == [f"1 applications are not through yet: {waiting.number}"]
    with clock.at(world.r1.closes_at - timedelta(seconds=1)):
        assert reasons(proposed, world)[0] == "The call is still open."
    assert state() == before


def test_a_review_that_lost_a_sheet_after_closing_is_named(world):
    application = world.reviewed(world.r1, world.a, score=80)
    sheet = application.assignments.first()
    review.declare(sheet, code="C2", by=sheet.reviewer)

    assert reasons(proposed, world) == [
        f"1 reviews have lost sheets and stand below their quorum; open them again: {application.number}"
    ]


def test_equal_scores_wait_for_the_committee_and_its_word_is_kept(world):
    equals = [world.with_score(world.r1, "81.33") for _n in range(4)]
    assert reasons(proposed, world) == ["Equal scores stand across the cut: give each of them its place."]
    decided = {equals[3].pk: 1, equals[1].pk: 2, equals[0].pk: 3, equals[2].pk: 4}

    without = reasons(proposed, world, decided=decided)
    proposal = proposed(world, decided=decided, why="More jobs by the plan")

    assert without == ["Please write the reason (at least 5 characters)."]
    assert [(p.application, p.reserve_rank or p.result) for p in proposal.places.select_related("application")] == [
        (equals[3], "selected"), (equals[1], "selected"), (equals[0], "selected"), (equals[2], 1),
    ]  # fmt: skip
    assert audit.trail(proposal).get().after == {
        "places": 4,
        "among_equals": {str(pk): place for pk, place in decided.items()},
        "order_reason": "More jobs by the plan",
    }


def test_ties_are_broken_by_the_stored_keys_in_their_order(world):
    keys = [
        ("1", "0", "0", 0, 0),
        ("2", "0", "0", 0, 0),
        ("1", "0", "3", 0, 9),
        ("1", "2", "0", 0, 0),
        ("1", "0", "3", 1, 0),
    ]
    made = [world.with_score(world.r1, "81.33") for _key in keys]
    for application, key in zip(made, keys, strict=True):
        Application.objects.filter(pk=application.pk).update(**dict(zip(TIE_COLUMNS, key, strict=True)))

    ranked = [made.index(place.application) for place in proposed(world).places.all()]

    assert ranked == [1, 3, 4, 2, 0]


def test_x10_many_failings_with_long_names_are_cut_to_what_a_reason_holds(world):
    application = world.with_score(world.r1, "95")
    Application.objects.filter(pk=application.pk).update(failings=["Long name " * 6] * 9)

    place = proposed(world).places.get()

    assert (place.result, len(place.reason)) == ("declined", 300)


def test_money_is_granted_to_the_selected_alone_and_within_the_budget(world):
    made = [world.with_score(world.rnd, score) for score in ("90", "89", "88", "87")]
    type(world.rnd).objects.filter(pk=world.rnd.pk).update(seats=9)

    places = actions.propose(fresh(world.rnd), note="As ranked", by=world.officer).places.all()

    # 1,500,000,000 won hold three grants of 480,000,000.
    assert [(p.application, p.result, p.grant_krw) for p in places] == [
        (made[0], "selected", 480_000_000),
        (made[1], "selected", 480_000_000),
        (made[2], "selected", 480_000_000),
        (made[3], "reserved", 0),
    ]


def test_a_quota_of_a_field_holds(world):
    call = world.r1
    field = world.a.field
    call.quotas.create(ordinal=1, field=field, most=1)
    made = [world.with_score(call, score) for score in ("90", "89")]

    assert [p.result for p in proposed(world).places.all()] == ["selected", "reserved"]
    assert made[0].field == field


def test_room_is_kept_for_firms_of_a_region_by_their_seat_at_the_submission(world):
    call, south = world.r1, Region.objects.get(code="48")
    made = [world.with_score(call, score, firm=world.firm(region=Region.objects.get(code=code)))
            for score, code in (("90", "11"), ("89", "11"), ("88", "11"), ("75", "48"))]  # fmt: skip
    call.quotas.create(ordinal=1, region=south, least=1)
    Firm.objects.filter(pk=made[3].firm_id).update(region=Region.objects.get(code="11"))

    assert [p.result for p in proposed(world).places.all()] == [
        "selected",
        "selected",
        "reserved",
        "selected",
    ]


# Approve


def test_g53_one_proposes_and_another_approves(world, listed):
    proposal = proposed(world)
    before = state()

    with pytest.raises(Denied):
        actions.approve(proposal, by=world.officer)
    with pytest.raises(Denied):
        actions.approve(proposal, by=world.auditor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(status="approved", approved_by=world.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(status="approved")
    assert state() == before

    actions.approve(proposal, by=world.officer2)

    assert (fresh(proposal).status, fresh(proposal).approved_by) == ("approved", world.officer2)
    assert verbs(proposal)[-1] == ("approve", world.officer2.pk)


def test_a_director_may_approve(world, listed):
    proposal = proposed(world)

    actions.approve(proposal, by=world.director)

    assert fresh(proposal).approved_by == world.director


CHANGES = {
    "a withdrawal": lambda world, a: intake.withdraw(
        a, reason="We merge with another", by=world.owner_of(a.firm)
    ),
    "points": lambda world, a: world.adjusted(a, 2),
    "a conflict": lambda world, a: review.declare(
        a.assignments.first(), code="C2", by=a.assignments.first().reviewer
    ),
    "grounds alone": lambda world, a: review.adjust(
        a, item=a.call.items.get(), counts=True, grounds="Another certificate", by=world.officer
    ),
    "an opinion": lambda world, a: actions.opine(
        a, text="Another opinion", to_improve="The costs", by=world.officer
    ),
    "what to improve": lambda world, a: actions.opine(
        a, text="An opinion", to_improve="The market", by=world.officer
    ),
    "an opinion of the panel": lambda world, a: a.hearings.update(version=2),
    "an open review": lambda world, a: review.reopen_review(a, reason="One sheet more", by=world.officer),
}


@pytest.mark.parametrize("change", CHANGES)
def test_g53_any_change_after_the_approval_asks_for_a_new_list(world, change):
    application = world.reviewed(world.r1, world.a, score=80)
    world.adjusted(application, 1)
    actions.opine(application, text="An opinion", to_improve="The costs", by=world.officer)
    chair = {"status": "closed", "chair": world.reviewer(), "opened_at": AFTER, "closed_at": AFTER}
    panel = seating.make(world.r1, stage=application.stage, name="7", by=world.officer)
    type(panel).objects.filter(pk=panel.pk).update(**chair)
    application.hearings.create(
        panel=panel,
        stage=application.stage,
        opinion="An opinion",
        opinion_by=chair["chair"],
        opinion_at=AFTER,
    )
    proposal = approved(world)
    CHANGES[change](world, application)
    before = state()

    first = reasons(actions.publish, proposal, by=world.officer)

    gone = [f"No longer to be decided: {application.number}"]
    assert first == [CHANGED] + (gone if change in ("a withdrawal", "an open review") else [])
    assert state() == before


def test_no_list_is_proposed_while_a_claimed_bonus_is_not_decided_on(world):
    application = world.reviewed(world.r1, world.a, score=80)
    item = world.item(application, 2)

    first = reasons(actions.propose, world.r1, note="As ranked", by=world.officer)
    review.adjust(application, item=item, counts=False, grounds="It has ended", by=world.officer)
    actions.propose(world.r1, note="As ranked", by=world.officer)

    assert first == [f"1 applications claim a bonus that is not decided on yet: {application.number}"]


def test_a_changed_list_is_not_approved_either(world, listed):
    proposal = proposed(world)
    world.adjusted(listed[7], 5)

    assert reasons(actions.approve, proposal, by=world.officer2) == [CHANGED]


def test_a_new_list_takes_the_place_of_the_one_that_was_seen_and_needs_its_own_approval(world, listed):
    first = approved(world)

    second = proposed(world, replaces=first.ordinal)

    assert [(p.ordinal, p.status) for p in Proposal.objects.all()] == [(2, "proposed"), (1, "replaced")]
    assert verbs(first)[-1] == ("replace", world.officer.pk)
    assert reasons(actions.publish, second, by=world.officer) == [
        "This is not possible while the status is “Waits for approval”."
    ]
    assert reasons(actions.publish, first, by=world.officer) == [
        "This is not possible while the status is “Replaced”."
    ]


# Sent back


def test_who_does_not_approve_sends_the_list_back_with_the_reason_and_the_proposer_is_told(world, listed):
    proposal = proposed(world)

    actions.send_back(proposal, reason="Two firms are missing", by=world.director)

    assert (fresh(proposal).status, verbs(proposal)[-1]) == ("sent_back", ("disapprove", world.director.pk))
    letter = Letter.objects.get(kind="list_sent_back")
    assert (letter.to, "Two firms are missing" in letter.body) == (world.officer, True)
    assert reasons(actions.approve, proposal, by=world.director) == [
        "This is not possible while the status is “Sent back”."
    ]


def test_after_a_list_was_sent_back_another_is_proposed(world, listed):
    first = proposed(world)
    actions.send_back(first, reason="Two firms are missing", by=world.director)

    second = proposed(world)

    assert [(p.ordinal, p.status) for p in Proposal.objects.all()] == [(2, "proposed"), (1, "sent_back")]
    actions.approve(second, by=world.director)


def test_a_list_is_not_sent_back_without_a_reason(world, listed):
    proposal = proposed(world)

    assert reasons(actions.send_back, proposal, reason=" no ", by=world.director) == [
        "Please write the reason (at least 5 characters)."
    ]
    assert fresh(proposal).status == "proposed"


def test_nobody_sends_back_the_own_list_nor_one_that_is_approved(world, listed):
    proposal = proposed(world)
    with pytest.raises(Denied):
        actions.send_back(proposal, reason="Two firms are missing", by=world.officer)

    actions.approve(proposal, by=world.director)

    assert reasons(actions.send_back, proposal, reason="Two firms are missing", by=world.director) == [
        "This is not possible while the status is “Approved”."
    ]


# Publish


def test_publishing_moves_every_application_and_writes_every_firm_its_own_letter(world, listed):
    proposal = approved(world)

    actions.publish(proposal, by=world.officer)

    assert statuses(listed) == [
        "selected", "selected", "selected", "reserved", "reserved", "reserved", "reserved", "declined",
    ]  # fmt: skip
    assert (fresh(proposal).status, fresh(proposal).published_by) == ("published", world.officer)
    owners = [world.owner_of(application.firm).email for application in listed]
    assert sorted(results()) == sorted(owners)
    for application, owner, word in zip(
        listed, owners, ["선정"] * 3 + ["예비"] * 4 + ["미선정"], strict=True
    ):
        letter = Letter.objects.get(kind="result_published", address=owner)
        assert application.number in letter.body
        assert word in letter.body
        assert f"{application.final_score}" in letter.body
        assert "탈락" not in letter.subject + letter.body
        others = [other.firm.name for other in listed if other != application]
        assert [name for name in others if f"{name} " in letter.body] == []
    assert audit.trail(listed[7]).last().verb == "decline"


def test_the_letter_tells_scores_mark_reason_and_the_last_day_to_appeal(world):
    owner = world.person(language="en")
    application = world.with_score(world.r1, "64.50", firm=world.firm(owner, name="Firm Z"))

    actions.publish(approved(world), by=world.officer)

    letter = Letter.objects.get(kind="result_published")
    assert letter.subject == "[Result] You are reserve 1"
    assert letter.body.splitlines()[2:11] == [
        f"Firm Z · {application.number}",
        world.r1.title,
        "Result: reserve 1",
        "Final score: 64.50 (base score 64.50)",
        "Pass mark 60.00, select mark 70.00; both are compared with the base score.",
        "Reason: Between the pass mark and the select mark of 70.00",
        "",
        "If a place becomes free you are asked in the order of the reserve list. It lasts until 18 Jun 2027.",
        "Last day to appeal: 30 Dec 2026",
    ]


def test_the_letter_says_why_the_only_bonus_that_was_claimed_does_not_count(world):
    owner = world.person(language="en")
    application = world.reviewed(world.r1, world.firm(owner, name="Firm Z"), score=80)
    item = world.item(application, 2)
    review.adjust(application, item=item, counts=False, grounds="It has ended", by=world.officer)

    actions.publish(approved(world), by=world.officer)

    assert (
        "- TCB: It does not count (It has ended)"
        in Letter.objects.get(kind="result_published").body.splitlines()
    )


def test_g55_fifty_results_are_fifty_letters_however_often_it_is_pressed(world, mailoutbox):
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=10, reserves=0)
    made = [world.with_score(world.r1, 60 + number) for number in range(10)]
    owner = world.owner_of(made[0].firm)
    base = Application.objects.get(pk=made[0].pk)
    firms = [world.firm(owner=world.person(), name=f"Firm No. {number}") for number in range(40)]
    Application.objects.bulk_create(
        Application(
            number=f"SP-2027-9{number:03d}", call=base.call, firm=firm, status="reviewed", stage=base.stage, created_by=owner,
            submitted_at=base.submitted_at, sheets=3, base_score=Decimal(60), final_score=Decimal(10 + number),
        )
        for number, firm in enumerate(firms)
    )  # fmt: skip
    Application.objects.filter(number__contains="-9").update(base_score=Decimal(50))
    Application.objects.exclude(number__contains="-9").update(base_score=Decimal(75))
    proposal = approved(world)

    actions.publish(proposal, by=world.officer)
    again = reasons(actions.publish, fresh(proposal), by=world.officer)
    publish_due()

    assert again == ["This is not possible while the status is “Published”."]
    assert len(results()) == len(set(results())) == 50
    words = {
        letter.address: "결과: 선정" in letter.body
        for letter in Letter.objects.filter(kind="result_published")
    }
    assert sum(words.values()) == 10
    for application in Application.objects.select_related("firm"):
        letter = Letter.objects.get(kind="result_published", address=world.owner_of(application.firm).email)
        assert f"\n{application.firm.name} · {application.number}\n" in letter.body
        assert words[letter.address] is (application.status == "selected")
    for _restart in range(2):
        for key in Letter.objects.filter(kind="result_published").values_list("key", flat=True):
            deliver_letter(str(key))
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(results())


def refuse_at_the_end(execute, sql, params, many, context):
    """A database that fails at the letters, the last thing that is written."""
    if sql.startswith("INSERT") and "letter" in sql:
        raise IntegrityError("the disk is full")
    return execute(sql, params, many, context)


def test_g56_an_error_at_the_letters_leaves_no_decision_and_no_letter(world, listed):
    proposal = approved(world)
    before = state()

    with connection.execute_wrapper(refuse_at_the_end), pytest.raises(IntegrityError):
        actions.publish(proposal, by=world.officer)

    assert state() == before
    assert results() == []

    actions.publish(fresh(proposal), by=world.officer)
    assert len(results()) == 8


# At an instant


def test_a_list_takes_effect_at_its_instant_and_not_before(world, listed):
    proposal = approved(world)
    assert reasons(actions.publish, proposal, publish_at=AFTER - timedelta(seconds=1), by=world.officer) == [
        "This instant is past already."
    ]
    actions.publish(proposal, publish_at=NOON, by=world.officer)

    with clock.at(NOON - timedelta(microseconds=1)):
        publish_due()
        assert queries.published_place(listed[0], now=clock.now()) is None
        assert set(statuses(listed)) == {"reviewed"}
    with clock.at(NOON):
        place = queries.published_place(listed[0], now=clock.now())  # the instant decides, not the timetable
        assert place.result == "selected"
        publish_due()
        publish_due()

    assert statuses(listed)[:3] == ["selected"] * 3
    assert len(results()) == 8
    assert verbs(proposal)[-1] == ("take_effect", None)


def test_a_changed_list_shows_nothing_at_its_instant_and_may_be_replaced(world, listed):
    proposal = approved(world)
    actions.publish(proposal, publish_at=NOON, by=world.officer)
    Application.objects.filter(pk=listed[1].pk).update(final_score=55, base_score=55)

    with clock.at(NOON):
        publish_due()
        assert [queries.published_place(application, now=NOON) for application in listed] == [None] * 8
        assert results() == []
        second = proposed(world, replaces=1)
        actions.approve(second, by=world.officer2)
        actions.publish(second, by=world.officer)

    assert statuses(listed)[:4] == ["selected", "declined", "selected", "selected"]
    assert len(results()) == 8


def test_from_its_instant_on_a_list_is_neither_moved_nor_replaced(world, listed):
    proposal = approved(world)
    actions.publish(proposal, publish_at=NOON, by=world.officer)
    public = ["The result of this call is public already."]

    with clock.at(NOON + timedelta(seconds=10)):  # the timetable has not come by yet
        assert reasons(proposed, world, replaces=1) == public
        later = partial(actions.publish, proposal, publish_at=NOON + timedelta(days=1), by=world.officer)
        assert reasons(later) == public
        publish_due()
        assert reasons(proposed, world, replaces=1) == public

    assert queries.published_place(listed[0], now=NOON + timedelta(seconds=10)).result == "selected"


def test_a_sheet_that_comes_to_the_same_total_by_other_points_asks_for_a_new_list(world):
    application = world.reviewed(world.r1, score=80)
    proposal = approved(world)
    sheet = application.assignments.first()
    review.reopen_review(fresh(application), reason="A slip of the pen", by=world.officer)
    review.reopen(fresh(sheet), reason="A slip of the pen", by=world.officer)
    first, second, _third = (criterion.points for criterion in criteria_of(sheet.stage))
    with clock.at(AFTER + timedelta(hours=1)):
        world.save(fresh(sheet), 80 + second // 5, 80 - first // 5, 80)
        review.hand_in(fresh(sheet), by=sheet.reviewer)
        review.close_review(fresh(application), by=world.officer)

    assert fresh(application).final_score == application.final_score
    assert [str(reason) for reason in queries.stale(fresh(proposal))] == [CHANGED]


def test_no_list_is_proposed_while_an_application_on_paper_may_still_be_entered(world):
    world.with_score(world.r1, "90")
    arrived = clock.kst(2026, 12, 10, 10)
    with clock.at(arrived):
        intake.begin_from_paper(
            world.r1, world.b, arrived_at=arrived, reason="No computer", by=world.officer, now=arrived
        )

    with clock.at(clock.kst(2026, 12, 16, 9)):
        early = reasons(actions.propose, world.r1, note="As ranked", by=world.officer)

    assert early == [f"1 applications are not through yet: {world.b.name}"]
    assert actions.propose(world.r1, note="As ranked", by=world.officer).status == "proposed"


# At once


def later(act):
    """The same act on the day of these tests: a thread begins with a clock of its own."""

    def run():
        with clock.at(AFTER):
            return act()

    return run


@pytest.mark.postgresql
@pytest.mark.parametrize("act", ["propose", "approve", "publish"])
def test_g52_of_two_people_at_once_one_succeeds_and_the_other_is_told(committed, world, act):
    equals = [world.with_score(world.r1, "81.33") for _n in range(4)]
    a, b, c, d = (application.pk for application in equals)
    officer, officer2, director = world.officer, world.officer2, world.director
    first, second = (
        {a: 1, b: 2, c: 3, d: 4},
        {a: 1, b: 2, d: 3, c: 4},
    )  # they differ in who takes the last place
    if act == "propose":
        acts = [
            lambda: actions.propose(world.r1, note="As ranked", by=officer, decided=first, why="By lot"),
            lambda: actions.propose(world.r1, note="As ranked", by=officer2, decided=second, why="By lot"),
        ]
    else:
        proposal = proposed(world, decided=first, why="By lot")
        acts = [
            lambda: actions.approve(fresh(proposal), by=officer2),
            lambda: actions.approve(fresh(proposal), by=director),
        ]
    if act == "publish":
        actions.approve(proposal, by=officer2)
        acts = [lambda: actions.publish(fresh(proposal), by=officer)] * 2

    outcomes = together(*map(later, acts))

    assert refusals(outcomes) == [
        {
            "propose": "Another list of this call was proposed meanwhile. Please look at it first.",
            "approve": "This is not possible while the status is “Approved”.",
            "publish": "This is not possible while the status is “Published”.",
        }[act]
    ]
    in_force = Proposal.objects.get()
    assert in_force.places.filter(result="selected").count() == 3
    assert len(results()) == (4 if act == "publish" else 0)


@pytest.mark.postgresql
def test_g52_a_score_that_changes_while_a_list_is_proposed_stands_in_the_list(committed, world):
    call = world.plain_call(seats=1)
    better, worse = world.reviewed(call, score=80), world.reviewed(call, score=78)
    item, officer, officer2, held = world.item(better, -5), world.officer, world.officer2, Event()

    def adjust():
        with transaction.atomic():
            review.adjust(fresh(better), item=item, counts=True, grounds="Seen in a notice", by=officer2)
            held.set()
            wait_until_somebody_waits()

    def propose():
        assert held.wait(timeout=10)
        return actions.propose(call, note="As ranked", by=officer)

    outcomes = together(later(adjust), later(propose))

    assert refusals(outcomes) == []
    places = (
        Proposal.objects.get().places.order_by("rank").values_list("application", "result", "final_score")
    )
    assert list(places) == [
        (worse.pk, "selected", Decimal("78.00")),
        (better.pk, "reserved", Decimal("75.00")),
    ]
    assert queries.stale(Proposal.objects.get()) == []


@pytest.mark.postgresql
def test_a_withdrawal_at_the_moment_of_publication_is_before_it_leaves_the_list_or_is_refused(
    committed, world
):
    made = [world.with_score(world.r1, score) for score in ("90", "89")]
    owner = world.owner_of(made[0].firm)
    proposal = approved(world)

    outcomes = together(
        later(lambda: actions.publish(fresh(proposal), by=world.officer)),
        later(lambda: intake.withdraw(fresh(made[0]), reason="We merge with another", by=owner)),
    )

    ends = (fresh(made[0]).status, fresh(proposal).status, len(results()), len(refusals(outcomes)))
    assert ends in {("selected", "published", 2, 1), ("withdrawn", "approved", 0, 1)}


def test_g50_an_odd_group_name_stands_literally_in_the_reason_and_the_letter(world):
    application = world.in_review(world.r1, world.a)
    CriterionGroup.objects.filter(stage__call=world.r1, ordinal=1).update(
        name="'A' \"B\" <b>, 40%", floor_percent=50
    )
    for _sheet in range(3):
        world.handed_in(application, 10, 100, 100)
    review.close_review(fresh(application), by=world.officer)

    actions.publish(approved(world), by=world.officer)

    letter = Letter.objects.get(kind="result_published")
    assert "'A' \"B\" <b>, 40%" in letter.body
    assert "&lt;b&gt;, 40%" in letter.html
    assert "<b>" not in letter.html
