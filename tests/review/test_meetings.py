"""The meeting of a panel: who sees whose sheets when, totals that lie far off, opinions, closing (docs/domain.md, panels; G36)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from applications.kernel import audit, clock
from applications.kernel.errors import Denied
from applications.kernel.taxonomy import IndustryField
from applications.notifications.models import Letter
from applications.review import (
    actions,
    charts,
    deliberating,
    deliberation,
    exempting,
    meeting,
    people,
    seating,
)
from applications.review.models import Assignment
from applications.review.panels import Explanation
from applications.review.queries import criteria_of, to_be_explained
from tests.asking import fresh, reasons, text
from tests.together import refusals, together
from tests.world import AFTER, browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
OPINION = "A sound plan; please name the partners of the second year."


def kinds():
    return list(Letter.objects.order_by("pk").values_list("kind", flat=True))


def D(*values):
    return {number: Decimal(str(value)) for number, value in enumerate(values)}


# Rules


@pytest.mark.parametrize(
    ("totals", "asked"),
    [
        ((), set()),
        ((50,), set()),
        ((70, 94.9), set()),
        ((70, 95), {0, 1}),  # a range of 25 points; both are as far from the mean
        ((60, 80, 82, 85), {0}),
        ((88, 88, 88, 60, 61, 62, 63), {0, 1, 2}),
        ((80, 80, 80, 80, 80), set()),
        ((80, 80, 80, 80, 90), set()),  # of five nobody can be two deviations off
        ((80, 80, 80, 80, 80, 80, 90), {6}),
        ((80, 80, 80, 80, 80, 90), {5}),  # 5 / sqrt(6) deviations is 2.04 of them
    ],
)
def test_a_reason_is_asked_for_from_25_points_of_range_on_and_beyond_two_deviations(totals, asked):
    assert deliberating.odd(D(*totals)) == asked


def test_exactly_two_deviations_are_not_beyond_them():
    # Four of 0 and one of 1: n(n x - s)^2 = 16, four times the square is 16
    assert deliberating.odd(D(0, 0, 0, 0, 1)) == set()


def test_a_reason_is_for_exactly_the_totals_that_it_was_written_for():
    first = deliberating.signature([Decimal("80.0"), Decimal("55")])

    assert first == deliberating.signature([Decimal("55.00"), Decimal("80")])
    assert first != deliberating.signature([Decimal("55"), Decimal("80.5")])


def test_texts_are_alike_whatever_their_spaces_and_case_and_empty_ones_are_not():
    one = deliberating.prints(["Good  plan", "", "All in all fine"])
    two = deliberating.prints(["good plan\n", "", "Different"])
    three = deliberating.prints(["Another", "", "No"])

    assert deliberating.alike({1: one, 2: two, 3: three}) == {1: {2}, 2: {1}}
    assert one.split()[1] == deliberating.BLANK
    assert len(one) <= 40


def test_of_a_text_that_everybody_copied_the_first_sheets_are_named():
    found = deliberating.alike(dict.fromkeys(range(1, 2001), deliberating.prints(["The same everywhere"])))

    assert (found[1], found[3], found[2000]) == ({2, 3, 4, 5}, {1, 2, 4, 5}, {1, 2, 3, 4})


def test_a_text_that_is_twice_on_one_sheet_is_not_like_another():
    assert deliberating.alike({1: deliberating.prints(["Same", "Same", "Same"])}) == {}


class Stage:
    pk, quorum, trimmed, is_visit = 1, 3, True, False


def found_lines(plans, of, reasons=None):
    """Where a director allows three sheets."""
    return deliberating.lines(plans, of, reasons or {}, Stage, allowed=lambda _stage, _plan: 3)


class Plan:
    def __init__(self, pk, opinion=""):
        self.pk, self.application_id, self.opinion = pk, pk, opinion
        self.application = type("Application", (), {"number": f"SP-{pk}"})


def sheets(*totals):
    return [
        deliberating.Sheet(
            number,
            number,
            "open" if total is None else "handed_in",
            None if total is None else Decimal(total),
            "" if total is None else deliberating.prints([f"a{number}", "b" * number, "c"]),
        )
        for number, total in enumerate(totals, 1)
    ]


def test_the_checklist_names_every_application_that_lacks_something():
    plans = [Plan(1), Plan(2, "Said"), Plan(3, "Said")]
    of = {1: sheets(80, 81, 82), 2: sheets(50, 80, 82), 3: sheets(80, 81, None)}

    found = found_lines(plans, of)
    explained = found_lines(plans, of, {2: {"50 80 82"}})

    assert [[line.hearing.pk for line in rows] for _what, rows in deliberating.lacking(found)] == [
        [3],
        [2],
        [1],
    ]
    assert [[line.hearing.pk for line in rows] for _what, rows in deliberating.lacking(explained)] == [
        [3],
        [],
        [1],
    ]
    assert [str(one) for one in deliberating.unclosable(found)] == [
        "Too few sheets: SP-3",
        "No reason is written for totals that lie far off: SP-2",
        "No opinion is written: SP-1",
    ]
    assert [str(one) for one in deliberating.unclosable([])] == ["No application is before this panel."]
    done = found_lines([Plan(1, "Said")], of)
    assert deliberating.unclosable(done) == []
    [alone] = deliberating.lines([Plan(1, "Said")], of, {}, Stage)
    assert (alone.needed, alone.is_short) == (5, True)


def test_the_mean_of_a_line_is_the_score_of_the_stage():
    [line] = deliberating.lines([Plan(1)], {1: sheets(0, 80, 85, 90, 100)}, {}, Stage)

    assert (line.score, line.spread) == (Decimal("85.00"), 100)
    assert deliberating.by_reviewer([line])[2] == (1, Decimal("80.00"))


def test_the_drawing_has_a_mark_for_each_total_and_a_cross_for_those_far_off():
    found = deliberating.lines([Plan(1), Plan(2)], {1: sheets(80, 81, 82), 2: sheets(50, 80, 82)}, {}, Stage)

    plot = charts.dots(found)

    assert (plot["dots"].count("h0"), plot["crosses"].count("l8 8")) == (5, 1)
    assert [label["number"] for label in plot["labels"]] == [1, 2]
    assert plot["marks"][0]["value"] == 50
    assert charts.dots([])["dots"] == ""


# A panel of three members and two applications


class Table:
    """A panel with a chair and two members, its applications, and a sheet of everybody for each."""

    def __init__(self, world, *totals):
        self.world = world
        self.call = world.r1
        field = IndustryField.objects.get(code="F2")
        self.applications = [world.in_review(self.call, field=field) for _one in totals]
        self.panel = seating.make(
            self.call, stage=self.call.stages.get(), name="Castings", fields=[field], by=world.officer
        )
        self.chair, *self.members = (world.seated(self.panel) for _number in range(3))
        seating.appoint(self.panel, member=self.chair, by=world.officer)
        self.sheets = {}
        for application, of in zip(self.applications, totals, strict=True):
            for person, total in zip((self.chair, *self.members), of, strict=True):
                self.sheets[application.pk, person.pk] = self.score(application, person, total)
        self.panel.refresh_from_db()

    def score(self, application, person, total):
        sheet = self.world.assigned(application, person)
        if total is None:
            return sheet
        comments = {name: f"{name} of {person.pk} on {application.pk}" for name in actions.COMMENTS}
        values = {criterion.pk: Decimal(total) for criterion in criteria_of(sheet.stage)}
        actions.save(sheet, values=values, comments=comments, by=person)
        return actions.hand_in(sheet, by=person)

    def open(self):
        deliberation.open_deliberation(self.panel, by=self.chair)
        self.panel.refresh_from_db()
        return self

    def hearing(self, number=0):
        return self.panel.hearings.order_by("pk")[number]

    def conclude(self, number=0, **more):
        hearing = self.hearing(number)
        words = {"opinion": OPINION, "version": hearing.version, "by": self.chair} | more
        deliberation.conclude(hearing, **words)
        return fresh(hearing)


def test_the_chair_opens_the_deliberation_after_having_judged_alone(world):
    table = Table(world, (None, 80, 81))
    sheet = table.sheets[table.applications[0].pk, table.chair.pk]

    assert reasons(deliberation.open_deliberation, table.panel, by=table.chair) == [
        "Please hand in your own sheets first: 1 are open."
    ]
    world.save(sheet, 82, 82, 82)
    actions.hand_in(sheet, by=table.chair)
    table.open()

    assert (table.panel.status, table.panel.opened_at) == ("deliberating", AFTER)
    assert [entry.verb for entry in audit.trail(table.panel)][-1] == "open_deliberation"


def test_only_the_chair_of_this_panel_opens_and_closes_it(world):
    table = Table(world, (80, 80, 80))

    for person in (world.officer, world.director, *table.members, world.reviewer()):
        with pytest.raises(Denied):
            deliberation.open_deliberation(table.panel, by=person)
    table.open()
    table.conclude()
    for person in (world.officer, *table.members):
        with pytest.raises(Denied):
            deliberation.close(table.panel, by=person)
    deliberation.close(table.panel, by=table.chair)
    assert fresh(table.panel).status == "closed"


def seen(person, panel):
    response = browser(person).get(reverse("review:meeting", args=[panel.key]))
    return response.status_code, text(response) if response.status_code == 200 else ""


def test_nobody_sees_anything_of_others_before_their_own_sheets_are_in_and_the_chair_has_opened(world):
    table = Table(world, ("81.5", "62.2", None))
    early, late = table.members
    others = ("81.5", "62.2")

    before = [seen(person, table.panel) for person in (table.chair, early, late)]
    hearing = reverse("review:hearing", args=[table.hearing().key])
    closed = [browser(person).get(hearing).status_code for person in (table.chair, early, late)]
    table.open()
    after = {person: seen(person, table.panel) for person in (table.chair, early, late)}

    assert [status for status, _page in before] == [200, 200, 200]
    assert not [page for _status, page in before if any(total in page for total in others)]
    assert closed == [404, 404, 404]
    assert all(total in after[person][1] for total in others for person in (table.chair, early))
    assert not any(total in after[late][1] for total in others)
    assert browser(late).get(hearing).status_code == 404
    sheet = table.sheets[table.applications[0].pk, late.pk]
    world.save(sheet, 70, 70, 70)
    actions.hand_in(sheet, by=late)
    assert "62.2" in seen(late, table.panel)[1]
    assert "strengths of" in text(browser(late).get(hearing))


def test_a_chair_who_still_judges_alone_does_not_learn_how_many_sheets_are_in(world):
    table = Table(world, (None, 80, 81))
    before = seen(table.chair, table.panel)[1]
    sheet = table.sheets[table.applications[0].pk, table.chair.pk]
    world.save(sheet, 82, 82, 82)
    actions.hand_in(sheet, by=table.chair)

    assert "sheets of the panel are handed in" not in before
    assert "3 of 3 sheets of the panel are handed in." in seen(table.chair, table.panel)[1]


def test_the_page_before_is_the_same_whatever_the_others_scored(world):
    """Nothing depends on another's score: list, counts, order (G36)."""
    table = Table(world, (10, 80, None))
    sheet = table.sheets[table.applications[0].pk, table.chair.pk]
    client, pages = browser(table.members[1]), []
    addresses = reverse("review:own"), reverse("review:meeting", args=[table.panel.key])
    pages.append([text(client.get(address)) for address in addresses])
    actions.reopen(sheet, reason="A slip of the pen", by=world.officer)
    world.save(sheet, 99, 99, 99)
    actions.hand_in(sheet, by=table.chair)
    pages.append([text(client.get(address)) for address in addresses])

    assert pages[0] == pages[1]


def test_staff_see_the_sheets_once_the_deliberation_is_open_and_strangers_nothing(world):
    table = Table(world, (80, 71.5, 82))
    before = seen(world.officer, table.panel)[1]
    table.open()

    assert "71.5" not in before
    assert "3 of 3 sheets of the panel are handed in." in before
    assert {person.role: seen(person, table.panel)[0] for person in (
        world.officer, world.director, world.auditor, world.finance, world.ministry, world.person()
    )} == {"officer": 200, "director": 200, "auditor": 200, "finance": 404, "ministry": 404, "applicant": 404}  # fmt: skip
    assert "71.5" in seen(world.officer, table.panel)[1]
    assert seen(world.reviewer(), table.panel)[0] == 404


def test_a_member_in_conflict_with_an_application_sees_nothing_of_it(world):
    table = Table(world, (80, 80, 80), (71.5, 72.5, 73.5))
    second = table.applications[1]
    member = table.members[0]
    actions.declare(table.sheets[second.pk, member.pk], code="C4", by=member)
    table.open()

    page = seen(member, table.panel)[1]
    key = table.hearing(1).key

    assert second.number not in page
    assert table.applications[0].number in page
    assert browser(member).get(reverse("review:hearing", args=[key])).status_code == 404
    assert second.number in seen(table.chair, table.panel)[1]


def test_a_member_whose_conflict_our_data_alone_shows_sees_nothing_of_it_either(world):
    table = Table(world, (80, 80, 80))
    member, other = table.members
    plan = world.in_review(table.call, field=IndustryField.objects.get(code="F2"))
    people.add_affiliation(
        institution="Elsewhere", business_number=plan.firm.business_number, role="employee",
        until=date(2026, 6, 1), by=member,
    )  # fmt: skip
    for person in (table.chair, other):
        table.score(plan, person, "61.5")
    table.open()
    addresses = [
        reverse(f"review:{name}", args=[table.hearing(1).key]) for name in ("hearing", "hearing_pdf")
    ]

    page = seen(member, table.panel)[1]
    answers = [browser(member).get(address).status_code for address in addresses]
    actions.waive(plan, reviewer=member, reason="The only expert", by=world.director)
    allowed = seen(member, table.panel)[1]

    assert table.applications[0].number in page
    assert not [word for word in (plan.number, plan.firm.name, "61.5") if word in page]
    assert answers == [404, 404]
    assert plan.number in seen(other, table.panel)[1]
    assert plan.number in allowed
    assert browser(member).get(addresses[0]).status_code == 200


def test_a_chair_whom_our_data_keeps_from_an_application_gives_nothing_of_it_back_and_asks_no_exception(
    world,
):
    table = Table(world, (80, 80, 80), (80, 80, 80)).open()
    second = table.applications[1]
    people.add_affiliation(
        institution="Elsewhere", business_number=second.firm.business_number, role="adviser", by=table.chair
    )
    halted = [
        "Our data shows a conflict of interest with this application. Please ask the office; what you wrote before is kept."
    ]

    assert (
        reasons(
            actions.reopen,
            table.sheets[second.pk, table.members[0].pk],
            reason="A slip of the pen",
            by=table.chair,
        )
        == halted
    )
    assert reasons(exempting.ask, second, reason="Nobody else knows it", by=table.chair) == halted
    assert (
        browser(table.chair).get(reverse("review:exempt_hearing", args=[table.hearing(1).key])).status_code
        == 404
    )


def test_a_chair_in_conflict_neither_concludes_nor_explains_nor_gives_back(world):
    table = Table(world, (80, 80, 80), (50, 80, 80)).open()
    second = table.applications[1]
    actions.declare(table.sheets[second.pk, table.chair.pk], code="C4", by=table.chair)

    with pytest.raises(Denied):
        table.conclude(1)
    with pytest.raises(Denied):
        deliberation.explain(table.hearing(1), text="They know it better", by=table.chair)
    with pytest.raises(Denied):
        actions.reopen(table.sheets[second.pk, table.members[0].pk], reason="No reason given", by=table.chair)
    deliberation.conclude(table.hearing(1), opinion=OPINION, version=0, by=world.officer)


def test_totals_far_off_are_asked_about_once_and_the_answer_changes_no_score(world):
    table = Table(world, (80, 82, 55), (80, 80, 80)).open()
    application = table.applications[0]
    far = table.sheets[application.pk, table.members[1].pk]
    before = fresh(application).final_score, fresh(far).total

    asked = [letter.to for letter in Letter.objects.filter(kind="total_questioned")]
    again = deliberation.ask_reasons(table.panel, by=table.chair)
    assert list(to_be_explained(far.reviewer)) == [far]
    deliberation.explain(table.hearing(), sheet=far, text="The method is not proven", by=far.reviewer)

    assert (asked, again) == ([far.reviewer], 0)
    assert list(to_be_explained(far.reviewer)) == []
    [line] = meeting.lines_of(table.panel, only=table.hearing())
    assert (line.odd, line.explained) == ({far.pk}, True)
    assert (fresh(application).final_score, fresh(far).total) == before
    assert Explanation.objects.get().totals == "55 80 82"
    assert [entry.note for entry in audit.trail(application) if entry.verb == "explain_totals"] == [
        "The method is not proven"
    ]


def test_a_reason_is_asked_for_anew_when_the_totals_change(world):
    table = Table(world, (80, 82, 55)).open()
    application = table.applications[0]
    deliberation.explain(table.hearing(), text="The chair has heard them", by=table.chair)
    other = table.sheets[application.pk, table.members[0].pk]
    actions.reopen(other, reason="A number is missing", by=table.chair)
    world.save(other, 90, 90, 90)
    actions.hand_in(other, by=other.reviewer)

    [line] = meeting.lines_of(table.panel, only=table.hearing())

    assert line.waits_for_reason
    assert deliberation.ask_reasons(table.panel, by=table.chair) == 1


def test_only_those_far_off_and_the_chair_explain(world):
    table = Table(world, (80, 82, 55)).open()
    near = table.sheets[table.applications[0].pk, table.members[0].pk]

    assert reasons(
        deliberation.explain, table.hearing(), sheet=near, text="I was right", by=near.reviewer
    ) == ["No total lies far off the others any more; nothing is to be explained."]
    with pytest.raises(Denied):
        deliberation.explain(table.hearing(), text="The office knows", by=world.officer)
    with pytest.raises(Denied):
        deliberation.explain(table.hearing(), text="I know", by=table.members[0])


def test_the_chair_gives_a_sheet_back_with_a_reason_and_it_is_open_again(world):
    table = Table(world, (80, 80, 80)).open()
    application, member = table.applications[0], table.members[0]
    sheet = table.sheets[application.pk, member.pk]

    assert reasons(actions.reopen, sheet, reason=" no ", by=table.chair) == [
        "Please write the reason (at least 5 characters)."
    ]
    actions.reopen(sheet, reason="A comment is missing", by=table.chair)

    assert (fresh(sheet).status, fresh(sheet).total) == ("open", None)
    letter = Letter.objects.get(kind="sheet_returned")
    assert (letter.to, "A comment is missing" in letter.body) == (member, True)
    assert [entry.verb for entry in audit.trail(sheet)][-2:] == ["reopen", "reopened_values"]
    assert seen(member, table.panel)[1].count("Everybody judges alone first") == 1
    for person, whose in ((table.chair, table.chair), (member, table.members[1])):
        with pytest.raises(Denied):
            actions.reopen(table.sheets[application.pk, whose.pk], reason="A slip of the pen", by=person)


def test_before_the_deliberation_the_chair_gives_nothing_back(world):
    table = Table(world, (80, 80, 80))

    with pytest.raises(Denied):
        actions.reopen(
            table.sheets[table.applications[0].pk, table.members[0].pk], reason="A slip", by=table.chair
        )


def test_the_opinion_is_written_by_chair_or_office_and_nobody_overwrites_another_unseen(world):
    table = Table(world, (80, 80, 80)).open()

    hearing = table.conclude()
    assert (hearing.opinion, hearing.opinion_by, hearing.version) == (OPINION, table.chair, 1)
    assert reasons(deliberation.conclude, hearing, opinion=OPINION, version=0, by=world.officer) == [
        "Somebody has changed the opinion meanwhile. Please look at it before you save yours."
    ]
    assert reasons(deliberation.conclude, hearing, opinion="Short", version=1, by=world.officer) == [
        "Please write at least 20 characters: reasons, and what to mend."
    ]
    for person in (table.members[0], world.director, world.reviewer()):
        with pytest.raises(Denied):
            deliberation.conclude(hearing, opinion=OPINION, version=1, by=person)
    [entry] = [one for one in audit.trail(table.applications[0]) if one.verb == "conclude"]
    assert (entry.before, entry.after) == ({"opinion": ""}, {"opinion": OPINION})


def test_a_panel_closes_when_nothing_is_lacking_and_then_all_of_it_stands(world):
    table = Table(world, (80, 82, 55), (80, 80, 80)).open()
    first, second = table.applications

    assert reasons(deliberation.close, table.panel, by=table.chair) == [
        f"No reason is written for totals that lie far off: {first.number}",
        f"No opinion is written: {first.number}, {second.number}",
    ]
    assert reasons(actions.close_review, second, by=world.officer) == ["Castings has not closed yet."]
    deliberation.explain(table.hearing(), text="The method is not proven", by=table.chair)
    table.conclude(0)
    table.conclude(1)
    deliberation.close(table.panel, by=table.chair)

    closed = ["The panel is closed."]
    sheet = table.sheets[second.pk, table.members[0].pk]
    assert reasons(actions.reopen, sheet, reason="A slip of the pen", by=world.officer) == closed
    assert reasons(actions.exclude, sheet, reason="A slip of the pen", by=world.officer) == closed
    assert reasons(actions.assign, second, reviewer=world.reviewer(), by=world.officer) == closed
    assert reasons(deliberation.conclude, table.hearing(), opinion=OPINION, version=1, by=table.chair) == [
        "This is not possible while the status is “Panel closed”."
    ]
    assert kinds()[-1] == "panel_closed"
    assert meeting.opinions_of([first.pk]) == {first.pk: OPINION}
    actions.close_review(second, by=world.officer)
    assert fresh(second).status == "reviewed"


def test_an_opinion_is_not_said_before_the_panel_is_closed(world):
    table = Table(world, (80, 80, 80)).open()
    table.conclude()

    assert meeting.opinions_of([table.applications[0].pk]) == {}


def test_an_application_that_was_withdrawn_holds_nobody_up(world):
    table = Table(world, (80, 80, 80), (None, None, None))
    type(table.applications[1]).objects.filter(pk=table.applications[1].pk).update(status="withdrawn")
    Assignment.objects.filter(application=table.applications[1]).update(status="excluded")
    table.open()
    table.conclude()

    deliberation.close(table.panel, by=table.chair)

    assert fresh(table.panel).status == "closed"


def test_the_office_opens_a_panel_again_with_a_reason_while_its_reviews_are_open(world):
    table = Table(world, (80, 80, 80)).open()
    table.conclude()
    deliberation.close(table.panel, by=table.chair)

    assert reasons(deliberation.reopen, table.panel, reason="no", by=world.officer) == [
        "Please write the reason (at least 5 characters)."
    ]
    deliberation.reopen(table.panel, reason="A sheet was wrong", by=world.officer)
    assert (fresh(table.panel).status, fresh(table.panel).closed_at) == ("deliberating", None)
    assert kinds()[-1] == "panel_reopened"
    deliberation.close(table.panel, by=table.chair)
    actions.close_review(table.applications[0], by=world.officer)
    assert reasons(deliberation.reopen, table.panel, reason="A sheet was wrong", by=world.officer) == [
        "The reviews of what this panel heard are closed. Please open them again first."
    ]


def test_a_call_without_panels_goes_on_as_before(world):
    application = world.in_review(world.r1)
    sheets = [world.handed_in(application, 80, 80, 80) for _number in range(3)]
    actions.reopen(sheets[0], reason="A slip of the pen", by=world.officer)
    world.save(sheets[0], 70, 70, 70)
    actions.hand_in(sheets[0], by=sheets[0].reviewer)

    actions.close_review(application, by=world.officer)

    assert fresh(application).status == "reviewed"


# Pages


def test_the_chair_goes_the_whole_way_on_the_pages(world):
    table = Table(world, (80, 82, 55), (80, 80, 80))
    client, key = browser(table.chair), table.panel.key
    meeting_page = reverse("review:meeting", args=[key])

    assert "You chair Castings" in text(client.get(reverse("portal:home")))
    assert "6 of 6 sheets of the panel are handed in." in text(client.get(meeting_page))
    client.post(reverse("review:open_deliberation", args=[key]))
    page = text(client.get(meeting_page))
    assert "In 1 application a total lies far off" in page
    assert "far off, no reason yet" in page
    client.post(reverse("review:explain", args=[table.hearing().key]), {"text": "Heard them all"})
    assert "far off, explained" in text(client.get(meeting_page))
    first = client.post(
        reverse("review:conclude", args=[table.hearing().key]),
        {"opinion": OPINION, "version": 0, "next": "1"},
    )
    assert first.url == table.hearing(1).get_absolute_url()
    close = reverse("review:close_panel", args=[key])
    assert "1 lacking" in text(client.get(close))
    refused = client.post(close)
    assert (refused.status_code, table.applications[1].number in text(refused)) == (409, True)
    client.post(reverse("review:conclude", args=[table.hearing(1).key]), {"opinion": OPINION, "version": 0})
    client.post(close)
    assert fresh(table.panel).status == "closed"


def test_what_was_typed_stays_when_somebody_else_was_faster(world):
    table = Table(world, (80, 80, 80)).open()
    table.conclude()

    answer = browser(world.officer).post(
        reverse("review:conclude", args=[table.hearing().key]),
        {"opinion": "My own words on this plan", "version": 0},
    )

    assert answer.status_code == 409
    assert "My own words on this plan" in answer.content.decode()


def test_a_reviewer_far_off_is_led_from_the_home_page_to_the_reason(world):
    table = Table(world, (80, 82, 55)).open()
    sheet = table.sheets[table.applications[0].pk, table.members[1].pk]
    client = browser(sheet.reviewer)

    assert "Reasons asked for" in text(client.get(reverse("portal:home")))
    assert "Your total lies far from" in text(client.get(sheet.get_absolute_url()))
    client.post(reverse("review:explain_own", args=[sheet.key]), {"text": "Not proven at all"})

    assert "Your total lies far from" not in text(client.get(sheet.get_absolute_url()))
    assert Explanation.objects.get().by == sheet.reviewer


def test_the_meeting_asks_the_same_number_of_queries_for_one_application_as_for_many(
    world, django_assert_num_queries, django_assert_max_num_queries
):
    table = Table(world, (80, 82, 55)).open()
    client, page = browser(table.chair), reverse("review:meeting", args=[table.panel.key])
    client.get(page)
    with django_assert_max_num_queries(28) as first:
        client.get(page)
    for _number in range(4):
        application = world.in_review(table.call, field=IndustryField.objects.get(code="F2"))
        for person, total in zip((table.chair, *table.members), (80, 82, 50), strict=True):
            table.score(application, person, total)

    with django_assert_num_queries(len(first.captured_queries)):
        client.get(page)


# At once


@pytest.mark.postgresql
def test_a_panel_does_not_close_over_a_sheet_that_is_given_back_at_the_same_moment(committed, world):
    with clock.at(AFTER):
        table = Table(world, (80, 80, 80)).open()
        table.conclude()
        sheet = table.sheets[table.applications[0].pk, table.members[0].pk]

    def close():
        with clock.at(AFTER + timedelta(seconds=1)):
            deliberation.close(table.panel, by=table.chair)

    def give_back():
        with clock.at(AFTER + timedelta(seconds=1)):
            actions.reopen(fresh(sheet), reason="A slip of the pen", by=world.officer)

    outcomes = together(close, give_back)

    assert len(refusals(outcomes)) == 1
    state = fresh(table.panel).status, fresh(sheet).status
    assert state in {("closed", "handed_in"), ("deliberating", "open")}


@pytest.mark.postgresql
def test_two_opinions_at_once_leave_one_and_tell_the_other(committed, world):
    with clock.at(AFTER):
        table = Table(world, (80, 80, 80)).open()
        hearing = table.hearing()

    def write(by, words):
        with clock.at(AFTER):
            deliberation.conclude(hearing, opinion=words, version=0, by=by)

    outcomes = together(
        lambda: write(table.chair, OPINION), lambda: write(world.officer, "Another opinion, of the office")
    )

    assert len(refusals(outcomes)) == 1
    assert fresh(hearing).version == 1
