"""What firms would see of what an officer has typed and not saved."""

import re
from html import unescape

import pytest
from django.urls import reverse

from applications.calls import actions
from applications.calls.models import Call, Programme
from applications.kernel.audit import AuditEntry
from tests.world import CLOSES, OPENS, browser


def prepare(world, kind="sprout"):
    return actions.prepare(
        programme=Programme.objects.get(kind=kind), year=2027, title="T", summary="S", notice="N", opens_at=OPENS,
        closes_at=CLOSES, seats=5, by=world.officer,
    )  # fmt: skip


def desk(name, *args):
    return reverse(f"calls:{name}", args=args)


def preview(world, call, address, **typed):
    """Press Preview with this typed: the answer, and the page within it."""
    answer = browser(world.officer).post(address, {"version": call.version, "preview": "1"} | typed)
    found = re.search(r'<iframe[^>]* srcdoc="([^"]*)"', answer.content.decode())
    return answer, found and unescape(found[1])


def written():
    """All that a save would have changed."""
    call = Call.objects.get()
    pieces = [
        list(rows.order_by("pk").values())
        for rows in (call.questions, call.parts, call.papers, call.stages, call.items, call.quotas)
    ]
    return Call.objects.values().get(), pieces, AuditEntry.objects.count()


def test_a_notice_is_shown_as_it_is_typed_and_nothing_is_saved(world):
    call = prepare(world)
    before = written()

    answer, page = preview(
        world, call, desk("edit", call.key, "notice"), title="새 제목", summary="새 요약", notice="새 공고문 <b>", law="none"
    )  # fmt: skip

    assert answer.status_code == 200
    assert re.findall("새 제목|새 요약|새 공고문 &lt;b&gt;", page) == [
        "새 제목",
        "새 제목",
        "새 요약",
        "새 공고문 &lt;b&gt;",
    ]
    assert answer.context["form"]["notice"].value() == "새 공고문 <b>"
    assert written() == before


@pytest.mark.parametrize(
    ("name", "typed", "seen"),
    [
        ("question?within=2", {"part": 2, "label": "새 질문", "kind": "long"}, "새 질문"),
        (
            "part",
            {"title": "새 항목"},
            "The application",
        ),  # it asks nothing yet, so that firms see nothing of it
        ("paper", {"code": "", "name": "새 서류", "asked_of": "all"}, "새 서류"),
        ("paper", {"code": "D19", "name": "새 증빙", "asked_of": "bonus"}, "새 증빙"),
        ("criterion?within=1-1", {"name": "새 평가항목", "points": "7"}, "새 평가항목"),
        ("item", {"kind": "penalty", "name": "새 감점", "points": "1"}, "새 감점"),
        ("quota", {"of": "region-48", "least": "1", "most": "2"}, "Gyeongnam"),
    ],
)
def test_a_piece_that_is_typed_is_shown_where_firms_will_see_it_and_is_not_saved(world, name, typed, seen):
    call = prepare(world)
    before = written()
    kind, _mark, within = name.partition("?")
    if "part" in typed:
        typed = typed | {"part": call.parts.get(ordinal=typed["part"]).pk}

    answer, page = preview(world, call, f"{desk('add', call.key, kind)}?{within}", **typed)

    assert answer.context["form"].errors == {}
    assert (seen in page, written()) == (True, before)


def test_a_change_of_a_question_is_shown_in_the_part_it_would_go_to(world):
    call = prepare(world)
    asked, goal = call.questions.get(code="entry"), call.parts.get(ordinal=2)
    before = written()

    _answer, page = preview(
        world, call, desk("piece", call.key, "question", "1-1"), piece=asked.pk, part=goal.pk, label="옮긴 질문", kind="long"
    )  # fmt: skip

    assert re.findall(rf"옮긴 질문|<h1>{goal.title}</h1>", page) == [f"<h1>{goal.title}</h1>", "옮긴 질문"]
    assert written() == before


def test_a_part_is_shown_under_the_title_that_is_typed(world):
    call = prepare(world)
    part = call.parts.first()

    _answer, page = preview(world, call, desk("piece", call.key, "part", "1"), piece=part.pk, title="새 항목")

    assert "<h1>새 항목</h1>" in page
    assert part.title == call.parts.first().title


def test_what_cannot_be_saved_is_not_shown_and_the_reason_stands_in_its_place(world):
    call = prepare(world)
    typed = {"title": "Mine", "summary": "S", "notice": "N", "law": "none"}

    wrong, nothing = preview(world, call, desk("edit", call.key, "notice"), **typed | {"title": ""})
    actions.edit(call, section="notice", version=1, title="Theirs", by=world.officer2)
    stale, nothing_either = preview(world, call, desk("edit", call.key, "notice"), **typed)

    assert (nothing, nothing_either) == (None, None)
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (200, ["title"])
    assert (stale.status_code, stale.context["differences"][0]) == (409, ("Title", "Theirs", "Mine"))
