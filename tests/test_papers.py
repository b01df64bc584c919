"""Papers at a browser: chosen or dropped, one or many, with progress; refused, cancelled, and gone on with after a cut line."""

import hashlib
import random
import re
from base64 import b64encode
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from applications.calls import actions as calls
from applications.intake import actions
from applications.intake.models import Document
from applications.kernel import clock
from applications.kernel.files.arriving import PIECE_BYTES, Upload
from applications.kernel.files.stored import StoredFile
from tests import fixtures
from tests.calls.test_actions import prepare as prepared
from tests.calls.test_building import add
from tests.world import PASSWORD, World, sample

pytestmark = pytest.mark.browser
MEGABYTE = b"%PDF-1.7\n" + random.Random(17).randbytes(PIECE_BYTES)
LONG = b"%PDF-1.7\n" + random.Random(3).randbytes(4 * PIECE_BYTES)


@pytest.fixture
def draft(committed):
    world, now = World(), clock.now()
    call = world.call(
        opens=now - timedelta(days=1), closes=now + timedelta(days=40), published=now - timedelta(days=9)
    )
    return world.draft(call, world.a, complete=False, at=now)


@pytest.fixture
def writer(street, draft):
    """The owner of the firm on the page of papers."""
    person = street.comes()
    person.sign_in(draft.created_by.email, PASSWORD)
    person.page.goto(f"{street.address}/applications/{draft.key}/sections/papers/")
    person.hears = "409|ERR_"
    yield person.arrived()
    assert [told for told in street.complaints if not re.search(person.hears, told)] == []


def a_file(name, content):
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def row(writer, code):
    return writer.page.locator(f"#paper_{code}")


def choose(writer, code, *files):
    with writer.page.expect_file_chooser() as chooser:
        row(writer, code).get_by_role("button", name=writer.said("Choose a file")).click()
    chooser.value.set_files(list(files))


def wait_for(writer, code, text):
    row(writer, code).get_by_text(text).first.wait_for()


def stored(code):
    return Document.objects.get(paper__code=code).file


def test_g17_what_is_uploaded_comes_back_with_its_name_and_its_bytes(writer):
    name, digest = "사업계획서 (최종).pdf", hashlib.sha256(MEGABYTE).hexdigest()

    choose(writer, "D01", a_file(name, MEGABYTE))
    link = row(writer, "D01").get_by_role("link", name=name)
    link.wait_for()
    with writer.page.expect_download() as download:
        link.click()

    assert (stored("D01").name, stored("D01").sha256) == (name, digest)
    assert download.value.suggested_filename == name
    assert hashlib.sha256(download.value.path().read_bytes()).hexdigest() == digest
    writer.arrived()


def test_a_file_is_uploaded_with_progress(writer, street):
    seen = []
    writer.page.expose_function("seen", lambda part: seen.append(part))
    writer.page.evaluate(
        """new MutationObserver(() => { const bar = document.querySelector(".upload progress");
        if (bar?.hasAttribute("value")) window.seen(bar.value); }).observe(document.body,
        {subtree: true, childList: true, attributes: true})"""
    )

    choose(writer, "D04", a_file("재무제표 (최종).pdf", LONG))
    wait_for(writer, "D04", "재무제표 (최종).pdf")
    row(writer, "D04").get_by_role("link", name="재무제표 (최종).pdf").wait_for()

    assert len({part for part in seen if 0 < part < 1}) >= 2
    assert stored("D04").sha256 == hashlib.sha256(LONG).hexdigest()
    assert "4 MB" in writer.page.locator("#room").inner_text()
    writer.arrived()


def test_a_wrong_file_is_refused_beside_its_paper_and_can_be_put_away(writer, street):
    choose(writer, "D04", a_file("a.pdf", b"MZ" * 100))
    row(writer, "D04").locator(".error").wait_for()
    writer.street.seen.clear()
    writer.arrived()

    assert "PDF, HWP, HWPX" in row(writer, "D04").locator(".error").inner_text()
    row(writer, "D04").get_by_role("button", name=writer.said("Dismiss")).click()
    assert row(writer, "D04").locator(".upload").count() == 0
    assert Document.objects.count() == 0


def test_a_file_whose_ending_is_not_true_is_said_to_be_kept_under_another_name(writer, street):
    choose(writer, "D04", a_file("재무제표.hwp", fixtures.pdf()))
    row(writer, "D04").get_by_role("link", name="재무제표.hwp.pdf").wait_for()

    assert row(writer, "D04").locator(".warning").get_by_text("재무제표.hwp.pdf").is_visible()


def test_a_refusal_does_not_look_like_the_file_that_stands(writer, street):
    choose(writer, "D04", a_file("재무제표.pdf", fixtures.pdf()))
    row(writer, "D04").get_by_role("link", name="재무제표.pdf").wait_for()
    badge = row(writer, "D04").locator(".paper-side .badge")
    assert badge.inner_text() == writer.said("Uploaded")

    with writer.page.expect_file_chooser() as chooser:
        row(writer, "D04").get_by_role("button", name=writer.said("Replace the file")).click()
    chooser.value.set_files([a_file("새 재무제표.hwp", b"MZ" * 100)])
    row(writer, "D04").locator(".upload .error").wait_for()
    writer.street.seen.clear()
    writer.arrived()

    assert not badge.is_visible()
    assert row(writer, "D04").locator(".upload .badge").inner_text() == writer.said("Not accepted")
    stands = writer.said("The file uploaded before stands: FILE.").replace("FILE", "재무제표.pdf")
    assert row(writer, "D04").locator(".upload").get_by_text(stands).is_visible()
    with writer.page.expect_file_chooser():
        row(writer, "D04").get_by_role("button", name=writer.said("Choose another file")).click()
    row(writer, "D04").get_by_role("button", name=writer.said("Dismiss")).click()
    assert badge.is_visible()
    assert stored("D04").name == "재무제표.pdf"


def test_a_name_that_no_paper_ends_in_is_refused_before_it_is_sent(writer, street):
    asked = []
    writer.page.on("request", lambda request: "/static/" in request.url or asked.append(request.url))

    choose(writer, "D01", a_file("설치.exe", b"MZ" * 100))

    assert ".exe" in row(writer, "D01").locator(".error").inner_text()
    assert "PDF, HWP, HWPX" in row(writer, "D01").locator(".error").inner_text()
    assert asked == []


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(writer, street, tmp_path):
    asked, large = [], tmp_path / "a.pdf"
    large.write_bytes(bytes(31_457_281))
    writer.page.on("request", lambda request: "/static/" in request.url or asked.append(request.url))

    choose(writer, "D04", large)

    said = writer.said("The file is larger than SIZE MB.").replace("SIZE", "30")
    assert row(writer, "D04").locator(".error").inner_text() == said
    assert asked == []


def test_a_paper_of_a_part_is_uploaded_in_its_section_which_is_complete_then(committed, street):
    world, now = World(), clock.now()
    call = world.call(
        "rnd",
        opens=now - timedelta(days=1),
        closes=now + timedelta(days=40),
        published=now - timedelta(days=9),
    )
    call.papers.filter(code="D17").update(required=True)
    draft = world.draft(call, world.a, complete=False, at=now)
    actions.edit(
        draft, by=draft.created_by, now=now, version=draft.version,
        answers={question.code: sample(question) for question in call.asked},
    )  # fmt: skip
    person = street.comes_back(
        draft.created_by, f"/applications/{draft.key}/sections/plan-3/", looked_at=True
    )
    person.arrived()
    step = person.page.locator("#steps [aria-current]")
    assert "1" in step.inner_text()

    choose(person, "D17", a_file("설비 도입계획.pdf", fixtures.pdf()))
    row(person, "D17").get_by_role("link", name="설비 도입계획.pdf").wait_for()

    assert person.said("Complete") in step.inner_text()
    assert row(person, "D17").locator(".badge").inner_text() == person.said("Uploaded")
    assert person.page.locator(".drop").count() == 0
    assert stored("D17").name == "설비 도입계획.pdf"
    assert street.complaints == []


def test_a_file_that_a_question_asks_for_comes_with_its_condition_and_is_uploaded_in_its_place(
    committed, street
):
    world, now = World(), clock.now()
    call = prepared(world, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=40))
    add(call, "question", world, within=call.parts.get(ordinal=2), kind="file", label="승인서", options=["pdf"], max_length=1,
        condition={"question": "restructuring", "is": ["yes"]})  # fmt: skip
    call.refresh_from_db()
    draft = world.draft(calls.publish(call, by=world.officer), world.a, complete=False, at=now)
    person = street.comes_back(
        draft.created_by, f"/applications/{draft.key}/sections/plan-2/", looked_at=True
    )

    assert row(person, "F01").is_hidden()
    person.tick("Yes")
    row(person, "F01").wait_for()
    choose(person, "F01", a_file("승인서.pdf", LONG))
    assert "1 MB" in row(person, "F01").locator(".error").inner_text()
    row(person, "F01").get_by_role("button", name=person.said("Dismiss")).click()
    choose(person, "F01", a_file("승인서.pdf", fixtures.pdf()))
    row(person, "F01").get_by_role("link", name="승인서.pdf").wait_for()
    person.tick("No")

    assert row(person, "F01").is_hidden() and stored("F01").name == "승인서.pdf"
    assert street.complaints == []


def test_after_a_cut_line_it_goes_on_where_it_stopped(writer, street):
    sent = []

    def line(route, request):
        if len(sent) == 2:
            return route.abort("connectionreset")
        sent.append(request.url.partition("?")[2])
        return route.continue_()

    writer.page.route("**/uploads/*/*", line)
    choose(writer, "D04", a_file("plan.pdf", LONG))
    wait_for(
        writer, "D04", writer.said("The connection was cut. What has arrived is kept; it goes on from there.")
    )
    assert Upload.objects.get().received == 2 * PIECE_BYTES

    writer.page.unroute("**/uploads/*/*")
    writer.page.on(
        "request", lambda request: "offset" in request.url and sent.append(request.url.partition("?")[2])
    )
    row(writer, "D04").get_by_role("button", name=writer.said("Try again")).click()
    row(writer, "D04").get_by_role("link", name="plan.pdf").wait_for()

    assert sent == [f"offset={number * PIECE_BYTES}" for number in range(5)]
    assert stored("D04").sha256 == hashlib.sha256(LONG).hexdigest()


LOSES = """([part, left]) => { const sent = window.fetch; let lost = false;
  window.fetch = async (url, ...more) => {
    const answer = await sent(url, ...more);
    if (lost || !url.includes(part)) return answer;
    lost = true;
    if (left) return new Response(left);
    throw new TypeError("the line is cut"); }; }"""
LAST = f"offset={4 * PIECE_BYTES}"


@pytest.mark.parametrize(
    ("asked", "left"),
    [(LAST, ""), (LAST, '{"do'), ("sections/papers", "")],
    ids=["last answer", "half of it", "page after it"],
)
def test_a_file_whose_last_answer_is_lost_on_its_way_stands_once_and_the_page_says_so(writer, asked, left):
    sent = []
    writer.page.on(
        "request", lambda request: "/uploads/" in request.url and sent.append(request.url.partition("?")[2])
    )
    writer.hears += "|404"  # who asks again for what has come is told that nothing waits for it
    writer.page.evaluate(LOSES, [asked, left])

    choose(writer, "D04", a_file("plan.pdf", LONG))
    row(writer, "D04").get_by_role("link", name="plan.pdf").wait_for()
    expect(writer.page.locator("#announcer")).to_contain_text(writer.said("Uploaded"))

    pieces = [f"offset={number * PIECE_BYTES}" for number in range(5)]
    again = [LAST, ""] if asked == LAST else []
    assert sent == ["", *pieces, *again]
    assert row(writer, "D04").locator(".badge").inner_text() == writer.said("Uploaded")
    assert row(writer, "D04").locator(".upload").count() == 0
    assert (Document.objects.count(), StoredFile.objects.count(), Upload.objects.count()) == (1, 1, 0)
    assert stored("D04").sha256 == hashlib.sha256(LONG).hexdigest()


def test_an_upload_is_cancelled_on_its_way(writer, street):
    writer.page.route("**/uploads/*/?offset=2097152", lambda route, request: None)  # it hangs
    choose(writer, "D04", a_file("plan.pdf", LONG))
    wait_for(writer, "D04", "49%")
    with writer.page.expect_response(lambda response: response.request.method == "DELETE"):
        row(writer, "D04").get_by_role("button", name=writer.said("Cancel")).click()

    assert (Upload.objects.count(), Document.objects.count()) == (0, 0)
    assert row(writer, "D04").locator(".upload").count() == 0


def test_many_files_are_dropped_and_find_their_papers(writer, street):
    files = {
        "사업계획서.hwpx": fixtures.hwpx(),
        "사업자등록증명_2026.pdf": fixtures.pdf(),
        "이름 없는 파일.pdf": LONG,
    }
    data = writer.page.evaluate_handle(
        """files => { const data = new DataTransfer(); for (const [name, text] of files)
        data.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name)); return data; }""",
        [[name, b64encode(content).decode()] for name, content in files.items()],
    )
    writer.page.locator(".drop").dispatch_event("drop", {"dataTransfer": data})
    choices = writer.page.locator(".drop select")
    assert [choices.nth(place).input_value() for place in range(3)] == ["paper_D01", "paper_D02", ""]
    writer.street.seen.clear()
    writer.arrived()
    choices.nth(2).select_option("paper_D12")
    writer.page.get_by_role("button", name=writer.said("Upload all")).click()
    for code, name in (
        ("D01", "사업계획서.hwpx"),
        ("D02", "사업자등록증명_2026.pdf"),
        ("D12", "이름 없는 파일.pdf"),
    ):
        row(writer, code).get_by_role("link", name=name).wait_for()

    assert Document.objects.count() == 3


def test_many_files_are_sent_only_when_each_has_a_paper_of_its_own(writer, street):
    with writer.page.expect_file_chooser() as chooser:
        writer.page.get_by_role("button", name=writer.said("Choose several files")).click()
    names = ("D02 하나.pdf", "D02 둘.pdf", "이름 없는 파일.pdf", "설치.exe")
    chooser.value.set_files([a_file(name, fixtures.pdf()) for name in names])
    told = writer.page.locator(".drop li .error")
    twice = writer.said(
        "Several files are chosen for “PAPER”, which takes one. Please put them into one file, or choose another paper."
    ).replace("PAPER", row(writer, "D02").get_attribute("data-name"))
    assert [told.nth(place).inner_text() for place in range(3)] == [twice, twice, ""]
    assert ".exe" in told.nth(3).inner_text()

    writer.page.get_by_role("button", name=writer.said("Upload all")).click()
    assert told.nth(2).inner_text() == writer.said("Please choose which paper this file is.")
    writer.street.seen.clear()
    writer.arrived()
    assert Upload.objects.count() == 0

    choices = writer.page.locator(".drop select")
    choices.nth(1).select_option("paper_D04")
    choices.nth(2).select_option("paper_D12")
    writer.page.get_by_role("button", name=writer.said("Upload all")).click()
    for code, name in (("D02", names[0]), ("D04", names[1]), ("D12", names[2])):
        row(writer, code).get_by_role("link", name=name).wait_for()
    assert [item.inner_text().partition("\n")[0] for item in writer.page.locator(".drop li").all()] == [
        "설치.exe"
    ]


def test_without_a_script_a_paper_is_uploaded_on_its_page(street, draft):
    person = street.comes(looked_at=False)
    person.sign_in(draft.created_by.email, PASSWORD)
    context = street.browser.new_context(
        java_script_enabled=False, locale="ko-KR", storage_state=person.context.storage_state()
    )
    page = context.new_page()
    page.goto(f"{street.address}/applications/{draft.key}/sections/papers/")
    page.locator("#paper_D02 a").first.click()
    page.set_input_files("input[type=file]", a_file("plan.pdf", fixtures.pdf()))
    page.locator("[name=upload]").click()

    assert "plan.pdf" in page.locator("#paper_D02").inner_text()
    context.close()
