"""What waits for each role, and that each number leads to exactly the rows it counts."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.accounts.models import Role
from applications.calls import answering
from applications.calls.models import Call
from applications.decision import actions as decision
from applications.intake import actions as intake
from applications.kernel import clock
from applications.portal.queries import waiting_for
from applications.review.exemptions import Exemption
from tests.copies import another, another_agreement, another_application, cost_of
from tests.remembering import step
from tests.world import AFTER, CLOSES, DURING, browser


@pytest.fixture
@step
def busy(world):
    """Something of everything: two of each, among them what does not wait for this person."""
    made = world.in_force()
    offered = another_agreement(made, status="offered", in_force_at=None)
    another_agreement(made, status="offered", in_force_at=None)
    signed = another_agreement(made, status="offered", in_force_at=None)
    for agreement, side in ((signed, "agency"), (offered, "firm")):
        agreement.signatures.create(side=side, by=world.director, sha256="0" * 64)
    another_application(made.application, status="selected")
    for status, approved_by in (
        ("requested", None), ("verified", None), ("approved", world.finance), ("approved", world.finance2),
    ):  # fmt: skip
        holder = another_agreement(made)
        payment = world_payment(world, holder, status, approved_by)
        assert payment.status == status
    call = world.sprout
    submitted = world.submitted(call)
    for _firm in range(2):
        another_application(submitted)
        another_application(submitted, status="selected")
    returned, proposed, gone = (another_application(submitted) for _number in range(3))
    with clock.at(AFTER):
        for thing in (returned, proposed, gone):
            intake.propose_exclusion(thing, code="E01", reason="Not a root firm", by=world.officer)
        for thing, status in ((returned, "returned"), (gone, "withdrawn")):
            type(thing).objects.filter(pk=thing.pk).update(status=status)
    in_review = world.in_review(world.r1)
    for by in (world.officer, world.director):  # who asked, a director since, does not decide it
        exempt(another_application(in_review), by)
    exempt(another_application(in_review, status="reviewed"), world.officer)
    exempt(None, world.officer, stage=in_review.stage)
    world.with_score(world.call(), 80)
    world.inquiry(world.r1)
    reviewer = world.reviewer()
    world.assigned(in_review, reviewer, clear=False)
    second = another_application(in_review)
    world.assigned(second, reviewer)
    world.assigned(another_application(in_review), reviewer)
    world.assigned(another_application(in_review), reviewer)
    world.handed_in(another_application(in_review), 80, 80, 80, reviewer=reviewer)
    return reviewer


def exempt(application, by, stage=None):
    """An exception to the number of sheets that is asked for; of all of a stage where there is no application."""
    return Exemption.objects.create(
        application=application, stage=stage or application.stage, sheets=3, reason="Two fell ill", by=by
    )


def world_payment(world, agreement, status, approved_by):
    return agreement.payments.create(
        number=agreement.number.replace("AG", "PY"), tranche=1, krw=1_000, status=status,
        requested_by=world.officer, approved_by=approved_by,
    )  # fmt: skip


def counted(user):
    return [number for _label, number, _name, _query in waiting_for(user)]


def shown(client, name, query):
    response = client.get(reverse(name) + query.partition("#")[0])
    facts, section = response.context, query.removeprefix("#h-")
    return len(facts[section] if section in ("waiting", "exemptions") else facts["page"].rows)


def test_each_number_counts_what_waits_and_leads_to_exactly_those_rows(world, busy):
    people = {
        world.officer: [1, 4, 1, 1, 0, 7],
        world.director: [2, 0, 2, 2, 0],
        world.finance: [1, 1],
        world.finance2: [1, 1],
        busy: [1, 3],
    }
    for person, numbers in people.items():
        client = world.client(person)
        waiting = client.get("/home/").context["waiting"]

        assert counted(person) == [number for _label, number, _name, _query in waiting] == numbers
        assert [shown(client, name, query) for _label, _number, name, query in waiting] == numbers


@pytest.mark.parametrize("role", Role.values)
def test_nobody_begins_with_more_than_six_numbers(world, role):
    person = world.person(Role(role))

    assert len(waiting_for(person)) <= 6


def test_the_seats_to_be_given_stand_where_the_cohort_is_told(world, busy):
    page = browser(world.officer).get("/home/")

    assert page.context["seats_to_give"] == 2
    assert "2 seats are to be given" in page.content.decode()
    assert "seats_to_give" not in browser(world.director).get("/home/").context


def test_nothing_waits_of_a_cancelled_call(world, busy):
    before = {person: counted(person) for person in (world.officer, world.director, busy)}
    assert all(sum(numbers) for numbers in before.values())

    Call.objects.update(cancelled_at=DURING)

    assert counted(world.officer)[1::4] == [0, 0]  # to be screened, in review
    assert counted(world.director) == [0, 0, 2, 0]  # agreements alone
    assert counted(busy) == [0, 0]


def test_a_list_waits_for_another_to_approve_it_and_then_for_officers_to_publish_it(world):
    world.with_score(world.r1, 80)
    desk = ((world.officer, 4), (world.officer2, 4), (world.director, 1))

    def waiting():
        return {
            person: (counted(person)[at], shown(world.client(person), "decision:desk", "?waiting=approval"))
            for person, at in desk
        }

    with clock.at(AFTER):
        proposal = decision.propose(world.r1, note="As ranked", by=world.officer)
        proposed = waiting()
        decision.approve(proposal, by=world.director)
        approved = waiting()
        decision.publish(proposal, by=world.officer)
        published = waiting()

    assert proposed == {world.officer: (0, 0), world.officer2: (1, 1), world.director: (1, 1)}
    assert approved == {world.officer: (1, 1), world.officer2: (1, 1), world.director: (0, 0)}
    assert published == dict.fromkeys(published, (0, 0))


@pytest.mark.parametrize("role", ["ministry", "auditor", "administrator"])
def test_who_only_reads_has_nothing_waiting(world, role):
    person = getattr(world, role)

    assert waiting_for(person) == []
    assert world.client(person).get("/home/").status_code == 200


def test_an_applicant_begins_with_the_own_firm_and_applications_and_nobody_elses(world):
    own, other = world.draft(world.sprout, title="Mine alone"), world.draft(world.sprout, title="Of others")

    text = world.client(world.owner_of(own.firm)).get("/home/").content.decode()

    assert (own.title in text, other.title in text) == (True, False)


def test_a_new_applicant_is_led_to_register_a_firm(world):
    assert reverse("firms:register") in world.client(world.person()).get("/home/").content.decode()


@pytest.mark.parametrize("role", ["officer", "director", "finance"])
def test_the_own_page_costs_the_same_for_one_thing_and_for_many(world, role):
    made = world.in_force()
    client = world.client(getattr(world, role))
    client.get("/home/")
    costs = []
    for number in (1, 2):
        for ordinal in range(number):
            agreement = another_agreement(made)
            world_payment(world, agreement, "verified", None)
            another_application(made.application, status="selected")
            another(world.line, name=f"Line {number} {ordinal}")
        costs.append(cost_of(client, "/home/")[0])

    assert costs[0] == costs[1]


def test_who_watches_is_told_what_closes_soon_and_how_many_drafts_are_not_handed_in(world, english):
    soon = world.r1
    later = world.call(closes=CLOSES + timedelta(days=30))
    world.draft(soon, world.a)
    world.draft(soon, world.b)
    world.submitted(later)

    with clock.at(CLOSES - timedelta(days=7)):
        response = browser(world.officer).get("/home/")
        firm = browser(world.owner_of(world.a)).get("/home/").content.decode()
    with clock.at(CLOSES - timedelta(days=7, seconds=1)):
        before = browser(world.officer).get("/home/").content.decode()

    assert [(call.is_ending, call.drafts) for call in response.context["calls"]] == [(True, 2), (False, 0)]
    assert "2 drafts not handed in" in response.content.decode()
    assert "No call closes within seven days." in before
    assert "What closes soon" not in firm and "drafts not handed in" not in firm


def test_questions_that_another_officer_answers_do_not_wait_for_this_one(world, english):
    first, second = (world.inquiry(world.r1) for _question in range(2))
    answering.assign(first, person=world.officer2, by=world.officer2)
    answering.assign(second, person=world.officer, by=world.officer2)
    world.inquiry(world.r1)

    assert [waiting_for(person)[0][1] for person in (world.officer, world.officer2)] == [2, 2]
    with clock.at(AFTER + timedelta(days=40)):
        client = browser(world.officer)
        late = client.get("/home/").context["late"]
        assert [shown(client, name, query) for _label, _number, name, query in late] == [late[0][1]] == [2]


def test_an_officer_is_told_what_is_late_and_led_to_exactly_that(world, english):
    late, early = AFTER + timedelta(days=40), AFTER + timedelta(days=1)
    with clock.at(DURING):
        world.inquiry(world.r1)
    application = world.submitted(world.r1, world.a)
    with clock.at(AFTER):
        intake.request_supplement(
            application, papers=application.call.papers.filter(code="D01"), message="Sign it",
            due_at=AFTER + timedelta(days=3), by=world.officer,
        )  # fmt: skip
        world.offered()

    with clock.at(early):
        before = browser(world.officer).get("/home/").context["late"]
    with clock.at(late):
        client = browser(world.officer)
        after, others = (
            client.get("/home/").context["late"],
            browser(world.director).get("/home/").context["late"],
        )
        rows = [shown(client, name, query) for _label, _number, name, query in after]

    assert [str(label) for label, *_rest in before] == ["Questions past their day, yours or nobody's"]
    assert [(str(label), number) for label, number, *_rest in after] == [
        ("Questions past their day, yours or nobody's", 1), ("Supplements past their time", 1), ("Agreements not signed in time", 1),
    ]  # fmt: skip
    assert (rows, others) == ([1, 1, 1], [])
