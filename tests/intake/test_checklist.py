"""The checklist of the screening desk: its facts, what a person decides, and the page of it."""

import re
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from applications.cohort import actions as cohort
from applications.decision import continuing
from applications.firms.actions import edit as edit_firm
from applications.firms.actions import figures
from applications.firms.actions.standing import note_standing
from applications.intake import actions
from applications.intake.facts import Balance, Lookup, Running
from applications.intake.models import Application
from applications.intake.models.checks import Check
from applications.intake.models.partners import Partner
from applications.intake.screened import facts_of, opening_changed, verdicts_of
from applications.intake.verdicts import print_of
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.files import StoredFile
from applications.permissions import TIMETABLE
from applications.review import people
from applications.review.queries import profile_of
from tests.asking import reasons
from tests.intake.test_views import url
from tests.world import AFTER, CLOSES, DURING, PDF, browser, pdf, png

pytestmark = pytest.mark.usefixtures("english", "closed")

# Facts


def test_the_facts_are_of_the_firm_as_it_was_handed_in(world):
    owner, firm = world.owner_of(world.a), world.a
    sheet = {
        "sales_krw": 1, "exports_krw": 0, "employees": 1, "rnd_krw": 0, "equity_krw": 10, "liabilities_krw": 20,
        "current_assets_krw": 30, "current_liabilities_krw": 20,
    }  # fmt: skip
    with clock.at(DURING):
        for number in (2025, 2024, 2023):
            figures.set_figures(firm, year=number, by=owner, **(sheet | {"equity_krw": number}))
    application = world.submitted(world.r1, firm)
    type(firm).objects.filter(pk=firm.pk).update(size="large", founded_on=date(2012, 1, 1))
    with clock.at(AFTER):
        figures.set_figures(firm, year=2025, by=owner, **(sheet | {"equity_krw": 7}))
        note_standing([firm], {firm.business_number: SimpleNamespace(standing="active", answered=True, closed_on=None)},
                      by=TIMETABLE)  # fmt: skip

        facts = facts_of(Application.objects.get(pk=application.pk))

    assert (facts.size, facts.founded_on, facts.field) == ("small", date(2010, 1, 4), "F2")
    assert facts.balances == (Balance(2025, 2025, 20, 30, 20), Balance(2024, 2024, 20, 30, 20))
    assert (facts.standing, facts.asked_on, facts.closing) == ("active", AFTER.date(), CLOSES.date())
    assert sorted(facts.papers) == ["D01", "D02"]
    assert (facts.others, facts.partners, facts.given_up) == (0, 0, ())
    assert (facts.technologies, facts.employees, facts.is_rnd) == ({"T01"}, 30, False)
    assert facts.declared == {"in_default": "no", "audit": "none", "barred": "no", "social": "no"}
    assert "D02" in facts.dated and not facts.dated & {"D01", "D04"}


def test_the_facts_hold_what_the_house_knows_beside_the_application(world):
    """Its corporation, its parts in others' plans, what was found of it, its designation, its agreement and its reviewers."""
    call, corporation = world.call("rnd"), {"corporate_number": "1101110000017"}
    firm, other = world.firm(**corporation), world.firm(**corporation)
    application, sibling, leading = (world.submitted(call, one) for one in (firm, other, None))
    partner = {"part": "joint", "title": "A plan", "role": "Trials", "asked_by": world.officer}
    Partner.objects.create(
        application=leading, asked_at=DURING, lead_number=leading.firm.business_number, firm=firm, name=firm.name,
        business_number=firm.business_number, **partner,
    )  # fmt: skip
    with clock.at(AFTER):
        before = world.submitted(world.call("rnd"), firm, at=DURING)
        actions.check(before, code="E10", outcome="passed", evidence="Register of today", by=world.officer)
        reviewer = world.reviewer(affiliation_number=firm.business_number)
        people.sanction(profile_of(reviewer), reason="Told marks", until=None, by=world.director)
        facts = facts_of(application)
    with clock.at(AFTER + timedelta(days=31)):
        forgotten = facts_of(application).lookups

    assert (facts.siblings, facts.takes_part_in) == ((sibling.number,), (leading.number,))
    assert facts.lookups == {"E10": Lookup("passed", "Register of today", AFTER.date(), before.number)}
    assert (facts.barred, forgotten) == (("Told marks",), {})
    assert [(one.number, one.likeness, one.funded) for one in facts.similar] == [(before.number, 1, False)]
    assert (facts.designated, facts.running) == ("", ())


def test_a_designation_and_an_agreement_of_the_firm_are_facts_too(world):
    agreement = world.in_force()
    firm = agreement.application.firm
    with clock.at(AFTER):
        seat = cohort.seat(world.selected_sprout(firm=firm), by=world.officer)
        facts = facts_of(world.submitted(world.call("rnd"), firm))

    assert (facts.designated, facts.running) == (seat.number, (Running(agreement.number, agreement.ends_on),))
    assert [(one.likeness, one.funded) for one in facts.similar] == [(1, True)]


def test_an_agreement_offered_on_a_project_that_was_given_up_is_none_that_runs(world):
    agreement = world.offered()
    firm = agreement.application.firm
    later = world.submitted(world.call("rnd"), firm)
    running = facts_of(later).running
    continuing.give_up(agreement.application, reason="Our partner has left us", by=world.owner_of(firm))

    assert (running, facts_of(later).running) == ((Running(agreement.number, agreement.ends_on),), ())


def test_a_day_of_opening_that_is_written_anew_after_the_publication_is_told_where_it_matters(world):
    call = world.call(least_years=3)
    with clock.at(DURING):
        edit_firm(
            world.a,
            technologies=world.a.technologies.all(),
            founded_on=date(2011, 1, 4),
            by=world.owner_of(world.a),
        )
    application = world.submitted(call, world.a)

    assert opening_changed(application) == DURING.date()
    application.call.least_years = None
    assert opening_changed(application) is None


# What people decide


def outcomes(application):
    return {one.code: one.outcome for one in verdicts_of(application)}


def test_a_decision_is_kept_with_its_evidence_and_the_papers_it_was_made_on(world):
    application = world.submitted(world.r1, world.a)

    actions.check(application, code="E09", outcome="failed", evidence=" Page 3 ", by=world.officer)
    actions.check(application, code="E09", outcome="passed", evidence="Page 4, corrected", by=world.officer2)

    assert list(Check.objects.values_list("code", "outcome", "evidence", "papers", "by")) == [
        ("E09", "failed", "Page 3", {"audit": print_of("none")}, world.officer.pk),
        ("E09", "passed", "Page 4, corrected", {"audit": print_of("none")}, world.officer2.pk),
    ]
    assert outcomes(application)["E09"] == "passed"
    assert [(t.verb, t.note) for t in audit.trail(application)][-2:] == [
        ("check", "E09 Not met: Page 3"), ("check", "E09 Met: Page 4, corrected"),
    ]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Check.objects.filter(code="E09")._raw_delete(using="default")


def test_the_rest_is_found_met_in_one_go_and_what_failed_stays(world):
    application = world.submitted(world.r1, world.a)
    actions.check(application, code="E07", outcome="failed", evidence="On the list", by=world.officer)
    left = [code for code, outcome in outcomes(application).items() if outcome == "person"]

    actions.check_rest(application, evidence="Looked at all of them", by=world.officer)

    assert list(Check.objects.exclude(code="E07").values_list("code", flat=True)) == left
    assert (outcomes(application)["E07"], "person" in outcomes(application).values()) == ("failed", False)
    assert reasons(actions.check_rest, application, evidence="Again", by=world.officer) == [
        "Nothing is left to be decided by hand."
    ]


def test_nobody_is_eligible_while_a_rule_is_open(world):
    application = world.submitted(world.call(), world.a)
    actions.check_rest(application, evidence="Looked at all of them", by=world.officer)
    actions.check(application, code="E12", outcome="failed", evidence="Funded in 2024", by=world.officer)
    opened = ", ".join(one.code for one in verdicts_of(application) if one.is_open)

    assert "E12" in opened
    assert reasons(actions.open_review, application, by=world.officer) == [
        f"Still open in the checklist: {opened}."
    ]
    application.refresh_from_db()
    assert application.status == "submitted"


def test_a_decision_on_a_paper_that_a_supplement_replaces_is_asked_for_again(world):
    application = world.submitted(world.r1, world.a)
    actions.check(application, code="E16", outcome="passed", evidence="All of them", by=world.officer)
    before = outcomes(application)["E16"]
    due = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        papers = application.call.papers.filter(code="D02")
        actions.request_supplement(
            application, papers=papers, message="Too old", due_at=due, by=world.officer
        )
    with clock.at(due - timedelta(hours=1)):
        now = clock.now()
        found, owner = Application.objects.get(pk=application.pk), application.created_by
        actions.add_paper(found, paper=papers.get(), upload=pdf("new.pdf", PDF + b"new"), by=owner, now=now)
        actions.hand_in_supplement(found, by=owner, arrived_at=now)

    assert (before, outcomes(Application.objects.get(pk=application.pk))["E16"]) == ("passed", "person")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"evidence": "    x  "}, "Please write what you looked at (at least 5 characters)."),
        ({"outcome": "person"}, "Please choose whether it is met."),
        ({"code": "E18"}, "Please choose whether it is met."),
    ],
)
def test_a_decision_without_grounds_is_refused(world, typed, said):
    application = world.submitted(world.r1, world.a)
    right = {"code": "E07", "outcome": "passed", "evidence": "Looked up"}

    assert reasons(actions.check, application, **(right | typed), by=world.officer) == [said]
    assert not Check.objects.exists()


@pytest.mark.parametrize("who", ["director", "finance", "ministry", "auditor", "administrator"])
def test_only_officers_decide(world, who):
    application = world.submitted(world.r1, world.a)

    for act in (actions.check_rest, lambda a, **o: actions.check(a, code="E07", outcome="passed", **o)):
        with pytest.raises(Denied):
            act(application, evidence="Looked up", by=getattr(world, who))

    assert not Check.objects.exists()


# The page


def test_the_page_leads_from_one_open_rule_to_the_next_and_at_last_into_the_review(world):
    application = world.submitted(world.call(), world.a)
    world.checked(application)
    actions.check(application, code="E07", outcome="failed", evidence="On the list", by=world.officer)
    actions.check(application, code="E12", outcome="failed", evidence="Funded in 2024", by=world.officer)
    client, typed = browser(world.officer), {"outcome": "passed", "evidence": "No longer, looked up"}

    page = client.get(url("checklist", application)).content.decode()
    first = client.post(url("rule", application, "E07"), typed)
    last = client.post(url("rule", application, "E12"), typed)
    at_last = client.get(url("checklist", application)).content.decode()

    assert "2 rules are open." in page and "Eligible: open the review" not in page
    assert (first.url, last.url) == (f"{url('rule', application, 'E12')}#E12", url("checklist", application))
    assert "Nothing is open: the application is eligible." in at_last
    assert client.post(url("eligible", application)).url == application.get_absolute_url()
    assert client.get(url("checklist", application)).status_code == 200


def test_a_form_without_evidence_says_so_and_keeps_the_choice(world):
    application = world.submitted(world.r1, world.a)

    answered = browser(world.officer).post(
        url("rule", application, "E07"), {"outcome": "failed", "evidence": "no"}
    )

    page = answered.content.decode()
    assert answered.status_code == 409
    assert "Please write what you looked at (at least 5 characters)." in page
    assert 'value="failed" checked' in " ".join(page.split()) or "checked" in page
    assert not Check.objects.exists()


def test_a_rule_that_is_none_is_not_found_and_a_paper_that_is_none_shows_the_plan(world):
    application = world.submitted(world.r1, world.a)
    client = browser(world.officer)

    assert client.get(url("rule", application, "E99")).status_code == 404
    page = client.get(url("rule", application, "E07"), {"paper": "<b>"}).content.decode()
    assert "D01.pdf" in page and "<b>" not in page
    question = application.call.questions.get(code="in_default").label
    assert (
        f"<dt>{question}</dt><dd>No</dd>" in page
        and question not in client.get(url("rule", application, "E09")).content.decode()
    )


def test_the_paper_of_a_rule_is_drawn_beside_it_and_only_in_our_own_pages(world):
    application = world.draft(world.r1, world.a)
    with clock.at(DURING):
        for code, upload in (("D02", png("D02.png")), ("D01", pdf("D01.pdf"))):
            paper, now = application.call.papers.get(code=code), DURING
            actions.add_paper(application, paper=paper, upload=upload, by=world.owner_of(world.a), now=now)
        actions.submit(application, by=world.owner_of(world.a), arrived_at=DURING)
    client = browser(world.officer)

    decided = client.get(url("rule", application, "E04")).content.decode()
    other = client.get(url("rule", application, "E07")).content.decode()
    asked_for = client.get(url("rule", application, "E07"), {"paper": "D02"}).content.decode()
    (address,) = re.findall(r'<iframe [^>]*src="([^"]+)"', asked_for)
    drawn, taken = client.get(address), client.get(address.partition("?")[0])

    assert [("<details open>" in page) for page in (decided, other, asked_for)] == [True, False, True]
    assert (drawn["Content-Type"], drawn["X-Frame-Options"]) == ("image/png", "SAMEORIGIN")
    assert drawn["Content-Disposition"].startswith("inline") and taken["X-Frame-Options"] == "DENY"
    assert taken["Content-Disposition"].startswith("attachment")
    assert b"".join(drawn.streaming_content) == b"".join(taken.streaming_content)
    StoredFile.objects.update(scan="infected")
    assert "<iframe" not in client.get(url("rule", application, "E04")).content.decode()
    assert client.get(address).status_code == 409


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_costs_the_same_queries_for_few_and_for_many_checks(
    world, django_assert_max_num_queries, count
):
    application = world.submitted(world.r1, world.a)
    for number in range(count):
        actions.check(
            application, code="E07", outcome="passed", evidence=f"Looked up {number}", by=world.officer
        )
    client = browser(world.officer)

    with django_assert_max_num_queries(22):
        client.get(url("checklist", application))
