"""Law, validity of papers, tracks of questions, steps of criteria: built, previewed, asked of firms."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from applications.calls.models import Call
from applications.calls.stages import Criterion
from applications.firms.actions import vault
from applications.intake import actions as intake
from applications.intake.deciding import ON_THEIR_WAY
from applications.intake.models import Application
from applications.intake.rules import missing
from applications.intake.screened import papers_of
from applications.kernel import audit, clock
from applications.kernel.taxonomy import PaperKind
from applications.review import actions as review
from tests.asking import reasons
from tests.calls.test_actions import prepare
from tests.calls.test_building import question
from tests.calls.test_views import desk
from tests.intake.test_views import text, url
from tests.world import AFTER, DURING, at, browser, pdf

pytestmark = pytest.mark.usefixtures("english")
STEPS = {f"anchor_{place}": words for place, words in enumerate(("A", "B", "C", "D", "E"), 1)}

PEOPLE = "인력·투자와 사업재편"  # the second part of the plan


def test_an_officer_says_law_validity_tracks_and_steps_and_sees_them_as_firms_will(world):
    call, client = prepare(world, notice=""), browser(world.officer)

    def send(address, **data):
        data = {"version": Call.objects.get().version} | data
        response = client.post(address, data)
        return response.context["form"].errors if response.status_code == 200 else {}

    law = {"title": "A", "summary": "B", "notice": "C", "law": "subsidy"}
    assert send(desk("edit", call.key, "notice"), **law) == {}
    paper = {"code": "D19", "name": "Institute", "asked_of": "all", "valid": "issued"}
    assert send(desk("add", call.key, "paper"), **paper) == {"within": ["Please say within how many."]}
    assert send(desk("add", call.key, "paper"), **paper, within="37", unit="m") == {"within": ["At most 36."]}
    assert send(desk("add", call.key, "paper"), **paper, within="30", unit="d") == {}
    asked = question(call, part=call.parts.get(title=PEOPLE).pk, label="Of roots only", tracks=["root"])
    assert send(desk("add", call.key, "question") + "?within=2", **{**asked, "version": call.version}) == {}
    mended = Criterion.objects.get(group__stage__call=call, name="친환경·에너지·산업안전")
    piece = desk("piece", call.key, "criterion", "1-3-3")
    typed = {"piece": mended.pk, "name": "Green", "points": "5", "how": "steps"}
    assert send(piece, **typed, **(STEPS | {"anchor_4": ""})) == {
        "anchor_4": ["Please say what each of the five steps stands for, or of none."]
    }
    Call.objects.update(step=Decimal(1))
    assert send(piece, **typed | {"points": "3"}) == {
        "how": ["Five steps of so few points cannot be told apart in the step of a score."]
    }
    assert send(piece, **typed, **STEPS) == {}

    mended.refresh_from_db()
    assert (mended.by_steps, mended.anchors) == (True, ["A", "B", "C", "D", "E"])
    assert Call.objects.get().papers.get(code="D19").validity == "30d"
    frame = client.get(desk("preview", call.key))
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    for part in (
        "Subsidy under the Subsidy Act",
        "issued within 30 days",
        "Only these five values",
        "Good 4: B",
    ):
        assert part in text(frame)
    assert desk("preview", call.key) in client.get(piece).content.decode()
    form = reverse("intake:section_preview", args=[call.key, "plan-2"])
    seen = [
        "Of roots only" in text(client.get(form, {"track": track})) for track in ("", "root", "venture", "x")
    ]
    assert seen == [True, True, False, True]
    assert "only of Existing root firm" in text(client.get(desk("edit", call.key, "plan")))


def test_a_part_asks_every_track_something_and_no_track_that_cannot_apply(world):
    call, client = prepare(world), browser(world.officer)
    call.parts.get(title=PEOPLE).questions.update(tracks=["root"])
    Call.objects.update(law="")

    page = text(client.get(desk("manage", call.key)))

    assert "The call does not say under which law it funds." in page
    assert f"The part “{PEOPLE}” asks nothing of the track: " in page
    Call.objects.update(tracks=["venture"])
    page = text(client.get(desk("manage", call.key)))
    assert "“함께 받고 싶은 지원” is asked of a track that cannot apply." in page


def test_a_question_of_a_track_that_cannot_apply_any_more_stays_of_that_track_when_it_is_saved(world):
    call, client = prepare(world, tracks=["venture"]), browser(world.officer)
    asked = call.questions.get(code="entry")
    call.questions.filter(pk=asked.pk).update(tracks=["root"])
    address = desk("piece", call.key, "question", "1-1")

    form = client.get(address).context["form"]
    offered = [code for code, _words in form.fields["tracks"].choices]
    ticked = [code for code in offered if code in form["tracks"].value()]
    answer = client.post(address, question(call, piece=asked.pk, part=asked.part_id, tracks=ticked))

    asked.refresh_from_db()
    assert (answer.status_code, asked.label, asked.tracks) == (302, "What is new?", ["root"])
    assert offered == ["root", "venture"]


def test_a_text_that_is_too_long_blames_no_other_step(world):
    call = prepare(world)
    found = Criterion.objects.get(group__stage__call=call, name="친환경·에너지·산업안전")
    typed = {"version": call.version, "piece": found.pk, "name": "Green", "points": "5", "how": "points"}

    answer = browser(world.officer).post(
        desk("piece", call.key, "criterion", "1-3-3"), typed | STEPS | {"anchor_3": "C" * 151}
    )

    assert list(answer.context["form"].errors) == ["anchor_3"]


def test_a_firm_is_asked_what_its_track_is_asked_and_an_answer_stays_when_it_changes(world):
    call = world.call()
    call.questions.filter(code="demand").update(tracks=["venture"])
    call = Call.objects.get()
    roots, ventures = (world.draft(call, world.firm(track=track)) for track in ("root", "venture"))
    for one in (roots, ventures):
        intake.edit(one, by=one.created_by, now=DURING, version=one.version, answers={"demand": ""})

    gaps = [[gap.field for gap in missing(Application.objects.get(pk=one.pk))] for one in (roots, ventures)]
    pages = [
        text(at(browser(one.created_by), "get", DURING, url("section", one, "plan")))
        for one in (roots, ventures)
    ]

    assert gaps == [[], ["answer_demand"]]
    assert ["수요기업과 판로" in page for page in pages] == [False, True]


def test_a_paper_that_is_too_old_is_not_handed_in_and_the_day_of_a_file_is_asked(world):
    call = world.call()
    draft = world.draft(call, world.a)
    owner, paper = browser(draft.created_by), call.papers.get(code="D02")
    kept = {
        "kind": PaperKind.objects.get(code="D02"),
        "expires_on": None,
        "number": "1",
        "by": draft.created_by,
    }

    def gaps():
        return [(gap.field, str(gap)) for gap in missing(Application.objects.get(pk=draft.pk))]

    with clock.at(DURING):
        old = vault.keep(world.a, issued_on=date(2026, 9, 14), file=pdf("a.pdf"), **kept)
        intake.take_paper(draft, paper=paper, kept=old, by=draft.created_by, now=DURING)
    stale = (
        "paper_D02",
        "Not as the call asks (issued within 3 months before the closing day): 사업자등록증명",
    )
    assert gaps() == [stale]
    assert papers_of(draft)["D02"].keeps is False

    intake.add_paper(draft, paper=paper, upload=pdf("b.pdf"), by=draft.created_by, now=DURING)
    assert (gaps(), papers_of(draft)["D02"].keeps) == ([], None)
    page = text(at(owner, "get", DURING, url("papers", draft)))
    assert "The call asks: issued within 3 months before the closing day. The day is not known yet." in page
    ahead = at(owner, "post", DURING, url("paper", draft, "D02"), {"dated": "1", "day": "2026-12-11"})
    assert "This date is still to come." in ahead.content.decode()
    at(owner, "post", DURING, url("paper", draft, "D02"), {"dated": "1", "day": "2026-09-14"})
    assert gaps() == [stale]
    at(owner, "post", DURING, url("paper", draft, "D02"), {"dated": "1", "day": "2026-09-15"})
    assert (gaps(), papers_of(draft)["D02"].keeps) == ([], True)
    assert audit.trail(draft).last().verb == "date_paper"
    unasked = call.papers.get(code="D04")
    intake.add_paper(draft, paper=unasked, upload=pdf("c.pdf"), by=draft.created_by, now=DURING)
    day = {"day": date(2026, 9, 1), "by": draft.created_by, "now": DURING}
    assert reasons(intake.date_paper, draft, paper=unasked, **day) == ["No day is asked of this paper."]
    assert len(reasons(intake.date_paper, draft, paper=paper, **day | {"now": AFTER})) == 1  # it is late


def test_the_days_of_papers_are_handed_in_and_a_supplement_is_as_fresh_too(world):
    call = world.call()
    draft, paper = world.draft(call, world.a), call.papers.get(code="D02")
    by = {"by": draft.created_by, "now": DURING}
    intake.date_paper(draft, paper=paper, day=date(2026, 9, 15), **by)
    with clock.at(DURING):
        intake.submit(draft, by=draft.created_by, arrived_at=DURING)
    frozen = draft.submissions.get().snapshot["papers"]
    assert [one.get("issued_on") for one in frozen if one["code"] == "D02"] == ["2026-09-15"]

    due_at = AFTER + timedelta(days=3)
    with clock.at(AFTER):
        papers = call.papers.filter(code="D02")
        intake.request_supplement(draft, papers=papers, message="Newer", due_at=due_at, by=world.officer)
        by["now"] = AFTER + timedelta(hours=1)
        intake.add_paper(draft, paper=paper, upload=pdf("d.pdf"), **by)
        intake.date_paper(draft, paper=paper, day=date(2026, 9, 14), **by)
        said = reasons(intake.hand_in_supplement, draft, by=draft.created_by, arrived_at=by["now"])
    assert said == ["Not as the call asks (issued within 3 months before the closing day): 사업자등록증명"]

    with clock.at(due_at + ON_THEIR_WAY):
        intake.take_as_is(draft, by=world.officer)
    assert draft.documents.get(paper=paper).issued_on == date(2026, 9, 15)


def test_a_sheet_says_what_the_steps_stand_for_and_takes_no_value_between_them(world):
    call = world.call()
    Criterion.objects.filter(group__stage__call=call, name="핵심기술 보유 수준").update(by_steps=True)
    sheet = world.assigned(world.in_review(call))
    criterion = Criterion.objects.get(by_steps=True)

    page = text(browser(sheet.reviewer).get(reverse("review:sheet", args=[sheet.key])))
    saved = reasons(
        review.save, sheet, values={criterion.pk: Decimal("11")}, comments={}, notes={}, version=sheet.version,
        by=sheet.reviewer,
    )  # fmt: skip

    assert "Excellent 15: 등록 특허와 전담부서가 있고 양산에 적용함" in page
    assert "Only these five values can be given." in page
    assert saved == ["One of the five steps: 15, 12, 9, 6, 3."]
