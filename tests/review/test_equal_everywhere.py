"""One number everywhere: page, CSV, XLSX, print and the recomputation from events agree with a reckoning in fractions."""

import csv
import io
import re
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.template import engines
from hypothesis import HealthCheck, given, settings
from xlsxwriter.utility import xl_col_to_name

from applications.calls import editions
from applications.calls.models import Call
from applications.calls.stages import Criterion, CriterionGroup, Stage
from applications.intake.lists import DESK
from applications.kernel import clock
from applications.kernel.exporting import csv_of, xlsx_of
from applications.kernel.pdf import head, typeset
from applications.review import actions, printed
from applications.review.exemptions import Exemption
from applications.review.queries import criteria_of, handed_in_as
from applications.review.recomputing import recompute
from tests.asking import fresh, paper_text, text
from tests.review.random_panels import POINTS, Panel, counted_of, given_out, panels, reckoned, replayed
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english")
PANELS = 1000
OF_DESK = {column.name: column for column in DESK.columns}
COLUMNS = [
    SimpleNamespace(label="number", value=lambda a: a.number),
    OF_DESK["base_score"],
    OF_DESK["score"],
]


def pages(kind):
    """The cell of a page as it is drawn."""
    return engines["django"].from_string("{% load grants %}{{ a." + kind + "|score }}")


@pytest.fixture(scope="module")
def drawn_panels():
    """A thousand panels, drawn once."""
    found = []

    @settings(max_examples=PANELS, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(panels)
    def draw(drawn):
        found.append(replayed(Panel(drawn, *reckoned(drawn)), len(found)))

    draw()
    return found


def test_a_thousand_panels_are_drawn_with_all_that_may_happen(drawn_panels):
    reached = [
        (panel, one, points)
        for panel in drawn_panels
        for _score, one, points in zip(panel.scores, panel.drawn[0], POINTS, strict=False)
    ]
    sizes = {len(counted_of(one, points, panel.drawn[1])[0]) for panel, one, points in reached}
    fates = {fate for _panel, one, _points in reached for _last, _before, fate in one.sheets}
    ways = Counter(
        (len(panel.drawn[0]), len(panel.scores), panel.drawn[1], panel.failed) for panel in drawn_panels
    )

    assert len(drawn_panels) >= PANELS
    assert sizes == set(range(10))
    assert fates == {"kept", "excluded", "open", "conflict"}
    # One stage passed or failed; of two the first failed, the first without a sheet, the second passed or failed
    assert {way for way, number in ways.items() if number >= 10} == {
        (number, came, scale, failed)
        for number, came in ((1, 1), (2, 1), (2, 2))
        for scale in ("percent", "points")
        for failed in (True, False)
    }
    halves = ties = 0
    for panel, one, points in reached:
        kept, counted = counted_of(one, points, panel.drawn[1])
        halves += bool(counted) and (sum(counted) / len(counted) * 100) % 1 == Fraction(1, 2)
        ties += len(kept) > 1 and (kept[0] == kept[1] or kept[-1] == kept[-2])
    weighted = sum(
        (sum(one.weight * Fraction(score) for one, score in zip(panel.drawn[0], panel.scores, strict=False)))
        % 1
        == Fraction(1, 2)
        for panel in drawn_panels
        if panel.expected[1] != "–"
    )
    assert halves >= 50 and ties >= 20 and weighted >= 20, (halves, ties, weighted)


def test_the_columns_computed_from_events_are_those_of_the_fractions(drawn_panels):
    for panel in drawn_panels:
        a = panel.stored
        assert (
            a.sheets,
            *(str(n) if n is not None else "–" for n in (a.base_score, a.final_score)),
        ) == panel.expected
        assert [score or "–" for _ordinal, _sheets, score in a.stage_scores] == panel.scores
        assert bool(a.failings) == panel.failed


def test_the_page_shows_the_same(drawn_panels):
    base, final = pages("base_score"), pages("final_score")
    for panel in drawn_panels:
        shown = base.render({"a": panel.stored}), final.render({"a": panel.stored})
        assert shown == panel.expected[1:]
        assert (OF_DESK["base_score"].show(panel.stored), OF_DESK["score"].show(panel.stored)) == shown


def cents(text):
    return f"{Decimal(text):.2f}" if text else "–"


def test_the_csv_holds_the_same(drawn_panels):
    lines = "".join(csv_of(COLUMNS, [panel.stored for panel in drawn_panels])).removeprefix("\ufeff")
    _head, *rows = csv.reader(io.StringIO(lines))

    assert [tuple(map(cents, row[1:])) for row in rows] == [panel.expected[1:] for panel in drawn_panels]


def test_the_workbook_holds_the_same(drawn_panels):
    with xlsx_of(COLUMNS, [panel.stored for panel in drawn_panels]) as file:
        sheet = ZipFile(file).read("xl/worksheets/sheet1.xml").decode()
    cells = dict(re.findall(r'<c r="([BC]\d+)"[^>]*><v>([^<]*)</v>', sheet))
    rows = [
        tuple(cents(cells.get(f"{letter}{line}")) for letter in "BC")
        for line in range(2, len(drawn_panels) + 2)
    ]

    assert rows == [panel.expected[1:] for panel in drawn_panels]


def test_the_print_says_the_same(drawn_panels):
    """All thousand in one document, each with its sheets, the scores of its stages and the stored numbers, and read out of its PDF."""
    tables, expected = [], []
    for panel in drawn_panels:
        for (of, shown), score in zip(panel.tables, panel.scores, strict=True):
            for one in shown:
                one.__dict__["_state"].fields_cache["reviewer"] = SimpleNamespace(name="R")
            table = printed.table_of(of, shown)
            tables.append({**table, "rows": [*table["rows"], ["", "", f"[{table['rows'][-1][2]}]"]]})
            expected.append(score if score != "–" else printed.OPEN)
        facts = [["", "", f"[{value}]"] for _label, value in printed.result_facts(panel.stored)]
        tables[-1]["rows"] += facts
        expected += [str(panel.expected[0]), panel.expected[1], facts[2][2][1:-1], panel.expected[2]]
    data = head("Panels", "") | {"signed": [], "hash": "", "facts": [], "tables": tables, "words": []}
    said = paper_text(typeset("review/sheet.typ", data, at=AFTER))

    assert re.findall(r"\[([^\]]*)\]", said) == expected


# Through the real pages


def can_be_closed(panel):
    """Whether the stages that it went through have their sheets: three by the exception of the call, and two thirds of the panel."""
    ended = panel.drawn[0][: len(panel.scores) - (not panel.failed)]
    fates = [Counter(fate for _last, _before, fate in one.sheets) for one in ended]
    return all(one["kept"] >= max(3, 2 * one["open"]) for one in fates)


def test_two_dozen_panels_are_the_same_through_the_actions_and_on_the_real_pages(world, drawn_panels):
    client, calls = world.client(world.officer), {}
    kinds = defaultdict(list)  # of each way that a review goes two panels
    for panel in filter(can_be_closed, drawn_panels):
        kinds[panel.drawn[1], len(panel.drawn[0]), len(panel.scores), panel.failed].append(panel)
    chosen = [panel for found in kinds.values() for panel in found[:2]]
    with clock.at(AFTER):
        for panel in chosen:
            rounds, scale, points = panel.drawn
            if (scale, len(rounds)) not in calls:
                calls[scale, len(rounds)] = call_of(world, scale, len(rounds))
            call = calls[scale, len(rounds)]
            for one, of in zip(rounds, call.stages.all(), strict=True):  # by hand, on a published call
                call.stages.filter(pk=of.pk).update(
                    weight=one.weight, trimmed=one.trimmed, threshold=one.threshold
                )
            editions.forget()
            application = world.in_review(call)
            for number, point in enumerate(points):
                world.adjusted(application, point, name=f"I{application.number}{number}")
            for place, (one, of) in enumerate(zip(rounds[: len(panel.scores)], POINTS, strict=False)):
                for sheet in one.sheets:
                    through_the_actions(world, fresh(application), sheet, of, scale)
                if place + 1 < len(panel.scores) or panel.failed:
                    actions.close_review(fresh(application), by=world.officer)
            a = fresh(application)
            shown = tuple(str(n) if n is not None else "–" for n in (a.base_score, a.final_score))
            assert (a.sheets, *shown) == panel.expected
            assert ([score or "–" for *_of, score in a.stage_scores], bool(a.failings)) == (
                panel.scores,
                panel.failed,
            )
            assert a.status == ("reviewed" if panel.failed else "in_review")
            assert [one for one in recompute() if one.number == a.number] == []
            page = client.get(f"/reviews/desk/{a.key}/").content.decode()
            assert f"<dd><strong>{panel.expected[2]}</strong></dd>" in page
            assert f"<dd>{panel.expected[1]}</dd>" in page
            listed = client.get(f"/reviews/desk/?q={a.number}").content.decode()
            assert panel.expected[2] in listed
    assert (len(kinds), len(chosen)) == (12, 24)


def call_of(world, scale, stages):
    """A call of this scale, in tenths, with one stage of the plain points or two."""
    call = world.plain_call()
    Call.objects.filter(pk=call.pk).update(scale=scale)
    if stages > 1:
        second = Stage.objects.create(call=call, ordinal=2, kind="presentation", weight=50, quorum=3)
        for ordinal, points in enumerate(POINTS[1], 1):
            group = CriterionGroup.objects.create(stage=second, ordinal=ordinal, name=f"G{ordinal}")
            Criterion.objects.create(group=group, ordinal=1, name=f"K{ordinal}", points=points)
        Exemption.objects.create(
            stage=second, sheets=3, reason="위원 3인 분과", by=world.officer, status="allowed",
            decided_by=world.director, decided_at=clock.now(),
        )  # fmt: skip
    return fresh(call)


def through_the_actions(world, application, sheet, of, scale):
    last, before, fate = sheet
    assignment = world.assigned(application)
    for others in before:
        world.save(assignment, *given_out(others, of, scale))
        actions.hand_in(assignment, by=assignment.reviewer)
        actions.reopen(assignment, reason="A slip of the pen", by=world.officer)
    world.save(assignment, *given_out(last, of, scale))
    if fate != "open":
        actions.hand_in(assignment, by=assignment.reviewer)
    if fate == "excluded":
        actions.exclude(assignment, reason="Found wanting", by=world.officer)
    if fate == "conflict":
        actions.declare(assignment, code="C3", by=assignment.reviewer)


# The panel of the cases, wherever its score is read


ODD = "기술 'A' \"핵심\" <b>, 40%"
SCRIPT = "<script>alert(1)</script> of ten letters"
CENTS = r"(?<![\d.])\d\d\.\d\d(?![\d.])"
REASON = {"columns": "all", "reason": "For the session of the committee"}


def read_everywhere(world, application):
    """{place: the score of an application as it is read there}: pages, files, prints, and computed again from the events."""
    client, found = world.client(world.officer), {}
    case, desk = f"/reviews/desk/{application.key}/", f"/reviews/desk/?q={application.number}"
    pages = {"case": case, "list": desk, "desk": f"/applications/desk/?q={application.number}&col=number&col=score"}  # fmt: skip
    for name, address in pages.items():
        found[name] = re.findall(CENTS, text(client.get(address)))
    export = f"/applications/desk/export/?q={application.number}"
    head, row = csv.reader(
        io.StringIO(
            b"".join(client.post(export, REASON | {"kind": "csv"}).streaming_content).decode("utf-8-sig")
        )
    )
    place = head.index(str(OF_DESK["score"].label))
    found["csv"] = [cents(row[place])]
    book = ZipFile(io.BytesIO(b"".join(client.post(export, REASON | {"kind": "xlsx"}).streaming_content)))
    cell = re.search(
        rf'<c r="{xl_col_to_name(place)}2"[^>]*><v>([^<]*)</v>',
        book.read("xl/worksheets/sheet1.xml").decode(),
    )
    found["xlsx"] = [cents(cell[1])]
    for name in ("scores.pdf", "report.pdf"):
        found[name] = re.findall(CENTS, paper_text(client.get(f"{case}{name}").content))
    assert list(recompute()) == []
    return {place: set(scores) for place, scores in found.items()}


def test_g44_g48_g50_one_score_stands_on_every_page_in_every_file_and_in_print(world):
    """70.28 from 71.50, 77.50 and 61.85; without the second sheet 66.68; whatever the criterion is called and the comments say."""
    call = world.r1
    CriterionGroup.objects.filter(stage__call=call, ordinal=1).update(name=ODD)
    Criterion.objects.filter(group__stage__call=call, group__ordinal=1).update(name=ODD)
    with clock.at(AFTER):
        application, sheets = world.in_review(call, world.a), []
        for values in [(80, 70, 60), (90, 65, 75), (61, 62, 63)]:
            sheet = world.assigned(application)
            world.save(sheet, *values)
            comments, points = (
                dict.fromkeys(actions.COMMENTS, SCRIPT),
                dict(sheet.scores.values_list("criterion", "value")),
            )
            actions.save(
                sheet, values=points, comments=comments, notes={min(points): SCRIPT}, by=sheet.reviewer
            )
            sheets.append(actions.hand_in(sheet, by=sheet.reviewer))
        signed = paper_text(world.client(world.auditor).get(f"/reviews/{sheets[1].key}/sheet.pdf").content)
        whole = paper_text(
            world.client(world.auditor).get(f"/reviews/desk/{application.key}/report.pdf").content
        )
        three = read_everywhere(world, application)
        actions.exclude(sheets[1], reason=SCRIPT, by=world.officer)
        two = read_everywhere(world, application)
        pages = [
            world.client(person).get(address).content.decode()
            for person, address in (
                (world.officer, f"/reviews/desk/{application.key}/"),
                (sheets[0].reviewer, f"/reviews/{sheets[0].key}/"),
            )
        ]

    assert [sheet.total for sheet in sheets] == [Decimal("71.5"), Decimal("77.5"), Decimal("61.85")]
    assert {place: "70.28" in scores for place, scores in three.items()} == dict.fromkeys(three, True)
    assert {place: "66.68" in scores for place, scores in two.items()} == dict.fromkeys(two, True)
    assert {place for place, scores in two.items() if "70.28" in scores} == set()
    for said in (signed, whole):
        lines = " ".join(said.split())
        assert "77.5" in said
        assert "기술 'A' \"핵심\" <b>, 40%" in lines.replace("“", '"').replace("”", '"').replace(
            "’", "'"
        ).replace("‘", "'")
        assert lines.count("<script>alert(1)</script> of ten letters") == {signed: 4, whole: 12}[said]
    for page in pages:
        assert "<script>alert(1)" not in page and "<b>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_signed_sheet_says_who_signed_what_and_when(world):
    with clock.at(AFTER):
        sheet = world.assigned(world.in_review(world.r1, world.a))
        world.save(sheet, 80, 70, 60)
        first, second, _third = criteria_of(sheet.stage)
        points = dict(sheet.scores.values_list("criterion", "value"))
        actions.save(sheet, values=points, comments=dict.fromkeys(actions.COMMENTS, "Ten letters and more"),
                     notes={first.pk: "Well shown\nin two lines", second.pk: ""}, by=sheet.reviewer)  # fmt: skip
        sheet = actions.hand_in(sheet, by=sheet.reviewer)
        event = handed_in_as(sheet)
        said = paper_text(world.client(sheet.reviewer).get(f"/reviews/{sheet.key}/sheet.pdf").content)
        before = printed.fingerprint(event)
        event.words = event.words | {"notes": {str(first.pk): "Otherwise"}}

    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert any(line.endswith(f" {sheet.reviewer.name} 2026-12-20 12:00:00 KST") for line in lines)
    assert f"SHA-256 {before}" in lines
    assert f"{first.name}: Well shown" in lines and "in two lines" in lines
    assert not any(line.startswith(f"{second.name}:") for line in lines)
    assert printed.fingerprint(event) != before  # a comment is part of what was signed
