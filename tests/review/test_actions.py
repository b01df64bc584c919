"""The verbs of review: what they change, what they refuse, their trace and their letters."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts.models import Role
from applications.calls import actions as calls
from applications.calls.stages import Criterion, CriterionGroup
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.intake.models.checks import Adjustment
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions, queries
from applications.review.models import Assignment, ReviewerProfile, Score
from applications.review.pledges import Pledge
from tests.asking import addressed, fresh, reasons
from tests.together import refusals, together
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
G44 = [(80, 70, 60), (90, 65, 75), (61, 62, 63)]


@pytest.fixture
def a1(world):
    return world.in_review(world.r1, world.a)


def scored(application):
    """What is stored on the application."""
    a = fresh(application)
    return a.sheets, a.base_score, a.final_score


def verbs(thing):
    return [(entry.verb, entry.note) for entry in audit.trail(thing)]


def state():
    """What a refused act leaves alone."""
    return (
        list(Assignment.objects.order_by("pk").values()),
        list(Score.objects.order_by("pk").values()),
        list(
            Application.objects.order_by("pk").values_list(
                "pk", "status", "sheets", "base_score", "final_score"
            )
        ),
        audit.AuditEntry.objects.count(),
        Letter.objects.count(),
    )


# Assignment


def test_an_assigned_reviewer_gets_a_letter_and_the_application_a_trace(world, a1):
    reviewer = world.reviewer()

    assignment = actions.assign(a1, reviewer=reviewer, by=world.officer)

    assert (assignment.declaration, assignment.status, assignment.stage) == (
        "none",
        "open",
        a1.call.stages.get(),
    )
    assert verbs(a1)[-1] == ("assign", "")
    assert audit.trail(a1).last().after == {"reviewer": reviewer.pk, "stage": 1}
    assert addressed("review_requested") == [reviewer.email]


def test_g43_reviewers_in_a_conflict_are_refused_by_the_named_rule(world, a1):
    world.submitted(world.r1, world.b)
    same_firm = world.reviewer(affiliation_number=a1.firm.business_number, name="Kim")
    same_name = world.reviewer(affiliation="Firm A", name="Lee")
    applies_too = world.reviewer(affiliation_number=world.b.business_number, name="Park")
    domain = world.owner_of(a1.firm).email.partition("@")[2]
    same_domain = world.reviewer(email=f"x@{domain}", name="Choi")
    before = state()

    refused = [
        reasons(actions.assign, a1, reviewer=reviewer, by=world.officer)
        for reviewer in (same_firm, same_name, applies_too, same_domain)
    ]

    assert refused == [
        ["Kim: C1 Works for Firm A (same business number)."],
        ["Lee: C1 Works for Firm A (same name)."],
        ["Park: C6 Works for Firm B, which applies in the same call."],
        [f"Choi: C1 Has the same domain of mail as people of Firm A: {domain}."],
    ]
    assert state() == before


def test_g43_reviewers_of_a_partner_or_the_demand_company_are_refused_too(world, a1):
    asked = {
        "lead_number": a1.firm.business_number,
        "title": "T",
        "role": "R",
        "asked_by": a1.created_by,
        "asked_at": AFTER,
    }
    b, elsewhere = world.b, "1108100039"
    a1.partners.create(firm=b, business_number=b.business_number, name="Firm B", part="joint", **asked)
    a1.partners.create(business_number=elsewhere, name="Institute C", part="demand", **asked)
    a1.partners.create(business_number="1108100043", name="Gone", part="joint", status="withdrawn", **asked)
    by_number, by_name = (
        world.reviewer(affiliation_number=elsewhere),
        world.reviewer(affiliation="Institute C"),
    )
    by_mail = world.reviewer(email=f"x@{world.owner_of(b).email.partition('@')[2]}")
    free = world.reviewer(affiliation_number="1108100043", affiliation="Gone")

    refused = [
        reasons(actions.assign, a1, reviewer=reviewer, by=world.officer)
        for reviewer in (by_number, by_name, by_mail)
    ]

    assert [reason.partition(": ")[2][:2] for [reason] in refused] == ["C5", "C5", "C5"]
    assert actions.assign(a1, reviewer=free, by=world.officer).reviewer == free


def test_only_an_active_reviewer_whose_work_is_known_is_assigned_and_only_once(world, a1):
    reviewer, away = world.reviewer(name="Kim"), world.reviewer(is_active=False)
    without_profile = world.person(Role.REVIEWER, name="Nobody")
    actions.assign(a1, reviewer=reviewer, by=world.officer)
    before = state()

    refused = [
        reasons(actions.assign, a1, reviewer=person, by=world.officer)
        for person in (reviewer, away, world.officer2, without_profile)
    ]

    assert refused == [
        ["Kim is assigned already."],
        ["Only active reviewers are assigned."],
        ["Only active reviewers are assigned."],
        ["It is not known yet where Nobody works."],
    ]
    assert state() == before


def test_nobody_is_assigned_before_or_after_the_review(world):
    waiting = world.submitted(world.r1, world.a)
    closed = world.reviewed(world.r1, world.b)
    reviewer = world.reviewer()

    for application in (waiting, closed):
        assert reasons(actions.assign, application, reviewer=reviewer, by=world.officer)[0].startswith(
            "This is not possible while the status is"
        )
    with pytest.raises(Denied):
        actions.assign(waiting, reviewer=reviewer, by=world.director)


# Pledge and declaration


def test_a_pledge_is_given_once_and_by_its_version(world, a1):
    reviewer = world.reviewer()

    actions.pledge(a1.call, by=reviewer)
    actions.pledge(a1.call, by=reviewer)

    assert list(Pledge.objects.values_list("user", "call", "version")) == [
        (reviewer.pk, a1.call_id, "2026-12")
    ]


def test_nothing_is_scored_or_declared_clear_before_the_pledge(world, a1):
    assignment = world.assigned(a1, clear=False)

    assert reasons(actions.declare, assignment, code="", by=assignment.reviewer) == [
        "Please accept the pledge first."
    ]
    with pytest.raises(Denied):
        world.save(assignment, 80, 70, 60)
    actions.pledge(a1.call, by=assignment.reviewer)
    with pytest.raises(Denied):  # pledged, and not declared yet
        world.save(fresh(assignment), 80, 70, 60)


def test_g38_a_conflict_hides_everything_at_once_and_its_sheet_no_longer_counts(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    assert scored(a1) == (3, Decimal("70.28"), Decimal("70.28"))
    r3 = sheets[2].reviewer

    actions.declare(sheets[2], code="C2", note="adviser in 2024", by=r3)

    assert scored(a1) == (2, Decimal("74.50"), Decimal("74.50"))
    assert not Assignment.objects.visible_to(r3).exists()
    assert not Application.objects.visible_to(r3).exists()
    seen = Assignment.objects.visible_to(world.officer).get(pk=sheets[2].pk)
    assert (seen.status, seen.declaration, seen.conflict_code) == ("excluded", "conflict", "C2")
    assert verbs(sheets[2])[-1] == ("step_back", "C2 adviser in 2024")
    with pytest.raises(Refused):
        actions.declare(fresh(seen), code="", by=r3)


def test_g38_a_conflict_with_a_firm_says_nothing_of_another(world, a1):
    b1 = world.in_review(world.r1, world.b)
    reviewer = world.reviewer()
    of_a, of_b = world.assigned(a1, reviewer), world.assigned(b1, reviewer)

    actions.declare(of_a, code="C3", by=reviewer)

    assert list(Assignment.objects.visible_to(reviewer)) == [of_b]
    assert list(Application.objects.visible_to(reviewer)) == [b1]


def test_a_conflict_found_after_the_publication_leaves_the_published_score(world):
    application = world.reviewed(world.r1, world.a, score=80)
    world.published(world.r1)
    sheet = application.assignments.first()

    actions.declare(sheet, code="C2", by=sheet.reviewer)

    assert scored(application) == (3, Decimal("80.00"), Decimal("80.00"))
    assert fresh(sheet).status == "excluded"


# Sheets


def test_g45_an_unfinished_sheet_is_saved_not_handed_in_and_does_not_count(world, a1):
    assignment = world.assigned(a1)
    world.save(assignment, 80, 70)

    refused = reasons(actions.hand_in, assignment, by=assignment.reviewer)

    assert refused == ["No score yet: 역량"]
    assert scored(a1) == (0, None, None)
    assert list(assignment.scores.values_list("value", flat=True)) == [80, 70]


@pytest.mark.parametrize("value", ["-1", "100.1", "80.55"])
def test_g45_a_value_out_of_range_or_step_changes_nothing(world, a1, value):
    assignment = world.assigned(a1)
    world.save(assignment, 80, 70, 60)
    before = state()

    with pytest.raises(Refused):
        world.save(assignment, 81, value, 61)

    assert state() == before


def test_the_database_holds_values_between_0_and_100(world, a1):
    score = {"assignment": world.assigned(a1), "criterion": Criterion.objects.first()}
    for value in ("-0.1", "100.1"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Score.objects.create(**score, value=Decimal(value))


def test_g44_the_score_is_stored_as_the_rules_make_it(world, a1):
    for values in G44:
        world.handed_in(a1, *values)

    a1 = fresh(a1)
    assert list(a1.assignments.order_by("pk").values_list("total", flat=True)) == [
        Decimal("71.500"),
        Decimal("77.500"),
        Decimal("61.850"),
    ]
    assert (a1.final_score, a1.spread, a1.tie_1, a1.tie_2, a1.tie_3) == (
        Decimal("70.28"),
        Decimal("15.65"),
        Decimal("30.80000000"),
        Decimal("22.98333333"),
        Decimal("16.50000000"),
    )


def test_g44_storing_again_what_is_stored_changes_nothing(world, a1):
    for values in G44:
        world.handed_in(a1, *values)
    world.adjusted(a1, 2)
    stored = Application.objects.filter(pk=a1.pk).values().get()

    actions.store_score(fresh(a1))

    assert Application.objects.filter(pk=a1.pk).values().get() == stored
    assert stored["final_score"] == Decimal("72.28")


def test_the_first_three_groups_of_five_break_ties(world):
    application = world.in_review(world.rnd)
    world.handed_in(application, 10, 15, 10, 5, 15, 10, 10, 8, 4, 3, 2)

    a = fresh(application)
    assert [group.name for group in CriterionGroup.objects.filter(stage__call=world.rnd)][:3] == [
        "기술성",
        "사업성",
        "수행역량",
    ]
    assert (a.tie_1, a.tie_2, a.tie_3, a.tie_4, a.tie_5, a.final_score) == (
        40,
        35,
        12,
        1,
        0,
        Decimal("92.00"),
    )


def test_a_call_may_rank_equals_by_other_keys_in_another_order(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(
        tie_keys=["answer-hiring", "outside", "base", "group-3"]
    )
    application = world.in_review(world.r1)
    world.handed_in(application, 80, 70, 60)

    a = fresh(application)
    assert (a.tie_1, a.tie_2, a.tie_3, a.tie_4, a.tie_5) == (3, 1, Decimal("71.50"), 15, 0)


def test_sheets_of_nothing_but_zeros_come_to_a_score_of_zero(world, a1):
    world.handed_in(a1, 0, 0, 0)

    assert scored(a1) == (1, Decimal("0.00"), Decimal("0.00"))
    assert fresh(a1).stage_scores == [[1, 1, "0.00"]]


def test_g47_a_handed_in_sheet_is_not_edited_and_given_back_only_with_a_reason(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    before = state()

    with pytest.raises(Refused):
        world.save(sheets[0], 1, 2, 3)
    assert reasons(actions.reopen, sheets[0], reason=" no ", by=world.officer) == [
        "Please write the reason (at least 5 characters)."
    ]
    assert state() == before
    with pytest.raises(Denied):
        actions.reopen(sheets[0], reason="A slip of the pen", by=world.director)

    actions.reopen(sheets[0], reason="A slip of the pen", by=world.officer)

    assert scored(a1) == (2, Decimal("69.68"), Decimal("69.68"))
    keys = [str(criterion.pk) for criterion in queries.criteria_of(sheets[0].stage)]
    entry = audit.trail(sheets[0]).get(verb="reopened_values")
    assert (entry.before, entry.note) == (
        dict(zip(keys, ("80.0", "70.0", "60.0"), strict=True)),
        "A slip of the pen",
    )
    assert addressed("sheet_returned") == [sheets[0].reviewer.email]

    world.save(fresh(sheets[0]), 90, 70, 60)
    actions.hand_in(fresh(sheets[0]), by=sheets[0].reviewer)

    assert scored(a1) == (3, Decimal("71.62"), Decimal("71.62"))
    assert [note for verb, note in verbs(sheets[0]) if verb == "hand_in"] == ["71.5", "75.5"]
    assert [entry.after for entry in audit.trail(sheets[0]).filter(verb="handed_in_values")] == [
        dict(zip(keys, (first, "70.0", "60.0"), strict=True)) for first in ("80.0", "90.0")
    ]


def test_g48_an_excluded_sheet_is_out_of_the_score_at_once(world, a1):
    sheets = [world.handed_in(a1, *values) for values in G44]
    assert reasons(actions.exclude, sheets[1], reason="", by=world.officer) == [
        "Please write the reason (at least 5 characters)."
    ]

    actions.exclude(sheets[1], reason="Was not present", by=world.officer)

    assert scored(a1) == (2, Decimal("66.68"), Decimal("66.68"))
    assert verbs(sheets[1])[-1] == ("exclude", "Was not present")
    assert reasons(actions.close_review, a1, by=world.officer) == ["3 sheets are needed; 2 are handed in."]


def test_conflicts_are_asked_again_when_scores_are_written(world, a1):
    assignment = world.assigned(a1, world.reviewer(name="Kim"))
    world.save(assignment, 80, 70, 60)
    before = state()
    ReviewerProfile.objects.update(affiliation_number=a1.firm.business_number)
    assignment = fresh(assignment)
    halted = [
        "Our data shows a conflict of interest with this application. Please ask the office; what you wrote before is kept."
    ]

    assert reasons(world.save, assignment, 90, 90, 90) == halted
    assert reasons(actions.hand_in, assignment, by=assignment.reviewer) == halted
    assert state() == before


# Bonus and penalty


def decide(world, application, item, counts=True, grounds="Seen in the certificate"):
    actions.adjust(application, item=item, counts=counts, grounds=grounds, by=world.officer)


def test_what_is_decided_on_items_makes_bonus_and_penalty_under_the_caps(world, a1):
    for values in G44:
        world.handed_in(a1, *values)
    three, four, late = (
        world.item(a1, 3, name="Restructuring"),
        world.item(a1, 4),
        world.item(a1, "-1.5", name="Gave up"),
    )

    for item in (three, four, late):
        decide(world, a1, item)

    assert scored(a1) == (3, Decimal("70.28"), Decimal("73.78"))  # the bonus of 7 counts as 5
    assert verbs(a1)[-1] == ("adjust", "Gave up: -1.5 (Seen in the certificate)")


def test_of_an_item_the_latest_decision_stands_and_none_is_lost(world, a1):
    for values in G44:
        world.handed_in(a1, *values)
    bonus, penalty = world.item(a1, 3), world.item(a1, -2, name="Gave up")

    decide(world, a1, bonus)
    decide(world, a1, penalty)
    decide(world, a1, bonus, counts=False, grounds="The certificate has ended")
    decide(world, a1, penalty, counts=False, grounds="It had a good cause")

    assert scored(a1) == (3, Decimal("70.28"), Decimal("70.28"))
    assert list(Adjustment.objects.order_by("pk").values_list("points", flat=True)) == [3, -2, 0, 0]


def test_nothing_is_decided_without_grounds_nor_on_what_is_not_claimed_or_of_another_call(world, a1):
    unclaimed = a1.call.items.create(ordinal=1, kind="bonus", name="Other", points=1)
    foreign = world.call().items.create(ordinal=1, kind="penalty", name="Foreign", points=1)
    claimed = world.item(a1, 2)
    before = state()

    for item, grounds, said in (
        (unclaimed, "Seen somewhere", "This item does not belong to this application."),
        (foreign, "Seen somewhere", "This item does not belong to this application."),
        (claimed, " no ", "Please write the reason (at least 5 characters)."),
    ):
        assert reasons(decide, world, a1, item, grounds=grounds) == [said]
    assert state() == before


# Closing


def test_a_review_closes_with_its_quorum_and_two_thirds_of_those_asked(world, a1):
    for values in G44:
        world.handed_in(a1, *values)
    open_ones = [world.assigned(a1) for _more in range(2)]

    assert reasons(actions.close_review, a1, by=world.officer) == ["4 sheets are needed; 3 are handed in."]
    actions.declare(open_ones[0], code="C9", by=open_ones[0].reviewer)
    actions.close_review(a1, by=world.officer)

    assert fresh(a1).status == "reviewed"
    assert verbs(a1)[-1] == ("close_review", "")


def test_a_quorum_below_three_is_refused_by_the_database(world):
    with pytest.raises(IntegrityError), transaction.atomic():
        world.r1.stages.update(quorum=2)


def test_after_closing_no_sheet_changes_until_the_review_is_opened_again(world):
    application = world.reviewed(world.r1, world.a)
    late = Assignment.objects.create(
        application=application, stage=application.call.stages.get(), reviewer=world.reviewer(),
        assigned_by=world.officer, declaration="clear",
    )  # fmt: skip
    actions.pledge(application.call, by=late.reviewer)
    sheet = application.assignments.first()
    before = state()

    closed = ["The review of this application is closed."]
    assert reasons(world.save, late, 1, 2, 3) == closed
    assert reasons(actions.hand_in, late, by=late.reviewer) == closed
    assert reasons(actions.reopen, sheet, reason="A slip of the pen", by=world.officer) == closed
    assert reasons(actions.exclude, sheet, reason="Was not present", by=world.officer) == closed
    assert state() == before

    actions.reopen_review(application, reason="One sheet more", by=world.officer)
    world.save(late, 100, 100, 100)
    actions.hand_in(late, by=late.reviewer)

    assert scored(application) == (4, Decimal("85.00"), Decimal("85.00"))
    assert verbs(application)[-1] == ("reopen_review", "One sheet more")


def test_closing_all_closes_what_has_its_sheets_and_names_the_rest(world, a1):
    for values in G44:
        world.handed_in(a1, *values)
    b1 = world.in_review(world.r1, world.b)

    closed, gone_on, still_open = actions.close_all(world.r1, by=world.officer)

    assert (closed, gone_on, still_open) == (1, 0, [f"{b1.number}: 3 sheets are needed; 0 are handed in."])
    assert (fresh(a1).status, fresh(b1).status) == ("reviewed", "in_review")


def test_g49_points_cannot_change_after_a_sheet(world, a1):
    world.handed_in(a1, 80, 70, 60)
    criteria = queries.criteria_of(a1.call.stages.get())

    refused = reasons(
        calls.set_points,
        a1.call,
        points=dict(zip([c.pk for c in criteria], (30, 45, 25), strict=True)),
        version=1,
        by=world.officer,
    )

    assert refused == ["This call is published; it is changed by a correction or extension notice only."]
    assert [c.points for c in queries.criteria_of(a1.call.stages.get())] == [40, 35, 25]
    with pytest.raises(Refused):
        calls.edit(a1.call, section="scoring", version=1, pass_mark=Decimal(50), by=world.officer)


def test_a_withdrawn_application_takes_no_more_sheets(world, a1):
    assignment = world.assigned(a1)
    intake.withdraw(a1, reason="We merge with another firm", by=world.owner_of(a1.firm))

    assert reasons(world.save, assignment, 1, 2, 3) == ["The review of this application is closed."]


# At once


@pytest.mark.postgresql
def test_g46_a_sheet_handed_in_twice_at_once_counts_once(committed, world):
    a1 = world.in_review(world.r1, world.a)
    assignment = world.assigned(a1)
    world.save(assignment, 80, 70, 60)

    with clock.at(AFTER):
        outcomes = together(*[lambda: actions.hand_in(fresh(assignment), by=assignment.reviewer)] * 2)

    assert len(refusals(outcomes)) == 1
    assert scored(a1) == (1, Decimal("71.50"), Decimal("71.50"))
    assert [verb for verb, _note in verbs(assignment)].count("hand_in") == 1


def test_g46_a_sheet_handed_in_and_posted_again_shows_what_was_handed_in_last(world, a1):
    assignment = world.assigned(a1)
    world.save(assignment, 80, 70, 60)
    actions.hand_in(fresh(assignment), by=assignment.reviewer)
    client, page = (
        world.client(assignment.reviewer),
        reverse("review:sheet", args=[assignment.key]),
    )

    again = client.post(reverse("review:hand_in", args=[assignment.key]), follow=True)
    reloaded = client.get(page)

    assert [again.status_code, reloaded.status_code] == [200, 200]
    assert [one.status for one in a1.assignments.all()] == ["handed_in"]
    shown = [f"{score.value:.1f}" for score in assignment.scores.order_by("criterion")]
    assert shown == ["80.0", "70.0", "60.0"]
    assert scored(a1) == (1, Decimal("71.50"), Decimal("71.50"))


@pytest.mark.postgresql
def test_sheets_handed_in_at_once_all_count_in_the_stored_score(committed, world):
    a1 = world.in_review(world.r1, world.a)
    assignments, item = [world.assigned(a1) for _values in G44], world.item(a1, 1)
    for assignment, values in zip(assignments, G44, strict=True):
        world.save(assignment, *values)

    outcomes = together(
        *[lambda a=a: actions.hand_in(fresh(a), by=a.reviewer) for a in assignments[:2]],
        lambda: actions.hand_in(fresh(assignments[2]), by=assignments[2].reviewer),
        lambda: actions.adjust(a1, item=item, counts=True, grounds="Seen in it", by=world.officer),
    )

    assert refusals(outcomes) == []
    assert scored(a1) == (3, Decimal("70.28"), Decimal("71.28"))
