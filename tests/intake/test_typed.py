"""What is typed into a draft and cannot be taken as it is: kept by the server, in the way of the submission, mended or brought back."""

import pytest
from django.db import IntegrityError, transaction

from applications.intake import actions
from applications.intake.models import Application, Submission
from applications.intake.models.revisions import Revision
from applications.intake.rules import missing
from applications.kernel.errors import Refused
from tests.intake.test_views import url
from tests.intake.test_writing import as_typed, sent, typed
from tests.world import DURING, at, browser


@pytest.fixture
def draft(world):
    return world.draft(world.call(), world.a)


TOO_LONG = {"title": "가" * 103, "summary": "나" * 501}
CELLS = {"answer_equipment-0-name": "로봇", "answer_equipment-0-use": "", "answer_equipment-0-krw": "많음"}


@pytest.mark.parametrize("page", ["autosave", "section"])
@pytest.mark.usefixtures("english")
def test_a_text_over_its_limit_is_kept_as_typed_and_stands_between_the_draft_and_its_submission(draft, page):
    client = browser(draft.created_by)
    chosen = {"field": draft.field_id, "technologies": [one.pk for one in draft.technologies.all()]}

    answer = at(client, "post", DURING, url(page, draft, "project"), typed(draft, **TOO_LONG, **chosen))
    again = at(client, "get", DURING, url("section", draft, "project"))
    with pytest.raises(Refused) as refused:
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    stored = Application.objects.get()
    assert answer.status_code == 200
    assert (stored.title, stored.summary, stored.status) == (draft.title, draft.summary, "draft")
    assert stored.typed == {"project": {"title": ["가" * 103, 3], "summary": ["나" * 501, 1]}}
    assert [(str(gap), gap.field, gap.section) for gap in refused.value.reasons] == [
        ("Too long by 3 characters: title of the plan", "title", "project"),
        ("Too long by 1 character: summary", "summary", "project"),
    ]
    assert [again.context["form"][name].value() for name in TOO_LONG] == list(TOO_LONG.values())
    assert [str(fault) for _field, fault in again.context["faults"]] == [str(gap) for gap in missing(stored)]
    assert Submission.objects.count() == 0


def test_who_mends_it_hands_in_what_is_asked_and_no_more(draft):
    sent(draft, "plan", typed(draft, answer_entry="가" * 2001))
    mended = as_typed(draft) | {"answer_entry": "가" * 2000}

    answer = sent(draft, "plan", typed(Application.objects.get(), **mended)).json()
    receipt = actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert (answer["errors"], answer["kept"], Application.objects.get().typed) == ({}, True, {})
    assert receipt.snapshot["answers"]["entry"] == "가" * 2000
    assert set(map(len, map(str, receipt.snapshot["answers"].values()))) <= set(range(2001))


def test_a_bad_cell_is_kept_with_its_table_until_it_is_mended(draft):
    answer = sent(draft, "plan-2", typed(draft, **as_typed(draft) | CELLS)).json()

    stored = Application.objects.get()
    page = at(browser(draft.created_by), "get", DURING, url("section", draft, "plan-2")).content.decode()
    table = next(question for question in draft.call.asked if question.code == "equipment")
    rows = [{"name": "로봇", "use": "", "krw": "많음"}]
    assert (answer["kept"], stored.typed) == (True, {"plan-2": {"answer_equipment": [rows, 0]}})
    assert stored.answers["equipment"] == draft.answers["equipment"]
    assert [gap.field for gap in missing(stored)] == ["answer_equipment"]
    assert 'name="answer_equipment-0-krw" id="id_answer_equipment-0-krw" value="많음"' in page
    assert f": {table.label}</a>" in page
    assert 'aria-describedby="said_answer_equipment-0-krw" aria-invalid="true"' in page


def test_what_was_typed_has_its_versions_and_its_way_back(draft):
    for text in ("가" * 2001, "나" * 2002, "다"):
        sent(draft, "plan", typed(Application.objects.get(), **as_typed(draft) | {"answer_entry": text}))
    first, second, last = Revision.objects.filter(section="plan").order_by("pk")

    shown = at(browser(draft.created_by), "get", DURING, url("revision", draft, first.key)).content.decode()
    found = []
    for revision in (second, first, last):
        actions.restore(draft, revision=revision, by=draft.created_by, now=DURING)
        stored = Application.objects.get()
        found.append((stored.typed, stored.answers["entry"]))

    assert "가" * 2001 in shown
    assert found == [
        ({"plan": {"answer_entry": ["나" * 2002, 2]}}, draft.answers["entry"]),
        ({"plan": {"answer_entry": ["가" * 2001, 1]}}, draft.answers["entry"]),
        ({}, "다"),
    ]


@pytest.mark.usefixtures("english")
def test_the_second_of_two_reads_what_the_first_has_typed_too_long(draft):
    label = next(question.label for question in draft.call.asked if question.code == "entry")
    sent(draft, "plan", typed(draft, answer_entry="가" * 2001))

    answer = at(
        browser(draft.created_by), "post", DURING, url("section", draft, "plan"), typed(draft, answer_entry="나" * 2003)
    )  # fmt: skip

    compared = {label: (stands, text) for label, stands, text in answer.context["differences"]}
    assert answer.status_code == 409
    assert compared[f"{label} (as typed)"] == ("가" * 2001, "나" * 2003)
    assert Application.objects.get().typed == {"plan": {"answer_entry": ["가" * 2001, 1]}}


def test_what_is_too_much_to_keep_is_said_to_be_not_saved(draft):
    answer = sent(draft, "plan", typed(draft, answer_entry="x" * 200_001)).json()

    assert (answer["kept"], list(answer["errors"])) == (False, ["answer_entry"])
    assert Application.objects.get().typed == {}


@pytest.mark.parametrize("fields", [{}, {"title": "가" * 101}, {"version": "x", "title": "가" * 101}])
def test_a_page_that_does_not_say_its_version_changes_nothing(draft, fields):
    answer = at(browser(draft.created_by), "post", DURING, url("section", draft, "project"), fields)

    stored = Application.objects.get()
    assert (answer.status_code, stored.typed, stored.version) == (200, {}, draft.version)


def test_nothing_is_handed_in_beside_the_rules_while_something_does_not_fit(draft):
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    with pytest.raises(IntegrityError, match="application_handed_in_as_asked"), transaction.atomic():
        Application.objects.update(typed={"plan": {"answer_entry": ["가", 1]}})


@pytest.mark.usefixtures("english")
def test_who_saves_by_hand_reads_that_what_is_marked_is_kept_and_what_is_too_much_is_not_said_to_be(draft):
    client, said = (
        browser(draft.created_by),
        "What you typed is kept. What is marked is to be mended before you submit.",
    )

    kept, too_much = (
        at(client, "post", DURING, url("section", draft, "project"), typed(draft, summary="나" * length))
        for length in (501, 200_001)
    )

    assert [said in page.content.decode() for page in (kept, too_much)] == [True, False]
