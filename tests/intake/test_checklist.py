"""The checklist of the screening desk: each rule alone, what a person decides, and the page of it."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from applications.firms.actions import figures
from applications.firms.actions.standing import note_standing
from applications.intake import actions, screening
from applications.intake.models import Application
from applications.intake.models.checks import Check
from applications.intake.screened import facts_of, verdicts_of
from applications.intake.screening import Balance, Facts, Paper
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.permissions import TIMETABLE
from tests.asking import reasons
from tests.world import AFTER, CLOSES, DURING, PDF, browser, pdf

pytestmark = pytest.mark.usefixtures("english")

CLOSING = date(2027, 1, 29)
BASE = {
    "business_number": "1108100062", "size": "small", "track": "root", "founded_on": date(2010, 1, 4), "field": "F2",
    "closing": CLOSING,
}  # fmt: skip
PLAN = {"D01": Paper("Plan", "aa", None)}


def of(**facts):
    return Facts(**(BASE | facts))


def paper(code, expires_on):
    return {code: Paper(f"Paper {code}", code, expires_on)}


def says(code, **facts):
    return tuple(screening.RULES[code](of(**facts)))


def year(number, *, equity=100, debts=100, current=100, due=50):
    return Balance(number, equity, debts, current, due)


OVER, UNDER = (
    CLOSING - timedelta(days=2),
    CLOSING,
)  # x2 of the domain: a certificate that ran out two days before
TAXES = paper("D05", CLOSING) | paper("D06", CLOSING)


@pytest.mark.parametrize(
    ("code", "outcome", "facts"),
    [
        ("E01", "passed", {"standing": "active", "asked_on": CLOSING}),
        ("E01", "failed", {"standing": "ended", "asked_on": CLOSING}),
        ("E01", "failed", {"standing": "active", "business_number": "1108100061"}),
        ("E01", "person", {"standing": "suspended", "asked_on": CLOSING}),
        ("E01", "person", {}),
        ("E02", "passed", {"papers": paper("D09", UNDER)}),
        ("E02", "failed", {"size": "large", "papers": paper("D09", UNDER)}),
        ("E02", "failed", {"papers": paper("D09", OVER)}),
        ("E02", "person", {"papers": paper("D09", None)}),
        ("E02", "person", {}),
        ("E03", "passed", {"papers": paper("D08", UNDER)}),
        ("E03", "passed", {"track": "conversion"}),
        ("E03", "failed", {"papers": paper("D08", OVER)}),
        ("E03", "failed", {"asked_papers": frozenset({"D08"})}),
        ("E03", "person", {"papers": paper("D08", None)}),
        ("E04", "failed", {"open_to": ("F1", "F3")}),
        ("E04", "person", {"open_to": ("F1", "F2")}),
        ("E04", "person", {}),
        ("E05", "passed", {"least_years": 17, "most_years": 17}),
        ("E05", "passed", {"founded_on": date(2024, 1, 29), "least_years": 3}),
        ("E05", "failed", {"founded_on": date(2024, 1, 30), "least_years": 3}),
        ("E05", "failed", {"most_years": 16}),
        ("E06", "passed", {"papers": TAXES}),
        ("E06", "failed", {"papers": TAXES | paper("D06", OVER)}),
        ("E06", "failed", {"papers": paper("D06", UNDER), "asked_papers": frozenset({"D05", "D06"})}),
        ("E06", "person", {"papers": TAXES | paper("D05", None)}),
        ("E06", "person", {}),
        ("E08", "passed", {"founded_on": date(2024, 1, 30)}),
        ("E08", "passed", {"balances": (year(2026), year(2025))}),
        ("E08", "passed", {"balances": (year(2026, debts=640), year(2025, debts=499))}),
        ("E08", "failed", {"balances": (year(2026, debts=640), year(2025, debts=512))}),
        ("E08", "failed", {"balances": (year(2026, debts=500), year(2025, debts=500))}),
        ("E08", "failed", {"balances": (year(2026, debts=640), year(2025, equity=-1))}),
        ("E08", "failed", {"balances": (year(2026, equity=0), year(2025))}),
        ("E08", "failed", {"balances": (year(2026, current=25), year(2025, current=20))}),
        ("E08", "passed", {"balances": (year(2026, current=25), year(2025, current=26))}),
        ("E08", "person", {"balances": (year(2026, debts=640),)}),
        ("E08", "person", {}),
        ("E13", "passed", {}),
        ("E13", "failed", {"others": 1}),
        ("E15", "passed", {}),
        ("E15", "passed", {"partners": 2}),
        ("E15", "failed", {"partners": 2, "unsettled": ("Second has declined.",)}),
        ("E16", "passed", {"papers": TAXES}),
        ("E16", "failed", {"papers": PLAN | paper("D02", OVER)}),
        ("E16", "person", {"papers": PLAN | TAXES}),
        ("E17", "passed", {"given_up": (date(2023, 5, 1),)}),
        ("E17", "failed", {"given_up": (date(2025, 5, 1),)}),
    ],
)  # fmt: skip
def test_a_rule_passes_fails_or_needs_a_person(code, outcome, facts):
    assert says(code, **facts)[0] == outcome


@pytest.mark.parametrize("code", ["E07", "E09", "E10", "E11", "E12", "E14"])
def test_what_no_register_of_ours_knows_needs_a_person(code):
    outcome, said = says(code)

    assert (outcome, said[-1]) == ("person", "?")


def test_a_rule_says_what_it_looked_at():
    assert says("E08", balances=(year(2026, equity=3, debts=20), year(2025, equity=3, debts=16))) == (
        "failed",
        "2026: debts 666.6%, liquidity 200.0%; 2025: debts 533.3%, liquidity 200.0%. Debts of 500% and more two years running.",
    )
    assert says("E03", papers=paper("D08", OVER)) == (
        "failed", "Paper D08: valid until 27 Jan 2027, the call closed on 29 Jan 2027.",
    )  # fmt: skip
    assert says("E05", least_years=20) == (
        "failed", "17 years in business on the closing day, since 4 Jan 2010; at least 20.",
    )  # fmt: skip


MONEY = st.integers(0, 10**13)


@given(MONEY, MONEY, MONEY, MONEY, MONEY, MONEY)
def test_debts_of_five_times_the_equity_two_years_running_never_pass(equity, more, krw, before, rest, due):
    last = Balance(2026, equity, equity * 5 + more, krw, due)
    earlier = Balance(2025, before, before * 5 + rest, krw, due)

    assert says("E08", balances=(last, earlier))[0] == "failed"


def check_of(code, outcome, papers):
    return SimpleNamespace(code=code, outcome=outcome, papers=papers)


def verdict(code, facts, *checks):
    found = screening.verdicts(facts, {check.code: check for check in checks})
    return next((one.outcome, one.is_old, one.is_open) for one in found if one.code == code)


def test_a_person_stands_over_a_rule_until_its_papers_are_replaced():
    facts = of(papers=PLAN | paper("D08", OVER))
    seen = check_of("E03", "passed", {"D08": "D08"})
    earlier = check_of("E03", "passed", {"D08": "another file"})

    assert verdict("E03", facts) == ("failed", False, True)
    assert verdict("E03", facts, seen) == ("passed", False, False)
    assert verdict("E03", facts, earlier) == ("failed", True, True)
    assert verdict("E07", facts, check_of("E07", "failed", {})) == ("failed", False, True)


def test_points_to_be_taken_off_keep_nobody_out():
    assert verdict("E17", of(given_up=(date(2025, 5, 1),))) == ("failed", False, False)


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


# What people decide


def outcomes(application):
    return {one.code: one.outcome for one in verdicts_of(application)}


def test_a_decision_is_kept_with_its_evidence_and_the_papers_it_was_made_on(world):
    application = world.submitted(world.r1, world.a)

    actions.check(application, code="E09", outcome="failed", evidence=" Page 3 ", by=world.officer)
    actions.check(application, code="E09", outcome="passed", evidence="Page 4, corrected", by=world.officer2)

    assert list(Check.objects.values_list("code", "outcome", "evidence", "papers", "by")) == [
        ("E09", "failed", "Page 3", {}, world.officer.pk),
        ("E09", "passed", "Page 4, corrected", {}, world.officer2.pk),
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


def url(name, application, *more):
    return reverse(f"intake:{name}", args=[application.key, *more])


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
