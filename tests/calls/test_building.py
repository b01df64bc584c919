"""Making a call: begin or copy it, its sections and pieces, what keeps it from being published, and who comes second."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from applications.calls import actions, announcing, building
from applications.calls.models import Call, Programme, Question
from applications.calls.ruling import tie_choices, tie_names, unbreakable
from applications.intake.rules import closed_firm
from applications.kernel import audit, clock
from applications.kernel.errors import Denied, Refused
from applications.kernel.taxonomy import IndustryField, Region
from tests.calls.test_actions import prepare, reasons, trail
from tests.calls.test_views import desk, typed
from tests.intake.test_views import browser, text
from tests.together import together
from tests.world import BEFORE, DURING, OPENS

pytestmark = pytest.mark.usefixtures("english")
LATER = {"opens_at": clock.kst(2028, 1, 3, 9), "closes_at": clock.kst(2028, 2, 29, 18)}


def add(call, name, world, /, *, within=None, **fields):
    call.refresh_from_db()
    return building.add(call, name, within=within, version=call.version, by=world.officer, **fields)


def act(verb, call, name, piece, world, **more):
    call.refresh_from_db()
    return verb(call, name, piece, version=call.version, by=world.officer, **more)


def codes(part):
    return list(part.questions.order_by("ordinal").values_list("code", flat=True))


def ordinals(rows):
    return list(rows.order_by("ordinal").values_list("ordinal", flat=True))


def measured(call):
    """All that applications are measured by, without the rows' own keys."""

    def plain(rows, *names):
        return list(rows.values_list(*names))

    call = Call.objects.get(pk=call.pk)
    return [
        [getattr(call, name) for name in actions.COPIED],
        plain(call.parts, "ordinal", "title", "help"),
        plain(
            call.questions, "part__ordinal", "ordinal", "code", "kind", "label", "help", "required", "max_length",
            "options", "condition",
        ),
        plain(call.papers, "ordinal", "code", "name", "help", "required", "needed_from", "part__ordinal", "kinds"),
        plain(call.stages, "ordinal", "kind", "weight", "threshold", "quorum", "trimmed"),
        plain(
            call.stages.order_by("ordinal", "groups__ordinal", "groups__criteria__ordinal"), "groups__name",
            "groups__floor_percent", "groups__criteria__name", "groups__criteria__points", "groups__criteria__knock_out_at",
        ),
        plain(call.quotas, "ordinal", "field", "region", "least", "most"),
        plain(call.items, "ordinal", "kind", "name", "points", "evidence", "by_file"),
        plain(call.open_to, "code"),
    ]  # fmt: skip


# Begin and copy


def test_a_call_may_begin_with_nothing(world):
    call = prepare(world, outline="")

    assert (call.parts.count(), call.questions.count(), call.papers.count(), call.stages.count()) == (
        0,
        0,
        0,
        0,
    )


@pytest.mark.parametrize("kind", ["sprout", "rnd"])
def test_a_copy_has_all_but_number_instants_and_notices(world, kind):
    field = IndustryField.objects.first()
    earlier = prepare(
        world, kind, open_to=[field], pass_mark=65, tracks=["root"], regions=["48"], scale="percent"
    )  # fmt: skip
    earlier.quotas.create(ordinal=1, field=field, least=2, most=4)
    with clock.at(BEFORE):
        Call.objects.filter(pk=earlier.pk).update(published_at=BEFORE)
        earlier.refresh_from_db()
        announcing.correct(
            earlier, texts={"title": "Corrected"}, reason="A wrong word", revision=0, by=world.officer
        )
    earlier.refresh_from_db()

    call = actions.copy(earlier, year=2028, title="The next", by=world.officer2, **LATER)

    call.refresh_from_db()
    assert measured(call) == measured(earlier)
    assert (call.number[:8], call.year, call.title, call.opens_at) == (
        "RC-2028-",
        2028,
        "The next",
        LATER["opens_at"],
    )
    assert (call.copied_from, call.announces_again, call.published_at) == (earlier, False, None)
    assert (call.revision, call.notices.count(), earlier.notices.count()) == (0, 0, 1)
    assert trail(call) == [("prepare", world.officer2.pk)]


def test_the_papers_of_a_copy_stand_in_its_own_parts(world):
    earlier = prepare(world, "rnd")
    call = actions.copy(earlier, year=2028, title="The next", by=world.officer, **LATER)

    act(building.remove, earlier, "part", earlier.parts.get(ordinal=3), world)

    assert call.papers.get(code="D17").part == call.parts.get(ordinal=3)


def test_only_a_call_that_is_over_is_announced_again(world):
    open_call = world.r1
    options = {"year": 2028, "title": "Again", "by": world.officer, "again": True, **LATER}

    with clock.at(DURING):
        said = reasons(actions.copy, open_call, **options)
        announcing.cancel(open_call, reason="The budget is gone", revision=0, by=world.officer)
        open_call.refresh_from_db()
        call = actions.copy(open_call, **options)

    assert said == ["A call is announced again once it is closed or cancelled."]
    assert (call.copied_from, call.announces_again) == (open_call, True)


def test_both_public_pages_name_the_other_once_the_new_call_is_published(world):
    old = world.r1
    with clock.at(DURING):
        announcing.cancel(old, reason="The budget is gone", revision=0, by=world.officer)
    old.refresh_from_db()
    new = actions.copy(old, year=2028, title="Once more", by=world.officer, again=True, **LATER)
    copied = actions.copy(old, year=2028, title="Only copied", by=world.officer, **LATER)

    before = text(browser().get(old.get_absolute_url()))
    for call in (new, copied):
        actions.publish(call, by=world.officer)
    pages = {call.title: text(browser().get(call.get_absolute_url())) for call in (old, new, copied)}

    assert "announced again" not in before
    assert f"This call was announced again: Once more ({new.number})" in pages[old.title]
    assert "Only copied" not in pages[old.title]
    assert f"This call is announced again. The earlier one: {old.title} ({old.number})" in pages["Once more"]
    assert old.number not in pages["Only copied"]


@pytest.mark.parametrize("who", ["director", "finance", "ministry", "auditor", "administrator"])
def test_only_officers_build(world, who):
    person, call = getattr(world, who), prepare(world)
    part = call.parts.first()

    for refused in (
        lambda: actions.copy(call, year=2028, title="?", by=person, **LATER),
        lambda: building.add(call, "part", title="?", version=1, by=person),
        lambda: building.change(call, "part", part, title="?", version=1, by=person),
        lambda: building.move(call, "part", part, up=False, version=1, by=person),
        lambda: building.remove(call, "part", part, version=1, by=person),
    ):
        with pytest.raises(Denied):
            refused()

    assert measured(call) == measured(prepare(world))


# Pieces


def test_pieces_are_added_at_the_end_moved_by_one_and_removed_without_a_hole(world):
    call = prepare(world, outline="")
    first, second = (add(call, "part", world, title=title) for title in ("One", "Two"))
    a, b, c = (add(call, "question", world, within=first, label=label, kind="text") for label in "abc")

    act(building.move, call, "question", c, world, up=True)
    act(building.move, call, "part", second, world, up=True)
    act(building.remove, call, "question", a, world)

    assert codes(first) == [c.code, b.code] == ["q03", "q02"]
    assert ordinals(first.questions) == [1, 2]
    assert list(call.parts.values_list("title", flat=True)) == ["Two", "One"]
    verbs = [entry.verb for entry in audit.trail(call)]
    assert verbs == ["prepare", *["add_piece"] * 5, *["move_piece"] * 2, "remove_piece"]


def test_what_stands_first_or_last_is_not_moved_further(world):
    call = prepare(world)
    parts = list(call.parts.all())

    assert reasons(act, building.move, call, "part", parts[0], world, up=True) == [
        "It stands at the end already."
    ]
    assert reasons(act, building.move, call, "part", parts[-1], world, up=False) == [
        "It stands at the end already."
    ]


def test_a_question_goes_to_the_end_of_another_part(world):
    call = prepare(world)
    first, second, _statements = call.parts.all()
    question = first.questions.first()

    act(building.change, call, "question", question, world, part=second, label="Moved")

    assert codes(second)[-1] == question.code
    assert ordinals(first.questions) == [1, 2, 3]
    assert Question.objects.get(pk=question.pk).label == "Moved"


@pytest.mark.parametrize(
    ("verb", "more", "said"),
    [
        (building.remove, {}, "is asked as another question is answered, which must stand before it."),
        (
            building.change,
            {"kind": "text"},
            "is asked after an answer that “사업재편계획 승인을 받았습니까?” no longer has.",
        ),
        (
            building.move,
            {"up": False},
            "is asked as another question is answered, which must stand before it.",
        ),
    ],
)
def test_the_question_that_a_condition_names_stays_before_it_with_its_answers(world, verb, more, said):
    call = prepare(world)
    question = call.questions.get(code="restructuring")

    refused = reasons(act, verb, call, "question", question, world, **more)

    assert refused == [f"“사업재편계획 승인일” {said}"]
    assert measured(call) == measured(prepare(world))


def test_a_stage_goes_with_all_that_is_in_it_and_the_checklist_says_what_is_missing(world):
    call = prepare(world)
    with clock.at(BEFORE):
        act(building.remove, call, "stage", call.stages.get(), world)
        stage = add(call, "stage", world, kind="presentation", weight=100)
        group = add(call, "group", world, within=stage, name="Growth", floor_percent=50)
        type(call).objects.filter(pk=call.pk).update(tie_keys=["group-1"])
        empty = reasons(actions.publish, call, by=world.officer)
        add(call, "criterion", world, within=group, name="Vision", points=90)
        short = reasons(actions.publish, call, by=world.officer)
        add(call, "criterion", world, within=group, name="Market", points=10)
        actions.publish(call, by=world.officer)

    assert empty == [
        "The points of the criteria sum to 0, not to 100.",
        "The group “Growth” has no criterion.",
    ]
    assert short == ["The points of the criteria sum to 90, not to 100."]


def test_stages_are_added_weighed_and_put_in_another_order(world):
    call = prepare(world)
    act(building.change, call, "stage", call.stages.get(), world, weight=30, threshold=Decimal(60), quorum=7)
    talk = add(call, "stage", world, kind="presentation", weight=60, trimmed=False)
    group = add(call, "group", world, within=talk, name="Growth")
    add(call, "criterion", world, within=group, name="Vision", points=100)
    with clock.at(BEFORE):
        short = reasons(actions.publish, call, by=world.officer)
    act(building.move, call, "stage", talk, world, up=True)
    act(building.change, call, "stage", talk, world, weight=70)

    assert short == ["The weights of the stages must sum to 100."]
    assert list(call.stages.values_list("ordinal", "kind", "weight", "threshold", "quorum", "trimmed")) == [
        (1, "presentation", 70, None, 5, False),
        (2, "paper", 30, 60, 7, True),
    ]
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)
    frozen = ["This call is published; it is changed by a correction or extension notice only."]
    assert reasons(act, building.change, call, "stage", talk, world, weight=60) == frozen
    assert reasons(act, building.move, call, "stage", talk, world, up=False) == frozen


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"quorum": "2"}, "quorum"), ({"threshold": "100.01"}, "threshold"), ({"weight": "0"}, "weight")],
)
def test_a_stage_that_is_wrong_says_so_beside_its_field(world, wrong, field):
    call = prepare(world, outline="")
    good = {
        "version": "1",
        "kind": "paper",
        "weight": "100",
        "threshold": "60",
        "quorum": "5",
        "trimmed": "on",
    }

    response = browser(world.officer).post(desk("add", call.key, "stage"), good | wrong)

    assert list(response.context["form"].errors) == [field]
    assert not call.stages.exists()


def test_a_call_may_begin_with_the_template_of_two_stages_and_its_notice_shows_both(world):
    client = browser(world.officer)
    rnd = Programme.objects.get(kind="rnd").pk

    refused = client.post(desk("prepare"), typed(world, outline="sprout_talk", programme=rnd))
    client.post(desk("prepare"), typed(world, outline="sprout_talk"))

    call = Call.objects.get()
    page = text(client.get(reverse("calls:detail", args=[call.key])))
    assert list(refused.context["form"].errors) == ["outline"]
    assert list(call.stages.values_list("kind", "weight", "threshold")) == [
        ("paper", 30, 60),
        ("presentation", 70, None),
    ]
    for part in (
        "1. Paper review (30%): Criteria and points",
        "A plan with less than 60 points in this stage goes no further.",
        "2. Presentation review (70%): Criteria and points",
        "경영진·조직역량 floor 50% 경영진·조직역량 경영진의 의지, 인력과 조직 15",
    ):
        assert part in page


def test_a_call_of_nothing_names_all_that_is_missing(world):
    call = prepare(world, outline="", summary="", notice="")
    add(call, "part", world, title="Empty")

    with clock.at(BEFORE):
        said = reasons(actions.publish, call, by=world.officer)

    assert said == [
        "The call has no summary in one sentence yet.",
        "The text of the notice is still empty.",
        "The call asks no question yet.",
        "The part “Empty” asks nothing.",
        "The weights of the stages must sum to 100.",
    ]


def test_nothing_of_a_published_call_is_built_any_more(world):
    call = prepare(world)
    part = call.parts.first()
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)
    was = measured(call)

    said = [
        reasons(act, building.move, call, "part", part, world, up=False),
        reasons(act, building.remove, call, "part", part, world),
        reasons(act, building.change, call, "part", part, world, title="?"),
        reasons(add, call, "part", world, title="?"),
    ]

    assert said == [["This call is published; it is changed by a correction or extension notice only."]] * 4
    assert measured(call) == was


def test_a_piece_of_another_call_is_not_touched(world):
    call, other = prepare(world), prepare(world)

    said = reasons(act, building.remove, call, "part", other.parts.first(), world)

    assert (said, other.parts.count()) == (["It was removed in the meantime."], 3)


def test_who_saves_a_section_second_is_refused_and_another_section_is_none_of_its_business(world):
    call = prepare(world)

    actions.edit(call, section="places", version=1, seats=30, by=world.officer)
    said = reasons(actions.edit, call, section="places", version=1, seats=40, by=world.officer2)
    actions.edit(call, section="notice", version=1, title="Better", by=world.officer2)

    call.refresh_from_db()
    assert said == [
        "This section was saved elsewhere in the meantime. Compare the two texts below, then save again."
    ]
    assert (call.seats, call.title, call.version) == (30, "Better", 3)


@pytest.mark.postgresql
def test_of_two_officers_at_once_one_is_refused(committed, world):
    call = prepare(world)

    def save(person, seats):
        try:
            actions.edit(call, section="places", version=1, seats=seats, by=person)
        except Refused:
            return "refused"
        return "saved"

    done = together(lambda: save(world.officer, 30), lambda: save(world.officer2, 40))

    assert sorted(done) == ["refused", "saved"]


def test_a_call_for_tracks_and_regions_takes_no_other_firm(world):
    draft = world.draft(world.r1, world.a)
    firm = draft.firm

    def said(**limits):
        for name in ("tracks", "regions"):
            setattr(draft.call, name, limits.get(name, []))
        return [str(gap) for gap in closed_firm(draft)]

    assert said() == said(tracks=[firm.track], regions=[firm.region.code]) == []
    assert said(tracks=["venture"]) == ["This call is for other tracks than your firm's."]
    assert said(regions=["00"]) == ["This call is for firms in other regions."]


def test_tracks_and_regions_stand_in_the_notice_and_the_check_asks_for_the_track(world):
    call = prepare(world, tracks=["venture"], regions=["48"])
    with clock.at(BEFORE):
        actions.publish(call, by=world.officer)

    page = text(browser().get(call.get_absolute_url()))
    checked = {
        track: text(browser().get(desk("check", call.key), answers(track)))
        for track in ("venture", "conversion")
    }

    said = "This call is for other tracks than your firm's."
    assert "Tracks that may apply: Venture" in page
    assert f"Regions that may apply: {Region.objects.get(code='48')}" in page
    assert {track: said in words for track, words in checked.items()} == {
        "venture": False,
        "conversion": True,
    }


def answers(track):
    """What a sound firm of this track answers when it checks whether it may apply."""
    no = ("arrears", "default", "impaired", "indebted", "illiquid", "adverse")
    return dict.fromkeys(no, "no") | {
        "registered": "yes", "size": "small", "track": track, "field": "F2", "founded_on": "2010-01-04",
        "corporation": "yes", "manufacturer": "yes",
    }  # fmt: skip


# Pages


def question(call, **changes):
    return {
        "version": call.version, "part": call.parts.first().pk, "label": "What is new?", "help": "", "kind": "long",
        "max_length": "", "options": "", "columns": "",
    } | changes  # fmt: skip


def test_an_officer_makes_a_call_section_by_section_and_publishes_it(world):
    client = browser(world.officer)

    begun = client.post(desk("prepare"), typed(world))
    call = Call.objects.get()
    empty = text(client.get(desk("manage", call.key)))
    saved = client.post(
        desk("edit", call.key, "notice"),
        {"version": "1", "title": "Better", "summary": "In short", "law": "none", "notice": "All of it"},
    )
    places = client.post(desk("edit", call.key, "places"), {"version": "1", "seats": "30", "reserves": "5"})
    with clock.at(BEFORE):
        published = client.post(desk("publish", call.key))

    call.refresh_from_db()
    assert begun.url == saved.url == places.url == published.url == desk("manage", call.key)
    assert "In the notice 15 places in 【 】 are still to be written." in empty
    assert (call.number, call.title, call.seats, call.year) == ("RC-2027-S01", "Better", 30, 2027)
    assert (call.opens_at, call.closes_at) == (OPENS, clock.kst(2027, 1, 29, 18))
    with clock.at(BEFORE):
        assert (call.published_by, call.state) == (world.officer, "soon")


def test_a_notice_is_saved_before_it_is_complete(world):
    call = prepare(world, summary="", notice="")

    saved = browser(world.officer).post(
        desk("edit", call.key, "notice"),
        {"version": "1", "title": "Only a title", "summary": "", "law": "none", "notice": ""},
    )

    assert (saved.status_code, Call.objects.get().title) == (302, "Only a title")


def test_every_gap_of_the_checklist_leads_to_its_place(world):
    call = prepare(world, "rnd", outline="", summary="", notice="")

    with clock.at(OPENS - timedelta(days=1)):  # too late for thirty days of notice
        client = browser(world.officer)
        page = client.get(desk("manage", call.key)).content.decode()
        links = re.findall(rf'<li><a href="({desk("manage", call.key)}[^"]+)"', page)
        assert len(links) == 8
        for link in links:
            address, _hash, target = link.partition("#")
            found = client.get(address)
            assert found.status_code == 200
            assert f'id="{target}"' in found.content.decode() or not target


@pytest.mark.parametrize(
    ("section", "wrong", "field", "said"),
    [
        ("notice", {"title": ""}, "title", "This field is required."),
        ("schedule", {"closes_at": "2026-12-01T09:00"}, "closes_at", "A call closes after it opens."),
        ("scoring", {"select_mark": "59.99"}, "select_mark", "The select mark is not below the pass mark."),
        ("scoring", {"bonus_cap": "-0.1"}, "bonus_cap", "Ensure this value is greater than or equal to 0."),
        ("scoring", {"pass_mark": "NaN"}, "pass_mark", "Enter a number."),
        ("places", {"seats": "0"}, "seats", "Ensure this value is greater than or equal to 1."),
        ("money", {"budget_krw": "1.5"}, "budget_krw", "Please enter the amount in whole won, in digits."),
        ("eligibility", {"most_years": "2"}, "most_years", "The most years are not below the least."),
    ],
)
def test_a_section_that_is_wrong_says_so_beside_its_field(world, section, wrong, field, said):
    call = prepare(world, "rnd")
    good = {
        "version": "1", "title": "A", "summary": "B", "law": "none", "notice": "C", "opens_at": "2026-12-01T09:00",
        "closes_at": "2027-01-29T18:00", "scale": "points", "step": "0.5", "pass_mark": "60", "select_mark": "70",
        "bonus_cap": "5", "penalty_cap": "5", "comment_length": "10", "seats": "3", "reserves": "1",
        "least_years": "3",
    }  # fmt: skip

    response = browser(world.officer).post(desk("edit", call.key, section), good | wrong)

    assert response.status_code == 200
    assert response.context["form"].errors == {field: [said]}
    assert Call.objects.get().version == 1


def test_an_officer_adds_changes_and_moves_a_question_and_keeps_its_answers_codes(world):
    call = prepare(world)
    client = browser(world.officer)

    added = client.post(
        desk("add", call.key, "question") + "?within=3",
        question(
            call, part=call.parts.last().pk, kind="choice", options="One\nTwo\n", required="on",
            asked_when=["restructuring:yes"],
        ),
    )  # fmt: skip
    made = call.questions.get(label="What is new?")
    call.refresh_from_db()
    client.post(
        desk("piece", call.key, "question", "3-6"),
        question(call, piece=made.pk, part=made.part_id, kind="choice", options="Two\nThree"),
    )
    call.refresh_from_db()
    moved = client.post(
        desk("move", call.key, "question"), {"piece": made.pk, "version": call.version, "to": "up"}
    )

    made.refresh_from_db()
    plan = desk("edit", call.key, "plan")
    assert (added.url, moved.url) == (f"{plan}#question-3-6", f"{plan}#question-3-5")
    assert (made.code, made.options) == ("q01", [["a2", "Two"], ["a3", "Three"]])
    assert (made.condition, made.required) == ({}, False)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"kind": "choice", "options": "Only one"}, "options", "Please write 2 to 30 lines."),
        ({"kind": "choices", "options": "Same\nSame"}, "options", "Each line says something of its own."),
        ({"kind": "table"}, "columns", "Please write 1 to 8 lines."),
        (
            {"kind": "table", "columns": "Price | dollars"},
            "columns",
            "“Price | dollars”: after the bar comes text, figures or won.",
        ),
        ({"kind": "number", "max_length": "13"}, "max_length", "At most 12 for this kind."),
        (
            {"asked_when": ["restructuring:yes", "support:rnd"]},
            "asked_when",
            "Please choose answers of one question only.",
        ),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_beside_its_field(world, changes, field, said):
    call = prepare(world)

    response = browser(world.officer).post(
        desk("add", call.key, "question") + "?within=3", question(call, **changes)
    )

    assert response.context["form"].errors == {field: [said]}
    assert call.questions.count() == 15


def test_a_table_has_columns_of_kinds(world):
    call = prepare(world)
    client = browser(world.officer)

    client.post(
        desk("add", call.key, "question") + "?within=1",
        question(call, kind="table", columns="Machine\nPrice | won\nPieces|number"),
    )

    made = call.questions.get(label="What is new?")
    assert made.options == [["c1", "Machine", "text"], ["c2", "Price", "won"], ["c3", "Pieces", "number"]]
    assert made.max_length == 20
    assert "Price | won" in client.get(desk("piece", call.key, "question", "1-5")).content.decode()


def test_a_paper_is_of_a_known_kind_or_the_calls_own(world):
    call = prepare(world)
    client = browser(world.officer)

    def paper(**more):
        call.refresh_from_db()
        return client.post(desk("add", call.key, "paper"), {"version": call.version, "help": ""} | more)

    paper(code="D19", name="Institute", asked_of="all", kinds=["pdf"])
    paper(code="", name="Own", asked_of="root")
    taken = paper(code="D02", name="Twice", asked_of="")

    found = list(call.papers.order_by("ordinal").values_list("code", "required", "needed_from", "kinds"))
    assert found[-2:] == [("D19", True, "", ["pdf"]), ("P01", False, "root", [])]
    assert list(taken.context["form"].errors) == ["code"]


def test_a_paper_of_a_known_kind_that_is_given_no_name_bears_that_of_its_kind(world):
    call = prepare(world)
    client, given = browser(world.officer), {"version": "1", "help": "", "name": "", "asked_of": "all"}

    nameless = client.post(desk("add", call.key, "paper"), given | {"code": ""})
    client.post(desk("add", call.key, "paper"), given | {"code": "D19"})

    assert nameless.context["form"].errors == {"name": ["This field is required."]}
    assert (call.papers.last().code, call.papers.last().name) == ("D19", "기업부설연구소·전담부서 인정서")


def test_the_list_comes_back_at_the_piece_that_was_added_or_changed_wherever_it_stands_now(world):
    call = prepare(world)
    client, parts = browser(world.officer), list(call.parts.all())
    address = desk("edit", call.key, "plan")
    last = parts[1].questions.count()

    added = client.post(desk("add", call.key, "question") + "?within=1", question(call, part=parts[0].pk))
    made = call.questions.get(label="What is new?")
    call.refresh_from_db()
    moved = client.post(
        desk("piece", call.key, "question", f"1-{made.ordinal}"),
        question(call, piece=made.pk, part=parts[1].pk),
    )

    assert added.url == f"{address}#question-1-{made.ordinal}"
    assert moved.url == f"{address}#question-2-{last + 1}"


def test_who_comes_second_sees_what_is_there_now_keeps_what_was_typed_and_may_save_then(world):
    call = prepare(world)
    client = browser(world.officer2)
    typed_text = {"version": "1", "title": "Mine", "summary": "In short", "law": "none", "notice": "Notice"}
    actions.edit(call, section="notice", version=1, title="Theirs", by=world.officer)

    refused = client.post(desk("edit", call.key, "notice"), typed_text)
    version = refused.context["form"]["version"].value()
    saved = client.post(desk("edit", call.key, "notice"), typed_text | {"version": version})

    assert refused.status_code == 409
    assert refused.context["differences"] == [("Title", "Theirs", "Mine")]
    assert 'value="Mine"' in refused.content.decode()
    assert (saved.status_code, Call.objects.get().title) == (302, "Mine")


def test_a_question_that_was_moved_meanwhile_is_still_the_one_that_is_changed(world):
    call = prepare(world)
    client, first = browser(world.officer2), call.questions.get(code="entry")
    second = call.questions.get(code="strength")
    act(building.move, call, "question", first, world, up=False)
    data = question(call, version=1, piece=first.pk, label="Changed")

    refused = client.post(desk("piece", call.key, "question", "1-1"), data)
    data["version"] = refused.context["form"]["version"].value()
    client.post(desk("piece", call.key, "question", "1-1"), data)

    first.refresh_from_db()
    assert (refused.status_code, first.label) == (409, "Changed")
    assert Question.objects.get(pk=second.pk).label == second.label


def test_a_question_that_was_removed_meanwhile_leaves_what_was_typed_on_the_page(world):
    call = prepare(world)
    gone = call.questions.get(code="remarks")
    act(building.remove, call, "question", gone, world)
    call.refresh_from_db()

    response = browser(world.officer2).post(
        desk("piece", call.key, "question", "2-6"), question(call, piece=gone.pk, label="CANARY-TYPED")
    )

    assert response.status_code == 409
    assert "It was removed in the meantime." in text(response)
    assert "CANARY-TYPED" in response.content.decode()


def test_removing_says_first_what_goes_with_it(world):
    call = prepare(world)
    client, part = browser(world.officer), call.parts.first()
    labels = list(part.questions.values_list("label", flat=True))

    asked = text(client.get(desk("remove", call.key, "part", "1")))
    done = client.post(desk("remove", call.key, "part", "1"), {"piece": part.pk, "version": "1"})

    assert all(label in asked for label in labels)
    assert done.url == desk("edit", call.key, "plan")
    assert codes(call.parts.get(ordinal=1))[0] == "hiring"


@pytest.mark.parametrize(
    ("name", "place"), [("part", "9"), ("part", "1-1"), ("question", "1"), ("criterion", "1-1"), ("part", "x"), ("seat", "1")]
)  # fmt: skip
def test_a_place_where_nothing_stands_is_no_page(world, name, place):
    call = prepare(world)
    client = browser(world.officer)

    for page in ("piece", "remove"):
        assert client.get(desk(page, call.key, name, place)).status_code == 404


def test_the_pages_of_a_published_call_lead_back_to_it(world):
    call = world.r1
    client = browser(world.officer)

    for address in (
        desk("edit", call.key, "notice"), desk("edit", call.key, "plan"), desk("points", call.key),
        desk("add", call.key, "part"), desk("piece", call.key, "part", "1"), desk("remove", call.key, "part", "1"),
    ):  # fmt: skip
        assert client.get(address).url == desk("manage", call.key)


@pytest.mark.parametrize("questions", [1, 20])
@pytest.mark.parametrize("page", ["plan", "manage", "question", "preview"])
def test_pages_ask_as_often_for_many_questions_as_for_one(world, django_assert_num_queries, questions, page):
    call = prepare(world, outline="")
    part = add(call, "part", world, title="Part")
    Question.objects.bulk_create(
        Question(call=call, part=part, ordinal=n, code=f"q{n}", kind="yes_no", label="?")
        for n in range(1, questions + 1)
    )
    address, queries = {
        "plan": (desk("edit", call.key, "plan"), 12),
        "manage": (desk("manage", call.key), 14),
        "question": (desk("piece", call.key, "question", "1-1"), 8),
        "preview": (reverse("intake:section_preview", args=[call.key, "plan"]), 6),
    }[page]
    client = browser(world.officer)
    client.get(address)

    with django_assert_num_queries(queries):
        client.get(address)


def test_an_officer_makes_a_bonus_with_its_evidence_and_a_copy_has_it_too(world):
    call = prepare(world)
    call.items.all().delete()
    client, address = browser(world.officer), desk("add", call.key, "item")
    bonus = {
        "version": "1",
        "kind": "bonus",
        "name": "Exports",
        "points": "0.5",
        "evidence": "Export certificate",
    }

    wrong = [
        client.post(address, bonus | changes).context["form"].errors
        for changes in ({"points": "0"}, {"evidence": ""}, {"kind": "penalty", "by_file": "on"})
    ]
    client.post(address, bonus)

    assert wrong == [
        {"points": ["Ensure this value is greater than or equal to 0.1."]},
        {"evidence": ["A bonus says which evidence it asks for."]},
        {"by_file": ["Firms upload nothing for a penalty."]},
    ]
    copied = actions.copy(call, year=2028, title="Copy", by=world.officer, **LATER)
    for one in (call, copied):
        assert list(one.items.values_list("ordinal", "kind", "name", "points", "evidence", "by_file")) == [
            (1, "bonus", "Exports", Decimal("0.5"), "Export certificate", False)
        ]
    assert "Exports" in text(client.get(desk("edit", call.key, "items")))


def test_an_officer_chooses_what_breaks_a_tie_among_what_there_is(world):
    call = prepare(world)
    client, address = browser(world.officer), desk("edit", call.key, "ties")

    choices = list(client.get(address).context["form"].fields["tie_0"].choices)
    twice = client.post(address, {"version": "1", "tie_0": "base", "tie_1": "base"}).context["form"].errors
    unknown = client.post(address, {"version": "1", "tie_0": "group-9"}).context["form"].errors
    client.post(address, {"version": "1", "tie_0": "outside", "tie_2": "answer-hiring", "tie_3": "group-2"})

    assert [code for code, _words in choices] == [
        "",
        "group-1",
        "group-2",
        "group-3",
        "base",
        "outside",
        "answer-hiring",
    ]
    assert twice == {"tie_0": ["Each of them stands once in the order."]}
    assert list(unknown) == ["tie_0"]
    call.refresh_from_db()
    assert call.tie_keys == ["outside", "answer-hiring", "group-2"]
    assert tie_names(call) == ["a seat outside the capital area", "3년간 새로 뽑을 인원(명)", "사업성"]
    assert unbreakable(call) == []
    call.questions.filter(code="hiring").delete()
    assert [(str(gap), gap.section) for gap in unbreakable(call)] == [
        ("What breaks a tie names something that this call no longer has.", "ties")
    ]


def test_what_breaks_a_tie_is_named_by_the_groups_of_all_stages_that_it_compares(world):
    call = prepare(world)
    first, second = call.stages.get(), call.stages.create(ordinal=2, kind="presentation", weight=60)
    second.groups.create(ordinal=1, name="실행력")
    second.groups.create(ordinal=2, name=first.groups.get(ordinal=2).name)
    second.groups.create(ordinal=4, name="조직역량")

    assert [words for code, words in tie_choices(call).items() if code.startswith("group")] == [
        "기술성 · 실행력",
        "사업성",
        "정책부합성",
        "조직역량",
    ]


def test_an_officer_makes_quotas_of_fields_and_regions_each_once(world):
    call, field, region = prepare(world), IndustryField.objects.get(code="F2"), Region.objects.get(code="48")
    client, address = browser(world.officer), desk("add", call.key, "quota")

    wrong = [
        client.post(address, {"version": "1", "of": "field-F2"} | sent).context["form"].errors
        for sent in (
            {"least": "3", "most": "2"},
            {"least": "0", "most": ""},
            {"least": "1", "of": "field-F9"},
        )
    ]
    client.post(address, {"version": "1", "of": "field-F2", "least": "2", "most": "6"})
    client.post(address, {"version": "2", "of": "region-48", "least": "3", "most": ""})
    page = text(client.get(desk("edit", call.key, "quotas")))

    assert wrong == [
        {"most": ["The most places are not below the least."]},
        {"most": ["A quota has a least or a most number of places."]},
        {"of": ["Select a valid choice. field-F9 is not one of the available choices."]},
    ]
    assert list(call.quotas.values_list("field", "region", "least", "most")) == [
        (field.pk, None, 2, 6), (None, region.pk, 3, None),
    ]  # fmt: skip
    assert f"{field} 2 to 6" in page
    assert f"{region} at least 3" in page
    assert "field-F2" not in client.get(address).content.decode()


# Preview


@pytest.mark.parametrize("kind", ["sprout", "rnd"])
def test_staff_see_every_section_as_firms_will_and_nothing_is_kept(world, kind):
    call = prepare(world, kind)
    client = browser(world.director)

    whole = client.get(reverse("intake:call_preview", args=[call.key]))
    links = re.findall(r'<li><span><a href="([^"]+)"', whole.content.decode())
    pages = [client.get(link) for link in links]

    assert len(links) == {"sprout": 8, "rnd": 10}[kind]
    assert {page.status_code for page in pages} == {200}
    for page in [whole, *pages]:
        assert "Preview of a call in preparation" in text(page)
    assert all(
        any(question.label in page.content.decode() for page in pages) for question in call.questions.all()
    )
    assert call.applications.count() == 0


def test_nobody_else_sees_the_preview(world):
    call = prepare(world)
    address = reverse("intake:call_preview", args=[call.key])

    assert [
        browser(person).get(address).status_code
        for person in (world.person(), world.reviewer(), world.finance)
    ] == [404] * 3
