"""Reviewers without conflicts: what is known of them, what is refused, halted and allowed, its trace and its letters."""

from datetime import date, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.calls import actions as calls
from applications.intake.challenge import unfounded
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions, people
from applications.review.models import Assignment, ReviewerProfile, Sanction, Waiver
from applications.review.tasks import look_at_participants
from applications.templatetags.grants import day
from tests.asking import addressed, fresh, reasons
from tests.together import refusals, together, wait_until_somebody_waits
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
HALTED = "Our data shows a conflict of interest with this application. Please ask the office; what you wrote before is kept."


@pytest.fixture
def a1(world):
    return world.in_review(world.r1, world.a)


def worked_at(reviewer, firm, *, until=None, role="employee"):
    people.add_affiliation(
        institution="Somewhere", business_number=firm.business_number, role=role,
        until=until, by=reviewer,
    )  # fmt: skip


def named(application, firm, **more):
    """A partner of the application."""
    application.partners.create(
        firm=firm, business_number=firm.business_number, name=firm.name, lead_number=application.firm.business_number,
        part="joint", title="T", role="R", asked_by=application.created_by, asked_at=AFTER, **more,
    )  # fmt: skip


# What is known


def test_who_works_elsewhere_now_is_kept_where_they_were(world, a1):
    reviewer = world.reviewer(affiliation="Firm A", affiliation_number=a1.firm.business_number, name="Kim")
    profile = {"kind": "academia", "technologies": [], "since": date(2026, 1, 5), "by": reviewer}

    people.set_profile(reviewer, affiliation="주식회사 Firm A", affiliation_number="", **profile)
    assert not reviewer.reviewer_profile.affiliations.exists()  # only written another way
    people.set_profile(reviewer, affiliation="KIMM", affiliation_number="", **profile)

    kept = reviewer.reviewer_profile.affiliations.get()
    assert (kept.institution, kept.since, kept.until) == ("주식회사 Firm A", date(2026, 1, 5), clock.today())
    assert [reason[:8] for reason in reasons(actions.assign, a1, reviewer=reviewer, by=world.officer)] == [
        "Kim: C2 "
    ]


def test_where_somebody_moved_from_is_taken_out_by_nobody(world, a1):
    reviewer = world.reviewer(affiliation="Firm A", affiliation_number=a1.firm.business_number, name="Kim")
    people.set_profile(
        reviewer, affiliation="KIMM", kind="institute", technologies=[], affiliation_number="", by=reviewer
    )
    kept = reviewer.reviewer_profile.affiliations.get()
    client = world.client(reviewer)

    assert reasons(people.remove_affiliation, kept, by=reviewer) == [
        "This was kept when your place of work changed, and stays: conflicts are found by it for some years. If it is wrong, please write to the office."
    ]
    assert (
        reverse("review:remove_affiliation", args=[kept.key])
        not in client.get(reverse("review:profile")).content.decode()
    )
    assert reviewer.reviewer_profile.affiliations.get() == kept


def test_the_profile_is_renewed_every_year_and_the_pages_of_reviewer_and_officer_say_so(world, a1):
    reviewer = world.reviewer()
    client, officer = world.client(reviewer), world.client(world.officer)

    for days, shown in ((365, False), (366, True)):
        ReviewerProfile.objects.update(confirmed_at=AFTER - timedelta(days=days))
        assert ("h-renew" in client.get("/home/").content.decode()) is shown
        assert ("Renewal due" in officer.get(f"/reviews/desk/{a1.key}/").content.decode()) is shown


def test_an_affiliation_is_added_and_taken_out_with_a_trace_and_by_its_reviewer_alone(world, a1):
    reviewer, other = world.reviewer(), world.reviewer()
    worked_at(reviewer, a1.firm, until=date(2026, 1, 1))
    written = reviewer.reviewer_profile.affiliations.get()

    with pytest.raises(Denied):
        people.remove_affiliation(written, by=other)
    people.remove_affiliation(written, by=reviewer)

    trail = [(entry.verb, entry.before, entry.after) for entry in audit.trail(reviewer.reviewer_profile)][1:]
    assert [verb for verb, *_values in trail] == ["add_affiliation", "remove_affiliation"]
    assert trail[0][2]["business_number"] == trail[1][1]["business_number"] == a1.firm.business_number
    assert not reviewer.reviewer_profile.affiliations.exists()


def test_a_sanction_bars_until_a_director_lifts_it(world, a1):
    reviewer = world.reviewer(name="Kim")
    people.sanction(reviewer.reviewer_profile, reason="Leaked a plan", until=None, by=world.officer)
    sanction = Sanction.objects.get()
    barred = ["Kim: C12 Sanctioned without an end: Leaked a plan"]

    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == barred
    with pytest.raises(Denied):
        people.lift(sanction, reason="A mistake", by=world.officer)
    people.lift(sanction, reason="A mistake", by=world.director)

    assert actions.assign(a1, reviewer=reviewer, by=world.officer).reviewer == reviewer
    assert reasons(people.lift, sanction, reason="Once more", by=world.director) == [
        "This sanction is lifted already."
    ]
    assert [(e.verb, e.note) for e in audit.trail(reviewer.reviewer_profile)][1:] == [
        ("sanction", "Leaked a plan"),
        ("lift", "A mistake"),
    ]


def test_that_staff_look_at_a_reviewer_is_written_down(world):
    reviewer = world.reviewer()

    world.client(world.officer).get(f"/reviews/desk/reviewers/{reviewer.key}/")

    entry = AccessEntry.objects.get(act="reviewer.view")
    assert (entry.actor, entry.subject_kind, entry.subject_ids) == (world.officer, "user", [reviewer.pk])


# At the assignment


def test_x7_who_left_the_firm_two_years_ago_is_barred_and_after_three_years_is_not(world, a1):
    left_lately, left_long_ago = world.reviewer(name="Kim"), world.reviewer()
    worked_at(left_lately, a1.firm, until=date(2024, 12, 31))
    worked_at(left_long_ago, a1.firm, until=date(2020, 1, 1))

    assert reasons(actions.assign, a1, reviewer=left_lately, by=world.officer) == [
        "Kim: C2 Was bound to Firm A until 31 Dec 2024 as: Employee."
    ]
    assert actions.assign(a1, reviewer=left_long_ago, by=world.officer)


def test_an_account_that_still_belongs_to_a_firm_counts_as_working_there(world, a1):
    reviewer = world.reviewer(name="Kim")
    world.b.members.create(user=reviewer, right="viewer")
    named(a1, world.b)

    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == [
        "Kim: C5 Works for Firm B, which takes part (same business number)."
    ]


def test_a_call_that_does_not_ask_a_rule_does_not_bar_by_it(world, a1):
    reviewer = world.reviewer()
    worked_at(reviewer, a1.firm, until=date(2026, 1, 1))
    a1.call.conflicts.pop("C2")
    a1.call.save(update_fields=["conflicts"])

    assert actions.assign(a1, reviewer=reviewer, by=world.officer)


def test_nobody_is_asked_for_more_sessions_a_year_than_they_will_sit_in(world, a1):
    reviewer = world.reviewer(name="Kim")
    type(reviewer.reviewer_profile).objects.update(most_sessions=1)
    other = world.in_review(world.call(quorum=3))
    actions.assign(other, reviewer=reviewer, by=world.officer)

    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == [
        "Kim has reached the most sessions of this year: 1."
    ]
    same_session = world.in_review(other.call)
    assert actions.assign(same_session, reviewer=reviewer, by=world.officer)


def test_who_stepped_back_in_one_stage_is_not_asked_in_another(world, a1):
    reviewer, assignment = world.reviewer(name="Kim"), None
    assignment = actions.assign(a1, reviewer=reviewer, by=world.officer)
    actions.declare(assignment, code="C10", by=reviewer)
    second = a1.call.stages.create(ordinal=2, kind="presentation", weight=30)
    type(a1).objects.filter(pk=a1.pk).update(stage=second)

    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == [
        f"Kim: C10 Stepped back from this application on {day(clock.today())}."
    ]


# An exception


def test_g43_a_director_allows_an_exception_with_a_reason_for_what_stands_now(world, a1):
    reviewer = world.reviewer(name="Kim")
    worked_at(reviewer, a1.firm, until=date(2026, 1, 1))

    with pytest.raises(Denied):
        actions.waive(a1, reviewer=reviewer, reason="The only expert", by=world.officer)
    assert reasons(actions.waive, a1, reviewer=reviewer, reason=" ", by=world.director) == [
        "Please write the reason (at least 5 characters)."
    ]
    actions.waive(a1, reviewer=reviewer, reason="The only expert", by=world.director)
    assignment = world.assigned(a1, reviewer)
    world.save(assignment, 80, 70, 60)
    actions.hand_in(assignment, by=reviewer)

    entry = audit.trail(a1).filter(verb="waive").get()
    assert (entry.actor, entry.after, entry.note) == (
        world.director,
        {"reviewer": reviewer.pk, "codes": "C2"},
        "The only expert",
    )
    assert reasons(actions.waive, a1, reviewer=reviewer, reason="Once more", by=world.director) == [
        "Nothing stands against Kim."
    ]
    people.sanction(reviewer.reviewer_profile, reason="Leaked a plan", until=None, by=world.officer)
    assert [str(one)[:3] for one in actions.found_against(a1, reviewer)] == ["C12"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.create(application=a1, reviewer=reviewer, codes="C2", reason="", by=world.director)


# Asked for by the firm


def test_whom_a_firm_asks_to_exclude_is_barred_once_an_officer_agrees(world):
    asked = {"person": "Kim", "institution": "KIMM", "reason": "We were in a dispute"}
    a1 = world.in_review(world.r1, world.a, challenge=asked)
    kim = world.reviewer(name="Kim", affiliation="KIMM")
    early = actions.assign(a1, reviewer=kim, by=world.officer)
    decide = {"grounds": "A dispute before the court", "by": world.officer}

    with pytest.raises(Denied):
        people.answer_challenge(a1, accepted=True, **decide | {"by": world.director})
    people.answer_challenge(a1, accepted=False, **decide)
    assert actions.found_against(a1, kim) == []
    people.answer_challenge(a1, accepted=True, **decide)

    assert [str(one) for one in actions.found_against(a1, kim)] == [
        "C11 The firm asked to exclude Kim, KIMM, and it was accepted."
    ]
    assert addressed("challenge_answered") == [world.owner_of(a1.firm).email] * 2
    assert addressed("conflict_found") == [world.officer.email]
    assert actions.assign(a1, reviewer=world.reviewer(name="Kim", affiliation="KAIST"), by=world.officer)
    entry = audit.trail(a1).filter(verb="answer_challenge").last()
    assert (entry.after["accepted"], entry.note) == (True, "A dispute before the court")
    assert a1.submissions.get().snapshot["challenge"] == asked
    page = world.client(world.officer).get(f"/reviews/desk/{a1.key}/").content.decode()
    assert "We were in a dispute" in page and early.reviewer == kim


@pytest.mark.parametrize(
    ("challenge", "fields"),
    [
        ({}, []),
        ({"institution": "KIMM", "reason": "A dispute"}, []),
        ({"person": "Kim"}, ["challenge_reason"]),
        ({"reason": "A dispute"}, ["challenge_person"]),
    ],
)
def test_a_request_to_exclude_names_somebody_and_says_why(challenge, fields):
    assert [gap.field for gap in unfounded(challenge)] == fields


# Found later


def test_an_affiliation_found_later_halts_the_sheet_tells_staff_once_and_keeps_the_review_open(world, a1):
    open_one, handed_in = world.assigned(a1, world.reviewer(name="Kim")), None
    world.save(open_one, 80, 70, 60)
    sheets = [world.handed_in(a1, 80, 80, 80) for _sheet in range(2)]
    handed_in = world.handed_in(a1, 90, 90, 90, reviewer=world.reviewer(name="Lee"))

    for reviewer in (open_one.reviewer, handed_in.reviewer):
        worked_at(reviewer, a1.firm, until=date(2026, 1, 1))
        people.look_again(reviewer.reviewer_profile)

    assert addressed("conflict_found") == [world.officer.email] * 2
    assert reasons(world.save, fresh(open_one), 90, 90, 90) == [HALTED]
    assert reasons(actions.hand_in, open_one, by=open_one.reviewer) == [HALTED]
    assert reasons(actions.close_review, fresh(a1), by=world.officer) == [
        "Lee: C2 Was bound to Firm A until 1 Jan 2026 as: Employee."
    ]
    third = world.handed_in(a1, 80, 80, 80)
    actions.exclude(handed_in, reason="Worked for the firm", by=world.officer)
    actions.close_review(fresh(a1), by=world.officer)
    assert (fresh(a1).status, fresh(a1).sheets) == ("reviewed", len([*sheets, third]))


def test_a_partner_named_later_halts_the_sheet_of_who_works_there(world, a1):
    assignment = world.assigned(a1, world.reviewer(affiliation_number=world.b.business_number))
    world.save(assignment, 80, 70, 60)
    named(a1, world.b)

    assert reasons(actions.hand_in, assignment, by=assignment.reviewer) == [HALTED]
    page = world.client(world.officer).get(f"/reviews/desk/{a1.key}/").content.decode()
    assert "C5 Works for Firm B, which takes part (same business number)." in page


def test_an_account_that_comes_to_the_firm_under_review_is_compared_and_staff_are_told_once(world, a1):
    reviewer = world.reviewer(name="Kim", email="kim@maker.example")
    assignment = world.assigned(a1, reviewer)
    look_at_participants()
    assert addressed("conflict_found") == []

    world.a.members.create(user=world.person(email="lee@maker.example"), right="viewer")
    for _turn in range(2):
        look_at_participants()

    assert addressed("conflict_found") == [world.officer.email]
    assert "- C1 " in Letter.objects.get(kind="conflict_found").body
    assert reasons(world.save, fresh(assignment), 90, 90, 90) == [HALTED]
    Letter.objects.all().delete()
    with clock.at(AFTER + timedelta(days=2)):
        look_at_participants()
    assert addressed("conflict_found") == []  # long told


def test_who_takes_part_is_looked_at_in_as_many_queries_for_many_reviewers_as_for_one(world, a1):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            people.look_at(a1)
        return len(asked)

    world.assigned(a1, clear=False)
    few = cost()
    for _more in range(2):
        world.assigned(a1, clear=False)

    assert cost() == few


def test_who_moves_to_another_department_is_kept_in_the_one_before(world):
    """The lowest unit is what counts (C7), so its history is kept as that of the institution is."""
    reviewer = world.reviewer(affiliation="KIMM")
    profile = {"affiliation": "KIMM", "kind": "institute", "technologies": [], "by": reviewer}

    for department in ("Moulds", "moulds", "Lasers"):
        people.set_profile(reviewer, department=department, **profile)

    kept = reviewer.reviewer_profile.affiliations.get()
    assert (kept.institution, kept.department, kept.until) == ("KIMM", "moulds", clock.today())


def test_the_department_of_the_project_leader_bars_also_where_one_works_beside(world, a1):
    reviewer = world.reviewer(name="Kim")
    a1.call.conflicts["C7"] = 0
    a1.call.save(update_fields=["conflicts"])
    a1.answers["leader"] = "Prof. Lee, Institute B, Laser Lab"
    a1.save(update_fields=["answers"])
    people.add_affiliation(
        institution="Institute B", business_number="", department="Laser Lab", role="employee", by=reviewer
    )

    assert reasons(actions.assign, a1, reviewer=reviewer, by=world.officer) == [
        "Kim: C7 Belongs to the department of the project leader: Laser Lab."
    ]


def test_two_sides_do_not_review_each_other_in_two_calls_at_once(world, a1):
    """C14: the decree names who would judge each other in two evaluations (영 제27조 제3항 제3호); C6 is of one call only."""
    b1 = world.in_review(world.call(quorum=3), world.b)
    of_a = world.reviewer(name="Kim", affiliation_number=world.a.business_number)
    of_b = world.reviewer(name="Lee", affiliation=f"(주) {world.b.name}")
    first = world.assigned(a1, of_b)
    said = f"Kim: C14 Somebody of (주) {world.b.name} was asked on {day(clock.today())} to review {a1.number} of Firm A."

    assert reasons(actions.assign, b1, reviewer=of_a, by=world.officer) == [said]
    b1.call.conflicts.pop("C14")
    b1.call.save(update_fields=["conflicts"])
    world.assigned(b1, of_a)  # that call does not ask the rule, the other one does
    assert reasons(world.save, first, 80, 80, 80) == [HALTED]
    b1.call.conflicts["C14"] = 1
    b1.call.save(update_fields=["conflicts"])
    assert [[str(one)[:4] for one in actions.found_against(*pair)] for pair in ((a1, of_b), (b1, of_a))] == [
        ["C14 "]
    ] * 2

    actions.waive(a1, reviewer=of_b, reason="The only expert", by=world.director)
    assert (
        actions.found_against(a1, of_b) == actions.found_against(b1, of_a) == []
    )  # an exception for one side is one for both


def test_who_judges_still_is_told_apart_from_who_did_long_ago(world, a1):
    """C14 counts what is still under review however long ago it was asked for, and what is over from the day it was handed in."""
    b1 = world.in_review(world.call(quorum=3), world.b)
    of_a = world.reviewer(name="Kim", affiliation_number=world.a.business_number)
    sheet = world.assigned(a1, world.reviewer(affiliation_number=world.b.business_number))
    handed_in = AFTER + timedelta(days=400)

    with clock.at(handed_in):
        world.save(sheet, 80, 70, 60)
        actions.hand_in(sheet, by=sheet.reviewer)
        assert [one.code for one in actions.found_against(b1, of_a)] == ["C14"]
    Application.objects.filter(pk=a1.pk).update(status="published")
    for days, found in ((366, ["C14"]), (367, [])):  # of a leap year
        with clock.at(handed_in + timedelta(days=days)):
            assert [one.code for one in actions.found_against(b1, of_a)] == found


def test_who_takes_part_counts_by_number_as_who_applies_when_two_sides_judge_each_other(world, a1):
    partner, b1 = world.firm(), world.in_review(world.call(quorum=3), world.b)
    named(a1, partner)
    by_number = world.reviewer(name="Kim", affiliation_number=partner.business_number)
    by_name = world.reviewer(affiliation=partner.name)
    world.assigned(a1, world.reviewer(affiliation_number=world.b.business_number))

    assert [one.code for one in actions.found_against(b1, by_number)] == ["C14"]
    assert actions.found_against(b1, by_name) == []
    a1.partners.update(status="withdrawn")
    assert actions.found_against(b1, by_number) == []


# Declared


def test_where_stepping_back_is_recommended_a_reviewer_goes_on_with_a_reason_and_staff_are_told(world, a1):
    assignment = world.assigned(a1, clear=False)
    actions.pledge(a1.call, by=assignment.reviewer)
    declare = {"code": "C8", "by": assignment.reviewer}

    assert reasons(actions.declare, assignment, note="", stays=True, **declare) == [
        "Please write the reason (at least 5 characters)."
    ]
    actions.declare(assignment, note="One paper of ten authors", stays=True, **declare)

    kept = fresh(assignment)
    assert (kept.declaration, kept.conflict_code, kept.status) == ("clear", "C8", "open")
    assert addressed("conflict_advised") == [world.officer.email]
    assert audit.trail(assignment).last().note == "C8 One paper of ten authors"
    world.save(kept, 80, 70, 60)
    assert actions.hand_in(kept, by=kept.reviewer).status == "handed_in"


def test_the_declaration_asks_the_rules_of_its_call(world, a1):
    assignment = world.assigned(a1, clear=False)
    a1.call.conflicts = {"C2": 5, "C12": 3}
    a1.call.save(update_fields=["conflicts"])

    form = world.client(assignment.reviewer).get(f"/reviews/{assignment.key}/declare/").context["form"]

    assert [code for code, _text in form.fields["conflict"].choices] == ["none", "C2"]
    assert "stays" not in form.fields
    assert reasons(actions.declare, assignment, code="C4", by=assignment.reviewer) == [
        "This call does not ask that rule."
    ]


# The rules of a call


def test_an_officer_chooses_the_rules_of_a_call_until_it_is_published(world):
    call = calls.prepare(
        programme=world.r1.programme, year=2027, opens_at=AFTER + timedelta(days=40), title="New", summary="In short",
        closes_at=AFTER + timedelta(days=80), notice="Notice", seats=3, by=world.officer,
    )  # fmt: skip
    client, address = world.client(world.officer), f"/calls/desk/{call.key}/edit/conflicts/"
    form = client.get(address).context["form"]
    assert [name for name in form.fields if form[name].value() is False] == ["conflict_C7"]

    typed = {"version": call.version, "conflict_C1": "on", "conflict_C2": "on"}
    years = {"years_C2": "2", "years_C8": "3", "years_C9": "3", "years_C12": "3", "years_C14": "1"}
    refused = client.post(address, typed | years | {"years_C2": "11"})
    saved = client.post(address, typed | years)

    assert (list(refused.context["form"].errors), saved.status_code) == (["years_C2"], 302)
    assert fresh(call).conflicts == {"C1": 0, "C2": 2}
    assert calls.copy(fresh(call), year=2028, title="Copy", opens_at=call.opens_at, closes_at=call.closes_at,
                      by=world.officer).conflicts == {"C1": 0, "C2": 2}  # fmt: skip
    calls.publish(call, by=world.officer)
    with pytest.raises(Refused):
        calls.edit(call, section="conflicts", version=9, conflicts={}, by=world.officer)


# How much is asked of the database


def test_the_assignment_page_asks_the_same_for_many_reviewers_as_for_one(world, a1):
    client, address = world.client(world.officer), f"/reviews/desk/{a1.key}/"
    named(a1, world.b)

    def cost():
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    world.reviewer()
    cost()  # what is asked once only
    few = cost()
    for _more in range(6):
        reviewer = world.reviewer()
        worked_at(reviewer, a1.firm, until=date(2026, 1, 1))
        people.sanction(reviewer.reviewer_profile, reason="Leaked a plan", until=None, by=world.officer)
    assert cost() == few


# At once


@pytest.mark.postgresql
def test_a_partner_added_while_its_reviewer_is_assigned_bars_the_assignment(committed, world):
    a1 = world.in_review(world.r1, world.a)
    firm, officer, held = world.b, world.officer, Event()
    reviewer = world.reviewer(name="Kim", affiliation_number=firm.business_number)

    def add():
        with transaction.atomic():
            locked = Application.objects.select_for_update(of=("self",)).select_related("firm").get(pk=a1.pk)
            held.set()
            wait_until_somebody_waits()
            named(locked, firm)

    def assign():
        assert held.wait(timeout=10)
        with clock.at(AFTER):
            return actions.assign(a1, reviewer=reviewer, by=officer)

    outcomes = together(add, assign)

    assert refusals(outcomes) == ["Kim: C5 Works for Firm B, which takes part (same business number)."]
    assert not Assignment.objects.exists()


@pytest.mark.postgresql
def test_of_two_sides_asked_at_once_in_two_calls_to_judge_each_other_one_is(committed, world):
    a1, b1 = world.in_review(world.r1, world.a), world.in_review(world.call(quorum=3), world.b)
    of_a = world.reviewer(name="Kim", affiliation_number=world.a.business_number)
    of_b = world.reviewer(name="Lee", affiliation_number=world.b.business_number)
    officer, held = world.officer, Event()

    def first():
        with clock.at(AFTER), transaction.atomic():
            actions.assign(a1, reviewer=of_b, by=officer)
            held.set()
            wait_until_somebody_waits()

    def second():
        assert held.wait(timeout=10)
        with clock.at(AFTER):
            return actions.assign(b1, reviewer=of_a, by=officer)

    [refusal] = refusals(together(first, second))

    assert refusal.startswith("Kim: C14 ")
    assert list(Assignment.objects.values_list("reviewer", flat=True)) == [of_b.pk]


@pytest.mark.postgresql
def test_an_affiliation_written_while_its_reviewer_is_assigned_is_never_missed(committed, world):
    """Either the assignment sees it and is refused, or it comes after the assignment and staff are told."""
    a1 = world.in_review(world.r1, world.a)
    for turn in range(4):
        reviewer = world.reviewer(name=f"Kim {turn}")
        outcomes = together(
            lambda r=reviewer: actions.assign(a1, reviewer=r, by=world.officer),
            lambda r=reviewer: worked_at(r, a1.firm, until=date(2026, 1, 1)),
        )
        told = Letter.objects.filter(kind="conflict_found", body__contains=f"Kim {turn}").count()
        assert len(refusals(outcomes)) + told == 1
