"""Recalled for changes: what was handed in stands until the changes are handed in too (G20, G30)."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.urls import reverse

from applications.calls import announcing
from applications.intake import actions
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import Application, Attempt, Document, Submission
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.files import StoredFile
from applications.notifications.models import Letter
from tests.intake.test_actions import add, everything, letters, reasons, submit
from tests.intake.test_views import text, url
from tests.together import refusals, together
from tests.world import AFTER, CLOSES, DURING, PDF, at, browser, confirm

pytestmark = pytest.mark.usefixtures("english")
LATER = DURING + timedelta(hours=1)


@pytest.fixture
def application(world):
    return world.submitted(world.r1, world.a, title="As submitted")


def recall(application, *, by=None, at=LATER):
    with clock.at(at):
        return actions.recall(application, by=by or application.created_by, now=at)


def edit(draft, *, at=LATER, **parts):
    draft.refresh_from_db()
    with clock.at(at):
        actions.edit(draft, by=draft.created_by, now=at, version=draft.version, **parts)


def fresh(application):
    return Application.objects.select_related("call", "firm").get(pk=application.pk)


def submitted_again(application, *, at=LATER, **parts):
    changes = recall(application, at=at)
    edit(changes, at=at, **parts)
    return changes, submit(changes, at=at)


def test_recalling_begins_changes_as_what_was_handed_in_and_tells_owners_and_editors(world, application):
    editor = world.member(world.a)
    world.member(world.a, "viewer")

    changes = recall(application, by=editor)

    stands = fresh(application)
    assert (stands.status, stands.number, stands.recalled_at) == ("submitted", "SP-2027-0001", LATER)
    assert (changes.status, changes.number, changes.amends) == ("draft", None, application)
    assert (changes.title, changes.answers, changes.given.keys()) == (
        stands.title, stands.answers, stands.given.keys(),
    )  # fmt: skip
    assert list(changes.technologies.all()) == list(stands.technologies.all())
    assert list(changes.documents.values_list("paper", "file")) == list(
        stands.documents.values_list("paper", "file")
    )
    entry = audit.trail(application).last()
    assert (entry.verb, entry.actor) == ("recall", editor)
    assert letters("application_recalled") == sorted([editor.email, world.owner_of(world.a).email])
    body = Letter.objects.filter(kind="application_recalled").first().body
    assert [
        part in body for part in ("SP-2027-0001-1", "2026. 12. 10.(목) 12:00", "2026. 12. 15.(화) 18:00")
    ] == ([True] * 3)


def test_the_versions_of_a_section_go_on_from_what_was_written_before_it_was_recalled(application, owner):
    submitted_again(application, title="Second")
    changes = recall(fresh(application), at=LATER + timedelta(hours=1))
    edit(changes, title="Third", at=LATER + timedelta(hours=1))
    address = url("revisions", changes, "project")

    rows = at(owner, "get", LATER, address).context["page"].rows
    assert [one.version for one in rows] == sorted({one.version for one in rows}, reverse=True)
    titles = [row.content["title"] for row in rows]
    oldest = at(owner, "post", LATER, url("revision", changes, rows[-1].key))

    changes.refresh_from_db()
    assert titles == ["Third", "Second", "As submitted"]
    assert (oldest.status_code, changes.title) == (302, "As submitted")


def test_recalling_twice_goes_on_with_the_same_changes(application):
    first = recall(application)
    edit(first, title="Changed")

    again = recall(application, at=LATER + timedelta(minutes=1))

    assert (again, fresh(again).title) == (first, "Changed")
    assert len(letters("application_recalled")) == 1


def test_g30_submitted_again_it_keeps_its_number_and_both_receipts_are_kept(world, application):
    first = application.submissions.get()

    changes, second = submitted_again(application, title="Better", consents={"ethics": True})

    stands = fresh(application)
    assert (stands.status, stands.number, stands.title, stands.recalled_at, stands.submitted_at) == (
        "submitted", "SP-2027-0001", "Better", None, LATER,
    )  # fmt: skip
    assert list(application.submissions.order_by("ordinal").values_list("number", "snapshot__title")) == [
        ("SP-2027-0001-1", "As submitted"),
        ("SP-2027-0001-2", "Better"),
    ]
    assert second.application == application
    assert Submission.objects.get(pk=first.pk).sha256 == first.sha256
    assert [entry.verb for entry in audit.trail(application)][-2:] == ["recall", "resubmit"]
    assert len(letters("application_received")) == 2
    assert Letter.objects.latest("pk").event == "receipt:SP-2027-0001-2"
    assert changes.documents.count() == 0


def test_g20_each_submission_has_the_bytes_of_its_own_time(application, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        changes = recall(application)
        add(changes, "D01", PDF + b"v2", name="v2.pdf", at=LATER)
        add(changes, "D01", PDF + b"v3", name="v3.pdf", at=LATER)
        submit(changes, at=LATER)

    first, second = application.submissions.order_by("ordinal")
    assert [bytes_of(first), bytes_of(second)] == [PDF, PDF + b"v3"]
    assert StoredFile.objects.filter(name="v2.pdf").count() == 0
    assert [document.file.name for document in documents(application)] == ["v3.pdf", "D02.pdf"]


def documents(application):
    return Document.objects.filter(application=application).order_by("paper__ordinal")


def bytes_of(submission):
    key = submission.snapshot["papers"][0]["key"]
    with storages["default"].open(StoredFile.objects.get(key=key).path) as file:
        return file.read()


def test_g30_recalled_and_not_submitted_again_the_last_version_stands_though_nothing_ran(world, application):
    changes = recall(application)
    edit(changes, title="Half done")
    add(changes, "D01", PDF + b"half", name="half.pdf", at=LATER)

    assert reasons(submit, changes, at=CLOSES) == [
        "The call closed at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:00 KST. Your draft is kept."
    ]
    with clock.at(CLOSES):
        seen = Application.objects.visible_to(world.officer).get()
        shown = text(browser(world.officer).get(application.get_absolute_url()))
    with clock.at(CLOSES + timedelta(minutes=10)):
        world.checked(application)
        actions.open_review(application, by=world.officer)

    assert (seen, seen.title, seen.status) == (application, "As submitted", "submitted")
    assert ("As submitted" in shown, "Half done" in shown, "half.pdf" in shown) == (True, False, False)
    assert fresh(application).status == "in_review"
    assert application.submissions.count() == 1


def test_while_it_is_being_changed_staff_see_the_last_version_and_wait(world, application):
    changes = recall(application)
    edit(changes, title="Half done")
    said = [
        "The firm has recalled it and may change it until 2026-12-15 18:00:00 KST; then the last submitted version stands."
    ]

    with clock.at(LATER):
        page = text(browser(world.officer).get(reverse("intake:desk")))
        refused = [
            reasons(actions.open_review, application, by=world.officer),
            reasons(
                actions.request_supplement, application, papers=[], message="x",
                due_at=CLOSES + timedelta(days=9), by=world.officer,
            ),
            reasons(actions.propose_exclusion, application, code="E01", reason="Closed", by=world.officer),
        ]  # fmt: skip

    assert ("As submitted" in page, "Half done" in page) == (True, False)
    assert refused == [said] * 3
    assert browser(world.officer).get(changes.get_absolute_url()).status_code == 404


OPEN = "The call is open until %s: the firm may still recall its application and change it."


def refused_at(instant, application, officer):
    """What the three decisions of the desk are answered at this instant."""
    with clock.at(instant):
        return [
            reasons(actions.open_review, application, by=officer),
            reasons(
                actions.request_supplement, application, papers=[], message="x",
                due_at=instant + timedelta(days=9), by=officer,
            ),
            reasons(actions.propose_exclusion, application, code="E01", reason="Closed", by=officer),
        ]  # fmt: skip


def test_nothing_is_decided_while_the_call_is_open_and_the_firm_may_recall(world, application):
    with clock.at(LATER):
        world.checked(application)
        client = browser(world.officer)
        page = text(client.get(application.get_absolute_url()))
        checklist = text(client.get(reverse("intake:checklist", args=[application.key])))

    refused = refused_at(CLOSES - timedelta(microseconds=1), application, world.officer)
    changes = recall(application)

    said = OPEN % "2026-12-15 18:00:00 KST"
    assert refused == [[said]] * 3
    assert (said in page, said in checklist) == (True, True)
    assert ("Request a supplement" in page, "Request a supplement" in checklist) == (False, False)
    assert changes.amends == application
    with clock.at(CLOSES + ON_THEIR_WAY):
        actions.open_review(application, by=world.officer)
    assert fresh(application).status == "in_review"


def test_after_an_extension_the_desk_waits_again_until_the_new_instant(world, application):
    with clock.at(CLOSES + timedelta(hours=1)):
        announcing.extend(
            application.call,
            closes_at=CLOSES + timedelta(days=5),
            reason="The network failed",
            revision=0,
            by=world.officer,
        )
    application = fresh(application)

    refused = refused_at(CLOSES + timedelta(days=1), application, world.officer)
    changes = recall(application, at=CLOSES + timedelta(days=1))

    assert refused == [[OPEN % "2026-12-20 18:00:00 KST"]] * 3
    assert changes.amends == application


def test_what_was_proposed_before_is_not_confirmed_in_an_open_call(world, application):
    application.exclusions.create(code="E01", reason="Closed", proposed_by=world.officer, proposed_at=DURING)

    with clock.at(LATER):
        said = reasons(actions.answer_exclusion, application, confirmed=True, by=world.director)

    assert said == [OPEN % "2026-12-15 18:00:00 KST"]
    assert fresh(application).status == "submitted"


def test_what_came_on_paper_waits_for_the_close_too(world, application):
    type(application).objects.filter(pk=application.pk).update(paper_arrived_at=DURING)

    refused = refused_at(LATER, fresh(application), world.officer)

    assert refused == [[OPEN % "2026-12-15 18:00:00 KST"]] * 3


def test_changes_that_arrived_in_time_are_not_overtaken_by_the_desk(world, application):
    changes = recall(application)

    with clock.at(CLOSES + timedelta(seconds=2)):
        said = reasons(actions.open_review, application, by=world.officer)
        receipt = actions.submit(
            changes, by=application.created_by, arrived_at=CLOSES - timedelta(milliseconds=100)
        )

    assert said[0].startswith("The firm has recalled it and may change it until")
    assert (receipt.number, fresh(application).status) == ("SP-2027-0001-2", "submitted")


def test_what_was_proposed_against_the_old_version_falls_with_it(world, application):
    application.exclusions.create(code="E01", reason="Closed", proposed_by=world.officer, proposed_at=DURING)

    submitted_again(application, title="Better")

    exclusion = application.exclusions.get()
    assert (exclusion.answered_by, exclusion.confirmed, exclusion.answered_at) == (None, False, LATER)


def test_g29_after_an_extension_the_changes_go_on(world, application):
    changes = recall(application)
    edit(changes, title="Half done")
    later = CLOSES + timedelta(hours=2)
    type(application.call).objects.filter(pk=application.call_id).update(closes_at=CLOSES + timedelta(days=1))

    edit(changes, at=later, title="All done")
    receipt = submit(changes, at=later)

    assert (receipt.number, fresh(application).title) == ("SP-2027-0001-2", "All done")


def test_after_the_end_nothing_is_recalled(world, application):
    said = reasons(recall, application, at=CLOSES)
    page = text(
        at(browser(application.created_by), "get", AFTER, reverse("intake:recall", args=[application.key]))
    )

    assert said == ["The call closed at 2026-12-15 18:00:00 KST: what you handed in stands as it is."]
    assert said[0] in page
    assert Application.objects.count() == 1


@pytest.mark.parametrize("who", ["viewer", "rival", "officer"])
def test_only_who_submits_recalls(world, application, who):
    person = {"viewer": world.member(world.a, "viewer"), "rival": world.owner_of(world.b),
              "officer": world.officer}[who]  # fmt: skip

    with pytest.raises(Denied):
        recall(application, by=person)


def test_a_draft_and_what_is_in_review_are_not_recalled(world):
    draft, reviewed = world.draft(world.r1, world.a), world.in_review(world.r1, world.b)

    assert reasons(recall, draft) == ["This is not possible while the status is “Draft”."]
    assert reasons(recall, reviewed) == ["This is not possible while the status is “Under review”."]


def test_giving_the_changes_up_leaves_what_stands_and_forgets_their_files(
    world, application, django_capture_on_commit_callbacks
):
    changes = recall(application)
    with django_capture_on_commit_callbacks(execute=True):
        add(changes, "D01", PDF + b"half", name="half.pdf", at=LATER)
        with clock.at(LATER):
            actions.keep(application, by=application.created_by)

    assert (fresh(application).recalled_at, application.submissions.count()) == (None, 1)
    assert StoredFile.objects.filter(name="half.pdf").count() == 0
    assert [document.file.name for document in documents(application)] == ["D01.pdf", "D02.pdf"]
    assert audit.trail(application).last().verb == "keep"
    assert letters("application_kept") == [application.created_by.email]
    assert reasons(edit, changes, title="Too late") == [
        "These changes are closed. What you handed in last is what counts."
    ]


def test_a_page_of_an_earlier_recall_does_not_overwrite_a_later_one(application):
    changes = recall(application)
    old = changes.version
    submit(changes, at=LATER)
    again = recall(application, at=LATER + timedelta(minutes=5))

    said = reasons(
        actions.edit, again, by=application.created_by, now=LATER, version=old, title="From an old tab"
    )

    assert again == changes
    assert said == [
        "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
    ]


def test_withdrawn_while_it_is_being_changed_both_are_closed(world, application):
    changes = recall(application)

    with clock.at(LATER):
        actions.withdraw(application, reason="Other plans", by=application.created_by)

    assert fresh(application).status == "withdrawn"
    assert reasons(submit, changes, at=LATER) == [
        "These changes are closed. What you handed in last is what counts."
    ]
    again = actions.begin(world.r1, world.a, by=application.created_by, now=LATER)
    assert again not in (application, changes)


def test_changes_are_a_draft_without_a_number_whatever_happens(application):
    changes = recall(application)

    for field, value in (("status", "withdrawn"), ("number", "SP-2027-9999")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=changes.pk).update(**{field: value})
    with pytest.raises(Refused):
        actions.withdraw(changes, reason="", by=application.created_by)


# Pages


@pytest.fixture
def owner(application):
    client = browser(application.created_by)
    confirm(client.session, application.created_by, at=LATER)
    return client


def test_the_firm_reads_that_nothing_is_lost_and_finds_its_way(world, application, owner):
    page = at(owner, "get", LATER, application.get_absolute_url())
    asked = text(at(owner, "get", LATER, url("recall", application)))
    changes = Application.objects.get(
        key=at(owner, "post", LATER, url("recall", application)).url.split("/")[-2]
    )
    stands = text(at(owner, "get", LATER, application.get_absolute_url()))
    draft = text(at(owner, "get", LATER, changes.get_absolute_url()))
    listed = text(at(owner, "get", LATER, reverse("intake:own")))

    assert url("recall", application) in page.content.decode()
    assert "is not lost: it stands until you submit again" in asked
    assert "Being changed, and not lost" in stands
    assert "Your application is not lost" in draft
    assert "Recalled, being changed" in listed
    assert listed.count("As submitted") == 1


def test_g24_the_changes_pressed_twice_end_on_one_new_receipt(world, application, owner):
    at(owner, "post", LATER, url("recall", application))
    changes = fresh(application).amendment

    first = at(owner, "post", LATER, url("submit", changes))
    again = at(owner, "post", LATER + timedelta(seconds=1), url("submit", changes))
    of_the_application = at(owner, "post", LATER + timedelta(seconds=2), url("submit", application))

    receipt = Submission.objects.get(ordinal=2)
    assert {first.url, again.url, of_the_application.url} == {receipt.get_absolute_url()}
    assert set(Attempt.objects.values_list("application", flat=True)) == {application.pk}
    assert Attempt.objects.count() == 3
    older = text(at(owner, "get", LATER, Submission.objects.get(ordinal=1).get_absolute_url()))
    assert "A later version took its place on 10 Dec 2026, 13:00: SP-2027-0001-2." in older


def test_g27_late_changes_are_refused_and_the_page_says_what_stands(world, application, owner):
    at(owner, "post", LATER, url("recall", application))
    owner = browser(application.created_by)
    confirm(owner.session, application.created_by, at=CLOSES)
    before = everything()["applications_application"]

    response = at(owner, "post", CLOSES, url("submit", fresh(application).amendment))

    assert response.status_code == 409
    assert "The version you submitted on 10 Dec 2026, 12:00 (receipt SP-2027-0001-1) stands." in text(
        response
    )
    assert everything()["applications_application"] == before


def test_the_changes_are_given_up_on_a_page_of_its_own(application, owner):
    at(owner, "post", LATER, url("recall", application))
    changes = fresh(application).amendment

    asked = at(owner, "get", LATER, url("withdraw", changes))
    done = at(owner, "post", LATER, url("keep", application))

    assert asked.url == url("keep", application)
    assert "The changes you wrote are lost." in text(at(owner, "get", LATER, asked.url))
    assert done.url == application.get_absolute_url()
    assert fresh(application).recalled_at is None


def test_g34_the_changes_of_another_firm_do_not_exist(world, application):
    changes = recall(application)
    rival = browser(world.owner_of(world.b))

    answers = {
        getattr(rival, method)(url(name, thing)).status_code
        for thing in (application, changes)
        for name in ("detail", "check", "recall", "keep")
        for method in ("get", "post")
    }

    assert answers == {404, 405}


# At the same moment


@pytest.mark.postgresql
def test_two_people_recalling_at_once_begin_one_set_of_changes(committed, world):
    application = world.submitted(world.r1, world.a)
    editor = world.member(world.a)

    first, second = together(
        lambda: recall(fresh(application), by=editor), lambda: recall(fresh(application))
    )

    assert first == second
    assert Application.objects.filter(amends=application).count() == 1


@pytest.mark.postgresql
def test_g24_changes_submitted_twice_at_once_give_one_receipt(committed, world):
    application = world.submitted(world.r1, world.a)
    changes = recall(application)

    outcomes = together(*[lambda: submit(Application.objects.get(pk=changes.pk), at=LATER)] * 2)

    assert refusals(outcomes) == ["These changes are closed. What you handed in last is what counts."]
    assert list(Submission.objects.order_by("ordinal").values_list("number", flat=True)) == [
        "SP-2027-0001-1", "SP-2027-0001-2",
    ]  # fmt: skip


def test_g30_withdrawn_after_the_end_it_leaves_the_review_for_good(world):
    application = world.in_review(world.r1, world.a)
    sheet = world.assigned(application)
    owner, reviewer = browser(application.created_by), browser(sheet.reviewer)
    address = reverse("review:sheet", args=[sheet.key])

    with clock.at(AFTER):
        before = reviewer.get(address)
        refused = owner.post(url("withdraw", application), {"reason": ""})
        done = owner.post(url("withdraw", application), {"reason": "We merge with another firm"})
        after = [reviewer.get(address), reviewer.get(reverse("review:own"))]
        owner.post(url("submit", application))
        gone = fresh(application)
        with pytest.raises(Refused):
            actions.recall(gone, by=application.created_by, now=AFTER)

    assert (before.status_code, done.url) == (200, application.get_absolute_url())
    assert "reason" in refused.context["form"].errors
    assert after[0].status_code == 404 and application.number not in after[1].content.decode()
    assert (gone.status, gone.reason, gone.submissions.count()) == (
        "withdrawn",
        "We merge with another firm",
        1,
    )
