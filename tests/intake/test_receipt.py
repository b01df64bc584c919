"""Receipts: what they hold, the document, the public answer; the step before; pledges as records (G23)."""

import io
import logging
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from applications.intake import actions, models
from applications.intake.models import Application, Attempt, Submission, Undertaking
from applications.intake.receipt import verify_url, written
from applications.intake.rules import PLEDGES
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from tests.intake.test_actions import reasons, submit
from tests.intake.test_views import text, url
from tests.remembering import step
from tests.world import DURING, PASSWORD, PDF, at, browser, confirm, pdf

VERIFY = "/applications/receipts/verify/"
SEVENTEEN = clock.kst(2026, 12, 15, 17)


@pytest.fixture
@step
def receipt(world):
    draft = world.draft(world.r1, world.a, title='#eval("1") $x$ <b>펲쀍㎡ 계획</b>')
    paper = draft.call.papers.get(code="D01")
    actions.add_paper(
        draft, paper=paper, upload=pdf("사업계획서 (최종).pdf"), by=draft.created_by, now=DURING
    )
    return submit(draft, at=SEVENTEEN)


# The document


def words(pdf):
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_document_says_number_instant_firm_call_files_and_hashes(world, receipt, language):
    with translation.override(language):
        found = words(written(receipt))

    for part in (
        "SP-2027-0001-1", "2026-12-15 17:00:00 KST", "Firm A", "110-81-00062", world.r1.title, world.r1.number,
        receipt.by.name, "사업계획서 (최종).pdf", f"{len(PDF):,}", receipt.snapshot["papers"][0]["sha256"],
        receipt.sha256, "2026-11", "2026-12-10 12:00:00 KST", "http://localhost:8000/applications/receipts/verify/",
    ):  # fmt: skip
        assert part in found


def test_the_ministry_reads_roles_in_the_place_of_names(world, receipt, english):
    Application.objects.update(status="agreed")
    ministry, firm = browser(world.ministry), receipt.application.firm
    address = reverse("intake:receipt", args=[receipt.key])

    page = text(ministry.get(address))
    paper = words(ministry.get(reverse("intake:receipt_pdf", args=[receipt.key])).content)

    for found in (page, paper):
        assert "Applicant" in found and receipt.by.name not in found
    assert firm.representative not in paper
    assert receipt.by.name in text(browser(world.officer).get(address))


def test_what_a_firm_typed_is_text_in_the_document_and_no_markup(receipt):
    assert '#eval("1") $x$ <b>펲쀍㎡ 계획</b>' in words(written(receipt))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("계획 😀️", "계획 □"), ("𠮷 العربية", "□ □□□□□□□"), ("鑄造 ㎡", "鑄造 ㎡"), ("x\ud83d\x0by", "x□y")],
)
def test_what_the_fonts_cannot_draw_is_a_box_in_the_document(receipt, typed, shown):
    receipt.snapshot["title"] = typed

    assert shown in words(written(receipt))


def test_the_document_is_tagged_in_its_language_and_says_that_it_is(receipt):
    with translation.override("ko"):
        reader = PdfReader(io.BytesIO(written(receipt)))

    root = reader.trailer["/Root"]
    kinds = set()

    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one.get_object())
        elif isinstance(node, dict):
            kinds.add(node.get("/S"))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "ko")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data()
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Link"} <= kinds


def test_the_same_receipt_is_the_same_document(receipt):
    assert written(receipt) == written(Submission.objects.get(pk=receipt.pk))


def test_the_document_leaves_as_an_attachment_and_staff_leave_a_trace(world, receipt):
    address = reverse("intake:receipt_pdf", args=[receipt.key])
    firm, officer = browser(receipt.by).get(address), browser(world.officer).get(address)

    assert [answer.content[:5] for answer in (firm, officer)] == [b"%PDF-"] * 2
    assert firm["Content-Disposition"] == 'attachment; filename="Receipt SP-2027-0001-1.pdf"'
    assert (firm["Content-Type"], firm["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert "no-store" in firm["Cache-Control"]
    assert list(AccessEntry.objects.values_list("actor", "act")) == [(world.officer.pk, "receipt.pdf")]
    assert browser(world.owner_of(world.b)).get(address).status_code == 404
    assert browser(world.reviewer()).get(address).status_code == 404


# The public answer


def answer(number, fingerprint):
    return browser().post(VERIFY, {"number": number, "fingerprint": fingerprint})


def said(response):
    """What the answer says, without what was asked."""
    return text(response).partition("Check a receipt")[2].partition("Enter the receipt number")[0]


def test_whoever_holds_a_receipt_hears_that_it_is_registered_and_unchanged(receipt):
    whole, number = receipt.sha256, receipt.number

    heard = [
        "Registered, unchanged." in said(answer(*asked))
        for asked in (
            (number, whole), (number, whole[:8]), (number.lower(), f" {whole.upper()} "),
            (number, f"{whole[:8]} {whole[8:16]}"),
        )
    ]  # fmt: skip

    assert heard == [True] * 4


def test_the_link_on_the_receipt_fills_in_what_is_asked(receipt):
    page = browser().get(verify_url(receipt).partition("8000")[2]).content.decode()

    assert f'value="{receipt.number}"' in page
    assert f'value="{receipt.sha256}"' in page
    assert "Registered" not in page


def test_everything_else_is_answered_in_the_same_words_and_tells_nothing(receipt):
    whole, other = receipt.sha256, f"{int(receipt.sha256[:8], 16) ^ 1:08x}"

    heard = {
        said(answer(*asked))
        for asked in (
            ("SP-2027-0001-1", other), ("SP-2027-0002-1", whole), ("SP-2027-0001-1", whole[:7]), ("SP-2027-0001-1", ""),
            ("", whole), ("x" * 500, "y" * 500), ("SP-2027-0001-1", whole + "0"), ("%", "_" * 8), ("SP-2027-0001", whole),
        )
    }  # fmt: skip
    found = text(answer(receipt.number, whole))

    assert len(heard) == 1
    assert "Not found." in heard.pop()
    assert "Firm A" not in found
    assert receipt.by.name not in found


def test_a_snapshot_that_was_tampered_with_is_not_confirmed(receipt, is_postgresql):
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE applications_submission DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER applications_submission_keep_update")
        cursor.execute("UPDATE applications_submission SET snapshot = %s", ['{"title": "Another"}'])

    assert "Not found." in said(answer(receipt.number, receipt.sha256))


def test_nobody_asks_without_end(receipt, caplog):
    caplog.set_level(logging.CRITICAL, "django.request")

    answers = [answer(receipt.number, receipt.sha256) for _time in range(31)]

    assert [one.status_code for one in answers] == [200] * 30 + [429]
    assert "Registered" not in text(answers[-1])
    assert "Too many tries from here." in text(answers[-1])
    assert browser().get(VERIFY).status_code == 200


@pytest.mark.usefixtures("english")
def test_one_person_is_set_twenty_documents_a_minute(world, receipt, caplog):
    caplog.set_level(logging.CRITICAL, "django.request")
    client, colleague = browser(receipt.by), browser(world.member(world.a))
    address = reverse("intake:receipt_pdf", args=[receipt.key])
    other = reverse("intake:pdf", args=[receipt.application.key])

    told = [at(client, "get", DURING, address).status_code for _time in range(20)]
    refused = at(client, "get", DURING, other)

    assert (told, refused.status_code) == ([200] * 20, 429)
    assert "You have opened many documents at once. Please try again in a minute." in text(refused)
    assert at(colleague, "get", DURING, address).status_code == 200
    assert at(client, "get", DURING + timedelta(minutes=1), other).status_code == 200


# The step before


def test_without_the_password_again_nothing_is_submitted_and_the_way_leads_there_and_back(world):
    draft = world.draft(world.r1, world.a)
    client = browser(draft.created_by)

    page = at(client, "get", DURING, url("check", draft))
    pressed = at(client, "post", DURING, url("submit", draft))

    asks = f"{reverse('account_reauthenticate')}?next=%2Fapplications%2F{draft.key}%2Fcheck%2F"
    assert (asks in page.content.decode(), url("submit", draft) in page.content.decode()) == (True, False)
    assert pressed.url == asks
    assert Application.objects.get().status == "draft"
    assert list(Attempt.objects.values_list("arrived_at", flat=True)) == [DURING]


def test_the_password_leads_back_to_the_check_and_holds_for_fifteen_minutes(world):
    draft = world.draft(world.r1, world.a)
    client = browser(draft.created_by)
    check = url("check", draft)

    wrong = client.post(reverse("account_reauthenticate"), {"password": "no", "next": check})
    right = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": check})

    assert (wrong.status_code, right.status_code, right.url) == (200, 302, check)
    client = browser(draft.created_by)
    confirm(client.session, draft.created_by, at=DURING)
    last = DURING + timedelta(minutes=15) - timedelta(microseconds=1)
    pages = [
        at(client, "get", instant, check).content.decode()
        for instant in (last, DURING + timedelta(minutes=15))
    ]
    assert [url("submit", draft) in page for page in pages] == [True, False]
    assert at(client, "post", DURING + timedelta(minutes=15), url("submit", draft)).url.startswith(
        "/auth/reauth"
    )
    assert at(client, "post", last, url("submit", draft)).url == Submission.objects.get().get_absolute_url()


@pytest.mark.usefixtures("english")
def test_where_only_owners_submit_an_editor_is_told_who_does(world):
    draft, editor = world.draft(world.r1, world.a), world.member(world.a)
    world.firm(owner=editor)
    type(world.a).objects.filter(pk=world.a.pk).update(editors_submit=False)
    client = browser(editor)
    confirm(client.session, editor, at=DURING)

    page, overview = (text(at(client, "get", DURING, url(name, draft))) for name in ("check", "detail"))
    pressed = at(client, "post", DURING, url("submit", draft))

    assert f"In your firm the owner submits: {draft.created_by.name}." in page
    assert f"In your firm the owner submits: {draft.created_by.name}." in overview
    assert "Last step: submit" not in page
    assert (pressed.status_code, Attempt.objects.count()) == (404, 0)


def test_the_confirmation_of_another_person_is_none(world):
    draft, editor = world.draft(world.r1, world.a), world.member(world.a)
    client = browser(draft.created_by)
    confirm(client.session, editor, at=DURING)

    assert at(client, "post", DURING, url("submit", draft)).url.startswith("/auth/reauthenticate/")


def test_pressed_again_after_the_confirmation_is_over_it_still_ends_on_the_receipt(world):
    draft = world.draft(world.r1, world.a)
    client = browser(draft.created_by)
    confirm(client.session, draft.created_by, at=DURING)
    first = at(client, "post", DURING, url("submit", draft))

    again = at(client, "post", DURING + timedelta(minutes=20), url("submit", draft))

    assert again.url == first.url


# Pledges and consents


def test_each_pledge_is_a_record_of_its_own_with_version_person_and_instant(world):
    draft = world.draft(world.r1, world.a, complete=False)
    editor, later = world.member(world.a), DURING + timedelta(minutes=1)

    def tick(by, at, **given):
        draft.refresh_from_db()
        with clock.at(at):
            actions.edit(draft, by=by, now=at, version=draft.version, consents=given)

    tick(draft.created_by, DURING, true=True, credit=False)
    tick(editor, later, true=True, credit=True)
    tick(editor, later, credit=False)

    rows = Undertaking.objects.order_by("pk").values_list("code", "given", "version", "by", "at")
    assert list(rows) == [
        ("true", True, "2026-11", draft.created_by.pk, DURING),
        ("credit", True, "2026-11", editor.pk, later),
        ("credit", False, "2026-11", editor.pk, later),
    ]
    assert draft.consents == {"true": True}


def test_a_record_of_a_pledge_is_never_changed(world):
    world.draft(world.r1, world.a)

    for statement in (
        "UPDATE applications_undertaking SET given = NOT given",
        "DELETE FROM applications_undertaking",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.usefixtures("english")
def test_a_new_text_is_given_anew(world, monkeypatch):
    draft = world.draft(world.r1, world.a)
    monkeypatch.setattr(models, "PLEDGES_VERSION", "2027-01")

    assert reasons(submit, draft) == ["Missing: pledges and consents"]
    page = at(browser(draft.created_by), "get", DURING, url("section", draft, "pledges")).content.decode()
    assert "checked" not in page


@pytest.mark.usefixtures("english")
def test_the_check_says_who_gave_each_pledge_and_when(world):
    draft = world.draft(world.r1, world.a)

    page = text(at(browser(draft.created_by), "get", DURING, url("check", draft)))

    for pledge in PLEDGES.values():
        assert f"{pledge} {draft.created_by.name}, 10 Dec 2026, 12:00 (text of 2026-11) Given" in page


# The cost


def test_submitting_asks_the_database_as_seldom_as_before_it_was_a_step_of_its_own(
    world, django_assert_max_num_queries
):
    draft = world.draft(world.r1, world.a)
    client = browser(draft.created_by)
    confirm(client.session, draft.created_by, at=DURING)
    with clock.at(DURING):
        client.get(reverse("intake:own"))

        with django_assert_max_num_queries(34):
            response = client.post(url("submit", draft))

    assert response.url == Submission.objects.get().get_absolute_url()
