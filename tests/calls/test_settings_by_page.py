"""The settings of a call as an officer makes them on the pages of the builder, each read back from the call and its notice."""

from decimal import Decimal

import pytest

from applications.calls.models import Call
from applications.calls.stages import Criterion
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField
from tests.asking import text
from tests.calls.test_actions import prepare
from tests.calls.test_views import desk
from tests.world import BEFORE, browser

pytestmark = pytest.mark.usefixtures("english")
DAYS = {"appeal_days": "14", "answer_days": "20", "reserve_days": "90"}
SHOWN = ("discloses_opinion", "discloses_means", "discloses_panel", "needs_committee")


@pytest.fixture
def officer(world):
    with clock.at(BEFORE):
        yield browser(world.officer)


def save(officer, call, page, /, *place, **typed):
    """Save a section of a call, or a piece of it (place: its kind and where it stands); what is wrong with it, by field."""
    address = desk(page, call.key, *place)
    response = officer.post(address, {"version": Call.objects.get(pk=call.pk).version} | typed)
    return response.context["form"].errors if response.status_code == 200 else {}


def test_what_firms_read_of_their_result_and_the_days_that_they_have_are_set_on_a_page(world, officer):
    call = prepare(world)
    usual = [getattr(call, name) for name in SHOWN]

    off = save(officer, call, "edit", "disclosure", **DAYS)
    without = Call.objects.get()
    on = save(officer, call, "edit", "disclosure", **DAYS, **dict.fromkeys(SHOWN, "on"))
    with_all = Call.objects.get()

    assert (off, on, any(usual)) == ({}, {}, True)
    assert [getattr(without, name) for name in SHOWN] == [False] * 4
    assert [getattr(with_all, name) for name in SHOWN] == [True] * 4
    for found in (without, with_all):
        assert {name: str(getattr(found, name)) for name in DAYS} == DAYS


def test_days_to_appeal_that_the_law_does_not_allow_keep_a_call_from_being_published(world, officer):
    call = prepare(world)
    less, more = "Firms have at least 10 days to appeal", "An appeal is answered within 30 days at most"

    save(officer, call, "edit", "disclosure", **DAYS | {"appeal_days": "9", "answer_days": "31"})
    page, refused = text(officer.get(desk("manage", call.key))), officer.post(desk("publish", call.key))
    save(officer, call, "edit", "disclosure", **DAYS | {"appeal_days": "10", "answer_days": "30"})
    mended = text(officer.get(desk("manage", call.key)))
    published = officer.post(desk("publish", call.key))

    assert (less in page, more in page, less in mended, more in mended) == (True, True, False, False)
    assert (refused.status_code, published.status_code, Call.objects.get().state) == (409, 302, "soon")


def test_an_officer_sets_below_what_a_criterion_rules_a_plan_out_and_the_floor_of_its_group(world, officer):
    call = prepare(world)
    money = Criterion.objects.get(group__stage__call=call, name="재무건전성·투자여력")
    group = {"piece": money.group_id, "name": money.group.name, "floor_percent": "40"}
    typed = {"piece": money.pk, "name": money.name, "points": money.points, "how": "points"}

    over = save(officer, call, "piece", "criterion", "1-2-3", **typed, knock_out_at="10.5")
    saved = save(officer, call, "piece", "criterion", "1-2-3", **typed, knock_out_at="4.5")
    floor = save(officer, call, "piece", "group", "1-2", **group)
    page = text(officer.get(desk("edit", call.key, "criteria")))
    notice = text(officer.get(desk("preview", call.key)))

    money.refresh_from_db(), money.group.refresh_from_db()
    assert (list(over), saved, floor) == (["knock_out_at"], {}, {})
    assert (money.knock_out_at, money.group.floor_percent) == (Decimal("4.5"), 40)
    assert "4.5" in page and "4.5" in notice


def test_an_officer_makes_a_penalty_item_and_its_cap(world, officer):
    call = prepare(world)
    call.items.filter(kind="penalty").delete()
    given = {"kind": "penalty", "name": "Gave up a grant without a good cause", "points": "2"}
    caps = {
        "scale": "points", "step": "0.5", "pass_mark": "60", "select_mark": "70", "bonus_cap": "3", "penalty_cap": "4",
        "comment_length": "20",
    }  # fmt: skip

    nothing = save(officer, call, "add", "item", **given | {"points": "0"})
    saved = save(officer, call, "add", "item", **given), save(officer, call, "edit", "scoring", **caps)

    call.refresh_from_db()
    item = call.items.get(kind="penalty")
    assert (list(nothing), saved) == (["points"], ({}, {}))
    assert (item.name, item.points, item.evidence, item.by_file) == (given["name"], 2, "", False)
    assert (call.bonus_cap, call.penalty_cap, call.comment_length, call.reviewers_download) == (
        3,
        4,
        20,
        False,
    )
    assert given["name"] in text(officer.get(desk("preview", call.key)))


def test_an_officer_switches_rules_of_conflict_off_and_sets_their_years(world, officer):
    call = prepare(world, "rnd")
    all_on = {f"conflict_{code}": "on" for code in call.conflicts}
    years = {f"years_{code}": years for code, years in call.conflicts.items() if years} | {"years_C8": "5"}
    wanted = {name: value for name, value in all_on.items() if name not in ("conflict_C9", "conflict_C2")}
    said = "call cannot do without C12"

    wrong = save(officer, call, "edit", "conflicts", **all_on, **years | {"years_C8": "11"})
    saved = save(officer, call, "edit", "conflicts", **wanted, **years)
    chosen = Call.objects.get().conflicts
    save(
        officer,
        call,
        "edit",
        "conflicts",
        **{k: v for k, v in wanted.items() if k != "conflict_C12"},
        **years,
    )

    assert (list(wrong), saved) == (["years_C8"], {})
    assert chosen == {code: n for code, n in (call.conflicts | {"C8": 5}).items() if code not in ("C9", "C2")}
    assert said in text(officer.get(desk("manage", call.key)))


def test_an_officer_says_which_fields_tracks_regions_and_years_may_apply(world, officer):
    call, field = prepare(world), IndustryField.objects.get(code="F2")
    limits = {"open_to": [field.pk], "tracks": ["root", "venture"], "regions": ["48"]}

    saved = save(officer, call, "edit", "eligibility", **limits, least_years="3", most_years="15")

    call.refresh_from_db()
    assert (saved, list(call.open_to.all())) == ({}, [field])
    assert (call.tracks, call.regions, call.least_years, call.most_years) == (
        ["root", "venture"],
        ["48"],
        3,
        15,
    )


def test_an_officer_sets_threshold_quorum_and_trimming_of_a_stage(world, officer):
    call = prepare(world)
    stage = {"piece": call.stages.get().pk, "kind": "presentation", "weight": "100"}

    with_all = save(officer, call, "piece", "stage", "1", **stage, threshold="62.5", quorum="7", trimmed="on")
    first = call.stages.get()
    save(officer, call, "piece", "stage", "1", **stage, threshold="", quorum="3")
    second = call.stages.get()

    assert with_all == {}
    assert [(one.kind, one.weight, one.threshold, one.quorum, one.trimmed) for one in (first, second)] == [
        ("presentation", 100, Decimal("62.5"), 7, True),
        ("presentation", 100, None, 3, False),
    ]
