"""Claiming a bonus: what a draft says, what is missing of it, and what is frozen."""

import pytest
from django.urls import reverse

from applications.calls import actions as calls
from applications.calls.ruling import unproven
from applications.intake import actions, bonus, rules
from applications.intake.models import Application
from applications.kernel import clock
from tests.world import DURING, browser, pdf

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def call(world):
    """With a bonus that is proven by a file, one that is not, and a penalty."""
    call = world.call(with_items=True)
    call.items.exclude(ordinal__in=(2, 5, 10)).delete()
    return call


@pytest.fixture
def by_file(call):
    return call.items.get(ordinal=2)


@pytest.fixture
def by_seat(call):
    return call.items.get(ordinal=5)


@pytest.fixture(autouse=True)
def while_it_is_open():
    with clock.at(DURING):
        yield


def section(draft):
    return reverse("intake:section", args=[draft.key, "bonus"])


def test_a_firm_ticks_what_it_claims_and_says_what_shows_it(world, call, by_file, by_seat):
    draft = world.draft(call, world.a)
    client = browser(world.owner_of(world.a))

    page = client.get(section(draft)).content.decode()
    answer = client.post(
        section(draft),
        {
            "version": draft.version,
            f"claim_{by_file.pk}": "on",
            f"shown_{by_file.pk}": "Decision no. 7",
            f"shown_{by_seat.pk}": "x",
        },
    )

    assert f"{by_file.name} ({by_file.points.normalize():f} points)" in page
    assert "가점 증빙" in page
    assert "제재" not in page  # no firm claims a penalty
    assert answer.url == reverse("intake:section", args=[draft.key, "papers"])
    draft.refresh_from_db()
    assert draft.claims == {str(by_file.pk): "Decision no. 7"}


def test_what_is_not_well_typed_changes_no_claim(world, call, by_file):
    draft = world.draft(call, world.a, claims={str(by_file.pk): "Decision no. 7"})

    answer = browser(world.owner_of(world.a)).post(
        reverse("intake:autosave", args=[draft.key, "bonus"]),
        {"version": draft.version, f"claim_{by_file.pk}": "on", f"shown_{by_file.pk}": "x" * 301},
    )

    assert list(answer.json()["errors"]) == [f"shown_{by_file.pk}"]
    assert Application.objects.get().claims == {str(by_file.pk): "Decision no. 7"}


def test_a_claim_without_its_evidence_or_its_file_is_not_handed_in(world, call, by_file, by_seat):
    draft = world.draft(call, world.a, claims={str(by_seat.pk): "Seat"})
    assert rules.missing(draft) == []

    draft.claims = {str(by_file.pk): "", str(by_seat.pk): "Seat"}

    assert [(str(gap), gap.field, gap.section) for gap in rules.missing(draft)] == [
        (f"Missing: evidence of “{by_file}”", f"shown_{by_file.pk}", "bonus"),
        ("Missing: 가점 증빙 (needed because a bonus is claimed that it proves)", "paper_D16", "bonus"),
    ]


def test_claims_are_frozen_with_their_words_and_points_and_shown_wherever_the_plan_is(world, call, by_file):
    draft = world.draft(call, world.a, claims={str(by_file.pk): "Decision no. 7"})
    owner = world.owner_of(world.a)

    receipt = actions.submit(draft, by=owner, arrived_at=DURING)

    assert receipt.snapshot["bonus"] == [
        {"item": by_file.name, "points": "2.0", "evidence": "Decision no. 7"}
    ]
    client = browser(owner)
    for name in ("check", "preview"):
        assert "Decision no. 7" in client.get(reverse(f"intake:{name}", args=[draft.key])).content.decode()


def test_changes_after_a_recall_begin_with_the_claims_and_take_their_place(world, call, by_file, by_seat):
    application = world.submitted(call, world.a, claims={str(by_file.pk): "Decision no. 7"})
    owner = world.owner_of(world.a)
    changes = actions.recall(application, by=owner, now=DURING)
    assert changes.claims == application.claims

    actions.edit(changes, by=owner, now=DURING, version=changes.version, claims={str(by_seat.pk): "Seat"})
    changes.refresh_from_db()
    actions.submit(changes, by=owner, arrived_at=DURING)

    application.refresh_from_db()
    assert bonus.claimed(application) == [(by_seat, "Seat")]
    assert [s.snapshot["bonus"][0]["evidence"] for s in application.submissions.order_by("ordinal")] == [
        "Decision no. 7",
        "Seat",
    ]


def test_a_call_without_bonus_items_has_no_such_section(world):
    draft = world.draft(world.call(), world.a)

    assert "bonus" not in rules.sections(draft.call)
    assert browser(world.owner_of(world.a)).get(section(draft)).status_code == 404


def test_a_proof_has_its_paper_and_a_paper_something_to_prove(world):
    with clock.at(DURING):
        call = calls.prepare(
            programme=world.r1.programme, year=2027, title="T", summary="S", notice="N", seats=1,
            opens_at=DURING, closes_at=clock.kst(2027, 3, 1, 18), by=world.officer,
        )  # fmt: skip
    assert unproven(call) == []
    call.items.filter(by_file=True).update(by_file=False)
    without_item = [str(gap) for gap in unproven(call)]
    call.items.filter(kind="bonus").update(by_file=True)
    call.papers.filter(code="D16").delete()

    assert without_item == ["The paper “가점 증빙” proves a bonus, but no bonus item asks for a file."]
    assert [(str(gap), gap.section) for gap in unproven(call)] == [
        ("A bonus is proven by a file, but no paper is asked of firms that claim one.", "papers")
    ]


def test_the_file_of_a_claim_is_uploaded_beside_it(world, call, by_file):
    draft = world.draft(call, world.a)
    client = browser(world.owner_of(world.a))

    answer = client.post(
        reverse("intake:paper", args=[draft.key, "D16"]), {"upload": "", "file": pdf("proof.pdf")}
    )

    assert answer.url == f"{section(draft)}#paper_D16"
    listing = client.get(reverse("intake:papers", args=[draft.key]))
    assert "D16" not in [paper.code for paper, *_rest in listing.context["papers"]]
