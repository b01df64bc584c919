"""What the chair looks at before the panel speaks: points and comments, what is missing, what is copied, what was taken out and why."""

from decimal import Decimal

import pytest
from django.urls import reverse

from applications.accounts.models import User
from applications.calls.models import Call
from applications.notifications.models import Letter
from applications.permissions import PERMISSIONS, anyone
from applications.review import actions, deliberation, meetings
from applications.review.queries import criteria_of
from tests.asking import paper_text, text
from tests.remembering import step
from tests.review.test_meetings import OPINION, Table
from tests.world import browser

pytestmark = pytest.mark.usefixtures("english", "after_the_deadline")
COPIED = "The same sentence for everybody"


def rewrite(table, application, person, *values, notes=(), **comments):
    """Give a sheet back, and let it be handed in again with these points, comments on single criteria and words."""
    sheet = table.sheets[application.pk, person.pk]
    actions.reopen(sheet, reason="A slip of the pen", by=table.world.officer)
    criteria = criteria_of(sheet.stage)
    words = {name: f"{name} of {person.pk} on {application.pk}" for name in actions.COMMENTS} | comments
    actions.save(
        sheet, values={one.pk: Decimal(str(value)) for one, value in zip(criteria, values, strict=True)}, comments=words,
        notes={one.pk: note for one, note in zip(criteria, notes, strict=False)}, by=person,
    )  # fmt: skip
    table.sheets[application.pk, person.pk] = actions.hand_in(sheet, by=person)


@pytest.fixture
@step
def table(world):
    """Two applications, three members named for what they do; one text stands on sheets of both."""
    table = Table(world, (80, 80, 80), (80, 80, 80))
    first, second = table.applications
    author, other = table.members
    for person, name in ((table.chair, "Chair Kim"), (author, "Author Lee"), (other, "Other Park")):
        type(person).objects.filter(pk=person.pk).update(name=name)
    rewrite(table, first, author, 81, 72, "63.5", notes=("CANARY-NOTE <b>",), overall=COPIED)
    rewrite(table, second, table.chair, 80, 80, 80, overall=f"  {COPIED.upper()} ")
    return table


def page(person, name, thing):
    return text(browser(person).get(reverse(f"review:{name}", args=[thing.key])))


def printed(person, name, thing):
    content = browser(person).get(reverse(f"review:{name}", args=[thing.key])).content
    return paper_text(content)


def test_g38_the_chair_sees_which_sheets_are_out_and_why_and_members_do_not(table):
    first, second = table.applications
    author, other = table.members
    actions.exclude(table.sheets[first.pk, other.pk], reason="Was not present", by=table.world.officer)
    actions.declare(table.sheets[second.pk, author.pk], code="C4", note="CANARY-COUSIN", by=author)
    table.open()

    for person in (table.chair, table.world.officer, table.world.auditor):
        one, two = (page(person, "hearing", table.hearing(number)) for number in (0, 1))
        assert "Other Park Was not present Excluded" in one
        assert (
            "Author Lee C4 Related to the representative, the leader or the staff Conflict of interest" in two
        )
        assert "CANARY-COUSIN" not in one + two
        assert page(person, "meeting", table.panel).count("1 excluded") == 2  # of each application
    assert "Sheets that do not count" not in page(other, "hearing", table.hearing(1))
    assert "excluded" not in page(other, "meeting", table.panel)
    assert "Was not present" in page(table.world.officer, "case", first)


def test_who_gets_a_sheet_back_reads_in_the_subject_whether_the_chair_asks(table):
    sheets = [table.sheets[table.applications[1].pk, member.pk] for member in table.members]
    User.objects.update(language="en")
    table.open()

    for sheet, by in zip(sheets, (table.chair, table.world.officer), strict=True):
        actions.reopen(sheet, reason="A total does not fit", by=by)

    letters = Letter.objects.filter(kind="sheet_returned").order_by("-pk")[:2]
    assert [(letter.to_id, letter.subject) for letter in letters] == [
        (sheets[1].reviewer_id, "[Please check] A sheet was given back to you"),
        (sheets[0].reviewer_id, "[Please check] The chair asks you to mend one of your sheets"),
    ]


def test_without_their_rule_a_member_would_read_which_sheets_are_out(table, monkeypatch):
    first, other = table.applications[0], table.members[1]
    actions.exclude(table.sheets[first.pk, other.pk], reason="Was not present", by=table.world.officer)
    table.open()
    assert "Was not present" not in page(table.members[0], "hearing", table.hearing(0))

    monkeypatch.setitem(PERMISSIONS, "panel.exclusions", anyone)
    assert "Was not present" in page(table.members[0], "hearing", table.hearing(0))


def test_points_and_comments_on_each_criterion_stand_side_by_side_as_they_were_typed(table):
    table.open()

    answer = browser(table.chair).get(reverse("review:hearing", args=[table.hearing().key]))
    shown = text(answer)

    assert "Chair Kim Author Lee Other Park" in shown
    assert "기술성 100 80 81 CANARY-NOTE &lt;b&gt; 80" in shown
    assert "역량 100 80 63.5 80" in shown
    assert "Total 100 80 73.475 80" in shown
    assert b"NOTE <b>" not in answer.content


def test_a_text_that_was_copied_names_the_other_sheet_also_on_another_page_of_the_panel(table, monkeypatch):
    first, second = table.applications
    table.open()
    said = "A text of this sheet stands word for word in: "

    assert f"{said}{second.number} Chair Kim" in page(table.chair, "hearing", table.hearing(0))
    assert f"{said}{first.number} Author Lee" in page(table.chair, "hearing", table.hearing(1))
    assert page(table.chair, "hearing", table.hearing(0)).count(said) == 1
    monkeypatch.setattr(meetings, "AT_ONCE", 1)
    alone = page(table.chair, "meeting", table.panel)
    assert f"texts alike ({second.number} Chair Kim)" in alone
    assert f"texts alike ({first.number}" not in alone

    actions.declare(table.sheets[second.pk, table.chair.pk], code="C4", by=table.chair)
    actions.reopen(
        table.sheets[second.pk, table.members[1].pk], reason="A slip of the pen", by=table.world.officer
    )
    sheet = table.sheets[second.pk, table.members[1].pk]
    actions.save(sheet, values={one.pk: Decimal(80) for one in criteria_of(sheet.stage)}, by=sheet.reviewer,
                 comments=dict.fromkeys(actions.COMMENTS, COPIED))  # fmt: skip
    actions.hand_in(sheet, by=sheet.reviewer)
    hidden = page(table.chair, "hearing", table.hearing(0)) + page(table.chair, "meeting", table.panel)
    assert f"{said}a sheet of the panel that you may not look at" in hidden
    assert second.number not in hidden


def test_a_comment_that_is_missing_is_seen_on_its_sheet(table):
    Call.objects.filter(pk=table.call.pk).update(comment_length=0)
    rewrite(table, table.applications[0], table.members[1], 80, 80, 80, weaknesses="")
    table.open()

    assert page(table.chair, "hearing", table.hearing(0)).count("comment missing") == 1
    assert "Other Park: 80 comment missing" in page(table.chair, "hearing", table.hearing(0))
    assert page(table.chair, "meeting", table.panel).count("comment missing") == 1


def test_nobody_prints_what_a_panel_still_judges_alone_but_each_their_own(table):
    first = table.applications[0]
    sheet = table.sheets[first.pk, table.members[0].pk]
    staff = (table.world.officer, table.world.director, table.world.auditor)
    address, case = reverse("review:sheet_pdf", args=[sheet.key]), reverse("review:case", args=[first.key])

    def seen():
        return [
            (
                browser(person).get(address).status_code,
                COPIED in printed(person, "report_pdf", first),
                address in browser(person).get(case).content.decode(),
            )
            for person in staff
        ]

    own, alone = browser(sheet.reviewer).get(address), seen()
    table.open()

    assert COPIED in paper_text(own.content)
    assert alone == [(404, False, False)] * 3
    assert seen() == [(200, True, True)] * 3


def test_all_sheets_are_printed_under_codes_with_their_words_and_the_opinion(table):
    first, second = table.applications
    author, other = table.members
    rewrite(table, first, table.chair, 30, 30, 30)
    actions.exclude(table.sheets[first.pk, other.pk], reason="Was not present", by=table.world.officer)
    actions.declare(table.sheets[second.pk, author.pk], code="C4", note="CANARY-COUSIN", by=author)
    table.open()
    deliberation.explain(table.hearing(), text="The method is new", by=table.chair)
    table.conclude()

    of_staff = {
        printed(person, "report_pdf", first)
        for person in (table.world.officer, table.world.director, table.world.auditor)
    }
    of_chair, of_member = (
        printed(person, "hearing_pdf", table.hearing()) for person in (table.chair, author)
    )
    late = printed(table.chair, "hearing_pdf", table.hearing(1))

    [of_staff] = of_staff
    for said in (of_staff, of_chair, of_member):
        for expected in ("R1", "R2", "기술성", "30", "81", "63.5", "73.475", "CANARY-NOTE <b>", COPIED, OPINION, "The method is new"):  # fmt: skip
            assert expected in said, expected
        assert not [name for name in ("Chair Kim", "Author Lee", "Other Park") if name in said]
    assert ("Final score" in of_staff, "Final score" in of_chair) == (True, False)
    assert ["Was not present" in said for said in (of_staff, of_chair, of_member)] == [True, True, False]
    assert "C4 Related to" in late and "CANARY-COUSIN" not in late
