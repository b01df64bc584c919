"""How many sheets close a review: five and two thirds of the panel; three or four by the chair's reason and the director's approval
(docs/domain.md, stages; the case X9)."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.accounts import actions as accounts
from applications.accounts.models import Role
from applications.calls import actions as calls
from applications.calls import building
from applications.calls.models import Call, Programme
from applications.decision import actions as decision
from applications.decision.queries import short_of_sheets
from applications.intake.models import Application
from applications.kernel import audit
from applications.kernel.errors import Denied
from applications.notifications.models import Letter
from applications.portal.queries import waiting_for
from applications.review import actions, anew, deliberation, exempting, seating
from applications.review.exemptions import Exemption, allowances
from tests.asking import addressed, fresh, reasons, text
from tests.copies import another, another_application
from tests.together import refusals, together
from tests.world import AFTER, CLOSES, OPENS, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
SUFFICE = "Ask that these sheets suffice"
WHY = "Two of the six who were asked fell ill on the day"


def judged(world, call, *totals, firm=None):
    """An application of this call with a sheet of each total, in points of the outline: 40, 35 and 25."""
    application = world.in_review(call, firm)
    for total in totals:
        world.handed_in(application, *points(total, application.stage))
    return fresh(application)


def points(total, stage):
    """So many percent of each criterion of the outline, in whole points where the total allows it."""
    left, found = Decimal(total), []
    for criterion in [c for group in stage.groups.all() for c in group.criteria.all()]:
        found.append(min(Decimal(criterion.points), left))
        left -= found[-1]
    return found


@pytest.fixture
def thin(world):
    """Four sheets, in a call that asks for five."""
    return judged(world, world.call(), 70, 71, 72, 73)


def test_x9_with_four_sheets_a_review_closes_by_a_reason_and_a_directors_approval_and_nothing_is_trimmed(
    world, thin
):
    assert reasons(actions.close_review, thin, by=world.officer) == ["5 sheets are needed; 4 are handed in."]

    asked = exempting.ask(thin, reason=WHY, by=world.officer)
    assert reasons(actions.close_review, thin, by=world.officer) == ["5 sheets are needed; 4 are handed in."]
    exempting.decide(asked, allowed=True, grounds="", by=world.director)
    actions.close_review(thin, by=world.officer)

    closed = fresh(thin)
    assert (closed.status, closed.sheets, closed.base_score) == ("reviewed", 4, Decimal("71.50"))
    assert short_of_sheets(thin.call) == []


def test_x9_what_is_written_down_of_it(world, thin):
    asked = exempting.ask(thin, reason=WHY, by=world.officer)
    exempting.decide(asked, allowed=True, grounds="Nobody else is free", by=world.director)

    [entry] = [entry for entry in audit.trail(thin) if entry.verb == "ask_exemption"]
    assert (entry.actor, entry.note, entry.after) == (world.officer, WHY, {"stage": 1, "sheets": 4})
    assert [(entry.verb, entry.actor, entry.note) for entry in audit.trail(asked)] == [
        ("allow_exemption", world.director, "Nobody else is free")
    ]
    assert addressed("exemption_decided") == [world.officer.email]
    assert WHY in text(browser(world.auditor).get(reverse("review:case", args=[thin.key])))


def test_an_exception_that_is_not_allowed_leaves_five_needed_and_may_be_asked_for_anew(world, thin):
    asked = exempting.ask(thin, reason=WHY, by=world.officer)

    assert reasons(exempting.decide, asked, allowed=False, grounds="", by=world.director) == [
        "Please write the reason (at least 5 characters)."
    ]
    exempting.decide(asked, allowed=False, grounds="Please ask a fifth reviewer", by=world.director)

    assert fresh(asked).status == "refused"
    assert reasons(actions.close_review, thin, by=world.officer) == ["5 sheets are needed; 4 are handed in."]
    assert "Please ask a fifth reviewer" in Letter.objects.get(kind="exemption_decided").body
    assert exempting.ask(thin, reason=WHY, by=world.officer).status == "asked"


def test_it_is_for_as_many_sheets_as_there_were(world, thin):
    exempting.decide(
        exempting.ask(thin, reason=WHY, by=world.officer), allowed=True, grounds="", by=world.director
    )
    actions.exclude(thin.assignments.last(), reason="Was not present", by=world.officer)

    assert reasons(actions.close_review, thin, by=world.officer) == ["4 sheets are needed; 3 are handed in."]
    again = exempting.ask(thin, reason=WHY, by=world.officer)
    exempting.decide(again, allowed=True, grounds="", by=world.director)
    actions.close_review(thin, by=world.officer)
    assert fresh(thin).base_score == Decimal("71.00")


def test_nothing_is_asked_for_with_enough_sheets_with_two_or_without_two_thirds_of_the_panel(world):
    call = world.call()
    two, five, open_ones = (judged(world, call, *[70] * number) for number in (2, 5, 4))
    for _silent in range(3):
        world.assigned(open_ones)

    assert reasons(exempting.ask, two, reason=WHY, by=world.officer) == [
        "With fewer than 3 sheets no review is closed; 2 are handed in."
    ]
    assert reasons(exempting.ask, five, reason=WHY, by=world.officer) == ["Enough sheets are handed in."]
    assert reasons(exempting.ask, open_ones, reason=WHY, by=world.officer) == [
        "Two thirds of those who were asked are needed in any case: 5 sheets; 4 are handed in."
    ]


def test_it_needs_a_reason_and_is_asked_for_once(world, thin):
    assert reasons(exempting.ask, thin, reason="ill", by=world.officer) == [
        "Please write the reason (at least 5 characters)."
    ]
    exempting.ask(thin, reason=WHY, by=world.officer)
    assert reasons(exempting.ask, thin, reason=WHY, by=world.officer) == ["This is asked for already."]


@pytest.mark.parametrize("who", ["officer", "officer2", "auditor", "finance", "administrator"])
def test_only_a_director_decides(world, thin, who):
    asked = exempting.ask(thin, reason=WHY, by=world.officer)

    with pytest.raises(Denied):
        exempting.decide(asked, allowed=True, grounds="", by=getattr(world, who))
    assert browser(getattr(world, who)).get(reverse("review:exemption", args=[asked.key])).status_code == 404


@pytest.fixture
def own(world, thin):
    """What an officer has asked who is a director since, and this director."""
    asked = exempting.ask(thin, reason=WHY, by=world.officer)
    accounts.change_role(
        world.officer, role=Role.DIRECTOR, reason="Leads the section", by=world.administrator
    )
    return asked, fresh(world.officer)


def test_who_asked_and_is_a_director_since_does_not_decide_it(world, thin, own):
    asked, director = own
    asker, another_one = browser(director), browser(world.director)
    of_case, decide = reverse("review:case", args=[thin.key]), reverse("review:exemption", args=[asked.key])

    with pytest.raises(Denied):
        exempting.decide(asked, allowed=True, grounds="", by=director)
    assert asker.post(decide, {"allowed": "yes", "grounds": ""}).status_code == 404
    assert decide not in asker.get(of_case).content.decode()
    assert decide in another_one.get(of_case).content.decode()
    assert [waiting_exemptions(director), waiting_exemptions(world.director)] == [0, 1]


def test_who_asked_and_is_a_director_since_still_ends_it_by_an_appeal(world, thin, own):
    asked, director = own
    Application.objects.filter(pk=thin.pk).update(status="declined")

    anew.score_again(fresh(thin), stage=thin.stage, reason="A decisive error", by=director)

    assert fresh(asked).status == "ended"


def waiting_exemptions(person):
    """How many exceptions the first page of this person says to wait."""
    return sum(row[1] for row in waiting_for(person) if row[3] == "#h-exemptions")


def listed_exemptions(person):
    """The exceptions that the review desk lists for this person."""
    return browser(person).get(reverse("review:desk")).context["exemptions"]


def test_the_database_holds_that_three_is_the_least_that_somebody_decides_and_that_it_is_another(world, thin):
    asked = exempting.ask(thin, reason=WHY, by=world.officer)
    found = Exemption.objects.filter(pk=asked.pk)
    for broken in (
        {"sheets": 2}, {"reason": ""}, {"status": "allowed"},
        {"status": "allowed", "decided_by": world.officer, "decided_at": AFTER},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            found.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exemption.objects.create(stage=thin.stage, application=thin, sheets=3, reason=WHY, by=world.officer)


# For all of a stage


def test_a_call_that_asks_for_three_has_it_allowed_once_for_all_of_the_stage(world):
    call = world.call(quorum=3)
    call.stages.get().exemptions.all().delete()
    plans = [judged(world, call, 70, 71, 72) for _two in range(2)]
    assert reasons(actions.close_review, plans[0], by=world.officer) == [
        "5 sheets are needed; 3 are handed in."
    ]

    asked = exempting.ask_for_all(call.stages.get(), reason="A small programme", by=world.officer)
    again = reasons(exempting.ask_for_all, call.stages.get(), reason="A small programme", by=world.officer)
    exempting.decide(asked, allowed=True, grounds="", by=world.director)

    assert again == ["This is asked for already."]
    assert actions.close_all(call, by=world.officer) == (2, 0, [])


def test_a_call_that_asks_for_five_has_no_exception_for_all(world):
    stage = world.call().stages.get()

    assert reasons(exempting.ask_for_all, stage, reason="A small programme", by=world.officer) == [
        "This stage asks for at least five sheets: an exception is for single applications."
    ]


def test_for_all_of_a_stage_nothing_is_asked_before_its_call_is_published_or_once_it_is_cancelled(world):
    call = calls.prepare(
        programme=Programme.objects.get(kind="sprout"), year=2027, title="In preparation", opens_at=OPENS,
        closes_at=CLOSES, seats=3, by=world.officer,
    )  # fmt: skip
    call.stages.update(quorum=3)
    cancelled = world.call(quorum=3)
    cancelled.stages.get().exemptions.all().delete()
    Call.objects.filter(pk=cancelled.pk).update(cancelled_at=AFTER)
    stages = [fresh(one).stages.get() for one in (call, cancelled)]

    found = [
        reasons(exempting.ask_for_all, stage, reason="A small programme", by=world.officer)
        for stage in stages
    ]
    building.remove(call, "stage", stages[0], version=fresh(call).version, by=world.officer)

    assert found == [
        ["This call is not published yet: how many sheets it asks for may still change."],
        ["This call was cancelled."],
    ]
    assert not call.stages.exists()


def test_what_is_asked_for_all_of_a_stage_waits_once_however_many_applications_it_has(world, thin):
    stage = world.call(quorum=3).stages.get()
    stage.exemptions.all().delete()
    applications = [another_application(thin, call_id=stage.call_id, stage_id=stage.pk) for _two in range(2)]
    without_any = world.call(quorum=3).stages.get()
    without_any.exemptions.all().delete()
    for one in (stage, without_any):
        exempting.ask_for_all(one, reason="A small programme", by=world.officer)
    exempting.ask(thin, reason=WHY, by=world.officer)

    asked = listed_exemptions(world.director)
    nothing_for_officers = listed_exemptions(world.officer)
    Call.objects.filter(pk=without_any.call_id).update(cancelled_at=AFTER)
    Application.objects.filter(pk=thin.pk).update(status="withdrawn")

    assert len(applications) == 2
    assert [(one.stage, one.application) for one in asked] == [
        (stage, None), (without_any, None), (thin.stage, thin),
    ]  # fmt: skip
    assert nothing_for_officers == []
    assert [(one.stage, one.application) for one in listed_exemptions(world.director)] == [(stage, None)]
    assert waiting_exemptions(world.director) == 1


def test_what_is_allowed_is_read_for_single_applications_or_for_all_of_a_stage(world, thin):
    other, neither = another_application(thin), another_application(thin)
    for application in (thin, other):
        Exemption.objects.create(
            stage=thin.stage, application=application, sheets=4, reason=WHY, by=world.officer,
            status="allowed", decided_by=world.director, decided_at=AFTER,
        )  # fmt: skip

    of_one = allowances([thin.stage], applications=[thin.pk])
    of_all = allowances([thin.stage])
    Exemption.objects.filter(application=other).update(application=None, sheets=3)
    of_one_and_all = allowances([thin.stage], applications=[thin.pk])

    plans = (thin, other, neither)
    assert [of_one(thin.stage_id, one.pk) for one in plans] == [4, None, None]
    assert [of_all(thin.stage_id, one.pk) for one in plans] == [4, 4, None]
    assert [of_one_and_all(thin.stage_id, one.pk) for one in plans] == [3, 3, 3]


# Where a panel hears it


@pytest.fixture
def heard(world):
    """A panel of four that has judged what it hears, and deliberates."""
    call = world.call()
    application = world.in_review(call)
    panel = seating.make(
        call, stage=call.stages.get(), name="Castings", picked=[application], by=world.officer
    )
    members = [world.seated(panel) for _four in range(4)]
    seating.appoint(panel, member=members[0], by=world.officer)
    for total, member in zip((70, 71, 72, 73), members, strict=True):
        world.handed_in(application, *points(total, call.stages.get()), reviewer=member)
    deliberation.open_deliberation(panel, by=members[0])
    hearing = panel.hearings.get()
    deliberation.conclude(hearing, opinion="A sound plan; please name partners.", version=0, by=members[0])
    return fresh(panel), fresh(hearing), members


def test_the_chair_of_its_panel_states_the_reason_and_nobody_else(world, heard):
    panel, hearing, (chair, *members) = heard

    for person in (world.officer, world.director, *members):
        with pytest.raises(Denied):
            exempting.ask(hearing.application, reason=WHY, by=person)
    asked = exempting.ask(hearing.application, reason=WHY, by=chair)
    assert reasons(deliberation.close, panel, by=chair) == [f"Too few sheets: {hearing.application.number}"]
    exempting.decide(asked, allowed=True, grounds="", by=world.director)
    deliberation.close(panel, by=chair)
    actions.close_review(hearing.application, by=world.officer)

    assert fresh(hearing.application).base_score == Decimal("71.50")
    assert addressed("exemption_decided") == [chair.email]


def test_the_chair_asks_and_the_director_decides_on_their_pages(world, heard):
    _panel, hearing, (chair, member, *_others) = heard
    of_hearing = reverse("review:hearing", args=[hearing.key])
    ask = reverse("review:exempt_hearing", args=[hearing.key])
    sitting, presiding, deciding = browser(member), browser(chair), browser(world.director)

    assert SUFFICE in text(presiding.get(of_hearing))
    assert SUFFICE not in text(sitting.get(of_hearing))
    assert sitting.get(ask).status_code == 404
    assert presiding.post(ask, {"reason": WHY}).url == of_hearing
    assert WHY in text(sitting.get(of_hearing))
    asked = Exemption.objects.get()
    assert (waiting_exemptions(world.director), listed_exemptions(world.director)) == (1, [asked])
    decide = reverse("review:exemption", args=[asked.key])
    assert decide in deciding.get(reverse("review:case", args=[hearing.application.key])).content.decode()
    assert WHY in text(deciding.get(decide))
    deciding.post(decide, {"allowed": "yes", "grounds": ""})
    assert fresh(asked).status == "allowed"
    assert (waiting_exemptions(world.director), listed_exemptions(world.director)) == (0, [])


def test_an_officer_asks_on_the_page_of_the_review_where_no_panel_hears_it(world, thin, heard):
    officer, of_case = browser(world.officer), reverse("review:case", args=[thin.key])
    ask = reverse("review:exempt", args=[thin.key])
    _panel, hearing, _members = heard

    assert SUFFICE in text(officer.get(of_case))
    assert officer.post(ask, {"reason": WHY}).url == of_case
    assert SUFFICE not in text(officer.get(of_case))
    assert officer.post(ask, {"reason": WHY}).status_code == 409
    elsewhere = hearing.application.key
    assert SUFFICE not in text(officer.get(reverse("review:case", args=[elsewhere])))
    assert officer.post(reverse("review:exempt", args=[elsewhere]), {"reason": WHY}).status_code == 404


@pytest.fixture
def gone_on(world, heard):
    """The same with a second stage, that the application is in, where it has three sheets."""
    _panel, hearing, _members = heard
    second = hearing.panel.call.stages.create(ordinal=2, kind="presentation", weight=30)
    Application.objects.filter(pk=hearing.application_id).update(stage=second)
    for sheet in hearing.application.assignments.all()[:3]:
        another(sheet, stage_id=second.pk)
    return second


def test_a_panel_reads_nothing_of_the_stage_after_its_own_and_asks_for_nothing_there(world, heard, gone_on):
    _panel, hearing, (chair, *_members) = heard
    presiding, of_hearing = browser(chair), reverse("review:hearing", args=[hearing.key])

    before = text(presiding.get(of_hearing))
    asked = presiding.get(reverse("review:exempt_hearing", args=[hearing.key]))
    exempting.ask(fresh(hearing.application), reason="Of the second stage", by=world.officer)
    after = text(presiding.get(of_hearing))

    assert hearing.application.number in after
    assert SUFFICE not in before
    assert asked.status_code == 404
    assert "Of the second stage" not in after


def test_a_panel_whose_sheets_an_appeal_set_aside_reads_nothing_of_the_next_one_and_asks_for_nothing(
    world, heard
):
    _panel, hearing, (chair, *_members) = heard
    application = hearing.application
    Application.objects.filter(pk=application.pk).update(status="declined")
    anew.score_again(application, stage=hearing.stage, reason="A decisive error", by=world.director)
    for total in (60, 61, 62):
        world.handed_in(fresh(application), *points(total, hearing.stage))
    presiding, of_hearing = browser(chair), reverse("review:hearing", args=[hearing.key])

    asked = presiding.get(reverse("review:exempt_hearing", args=[hearing.key]))
    exempting.ask(fresh(application), reason="Of the next panel", by=world.officer)
    read = presiding.get(of_hearing)

    assert (asked.status_code, read.status_code) == (
        404,
        404,
    )  # who judged it before is kept from it (rule C13)
    assert "Of the next panel" not in text(read)


def test_the_page_that_asks_names_as_many_sheets_as_there_are_in_the_stage_under_review(
    world, heard, gone_on
):
    application, officer = fresh(heard[1].application), browser(world.officer)
    Application.objects.filter(pk=application.pk).update(sheets=7)
    before_review = world.submitted(world.call())

    page = officer.get(reverse("review:exempt", args=[application.key]))

    assert "Why 3 sheets suffice" in text(page)
    assert officer.get(reverse("review:exempt", args=[before_review.key])).status_code == 404


# Afterwards


def test_what_a_panel_was_allowed_does_not_hold_for_the_next_one_after_an_appeal(world, thin):
    exempting.decide(
        exempting.ask(thin, reason=WHY, by=world.officer), allowed=True, grounds="", by=world.director
    )
    actions.close_review(thin, by=world.officer)
    proposal = world.published(thin.call)
    type(thin).objects.filter(pk=thin.pk).update(status="declined")

    anew.score_again(fresh(thin), stage=thin.stage, reason="A decisive error", by=world.director)

    assert proposal.pk
    assert Exemption.objects.get().status == "ended"


def test_a_list_is_not_proposed_where_fewer_sheets_are_left_than_were_allowed(world):
    call = world.call(seats=1)
    plan = judged(world, call, 80, 80, 80, 80)
    exempting.decide(
        exempting.ask(plan, reason=WHY, by=world.officer), allowed=True, grounds="", by=world.director
    )
    actions.close_review(plan, by=world.officer)
    sheet = plan.assignments.last()
    actions.declare(sheet, code="C4", by=sheet.reviewer)

    assert short_of_sheets(call) == [plan.number]
    assert reasons(decision.propose, call, note="As ranked", by=world.officer) == [
        f"1 reviews have lost sheets and stand below their quorum; open them again: {plan.number}"
    ]


@pytest.mark.postgresql
def test_two_who_ask_at_once_ask_once(committed, world):
    thin = judged(world, world.call(), 70, 71, 72, 73)

    found = together(*[lambda: exempting.ask(thin, reason=WHY, by=world.officer)] * 2)

    assert refusals(found) == ["This is asked for already."]
    assert Exemption.objects.count() == 1
