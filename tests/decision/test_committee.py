"""The verbs of the committee: its meeting, what it writes down, and the list, the notice and the agreement that follow it."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from applications.agreement import actions as agreement
from applications.agreement.rules import text_hash
from applications.calls.models import Call
from applications.decision import actions, continuing, deliberated, resampling, resolving
from applications.decision.committees import CommitteeMember, Deliberation, Resolution
from applications.decision.minutes import fingerprint, row_of
from applications.decision.models import Proposal
from applications.decision.outcomes import ResultNotice
from applications.decision.tasks import publish_due
from applications.intake import actions as intake
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.review import people as reviewing
from tests.asking import fresh, reasons
from tests.decision.contested import further
from tests.decision.convened import MINUTES, REASON, closed, convened, decided, people
from tests.remembering import step
from tests.together import refusals, together
from tests.world import AFTER, PASSWORD, TERMS

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
SCORES = [
    "91.00",
    "88.50",
    "85.10",
    "84.90",
    "65.00",
    "51.00",
]  # three places; one between the marks, one below
LATER = AFTER + timedelta(days=1)


@pytest.fixture
@step
def listed(world):
    return [world.with_score(world.r1, score) for score in SCORES]


@step
def propose(world, call=None, **more):
    return actions.propose(call or world.r1, note="As the committee says", by=world.officer, **more)


def outcome(proposal):
    return [place.reserve_rank or place.result for place in proposal.places.all()]


def verbs(thing):
    return [(entry.verb, entry.actor_id) for entry in audit.trail(thing)]


def state():
    return (
        list(Deliberation.objects.order_by("pk").values()),
        list(CommitteeMember.objects.order_by("pk").values()),
        list(Resolution.objects.order_by("pk").values()),
        list(Proposal.objects.order_by("pk").values()),
        audit.AuditEntry.objects.count(),
        Letter.objects.count(),
    )


# Who has no part in a decision

FIFTH = ("Member 5", "Institute 5")


def test_who_steps_back_is_named_so_that_another_attendance_recuses_nobody_else(world, listed):
    meeting = convened(world)
    seated = [(f"Member {n}", f"Institute {n}", n == 7, n > 2) for n in range(7, 0, -1)]
    resolving.attend(meeting, version=3, members=seated, by=world.officer)

    made = decided(world, meeting, listed[3], "selected", recused=[FIFTH], votes=(4, 0, 0))

    assert made.recused == [["Member 5", "Institute 5", "Stepped back."]]
    gone = [one for one in seated if one[0] != "Member 5"]
    resolving.attend(meeting, version=4, members=gone, by=world.officer)
    assert reasons(decided, world, meeting, listed[2], conditions="More", recused=[FIFTH]) == [
        "Member 5 is no member of the committee any more. Please look at the attendance first."
    ]


def test_a_member_in_a_conflict_has_no_vote_on_that_application_and_the_minutes_say_so(world, listed):
    meeting, firm = convened(world), listed[3].firm
    seated = [(f"Member {n}", f"Institute {n}", n == 1, n <= 5) for n in range(1, 8)]
    seated[1] = ("Member 2", f"(주){firm.name}", False, True)
    resolving.attend(meeting, version=3, members=seated, by=world.officer)
    yes = partial(decided, world, meeting, listed[3], "selected", recused=[FIFTH])

    # Of the five who are present one works for the firm and one steps back: three vote, and of five others three are present
    assert reasons(yes, votes=(3, 1, 0)) == ["There are more votes than members present: 4 of 3."]
    assert reasons(yes, votes=(1, 0, 2)) == [
        "It is not carried: 1 votes for it, more than half of the 3 members present are 2."
    ]
    assert reasons(
        yes, votes=(2, 0, 0), recused=[("Member 3", "Institute 3"), ("Member 4", "Institute 4"), FIFTH]
    ) == ["The committee has no quorum: 1 of 3 members are present, 2 are needed."]
    made = yes(votes=(2, 1, 0))

    assert made.recused == [
        ["Member 2", f"(주){firm.name}", f"C1 Works for {firm.name} (same name)."],
        ["Member 5", "Institute 5", "Stepped back."],
    ]
    assert audit.trail(meeting).last().after["recused"] == ["Member 2", "Member 5"]
    before = fingerprint(meeting)
    row = row_of(deliberated.shown(meeting)[0], list(meeting.members.all()))
    assert "Recused: Member 2" in row[2] and row[3] == "2 / 1 / 0\nof 3 present"
    other = decided(world, meeting, listed[2], conditions="More", votes=(3, 1, 0))
    assert [(name, why[:2]) for name, _place, why in other.recused] == [("Member 2", "C6")]
    assert fingerprint(meeting) != before
    assert closed(world, meeting).status == "closed"


def test_a_conflict_that_came_to_the_committee_after_the_vote_keeps_the_meeting_open(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    seated = [(f"Member {n}", f"Institute {n}", n == 1, n <= 6) for n in range(1, 8)]
    seated[5] = ("Kim", "KIMM", False, True)
    resolving.attend(meeting, version=3, members=seated, by=world.officer)
    assert resolving.conflicts_of(listed[3], list(meeting.members.all())) == []
    known = world.reviewer(name="Kim", affiliation="kimm")  # the pool knows what the name alone does not tell
    reviewing.add_affiliation(
        institution="Somewhere", business_number=listed[3].firm.business_number, role="adviser", by=known
    )

    said = f"{listed[3].number}: Kim stands in a conflict of interest and is not recused. Please write the decision again."
    assert reasons(closed, world, meeting) == [said]
    decided(world, meeting, listed[3], "selected", replaces=1)
    assert closed(world, meeting).status == "closed"


# The meeting


def test_officers_convene_the_committee_and_keep_its_minutes(world, listed):
    for person in (
        world.director,
        world.finance,
        world.auditor,
        world.ministry,
        world.owner_of(listed[0].firm),
    ):
        with pytest.raises(Denied):
            resolving.convene(world.r1, held_at=AFTER, place="Room 1", secretary=world.officer, by=person)

    meeting = convened(world)

    assert (meeting.ordinal, meeting.status, meeting.version, meeting.minutes) == (1, "open", 3, MINUTES)
    assert [(one.name, one.is_chair, one.is_present) for one in meeting.members.all()][:2] == [
        ("Member 1", True, True), ("Member 2", False, True),
    ]  # fmt: skip
    officer = world.officer.pk
    assert verbs(meeting) == [("convene", officer), ("note_members", officer), ("edit_meeting", officer)]
    assert audit.trail(meeting)[1].note == "5 / 7"


def test_the_committee_meets_on_what_is_reviewed_and_one_meeting_at_a_time(world, listed):
    begin = partial(
        resolving.convene, world.r1, held_at=AFTER, place="Room 1", secretary=world.officer, by=world.officer
    )
    with clock.at(world.r1.closes_at - timedelta(seconds=1)):
        assert reasons(begin) == ["The call is still open."]
    waiting = world.in_review(world.r1)
    assert reasons(begin) == [f"1 applications are not through yet: {waiting.number}"]
    intake.withdraw(waiting, reason="We merge with another", by=world.owner_of(waiting.firm))
    assert reasons(partial(begin, secretary=world.auditor)) == ["The secretary is an officer or a director."]
    begin()

    assert reasons(begin) == ["A meeting of the committee on this call is open already."]
    with pytest.raises(IntegrityError), transaction.atomic():
        Deliberation.objects.create(
            call=world.r1,
            ordinal=2,
            held_at=AFTER,
            place="x",
            secretary=world.officer,
            convened_by=world.officer,
        )


def test_what_somebody_else_saved_meanwhile_is_not_written_over(world, listed):
    meeting = convened(world)
    before = state()
    stale = "Somebody has changed this page meanwhile. Please look at it before you save yours."

    assert reasons(resolving.attend, meeting, version=2, members=people(), by=world.officer2) == [stale]
    assert reasons(
        resolving.edit, meeting, version=2, held_at=AFTER, place="x", secretary=world.officer, minutes="", by=world.officer2
    ) == [stale]  # fmt: skip
    assert reasons(resolving.close, meeting, version=2, by=world.officer2) == [stale]
    assert state() == before


def test_a_meeting_without_quorum_decides_nothing_and_is_not_closed(world, listed):
    meeting = convened(world, present=3, absent=4)
    before = state()
    said = "The committee has no quorum: 3 of 7 members are present, 4 are needed."

    assert reasons(decided, world, meeting, listed[1], "declined", votes=(3, 0, 0)) == [said]
    assert reasons(closed, world, meeting) == [said]
    assert state() == before


def test_a_meeting_is_closed_once_with_a_hash_and_never_changed_again(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[1], "declined")

    meeting = closed(world, meeting)

    assert (meeting.status, meeting.closed_by, meeting.closed_at, len(meeting.sha256)) == (
        "closed", world.officer, AFTER, 64,
    )  # fmt: skip
    assert verbs(meeting)[-1] == ("close_meeting", world.officer.pk)
    before = state()
    for act in (
        partial(closed, world, meeting),
        partial(decided, world, meeting, listed[0], "declined"),
        partial(resolving.attend, meeting, version=3, members=people(), by=world.officer),
        partial(resolving.call_off, meeting, reason="Not held", by=world.officer),
        partial(resolving.take_back, Resolution.objects.get(), reason="A mistake", by=world.officer),
    ):
        assert reasons(act) == ["This is not possible while the status is “Held and closed”."]
    assert state() == before
    with pytest.raises(IntegrityError), transaction.atomic():
        Deliberation.objects.filter(pk=meeting.pk).update(minutes="")


def test_votes_that_no_longer_fit_the_attendance_keep_the_meeting_open(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[1], "declined", votes=(5, 0, 0))
    meeting = resolving.attend(fresh(meeting), version=3, members=people(4, 3), by=world.officer)

    assert reasons(closed, world, meeting) == [
        f"{listed[1].number}: There are more votes than members present: 5 of 4."
    ]


# Decisions


def test_a_decision_is_kept_with_what_the_rules_said_and_a_later_one_takes_its_place(world, listed):
    meeting = convened(world)
    first = decided(world, meeting, listed[3], "selected")
    assert (first.ordinal, first.ruled_rank, first.ruled_result, first.ruled_reason) == (
        1,
        4,
        "reserved",
        "No place left",
    )
    stale = "Another decision on this application was written meanwhile. Please look at it first."
    assert reasons(decided, world, meeting, listed[3], "declined", by=world.officer2) == [stale]

    second = decided(world, meeting, listed[3], "declined", replaces=1, by=world.officer2)

    assert [one.ordinal for one in meeting.resolutions.all()] == [1, 2]
    assert deliberated.in_force(meeting) == {listed[3].pk: second}
    entry = audit.trail(meeting).last()
    assert (entry.verb, entry.actor, entry.note) == (
        "resolve",
        world.officer2,
        f"{listed[3].number}: {REASON}",
    )
    assert entry.after == {
        "application": listed[3].number, "result": "declined", "grant_krw": None, "conditions": "",
        "votes_for": 4, "votes_against": 1, "votes_abstained": 0,
    }  # fmt: skip


def test_what_was_written_by_mistake_is_taken_back_and_stays_in_the_record(world, listed):
    meeting = convened(world)
    wrong = decided(world, meeting, listed[1], "declined")

    resolving.take_back(wrong, reason="It was another firm", by=world.officer2)

    assert deliberated.in_force(meeting) == {}
    assert [one.result for one in meeting.resolutions.all()] == ["declined", "taken_back"]
    assert verbs(meeting)[-1] == ("take_back", world.officer2.pk)
    assert reasons(resolving.take_back, wrong, reason="Once more", by=world.officer) == [
        "Another decision on this application was written meanwhile. Please look at it first."
    ]
    assert reasons(resolving.take_back, meeting.resolutions.last(), reason="Once more", by=world.officer) == [
        "This decision is taken back already."
    ]
    closed(world, meeting)
    assert outcome(propose(world)) == ["selected", "selected", "selected", 1, 2, "declined"]


def test_what_fails_or_stands_between_the_marks_is_not_selected_by_any_vote(world, listed):
    meeting = convened(world)
    ruled_out = world.submitted(world.call(title="Another call"))
    before = state()

    assert reasons(decided, world, meeting, listed[4], "selected") == [
        "Between the marks it may be a reserve at most."
    ]
    assert reasons(decided, world, meeting, listed[5], "selected") == [
        "What fails is not selected by the committee either: Base score below the pass mark of 60.00"
    ]
    assert reasons(decided, world, meeting, ruled_out, "selected") == [
        "This application is not among those that are decided on."
    ]
    assert reasons(decided, world, meeting, listed[3], "selected", grant_krw=1) == [
        "This call grants no money."
    ]
    assert state() == before


def test_no_vote_selects_beyond_places_quota_or_budget(world, listed):
    meeting = convened(world)
    for application in listed[1:4]:
        if application != listed[3]:
            decided(world, meeting, application, "declined")
    world.r1.quotas.create(ordinal=1, field=listed[0].field, most=1)
    decided(world, meeting, listed[3], "selected")
    before = state()

    found = reasons(decided, world, meeting, listed[1], "selected", replaces=1)

    name = listed[0].field
    assert found == [
        f"The decision of the committee on {listed[3].number} cannot be followed: All 1 places of {name} are taken"
    ]
    assert state() == before


def test_g52_no_vote_selects_one_more_than_there_are_places(world, listed):
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=1)
    meeting = convened(world)
    decided(world, meeting, listed[1], "selected")
    before = state()

    found = reasons(decided, world, meeting, listed[2], "selected")

    assert found == [f"The decision of the committee on {listed[2].number} cannot be followed: No place left"]
    assert state() == before


def test_the_database_refuses_a_decision_without_reason_vote_or_sense(world, listed):
    meeting = convened(world)
    fields = {
        "deliberation": meeting, "ordinal": 1, "application": listed[0], "result": "declined", "reason": REASON,
        "votes_for": 4, "by": world.officer, "at": AFTER,
    }  # fmt: skip
    for wrong in (
        {"reason": ""}, {"votes_for": 0}, {"result": "as_ruled"}, {"grant_krw": 0, "result": "selected"}, {"conditions": "More"},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            Resolution.objects.create(**(fields | wrong))
    kept = Resolution.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE applications_resolution SET reason = 'Another' WHERE id = %s", [kept.pk])


# The list


def test_the_list_follows_the_committee_and_keeps_the_rules_for_the_others(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[1], "declined", reason="The plan repeats an earlier one")
    decided(world, meeting, listed[4], conditions="Two engineers more")
    closed(world, meeting)

    proposal = propose(world)

    assert outcome(proposal) == ["selected", "declined", "selected", "selected", 1, "declined"]
    assert [place.reason for place in proposal.places.all()][:3] == [
        "91.00 ≥ 70.00, place 1 of 3",
        "The committee decided otherwise than by rank: The plan repeats an earlier one",
        "85.10 ≥ 70.00, place 2 of 3",
    ]
    assert proposal.deliberation == meeting


def test_while_the_committee_meets_no_list_is_proposed_approved_or_published(world, listed):
    waiting = propose(world)
    actions.approve(waiting, by=world.officer2)
    meeting = convened(world)
    halted = (
        "The committee deliberates on this call: its list waits until the meeting is closed or called off."
    )

    assert reasons(propose, world, replaces=1) == ["The meeting of the committee is not closed yet."]
    assert reasons(actions.publish, waiting, by=world.officer) == [halted]
    assert reasons(actions.publish, waiting, publish_at=LATER, by=world.officer) == [halted]

    resolving.call_off(meeting, reason="It was begun by mistake", by=world.officer)

    assert (fresh(meeting).status, verbs(meeting)[-1]) == ("dropped", ("call_off", world.officer.pk))
    actions.publish(waiting, publish_at=LATER, by=world.officer)
    with clock.at(LATER + timedelta(minutes=2)):
        publish_due()
    assert fresh(waiting).status == "published"


def test_a_list_that_was_approved_before_the_meeting_needs_a_new_approval(world, listed):
    before = propose(world)
    actions.approve(before, by=world.officer2)
    closed(world, convened(world))
    said = "The committee has deliberated since the list was drawn. Please propose it again."

    assert reasons(actions.publish, before, by=world.officer) == [said]
    after = propose(world, replaces=1)
    assert (fresh(before).status, fresh(after).status) == ("replaced", "proposed")
    actions.approve(after, by=world.officer2)
    actions.publish(after, by=world.officer)
    assert fresh(after).status == "published"


def test_who_kept_the_minutes_does_not_approve_what_follows_from_them(world, listed):
    meeting = closed(world, convened(world))
    proposal = actions.propose(world.r1, note="As the committee says", by=world.officer2)
    said = ["You kept the minutes that this list follows from: another person approves it."]

    assert reasons(actions.approve, proposal, by=world.officer) == said
    actions.approve(proposal, by=world.director)
    assert (fresh(proposal).approved_by, proposal.deliberation) == (world.director, meeting)


def test_the_committee_does_not_meet_on_a_call_that_was_never_published(world):
    Call.objects.filter(pk=world.sprout.pk).update(published_at=None, closes_at=AFTER - timedelta(days=1))

    said = reasons(
        resolving.convene,
        fresh(world.sprout),
        held_at=AFTER,
        place="Seoul",
        secretary=world.officer,
        by=world.officer,
    )

    assert said == ["This call is not published yet."]


def test_whoever_wrote_in_the_minutes_does_not_approve_what_follows_from_them_either(world, listed):
    meeting = convened(world)
    resolving.edit(
        meeting, version=fresh(meeting).version, held_at=meeting.held_at, place="Busan", secretary=world.officer,
        minutes="Written by another hand than the secretary's", by=world.officer2,
    )  # fmt: skip
    closed(world, fresh(meeting))
    proposal = actions.propose(world.r1, note="As the committee says", by=world.officer)
    said = ["You kept the minutes that this list follows from: another person approves it."]

    assert reasons(actions.approve, proposal, by=world.officer2) == said
    actions.approve(proposal, by=world.director)
    assert fresh(proposal).status == "approved"


def test_a_call_may_ask_for_the_committee_before_any_list(world, listed):
    Call.objects.filter(pk=world.r1.pk).update(needs_committee=True)
    call = fresh(world.r1)
    assert reasons(propose, world, call) == [
        "This call asks the committee to deliberate before a list is proposed."
    ]

    closed(world, convened(world, call))

    assert propose(world, call).status == "proposed"


def test_once_the_result_is_public_the_committee_has_nothing_to_decide(world, listed):
    world.published(world.r1)

    found = reasons(
        resolving.convene, world.r1, held_at=AFTER, place="Room 1", secretary=world.officer, by=world.officer
    )

    assert found == ["The result of this call is public already."]


def test_of_two_meetings_the_later_one_counts(world, listed):
    first = convened(world)
    decided(world, first, listed[0], "declined")
    closed(world, first)
    second = closed(world, convened(world))

    assert outcome(propose(world)) == ["selected", "selected", "selected", 1, 2, "declined"]
    assert (second.ordinal, deliberated.closed(world.r1)) == (2, second)


def test_a_decision_that_the_list_can_no_longer_follow_is_named_where_it_is_proposed(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    closed(world, meeting)
    type(listed[3]).objects.filter(pk=listed[3].pk).update(failings=["Team"])

    assert reasons(propose, world) == [
        f"The decision of the committee on {listed[3].number} cannot be followed: Below the floor or knocked out: Team"
    ]


def test_who_withdrew_since_the_meeting_is_passed_over(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    closed(world, meeting)
    intake.withdraw(listed[3], reason="We merge with another", by=world.owner_of(listed[3].firm))

    assert outcome(propose(world)) == ["selected", "selected", "selected", 1, "declined"]


# Grants and conditions


@pytest.fixture
@step
def reduced(world):
    """An R&D call with a budget for three: the first is granted less under a condition; (meeting, applications)."""
    call = world.rnd
    made = [world.with_score(call, score) for score in ("90", "89", "88", "87")]
    meeting = convened(world, call)
    decided(
        world,
        meeting,
        made[0],
        grant_krw=400_000_000,
        conditions="A buyer signs first",
        reason="The line is small",
    )
    decided(world, meeting, made[3], grant_krw=300_000_000, reason="Half of the work")
    return closed(world, meeting), made


def published(world, call):
    with clock.at(LATER):
        proposal = propose(world, call)
        actions.approve(proposal, by=world.officer2)
        actions.publish(proposal, by=world.officer)
    return proposal


def test_a_reduced_grant_is_granted_and_told_with_its_conditions_and_its_reason(world, reduced):
    _meeting, made = reduced

    proposal = published(world, world.rnd)

    assert [(place.result, place.grant_krw) for place in proposal.places.all()] == [
        ("selected", 400_000_000), ("selected", 480_000_000), ("selected", 480_000_000), ("reserved", 0),
    ]  # fmt: skip
    facts = {notice.application_id: notice.facts for notice in ResultNotice.objects.all()}
    assert facts[made[0].pk]["committee"] == {
        "asked_krw": 480_000_000, "conditions": "A buyer signs first", "reason": "The line is small",
    }  # fmt: skip
    assert [pk for pk, told in facts.items() if "committee" in told] == [made[0].pk]
    letter = Letter.objects.get(kind="result_published", to=world.owner_of(made[0].firm))
    for words in (
        "결과: 조건부 선정",
        "정부지원금: 400,000,000원 (신청 480,000,000원에서 심의위원회가 감액)",
        "심의위원회 사유: The line is small",
        "A buyer signs first",
    ):
        assert words in letter.body
    other = Letter.objects.get(kind="result_published", to=world.owner_of(made[1].firm))
    assert "심의위원회" not in other.body


def test_how_firm_the_cut_is_is_worked_out_with_the_grants_that_the_committee_left(world, reduced):
    _meeting, made = reduced

    grants = {
        candidate.pk: candidate.grant_krw
        for candidate in resampling.ranked_of(world.rnd, deliberated.in_force(deliberated.closed(world.rnd)))
    }

    assert grants[made[0].pk] == 400_000_000
    assert grants[made[2].pk] == 480_000_000


def test_the_agreement_grants_no_more_than_the_committee_and_is_signed_with_its_conditions(world, reduced):
    _meeting, made = reduced
    published(world, world.rnd)
    made[0].refresh_from_db()
    with clock.at(LATER):
        terms = TERMS | {"grant_krw": 400_000_000}
        assert reasons(
            agreement.draft, made[0], by=world.officer, **(terms | {"grant_krw": 400_000_001})
        ) == ["The grant is more than what was decided: 400,000,000 won."]
        drafted = agreement.draft(made[0], by=world.officer, **terms)
        assert reasons(
            agreement.amend_draft, drafted, by=world.officer, **(terms | {"grant_krw": 480_000_000})
        ) == ["The grant is more than what was decided: 400,000,000 won."]
        agreement.offer(drafted, by=world.officer)
        agreement.sign(drafted, password=PASSWORD, by=world.owner_of(made[0].firm))
        signed = agreement.sign(drafted, password=PASSWORD, by=world.director)

    assert signed.entries.balance() == 400_000_000
    assert fresh(world.line).allocated_krw == 400_000_000
    expected = text_hash(signed, "A buyer signs first")
    assert {signature.sha256 for signature in signed.signatures.all()} == {expected}


def test_who_comes_up_from_the_reserve_list_has_the_grant_that_the_committee_left(world, reduced):
    _meeting, made = reduced
    first = published(world, world.rnd)
    made[1].refresh_from_db()
    with clock.at(LATER):
        continuing.give_up(made[1], reason="We merge with another", by=world.owner_of(made[1].firm))

    later = further(world, world.rnd)

    assert later.deliberation == first.deliberation
    place = later.places.get(application=made[3])
    assert (place.result, place.grant_krw) == ("selected", 300_000_000)
    letter = Letter.objects.get(kind="reserve_promoted")
    assert "정부지원금: 300,000,000원 (신청 480,000,000원에서 심의위원회가 감액)" in letter.body


# At the same moment


def later(act):
    """The same act on the day of these tests: a thread begins with a clock of its own."""

    def run():
        with clock.at(AFTER):
            return act()

    return run


@pytest.mark.postgresql
def test_two_officers_who_decide_on_one_application_at_once_leave_one_decision(committed, world):
    made = [world.with_score(world.r1, score) for score in SCORES]
    meeting = convened(world)
    acts = [partial(decided, world, meeting, made[3], result, by=by)
            for result, by in (("selected", world.officer), ("declined", world.officer2))]  # fmt: skip

    outcomes = together(*map(later, acts))

    assert refusals(outcomes) == [
        "Another decision on this application was written meanwhile. Please look at it first."
    ]
    assert Resolution.objects.count() == 1


@pytest.mark.postgresql
def test_a_decision_and_the_closing_at_once_never_leave_a_decision_outside_the_hash(committed, world):
    made = [world.with_score(world.r1, score) for score in SCORES]
    meeting = convened(world)
    officer, second = world.officer, world.officer2

    outcomes = together(
        later(partial(decided, world, meeting, made[1], "declined", by=second)),
        later(partial(resolving.close, meeting, version=3, by=officer)),
    )

    meeting.refresh_from_db()
    assert meeting.status == "closed"
    assert refusals(outcomes) in ([], ["This is not possible while the status is “Held and closed”."])
    assert Resolution.objects.count() == 1 - len(refusals(outcomes))
    assert fingerprint(meeting) == meeting.sha256


@pytest.mark.postgresql
def test_two_who_convene_or_close_at_once_make_one_meeting_that_is_closed_once(committed, world):
    world.with_score(world.r1, "91")
    begin = partial(resolving.convene, world.r1, held_at=AFTER, place="Room 1", secretary=world.officer)

    begun = together(*(later(partial(begin, by=by)) for by in (world.officer, world.officer2)))

    assert refusals(begun) == ["A meeting of the committee on this call is open already."]
    meeting = Deliberation.objects.get()
    resolving.attend(meeting, version=1, members=people(), by=world.officer)
    resolving.edit(meeting, version=2, held_at=AFTER, place="Room 1", secretary=world.officer, minutes=MINUTES,
                   by=world.officer)  # fmt: skip
    ended = together(
        *(
            later(partial(resolving.close, meeting, version=3, by=by))
            for by in (world.officer, world.officer2)
        )
    )
    assert refusals(ended) == ["This is not possible while the status is “Held and closed”."]


@pytest.mark.postgresql
def test_a_list_that_is_published_while_the_committee_is_convened_is_either_public_or_waits(committed, world):
    world.with_score(world.r1, "91")
    proposal = propose(world)
    actions.approve(proposal, by=world.officer2)
    begin = partial(
        resolving.convene, world.r1, held_at=AFTER, place="Room 1", secretary=world.officer, by=world.officer2
    )

    outcomes = together(later(partial(actions.publish, proposal, by=world.officer)), later(begin))

    assert len(refusals(outcomes)) == 1
    assert (fresh(proposal).status == "published") is not Deliberation.objects.exists()
