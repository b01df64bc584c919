"""Appeals: in time to the microsecond, one of a decision, examined by others, decided by two, and what they open."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.accounts.models import Role
from applications.decision import actions, appealing, continuing, queries
from applications.decision.appeals import Appeal, AppealAttempt
from applications.decision.models import Proposal
from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.files.stored import Scan, StoredFile
from applications.lifecycle import APPLICATION
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review import seating
from applications.review.models import Assignment
from applications.review.panels import Hearing, Panel
from applications.review.recomputing import recompute
from applications.review.visits import VisitDecision
from tests.asking import reasons
from tests.decision.contested import (
    END,
    LAST_DAY,
    PUBLISHED,
    REASONS,
    TEXT,
    appealed,
    approve_and_publish,
    begun,
    decided,
    further,
    published_list,
    results,
)
from tests.together import refusals, together
from tests.world import AFTER, pdf

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
MICROSECOND = timedelta(microseconds=1)


def letters(kind):
    return list(Letter.objects.filter(kind=kind).order_by("pk").values_list("address", "subject"))


def verbs(thing):
    return [entry.verb for entry in audit.trail(thing)]


# In time, founded, once


def test_an_appeal_arrives_with_a_number_a_day_and_a_letter(world):
    _list, [*_others, declined] = published_list(world)
    owner = world.owner_of(declined.firm)

    appeal = appealed(world, declined)

    assert (appeal.number, appeal.status, appeal.arrived_at) == ("AP-2027-0001", "received", LAST_DAY)
    assert appeal.due_on == date(2027, 2, 1)  # the thirtieth day, 30 January, is a Saturday
    assert appeal.ends_at == END
    assert len(appeal.sha256) == 64
    assert [address for address, _subject in letters("appeal_received")] == [owner.email]
    assert verbs(appeal) == ["write", "hand_in"]
    assert results([declined]) == ["declined"]


@pytest.mark.parametrize(("arrived", "is_late"), [(END - MICROSECOND, False), (END, True)])
def test_the_end_of_the_tenth_day_is_exclusive_to_the_microsecond_and_both_attempts_are_kept(
    world, arrived, is_late
):
    _list, [*_others, declined] = published_list(world)
    owner = world.owner_of(declined.firm)
    appeal = begun(world, declined)
    with clock.at(LAST_DAY):
        appealing.write(appeal, ground="misread", text=TEXT, wanted="", by=owner, now=LAST_DAY)

    appealing.record_attempt(appeal, by=owner, arrived_at=arrived)
    if is_late:
        assert reasons(appealing.hand_in, appeal, by=owner, arrived_at=arrived) == [
            "The time to appeal ended at 1 Jan 2027, 00:00."
        ]
    else:
        appealing.hand_in(appeal, by=owner, arrived_at=arrived)

    appeal.refresh_from_db()
    assert appeal.status == ("draft" if is_late else "received")
    assert list(AppealAttempt.objects.values_list("arrived_at", "ends_at")) == [(arrived, END)]


def test_a_term_that_ends_on_a_holiday_ends_on_the_next_business_day(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(appeal_days=11)  # New Year's day, then a weekend
    published_list(world)

    assert set(queries.ResultNotice.objects.values_list("appeal_ends_at", flat=True)) == {
        clock.kst(2027, 1, 5)
    }


def test_the_time_runs_from_the_notice_that_was_delivered_not_from_the_instant_that_was_set(world):
    """The timetable was down for two days: the letter stood in the inbox only then."""
    application = world.with_score(world.r1, "51")
    with clock.at(PUBLISHED - timedelta(days=2)):
        proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
        actions.approve(proposal, by=world.officer2)
        actions.publish(proposal, publish_at=PUBLISHED - timedelta(days=1), by=world.officer)
    with clock.at(PUBLISHED):
        actions.take_effect(Proposal.objects.get(pk=proposal.pk), by=world.officer)

    notice = queries.notice_of(application)
    assert (notice.delivered_at, notice.appeal_ends_at) == (PUBLISHED, END)


def test_before_the_result_is_public_there_is_nothing_to_appeal_against(world):
    waiting = world.with_score(world.r1, "51")

    assert reasons(appealing.begin, waiting, by=world.owner_of(waiting.firm), now=AFTER) == [
        "There is no decision that you could appeal against."
    ]
    assert not Appeal.objects.exists()


def test_who_is_selected_has_nothing_to_contest(world):
    _list, [selected, *_others] = published_list(world)

    assert reasons(appealing.begin, selected, by=world.owner_of(selected.firm), now=LAST_DAY) == [
        "There is no decision that you could appeal against."
    ]


def test_there_is_one_appeal_against_one_decision_also_after_it_was_withdrawn(world):
    _list, [*_others, declined] = published_list(world)
    owner = world.owner_of(declined.firm)
    appeal = appealed(world, declined)
    with clock.at(LAST_DAY):
        appealing.withdraw(appeal, reason="We have read it again", by=owner)

    assert begun(world, declined) == appeal
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.create(application=declined, notice=appeal.notice, begun_by=owner, ends_at=END)
    assert len(letters("appeal_withdrawn")) == 1


def test_an_appeal_says_what_is_wrong(world):
    _list, [*_others, declined] = published_list(world)
    owner, appeal = world.owner_of(declined.firm), begun(world, declined)

    assert reasons(appealing.hand_in, appeal, by=owner, arrived_at=LAST_DAY) == [
        "Please choose the ground of your appeal.",
        "Please explain why the decision is wrong (at least 20 characters).",
    ]


def test_what_was_handed_in_is_not_changed_any_more_and_pressed_twice_is_handed_in_once(world):
    _list, [*_others, declined] = published_list(world)
    owner, appeal = world.owner_of(declined.firm), appealed(world, declined)

    again = appealing.hand_in(appeal, by=owner, arrived_at=LAST_DAY + timedelta(minutes=1))

    assert (again.number, again.arrived_at) == (appeal.number, LAST_DAY)
    with pytest.raises(Refused):
        appealing.write(
            appeal, ground="other", text="Something else altogether", wanted="", by=owner, now=LAST_DAY
        )
    assert len(letters("appeal_received")) == 1


def test_evidence_is_kept_as_it_came_and_its_hash_is_in_what_was_handed_in(world):
    _list, [*_others, declined] = published_list(world)
    owner, appeal = world.owner_of(declined.firm), begun(world, declined)
    appealing.write(appeal, ground="misread", text=TEXT, wanted="", by=owner, now=LAST_DAY)
    kept = appealing.add_evidence(appeal, upload=pdf("sales.pdf"), by=owner, now=LAST_DAY)
    dropped = appealing.add_evidence(appeal, upload=pdf("other.pdf"), by=owner, now=LAST_DAY)
    appealing.remove_evidence(appeal, evidence=dropped, by=owner)

    handed = appealing.hand_in(appeal, by=owner, arrived_at=LAST_DAY)

    assert [one.file.name for one in handed.evidence.all()] == ["sales.pdf"]
    assert not StoredFile.objects.filter(name="other.pdf").exists()
    assert kept.file.space == declined.firm.key
    assert verbs(appeal) == ["write", "add_evidence", "add_evidence", "remove_evidence", "hand_in"]
    with pytest.raises(Refused):
        appealing.add_evidence(appeal, upload=pdf("late.pdf"), by=owner, now=LAST_DAY)


def test_evidence_is_five_files_at_most_in_time_and_without_a_virus(world):
    _list, [*_others, declined] = published_list(world)
    owner, appeal = world.owner_of(declined.firm), begun(world, declined)
    appealing.write(appeal, ground="misread", text=TEXT, wanted="", by=owner, now=LAST_DAY)
    files = [appealing.add_evidence(appeal, upload=pdf(f"{n}.pdf"), by=owner, now=LAST_DAY) for n in range(5)]

    assert reasons(appealing.add_evidence, appeal, upload=pdf("6.pdf"), by=owner, now=LAST_DAY) == [
        "An appeal has at most 5 files."
    ]
    appealing.remove_evidence(appeal, evidence=files[0], by=owner)
    assert reasons(appealing.add_evidence, appeal, upload=pdf("6.pdf"), by=owner, now=END) == [
        "The time to appeal ended at 1 Jan 2027, 00:00."
    ]
    StoredFile.objects.filter(pk=files[1].file_id).update(scan=Scan.INFECTED)
    assert reasons(appealing.hand_in, appeal, by=owner, arrived_at=LAST_DAY) == [
        "“1.pdf” holds a virus. Please take it out."
    ]


def test_who_works_for_the_firm_appeals_and_nobody_else(world):
    _list, [*_others, declined] = published_list(world)
    editor, viewer = world.member(declined.firm), world.member(declined.firm, "viewer")

    for person in (viewer, world.person(), world.officer, world.director, world.reviewer()):
        with pytest.raises(Denied):
            appealing.begin(declined, by=person, now=LAST_DAY)
    appeal = appealing.begin(declined, by=editor, now=LAST_DAY)
    with pytest.raises(Denied):
        appealing.write(appeal, ground="other", text=TEXT, wanted="", by=viewer, now=LAST_DAY)


# The decision


def test_a_decision_is_proposed_by_one_and_confirmed_by_another(world):
    _list, [*_others, declined] = published_list(world)
    appeal = appealed(world, declined)

    for person in (world.officer, world.auditor, world.owner_of(declined.firm)):
        with pytest.raises((Denied, Refused)):
            appealing.confirm(appeal, by=person)
    appealing.propose_decision(appeal, outcome="dismissed", reasons=REASONS, by=world.officer2)
    with pytest.raises(Denied):
        appealing.confirm(appeal, by=world.officer2)
    with clock.at(LAST_DAY):
        appealing.confirm(appeal, by=world.director)

    appeal.refresh_from_db()
    assert (appeal.status, appeal.proposed_by, appeal.decided_by, appeal.decided_at) == (
        "dismissed", world.officer2, world.director, LAST_DAY,
    )  # fmt: skip
    assert results([declined]) == ["declined"]
    assert len(letters("appeal_decided")) == 1
    assert verbs(appeal) == ["write", "hand_in", "propose_decision", "dismiss"]


def test_a_decision_that_is_not_confirmed_is_examined_on_and_its_examiner_reads_why(world):
    _list, [*_others, declined] = published_list(world)
    appeal = appealed(world, declined)
    appealing.propose_decision(appeal, outcome="inadmissible", reasons=REASONS, by=world.officer2)

    appealing.turn_down(appeal, reason="It is about what was misread", by=world.director)

    appeal.refresh_from_db()
    assert (appeal.status, appeal.outcome) == ("received", "")
    assert [address for address, _subject in letters("appeal_turned_down")] == [world.officer2.email]
    appealing.propose_decision(appeal, outcome="dismissed", reasons=REASONS, by=world.officer)
    assert appealing.confirm(appeal, by=world.director).status == "dismissed"


def test_the_database_itself_holds_the_four_eyes_the_reasons_and_the_time(world):
    _list, [*_others, declined] = published_list(world)
    appeal = appealed(world, declined)
    for wrong in (
        {"status": "dismissed", "outcome": "dismissed", "reasons": REASONS},  # by nobody
        {"proposed_by": world.director, "decided_by": world.director},
        {"outcome": "upheld"},  # opens nothing
        {"arrived_at": END},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(**wrong)


def test_a_decision_says_why_and_what_it_opens(world):
    _list, [*_others, declined] = published_list(world)
    appeal = appealed(world, declined)

    def wrong(**decision):
        return reasons(
            appealing.propose_decision, appeal, by=world.officer2, **{"reasons": REASONS} | decision
        )

    assert wrong(outcome="upheld") == ["Please choose what is opened again."]
    assert wrong(outcome="upheld", remedy="screen") == ["Please choose what is opened again."]
    assert wrong(outcome="dismissed", remedy="decide") == [
        "Only an appeal that is upheld opens something again."
    ]
    assert wrong(outcome="upheld", remedy="score") == [
        "Please choose the stage from which it is scored again."
    ]
    assert wrong(outcome="dismissed", reasons="No") == [
        "Please write the reasons (at least 20 characters): the firm reads them."
    ]


def test_who_reviewed_the_application_never_examines_the_appeal_even_as_an_officer_now(world):
    """One account has one role, but a role may change: the sheet stays."""
    application = world.reviewed(world.r1, score=50)
    former = application.assignments.first().reviewer
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    appeal = appealed(world, application)
    type(former).objects.filter(pk=former.pk).update(role="officer")
    former.refresh_from_db()

    assert not former.has_perm("appeal.examine", appeal)
    assert world.officer.has_perm("appeal.examine", appeal)


def overtaken(world):
    """(the draft that a reserve began, its application): a further list has given it another number meanwhile."""
    _list, made = published_list(world)
    draft = begun(world, made[3])
    with clock.at(LAST_DAY):
        appealing.write(
            draft, ground="misread", text=TEXT, wanted="", by=world.owner_of(made[3].firm), now=LAST_DAY
        )
        appealing.add_evidence(draft, upload=pdf("sales.pdf"), by=world.owner_of(made[3].firm), now=LAST_DAY)
    decided(world, appealed(world, made[5]))
    Application.objects.filter(pk=made[5].pk).update(base_score=85, final_score=85)
    further(world)
    return draft, made[3]


def test_a_draft_is_not_handed_in_against_a_newer_decision_and_is_taken_over_on_request(world):
    draft, application = overtaken(world)
    owner, later = world.owner_of(application.firm), LAST_DAY + timedelta(days=10)
    old, new = application.result_notices.order_by("pk")

    with clock.at(later):
        words = "The panel read the sales of 2019."
        appealing.write(draft, ground="error", text=words, wanted="", by=owner, now=later)
        refused = reasons(appealing.hand_in, draft, by=owner, arrived_at=later)
        page = world.client(owner).get(draft.get_absolute_url())
        taken = world.client(owner).post(f"{draft.get_absolute_url()}take-over/")
        again = reasons(appealing.take_over, draft, by=owner, now=later)
        handed = appealing.hand_in(draft, by=owner, arrived_at=later)

    assert refused == [
        "This draft is about an earlier decision. We told you a new one at 9 Jan 2027, 12:00, which takes its place. "
        "Your words and files are kept; take them over to the new decision to hand them in."
    ]
    assert (page.context["may_take_over"], draft.notice_id, taken.status_code) == (True, old.pk, 302)
    assert again == ["No newer decision was told since this draft was begun."]
    assert (handed.notice_id, handed.text, handed.evidence.count()) == (new.pk, words, 1)
    assert handed.ends_at == new.appeal_ends_at


def test_a_draft_is_not_taken_over_late_or_beside_another_appeal(world):
    draft, application = overtaken(world)
    owner = world.owner_of(application.firm)
    ends = application.result_notices.last().appeal_ends_at

    late = reasons(appealing.take_over, draft, by=owner, now=ends)
    with clock.at(ends - timedelta(hours=1)):
        appealing.begin(application, by=owner, now=ends - timedelta(hours=1))
        beside = reasons(appealing.take_over, draft, by=owner, now=ends - timedelta(hours=1))

    assert late[0].startswith("The time to appeal ended at")
    assert beside == ["An appeal against the new decision is begun already. Please write there."]


def test_who_decided_on_an_item_of_the_application_does_not_examine_the_appeal_and_reads_why(world):
    application = world.reviewed(world.r1, score=50)
    world.adjusted(application, 1)
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    appeal = appealed(world, application)
    pages = []
    for officer in (world.officer, world.officer2):
        with clock.at(LAST_DAY):
            pages.append(world.client(officer).get(appeal.get_absolute_url()))

    said = "You decided on a bonus or penalty item of the application: somebody else examines the appeal."
    assert [officer.has_perm("appeal.examine", appeal) for officer in (world.officer, world.officer2)] == [
        False,
        True,
    ]
    assert [page.context["part"] for page in pages] == [said, None]
    assert [page.context["unmanned"] for page in pages] == [[], []]


def test_who_decided_whether_the_visited_place_is_fit_does_not_confirm_the_decision_on_the_appeal(world):
    application = world.reviewed(world.r1, score=50)
    VisitDecision.objects.create(
        application=application,
        stage=world.r1.stages.get(),
        fit=False,
        reason="No furnace",
        by=world.director,
    )
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    appeal = appealed(world, application)
    with clock.at(LAST_DAY):
        page = world.client(world.director).get(appeal.get_absolute_url())

    said = "You decided whether the place that was visited is fit: somebody else examines the appeal."
    assert page.context["part"] == said
    assert [one.has_perm("appeal.confirm", appeal) for one in (world.director, world.director2)] == [
        False,
        True,
    ]


def test_where_everybody_had_a_part_it_is_said_plainly_who_is_needed(world):
    application = world.reviewed(world.r1, score=50)
    item = world.item(application, 1)
    for officer in (world.officer, world.officer2):
        review.adjust(application, item=item, counts=True, grounds="As the certificate says", by=officer)
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    appeal = appealed(world, application)
    with clock.at(LAST_DAY):
        page = world.client(world.director).get(appeal.get_absolute_url())
        world.person(Role.OFFICER)
        later = world.client(world.director).get(appeal.get_absolute_url())

    needed = (
        "Every programme officer had a part in the decision that is contested: none of them may examine this appeal. "
        "Another programme officer is needed; the administrator invites one."
    )
    assert (needed in page.content.decode(), later.context["unmanned"]) == (True, [])


def test_an_appeal_against_being_ruled_out_opens_the_screening_and_others_decide_it(world):
    application = world.submitted(world.r1)
    intake.propose_exclusion(application, code="E06", reason="Taxes in arrears", by=world.officer)
    intake.answer_exclusion(application, confirmed=True, by=world.director)
    appeal = appealed(world, application, AFTER + timedelta(days=3))

    assert not world.officer.has_perm("appeal.examine", appeal)
    appealing.propose_decision(appeal, outcome="upheld", remedy="screen", reasons=REASONS, by=world.officer2)
    appeal.refresh_from_db()
    assert not world.director.has_perm("appeal.confirm", appeal)
    appealing.confirm(appeal, by=world.director2)

    assert results([application]) == ["submitted"]
    assert appeal.ends_at == clock.kst(2026, 12, 31)  # ten days after 20 December
    assert len(letters("application_readmitted")) == 1


# What an upheld appeal opens


def test_scoring_again_sets_the_sheets_aside_and_asks_other_reviewers(world):
    application = world.reviewed(world.r1, score=50)
    former = [sheet.reviewer for sheet in application.assignments.order_by("pk")]
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    decided(world, appealed(world, application), remedy="score", stage=world.r1.stages.get())

    application.refresh_from_db()
    assert (application.status, application.sheets, application.final_score) == ("in_review", 0, None)
    assert set(application.assignments.values_list("status", flat=True)) == {"set_aside"}
    assert list(recompute()) == []
    assert reasons(review.assign, application, reviewer=former[0], by=world.officer) == [
        f"{former[0].name}: C13 Scored this application before an appeal against it was upheld."
    ]
    assert not former[0].has_perm("application.view", application)
    assert not Assignment.objects.visible_to(former[0]).exists()
    for _sheet in range(3):
        world.handed_in(application, 90, 90, 90)
    application.refresh_from_db()
    review.close_review(application, by=world.officer)
    application.refresh_from_db()
    assert (application.status, str(application.final_score), application.sheets) == ("reviewed", "90.00", 3)
    assert list(recompute()) == []


def test_a_panel_that_is_closed_binds_nobody_where_an_appeal_has_opened_the_scoring_again(world):
    application = world.in_review(world.r1)
    stage = world.r1.stages.get()
    panel = seating.make(
        world.r1,
        by=world.officer,
        stage=stage,
        name="First panel",
        secretary=world.officer,
        picked=[application],
    )
    Hearing.objects.update(opinion="What the first panel said", opinion_by=world.officer, opinion_at=AFTER)
    with_score = {"status": "reviewed", "base_score": 50, "final_score": 50, "sheets": 3}
    member = world.reviewer()
    Assignment.objects.create(
        application=application, stage=stage, reviewer=member, assigned_by=world.officer
    )
    Application.objects.filter(pk=application.pk).update(**with_score)
    Panel.objects.filter(pk=panel.pk).update(status="closed", chair=member, opened_at=AFTER, closed_at=AFTER)
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(world.r1, note="As ranked", by=world.officer))
    decided(world, appealed(world, application), remedy="score", stage=stage)

    application.refresh_from_db()
    for _sheet in range(3):
        world.handed_in(application, 90, 90, 90)
    application.refresh_from_db()
    review.close_review(application, by=world.officer)

    application.refresh_from_db()
    assert (application.status, application.sheets) == ("reviewed", 3)
    assert queries.comments_of(application)[0] == "Ten letters and more"


def test_after_scoring_again_a_further_list_selects_beside_all_others_and_tells_the_firm(world):
    first, [a, b, c, d, e, f] = published_list(world)
    appeal = decided(world, appealed(world, f), remedy="decide")
    Application.objects.filter(pk=f.pk).update(base_score=89, final_score=89)

    later = further(world)

    assert results([a, b, c, d, e, f]) == [
        "selected",
        "selected",
        "selected",
        "reserved",
        "reserved",
        "selected",
    ]
    first.refresh_from_db()
    assert (first.status, later.follows, later.status, later.ordinal) == ("replaced", first, "published", 2)
    assert later.reserve_ends_at == first.reserve_ends_at
    told = Letter.objects.filter(kind="result_published", event__startswith=f"result:{later.key}")
    assert [letter.address for letter in told] == [world.owner_of(f.firm).email]
    place = queries.published_place(f, now=LAST_DAY + timedelta(days=9))
    assert (place.result, place.proposal) == ("selected", later)
    assert APPLICATION.open_to(f, world.owner_of(f.firm)) == []
    assert appeal.status == "upheld"


def test_an_appeal_that_comes_in_among_the_reserves_moves_those_below_and_tells_them(world):
    _first, [_a, _b, _c, d, e, f] = published_list(world)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=80, final_score=80)

    later = further(world)

    assert results([d, e, f]) == ["reserved", "reserved", "reserved"]
    assert list(later.places.filter(result="reserved").values_list("application", "reserve_rank")) == [
        (d.pk, 1), (f.pk, 2), (e.pk, 3),
    ]  # fmt: skip
    assert [address for address, _subject in letters("reserve_moved")] == [world.owner_of(e.firm).email]


def test_an_appeal_equal_to_a_reserve_waits_until_a_person_says_which_comes_up(world):
    _first, [a, b, c, d, e, f] = published_list(world)
    continuing.give_up(a, reason="We cannot do it any more", by=world.owner_of(a.firm))
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=d.base_score, final_score=d.final_score)
    equal = "Equal scores stand across the cut: give each of them its place."

    assert reasons(further, world) == [equal]
    assert reasons(further, world, decided={f.pk: 1}, why="By lot") == [equal]
    further(world, decided={f.pk: 1, d.pk: 2}, why="By lot")

    assert results([b, c, d, e, f]) == ["selected", "selected", "reserved", "reserved", "selected"]


def test_equals_keep_the_order_that_they_have_on_the_published_list(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=1)
    a, d, e, f = (world.with_score(world.r1, score) for score in ("91", "80", "80", "51"))
    with clock.at(PUBLISHED):
        list_of = actions.propose(
            world.r1, note="As ranked", decided={e.pk: 1, d.pk: 2}, why="By lot", by=world.officer
        )
        approve_and_publish(world, list_of)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=80, final_score=80)

    assert reasons(further, world, decided={d.pk: 1, f.pk: 2, e.pk: 3}, why="By lot") == [
        "Equals who are on the published list keep their order among themselves."
    ]
    later = further(world, decided={e.pk: 1, f.pk: 2, d.pk: 3}, why="By lot")

    assert list(later.places.values_list("application", flat=True)) == [a.pk, e.pk, f.pk, d.pk]


def test_a_further_list_needs_something_that_changes_it_and_a_list_that_is_public(world):
    published_list(world)

    assert reasons(further, world) == ["Nothing has changed that would change the list."]
    assert reasons(actions.propose, world.r1, note="As ranked", by=world.officer, replaces=1) == [
        "The result of this call is public already."
    ]


def test_a_further_list_is_approved_by_another_and_goes_stale_like_the_first(world):
    _first, [_a, _b, _c, _d, _e, f] = published_list(world)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=89, final_score=89)
    later = further(world, publish=False)
    with pytest.raises(Denied):
        actions.approve(later, by=world.officer)
    Application.objects.filter(pk=f.pk).update(base_score=90, final_score=90)

    assert reasons(actions.approve, later, by=world.officer2) == [
        "Scores, applications or what firms are told have changed since the list was drawn. Please propose it again."
    ]
    assert results([f]) == ["reviewed"]


def test_that_an_agreement_comes_into_force_leaves_a_further_list_as_it_is(world):
    _first, [a, *_others, f] = published_list(world)
    decided(world, appealed(world, f))
    Application.objects.filter(pk=f.pk).update(base_score=89, final_score=89)
    later = further(world, publish=False)
    Application.objects.filter(pk=a.pk).update(status="agreed")

    approve_and_publish(world, later)

    assert results([a, f]) == ["agreed", "selected"]


# At the same moment


@pytest.mark.postgresql
def test_two_of_a_firm_who_hand_in_at_once_have_one_appeal_with_one_number(committed, world):
    _list, [*_others, declined] = published_list(world)
    owner, editor = world.owner_of(declined.firm), world.member(declined.firm)
    appeal = begun(world, declined)
    appealing.write(appeal, ground="misread", text=TEXT, wanted="", by=owner, now=LAST_DAY)

    outcomes = together(
        lambda: appealing.hand_in(appeal, by=owner, arrived_at=LAST_DAY),
        lambda: appealing.hand_in(appeal, by=editor, arrived_at=LAST_DAY),
    )

    assert refusals(outcomes) == []
    assert {one.number for one in outcomes} == {"AP-2027-0001"}
    assert Letter.objects.filter(kind="appeal_received").count() == 2  # owner and editor, once each


@pytest.mark.postgresql
def test_two_directors_who_confirm_at_once_decide_once(committed, world):
    _list, [*_others, declined] = published_list(world)
    appeal = appealed(world, declined)
    appealing.propose_decision(appeal, outcome="upheld", remedy="decide", reasons=REASONS, by=world.officer2)
    first, second = world.director, world.director2

    outcomes = together(
        lambda: appealing.confirm(appeal, by=first), lambda: appealing.confirm(appeal, by=second)
    )

    assert len(refusals(outcomes)) == 1
    assert results([declined]) == ["reviewed"]
    assert Letter.objects.filter(kind="appeal_decided").count() == 1
