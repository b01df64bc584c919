"""What a supplement opens beside papers: the answers it names, what is asked after them, and nothing else."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from applications.firms.actions import vault
from applications.intake import actions, mending
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import Application, Submission
from applications.intake.screened import verdicts_of
from applications.kernel import clock
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from tests.asking import fresh, reasons
from tests.world import AFTER, DURING, at, browser, confirm, pdf

pytestmark = pytest.mark.usefixtures("english")

DUE = AFTER + timedelta(days=3)
OVER = DUE + ON_THEIR_WAY


def question(code, after="", **more):
    condition = {"question": after, "is": ["yes"]} if after else {}
    facts = {
        "code": code,
        "label": code,
        "required": True,
        "condition": condition,
        "kind": "text",
        "tracks": [],
    }
    return SimpleNamespace(**(facts | more))


ASKED = [question("a"), question("b", "a"), question("c", "b"), question("d"), question("e", "d")]
CALL = SimpleNamespace(asked=ASKED)


@pytest.mark.parametrize(
    ("named", "opened"), [(["a"], "abc"), (["b"], "bc"), (["e"], "e"), (["d", "a"], "abcde"), ([], "")]
)
def test_what_is_asked_after_a_named_answer_is_opened_with_it(named, opened):
    assert [one.code for one in mending.opened(CALL, named)] == list(opened)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"a": "no", "c": "old"}, ["Not yet changed: a"]),
        ({"a": "no", "c": "new"}, []),  # what follows from it is another
        ({"a": "yes", "b": "yes", "c": "x"}, []),
        ({"a": "yes", "b": "yes"}, ["Missing: c"]),
        ({"a": "yes", "b": "no"}, []),
        ({}, ["Missing: a"]),
    ],
)
def test_a_supplement_is_complete_when_what_it_names_is_changed_and_what_follows_is_answered(answers, said):
    application = SimpleNamespace(call=CALL, answers=answers, firm=SimpleNamespace(track="root"))

    assert [str(gap) for gap in mending.unmended(application, {"a"}, before={"a": "no", "c": "old"})] == said


def asked_for(world, *codes, papers=(), application=None):
    application = application or world.submitted(world.r1, world.a)
    call = application.call
    with clock.at(AFTER):
        actions.request_supplement(
            application, papers=call.papers.filter(code__in=papers), questions=call.questions.filter(code__in=codes),
            message="Please look again", due_at=DUE, by=world.officer,
        )  # fmt: skip
    return Application.objects.select_related("call__programme", "firm").get(pk=application.pk)


def mend(application, *, at=AFTER, version=None, **answers):
    with clock.at(at):
        return actions.mend_answers(
            application,
            answers=answers,
            version=version or application.version,
            by=application.created_by,
            now=at,
        )


def outcomes(application):
    found = verdicts_of(Application.objects.get(pk=application.pk))
    return {one.code: (one.outcome, one.is_old) for one in found}


def test_the_firm_changes_a_named_answer_and_the_desk_looks_again(world):
    application = world.submitted(world.r1, world.a)
    actions.check(application, code="E07", outcome="passed", evidence="Credit report", by=world.officer)
    checked = outcomes(application)["E07"]
    application = asked_for(world, "in_default", application=application)
    letter = Letter.objects.get(kind="supplement_requested")

    closed = reasons(mend, application, audit="adverse")
    untouched = reasons(actions.hand_in_supplement, application, by=application.created_by, arrived_at=AFTER)
    mend(application, in_default="yes", recovery="no")
    late = reasons(mend, application, at=DUE, in_default="no")
    with clock.at(AFTER):
        receipt = actions.hand_in_supplement(application, by=application.created_by, arrived_at=AFTER)

    label = application.call.questions.get(code="in_default").label
    assert f"- {label}" in letter.body
    assert (closed, untouched) == (["This answer cannot be changed now."], [f"Not yet changed: {label}"])
    assert late == [
        "The supplement was due at 2026-12-23 12:00:00 KST; this arrived at 2026-12-23 12:00:00 KST."
    ]
    assert (receipt.snapshot["answers"]["in_default"], receipt.snapshot["answers"]["audit"]) == (
        "yes",
        "none",
    )
    assert Submission.objects.get(ordinal=1).snapshot["answers"]["in_default"] == "no"
    assert (checked, outcomes(application)["E07"]) == (("passed", False), ("failed", True))


def test_an_answer_that_is_not_mended_in_time_is_again_what_was_handed_in(world):
    application = asked_for(world, "in_default", papers=["D01"])
    mend(application, in_default="yes", recovery="yes")

    with clock.at(OVER):
        actions.take_as_is(Application.objects.get(), by=world.officer)

    answers = Application.objects.get().answers
    assert (answers["in_default"], answers.get("recovery")) == (
        "no", Submission.objects.get().snapshot["answers"].get("recovery"),
    )  # fmt: skip


def test_who_saves_second_and_what_names_nothing_is_refused(world):
    application = asked_for(world, "hiring")
    loaded = application.version
    mend(application, hiring=4)

    assert reasons(mend, application, version=loaded, hiring=5) == [
        "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
    ]
    assert Application.objects.get().answers["hiring"] == 4
    other = world.submitted(world.r1, world.b)
    assert reasons(asked_for, world, application=other) == ["Please choose at least one paper or question."]


def test_the_pages_lead_from_the_desk_to_the_answer_and_back_to_the_desk(world):
    application = world.submitted(world.r1, world.a)
    call, client = application.call, browser(application.created_by)
    asked = {
        "message": "Is it so?", "questions": [call.questions.get(code="in_default").pk], "due_at": "2026-12-23T18:00",
    }  # fmt: skip
    address, papers = (
        reverse("intake:mend", args=[application.key]),
        reverse("intake:section", args=[application.key, "papers"]),
    )
    with clock.at(AFTER):
        officer = browser(world.officer)
        before = client.get(address)
        officer.post(reverse("intake:supplement", args=[application.key]), asked)
        case = officer.get(application.get_absolute_url()).content.decode()
    listed = at(client, "get", AFTER, papers).content.decode()
    page = at(client, "get", AFTER, address)
    version = page.context["form"]["version"].value()
    typed = {
        "version": version,
        "answer_in_default": "yes",
        "answer_recovery": "yes",
        "answer_audit": "adverse",
    }
    saved = at(client, "post", AFTER, address, typed)
    done = at(client, "get", AFTER, papers).content.decode()
    confirm(client.session, application.created_by, at=AFTER)
    handed_in = at(client, "post", AFTER, reverse("intake:hand_in_supplement", args=[application.key]))

    application.refresh_from_db()
    assert (before.url, saved.url) == (application.get_absolute_url(), papers)
    assert f"{address}#id_answer_in_default" in listed and 'id="paper_D01"' not in listed
    assert ("To be changed" in listed, "To be changed" in done) == (True, False)
    assert list(page.context["form"].fields) == ["version", "answer_in_default", "answer_recovery"]
    assert call.questions.get(code="in_default").label in case
    assert handed_in.url == Submission.objects.get(ordinal=2).get_absolute_url()
    assert (application.answers["recovery"], application.answers["audit"]) == ("yes", "none")


def test_who_saves_second_reads_both_texts_and_saves_in_sight_of_them(world):
    application = asked_for(world, "in_default")
    address, client = reverse("intake:mend", args=[application.key]), browser(application.created_by)
    typed = {"version": application.version, "answer_in_default": "yes", "answer_recovery": "yes"}
    mend(application, in_default="yes", recovery="no")

    refused = at(client, "post", AFTER, address, typed)
    version = refused.context["form"]["version"].value()
    saved = at(client, "post", AFTER, address, typed | {"version": version})

    call = application.call
    assert refused.context["differences"] == [(call.questions.get(code="recovery").label, "No", "Yes")]
    assert "What is saved, beside what you typed" in refused.content.decode()
    assert [refused.context["form"][f"answer_{code}"].value() for code in ("in_default", "recovery")] == [
        "yes",
        "yes",
    ]
    assert (refused.status_code, saved.status_code) == (409, 302)
    assert Application.objects.get().answers["recovery"] == "yes"


def test_who_saves_after_the_supplement_was_handed_in_is_told(world):
    application = asked_for(world, "in_default")
    address, client = reverse("intake:mend", args=[application.key]), browser(application.created_by)
    mend(application, in_default="yes", recovery="yes")
    with clock.at(AFTER):
        actions.hand_in_supplement(application, by=application.created_by, arrived_at=AFTER)

    refused = at(client, "post", AFTER, address, {"version": 1, "answer_in_default": "no"})

    assert refused.status_code == 409


def test_the_desk_names_nothing_that_this_application_is_not_asked(world):
    call = world.r1
    call.questions.filter(code="audit").update(tracks=["venture"])
    application = world.submitted(call, world.a)
    recovery = call.questions.get(code="recovery")

    with clock.at(AFTER):
        form = (
            browser(world.officer).get(reverse("intake:supplement", args=[application.key])).context["form"]
        )
        refused = reasons(
            actions.request_supplement, fresh(application), papers=[], questions=[recovery], message="M", due_at=DUE,
            by=world.officer,
        )  # fmt: skip

    offered = set(form.fields["questions"].queryset.values_list("code", flat=True))
    asked = set(call.questions.values_list("code", flat=True))
    assert asked - offered >= {"recovery", "audit"} and "in_default" in offered
    assert refused == ["Only what is asked of this application can be named."]


# A paper that is given back


def test_a_paper_that_is_given_back_keeps_its_day(world):
    draft = world.draft(world.r1, world.a)
    paper, owner = draft.call.papers.get(code="D02"), draft.created_by
    with clock.at(DURING):
        kept = vault.keep(
            world.a, kind=PaperKind.objects.get(code="D02"), issued_on=date(2026, 11, 2), expires_on=None, number="",
            file=pdf("kept.pdf"), by=owner,
        )  # fmt: skip
        actions.take_paper(draft, paper=paper, kept=kept, by=owner, now=DURING)
        receipt = actions.submit(draft, by=owner, arrived_at=DURING)
    passed = outcomes(draft)["E16"]
    application = asked_for(world, papers=["D02"], application=Application.objects.get())
    with clock.at(AFTER):
        actions.add_paper(application, paper=paper, upload=pdf("new.pdf"), by=owner, now=AFTER)
    unknown = outcomes(application)["E16"]
    with clock.at(OVER):
        actions.take_as_is(Application.objects.get(), by=world.officer)

    assert [one.get("expires_on") for one in receipt.snapshot["papers"]] == [None, "2027-02-02"]
    assert (passed, unknown) == (("passed", False), ("person", False))
    assert application.documents.get(paper=paper).expires_on == date(2027, 2, 2)
