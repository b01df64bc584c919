"""Writing a draft: saved while it is written, its revisions, and what an earlier application brings."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from applications.calls.models import Call
from applications.firms.actions import vault
from applications.intake import actions, rules
from applications.intake.models import Application
from applications.intake.models.revisions import Revision
from applications.intake.rules import missing
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.files import StoredFile
from applications.kernel.taxonomy import IndustryField, PaperKind
from tests.intake.test_views import url
from tests.world import AFTER, CLOSES, DURING, PDF, at, browser, pdf


@pytest.fixture
def draft(world):
    return world.draft(world.call(), world.a)


def typed(application, **fields):
    return {"version": application.version, **fields}


def sent(application, name, fields, *, when=DURING, by=None):
    return at(browser(by or application.created_by), "post", when, url("autosave", application, name), fields)


# Saved while it is written


def test_g11_what_is_typed_is_saved_and_only_the_answer_of_the_server_says_so(draft):
    answer = sent(draft, "plan", typed(draft, answer_entry="오백 글자"))

    stored = Application.objects.get()
    shown = DURING.astimezone(clock.KST).strftime("%H:%M:%S")
    said = {"version": draft.version + 1, "at": shown, "errors": {}, "kept": True}
    assert answer.json() == {**said, "said": {}, "live": {"faults": ""}}
    assert (stored.version, stored.answers["entry"], stored.answers["strength"]) == (
        draft.version + 1,
        "오백 글자",
        "",
    )
    assert answer.headers["Cache-Control"].count("no-store") == 1


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("autosave", []),
        (
            "section",
            ["No longer asked, but kept as you typed it: 신산업 진출 배경과 목표, 들여올 설비.", "Saved."],
        ),
    ],
)
def test_what_was_typed_to_a_question_that_is_asked_no_more_is_kept_and_said(draft, page, said):
    asked = draft.call.questions.filter(code__in=("entry", "equipment", "demand"))
    part = asked.get(code="entry").part
    asked.update(condition={"question": "hiring", "is": ["yes"]}, part=part)
    Call.objects.update(revision=1)
    table = {"answer_equipment-0-name": "Press", "answer_equipment-0-use": "", "answer_equipment-0-krw": ""}
    sent_in = typed(draft, answer_entry="Typed meanwhile", answer_demand="", **table)

    client = browser(draft.created_by)
    answer = at(client, "post", DURING, url(page, draft, "plan"), sent_in)

    stored = Application.objects.get()
    assert answer.status_code == (302 if said else 200)
    assert (stored.answers["entry"], stored.answers["equipment"]) == (
        "Typed meanwhile",
        [{"name": "Press", "use": "", "krw": None}],
    )
    after = at(client, "get", DURING, url("section", draft, "plan-2"))
    assert [str(message) for message in after.context["messages"]] == said


def test_what_is_well_typed_is_saved_beside_what_is_not(draft):
    answer = sent(draft, "project", typed(draft, title="새 제목", summary="가" * 501, field=draft.field_id))

    stored = Application.objects.get()
    assert answer.json()["errors"] == {"summary": ["At most 500 characters; these are 501."]}
    assert (stored.title, stored.summary) == ("새 제목", draft.summary)


def test_what_is_wrong_with_a_table_stands_at_its_cells_and_what_was_typed_stays(draft):
    cells = {"answer_equipment-0-name": "로봇", "answer_equipment-3-krw": "많음"}

    said = sent(draft, "plan-2", typed(draft, **cells)).json()["said"]
    page = at(
        browser(draft.created_by), "post", DURING, url("section", draft, "plan-2"), typed(draft, **cells)
    )

    unnamed, no_amount = (
        "Please fill this in, or leave the whole row empty.",
        "Please enter the amount in whole won, in digits.",
    )
    assert said == {"answer_equipment-3-name": unnamed, "answer_equipment-3-krw": no_amount}
    assert Application.objects.get().answers["equipment"] == draft.answers["equipment"]
    html = page.content.decode()
    for cell, fault in (("answer_equipment-1-name", unnamed), ("answer_equipment-1-krw", no_amount)):
        assert f'aria-describedby="said_{cell}" aria-invalid="true"' in html
        assert f'<p class="error" id="said_{cell}" data-said="{cell}">{fault}</p>' in html
        assert f'href="#id_{cell}"' in html
    assert 'value="많음"' in html
    assert html.count(unnamed) == 2  # at its cell, and on top with the way there


def test_a_row_without_a_name_from_elsewhere_is_a_gap(draft):
    question = next(question for question in draft.call.asked if question.code == "equipment")
    draft.answers["equipment"] = [{"name": "로봇"}, {"name": "", "use": "용접"}]

    (gap,) = missing(draft)

    assert (str(gap), gap.field, gap.section) == (
        f"Missing: {question.label}, row 2: {question.options[0][1]}",
        "answer_equipment-1-name",
        "plan-2",
    )


def test_what_is_the_same_raises_no_version_and_is_no_revision(draft):
    before = Revision.objects.count()

    answer = sent(draft, "plan-2", typed(draft, **as_typed(draft)))

    assert answer.json()["version"] == draft.version
    assert Revision.objects.count() == before


def as_typed(draft):
    data = {f"answer_{code}": value for code, value in draft.answers.items() if not isinstance(value, list)}
    for code, rows in draft.answers.items():
        if isinstance(rows, list) and rows and isinstance(rows[0], dict):
            data |= {
                f"answer_{code}-{n}-{column}": cell
                for n, row in enumerate(rows)
                for column, cell in row.items()
            }
        elif isinstance(rows, list):
            data[f"answer_{code}"] = rows
    return data


def test_g12_what_was_saved_elsewhere_meanwhile_is_not_overwritten(draft):
    actions.edit(draft, by=draft.created_by, now=DURING, version=draft.version, answers={"entry": "둘"})

    answer = sent(draft, "plan", typed(draft, answer_entry="하나"))

    assert (answer.status_code, answer.json()["stale"]) == (409, True)
    assert Application.objects.get().answers["entry"] == "둘"


def test_g28_a_save_after_the_deadline_is_refused_with_both_instants(draft):
    answer = sent(draft, "plan", typed(draft, answer_entry="늦음"), when=CLOSES)

    assert (answer.status_code, answer.json()["stale"]) == (409, False)
    assert rules.shown(CLOSES) in answer.json()["error"]
    assert Application.objects.get().answers == draft.answers


@pytest.mark.parametrize("name", ["papers", "nothing", "money"])
def test_a_section_that_is_not_written_by_a_form_saves_nothing(draft, name):
    assert sent(draft, name, typed(draft)).status_code == 404


def test_g05_who_was_taken_out_of_the_firm_saves_nothing_any_more(world, draft):
    editor = world.member(world.a)
    world.a.members.get(user=editor).delete()

    answer = sent(draft, "plan", typed(draft, answer_entry="늦음"), by=editor)

    assert answer.status_code == 404
    assert Application.objects.get().answers == draft.answers


def test_saving_costs_the_same_queries_however_many_questions_and_revisions_there_are(
    draft, django_assert_num_queries
):
    client, address = browser(draft.created_by), url("autosave", draft, "plan")
    number = draft.version

    def save(text):
        nonlocal number
        answer = at(client, "post", DURING, address, {"version": number, "answer_entry": text})
        number = answer.json()["version"]

    save("하나")
    with django_assert_num_queries(AUTOSAVE):
        save("하나 둘")
    for text in ("셋", "셋 넷", "다섯"):
        save(text)
    with django_assert_num_queries(AUTOSAVE):
        save("다섯 여섯")


AUTOSAVE = 11


# Conditions


def test_a_question_whose_condition_does_not_hold_is_not_missing(draft):
    assert missing(draft) == []

    with_it = {"restructuring": "yes", "restructured_on": None}
    actions.edit(draft, by=draft.created_by, now=DURING, version=draft.version, answers=with_it)

    fresh = Application.objects.get()
    assert [(gap.section, gap.field) for gap in missing(fresh)] == [("plan-2", "answer_restructured_on")]


def test_the_page_names_the_question_that_a_condition_asks(draft):
    page = at(browser(draft.created_by), "get", DURING, url("section", draft, "plan-2")).content.decode()

    assert page.count('data-asked-by="answer_restructuring" data-asked-when="yes"') == 1


# Revisions


def edit(draft, by, text, when):
    with clock.at(when):
        actions.edit(draft, by=by, now=when, version=10**6, answers={"entry": text})


def entries(draft):
    found = draft.revisions.filter(section="plan").order_by("pk")
    return [(one.by, one.content["answers"]["entry"]) for one in found]


def test_what_one_person_writes_in_a_row_is_one_revision(draft):
    owner = draft.created_by
    for number, text in enumerate(["An answer in words and more", "An answer in words and more of it"]):
        edit(draft, owner, text, DURING + timedelta(minutes=number))

    assert entries(draft) == [(owner, "An answer in words and more of it")]


@pytest.mark.parametrize("minutes", [10, 600])
def test_after_ten_minutes_another_revision_begins(draft, minutes):
    edit(draft, draft.created_by, "An answer in words, later", DURING + timedelta(minutes=minutes))

    assert [text for _by, text in entries(draft)] == ["An answer in words", "An answer in words, later"]


def test_what_another_person_writes_is_another_revision(world, draft):
    editor = world.member(world.a)
    edit(draft, editor, "An answer in words of another", DURING)

    assert [by for by, _text in entries(draft)] == [draft.created_by, editor]


def test_a_text_that_is_replaced_by_another_of_its_length_stands_in_the_revision_before(draft):
    edit(draft, draft.created_by, "가" * 1000, DURING)
    edit(draft, draft.created_by, "나" * 1000, DURING)

    assert [text for _by, text in entries(draft)] == ["가" * 1000, "나" * 1000]


def test_what_is_deleted_little_by_little_stands_in_the_revision_before_too(draft):
    for length in range(1000, 0, -40):
        edit(draft, draft.created_by, "가" * length, DURING)

    assert [len(text) for _by, text in entries(draft)] == list(range(1000, 0, -80))


def test_a_text_that_is_deleted_stands_in_the_revision_before(draft):
    edit(draft, draft.created_by, "가" * 1000, DURING)
    edit(draft, draft.created_by, "", DURING)

    assert [text for _by, text in entries(draft)] == ["가" * 1000, ""]


def test_the_last_fifty_revisions_stay_and_of_earlier_days_the_first_and_the_last_of_each(draft):
    owner = draft.created_by
    for number in range(40):
        edit(draft, owner, f"An answer in words, {number}", DURING + timedelta(hours=number))
    for number in range(40, 90):
        edit(draft, owner, f"An answer in words, {number}", DURING + timedelta(hours=40, minutes=number * 10))

    # 2026-12-10 12:00 and on: the first one, the last of the 10th (11) and of the 11th (35), none of the last day (12th)
    kept = [text.removeprefix("An answer in words, ") for _by, text in entries(draft)]
    assert kept == ["0", "11", "35", *map(str, range(40, 90))]
    assert draft.revisions.filter(section="project").count() == 1


def test_a_revision_is_brought_back_and_what_stood_there_is_kept_too(draft):
    owner = draft.created_by
    edit(draft, owner, "가" * 1000, DURING)
    edit(draft, owner, "", DURING)
    wanted = draft.revisions.filter(section="plan").order_by("pk").first()

    page = at(browser(owner), "get", DURING, url("revision", draft, wanted.key)).content.decode()
    answer = at(browser(owner), "post", DURING, url("revision", draft, wanted.key))

    stored = Application.objects.get()
    assert f"<ins>{'가' * 1000}</ins>" in page
    assert (answer.url, stored.answers["entry"]) == (url("section", draft, "plan"), "가" * 1000)
    assert [text for _by, text in entries(draft)][:2] == ["가" * 1000, ""]
    assert audit.trail(stored).last().verb == "restore"


def test_a_revision_of_the_plan_in_short_brings_its_field_and_technologies_back(draft):
    before = draft.revisions.get(section="project")
    actions.edit(
        draft,
        by=draft.created_by,
        now=DURING,
        version=draft.version,
        field=None,
        technologies=[],
        title="",
        summary="",
    )

    actions.restore(draft, revision=before, by=draft.created_by, now=DURING)

    stored = Application.objects.get()
    assert (stored.title, stored.field, stored.technologies.count()) == (draft.title, draft.field, 1)


def test_nothing_is_brought_back_after_the_deadline(draft):
    before = everything(draft)
    with pytest.raises(Refused):
        actions.restore(draft, revision=draft.revisions.first(), by=draft.created_by, now=CLOSES)

    assert everything(draft) == before


def everything(draft):
    return list(Application.objects.values()), list(draft.revisions.values())


def test_nobody_brings_back_a_revision_of_another_firm(world, draft):
    stranger = world.owner_of(world.b)

    with pytest.raises(Denied):
        actions.restore(draft, revision=draft.revisions.first(), by=stranger, now=DURING)
    other = world.draft(world.call(), world.b)
    assert (
        at(browser(stranger), "get", DURING, url("revision", other, draft.revisions.first().key)).status_code
        == 404
    )


@pytest.mark.parametrize("count", [1, 3, 25])
def test_the_list_of_revisions_costs_the_same_queries_for_few_and_for_many(
    draft, django_assert_max_num_queries, count
):
    Revision.objects.all().delete()
    Revision.objects.bulk_create(
        Revision(application=draft, section="plan", version=n, content={"answers": {}}, by=draft.created_by,
                 begun_at=DURING, saved_at=DURING)
        for n in range(count)
    )  # fmt: skip
    client = browser(draft.created_by)

    with django_assert_max_num_queries(10):
        page = at(client, "get", DURING, url("revisions", draft, "plan")).content.decode()

    assert page.count("/revisions/") - page.count("revisions/?") >= min(count, 20)


# Taken over from an earlier application


@pytest.fixture
def earlier(world):
    return world.submitted(world.call(), world.a, title="Earlier", at=DURING)


def test_what_is_empty_is_taken_over_and_what_is_written_stays(world, earlier):
    draft = world.draft(world.call(), world.a, complete=False)
    actions.edit(draft, by=draft.created_by, now=DURING, version=1, answers={"entry": "쓴 것"})

    filled = actions.take_over(draft, earlier=earlier, by=draft.created_by, now=DURING)

    stored = Application.objects.get(pk=draft.pk)
    assert (stored.title, stored.answers["entry"], stored.answers["strength"]) == (
        "Earlier", "쓴 것", "An answer in words",
    )  # fmt: skip
    assert filled == (len(earlier.answers) - 1 + 2 - ("restructured_on" not in earlier.answers), [])
    assert audit.trail(stored).last().after == {"from": earlier.number}


def test_taking_over_twice_changes_nothing(world, earlier):
    draft = world.draft(world.call(), world.a, complete=False)
    actions.take_over(draft, earlier=earlier, by=draft.created_by, now=DURING)
    before = everything(draft)

    assert actions.take_over(draft, earlier=earlier, by=draft.created_by, now=DURING) == (0, [])
    assert everything(draft) == before


PARTNERS = [{"name": "Lab", "number": "1108100010", "part": "joint", "size": "small", "role": "Trials"}]
DEMAND = {"name": "Buyer", "item": "Rollers"}


def rnd_pair(world, **more):
    """An earlier application to an R&D call, with all that it can bring, and a draft to the next call."""
    calls = [world.call("rnd", with_items=True) for _number in range(2)]
    earlier = world.draft(calls[0], world.a, institutions=PARTNERS, demand=DEMAND)
    item = next(item for item in calls[0].bonus_items if not item.by_file)
    actions.edit(
        earlier,
        by=earlier.created_by,
        now=DURING,
        version=earlier.version,
        claims={str(item.pk): "Certificate 7"},
    )
    draft = world.draft(calls[1], world.a, complete=False)
    alike = next(one for one in calls[1].bonus_items if one.name == item.name)
    if more:
        actions.edit(draft, by=draft.created_by, now=DURING, version=1, **more)
    earlier.refresh_from_db()
    return earlier, draft, {str(alike.pk): "Certificate 7"}


def brought(draft):
    stored = Application.objects.get(pk=draft.pk)
    return stored.budget, stored.institutions, stored.demand, stored.claims


def test_costs_partners_and_claims_come_on_request_and_nobody_is_asked_yet(world):
    earlier, draft, claims = rnd_pair(world)
    taken = {"earlier": earlier, "by": draft.created_by, "now": DURING}

    actions.take_over(draft, **taken)
    without = brought(draft)
    actions.take_over(draft, **taken, also=["budget", "partners", "claims", "papers"])

    assert without == ({}, [], {}, {})
    assert brought(draft) == (earlier.budget, PARTNERS, DEMAND, claims)
    assert Application.objects.get(pk=draft.pk).total_krw == earlier.total_krw
    assert not draft.partners.exists()


def test_what_was_typed_of_costs_partners_and_claims_is_never_overwritten(world):
    typed_before = {"budget": {"requested": 1}, "institutions": [{"name": "Ours"}], "demand": {"name": "Own"}}
    earlier, draft, _claims = rnd_pair(world, **typed_before, claims={})
    claims = {str(draft.call.bonus_items[-1].pk): "Ours"}
    Application.objects.filter(pk=draft.pk).update(claims=claims)

    actions.take_over(
        draft, earlier=earlier, also=["budget", "partners", "claims"], by=draft.created_by, now=DURING
    )

    assert brought(draft) == (*typed_before.values(), claims)


def test_papers_of_the_vault_come_where_they_are_still_valid_and_none_stands(world, earlier):
    draft, owner = world.draft(world.call(), world.a, complete=False), world.owner_of(world.a)
    papers = {paper.code: paper for paper in draft.call.papers.filter(code__in=("D02", "D08"))}

    def keep(code, **days):
        kind = PaperKind.objects.get(code=code)
        kept = {"issued_on": None, "expires_on": None, "number": ""} | days
        return vault.keep(world.a, kind=kind, file=pdf(f"{code}.pdf"), by=owner, **kept)

    with clock.at(DURING):
        keep("D02", issued_on=date(2026, 9, 14))
        fresh_one = keep("D02", issued_on=date(2026, 12, 1))
        keep("D08", issued_on=date(2026, 6, 1), expires_on=date(2027, 6, 1))
        actions.add_paper(
            draft, paper=papers["D08"], upload=pdf("own.pdf", PDF + b"\n"), by=owner, now=DURING
        )
    client = browser(owner)
    answer = at(
        client, "post", DURING, url("take_over", draft), {"from": str(earlier.key), "also": ["papers"]}
    )
    page = at(client, "get", DURING, answer.url)

    assert dict(draft.documents.values_list("paper__code", "file__name")) == {
        "D08": "own.pdf", "D02": fresh_one.file.name,
    }  # fmt: skip
    said = [str(message) for message in page.context["messages"]]
    assert said[0] == f"Taken from the vault: {papers['D02'].name}."


def test_the_page_of_a_draft_offers_the_earlier_applications_of_the_firm_alone(world, earlier):
    world.submitted(world.call(), world.b, title="Foreign")
    draft = world.draft(world.call(), world.a, complete=False)

    page = at(browser(draft.created_by), "get", DURING, draft.get_absolute_url())

    assert list(page.context["earlier"]) == [earlier]


@pytest.mark.parametrize("source", ["foreign", "nothing", ""])
def test_nothing_is_taken_over_from_what_one_may_not_see(world, source):
    foreign = world.submitted(world.call(), world.b, title="Foreign")
    draft = world.draft(world.call(), world.a, complete=False)
    data = {"from": str(foreign.key) if source == "foreign" else source}

    answer = at(browser(draft.created_by), "post", DURING, url("take_over", draft), data)

    assert answer.status_code == 404
    assert Application.objects.get(pk=draft.pk).title == ""


# The preview


def test_the_preview_shows_what_reviewers_read_and_not_what_they_do_not(draft):
    page = at(browser(draft.created_by), "get", DURING, url("preview", draft)).content.decode()

    assert draft.title in page and "An answer in words" in page
    assert draft.firm.phone not in page and draft.firm.address not in page


@pytest.mark.parametrize("given_away", [True, False])
def test_the_preview_is_word_for_word_what_a_reviewer_reads(world, given_away):
    call = world.call(reviewers_download=given_away)
    application = world.in_review(call, world.a)
    StoredFile.objects.filter(name="D01.pdf").update(resident_at=[1])
    with clock.at(AFTER):
        sheet = world.assigned(application)
        read = browser(sheet.reviewer).get(reverse("review:sheet", args=[sheet.key]))
        shown = browser(application.created_by).get(url("preview", application))

    bodies = [
        re.findall(
            r'<section aria-labelledby="h-(?:plan|part-.|papers)">.*?</section>', page.content.decode(), re.S
        )
        for page in (shown, read)
    ]
    first, second = ([" ".join(re.sub(r"<[^>]*>", " ", part).split()) for part in body] for body in bodies)
    assert first == second
    assert len(first) == 2 + len({question.part for question in call.asked})


def test_what_was_handed_in_can_be_read_but_not_written(world):
    application = world.submitted(world.call(), world.a)

    answer = sent(application, "plan", typed(application, answer_entry="늦음"), when=DURING)

    assert (answer.status_code, answer.json()["stale"]) == (409, False)


def pdf_of(application):
    answer = at(browser(application.created_by), "get", DURING, url("pdf", application))
    reader = PdfReader(BytesIO(answer.content))
    return answer, reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_an_application_is_kept_as_a_tagged_document_that_says_what_its_page_says(world):
    draft = world.draft(world.rnd, world.a, title="#eval(1) *Plan*")

    answer, reader, text = pdf_of(draft)

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"].value is True
    said = {
        "#eval(1) *Plan*",
        "An answer in words",
        "800,000,000",
        "칸의 내용",
        "D01.pdf",
        "Draft",
        draft.firm.name,
    }
    assert {words for words in said if words not in text} == set()
    assert draft.firm.phone not in text


def test_an_empty_draft_can_be_kept_too(world):
    answer, _reader, text = pdf_of(world.draft(world.call(), world.a, complete=False))

    assert (answer.status_code, text.count("–") > 5) == (200, True)


# The fields that a call is open to


ONLY = "This call is open to these fields only: {}. Please choose one of them."


@pytest.fixture
def closed(world):
    """A draft of the field F2 in a call that is open to F1 and F3."""
    open_to = IndustryField.objects.filter(code__in=("F1", "F3"))
    made = world.draft(world.call(open_to=open_to), world.a)
    made.refresh_from_db()
    return made


def offered(page):
    return [field.code for field in page.context["form"].fields["field"].queryset]


def test_a_plan_belongs_to_a_field_that_its_call_is_open_to(closed, english):
    said = ONLY.format(", ".join(str(field) for field in closed.call.open_to.all()))
    client = browser(closed.created_by)

    gaps = [(gap.section, gap.field, str(gap)) for gap in missing(closed)]
    page = at(client, "get", DURING, url("section", closed, "project"))
    with pytest.raises(Refused) as refusal:
        actions.submit(closed, by=closed.created_by, arrived_at=DURING)

    assert gaps == [("project", "field", said)]
    assert offered(page) == ["F1", "F2", "F3"]
    assert said in page.content.decode()
    assert [str(reason) for reason in refusal.value.reasons] == [said]


def test_a_field_that_the_call_is_not_open_to_is_refused_beside_it_and_keeps_the_rest(closed, english):
    said = ONLY.format(", ".join(str(field) for field in closed.call.open_to.all()))

    answer = sent(closed, "project", typed(closed, title="New title", field=closed.field_id))
    page = at(browser(closed.created_by), "post", DURING, url("section", closed, "project"),
              typed(closed, title="Newer title", field=closed.field_id, version=answer.json()["version"]))  # fmt: skip

    assert answer.json()["errors"] == {"field": [said]}
    assert (page.status_code, page.context["form"].errors) == (200, {"field": [said]})
    assert (Application.objects.get().title, Application.objects.get().typed) == ("Newer title", {})


def test_a_field_is_chosen_among_those_of_the_call_and_of_all_where_it_names_none(closed, draft):
    chosen = IndustryField.objects.get(code="F3")

    technologies = [one.pk for one in closed.technologies.all()]
    stands = {"title": closed.title, "summary": closed.summary, "technologies": technologies}

    answer = sent(closed, "project", typed(closed, **stands, field=chosen.pk))
    closed.refresh_from_db()

    assert (answer.json()["errors"], closed.field, missing(closed)) == ({}, chosen, [])
    page = at(browser(closed.created_by), "get", DURING, url("section", closed, "project"))
    assert offered(page) == ["F1", "F3"]
    everywhere = at(browser(draft.created_by), "get", DURING, url("section", draft, "project"))
    assert len(offered(everywhere)) == 6
