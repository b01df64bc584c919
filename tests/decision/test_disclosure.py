"""What a firm reads of its result: as the call allows, as it was on the day of the notice, and never who wrote what."""

from datetime import timedelta
from decimal import Decimal

import pytest

from applications.calls.models import Call
from applications.decision import actions, continuing, disclosing, queries
from applications.decision.outcomes import Opinion, ResultNotice
from applications.intake import actions as intake
from applications.intake.deciding import ON_THEIR_WAY
from applications.kernel import audit, calendar, clock
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions as review
from applications.review.models import Assignment, Score
from tests.asking import fresh
from tests.decision.contested import (
    END,
    LAST_DAY,
    PUBLISHED,
    appealed,
    approve_and_publish,
    decided,
    further,
    published_list,
)
from tests.intake.test_receipt import words
from tests.remembering import step
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
CONFIRMED = END + ON_THEIR_WAY


@step
def publish(world, call=None):
    with clock.at(PUBLISHED):
        return approve_and_publish(
            world, actions.propose(call or world.r1, note="As ranked", by=world.officer)
        )


def page_of(world, application, at=PUBLISHED, person=None):
    with clock.at(at):
        client = browser(person or world.owner_of(application.firm))
        return client.get(f"/decisions/results/{application.key}/")


def policy(world, **fields):
    Call.objects.filter(pk=world.r1.pk).update(**fields)


def groups(application):
    """{name of the group: (mean, mean of the field)} of its last notice."""
    notice = queries.notice_of(application)
    shown = disclosing.shown(notice, disclosing.words_of(application.call), is_confirmed=False)
    return {group.name: (str(mean), beside and str(beside)) for group, mean, beside in shown["groups"]}


def test_the_means_of_a_field_are_told_from_three_plans_on():
    means = {
        1: {7: Decimal("30.005")},
        2: {7: Decimal(31)},
        3: {7: Decimal(32)},
        4: {7: Decimal(9), 8: Decimal(1)},
    }
    fields = {1: "F1", 2: "F1", 3: "F1", 4: "F2"}

    found = disclosing.means_of_fields(means, fields)

    assert {field: {group: str(disclosing.rounded(mean)) for group, mean in of.items()} for field, of in found.items()} == {
        "F1": {7: "31.00"}, "F2": {},
    }  # fmt: skip


def test_a_notice_keeps_the_group_means_beside_the_mean_of_the_field_as_they_were_that_day(world):
    best, good, weak = (world.reviewed(world.r1, score=score) for score in (90, 80, 50))
    publish(world)
    expected = {"기술성": ("36.00", "29.33"), "사업성": ("31.50", "25.67"), "역량": ("22.50", "18.33")}
    assert groups(best) == expected
    assert groups(weak)["기술성"] == ("20.00", "29.33")

    Score.objects.update(value=1)

    assert groups(best) == expected
    assert "29.33" in page_of(world, good).content.decode()


def test_a_field_with_two_plans_has_no_mean_so_that_nobody_reads_the_other_ones(world):
    first, _second = world.reviewed(world.r1, score=90), world.reviewed(world.r1, score=50)
    publish(world)

    assert groups(first) == {"기술성": ("36.00", None), "사업성": ("31.50", None), "역량": ("22.50", None)}


def test_the_call_decides_what_is_told_and_what_is_not_told_is_not_even_kept(world):
    policy(world, discloses_means=False, discloses_opinion=False, discloses_panel=False)
    application = world.reviewed(world.r1, score=80)
    actions.opine(application, text="A plan with a market", to_improve="The costs", by=world.officer)
    publish(world)

    facts = queries.notice_of(application).facts
    assert (facts["groups"], facts["opinion"], facts["to_improve"], facts["panel"]) == ([], "", "", [])
    assert facts["stages"] == application.stage_scores


def test_the_result_says_bonus_and_penalty_with_their_reasons(world):
    application = world.in_review(world.r1)
    for _sheet in range(3):
        world.handed_in(application, 80, 80, 80)
    application.refresh_from_db()
    world.adjusted(application, 2, name="Exports", grounds="As the certificate says")
    world.adjusted(application, -1, name="Late report", grounds="Report of 2025 came late")
    application.refresh_from_db()
    review.close_review(application, by=world.officer)
    publish(world)

    page = page_of(world, application).content.decode()
    for shown in (
        "Exports",
        "As the certificate says",
        "Late report",
        "Report of 2025 came late",
        "81.00",
        "80.00",
    ):
        assert shown in page


def test_an_opinion_is_written_by_officers_until_the_result_is_public(world):
    application = world.reviewed(world.r1, score=80)
    for person in (world.director, world.auditor, world.reviewer(), world.owner_of(application.firm)):
        with pytest.raises(Denied):
            actions.opine(application, text="A plan", to_improve="", by=person)
    actions.opine(application, text="A plan with a market", to_improve="The costs", by=world.officer)
    publish(world)

    with pytest.raises(Refused):
        actions.opine(application, text="Another opinion", to_improve="", by=world.officer)
    assert Opinion.objects.get().text == "A plan with a market"
    assert [entry.verb for entry in audit.trail(application) if entry.verb == "opine"] == ["opine"]
    page = page_of(world, application).content.decode()
    assert "A plan with a market" in page
    assert "The costs" in page
    letter = Letter.objects.get(kind="result_published")
    assert "A plan with a market" in letter.body


def test_an_opinion_has_an_end_and_a_longer_one_stays_in_the_form(world):
    application = world.reviewed(world.r1, score=80)
    address = f"/decisions/opinions/{application.key}/"

    answer = browser(world.officer).post(address, {"text": "가" * 5001, "to_improve": ""})

    assert (answer.status_code, Opinion.objects.count()) == (200, 0)
    assert "At most 5000 characters" in answer.content.decode()
    assert "가" * 5001 in answer.content.decode()


def test_an_opinion_begins_with_what_the_sheets_say_by_the_alphabet_and_each_text_once(world):
    application = world.reviewed(world.r1, score=80)
    for sheet, text in zip(application.assignments.order_by("-pk"), ("Alpha", "Gamma", "Beta"), strict=True):
        Assignment.objects.filter(pk=sheet.pk).update(
            overall=text, strengths="Alpha", weaknesses=f"Not {text}"
        )

    assert queries.comments_of(application) == (
        "Alpha\n\nBeta\n\nGamma",
        "Not Alpha\n\nNot Beta\n\nNot Gamma",
    )


def test_g37_members_of_the_panel_are_named_after_confirmation_only_and_never_what_they_wrote(world):
    application = world.reviewed(world.r1, score=50)
    sheets = list(application.assignments.select_related("reviewer__reviewer_profile").order_by("pk"))
    names = [sheet.reviewer.name for sheet in sheets]
    for number, sheet in enumerate(sheets):
        Assignment.objects.filter(pk=sheet.pk).update(overall=f"SECRET-{number}")
    publish(world)

    before = page_of(world, application, CONFIRMED - timedelta(microseconds=1)).content.decode()
    after = page_of(world, application, CONFIRMED).content.decode()

    assert [name for name in names if name in before] == []
    assert ("They are named here once" in before, "They are named here once" in after) == (True, False)
    assert [name for name in names if name in after] == names
    assert sheets[0].reviewer.reviewer_profile.affiliation in after
    assert "SECRET" not in before + after
    letters = "".join(Letter.objects.filter(kind="result_published").values_list("body", flat=True))
    assert [name for name in names if name in letters] == []


def test_the_document_says_that_the_members_of_the_panel_follow_until_they_are_named(world):
    application = world.reviewed(world.r1, score=50)
    names = [sheet.reviewer.name for sheet in application.assignments.select_related("reviewer")]
    publish(world)

    documents = []
    for at in (PUBLISHED, CONFIRMED):
        with clock.at(at):
            answer = browser(world.owner_of(application.firm)).get(
                f"/decisions/results/{application.key}/pdf/"
            )
        documents.append(" ".join(words(answer.content).split()))

    follows = "They are named on the page of the result and in this document once the time to appeal is over"
    assert [follows in said for said in documents] == [True, False]
    assert [[name for name in names if name in said] for said in documents] == [[], names]


def test_while_an_appeal_of_the_call_waits_nobody_is_named(world):
    application, other = world.reviewed(world.r1, score=50), world.reviewed(world.r1, score=40)
    publish(world)
    appeal = appealed(world, other)
    name = application.assignments.first().reviewer.name

    waiting = page_of(world, application, CONFIRMED).content.decode()
    decided(world, appeal, "dismissed")
    answered = page_of(world, application, END + timedelta(days=9)).content.decode()

    assert name not in waiting
    assert name in answered


def test_the_notice_is_a_document_with_the_same_words(world):
    application = world.reviewed(world.r1, score=80)
    actions.opine(application, text="A plan with a market", to_improve="The costs", by=world.officer)
    publish(world)

    with clock.at(PUBLISHED):
        response = browser(world.owner_of(application.firm)).get(f"/decisions/results/{application.key}/pdf/")
        rival = browser(world.person()).get(f"/decisions/results/{application.key}/pdf/")

    said = words(response.content)
    assert response["Content-Type"] == "application/pdf"
    for shown in (
        application.number,
        "Selected",
        "80.00",
        "기술성",
        "32.00",
        "A plan with a market",
        "The costs",
    ):
        assert shown in said
    assert rival.status_code == 404


def test_g50_odd_labels_and_opinions_stand_literally_in_the_document_with_days_to_act_by(world):
    label, comment = "기술 'A' \"핵심\" <b>, 40%", "<script>alert(1)</script> #set page()"
    application = world.reviewed(world.r1, score=80)
    actions.opine(application, text=comment, to_improve=label, by=world.officer)
    world.adjusted(application, 0.5, name=label)
    publish(world)

    with clock.at(PUBLISHED):
        response = browser(world.owner_of(application.firm)).get(f"/decisions/results/{application.key}/pdf/")

    said = " ".join(words(response.content).split())
    assert comment in said and said.count(label) == 2
    assert "takes its seat among the hundred" in said


def test_before_its_instant_there_is_no_notice_no_document_and_no_appeal(world):
    """G54: whoever guesses the addresses finds nothing."""
    application = world.reviewed(world.r1, score=80)
    actions.opine(application, text="A plan with a market", to_improve="", by=world.officer)
    with clock.at(PUBLISHED):
        proposal = actions.propose(world.r1, note="As ranked", by=world.officer)
        actions.approve(proposal, by=world.officer2)
        actions.publish(proposal, publish_at=PUBLISHED + timedelta(hours=1), by=world.officer)
        client = browser(world.owner_of(application.firm))
        answers = [
            client.get(f"/decisions/results/{application.key}/{name}").status_code
            for name in ("", "pdf/", "appeal/")
        ] + [client.post(f"/decisions/results/{application.key}/appeal/").status_code]

    assert answers == [404] * 4
    assert not ResultNotice.objects.exists()


def test_the_page_of_a_result_costs_the_same_for_few_and_many(world, django_assert_max_num_queries):
    application = world.reviewed(world.r1, score=80)
    publish(world)
    client = browser(world.owner_of(application.firm))

    with clock.at(PUBLISHED), django_assert_max_num_queries(24):
        assert client.get(f"/decisions/results/{application.key}/").status_code == 200


def test_who_stands_in_an_order_that_a_person_gave_reads_its_place_and_why(world):
    first, second = world.reviewed(world.r1, score=80), world.reviewed(world.r1, score=80)
    owner = world.owner_of(first.firm)
    owner.language = "en"  # of the letter
    owner.save()
    policy(world, seats=1)
    with clock.at(PUBLISHED):
        proposal = actions.propose(
            world.r1,
            note="As ranked",
            decided={second.pk: 1, first.pk: 2},
            why="More jobs by the plan",
            by=world.officer,
        )
        approve_and_publish(world, proposal)
        client = browser(owner)
        page = client.get(f"/decisions/results/{first.key}/").content.decode()
        document = words(client.get(f"/decisions/results/{first.key}/pdf/").content)
    letter = Letter.objects.get(kind="result_published", to=owner).body

    said = "Place 2 among those with the same score and keys: More jobs by the plan"
    assert [said in " ".join(told.split()) for told in (page, letter, document)] == [True] * 3


def test_the_notice_of_a_further_list_tells_the_means_of_the_field_that_the_first_one_told(world):
    """Else four times the one less three times the other would be the means of the firm that has left."""
    call = world.plain_call(seats=1)
    made = [world.reviewed(call, score=score) for score in (90, 83, 77, 71)]
    with clock.at(PUBLISHED):
        approve_and_publish(world, actions.propose(call, note="As ranked", by=world.officer))
    decided(world, appealed(world, fresh(made[3])))
    with clock.at(LAST_DAY + timedelta(days=6)):
        continuing.give_up(fresh(made[1]), reason="Another programme", by=world.owner_of(made[1].firm))

    further(world, call)

    notices = ResultNotice.objects.filter(application=made[3]).order_by("pk")
    first, second = [[beside for _group, _own, beside in notice.facts["groups"]] for notice in notices]
    assert None not in first
    assert second == first


# When a result is confirmed


def is_confirmed(world, at):
    return queries.is_confirmed(world.r1, now=at)


def test_a_result_is_not_confirmed_while_an_upheld_appeal_is_decided_anew(world):
    _list, made = published_list(world)
    appeal = appealed(world, made[5])
    waits = is_confirmed(world, CONFIRMED)
    decided(world, appeal)
    anew = is_confirmed(world, END + timedelta(days=5))
    further(world)
    told = is_confirmed(world, LAST_DAY + timedelta(days=9))
    later = is_confirmed(world, LAST_DAY + timedelta(days=30))

    assert (waits, anew, told, later) == (False, False, False, True)


def test_a_result_is_not_confirmed_while_who_was_ruled_out_late_may_still_appeal(world):
    out = world.submitted(world.r1)
    with clock.at(PUBLISHED - timedelta(hours=1)):
        intake.propose_exclusion(out, code="E03", reason="Closed down", by=world.officer)
    answered = clock.kst(2026, 12, 31, 12)
    with clock.at(PUBLISHED - timedelta(minutes=30)):
        intake.answer_exclusion(out, confirmed=True, by=world.director)
    published_list(world)
    out.exclusions.update(answered_at=answered)
    ends = calendar.end_of_term(answered, world.r1.appeal_days)

    assert ends > END
    assert [is_confirmed(world, at) for at in (CONFIRMED, ends, ends + ON_THEIR_WAY)] == [False, False, True]


def test_a_result_is_confirmed_only_when_no_appeal_that_arrived_in_time_can_still_be_on_its_way(world):
    published_list(world)

    at_the_end, just_before = (
        is_confirmed(world, END),
        is_confirmed(world, CONFIRMED - timedelta(microseconds=1)),
    )

    assert (at_the_end, just_before, is_confirmed(world, CONFIRMED)) == (False, False, True)


def test_an_exclusion_that_was_undone_holds_nothing_up(world):
    out = world.submitted(world.r1)
    intake.propose_exclusion(out, code="E03", reason="Closed down", by=world.officer)
    intake.answer_exclusion(out, confirmed=True, by=world.director)
    intake.readmit(out, reason="It is open again", by=world.director2)
    intake.withdraw(out, reason="We merge with another", by=world.owner_of(out.firm))
    published_list(world)
    out.exclusions.update(answered_at=clock.kst(2026, 12, 31, 12))

    assert is_confirmed(world, CONFIRMED)
