"""Questions that ask for a file: built, asked under a condition, uploaded as papers are, handed in, recalled, taken away."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from applications.calls import actions as calls
from applications.calls import announcing, building, tree
from applications.calls.models import Call
from applications.calls.rules import foreseen
from applications.intake import actions
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.printed import written
from applications.intake.queries import facts
from applications.intake.rules import missing
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.files import StoredFile
from tests.asking import reasons
from tests.calls.test_actions import prepare
from tests.calls.test_building import act, add, desk, question
from tests.intake.test_papers import announce, infect, send
from tests.intake.test_views import at, browser, text, url
from tests.world import AFTER, BEFORE, CERTIFICATES, DURING, PDF, pdf, png

pytestmark = pytest.mark.usefixtures("english")
DUE = AFTER + timedelta(days=3)
OVER = DUE + ON_THEIR_WAY
ONLY_AFTER_YES = {"question": "restructuring", "is": ["yes"]}
ASKED = {"kind": "file", "label": "Approved plan", "help": "All pages", "options": ["pdf"], "max_length": 2}


def built(world):
    """A call in preparation with a file after another answer on its page, and one that every plan has."""
    call = prepare(world)
    call.papers.filter(code__in=CERTIFICATES).delete()
    call.papers.update(needed_from="")
    part = call.questions.get(code="restructuring").part
    asked = add(call, "question", world, within=part, condition=ONLY_AFTER_YES, **ASKED)
    add(
        call,
        "question",
        world,
        within=call.parts.last(),
        kind="file",
        label="A sketch",
        required=False,
        max_length=30,
    )
    return call, asked


def written_to(call, world):
    """A draft to this call, once it is published."""
    call.refresh_from_db()
    call.items.all().delete()
    call.papers.filter(code="D16").delete()
    with clock.at(BEFORE):
        call = calls.publish(call, by=world.officer)
    return world.draft(call, world.a)


@pytest.fixture
def draft(world):
    call, _asked = built(world)
    return written_to(call, world)


def answer(draft, **answers):
    draft.refresh_from_db()
    actions.edit(draft, by=draft.created_by, now=DURING, version=draft.version, answers=answers)
    draft.refresh_from_db()


def put(draft, upload, code="F01"):
    paper = draft.call.papers.get(code=code)
    with clock.at(DURING):
        actions.add_paper(draft, paper=paper, upload=upload, by=draft.created_by, now=DURING)


def papers(receipt):
    return [paper["paper"] for paper in receipt.snapshot["papers"]]


# Built


def test_an_officer_asks_for_a_file_and_its_paper_follows_the_question(world):
    call = prepare(world)
    client, part = browser(world.officer), call.questions.get(code="restructuring").part
    address = f"{desk('add', call.key, 'question')}?within={part.ordinal}"
    asked = question(
        call, part=part.pk, kind="file", label="Approved plan", help="All pages", required="on", kinds=["pdf", "hwp"],
        max_length="5", asked_when=["restructuring:yes"],
    )  # fmt: skip

    wrong = client.post(address, asked | {"max_length": "31"})
    client.post(address, asked)

    made = call.questions.get(label="Approved plan")
    paper = made.paper
    assert wrong.context["form"].errors == {"max_length": ["At most 30 for this kind."]}
    assert (paper.code, paper.name, paper.help, paper.required) == ("F01", "Approved plan", "All pages", True)
    assert (paper.kinds, paper.most_mb, paper.part, paper.condition) == (
        ["pdf", "hwp"],
        5,
        part,
        ONLY_AFTER_YES,
    )
    assert foreseen(paper, set(), "root").holds is None
    form = client.get(desk("piece", call.key, "question", tree.place_of("question", made))).context["form"]
    assert (form["kinds"].value(), form["max_length"].value()) == (["pdf", "hwp"], 5)
    assert "Approved plan" not in text(client.get(desk("edit", call.key, "papers")))

    act(building.change, call, "question", made, world, label="The plan", part=call.parts.last())
    paper.refresh_from_db()
    assert (paper.name, paper.part, paper.code) == ("The plan", call.parts.last(), "F01")
    copy = calls.copy(Call.objects.get(pk=call.pk), year=2028, title="Next", opens_at=clock.kst(2028, 1, 3),
                      closes_at=clock.kst(2028, 2, 29), by=world.officer)  # fmt: skip
    assert copy.papers.get(code="F01").question == copy.questions.get(label="The plan")
    act(building.change, call, "question", made, world, kind="text", options=[])
    assert not call.papers.filter(code="F01").exists()


def test_a_correction_of_its_hint_reaches_the_upload(world, draft):
    call = draft.call
    code = call.questions.get(label="Approved plan").code

    assert "paper:F01" not in announcing.changeable(call)
    with clock.at(DURING):
        announcing.correct(
            call, texts={f"question:{code}": "Signed"}, reason="Clearer", revision=0, by=world.officer
        )

    assert call.papers.get(code="F01").help == "Signed"


def test_the_preview_of_a_call_shows_every_file_it_may_ask_for(world):
    call, asked = built(world)
    first = asked.part
    act(building.change, call, "question", asked, world, part=add(call, "part", world, title="More"))

    pages = [
        text(browser(world.officer).get(reverse("intake:section_preview", args=[call.key, name])))
        for name in (first.slug, call.parts.last().slug, "papers")
    ]

    assert ["Approved plan" in page for page in pages] == [False, True, False]


# Asked


def test_it_is_asked_for_while_its_condition_holds_and_stands_in_its_section(draft):
    client = browser(draft.created_by)
    part = draft.call.papers.get(code="F01").part.slug
    assert missing(draft) == []

    answer(draft, restructuring="yes", restructured_on="2026-03-02")
    gaps = [gap for gap in missing(draft) if gap.field.startswith("paper_")]
    page = at(client, "get", DURING, url("section", draft, part)).content.decode()
    check = at(client, "get", DURING, url("check", draft)).content.decode()

    assert [(str(gap), gap.field, gap.section) for gap in gaps] == [
        ("Missing: Approved plan", "paper_F01", part)
    ]
    assert 'id="paper_F01"' in page and "PDF, up to 2 MB" in page
    assert 'data-most="2097152" data-asked-by="answer_restructuring" data-asked-when="yes"' in page
    assert f"{url('section', draft, part)}#paper_F01" in check
    with pytest.raises(Refused, match="Approved plan"):
        actions.submit(draft, by=draft.created_by, arrived_at=DURING)


def test_after_an_answer_on_another_page_the_section_itself_leaves_it_out(world, draft):
    """The same holds of a question of any kind."""
    call = draft.call
    last = call.parts.create(ordinal=9, title="More")
    call.questions.create(
        call=call, part=last, ordinal=1, code="why", kind="text", label="Why so?", condition=ONLY_AFTER_YES
    )
    call.questions.create(call=call, part=last, ordinal=2, code="any", kind="text", label="Anything else?")
    call.questions.filter(label="Approved plan").update(part=last, ordinal=3)
    call.papers.filter(code="F01").update(part=last)
    Call.objects.filter(pk=call.pk).update(revision=1)  # it is read once in each process otherwise
    client = browser(draft.created_by)

    def page():
        return at(client, "get", DURING, url("section", draft, last.slug)).content.decode()

    assert "Why so?" not in page() and "Approved plan" not in page()
    answer(draft, restructuring="yes")
    shown = page()
    assert (
        "Why so?" in shown
        and "Approved plan" in shown
        and 'data-asked-by="answer_restructuring"' not in shown
    )


@pytest.mark.parametrize(
    ("upload", "said"),
    [(pdf("a.pdf", PDF + b" " * 2 * 1024 * 1024), "The file is larger than 2 MB."), (png(), "PDF")],
)
def test_its_kinds_and_its_size_hold_for_the_plain_form_and_for_pieces(draft, upload, said):
    client = browser(draft.created_by)
    content = upload.read()
    upload.seek(0)

    whole = at(client, "post", DURING, url("paper", draft, "F01"), {"file": upload, "upload": "1"})
    pieces = send(client, draft, content, code="F01", name=upload.name)

    assert (whole.status_code, pieces.status_code) == (409, 409)
    assert said in text(whole) and said in pieces.json()["reasons"][0]
    assert draft.documents.filter(paper__code="F01").count() == 0


# Handed in


def test_it_is_handed_in_read_recalled_and_mended_as_a_paper(world, draft):
    owner = draft.created_by
    answer(draft, restructuring="yes", restructured_on="2026-03-02")
    client = browser(owner)
    assert send(client, draft, PDF, code="F01", name="승인서.pdf").json() == {"done": True}
    infect(draft, "F01")
    assert [str(gap) for gap in missing(draft)] == ["Holds a virus: Approved plan"]
    StoredFile.objects.update(scan="clean")

    preview = text(at(client, "get", DURING, url("preview", draft)))
    receipt = actions.submit(draft, by=owner, arrived_at=DURING)
    draft.refresh_from_db()

    frozen = receipt.snapshot["papers"][-1]
    assert (frozen["paper"], frozen["file"], frozen["sha256"]) == (
        "Approved plan", "승인서.pdf", hashlib.sha256(PDF).hexdigest(),
    )  # fmt: skip
    assert receipt.held.filter(file__sha256=frozen["sha256"]).exists()
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(written(draft, at=DURING))).pages)
    for shown in (preview, printed, text(browser(world.officer).get(draft.get_absolute_url()))):
        assert shown.count("승인서.pdf") == 2  # beside its question, and among the papers

    changes = actions.recall(draft, by=owner, now=DURING)
    changes.refresh_from_db()
    put(changes, pdf("새 승인서.pdf", PDF + b"\n"))
    second = actions.submit(changes, by=owner, arrived_at=DURING)
    assert [one.snapshot["papers"][-1]["file"] for one in (receipt, second)] == [
        "승인서.pdf",
        "새 승인서.pdf",
    ]

    with clock.at(AFTER):
        draft.refresh_from_db()
        named = draft.call.papers.filter(code="F01")
        actions.request_supplement(
            draft, papers=named, message="Sign it", due_at=AFTER.replace(year=2027), by=world.officer
        )
        draft.refresh_from_db()
        later = browser(owner)
    assert "Approved plan" in text(at(later, "get", AFTER, url("papers", draft)))
    assert announce(later, draft, LATER, code="F01", now=AFTER).status_code == 200


LATER = PDF + b" mended\n"


def test_a_file_whose_question_is_asked_no_more_is_not_handed_in(world, draft):
    answer(draft, restructuring="yes", restructured_on="2026-03-02")
    put(draft, pdf("승인서.pdf", PDF + b"\n\n"))
    answer(draft, restructuring="no")

    assert "Approved plan" not in [document.paper.name for document in facts(draft)["documents"]]
    assert draft.documents.filter(
        paper__code="F01"
    ).exists()  # until then it waits for the answer to come back
    receipt = actions.submit(draft, by=draft.created_by, arrived_at=DURING)

    assert "Approved plan" not in papers(receipt)
    assert not draft.documents.filter(paper__code="F01").exists()
    assert not StoredFile.objects.filter(name="승인서.pdf").exists()


@pytest.mark.parametrize(("tracks", "shown"), [([], ["F01"]), (["venture"], [])])
def test_a_file_that_other_tracks_are_asked_for_has_no_place_on_the_page(world, tracks, shown):
    call, asked = built(world)
    call.questions.filter(pk=asked.pk).update(tracks=tracks)
    draft = written_to(call, world)

    page = at(browser(draft.created_by), "get", DURING, url("section", draft, asked.part.slug))

    assert [row[0].code for row in page.context["papers"]] == shown


def test_a_supplement_that_opens_a_file_lets_its_paper_be_put_in_and_no_other(world, draft):
    owner, call = draft.created_by, draft.call
    actions.submit(draft, by=owner, arrived_at=DURING)
    client, file, other = (
        browser(owner),
        call.papers.get(code="F01"),
        call.papers.exclude(question=None).get(name="A sketch"),
    )
    with clock.at(AFTER):
        actions.request_supplement(
            draft, papers=[], questions=call.questions.filter(code="restructuring"), message="Is it so?", due_at=DUE,
            by=world.officer,
        )  # fmt: skip

    def renew(paper):
        with clock.at(AFTER):
            actions.add_paper(draft, paper=paper, upload=pdf("승인서.pdf", LATER), by=owner, now=AFTER)

    def shown():
        return [row[0].code for row in at(client, "get", AFTER, url("papers", draft)).context["papers"]]

    before = shown()
    with clock.at(AFTER):
        draft.refresh_from_db()
        given = {"restructuring": "yes", "restructured_on": "2026-03-02"}
        actions.mend_answers(draft, answers=given, version=draft.version, by=owner, now=AFTER)
        missing = reasons(actions.hand_in_supplement, draft, by=owner, arrived_at=AFTER)
        closed = reasons(renew, other)
        renew(file)
        receipt = actions.hand_in_supplement(draft, by=owner, arrived_at=AFTER)

    assert (before, missing) == ([], ["Missing: Approved plan"])
    assert closed == ["This paper cannot be changed now."]
    assert papers(receipt)[-1] == "Approved plan"


def test_another_file_is_change_enough_of_the_answer_that_it_follows(world, draft):
    answer(draft, restructuring="yes", restructured_on="2026-03-02")
    put(draft, pdf("승인서.pdf", PDF + b"\n\n"))
    actions.submit(draft, by=draft.created_by, arrived_at=DURING)
    with clock.at(AFTER):
        actions.request_supplement(
            draft, papers=[], questions=draft.call.questions.filter(code="restructuring"), message="It is not signed",
            due_at=DUE, by=world.officer,
        )  # fmt: skip
        untouched = reasons(actions.hand_in_supplement, draft, by=draft.created_by, arrived_at=AFTER)
        paper = draft.call.papers.get(code="F01")
        actions.add_paper(draft, paper=paper, upload=pdf("승인서.pdf", LATER), by=draft.created_by, now=AFTER)
        page = browser(draft.created_by).get(url("papers", draft))
        receipt = actions.hand_in_supplement(draft, by=draft.created_by, arrived_at=AFTER)

    assert untouched == [f"Not yet changed: {draft.call.questions.get(code='restructuring').label}"]
    assert [done for _question, done in page.context["answers"]] == [True]
    assert receipt.snapshot["papers"][-1]["sha256"] == hashlib.sha256(LATER).hexdigest()


def test_a_file_that_a_supplement_opened_is_gone_when_it_is_not_handed_in(world, draft):
    owner, call = draft.created_by, draft.call
    actions.submit(draft, by=owner, arrived_at=DURING)
    with clock.at(AFTER):
        actions.request_supplement(
            draft, papers=[], questions=call.questions.filter(code="restructuring"), message="Is it so?", due_at=DUE,
            by=world.officer,
        )  # fmt: skip
        draft.refresh_from_db()
        actions.mend_answers(
            draft, answers={"restructuring": "yes"}, version=draft.version, by=owner, now=AFTER
        )
        actions.add_paper(
            draft, paper=call.papers.get(code="F01"), upload=pdf("승인서.pdf", LATER), by=owner, now=AFTER
        )
    with clock.at(OVER):
        actions.take_as_is(draft, by=world.officer)

    assert not draft.documents.filter(paper__code="F01").exists()
    assert not StoredFile.objects.filter(name="승인서.pdf").exists()
