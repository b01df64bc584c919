"""The pages of the committee: the meeting and its minutes for staff, and what firms, finance and ministry read of it and when."""

from datetime import timedelta

import pytest

from applications.decision import actions
from applications.decision.committees import Deliberation, Resolution
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from tests.asking import fresh, text
from tests.decision.convened import MINUTES, REASON, closed, convened, decided
from tests.intake.test_receipt import words
from tests.remembering import step
from tests.world import AFTER, TERMS, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
LATER = AFTER + timedelta(days=1)
SCORES = ["91.00", "88.50", "85.10", "84.90"]


@pytest.fixture
@step
def listed(world):
    return [world.with_score(world.r1, score) for score in SCORES]


def url(meeting, page=""):
    return f"/decisions/committee/{meeting.key}/{page}"


def raw(response):
    return response.content.decode()


def published(world, call):
    with clock.at(LATER):
        proposal = actions.propose(call, note="As the committee says", by=world.officer)
        actions.approve(proposal, by=world.director)
        actions.publish(proposal, by=world.officer)
    return proposal


def vote(application, result="declined", **more):
    return {
        "number": application.number, "result": result, "conditions": "", "reason": REASON, "replaces": "",
        "votes_for": "4", "votes_against": "1", "votes_abstained": "0",
    } | more  # fmt: skip


def test_an_officer_goes_from_the_ranking_through_a_meeting_to_its_closing(world, listed):
    officer = browser(world.officer)
    ranking = f"/decisions/calls/{world.r1.key}/"
    assert "Begin a meeting" in text(officer.get(ranking))

    begun = officer.post(
        f"{ranking}committee/",
        {"held_at": "2026-12-20T12:00", "place": "Room 301", "secretary": world.officer.pk},
    )
    meeting = Deliberation.objects.get()
    lines = {f"name_{n}": f"Member {n}" for n in range(5)} | {
        f"affiliation_{n}": "Institute" for n in range(5)
    }
    present = {f"present_{n}": "on" for n in range(4)}
    officer.post(url(meeting, "attendance/"), {"version": 1, "chair": "0", **lines, **present})
    officer.post(url(meeting, "decide/"), vote(listed[1], votes_for="3", votes_against="0"))
    first = officer.get(url(meeting))
    officer.post(
        url(meeting, "edit/"),
        {"version": 2, "held_at": "2026-12-20T12:00", "place": "Room 301", "secretary": world.officer.pk, "minutes": MINUTES},
    )  # fmt: skip
    page = officer.get(url(meeting))
    ended = officer.post(url(meeting, "close/"), {"version": 3}, follow=True)

    assert (begun.status_code, begun.url) == (302, meeting.get_absolute_url())
    assert "4 of 5 members are present; the quorum is 3: the committee can decide." in text(page)
    assert page.context["counts"] == [3, 0, 1]
    assert "Before the meeting can be closed" in text(first)
    assert "The minutes are not written yet (at least 20 characters)." in text(first)
    assert "Before the meeting can be closed" not in text(page)
    assert [(a.number, line.result, rule.result) for a, line, rule, _chance in page.context["shown"]] == [
        (listed[0].number, "selected", "selected"), (listed[1].number, "declined", "selected"),
        (listed[2].number, "selected", "selected"), (listed[3].number, "selected", "reserved"),
    ]  # fmt: skip
    assert 'class="cut"' not in page.content.decode()  # the cut is below the last one who is selected
    assert "The meeting is closed." in text(ended)
    assert "Begin a meeting" in text(officer.get(ranking))
    assert "The list with these decisions" not in text(ended)


def test_who_steps_back_is_chosen_and_posted_by_name(world, listed):
    meeting = convened(world)
    officer = browser(world.officer)
    fifth = "Member 5 (Institute 5)"

    page = officer.get(url(meeting, "decide/"))
    posted = officer.post(
        url(meeting, "decide/"), vote(listed[1], recused=[fifth], votes_for="4", votes_against="0")
    )
    again = officer.get(url(meeting, f"decide/?application={listed[1].number}"))

    assert f'value="{fifth}"' in raw(page)
    assert posted.status_code == 302
    assert meeting.resolutions.get().recused == [["Member 5", "Institute 5", "Stepped back."]]
    assert again.context["form"].initial["recused"] == [fifth]


def test_what_is_refused_keeps_what_was_typed_and_says_why_at_its_field(world, listed):
    meeting = convened(world)
    officer = browser(world.officer)

    few = officer.post(url(meeting, "decide/"), vote(listed[1], votes_for="2"))
    unknown = officer.post(url(meeting, "decide/"), vote(listed[1], number="SP-2027-9999"))
    away = officer.post(url(meeting, "close/"), {"version": 1})
    alone = officer.post(
        url(meeting, "attendance/"), {"version": 3, "chair": "0", "name_0": "Kim", "affiliation_0": ""}
    )

    assert few.status_code == 409
    assert few.context["form"].errors == {
        "votes_for": ["It is not carried: 2 votes for it, more than half of the 5 members present are 3."]
    }
    assert f'value="{REASON}"' in raw(few)
    assert unknown.context["form"].errors == {"number": ["There is no such application in this call."]}
    assert away.status_code == 409
    assert "Name of member 1: Please write both the name and the affiliation." in text(alone)
    assert not Resolution.objects.exists()


def test_a_decision_is_changed_from_its_row_and_taken_back(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    officer = browser(world.officer)

    form = officer.get(url(meeting, f"decide/?application={listed[3].number}"))
    changed = officer.post(url(meeting, "decide/"), vote(listed[3], replaces="1"))
    blind = officer.post(url(meeting, "decide/"), vote(listed[3], "selected"))
    back = officer.post(url(meeting, "take-back/2/"), {"reason": "It was another firm"}, follow=True)

    assert (form.context["form"].initial["result"], form.context["form"].initial["replaces"]) == (
        "selected",
        1,
    )
    assert changed.status_code == 302
    assert blind.context["form"].non_field_errors() == [
        "Another decision on this application was written meanwhile. Please look at it first."
    ]
    assert "Taken back: as the rules have it" in text(back)
    assert officer.get(url(meeting, "take-back/9/")).status_code == 404


def test_the_auditor_reads_afterwards_why_a_firm_out_of_rank_was_selected(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    closed(world, meeting)
    proposal = published(world, world.r1)
    auditor = browser(world.auditor)

    page, row = text(auditor.get(url(meeting))), text(auditor.get(proposal.get_absolute_url()))
    document = auditor.get(url(meeting, "pdf/"))

    for shown in (
        "5 of 7 members were present; the quorum is 4: the committee could decide.", "Rank 4", "No place left",
        "4 / 1 / 0", "of 5 present", REASON, MINUTES, fresh(meeting).sha256, "Decided by the committee",
    ):  # fmt: skip
        assert shown in page
    assert f"The committee decided otherwise than by rank: {REASON}" in row
    assert f'href="{url(meeting)}"' in raw(auditor.get(proposal.get_absolute_url()))
    said = " ".join(words(document.content).split())
    for shown in (world.r1.number, "Member 1", "Institute 1", listed[3].number, "4 / 1 / 0", REASON, MINUTES):
        assert shown in said
    assert document["Content-Type"] == "application/pdf"
    assert list(AccessEntry.objects.values_list("act", "actor").distinct().order_by("act"))[:2] == [
        ("committee.pdf", world.auditor.pk), ("committee.view", world.auditor.pk),
    ]  # fmt: skip
    assert auditor.post(url(meeting, "close/"), {"version": 3}).status_code == 404


def test_nobody_else_finds_a_meeting(world, listed):
    meeting = convened(world)
    for person in (
        world.finance, world.ministry, world.administrator, world.reviewer(), world.owner_of(listed[0].firm),
    ):  # fmt: skip
        client = browser(person)
        for page in ("", "edit/", "attendance/", "decide/", "close/", "call-off/", "pdf/"):
            assert client.get(url(meeting, page)).status_code == 404
    for page in ("", "pdf/"):
        assert browser(world.director).get(url(meeting, page)).status_code == 200
    assert browser(world.director).get(url(meeting, "edit/")).status_code == 404


def test_who_kept_the_minutes_finds_no_button_to_approve(world, listed):
    closed(world, convened(world))
    proposal = actions.propose(world.r1, note="As the committee says", by=world.officer2)

    own, other = (
        text(browser(person).get(proposal.get_absolute_url())) for person in (world.officer, world.director)
    )

    assert "You kept the minutes that this list follows from: another person approves it." in own
    assert "Approve the list" not in own
    assert "Approve the list" in other


def test_the_ministry_reads_the_list_but_not_the_minutes(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[3], "selected")
    closed(world, meeting)
    proposal = published(world, world.r1)

    page = raw(browser(world.ministry).get(proposal.get_absolute_url()))

    assert REASON in page
    assert url(meeting) not in page


# What the firm reads


@pytest.fixture
@step
def granted(world):
    """A project whose grant was reduced under a condition, in a list that is approved and waits for its instant."""
    application = world.with_score(world.rnd, "90", firm=world.a)
    meeting = convened(world, world.rnd)
    decided(
        world,
        meeting,
        application,
        grant_krw=400_000_000,
        conditions="CANARY-CONDITION",
        reason="CANARY-REDUCED",
    )
    closed(world, meeting)
    proposal = actions.propose(world.rnd, note="As the committee says", by=world.officer)
    actions.approve(proposal, by=world.director)
    actions.publish(proposal, publish_at=LATER, by=world.officer)
    return application


def test_conditions_and_the_reduced_grant_are_told_on_page_and_document_from_the_instant_on(world, granted):
    owner = browser(world.owner_of(world.a))
    address = f"/decisions/results/{granted.key}/"

    with clock.at(LATER - timedelta(microseconds=1)):
        pages = ["/home/", "/applications/", granted.get_absolute_url()]
        before = [text(owner.get(page, follow=True)) for page in pages]
        hidden = [owner.get(f"{address}{name}").status_code for name in ("", "pdf/")]
    with clock.at(LATER):
        actions.take_effect(world.rnd.proposals.get(), by=world.officer)
        page, document = text(owner.get(address)), words(owner.get(f"{address}pdf/").content)

    assert hidden == [404, 404]
    assert [seen for seen in before if "CANARY" in seen or "400,000,000" in seen] == []
    for shown in (
        "Selected with conditions",
        "400,000,000",
        "480,000,000",
        "CANARY-CONDITION",
        "CANARY-REDUCED",
    ):
        assert shown in page
        assert shown in document


def test_the_agreement_shows_the_conditions_and_proposes_the_reduced_grant(world, granted):
    with clock.at(LATER):
        actions.take_effect(world.rnd.proposals.get(), by=world.officer)
        granted.refresh_from_db()
        form = browser(world.officer).get(f"/agreements/draft/{granted.key}/").context["form"]
        made = world.offered(granted, grant_krw=400_000_000)
        owner = browser(world.owner_of(world.a))
        pages = [text(owner.get(made.get_absolute_url())), text(owner.get(f"{made.get_absolute_url()}sign/"))]

    assert form.initial["grant_krw"] == 400_000_000
    for page in pages:
        assert "CANARY-CONDITION" in page
        assert "reduced by the committee from 480,000,000" in page
    assert TERMS["grant_krw"] == 480_000_000


def test_the_reason_of_another_firm_is_told_to_nobody(world, listed):
    meeting = convened(world)
    decided(world, meeting, listed[1], "declined", reason="CANARY-OTHER-FIRM")
    closed(world, meeting)
    published(world, world.r1)

    with clock.at(LATER):
        rival = browser(world.owner_of(listed[2].firm))
        own = browser(world.owner_of(listed[1].firm))
        other = text(rival.get(f"/decisions/results/{listed[2].key}/"))
        mine = text(own.get(f"/decisions/results/{listed[1].key}/"))

    assert "CANARY" not in other
    assert "The committee decided otherwise than by rank: CANARY-OTHER-FIRM" in mine


def test_a_meeting_costs_the_same_queries_for_few_and_for_many(world, django_assert_max_num_queries):
    meeting = convened(world)
    officer = browser(world.officer)
    counts = []
    for number in (1, 2, 9):
        for _n in range(number):
            application = world.with_score(world.r1, 71 + Application.objects.count())
            decided(world, meeting, application, conditions="More")
        officer.get(url(meeting))
        with django_assert_max_num_queries(30) as counted:
            officer.get(url(meeting))
        counts.append(len(counted))

    assert counts[0] == counts[1] == counts[2]


def test_the_notice_of_a_call_says_that_a_committee_deliberates(world):
    type(world.r1).objects.filter(pk=world.r1.pk).update(needs_committee=True)

    said = "A committee deliberates on the list before it is approved."
    assert said in text(browser().get(world.r1.get_absolute_url()))
    assert said not in text(browser().get(world.call().get_absolute_url()))
