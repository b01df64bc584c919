"""The pages of decisions: the ranking, the proposal, and what a firm may see before and after the instant."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from applications.decision import actions, queries
from applications.decision import views as pages
from applications.decision.models import Proposal
from applications.intake.models import Application
from applications.kernel import clock
from applications.notifications.models import Letter
from applications.review import actions as review
from tests.decision.convened import closed, convened
from tests.decision.convened import decided as said

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
NOON = clock.kst(2026, 12, 21, 12)
G44 = [(80, 70, 60), (90, 65, 75), (61, 62, 63)]


def text(response):
    return response.content.decode()


def url(call, page=""):
    return f"/decisions/calls/{call.key}/{page}"


def ranking_rows(response):
    """Rank, final score and marks of each row, as people read them."""
    body = re.search(r"<tbody>(.*?)</tbody>", text(response), re.S)[1]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.S) for row in re.findall(r"<tr.*?</tr>", body, re.S)]
    return [(row[0], row[3], row[6]) for row in rows]


# The ranking


def test_the_ranking_shows_score_and_mark_and_equals_share_a_rank(world):
    for score in ("91.00", "70.00", "70.00", "69.99", "59.99"):
        world.with_score(world.r1, score)
    failed = world.with_score(world.r1, "65.00")
    Application.objects.filter(pk=failed.pk).update(failings=["Team <b>"])
    world.in_review(world.r1)

    response = world.client(world.officer).get(url(world.r1))

    assert ranking_rows(response) == [
        ("1", "91.00", "May be selected"),
        ("2", "70.00", "May be selected"),
        ("2", "70.00", "May be selected"),
        ("4", "69.99", "Reserve at most"),
        ("5", "65.00", "Below a mark that must be reached: Team &lt;b&gt;"),
        ("6", "59.99", "Below the pass mark"),
    ]


def test_the_ranking_names_what_breaks_a_tie(world):
    first, second, third = (world.with_score(world.r1, "80") for _row in range(3))
    Application.objects.filter(pk__in=(first.pk, second.pk)).update(tie_1=70, tie_2=60)
    Application.objects.filter(pk=first.pk).update(tie_4=1)
    Application.objects.filter(pk__in=(second.pk, third.pk)).update(tie_4=0)

    response = world.client(world.officer).get(url(world.r1))

    assert [tie for _rank, _row, _field, tie, *_rest in response.context["rows"]] == [
        None, ("a seat outside the capital area", 1, 0), ("기술성", 70, 0),
    ]  # fmt: skip
    assert "Tie broken by 기술성: 70 above, 0 here" in text(response)
    assert (
        "Equal scores are ordered by 기술성 → 사업성 → 역량 → a seat outside the capital area → 3년간 새로 뽑을 인원(명)."
        in text(response)
    )


def test_the_ranking_has_bonus_and_penalty_and_an_empty_one_one_cell_as_wide_as_its_head(world):
    application = world.with_score(world.r1, "80")
    Application.objects.filter(pk=application.pk).update(bonus=3, penalty="1.5")
    client = world.client(world.officer)

    assert "+3<br>−1.5" in text(client.get(url(world.r1)))
    for call in (world.rnd, world.sprout):
        shown = text(client.get(url(call)))
        assert int(re.search(r'<td colspan="(\d+)"', shown)[1]) == shown.count('<th scope="col"')


def test_ranks_run_on_over_the_pages_there_and_back(world, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 2)
    for score in ("91", "80", "80", "80", "70"):
        world.with_score(world.r1, score)
    client = world.client(world.officer)

    seen, address = [], url(world.r1)
    while True:
        response = client.get(address)
        seen.append([rank for rank, *_rest in ranking_rows(response)])
        if not response.context["page"].next:
            break
        address = f"{url(world.r1)}?mark={response.context['page'].next}"
    back = client.get(f"{url(world.r1)}?mark={response.context['page'].previous}")

    assert seen == [["1", "2"], ["2", "2"], ["5"]]
    assert [rank for rank, *_rest in ranking_rows(back)] == ["2", "2"]


def test_a_page_of_the_ranking_costs_the_same_queries_for_few_and_for_many(
    world, django_assert_max_num_queries
):
    client = world.client(world.officer)
    for count in (1, 12):
        for number in range(count):
            world.with_score(world.r1, 61 + number)
        client.get(url(world.r1))
        with django_assert_max_num_queries(15):
            client.get(url(world.r1))


def test_g48_the_ranking_shows_the_score_without_an_excluded_sheet_and_the_list_goes_stale(world):
    a1 = world.in_review(world.r1, world.a)
    sheets = [world.handed_in(a1, *values) for values in [*G44, (61, 62, 63)]]
    review.close_review(Application.objects.get(pk=a1.pk), by=world.officer)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    client = world.client(world.officer)
    assert ranking_rows(client.get(url(world.r1)))[0][1] == "68.18"

    review.declare(sheets[1], code="C2", by=sheets[1].reviewer)

    assert ranking_rows(client.get(url(world.r1)))[0][1] == "65.07"
    assert ">65.07<" in text(client.get(url(world.r1, "propose/")))
    assert "have changed since the list was drawn" in text(client.get(proposal.get_absolute_url()))


def test_after_the_publication_the_ranking_still_stands(world):
    world.with_score(world.r1, "91")
    world.with_score(world.r1, "50")
    world.published(world.r1)

    assert [row[1] for row in ranking_rows(world.client(world.auditor).get(url(world.r1)))] == [
        "91.00",
        "50.00",
    ]


@pytest.mark.parametrize("page", ["", "propose/"])
def test_who_does_not_decide_finds_no_ranking(world, page):
    a1 = world.with_score(world.r1, "91", firm=world.a)
    for person in (
        world.finance,
        world.ministry,
        world.reviewer(),
        world.owner_of(a1.firm),
        world.administrator,
    ):
        assert world.client(person).get(url(world.r1, page)).status_code == 404
    reader = {"": 200, "propose/": 404}[page]
    assert world.client(world.auditor).get(url(world.r1, page)).status_code == reader


# The proposal


def test_the_preview_draws_the_cut_the_quota_and_the_budget(world):
    world.rnd.quotas.create(ordinal=1, field=world.a.field, most=1)
    for score in ("90", "89", "59"):
        world.with_score(world.rnd, score)

    page = world.client(world.officer).get(url(world.rnd, "propose/"))

    assert (page.context["counts"], page.context["granted"]) == ([1, 1, 1], 480_000_000)
    assert [(bound.name, bound.most, taken) for bound, taken in page.context["quotas"]] == [
        (str(world.a.field), 1, 1)
    ]
    rows = re.findall(r'<tr( class="cut")?><td[^>]*>(\d|From here on: [a-z ]*)', text(page))
    assert rows == [
        ("", "1"), (' class="cut"', "From here on: reserve list"), ("", "2"), (' class="cut"', "From here on: not selected"), ("", "3"),
    ]  # fmt: skip
    assert "480,000,000 / 1,500,000,000" in text(page)


def test_the_rule_that_keeps_a_minimum_from_being_met_is_named_to_who_proposes_and_to_who_approves(
    world, monkeypatch
):
    world.rnd.quotas.create(ordinal=1, field=world.a.field, least=3)
    best, *_others = (world.with_score(world.rnd, score) for score in ("90", "89", "69"))
    monkeypatch.setattr("applications.decision.resampling.chances", lambda call: {best.pk: 97})
    named = "Only 2 have no failing and reach the select mark."

    before = world.client(world.officer).get(url(world.rnd, "propose/"))
    proposal = actions.propose(world.rnd, note="As ranked", by=world.officer)
    page = world.client(world.director).get(proposal.get_absolute_url())

    for shown in (text(before), text(page)):
        panel = re.search(r"<h2>Minimums that cannot be met</h2><ul>(.*?)</ul>", shown)[1]
        assert panel == f"<li>{world.a.field}: at least 3, selected 2.<br>{named}</li>"
        assert "960,000,000 / 1,500,000,000" in shown
        assert "97%" in shown
    assert page.context["quotas"] == before.context["quotas"]
    assert page.context["hindrances"] == before.context["hindrances"]


def test_the_committee_orders_equals_on_the_page(world):
    first, second = (world.with_score(world.r1, "81.33") for _n in range(2))
    type(world.r1).objects.filter(pk=world.r1.pk).update(seats=1)
    client = world.client(world.officer)
    names = [f"place_{application.pk}" for application in (first, second)]

    page = client.get(url(world.r1, "propose/"))
    without = client.post(url(world.r1, "propose/"), {"note": "As ranked"})
    twice = client.post(url(world.r1, "propose/"), {"note": "As ranked"} | dict.fromkeys(names, "1"))
    order = {"note": "As ranked", names[0]: "2", names[1]: "1"}
    unreasoned = client.post(url(world.r1, "propose/"), order)
    done = client.post(url(world.r1, "propose/"), order | {"order_reason": "More jobs by the plan"})
    approver = text(world.client(world.officer2).get(done.url))

    assert all(name in text(page) for name in names)
    assert page.context["reasons"] == []
    required = ["This field is required."]
    assert list(without.context["form"].errors.items()) == [
        (name, required) for name in (*names, "order_reason")
    ]
    assert twice.context["form"].errors[names[1]] == ["This place is given already."]
    assert list(unreasoned.context["form"].errors) == ["order_reason"]
    proposal = Proposal.objects.get()
    assert (done.status_code, done.url) == (302, proposal.get_absolute_url())
    assert [(place.application, place.among_equals) for place in proposal.places.all()] == [
        (second, 1),
        (first, 2),
    ]
    assert "More jobs by the plan" in approver and "place 2 among its equals" in approver


def test_equals_whose_order_matters_once_others_have_theirs_are_asked_for_then(world):
    plans = [world.with_score(world.rnd, score) for score in ("80", "80", "75", "75")]
    for plan, krw in zip(plans, (1, 3, 1, 1), strict=True):
        Application.objects.filter(pk=plan.pk).update(requested_krw=krw)
    type(world.rnd).objects.filter(pk=world.rnd.pk).update(budget_krw=3)
    client, names = world.client(world.officer), [f"place_{plan.pk}" for plan in plans]
    order = {"note": "As ranked", "order_reason": "By lot", names[0]: "2", names[1]: "1"}

    page = client.get(url(world.rnd, "propose/"))
    asked = client.post(url(world.rnd, "propose/"), order)
    client.post(url(world.rnd, "propose/"), order | {names[2]: "2", names[3]: "1"})

    assert [name for name in names if name in page.context["form"].fields] == names[:2]
    assert list(asked.context["form"].errors) == names[2:]
    assert [place.application for place in Proposal.objects.get().places.all()] == [
        plans[1], plans[0], plans[3], plans[2],
    ]  # fmt: skip


def test_g52_a_list_proposed_meanwhile_is_not_overwritten_and_the_words_are_kept(world):
    world.with_score(world.r1, "91")
    client = world.client(world.officer)
    client.get(url(world.r1, "propose/"))
    actions.propose(world.r1, note="As ranked", by=world.officer2)

    response = client.post(url(world.r1, "propose/"), {"note": "My own remarks", "replaces": ""})

    assert response.status_code == 409
    assert response.context["form"].non_field_errors() == [
        "Another list of this call was proposed meanwhile. Please look at it first."
    ]
    assert "My own remarks" in text(response)
    seen = client.get(url(world.r1, "propose/"))
    assert 'name="replaces" value="1"' in text(seen)


def test_g53_the_proposer_is_told_to_wait_and_another_finds_the_button(world):
    world.with_score(world.r1, "91")
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    address = proposal.get_absolute_url()
    own, other = world.client(world.officer), world.client(world.director)

    assert "Approve the list" not in text(own.get(address))
    assert own.post(f"{address}approve/").status_code == 404
    assert "Approve the list" in text(other.get(address))
    assert other.post(f"{address}approve/").status_code == 302
    assert other.post(f"{address}approve/").status_code == 409
    assert (Proposal.objects.get().status, Proposal.objects.get().approved_by) == ("approved", world.director)


def test_a_director_sends_a_list_back_and_the_ranking_says_why(world):
    world.with_score(world.r1, 80)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    director = world.client(world.director)
    address = f"{proposal.get_absolute_url()}send-back/"

    short = director.post(address, {"reason": "no"})
    answer = director.post(address, {"reason": "Two firms are missing"}, follow=True)

    assert (short.status_code, list(short.context["form"].errors)) == (409, ["reason"])
    assert "The list is sent back" in text(answer)
    assert text(world.client(world.officer).get(url(world.r1))).count("Two firms are missing") == 1
    assert director.post(address, {"reason": "Two firms are missing"}).status_code == 409


def test_a_long_list_is_shown_a_page_at_a_time(world, monkeypatch):
    monkeypatch.setattr(pages, "ROWS", 2)
    for score in ("91", "80", "70"):
        world.with_score(world.r1, score)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    client = world.client(world.officer)

    first = client.get(proposal.get_absolute_url())
    second = client.get(f"{proposal.get_absolute_url()}?mark={first.context['page'].next}")

    assert [[p.rank for p in r.context["page"].rows] for r in (first, second)] == [[1, 2], [3]]
    assert first.context["counts"] == [3, 0, 0]


def test_g55_publish_pressed_twice_ends_on_the_same_page_with_the_same_letters(world):
    world.with_score(world.r1, "91")
    world.with_score(world.r1, "50")
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    client = world.client(world.officer)
    address = proposal.get_absolute_url()

    answers = [client.post(f"{address}publish/", {"publish_at": ""}) for _press in range(2)]

    assert [(r.status_code, r.url) for r in answers] == [(302, address)] * 2
    assert Letter.objects.filter(kind="result_published").count() == 2


def test_an_instant_that_is_past_is_refused_beside_its_field(world):
    world.with_score(world.r1, "91")
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)

    response = world.client(world.officer).post(
        f"{proposal.get_absolute_url()}publish/", {"publish_at": "2026-12-19T12:00"}
    )

    assert (response.status_code, response.context["form"].errors) == (
        409,
        {"publish_at": ["This instant is past already."]},
    )


# What a firm sees


def firm_pages(application):
    return [
        "/home/",
        "/applications/",
        application.get_absolute_url(),
        f"/applications/{application.key}/check/",
        application.submissions.get().get_absolute_url(),
        f"/decisions/results/{application.key}/",
        f"/firms/{application.firm.key}/",
    ]


def neutral(response, application, owner):
    """What an answer says, without what differs between any two firms."""
    body = text(response)
    for own in (
        str(application.key), str(application.submissions.get().key), application.submissions.get().sha256,
        application.number, application.firm.name, str(application.firm.key), application.firm.shown_number,
        application.firm.representative, application.firm.address, owner.email, owner.name,
    ):  # fmt: skip
        body = body.replace(own, "…")
    body = re.sub(r'value="[A-Za-z0-9]{64}"|nonce="[^"]*"|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}', "…", body)
    headers = {
        name: sorted(value.split("; ")) for name, value in response.headers.items() if name not in ("Content-Length", "Expires")
    }  # fmt: skip
    return response.status_code, headers, body


def test_g54_before_the_instant_no_answer_differs_between_the_selected_and_the_others(world):
    firms = [world.firm(name=f"Firm {letter}", representative="Kim", address="Street 1") for letter in "PQR"]
    chosen, reserve, declined = (
        world.with_score(world.r1, score, firm=firm)
        for score, firm in zip(("91", "65", "50"), firms, strict=True)
    )
    owners = [world.owner_of(firm) for firm in firms]
    clients = [world.client(owner) for owner in owners]
    letters = Letter.objects.count()

    def answers():
        with clock.at(NOON - timedelta(microseconds=1)):
            return [
                [neutral(client.get(page), application, owner) for page in firm_pages(application)]
                for client, application, owner in zip(
                    clients, (chosen, reserve, declined), owners, strict=True
                )
            ]

    undecided = answers()
    meeting = convened(world)
    said(world, meeting, chosen, conditions="A buyer signs first")
    said(world, meeting, reserve, "declined")
    deliberating = answers()
    closed(world, meeting)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    actions.publish(proposal, publish_at=NOON, by=world.officer)
    decided = answers()

    assert undecided[0] == undecided[1] == undecided[2]
    assert decided == undecided == deliberating
    assert [code for code, *_rest in decided[0]] == [200, 200, 200, 200, 200, 404, 200]
    assert Letter.objects.count() == letters
    for person in (world.ministry, world.finance, *owners):
        assert world.client(person).get(proposal.get_absolute_url()).status_code == 404
        assert world.client(person).get(f"/decisions/results/{chosen.key}/").status_code == 404

    with clock.at(NOON):
        results = [
            client.get(f"/decisions/results/{a.key}/")
            for client, a in zip(clients, (chosen, reserve, declined), strict=True)
        ]
        rival = clients[1].get(f"/decisions/results/{chosen.key}/")
    assert [r.status_code for r in results] == [200] * 3
    assert [r.context["place"].result for r in results] == ["selected", "declined", "declined"]
    assert rival.status_code == 404


def test_the_result_page_says_scores_reason_and_the_last_day_to_appeal(world):
    application = world.with_score(world.r1, "64.50", firm=world.a)
    Application.objects.filter(pk=application.pk).update(bonus=Decimal("2"), base_score=Decimal("62.50"))
    world.published(world.r1)

    with clock.at(NOON):
        page = text(world.client(world.owner_of(world.a)).get(f"/decisions/results/{application.key}/"))

    for shown in (
        "Reserve 1",
        "62.50",
        "64.50",
        "60.00",
        "Between the pass mark and the select mark of 70.00",
    ):
        assert shown in page
    assert "If you do not agree you may appeal until the end of 31 Dec 2026 (Korean time)." in page


def test_a_changed_list_shows_no_result_page_at_its_instant(world):
    application = world.with_score(world.r1, "91", firm=world.a)
    proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
    actions.approve(proposal, by=world.officer2)
    actions.publish(proposal, publish_at=NOON, by=world.officer)
    Application.objects.filter(pk=application.pk).update(final_score=81)

    with clock.at(NOON + timedelta(minutes=5)):
        response = world.client(world.owner_of(world.a)).get(f"/decisions/results/{application.key}/")

    assert response.status_code == 404
    assert queries.published_place(application, now=NOON + timedelta(minutes=5)) is None


def test_g37_a_firm_never_reads_a_reviewer_name_or_a_single_sheet(world):
    application = world.in_review(world.r1, world.a)
    reviewers = [
        world.reviewer(name=f"CANARY-REVIEWER-{n}", affiliation=f"CANARY-UNIVERSITY-{n}") for n in range(3)
    ]
    for values, reviewer in zip(G44, reviewers, strict=True):
        world.handed_in(application, *values, reviewer=reviewer)
    review.close_review(Application.objects.get(pk=application.pk), by=world.officer)
    client = world.client(world.owner_of(world.a))

    before = [text(client.get(page)) for page in firm_pages(application)]
    world.published(world.r1)
    with clock.at(NOON):
        client = world.client(world.owner_of(world.a))
        after = [text(client.get(page)) for page in firm_pages(application)]
    letters = list(Letter.objects.filter(to=world.owner_of(world.a)).values_list("body", flat=True))

    for page in [*before, *after, *letters]:
        assert "CANARY" not in page
        assert "Ten letters and more" not in page
        assert "77.5" not in page
    assert "70.28" in after[5]
    assert [page for page in before if "70.28" in page] == []
