"""The page of a sheet: saved while it is written, one after the other, its papers in the page, its PDF, its due time."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from applications.calls import scale
from applications.kernel import audit, clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.errors import Denied, Refused
from applications.notifications.models import Letter
from applications.review import actions, queries, rules, tasks
from applications.review.models import Assignment, Score, SheetsDue
from tests.asking import paper_text
from tests.together import refusals, together
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
OPINIONS = dict.fromkeys(("strengths", "weaknesses", "overall"), "Ten letters and more")


@pytest.fixture
def a1(world):
    return world.in_review(world.r1, world.a)


def text(response):
    return response.content.decode()


def url(assignment, page=""):
    return f"/reviews/{assignment.key}/{page}"


def typed(assignment, *values, **more):
    names = [f"score_{criterion.pk}" for criterion in queries.criteria_of(assignment.stage)]
    version = Assignment.objects.get(pk=assignment.pk).version
    return OPINIONS | {"version": version} | dict(zip(names, values, strict=False)) | more


def fresh(assignment):
    return Assignment.objects.get(pk=assignment.pk)


# Saved while it is written


def test_what_is_typed_is_saved_with_the_total_as_the_server_computes_it(world, a1):
    sheet = world.assigned(a1)
    first = queries.criteria_of(sheet.stage)[0]

    answer = world.client(sheet.reviewer).post(
        url(sheet, "autosave/"), typed(sheet, "80.5", "70", **{f"note_{first.pk}": "Well shown"})
    )

    said = answer.json()
    assert (answer.status_code, said["version"], said["errors"], said["at"]) == (200, 2, {}, "12:00:00")
    assert "<strong>56.7</strong> / 100" in said["live"]["total"]
    assert "Left <strong>1</strong>" in said["live"]["total"]
    assert list(sheet.scores.values_list("value", flat=True)) == [Decimal("80.5"), Decimal("70.0")]
    assert (fresh(sheet).strengths, fresh(sheet).notes) == (
        "Ten letters and more",
        {str(first.pk): "Well shown"},
    )


def test_what_is_wrong_is_named_and_in_its_place_stays_what_stood_saved(world, a1):
    sheet = world.assigned(a1)
    world.save(sheet, 80, 70, 60)
    second = queries.criteria_of(sheet.stage)[1]

    answer = world.client(sheet.reviewer).post(
        url(sheet, "autosave/"), typed(sheet, "81", "700", "61", strengths="가" * 5001)
    )

    assert list(answer.json()["errors"]) == [f"score_{second.pk}", "strengths"] or set(answer.json()["errors"]) == {
        f"score_{second.pk}", "strengths",
    }  # fmt: skip
    assert list(sheet.scores.values_list("value", flat=True)) == [81, 70, 61]
    assert fresh(sheet).strengths == "Ten letters and more"


def test_a_save_in_another_window_is_never_overwritten_but_compared(world, a1):
    sheet = world.assigned(a1)
    client = world.client(sheet.reviewer)
    old = typed(sheet, "11", "12", "13")
    world.save(sheet, 80, 70, 60)

    by_itself = client.post(url(sheet, "autosave/"), old)
    by_hand = client.post(url(sheet), old)

    assert by_itself.status_code == by_hand.status_code == 409
    assert by_itself.json() == {"error": "This sheet was saved in another window meanwhile.", "stale": True}
    assert [row[1:] for row in by_hand.context["differences"][-3:]] == [(80, 11), (70, 12), (60, 13)]
    assert list(Score.objects.values_list("value", flat=True)) == [80, 70, 60]
    assert f'name="version" value="{fresh(sheet).version}"' in text(by_hand)

    again = client.post(url(sheet), old | {"version": fresh(sheet).version})

    assert again.status_code == 302
    assert list(Score.objects.values_list("value", flat=True)) == [11, 12, 13]


def test_a_closed_sheet_saves_nothing_more_by_itself(world, a1):
    sheet = world.handed_in(a1, 80, 70, 60)

    answer = world.client(sheet.reviewer).post(url(sheet, "autosave/"), typed(sheet, "1", "2", "3"))

    assert answer.status_code == 409
    assert answer.json()["stale"] is False
    assert list(Score.objects.values_list("value", flat=True)) == [80, 70, 60]


def test_a_sheet_without_its_version_is_asked_to_load_again(world, a1):
    sheet = world.assigned(a1)

    answer = world.client(sheet.reviewer).post(url(sheet, "autosave/"), OPINIONS)

    assert answer.json() == {"error": "Please load this page again.", "stale": False}


# The scale in words


def test_the_five_steps_of_a_scale():
    with override("en"):
        assert [(str(word), points) for word, points in scale.anchors(15, Decimal(1))] == [
            ("Excellent", 15), ("Good", 12), ("Fair", 9), ("Poor", 6), ("Very poor", 3),
        ]  # fmt: skip
    assert [points for _word, points in scale.anchors(100, Decimal("0.1"))] == [100, 80, 60, 40, 20]
    assert [points for _word, points in scale.anchors(8, Decimal("0.5"))] == [8, 6, 4.5, 3, 1.5]


def test_each_criterion_shows_its_scale_in_words(world, a1):
    sheet = world.assigned(a1)

    page = text(world.client(sheet.reviewer).get(url(sheet)))

    assert page.count("Excellent 100 · Good 80 · Fair 60 · Poor 40 · Very poor 20") == 3


# One after the other


def three(world, reviewer):
    """Sheets of one reviewer in three applications of one call, the second of which is asked of two others as well."""
    applications = [world.in_review(world.r1, firm) for firm in (world.a, world.b, None)]
    sheets = [world.assigned(application, reviewer) for application in applications]
    for _other in range(2):
        world.assigned(applications[1])
    return sheets


def test_the_next_sheet_is_that_with_the_fewest_reviewers_then_the_oldest(world):
    reviewer = world.reviewer()
    first, many, last = three(world, reviewer)
    client = world.client(reviewer)

    def leads(sheet):
        return client.post(url(sheet), typed(sheet, "80", next="1")).url

    assert [leads(sheet) for sheet in (first, last, many)] == [url(last), url(many), url(first)]
    assert [client.get(url(sheet, "next/")).url for sheet in (first, last, many)] == [
        url(last),
        url(many),
        url(first),
    ]


def test_g36_the_order_of_the_sheets_says_nothing_of_how_far_others_are(world):
    reviewer = world.reviewer()
    sheets = three(world, reviewer)
    before = [one.pk for one in rules.in_order(queries.beside(fresh(sheets[0]), reviewer))]
    page = text(world.client(reviewer).get(url(sheets[1])))

    for other in Assignment.objects.exclude(reviewer=reviewer):
        world.save(other, 80, 70, 60)
        actions.hand_in(other, by=other.reviewer)

    assert [one.pk for one in rules.in_order(queries.beside(fresh(sheets[0]), reviewer))] == before
    assert parts(world.client(reviewer).get(url(sheets[1]))) == parts_of(page)


def parts(response):
    return parts_of(text(response))


def parts_of(page):
    """Without the token of the form."""
    return [line for line in page.splitlines() if "csrfmiddlewaretoken" not in line]


def test_the_last_open_sheet_leads_to_the_list_and_the_page_counts_what_is_done(world):
    reviewer = world.reviewer()
    sheets = three(world, reviewer)
    for sheet in sheets[1:]:
        world.save(sheet, 80, 70, 60)
        actions.hand_in(sheet, by=reviewer)
    client = world.client(reviewer)

    page = text(client.get(url(sheets[0])))

    assert "2 of 3 sheets handed in" in page
    assert "Skip to the next application" not in page
    assert "Save and next" not in page
    assert client.post(url(sheets[0]), typed(sheets[0], "80", next="1")).url == "/reviews/"
    assert client.get(url(sheets[0], "next/")).url == "/reviews/"


def test_own_sheets_stand_side_by_side_and_nobody_elses(world):
    reviewer = world.reviewer()
    sheets = three(world, reviewer)
    world.save(sheets[0], "81.5", 70, 60)
    world.save(sheets[1], 90, 65)
    other = Assignment.objects.exclude(reviewer=reviewer).first()
    world.save(other, "33.3", "22.2", "11.1")

    page = text(world.client(reviewer).get(url(sheets[0], "compare/")))

    assert all(sheet.application.number in page for sheet in sheets)
    assert ("81.5" in page, "72.1" in page, "58.75" in page, "33.3" in page) == (True, True, True, False)
    assert world.client(other.reviewer).get(url(sheets[0], "compare/")).status_code == 404


# Papers in the page


def test_a_pdf_opens_within_the_page_for_our_own_pages_alone(world, a1):
    sheet = world.assigned(a1)
    document = a1.documents.select_related("file").first()
    client = world.client(sheet.reviewer)

    answer = client.get(url(sheet, f"papers/{document.file.key}/"))

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert AccessEntry.objects.filter(act="paper.download", actor=sheet.reviewer).exists()
    page = client.get(url(sheet))
    assert url(sheet, f"papers/{document.file.key}/") in text(page)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert world.client(world.reviewer()).get(url(sheet, f"papers/{document.file.key}/")).status_code == 404


# The PDF of a sheet


def test_the_author_and_staff_print_a_sheet_as_it_was_handed_in_and_nobody_else(world, a1):
    sheet = world.assigned(a1)
    world.save(sheet, 80, 70, 60)
    early = world.client(sheet.reviewer).get(url(sheet, "sheet.pdf"))
    actions.hand_in(sheet, by=sheet.reviewer)
    other = world.handed_in(a1, 90, 65, 75)

    prints = [
        world.client(person).get(url(sheet, "sheet.pdf"))
        for person in (sheet.reviewer, world.officer, world.director, world.auditor)
    ]

    assert early.status_code == 404
    assert {one.content for one in prints} == {prints[0].content}
    said = paper_text(prints[0].content)
    for expected in (a1.number, sheet.reviewer.name, "71.5 / 100", "80.0", "Ten letters and more", "기술성"):
        assert expected in said
    for person in (other.reviewer, world.owner_of(a1.firm), world.finance, world.ministry):
        assert world.client(person).get(url(sheet, "sheet.pdf")).status_code == 404
    actions.reopen(fresh(sheet), reason="A slip of the pen", by=world.officer)
    assert world.client(sheet.reviewer).get(url(sheet, "sheet.pdf")).status_code == 404


def test_staff_print_how_the_score_is_made_with_what_is_left_out(world, a1):
    for value in (60, 70, 80, 90, 95):
        world.handed_in(a1, value, value, value)
    actions.exclude(world.handed_in(a1, 1, 1, 1), reason="Found wanting", by=world.officer)

    said = paper_text(world.client(world.auditor).get(f"/reviews/desk/{a1.key}/scores.pdf").content)

    assert "80.00" in said
    assert [said.count(word) for word in ("lowest", "highest", "Excluded")] == [1, 1, 1]


# When sheets are due


def due(world, stage, at=AFTER + timedelta(days=5)):
    actions.set_due(stage, at=at, by=world.officer)


def test_officers_set_when_sheets_are_due_and_reviewers_read_it(world, a1):
    sheet = world.assigned(a1)
    client = world.client(world.officer)

    answer = client.post(
        f"/reviews/desk/calls/{a1.call.key}/due/", {"stage": a1.stage_id, "at": "2026-12-28T18:00"}
    )

    assert answer.status_code == 302
    assert SheetsDue.objects.get().at == clock.kst(2026, 12, 28, 18)
    assert audit.trail(a1.call).last().verb == "set_due"
    pages = [
        text(world.client(sheet.reviewer).get(address)) for address in ("/reviews/", reverse("portal:home"))
    ]
    assert [page.count("18:00") for page in pages] == [2, 1]
    past = client.post(
        f"/reviews/desk/calls/{a1.call.key}/due/", {"stage": a1.stage_id, "at": "2026-12-18T18:00"}
    )
    assert past.context["form"].errors == {"at": ["This time is over already."]}
    assert SheetsDue.objects.get().at == clock.kst(2026, 12, 28, 18)


def test_nobody_but_officers_sets_it(world, a1):
    for person in (world.director, world.auditor, world.reviewer(), world.owner_of(a1.firm)):
        with pytest.raises(Denied):
            actions.set_due(a1.stage, at=AFTER + timedelta(days=5), by=person)
    with pytest.raises(Refused):
        actions.set_due(a1.stage, at=AFTER, by=world.officer)


def letters():
    return list(
        Letter.objects.filter(kind="review_due").order_by("pk").values_list("address", "event", "subject")
    )


def test_reviewers_are_reminded_three_days_and_one_day_before_once_each(world, a1):
    reviewer, done = world.reviewer(language="en"), world.reviewer()
    first = world.assigned(a1, reviewer)
    world.assigned(world.in_review(world.r1, world.b), reviewer, clear=False)
    world.handed_in(a1, 80, 70, 60, reviewer=done)
    end = AFTER + timedelta(days=5)
    due(world, a1.stage, end)
    stamp = f"{a1.stage_id}:{end.astimezone(UTC):%Y%m%dT%H%M%S}"

    for days in (1, 2.5, 2.6, 4.2, 4.3, 5.1):
        with clock.at(AFTER + timedelta(days=days)):
            tasks.remind_reviewers()

    assert letters() == [
        (reviewer.email, f"D-3:{stamp}", "[Review due D-3] 2 sheets are not handed in yet"),
        (reviewer.email, f"D-1:{stamp}", "[Review due D-1] 2 sheets are not handed in yet"),
    ]
    with clock.at(AFTER + timedelta(days=5, minutes=1)):
        due(world, a1.stage, AFTER + timedelta(days=6))
        tasks.remind_reviewers()
    assert len(letters()) == 3
    assert first.reviewer == reviewer


def test_who_is_in_conflict_or_handed_in_is_not_reminded(world, a1):
    sheet = world.assigned(a1)
    actions.declare(sheet, code="C3", by=sheet.reviewer)
    world.handed_in(a1, 80, 70, 60)
    due(world, a1.stage, AFTER + timedelta(days=1))

    tasks.remind_reviewers()

    assert letters() == []


# At once


@pytest.mark.postgresql
def test_two_windows_that_save_at_once_keep_one_text_and_tell_the_other(committed, world):
    a1 = world.in_review(world.r1, world.a)
    sheet = world.assigned(a1)
    [first, *_rest] = queries.criteria_of(sheet.stage)

    def save(value):
        return actions.save(
            fresh(sheet), values={first.pk: Decimal(value)}, comments=OPINIONS, version=1, by=sheet.reviewer
        )

    outcomes = together(lambda: save(1), lambda: save(2))

    assert refusals(outcomes) == ["This sheet was saved in another window meanwhile."]
    assert [event.kind for event in sheet.events.order_by("ordinal")] == ["declared", "saved"]
    assert fresh(sheet).version == 2
