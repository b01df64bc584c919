"""The verbs of the screening desk: eligible, supplement, exclusion, and their undoing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.calls.rules import EXCLUSIONS
from applications.intake import actions
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import Application, Exclusion, Submission
from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.files import StoredFile
from applications.notifications.models import Letter
from applications.review import seating
from tests.asking import reasons
from tests.intake.test_actions import letters
from tests.world import AFTER, PDF, pdf

pytestmark = pytest.mark.usefixtures("english", "closed")

DUE = AFTER + timedelta(days=3)
OVER = DUE + ON_THEIR_WAY


def trail(thing):
    return [(entry.verb, entry.actor_id, entry.note) for entry in audit.trail(thing)]


def fresh(application):
    return Application.objects.select_related("call__programme", "firm").get(pk=application.pk)


def returned(world, *codes, message="Please sign the plan", application=None):
    application = application or world.submitted(world.r1, world.a)
    papers = application.call.papers.filter(code__in=codes or ("D01",))
    with clock.at(AFTER):
        actions.request_supplement(application, papers=papers, message=message, due_at=DUE, by=world.officer)
    return fresh(application)


def renew(application, code, content=PDF + b"mended", *, at=DUE - timedelta(hours=1)):
    with clock.at(at):
        actions.add_paper(
            application, paper=application.call.papers.get(code=code), upload=pdf(f"{code}-2.pdf", content),
            by=application.created_by, now=at,
        )  # fmt: skip


def hand_in(application, *, at=DUE - timedelta(hours=1)):
    with clock.at(at):
        return actions.hand_in_supplement(fresh(application), by=application.created_by, arrived_at=at)


def file_of(application, code):
    return application.documents.get(paper__code=code).file.name


# Eligible


def test_an_eligible_application_goes_into_review_and_the_firm_is_told(world):
    application = world.submitted(world.r1, world.a)
    world.checked(application)

    actions.open_review(application, by=world.officer)

    assert fresh(application).status == "in_review"
    assert trail(application)[-1] == ("open_review", world.officer.pk, "")
    assert letters("application_eligible") == [world.owner_of(world.a).email]


@pytest.mark.parametrize("who", ["director", "finance", "ministry", "auditor", "administrator"])
def test_only_officers_screen(world, who):
    application = world.submitted(world.r1, world.a)

    with pytest.raises(Denied):
        actions.open_review(application, by=getattr(world, who))

    assert fresh(application).status == "submitted"


# Supplement


def test_a_supplement_names_papers_and_an_instant_and_the_firm_is_told(world):
    application = returned(world, "D01", "D04")

    supplement = application.supplements.get()
    assert application.status == "returned"
    assert (supplement.ordinal, supplement.due_at, supplement.requested_by) == (1, DUE, world.officer)
    assert list(supplement.papers.values_list("code", flat=True)) == ["D01", "D04"]
    assert trail(application)[-1] == ("send_back", world.officer.pk, "Please sign the plan")
    letter = Letter.objects.get(kind="supplement_requested")
    assert letter.address == world.owner_of(world.a).email
    assert "Please sign the plan\n\n- 사업계획서\n- 재무제표 최근 2개년" in letter.body


def test_the_firm_changes_only_the_named_papers(world):
    application = returned(world, "D01")

    assert reasons(renew, application, "D02") == ["This paper cannot be changed now."]
    assert reasons(
        actions.edit, application, by=application.created_by, now=AFTER, version=2, title="Other"
    ) == ["This is not possible while the status is “Supplement requested”."]
    renew(application, "D01")

    assert (file_of(application, "D01"), file_of(application, "D02")) == ("D01-2.pdf", "D02.pdf")


def test_a_supplement_handed_in_is_a_second_submission_and_the_first_stays_as_it_was(world):
    application = returned(world, "D01")
    first = Submission.objects.get()

    missing = reasons(hand_in, application)
    renew(application, "D01")
    receipt = hand_in(application)

    application = fresh(application)
    assert missing == ["Not yet renewed: 사업계획서"]
    assert (application.status, receipt.number) == ("submitted", "SP-2027-0001-2")
    assert application.supplements.get().handed_in_at == DUE - timedelta(hours=1)
    assert [paper["file"] for paper in receipt.snapshot["papers"]] == ["D01-2.pdf", "D02.pdf"]
    assert Submission.objects.get(pk=first.pk).snapshot == first.snapshot
    assert {paper["key"] for paper in first.snapshot["papers"]} == {
        str(key) for key in first.held.values_list("file__key", flat=True)
    }
    assert trail(application)[-1] == ("hand_in_supplement", application.created_by.pk, "")
    assert letters("supplement_received") == [application.created_by.email]


def test_the_first_submission_keeps_its_file_and_one_in_between_goes(
    world, django_capture_on_commit_callbacks
):
    application = returned(world, "D01")

    with django_capture_on_commit_callbacks(execute=True):
        renew(application, "D01", PDF + b"once")
        renew(application, "D01", PDF + b"twice")
    hand_in(application)

    stored = [sub.snapshot["papers"][0]["key"] for sub in Submission.objects.order_by("ordinal")]
    kept = StoredFile.objects.filter(name__startswith="D01").values_list("key", flat=True)
    assert sorted(map(str, kept)) == sorted(stored)


def test_a_late_supplement_is_refused_to_the_microsecond(world):
    application = returned(world, "D01")
    renew(application, "D01", at=DUE - timedelta(microseconds=1))
    said = ["The supplement was due at 2026-12-23 12:00:00 KST; this arrived at 2026-12-23 12:00:00 KST."]

    assert reasons(renew, application, "D01", at=DUE) == said
    assert reasons(hand_in, application, at=DUE) == said
    assert fresh(application).status == "returned"
    assert hand_in(application, at=DUE - timedelta(microseconds=1)).ordinal == 2


def test_a_supplement_is_asked_for_at_most_twice_and_leaves_a_day(world):
    application = world.submitted(world.r1, world.a)
    ask = {"papers": application.call.papers.all()[:1], "message": "Again", "by": world.officer}
    with clock.at(AFTER):
        assert reasons(
            actions.request_supplement,
            application,
            due_at=AFTER + timedelta(hours=24, microseconds=-1),
            **ask,
        ) == ["Leave the firm at least 24 hours."]
    for _round in range(2):
        application = returned(world, "D01", application=application)
        renew(application, "D01")
        hand_in(application)

    with clock.at(AFTER):
        said = reasons(actions.request_supplement, fresh(application), due_at=DUE, **ask)

    assert said == ["A supplement is asked for at most twice."]
    assert fresh(application).status == "submitted"


def test_after_the_due_time_the_desk_takes_the_application_as_it_was_handed_in(world):
    application = returned(world, "D01", "D04")
    renew(application, "D01")
    renew(application, "D04")
    early = DUE - timedelta(microseconds=1)

    with clock.at(early):
        said = reasons(actions.take_as_is, application, by=world.officer)
    with clock.at(OVER):
        actions.take_as_is(application, by=world.officer)
        world.checked(fresh(application))
        actions.open_review(fresh(application), by=world.officer)

    assert said == ["The firm has until 2026-12-23 12:00:00 KST to hand the supplement in."]
    application = fresh(application)
    supplement = application.supplements.get()
    assert (supplement.handed_in_at, supplement.closed_at) == (None, OVER)
    assert [document.file.name for document in application.documents.order_by("paper__ordinal")] == [
        "D01.pdf",
        "D02.pdf",
    ]
    assert [verb for verb, *_rest in trail(application) if verb != "check"][-2:] == [
        "take_as_is",
        "open_review",
    ]
    assert letters("supplement_lapsed") == [application.created_by.email]
    assert application.status == "in_review"


def test_after_the_due_time_the_desk_may_also_rule_it_out_and_nothing_half_mended_stays(world):
    application = returned(world, "D01")
    renew(application, "D01")

    with clock.at(OVER):
        actions.propose_exclusion(application, code="E16", reason="Never mended", by=world.officer)
        actions.answer_exclusion(fresh(application), confirmed=True, by=world.director)

    application = fresh(application)
    supplement = application.supplements.get()
    assert (application.status, file_of(application, "D01")) == ("ineligible", "D01.pdf")
    assert (supplement.handed_in_at, supplement.closed_at) == (None, OVER)


def test_an_application_whose_supplement_runs_is_not_ruled_out_and_in_time_it_wins(world):
    application = returned(world, "D01")
    proposed = {"code": "E16", "reason": "Not mended", "by": world.officer}

    with clock.at(DUE - timedelta(microseconds=1)):
        running = reasons(actions.propose_exclusion, application, **proposed)
    with clock.at(DUE):
        on_its_way = reasons(actions.propose_exclusion, application, **proposed)
    renew(application, "D01")
    with clock.at(DUE + timedelta(seconds=2)):
        receipt = actions.hand_in_supplement(
            fresh(application), by=application.created_by, arrived_at=DUE - timedelta(milliseconds=100)
        )

    assert running == ["The firm has until 2026-12-23 12:00:00 KST to hand the supplement in."]
    assert on_its_way == [
        "The supplement was due at 2026-12-23 12:00:00 KST; what arrived before may be on its way for ten minutes more."
    ]
    assert (receipt.ordinal, fresh(application).status) == (2, "submitted")


def test_a_proposal_of_an_earlier_time_is_not_confirmed_while_the_supplement_runs_and_falls_with_it(world):
    application = returned(world, "D01")
    exclusion = application.exclusions.create(
        code="E16", reason="Not mended", proposed_by=world.officer, proposed_at=AFTER
    )

    with clock.at(DUE - timedelta(hours=2)):
        said = reasons(actions.answer_exclusion, application, confirmed=True, by=world.director)
    renew(application, "D01")
    hand_in(application)

    exclusion.refresh_from_db()
    assert said == ["The firm has until 2026-12-23 12:00:00 KST to hand the supplement in."]
    assert (exclusion.confirmed, exclusion.answered_by) == (False, None)


# Exclusion


def test_the_catalogue_of_exclusions_has_the_seventeen_codes():
    assert list(EXCLUSIONS) == [f"E{number:02d}" for number in range(1, 18)]


def test_g42_an_officer_proposes_a_director_confirms_another_undoes_it(world):
    application = world.submitted(world.r1, world.b)
    owner = world.owner_of(world.b)

    actions.propose_exclusion(application, code="E06", reason="Taxes unpaid since May", by=world.officer)
    proposed = (fresh(application).status, letters("application_ruled_out"))
    actions.answer_exclusion(fresh(application), confirmed=True, by=world.director)
    ruled_out = fresh(application)
    own = reasons(actions.readmit, fresh(application), reason="I was wrong", by=world.director)
    empty = reasons(actions.readmit, fresh(application), reason="  ", by=world.director2)
    actions.readmit(fresh(application), reason="The certificate came", by=world.director2)

    assert proposed == ("submitted", [])
    assert (ruled_out.status, ruled_out.reason) == ("ineligible", "Taxes unpaid since May")
    assert own == ["Another person than the one who confirmed it decides."]
    assert empty == ["Please write the reason (at least 5 characters)."]
    assert (fresh(application).status, fresh(application).reason) == ("submitted", "")
    assert trail(application)[-3:] == [
        ("propose_exclusion", world.officer.pk, "E06: Taxes unpaid since May"),
        ("rule_out", world.director.pk, "Taxes unpaid since May"),
        ("readmit", world.director2.pk, "The certificate came"),
    ]
    letter = Letter.objects.get(kind="application_ruled_out")
    assert letter.address == owner.email
    assert "E06 국세·지방세 체납\nTaxes unpaid since May" in letter.body
    assert letters("application_readmitted") == [owner.email]


def test_a_proposal_turned_down_leaves_the_application_on_the_desk_and_tells_nobody(world):
    application = world.submitted(world.r1, world.b)
    actions.propose_exclusion(application, code="E04", reason="Not of the six fields", by=world.officer)

    actions.answer_exclusion(fresh(application), confirmed=False, by=world.director)
    world.checked(fresh(application))
    actions.open_review(fresh(application), by=world.officer)

    assert [verb for verb, *_rest in trail(application) if verb != "check"][-2:] == [
        "turn_down_exclusion",
        "open_review",
    ]
    assert letters("application_ruled_out") == []
    exclusion = Exclusion.objects.get()
    assert (exclusion.confirmed, exclusion.answered_by) == (False, world.director)


def test_while_a_proposal_waits_nothing_else_is_decided(world):
    application = world.submitted(world.r1, world.b)
    actions.propose_exclusion(application, code="E04", reason="Not of the six fields", by=world.officer)
    said = ["A proposal to rule it out waits for the director."]

    assert reasons(actions.open_review, application, by=world.officer2) == said
    assert (
        reasons(actions.propose_exclusion, application, code="E01", reason="Closed", by=world.officer2)
        == said
    )
    assert (
        reasons(
            actions.request_supplement, application, papers=[], message="M", due_at=AFTER + timedelta(days=9),
            by=world.officer2,
        )
        == said
    )  # fmt: skip


def test_who_proposed_cannot_confirm_not_even_in_the_database(world):
    application = world.submitted(world.r1, world.b)
    exclusion = actions.propose_exclusion(application, code="E04", reason="No field", by=world.officer)

    with pytest.raises(Denied):
        actions.answer_exclusion(application, confirmed=True, by=world.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Exclusion.objects.filter(pk=exclusion.pk).update(answered_by=world.officer)

    assert fresh(application).status == "submitted"


def test_an_officer_who_became_director_does_not_confirm_the_own_proposal(world):
    application = world.submitted(world.r1, world.b)
    actions.propose_exclusion(application, code="E04", reason="No field", by=world.officer)
    world.officer.role = "director"
    world.officer.save()

    assert reasons(actions.answer_exclusion, application, confirmed=True, by=world.officer) == [
        "Another person than the one who proposed it decides."
    ]


def test_nothing_is_confirmed_that_nobody_proposed(world):
    application = world.submitted(world.r1, world.b)

    assert reasons(actions.answer_exclusion, application, confirmed=True, by=world.director) == [
        "Nobody proposes to rule this application out."
    ]


# Undoing that it was found eligible


def test_another_person_undoes_that_it_was_found_eligible_and_the_firm_is_told_why(world):
    application = world.in_review(world.r1, world.a)
    again = {"application": application, "reason": "The certificate is forged"}

    own = reasons(actions.screen_again, **again, by=world.officer)
    empty = reasons(actions.screen_again, application, reason=" ", by=world.officer2)
    for who in ("finance", "ministry", "auditor", "administrator"):
        with pytest.raises(Denied):
            actions.screen_again(**again, by=getattr(world, who))
    with clock.at(AFTER + timedelta(hours=1)):
        actions.screen_again(**again, by=world.officer2)
        actions.open_review(fresh(application), by=world.officer2)  # what people decided stands
    found_by_two = reasons(actions.screen_again, **again, by=world.officer2)

    assert own == ["Another person than the one who found it eligible decides."] == found_by_two
    assert empty == ["Please write the reason (at least 5 characters)."]
    assert ("screen_again", world.officer2.pk, "The certificate is forged") in trail(application)
    [letter] = Letter.objects.filter(kind="application_screened_again")
    assert letter.address == world.owner_of(world.a).email and "The certificate is forged" in letter.body
    assert len(letters("application_eligible")) == 2
    assert (fresh(application).status, fresh(application).stage) == ("in_review", world.r1.stages.get())


def test_what_is_back_on_the_desk_stands_in_no_stage_and_can_be_sent_back_or_ruled_out(world):
    application = world.in_review(world.r1, world.a)

    actions.screen_again(application, reason="A wrong paper", by=world.director)

    assert (fresh(application).status, fresh(application).stage) == ("submitted", None)
    assert reasons(actions.screen_again, fresh(application), reason="A wrong paper", by=world.director) == [
        "This is not possible while the status is “Submitted”."
    ]
    assert returned(world, "D01", application=fresh(application)).status == "returned"


def test_once_somebody_is_asked_to_review_it_the_finding_stands(world):
    application = world.in_review(world.r1, world.a)
    world.assigned(application, clear=False)
    with clock.at(AFTER):
        visiting_call = world.with_visit(world.call(), ordinal=2)
        visited = world.in_review(visiting_call, world.b)
        seating.make(
            visiting_call,
            stage=visiting_call.stages.first(),
            name="One",
            fields=[visited.field],
            by=world.officer,
        )

    said = [
        reasons(actions.screen_again, one, reason="A wrong paper", by=world.officer2)
        for one in (application, visited)
    ]

    assert said == [
        ["Reviewers are asked already. The finding can no longer be undone."],
        ["A panel hears it already. The finding can no longer be undone."],
    ]
    assert {one.status for one in Application.objects.all()} == {"in_review"}
