"""The verbs of a firm: begin, edit, papers, submit, withdraw; what changes, its trace, its letters."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation

from applications.intake import actions
from applications.intake.models import Application, Attempt, Document, Submission
from applications.intake.rules import PLEDGES, missing
from applications.intake.snapshot import sha256_of
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.files import StoredFile
from applications.kernel.numbers import NumberSeries
from applications.notifications.models import Letter
from tests.asking import reasons
from tests.together import refusals, together
from tests.world import CLOSES, DURING, PDF, confirm, costs, pdf, sample

pytestmark = pytest.mark.usefixtures("english")


def trail(thing):
    return [(entry.verb, entry.actor_id) for entry in audit.trail(thing)]


def letters(kind):
    return sorted(Letter.objects.filter(kind=kind).values_list("address", flat=True))


def everything():
    """Every row of every table: what a refused act leaves alone."""
    rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    return rows


def objects():
    """Paths of the stored objects."""
    root = storages["default"].base_location
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def kept():
    """Paths that rows of stored files name."""
    return sorted(StoredFile.objects.values_list("path", flat=True))


def add(draft, code, content=PDF, *, name="plan.pdf", at=DURING):
    paper = draft.call.papers.get(code=code)
    with clock.at(at):
        actions.add_paper(draft, paper=paper, upload=pdf(name, content), by=draft.created_by, now=at)


def submit(draft, *, at=DURING, by=None):
    with clock.at(at):
        return actions.submit(draft, by=by or draft.created_by, arrived_at=at)


# Begin


def test_begin_makes_one_draft_from_what_the_firm_is_and_finds_it_again(world):
    draft = actions.begin(world.r1, world.a, by=world.owner_of(world.a), now=DURING)
    again = actions.begin(world.r1, world.a, by=world.owner_of(world.a), now=DURING)

    assert again == draft
    assert (draft.status, draft.number, draft.field) == ("draft", None, world.a.field)
    assert list(draft.technologies.all()) == list(world.a.technologies.all())
    assert trail(draft) == [("begin", world.owner_of(world.a).pk)]


def test_a_viewer_and_a_stranger_cannot_begin(world):
    for person in (world.member(world.a, "viewer"), world.owner_of(world.b), world.officer):
        with pytest.raises(Denied):
            actions.begin(world.r1, world.a, by=person, now=DURING)

    assert Application.objects.count() == 0


def test_nobody_begins_before_the_opening_or_from_the_closing_on(world):
    owner = world.owner_of(world.a)

    for instant in (world.r1.opens_at - timedelta(microseconds=1), CLOSES):
        reasons(actions.begin, world.r1, world.a, by=owner, now=instant)

    assert Application.objects.count() == 0


# Edit


def test_g12_a_stale_save_is_refused_and_overwrites_nothing(world):
    draft = world.draft(world.r1, world.a, complete=False)
    member = world.member(world.a)
    save = {"now": DURING, "version": draft.version}
    actions.edit(draft, by=member, summary="둘", **save)

    said = reasons(actions.edit, draft, by=draft.created_by, summary="하나", title="T", **save)

    draft.refresh_from_db()
    assert said == [
        "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
    ]
    assert (draft.version, draft.summary, draft.title) == (2, "둘", "")


def test_g12_another_section_saved_in_another_tab_is_no_reason_to_refuse(world):
    draft = world.draft(world.r1, world.a, complete=False)
    save = {"by": draft.created_by, "now": DURING, "version": draft.version}
    actions.edit(draft, summary="둘", **save)

    actions.edit(draft, answers={"entry": "하나"}, **save)

    draft.refresh_from_db()
    assert (draft.version, draft.summary, draft.answers) == (3, "둘", {"entry": "하나"})
    assert draft.section_versions == {"project": 2, "plan": 3}


def test_edit_writes_parts_of_a_draft_and_nothing_else(world):
    draft = world.draft(world.r1, world.a, complete=False)

    with pytest.raises(KeyError):
        actions.edit(draft, by=draft.created_by, now=DURING, version=1, status="selected")

    draft.refresh_from_db()
    assert draft.status == "draft"


# Papers


def test_g21_five_saves_between_keep_three_files_with_their_names(world):
    draft = world.draft(world.r1, world.a, complete=False)
    for code in ("D01", "D02", "D04"):
        add(draft, code, name=f"사업계획서 {code}.pdf")
    for number in range(5):
        draft.refresh_from_db()
        actions.edit(draft, by=draft.created_by, now=DURING, version=draft.version, title=f"Plan {number}")
    draft.refresh_from_db()
    actions.edit(
        draft, by=draft.created_by, now=DURING, version=draft.version, summary="S",
        answers={question.code: sample(question) for question in draft.call.questions.all()},
        consents=dict.fromkeys(PLEDGES, True),
    )  # fmt: skip

    receipt = submit(draft)

    assert [(paper["code"], paper["file"]) for paper in receipt.snapshot["papers"]] == [
        ("D01", "사업계획서 D01.pdf"),
        ("D02", "사업계획서 D02.pdf"),
        ("D04", "사업계획서 D04.pdf"),
    ]


def test_g18_a_program_named_pdf_is_refused_and_leaves_neither_row_nor_object(world):
    draft = world.draft(world.r1, world.a)
    before, files = everything(), objects()

    said = reasons(add, draft, "D04", b"MZ\x90\x00", name="a.pdf")

    assert said == [
        "By its content this file is a programme, whatever its name ends in. "
        "Please save it as one of these kinds, or choose another file: "
        "PDF, HWP, HWPX, DOCX, XLSX, PPTX, PNG, JPG, ZIP."
    ]
    assert (everything(), objects()) == (before, files)


def test_the_plan_is_a_document_and_not_a_picture_of_one(world):
    draft = world.draft(world.r1, world.a)
    before, files = everything(), objects()

    said = reasons(add, draft, "D01", b"\x89PNG\r\n\x1a\n" + b"0" * 50, name="plan.png")

    assert said == [
        "By its content this file is PNG, whatever its name ends in. "
        "Please save it as one of these kinds, or choose another file: PDF, HWP, HWPX."
    ]
    assert (everything(), objects()) == (before, files)


def test_an_upload_whose_transaction_fails_leaves_no_object(world):
    draft = world.draft(world.r1, world.a)
    before, files = everything(), objects()

    def fail_at_the_trace(execute, sql, *rest):
        if sql.startswith('INSERT INTO "applications_auditentry"'):
            raise IntegrityError("the power went")
        return execute(sql, *rest)

    with connection.execute_wrapper(fail_at_the_trace), pytest.raises(IntegrityError):
        add(draft, "D04", PDF + b"2")

    assert (everything(), objects()) == (before, files)


def test_g20_a_replaced_file_goes_and_the_submission_has_the_bytes_of_the_last(
    world, django_capture_on_commit_callbacks
):
    draft = world.draft(world.r1, world.a)
    with django_capture_on_commit_callbacks(execute=True):
        add(draft, "D01", PDF + b"v1", name="v1.pdf")
        add(draft, "D01", PDF + b"v2", name="v2.pdf")

    receipt = submit(draft)

    (paper,) = [paper for paper in receipt.snapshot["papers"] if paper["code"] == "D01"]
    stored = StoredFile.objects.get(key=paper["key"])
    with storages["default"].open(stored.path) as file:
        assert file.read() == PDF + b"v2"
    assert (paper["file"], paper["sha256"]) == ("v2.pdf", hashlib.sha256(PDF + b"v2").hexdigest())
    assert StoredFile.objects.filter(name="v1.pdf").count() == 0
    assert objects() == kept()


def test_a_removed_paper_takes_its_file_along(world, django_capture_on_commit_callbacks):
    draft = world.draft(world.r1, world.a)
    paper = draft.call.papers.get(code="D01")

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_paper(draft, paper=paper, by=draft.created_by, now=DURING)

    assert [str(gap) for gap in missing(draft)] == ["Missing: 사업계획서"]
    assert trail(draft)[-1] == ("remove_paper", draft.created_by.pk)
    assert objects() == kept()
    assert StoredFile.objects.count() == 1


def test_all_papers_together_have_a_limit(world):
    draft = world.draft(world.r1, world.a)
    StoredFile.objects.filter(pk=draft.documents.get(paper__code="D02").file_id).update(
        size=200 * 1024 * 1024
    )

    assert reasons(add, draft, "D04") == ["All papers of one application together may be 200 MB."]


# Submit


def test_g15_an_incomplete_draft_is_refused_with_exactly_what_is_missing(world):
    draft = world.draft(world.r1, world.a, complete=False)
    actions.edit(draft, by=draft.created_by, now=DURING, version=1, field=None, technologies=[])
    before = everything()

    with pytest.raises(Refused) as refusal:
        submit(draft)

    assert [(gap.section, gap.field) for gap in refusal.value.reasons] == [
        ("project", "title"),
        ("project", "summary"),
        ("project", "field"),
        ("project", "technologies"),
        *(("plan", f"answer_{code}") for code in ("entry", "strength", "automation", "demand")),
        ("plan-2", "answer_hiring"),
        ("plan-2", "answer_restructuring"),
        *(("plan-3", f"answer_{code}") for code in ("in_default", "audit", "barred", "social")),
        ("papers", "paper_D01"),
        ("papers", "paper_D02"),
        ("pledges", "true"),
    ]
    assert everything() == before


def test_an_rnd_draft_misses_its_costs_and_its_grant_too(world):
    draft = world.draft(world.rnd, world.a, budget={})

    assert [(gap.section, gap.field) for gap in missing(draft)] == [
        ("money", "personnel_cash"),
        ("money", "requested"),
    ]


def test_an_amount_that_the_firm_outgrew_is_found_when_it_is_handed_in(world):
    draft = world.draft(world.rnd, world.a, budget=costs(requested=600_000_000, cash=20_000_000))
    world.a.size = "mid"
    world.a.save()

    assert reasons(submit, draft) == [
        "For your size class the state gives at most 70% of your cost: 560,000,000 won.",
        "At least 13% of your own share is paid in cash: 26,000,000 won.",
    ]


def test_the_amounts_of_a_draft_follow_from_its_budget(world):
    draft = world.draft(world.rnd, world.a)
    assert (draft.total_krw, draft.requested_krw, draft.cash_krw) == (800_000_000, 480_000_000, 60_000_000)

    version = draft.version
    for budget, amounts in [
        ({"personnel_cash": 100}, (100, None, None)),
        ({"personnel_cash": 100, "requested": 70}, (100, 70, 30)),
        ({"personnel_cash": 100, "levy_cash": "many", "requested": 70}, (None, 70, None)),
        ({"personnel_in_kind": 100, "requested": 70}, (100, 70, None)),  # more in kind than the own share
        ({}, (None, None, None)),
    ]:
        version = actions.edit(draft, by=draft.created_by, now=DURING, version=version, budget=budget)
        stored = Application.objects.get()
        assert (stored.total_krw, stored.requested_krw, stored.cash_krw) == amounts


def test_g23_submit_freezes_gives_a_receipt_tells_the_firm_and_closes_the_draft(world):
    world.member(world.a, "viewer")
    editor = world.member(world.a)
    draft = world.draft(world.r1, world.a)
    seventeen = clock.kst(2026, 12, 15, 17)

    receipt = submit(draft, at=seventeen, by=editor)

    draft.refresh_from_db()
    assert (draft.status, draft.number, draft.submitted_at, draft.submitted_by) == (
        "submitted", "SP-2027-0001", seventeen, editor,
    )  # fmt: skip
    assert (receipt.number, receipt.ordinal, receipt.arrived_at, receipt.by) == (
        "SP-2027-0001-1", 1, seventeen, editor,
    )  # fmt: skip
    assert trail(draft)[-1] == ("submit", editor.pk)
    assert letters("application_received") == sorted([editor.email, world.owner_of(world.a).email])
    body = Letter.objects.filter(kind="application_received").first().body
    assert "2026-12-15 17:00:00 KST" in body
    assert receipt.sha256 in body


def test_g23_nothing_can_be_changed_after_submitting(world):
    application = world.submitted(world.r1, world.a)
    owner, paper = world.owner_of(world.a), application.call.papers.first()
    before, files = everything(), objects()

    for act, options in [
        (actions.edit, {"version": application.version, "title": "Other"}),
        (actions.add_paper, {"paper": paper, "upload": pdf()}),
        (actions.remove_paper, {"paper": paper}),
    ]:
        assert reasons(act, application, by=owner, now=DURING, **options) == [
            "This is not possible while the status is “Submitted”."
        ]

    assert (everything(), objects()) == (before, files)


def test_the_snapshot_holds_the_whole_application_and_its_hash_is_found_again(world):
    application = world.submitted(world.rnd, world.a, title="CANARY-A1-TITLE")

    receipt = Submission.objects.get()

    assert sha256_of(receipt.snapshot) == receipt.sha256
    assert receipt.snapshot == {
        "call": {"number": world.rnd.number, "title": world.rnd.title},
        "number": "RD-2027-0001",
        "firm": {
            "business_number": "1108100062", "name": "Firm A", "representative": world.a.representative, "size": "small",
            "track": "root", "founded_on": "2010-01-04", "region": "48", "address": world.a.address,
            "ksic": "KSIC11:24321", "employees": 30, "sales_krw": 5_000_000_000, "balances": [],
        },
        "title": "CANARY-A1-TITLE",
        "summary": "A summary",
        "field": "F2",
        "technologies": sorted(application.technologies.values_list("code", flat=True)),
        "total_krw": 800_000_000,
        "requested_krw": 480_000_000,
        "cash_krw": 60_000_000,
        "budget": costs(),
        "partners": [],
        "answers": application.answers,
        "challenge": {},
        "bonus": [],
        "undertakings": [
            {
                "code": code, "text": str(text), "version": "2026-11", "by": world.owner_of(world.a).name,
                "key": str(world.owner_of(world.a).key), "at": "2026-12-10T03:00:00+00:00",
            }
            for code, text in PLEDGES.items()
        ],
        "papers": [
            {
                "code": document.paper.code, "paper": document.paper.name, "file": f"{document.paper.code}.pdf",
                "key": str(document.file.key), "size": len(PDF), "sha256": hashlib.sha256(PDF).hexdigest(),
            }
            for document in Document.objects.order_by("paper__ordinal")
        ],
    }  # fmt: skip


def test_a_submission_is_never_changed_not_even_past_the_house(world):
    world.submitted(world.r1, world.a)
    receipt = Submission.objects.get()

    with pytest.raises(TypeError):
        receipt.save()
    for statement in (
        "UPDATE applications_submission SET sha256 = ''",
        "DELETE FROM applications_submission",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    receipt.refresh_from_db()
    assert sha256_of(receipt.snapshot) == receipt.sha256


def test_g27_the_last_moment_is_in_time_and_both_arrivals_are_kept(world):
    draft = world.draft(world.r1, world.a)
    last, late = CLOSES - timedelta(milliseconds=100), CLOSES

    actions.record_attempt(draft, by=draft.created_by, arrived_at=late)
    said = reasons(submit, draft, at=late)
    actions.record_attempt(draft, by=draft.created_by, arrived_at=last)
    receipt = submit(draft, at=last)

    assert said == [
        "The call closed at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:00 KST. Your draft is kept."
    ]
    assert receipt.arrived_at == last
    assert list(Attempt.objects.order_by("pk").values_list("arrived_at", "closes_at")) == [
        (late, CLOSES),
        (last, CLOSES),
    ]


def test_the_first_press_in_time_gives_the_number_that_the_application_keeps(world):
    early, draft = world.draft(world.r1, world.b), world.draft(world.r1, world.a)

    def press(at):
        actions.record_attempt(draft, by=draft.created_by, arrived_at=at)
        draft.refresh_from_db()
        return draft.number

    numbers = [press(CLOSES), press(DURING), press(DURING)]
    other = submit(early)
    receipt = submit(draft)

    assert numbers == [None, "SP-2027-0001", "SP-2027-0001"]
    assert (other.number, receipt.number) == ("SP-2027-0002-1", "SP-2027-0001-1")


def test_g28_saving_and_uploading_after_the_deadline_are_refused_in_the_same_words(world):
    draft = world.draft(world.r1, world.a)
    late = CLOSES + timedelta(seconds=1)
    before, files = everything(), objects()
    expected = [
        "The call closed at 2026-12-15 18:00:00 KST; this arrived at 2026-12-15 18:00:01 KST. Your draft is kept."
    ]

    assert reasons(submit, draft, at=late) == expected
    assert reasons(add, draft, "D04", at=late) == expected
    assert reasons(actions.edit, draft, by=draft.created_by, now=late, version=2, title="Late") == expected
    assert (everything(), objects()) == (before, files)


def test_g26_a_second_application_of_a_firm_is_refused_by_rule_and_by_the_database(world):
    world.submitted(world.r1, world.a)
    second = Application.objects.create(call=world.r1, firm=world.a, created_by=world.owner_of(world.a))

    assert reasons(submit, second) == [
        "Your firm has an application in this call already; one firm hands in one."
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=second.pk).update(
            status="submitted", number="SP-2027-9999", submitted_at=DURING
        )


def test_a_crash_after_any_write_of_submit_leaves_nothing(world):
    draft = world.draft(world.r1, world.a)
    before = everything()
    writes = 0

    class PowerCut(Exception):
        pass

    def cut_after(number):
        def wrapper(execute, sql, *rest):
            nonlocal writes
            done = execute(sql, *rest)
            if sql.startswith(("INSERT", "UPDATE", "DELETE")):
                writes += 1
                if writes == number:
                    raise PowerCut
            return done

        return connection.execute_wrapper(wrapper)

    for number in range(1, 30):
        writes = 0
        try:
            with cut_after(number):
                submit(draft)
        except PowerCut:
            assert everything() == before
        else:
            break

    # number series, application, trace, snapshot, the files it holds and the letter of one owner
    assert writes == 6
    assert Submission.objects.count() == 1


# Withdraw


def test_g30_withdraw_keeps_the_reason_tells_the_firm_and_frees_the_place(world):
    application = world.submitted(world.r1, world.a)
    owner = world.owner_of(world.a)

    actions.withdraw(application, reason="We merge with another", by=owner)
    again = world.draft(world.r1, world.a)
    submit(again)

    application.refresh_from_db()
    again.refresh_from_db()
    assert (application.status, application.reason) == ("withdrawn", "We merge with another")
    assert trail(application)[-1] == ("withdraw", owner.pk)
    assert letters("application_withdrawn") == [owner.email]
    assert (again.status, again.number) == ("submitted", "SP-2027-0002")


def test_g30_withdrawing_needs_a_reason_and_an_owner(world):
    application = world.submitted(world.r1, world.a)

    with pytest.raises(Denied):
        actions.withdraw(application, reason="An editor", by=world.member(world.a))
    said = reasons(actions.withdraw, application, reason=" no ", by=world.owner_of(world.a))

    application.refresh_from_db()
    assert said == ["Please write the reason (at least 5 characters)."]
    assert application.status == "submitted"


def test_a_draft_is_discarded_without_a_reason_without_a_letter_and_unseen_by_staff(world):
    draft = world.draft(world.r1, world.a)

    actions.withdraw(draft, reason="", by=draft.created_by)

    assert letters("application_withdrawn") == []
    assert list(Application.objects.visible_to(world.officer)) == []
    assert actions.begin(world.r1, world.a, by=draft.created_by, now=DURING) != draft


# At the same moment


@pytest.mark.postgresql
def test_g24_g25_two_people_submitting_at_once_give_one_receipt(committed, world):
    draft = world.draft(world.r1, world.a)
    editor = world.member(world.a)

    def press(person):
        def act():
            with translation.override("en"):  # of this thread
                return submit(Application.objects.get(pk=draft.pk), by=person)

        return act

    outcomes = together(press(world.owner_of(world.a)), press(editor))

    assert refusals(outcomes) == ["This is not possible while the status is “Submitted”."]
    assert list(Submission.objects.values_list("number", flat=True)) == ["SP-2027-0001-1"]
    assert len(letters("application_received")) == 2
    assert [entry.verb for entry in audit.trail(draft)].count("submit") == 1


@pytest.mark.postgresql
def test_g24_g25_pressed_at_once_on_two_pages_every_answer_ends_on_the_one_receipt(committed, world):
    draft, owner, editor = world.draft(world.r1, world.a), world.owner_of(world.a), world.member(world.a)
    address, instant = reverse("intake:submit", args=[draft.key]), DURING + timedelta(hours=1)
    clients = [world.client(person) for person in (owner, owner, editor)]
    for client, person in zip(clients, (owner, owner, editor), strict=True):
        confirm(client.session, person, at=instant)

    def press(client):
        def act():
            with clock.at(instant):  # of this thread
                return client.post(address)

        return act

    answers = together(*map(press, clients))

    receipt = Submission.objects.get()
    assert [answer.status_code for answer in answers] == [302] * 3
    assert {answer.url for answer in answers} == {receipt.get_absolute_url()}
    assert len(letters("application_received")) == 2
    assert [entry.verb for entry in audit.trail(draft)].count("submit") == 1


@pytest.mark.postgresql
def test_g26_two_drafts_of_a_firm_submitted_at_once_give_one_application(committed, world):
    first = world.draft(world.r1, world.a)
    actions.withdraw(first, reason="", by=first.created_by)
    second = world.draft(world.r1, world.a)
    Application.objects.filter(pk=first.pk).update(status="draft")

    def press(draft):
        return lambda: submit(Application.objects.get(pk=draft.pk))

    outcomes = together(press(first), press(second))

    assert refusals(outcomes) == ["Your firm has an application in this call already; one firm hands in one."]
    assert sorted(Application.objects.values_list("status", flat=True)) == ["draft", "submitted"]
    assert list(Submission.objects.values_list("number", flat=True)) == ["SP-2027-0001-1"]


@pytest.mark.postgresql
def test_two_clicks_at_once_begin_one_draft(committed, world):
    call, firm, owner = world.r1, world.a, world.owner_of(world.a)

    drafts = together(*[lambda: actions.begin(call, firm, by=owner, now=DURING)] * 2)

    assert drafts == list(Application.objects.all()) * 2


@pytest.mark.postgresql
def test_two_firms_submitting_at_once_get_two_numbers(committed, world):
    drafts = [world.draft(world.r1, firm) for firm in (world.a, world.b)]

    receipts = together(
        *[lambda draft=draft: submit(Application.objects.get(pk=draft.pk)) for draft in drafts]
    )

    assert sorted(receipt.number for receipt in receipts) == ["SP-2027-0001-1", "SP-2027-0002-1"]


@pytest.mark.postgresql
def test_two_clicks_at_once_take_one_number(committed, world):
    draft = world.draft(world.r1, world.a)

    def press():
        actions.record_attempt(draft, by=draft.created_by, arrived_at=DURING)

    together(press, press)

    draft.refresh_from_db()
    assert (draft.number, NumberSeries.objects.get(prefix="SP-2027").last) == ("SP-2027-0001", 1)
    assert Attempt.objects.count() == 2


@pytest.mark.postgresql
def test_no_firm_waits_for_its_number_until_another_is_handed_in(committed, world):
    first, second = (world.draft(world.r1, firm) for firm in (world.a, world.b))
    actions.record_attempt(first, by=first.created_by, arrived_at=DURING)

    def press():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        actions.record_attempt(second, by=second.created_by, arrived_at=DURING)

    with transaction.atomic():
        submit(first)
        together(press)

    second.refresh_from_db()
    assert second.number == "SP-2027-0002"
