"""Pages of papers: uploads in pieces, the limits, the vault, viruses, resident numbers, the text; G14, G17 to G22."""

import hashlib
import random
from datetime import date, timedelta

import pytest
from django.urls import reverse

from applications.firms.actions import vault
from applications.firms.rules.vault import MAX_FIRM_BYTES
from applications.intake import actions
from applications.intake.actions import partners, uploads
from applications.intake.models import Application
from applications.intake.rules import missing, needed_papers
from applications.intake.tasks import tell_of_viruses
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import StoredFile
from applications.kernel.files.arriving import PIECE_BYTES, Upload
from applications.kernel.files.tasks import examine_files
from applications.kernel.taxonomy import PaperKind
from applications.notifications.models import Letter
from tests import fixtures
from tests.copies import cost_of
from tests.intake.test_views import at, browser, text, url
from tests.together import refusals, together
from tests.world import AFTER, CLOSES, DURING, PDF, pdf

LONG = b"%PDF-1.4\n" + random.Random(1).randbytes(2 * PIECE_BYTES)  # three pieces


@pytest.fixture
def draft(world):
    return world.draft(world.r1, world.a)


@pytest.fixture
def owner(draft):
    return browser(draft.created_by)


def announce(client, draft, content, *, code="D04", now=DURING, **told):
    told = {"name": "plan.pdf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | told
    return at(client, "post", now, url("begin_upload", draft, code), told)


def piece(client, address, content, offset, *, now=DURING, length=PIECE_BYTES):
    with clock.at(now):
        return client.post(
            f"{address}?offset={offset}",
            content[offset : offset + length],
            content_type="application/octet-stream",
        )


def send(client, draft, content, **told):
    """Announce a file and send all its pieces; the last answer."""
    answer = announce(client, draft, content, **told)
    while answer.status_code == 200 and "received" in answer.json():
        address = answer.json().get("url") or address  # noqa: F821  the first answer has it
        answer = piece(client, address, content, answer.json()["received"], now=told.get("now", DURING))
    return answer


def document(draft, code="D04"):
    return draft.documents.select_related("file").get(paper__code=code)


# In pieces


def test_a_file_in_pieces_becomes_the_paper_with_the_same_bytes(draft, owner):
    answer = send(owner, draft, LONG, name="사업계획서 (최종).pdf")

    stored = document(draft).file
    assert answer.json() == {"done": True}
    assert (stored.name, stored.size, stored.sha256) == (
        "사업계획서 (최종).pdf", len(LONG), hashlib.sha256(LONG).hexdigest(),
    )  # fmt: skip
    assert stored.space == draft.firm.key
    assert Upload.objects.count() == 0


def test_an_upload_goes_on_where_the_line_was_cut(draft, owner):
    first = announce(owner, draft, LONG).json()
    piece(owner, first["url"], LONG, 0)

    again = announce(owner, draft, LONG).json()
    misplaced = piece(owner, first["url"], LONG, 0).json()

    assert (again["received"], misplaced["received"], again["url"]) == (
        PIECE_BYTES,
        PIECE_BYTES,
        first["url"],
    )
    assert send(owner, draft, LONG).json() == {"done": True}
    assert document(draft).file.sha256 == hashlib.sha256(LONG).hexdigest()


def test_whose_last_answer_was_lost_hears_that_it_is_done(draft, owner):
    send(owner, draft, LONG)

    assert announce(owner, draft, LONG).json() == {"done": True}
    assert Upload.objects.count() == 0


def test_who_chooses_the_same_file_under_another_name_hears_as_what_it_is_here(draft, owner, english):
    send(owner, draft, LONG, name="statements.pdf")

    assert announce(owner, draft, LONG, name="again.pdf").json() == {
        "done": True, "said": "The same file is here already, as “statements.pdf”.",
    }  # fmt: skip


def test_the_file_that_was_handed_in_before_is_no_answer_to_a_supplement(world, english):
    application = world.submitted(world.r1, world.a)
    due = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        named = application.call.papers.filter(code="D01")
        actions.request_supplement(application, papers=named, message="Sign it", due_at=due, by=world.officer)
    client = browser(application.created_by)

    with clock.at(AFTER):
        same = announce(client, application, PDF, code="D01", name="signed.pdf", now=AFTER)
        other = announce(client, application, LONG, code="D01", now=AFTER)

    assert (same.status_code, same.json()) == (
        409, {"reasons": ["This is the file that was handed in before. Please choose the mended one."]},
    )  # fmt: skip
    assert other.status_code == 200


def test_an_upload_belongs_to_its_person_and_its_paper(world, draft, owner):
    address = announce(owner, draft, LONG).json()["url"]
    colleague = browser(world.member(world.a))

    assert piece(colleague, address, LONG, 0).status_code == 404
    assert piece(owner, address.replace("/D04/", "/D12/"), LONG, 0).status_code == 404
    assert at(colleague, "delete", DURING, address).status_code == 404
    assert Upload.objects.get().received == 0


def test_an_upload_is_given_up(draft, owner, settings, django_capture_on_commit_callbacks):
    address = announce(owner, draft, LONG).json()["url"]
    piece(owner, address, LONG, 0)
    before = StoredFile.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        at(owner, "delete", DURING, address)

    assert (Upload.objects.count(), StoredFile.objects.count()) == (0, before)
    assert list((settings.MEDIA_ROOT / "arriving").iterdir()) == []


def test_g18_a_wrong_type_in_pieces_is_refused_in_plain_words_and_leaves_nothing(draft, owner, settings):
    before = StoredFile.objects.count()

    answer = send(owner, draft, b"MZ\x90\x00" + bytes(100), name="a.pdf")

    assert (answer.status_code, answer.json()["reasons"]) == (
        409, ["By its content this file is a programme, whatever its name ends in. Please save it as one of these kinds, or choose another file: PDF, HWP, HWPX, DOCX, XLSX, PPTX, PNG, JPG, ZIP."],
    )  # fmt: skip
    assert (Upload.objects.count(), StoredFile.objects.count()) == (0, before)
    assert document(draft, "D01").file.name == "D01.pdf"


def test_what_was_damaged_on_its_way_is_not_kept(draft, owner):
    answer = send(owner, draft, PDF, sha256="0" * 64)

    assert answer.json()["reasons"] == ["The file was damaged on its way. Please upload it again."]
    assert Upload.objects.count() == 0


@pytest.mark.parametrize(
    "told", [{"size": "x"}, {"size": ""}, {"size": "9" * 30}, {"sha256": "'"}, {"name": "a" * 5000}]
)
def test_odd_words_are_refused_or_cut_and_break_nothing(draft, owner, told):
    assert announce(owner, draft, PDF, **told).status_code in (200, 409)


def test_limits_are_told_before_anything_is_sent(draft, owner):
    assert announce(owner, draft, PDF, size=31_457_281).json()["reasons"] == [
        "The file is larger than 30 MB."
    ]

    StoredFile.objects.filter(pk=document(draft, "D01").file_id).update(size=200 * 1024 * 1024)
    assert announce(owner, draft, PDF).json()["reasons"] == [
        "All papers of one application together may be 200 MB."
    ]

    StoredFile.objects.filter(pk=document(draft, "D01").file_id).update(size=1)
    world_file = StoredFile.objects.get(pk=document(draft, "D02").file_id)
    StoredFile.objects.filter(pk=world_file.pk).update(size=100)
    other = StoredFile.objects.create(
        name="x",
        kind="pdf",
        size=MAX_FIRM_BYTES,
        sha256="0" * 64,
        path="x",
        stored_at=DURING,
        space=draft.firm.key,
    )
    assert announce(owner, draft, PDF).json()["reasons"] == [
        "All files of your firm together may be 1 GB. Please remove some first."
    ]
    there = StoredFile.objects.filter(pk=document(draft, "D01").file_id)
    there.update(size=500)
    StoredFile.objects.filter(pk=other.pk).update(size=MAX_FIRM_BYTES - 600)
    assert announce(owner, draft, PDF, size=300).status_code == 409
    assert (
        announce(owner, draft, PDF, size=300, code="D01").status_code == 200
    )  # in the place of what it takes the room of
    other.delete()
    assert announce(owner, draft, PDF).status_code == 200


def test_a_piece_of_an_upload_that_has_ended_finds_nothing_any_more(draft, owner):
    """Its page begins again and hears that the paper stands: perhaps only the last answer was lost."""
    address = announce(owner, draft, LONG).json()["url"]
    Upload.objects.all().delete()

    assert piece(owner, address, LONG, 0).status_code == 404


def test_g28_a_piece_that_arrives_after_the_closing_is_late(draft, owner):
    soon = CLOSES - timedelta(minutes=1)
    address = announce(owner, draft, LONG, now=soon).json()["url"]
    piece(owner, address, LONG, 0, now=soon)

    late = piece(owner, address, LONG, PIECE_BYTES, now=CLOSES)

    assert late.status_code == 409
    assert "The call closed at 2026-12-15 18:00:00 KST" in late.json()["reasons"][0]
    assert not draft.documents.filter(paper__code="D04").exists()


def test_a_plan_in_pieces_is_a_document_and_no_picture(draft, owner):
    answer = send(owner, draft, b"\x89PNG\r\n\x1a\n" + bytes(50), code="D01")

    assert answer.json()["reasons"] == [
        "By its content this file is PNG, whatever its name ends in. "
        "Please save it as one of these kinds, or choose another file: PDF, HWP, HWPX."
    ]


LOCKED = fixtures.locked_pdf()
REFUSED_AS_LOCKED = "The document is locked with a password. Please save it without one."


def test_a_file_is_looked_into_before_any_row_is_held(draft, django_assert_num_queries):
    paper, by = draft.call.papers.get(code="D04"), draft.created_by

    with django_assert_num_queries(0), pytest.raises(Refused, match=REFUSED_AS_LOCKED):
        actions.add_paper(draft, paper=paper, upload=pdf(content=LOCKED), by=by, now=DURING)


def test_the_last_piece_is_looked_into_before_any_row_is_held(draft, owner, django_assert_num_queries):
    paper, last = draft.call.papers.get(code="D04"), len(LOCKED) - 10
    address = announce(owner, draft, LOCKED).json()["url"]
    piece(owner, address, LOCKED, 0, length=last)
    upload = Upload.objects.get()

    with django_assert_num_queries(3), pytest.raises(Refused, match=REFUSED_AS_LOCKED):  # it is let go of
        uploads.add_piece(
            draft,
            paper=paper,
            upload=upload,
            offset=last,
            content=LOCKED[last:],
            by=draft.created_by,
            now=DURING,
        )

    assert Upload.objects.count() == 0


def test_an_upload_whose_last_piece_came_beside_another_is_finished_by_the_next_word(draft, owner):
    """The row was read before the piece in between was written."""
    address = announce(owner, draft, LONG).json()["url"]
    early = Upload.objects.get()
    for offset in (0, PIECE_BYTES):
        piece(owner, address, LONG, offset)
    paper = draft.call.papers.get(code="D04")
    words = {"paper": paper, "by": draft.created_by, "now": DURING}

    here = uploads.add_piece(
        draft, upload=early, offset=2 * PIECE_BYTES, content=LONG[2 * PIECE_BYTES :], **words
    )
    done = uploads.add_piece(draft, upload=here, offset=here.received, content=b"", **words)

    assert (here.received, done, document(draft).file.size) == (len(LONG), None, len(LONG))


@pytest.mark.postgresql
def test_the_last_piece_sent_twice_at_once_makes_one_paper(committed, world, english):
    draft = world.draft(world.r1, world.a)
    owner = browser(draft.created_by)
    address = announce(owner, draft, LONG).json()["url"]
    for offset in (0, PIECE_BYTES):
        piece(owner, address, LONG, offset)
    paper, upload = draft.call.papers.get(code="D04"), Upload.objects.get()

    def last():
        return uploads.add_piece(
            draft, paper=paper, upload=upload, offset=2 * PIECE_BYTES, content=LONG[2 * PIECE_BYTES :],
            by=draft.created_by, now=DURING,
        )  # fmt: skip

    assert refusals(together(last, last)) == ["This upload has ended. Please choose the file again."]
    assert (document(draft).file.size, Upload.objects.count()) == (len(LONG), 0)


@pytest.mark.postgresql
def test_two_uploads_at_once_do_not_exceed_the_limit_of_an_application(committed, world, english):
    draft = world.draft(world.r1, world.a)
    StoredFile.objects.filter(pk=document(draft, "D01").file_id).update(size=200 * 1024 * 1024 - 2 * len(PDF))

    def add(code):
        paper = draft.call.papers.get(code=code)
        return lambda: actions.add_paper(draft, paper=paper, upload=pdf(), by=draft.created_by, now=DURING)

    outcomes = together(add("D04"), add("D08"))

    assert refusals(outcomes) == ["All papers of one application together may be 200 MB."]
    assert draft.documents.count() == 3


# A name that is not true

KEPT = "By its content it is a file of the kind PDF; it is kept under the name 재무제표.hwp.pdf."


def test_a_file_with_an_untrue_ending_is_told_under_which_name_it_is_kept(draft, owner):
    in_pieces = send(owner, draft, LONG, name="재무제표.hwp").json()
    on_its_page = at(
        owner, "post", DURING, url("paper", draft, "D04"), {"upload": "1", "file": pdf("재무제표.hwp")}
    )
    page = at(owner, "get", DURING, on_its_page.url.partition("#")[0])

    assert in_pieces == {"done": True, "said": KEPT}
    assert KEPT in text(page)


def test_so_it_is_in_the_vault(world):
    client = browser(world.owner_of(world.a))
    sent = {
        "kind": PaperKind.objects.get(code="D04").pk,
        "issued_on": "2026-12-01",
        "file": pdf("재무제표.hwp"),
    }

    kept = at(client, "post", DURING, reverse("firms:keep", args=[world.a.key]), sent)

    assert KEPT in text(at(client, "get", DURING, kept.url))


# In a part of the plan


@pytest.fixture
def project(world):
    """A complete draft whose call asks for the plan of equipment (D17) in a part of the application."""
    return world.draft(world.call("rnd"), world.a)


def test_a_paper_of_a_part_is_uploaded_in_its_section_and_not_among_the_papers(project):
    client, row = browser(project.created_by), 'id="paper_D17"'

    pages = [
        at(client, "get", DURING, url("section", project, name)) for name in ("plan-3", "plan", "papers")
    ]

    assert [row in page.content.decode() for page in pages] == [True, False, False]


def test_without_a_script_its_page_leads_back_to_its_section(project):
    client, address = browser(project.created_by), url("paper", project, "D17")
    section = url("section", project, "plan-3") + "#paper_D17"

    page = at(client, "get", DURING, address).content.decode()
    uploaded = at(client, "post", DURING, address, {"upload": "1", "file": pdf("설비.pdf")})
    shown = at(client, "get", DURING, url("section", project, "plan-3"))
    removed = at(client, "post", DURING, address, {"remove": "1"})

    assert page.count(f'href="{section}"') == 2
    assert (uploaded.url, removed.url) == (section, section)
    assert "설비.pdf" in text(shown)


def test_a_paper_of_a_part_that_is_missing_is_a_gap_of_its_section(project, english):
    project.call.papers.filter(code="D17").update(required=True)
    client = browser(project.created_by)

    check = at(client, "get", DURING, url("check", project)).content.decode()
    (gap,) = missing(project)

    assert (str(gap), gap.field, gap.section) == ("Missing: 연구시설·장비 도입계획", "paper_D17", "plan-3")
    assert f'href="{url("section", project, "plan-3")}#paper_D17"' in check


def test_the_letters_of_partners_are_missing_where_they_stand(project):
    part = project.call.parts.get(ordinal=2)
    project.call.papers.filter(code="D12").update(part=part)
    by, demand = project.created_by, {"name": "Buyer", "number": "", "item": "Frames"}
    actions.edit(project, by=by, now=DURING, version=project.version, demand=demand)
    project.refresh_from_db()
    partners.ask(project, by=by, now=DURING)

    (gap,) = missing(project)

    assert (gap.field, gap.section) == ("paper_D12", "plan-2")


def test_the_check_leads_to_a_paper_of_a_part_and_it_is_handed_in_like_all_others(project):
    paper = project.call.papers.get(code="D17")
    actions.add_paper(project, paper=paper, upload=pdf("설비.pdf"), by=project.created_by, now=DURING)

    check = at(browser(project.created_by), "get", DURING, url("check", project)).content.decode()
    receipt = actions.submit(project, by=project.created_by, arrived_at=DURING)

    assert f'href="{url("section", project, "plan-3")}#paper_D17"' in check
    assert receipt.snapshot["papers"][-1]["file"] == "설비.pdf"


def test_a_supplement_has_all_that_it_names_on_one_page(world):
    application = world.submitted(world.call("rnd"), world.a)
    named, due = application.call.papers.filter(code="D17"), AFTER + timedelta(days=3)
    with clock.at(AFTER):
        actions.request_supplement(application, papers=named, message="Add it", due_at=due, by=world.officer)
    client = browser(application.created_by)

    page = at(client, "get", AFTER, url("papers", application)).content.decode()
    added = at(
        client, "post", AFTER, url("paper", application, "D17"), {"upload": "1", "file": pdf("설비.pdf")}
    )

    assert 'id="paper_D17"' in page
    assert added.url == url("papers", application) + "#paper_D17"


# What is needed from whom


def test_what_is_missing_follows_from_the_firm_and_is_told_with_its_reason(world, english):
    call = world.call(by_firm=True)
    root, other = (
        world.draft(call, firm) for firm in (world.firm(), world.firm(track="venture", ksic="62010"))
    )
    actions.remove_paper(root, paper=call.papers.get(code="D08"), by=root.created_by, now=DURING)

    assert [(gap.field, str(gap)) for gap in missing(root)] == [
        ("paper_D08", "Missing: 뿌리기업 확인서 (needed because the firm is an existing root firm)")
    ]
    assert missing(other) == []
    assert [paper.code for paper in needed_papers(other)] == ["D01", "D02"]


def test_the_page_says_what_this_firm_need_not_bring_and_why(world):
    call = world.call(by_firm=True)
    draft = world.draft(call, world.firm(ksic="62010"), complete=False)

    page = text(at(browser(draft.created_by), "get", DURING, url("papers", draft)))

    for part in (
        "법인등기사항전부증명서 (not needed: the firm is no corporation)"
        " issued within 3 months before the closing day Not needed",
        "뿌리기업 확인서 (needed because the firm is an existing root firm) Missing",
        "공장등록증명서 (not needed: the firm is no manufacturer) Not needed",
        "수요기업 구매의향서 Where it applies",
    ):
        assert part in page
    notice = text(browser().get(call.get_absolute_url()))
    assert "뿌리기업 확인서 (required of existing root firms)" in notice


# The page


def test_the_page_tells_the_limits_and_what_is_used(draft, owner):
    page = text(at(owner, "get", DURING, url("papers", draft)))

    for part in ("One file: up to 30 MB", "This application: 0 KB of 200 MB used", "1 GB used"):
        assert part.replace("0 KB", "1 KB") in page or part in page


def test_the_page_asks_as_often_for_many_papers_as_for_few(world, draft, owner):
    at(owner, "get", DURING, url("papers", draft))
    with clock.at(DURING):
        few, _page = cost_of(owner, url("papers", draft))
    for code in ("D04", "D08", "D12"):
        actions.add_paper(
            draft, paper=draft.call.papers.get(code=code), upload=pdf(), by=draft.created_by, now=DURING
        )
        with clock.at(DURING):
            vault.keep(world.a, kind=PaperKind.objects.get(code="D02"), issued_on=clock.today(), expires_on=None,
                       number=code, file=pdf(), by=draft.created_by)  # fmt: skip

    with clock.at(DURING):
        many, _page = cost_of(owner, url("papers", draft))

    assert many == few


def test_g14_three_files_stay_when_a_field_is_wrong_and_when_handing_in_is_refused(world, draft, owner):
    send(owner, draft, LONG)
    before = sorted(draft.documents.values_list("paper__code", "file__key"))

    wrong = at(
        owner,
        "post",
        DURING,
        url("section", draft, "project"),
        {"version": draft.version, "title": "가" * 101},
    )
    at(owner, "post", DURING, url("section", draft, "project"), {"version": draft.version, "title": ""})
    with pytest.raises(Refused):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert 'href="#id_title"' in wrong.content.decode()
    assert len(before) == 3
    assert sorted(draft.documents.values_list("paper__code", "file__key")) == before


def test_g21_three_files_of_both_ways_are_in_the_snapshot_with_their_names(world):
    draft = world.draft(world.r1, world.a)
    client = browser(draft.created_by)
    send(client, draft, LONG, code="D01", name="계획.pdf")
    at(client, "post", DURING, url("paper", draft, "D02"), {"file": pdf("등록증.pdf"), "upload": "1"})
    send(client, draft, PDF + b"4", code="D04", name="재무.pdf")
    at(client, "get", DURING, url("check", draft))
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    (receipt,) = Application.objects.get(pk=draft.pk).submissions.all()
    assert [paper["file"] for paper in receipt.snapshot["papers"]] == ["계획.pdf", "등록증.pdf", "재무.pdf"]


def test_g20_what_was_handed_in_cannot_be_deleted_even_by_hand(world):
    application = world.submitted(world.r1, world.a)
    application.documents.all().delete()

    for held in application.submissions.get().held.all():
        with pytest.raises(Exception, match="protected foreign keys"):
            held.file.delete()


# The vault


@pytest.fixture
def kept(world, draft):
    with clock.at(DURING):
        return vault.keep(
            world.a, kind=PaperKind.objects.get(code="D02"), issued_on=date(2026, 9, 10), expires_on=None,
            number="1", file=pdf("certificate.pdf", PDF + b"kept"), by=draft.created_by,
        )  # fmt: skip


def test_a_paper_is_taken_with_one_click_and_warned_of_when_it_expires_too_early(draft, owner, kept):
    before = text(at(owner, "get", DURING, url("papers", draft)))

    response = at(owner, "post", DURING, url("take", draft, "D02", kept.key))
    after = text(at(owner, "get", DURING, response.url))

    assert "Take from the vault 사업자등록증명" in before
    assert "Not as the call asks: issued within 3 months before the closing day" in before
    assert "is not as the call asks (issued within 3 months before the closing day). Please renew it" in after
    assert "certificate.pdf 1 KB" in after
    assert document(draft, "D02").file == kept.file


def test_the_vault_of_another_firm_is_not_there(world, draft, owner):
    with clock.at(DURING):
        foreign = vault.keep(
            world.b, kind=PaperKind.objects.get(code="D02"), issued_on=date(2026, 12, 1), expires_on=None,
            number="1", file=pdf(), by=world.owner_of(world.b),
        )  # fmt: skip

    assert at(owner, "post", DURING, url("take", draft, "D02", foreign.key)).status_code == 404


# Viruses and resident numbers


def infect(draft, code="D02"):
    StoredFile.objects.filter(pk=document(draft, code).file_id).update(scan="infected", virus="Eicar")


def test_what_holds_a_virus_is_not_handed_in_and_the_firm_is_told_once(english, draft, owner):
    infect(draft)

    tell_of_viruses()
    tell_of_viruses()
    with pytest.raises(Refused, match="Holds a virus: 사업자등록증명"):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert "Holds a virus: 사업자등록증명" in text(at(owner, "get", DURING, url("check", draft)))
    letter = Letter.objects.get(kind="paper_infected")
    assert (letter.address, "Eicar" in letter.body, "D02.pdf" in letter.body) == (
        draft.created_by.email,
        True,
        True,
    )


def test_while_a_file_is_withheld_only_the_firm_opens_it(world, draft):
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    firm, officer = browser(draft.created_by), browser(world.officer)
    stored = document(draft, "D02").file
    address = url("download", draft, stored.key)

    for scan, said in (("scanning", "still being checked"), ("infected", "holds a virus")):
        StoredFile.objects.filter(pk=stored.pk).update(scan=scan)
        refused, own = officer.get(address), firm.get(address)
        assert b"".join(own.streaming_content) == PDF
        assert (refused.status_code, own.status_code) == (409, 200)
        assert said in text(refused)
        page = officer.get(draft.get_absolute_url()).content.decode()
        assert address not in page
    StoredFile.objects.filter(pk=stored.pk).update(scan="clean")
    assert b"".join(officer.get(address).streaming_content) == PDF


def test_a_resident_number_is_warned_of_with_its_place_and_never_shown(world, draft, owner):
    lines = ("계획", "대표 홍길동 900101-1234567", "끝")
    send(owner, draft, fixtures.hwp(lines), code="D01", name="plan.hwp")
    send(owner, draft, fixtures.pdf(lines), code="D04")
    examine_files()

    firm = text(at(owner, "get", DURING, url("papers", draft)))
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    officer = browser(world.officer)
    staff = text(officer.get(draft.get_absolute_url()))
    texts = text(officer.get(reverse("intake:texts", args=[draft.key]), {"q": "홍길동"}))

    assert "There seems to be a resident registration number in paragraph 2." in firm
    assert "There seems to be a resident registration number on page 1." in firm
    assert staff.count("Resident registration number?") == 2
    assert "Paragraph 2 … 대표 홍길동 ******-******* …" in texts
    assert "Page 1" in texts
    assert not any("1234567" in page for page in (firm, staff, texts))


def test_the_text_says_why_there_is_none(world, draft, owner):
    page = text(at(owner, "get", DURING, url("texts", draft)))

    assert "The text is being read" in page
    infect(draft, "D01")
    assert Application.objects.get(pk=draft.pk).documents.count() == 2


# Round trip


def test_g17_the_header_names_the_file_for_every_browser(draft, owner):
    name, content = "사업계획서 (최종).pdf", b"%PDF-1.7\n" + random.Random(2).randbytes(1024 * 1024)
    send(owner, draft, content, name=name)

    response = at(owner, "get", DURING, url("download", draft, document(draft).file.key))

    received = b"".join(response.streaming_content)
    assert hashlib.sha256(received).hexdigest() == hashlib.sha256(content).hexdigest()
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%EC%82%AC%EC%97%85%EA%B3%84%ED%9A%8D%EC%84%9C%20%28%EC%B5%9C%EC%A2%85%29.pdf"
    )
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def test_an_infected_paper_that_a_supplement_does_not_name_does_not_stop_it(world):
    application = world.submitted(world.r1, world.a)
    due = CLOSES + timedelta(days=9)
    with clock.at(CLOSES + timedelta(days=1)):
        named = application.call.papers.filter(code="D01")
        actions.request_supplement(application, papers=named, message="Sign it", due_at=due, by=world.officer)
        actions.add_paper(
            application, paper=named.get(), upload=pdf(), by=application.created_by, now=clock.now()
        )
    infect(application, "D01")

    with pytest.raises(Refused, match=r"virus|바이러스"):
        actions.hand_in_supplement(application, by=application.created_by, arrived_at=due - timedelta(days=1))
    StoredFile.objects.update(scan="clean")
    infect(application, "D02")
    actions.hand_in_supplement(application, by=application.created_by, arrived_at=due - timedelta(days=1))


def test_a_paper_that_is_sent_too_late_is_refused_with_both_instants_and_no_form_that_is_of_no_use(
    draft, owner
):
    with clock.at(CLOSES):
        answer = owner.post(url("paper", draft, "D04"), {"file": pdf(), "upload": "1"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert page.count("2026-12-15 18:00:00") == 2
    assert 'type="file"' not in page
    assert not draft.documents.filter(paper__code="D04").exists()
