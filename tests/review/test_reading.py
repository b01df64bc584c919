"""What a reviewer reads of an application and when: before declaring, under the pledge of today, with or without its files."""

import re
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from applications.calls.models import Call
from applications.intake import actions as intake
from applications.kernel import clock
from applications.kernel.errors import Denied
from applications.kernel.files.tasks import examine_files
from applications.review import actions, pledges
from applications.review.pledges import PLEDGE, VERSION, Pledge
from tests import fixtures
from tests.asking import fresh, reasons, text
from tests.review.test_meetings import Table
from tests.world import DURING, browser, png

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
PERSON = "CANARY-PERSON"


# Before the declaration


def with_partners(world):
    """An R&D application with a joint institution, a demand company and where its leader works, in review."""
    call = world.call("rnd", quorum=3)
    application = world.in_review(call, world.a, title="CANARY-TITLE")
    answers = application.answers | {"need": "CANARY-ANSWER", "leader": "CANARY-LEADER, Casting lab"}
    row = {"part": "joint", "name": "CANARY-INSTITUTE", "number": "2208162517", "role": "CANARY-ROLE", "size": "small",
           "grant": 7_654_321, "cash": 1_234_567, "in_kind": 0}  # fmt: skip
    type(application).objects.filter(pk=application.pk).update(
        answers=answers, institutions=[row], summary="CANARY-SUMMARY",
        demand={"name": "CANARY-BUYER", "number": "", "item": "CANARY-ITEM"},
    )  # fmt: skip
    return fresh(application)


def test_before_the_declaration_firm_title_and_people_are_shown_and_nothing_else(world):
    application = with_partners(world)
    assignment = world.assigned(application, clear=False)
    client = browser(assignment.reviewer)

    page = text(client.get(reverse("review:declare", args=[assignment.key])))
    own = text(client.get(reverse("review:own")))

    for shown in ("CANARY-TITLE", world.a.name, world.a.representative, "CANARY-LEADER, Casting lab",
                  "Joint institution CANARY-INSTITUTE", "Demand company CANARY-BUYER"):  # fmt: skip
        assert shown in page
    names = {"TITLE", "LEADER", "INSTITUTE", "BUYER"}
    assert set(re.findall(r"CANARY-(\w+)", page)) == names
    assert set(re.findall(r"CANARY-(\w+)", own)) == {"TITLE"}
    secrets = [world.a.business_number, "2208162517", "7,654,321", "1,234,567", f"{application.requested_krw:,}",
               world.owner_of(world.a).email, *(str(one.file.key) for one in application.documents.select_related("file"))]  # fmt: skip
    assert [secret for secret in secrets if secret in page] == []
    for hidden in ("sheet", "compare", "read_back", "skip", "sheet_pdf"):
        assert client.get(reverse(f"review:{hidden}", args=[assignment.key])).status_code in (302, 404)
    for hidden in ("detail", "texts", "preview", "pdf"):
        assert client.get(reverse(f"intake:{hidden}", args=[application.key])).status_code == 404


def test_after_it_a_reviewer_reads_names_and_roles_and_no_numbers_of_partners(world):
    application = with_partners(world)
    assignment = world.assigned(application)
    client = browser(assignment.reviewer)

    pages = [text(client.get(reverse(name, args=[key]))) for name, key in (
        ("review:sheet", assignment.key), ("intake:detail", application.key),
    )]  # fmt: skip

    for page in pages:
        assert "CANARY-ROLE" in page
        assert [secret for secret in ("220-81-62517", "7,654,321", "1,234,567") if secret in page] == []
    officer = text(world.client(world.officer).get(reverse("intake:detail", args=[application.key])))
    assert "220-81-62517" in officer and "7,654,321" in officer


# The pledge


@pytest.mark.once
def test_who_changes_the_pledge_gives_it_another_version():
    """Two years later somebody asks what was pledged: a version is one text. Write the new pair here."""
    with override("en"):
        print_of_text = sha256(str(PLEDGE).encode()).hexdigest()[:12]

    assert (VERSION, print_of_text) == ("2026-12", "251432337188")


def test_another_version_of_the_pledge_is_asked_for_before_the_next_look(world, monkeypatch):
    table = Table(world, (80, 80, 80), (80, None, 80)).open()
    member = table.members[0]
    done, mine = (table.sheets[one.pk, member.pk] for one in table.applications)
    application = table.applications[1]
    client, chair = browser(member), browser(table.chair)
    meeting = reverse("review:meeting", args=[table.panel.key])
    hidden = [
        reverse("review:read_back", args=[mine.key]), reverse("review:sheet_pdf", args=[done.key]),
        reverse("review:compare", args=[mine.key]), reverse("intake:detail", args=[application.key]),
        reverse("intake:texts", args=[application.key]),
    ]  # fmt: skip
    before = [client.get(address).status_code for address in (*hidden, mine.get_absolute_url())]
    score = fresh(table.applications[0]).final_score

    monkeypatch.setattr(pledges, "VERSION", "2027-01")
    closed = [client.get(address).status_code for address in hidden]
    led = client.get(mine.get_absolute_url())
    heard = chair.get(meeting), chair.get(reverse("review:hearing", args=[table.hearing().key]))

    assert before == [200] * 6
    assert closed == [404] * 5
    assert (led.status_code, led.url) == (302, reverse("review:declare", args=[mine.key]))
    with pytest.raises(Denied):
        world.save(mine, 1, 2, 3)
    assert reasons(actions.declare, mine, code="", by=member) == ["Please accept the pledge first."]
    assert ("Please accept the pledge" in text(heard[0]), heard[1].status_code) == (True, 404)
    assert "80" not in re.sub(
        r"\d{3,}", "", text(heard[0]).partition("Please accept")[2].partition("RootGrants")[0]
    )
    assert fresh(table.applications[0]).final_score == score  # who pledged then judged under that text

    asked = client.post(led.url, {"conflict": "none"})
    client.post(led.url, {"conflict": "none", "pledge": "on"})
    pledge = reverse("review:pledge", args=[table.call.key])
    refused = chair.post(pledge, {"pledge": ""})
    chair.post(pledge, {"pledge": "on"})

    assert list(asked.context["form"].errors) == list(refused.context["form"].errors) == ["pledge"]
    assert [client.get(address).status_code for address in hidden] == [200] * 5
    assert "Castings" in text(chair.get(meeting)) and "Please accept" not in text(chair.get(meeting))
    assert sorted(Pledge.objects.filter(user=member).values_list("version", flat=True)) == [
        "2026-12",
        "2027-01",
    ]


# The papers


def ask(client, address):
    """The answer, with its file read to the end."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer


@pytest.mark.parametrize(("make", "name"), [(fixtures.hwp, "plan.hwp"), (fixtures.hwpx, "plan.hwpx")])
def test_of_a_real_document_of_hangul_the_text_stands_beside_the_sheet(world, make, name):
    draft = world.draft(world.r1, world.a)
    owner, paper = world.owner_of(world.a), world.r1.papers.get(code="D01")
    lines = ("사업계획서 <b>", "2. 보유한 핵심기술 & 인력", "대표 홍길동 900101-1234567")
    with clock.at(DURING):
        upload = SimpleUploadedFile(name, make(lines))
        intake.add_paper(draft, paper=paper, upload=upload, by=owner, now=DURING)
        examine_files()
        intake.submit(draft, by=owner, arrived_at=DURING)
    world.checked(fresh(draft))
    intake.open_review(fresh(draft), by=world.officer)
    assignment = world.assigned(fresh(draft))
    client = browser(assignment.reviewer)
    file = draft.documents.get(paper=paper).file

    address = reverse("review:paper", args=[assignment.key, file.key])
    answer = client.get(address)
    page = answer.content.decode()

    assert address in client.get(assignment.get_absolute_url()).content.decode()
    assert file.kind == name.rpartition(".")[2]
    assert (answer["Content-Type"], answer["X-Frame-Options"]) == ("text/html; charset=utf-8", "SAMEORIGIN")
    assert "사업계획서 &lt;b&gt;" in page and "2. 보유한 핵심기술 &amp; 인력" in page
    assert ("900101" in page, "******-*******" in page) == (False, True)
    type(file).objects.filter(pk=file.pk).update(scan="infected")
    held = client.get(address)
    assert (held.status_code, "holds a virus" in text(held), "핵심기술" in text(held)) == (409, True, False)


def test_a_picture_is_drawn_beside_the_sheet_as_a_pdf_is(world):
    draft = world.draft(world.r1, world.a)
    owner, paper = world.owner_of(world.a), world.r1.papers.get(code="D02")
    with clock.at(DURING):
        intake.add_paper(draft, paper=paper, upload=png(), by=owner, now=DURING)
        intake.submit(draft, by=owner, arrived_at=DURING)
    world.checked(fresh(draft))
    intake.open_review(fresh(draft), by=world.officer)
    assignment = world.assigned(fresh(draft))
    found = {document.paper.code: document.file.key for document in draft.documents.all()}

    answers = [
        ask(browser(assignment.reviewer), reverse("review:paper", args=[assignment.key, found[code]]))
        for code in ("D01", "D02")
    ]

    assert [answer["Content-Type"] for answer in answers] == ["application/pdf", "image/png"]
    assert {answer["Content-Disposition"].partition(";")[0] for answer in answers} == {"inline"}
    assert {answer["X-Frame-Options"] for answer in answers} == {"SAMEORIGIN"}


def test_a_call_may_keep_its_papers_on_the_page(world):
    application = world.in_review(world.r1, world.a)
    assignment = world.assigned(application)
    file = application.documents.select_related("file").first().file
    client = browser(assignment.reviewer)
    taken = [reverse("review:download", args=[assignment.key, file.key]), reverse("intake:download", args=[application.key, file.key])]  # fmt: skip
    read = reverse("review:paper", args=[assignment.key, file.key])
    pages = [assignment.get_absolute_url(), application.get_absolute_url()]
    assert [ask(client, address).status_code for address in taken] == [200, 200]
    assert all(any(address in client.get(page).content.decode() for address in taken) for page in pages)

    Call.objects.filter(pk=world.r1.pk).update(reviewers_download=False)
    refused = [client.get(address) for address in (*taken, f"{taken[1]}?here")]

    assert [answer.status_code for answer in refused] == [409, 409, 409]
    assert all("they are not given out as files" in text(answer) for answer in refused)
    for page in pages:
        shown = client.get(page).content.decode()
        assert not any(address in shown for address in taken)
        assert file.name in shown and "they are not given out as files" in shown
    assert read in client.get(pages[0]).content.decode()
    assert ask(client, read)["Content-Disposition"].startswith("inline")
    assert client.get(reverse("intake:texts", args=[application.key])).status_code == 200
    for person in (world.officer, world.auditor, world.owner_of(world.a)):
        assert ask(browser(person), taken[1]).status_code == 200
