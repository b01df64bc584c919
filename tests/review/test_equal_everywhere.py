"""One number everywhere: page, CSV, XLSX, print and the recomputation from events agree with a reckoning in fractions."""

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from types import SimpleNamespace
from zipfile import ZipFile

import pytest
from django.template import engines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from xlsxwriter.utility import xl_col_to_name

from applications.calls import editions
from applications.calls.stages import Criterion, CriterionGroup
from applications.intake.lists import DESK
from applications.intake.models import Application
from applications.kernel import clock
from applications.kernel.exporting import csv_of, xlsx_of
from applications.kernel.pdf import head, typeset
from applications.review import actions, printed, replay
from applications.review.models import Assignment
from applications.review.queries import criteria_of, handed_in_as
from applications.review.recomputing import recompute
from applications.review.rules import Sheet
from applications.review.storing import computed
from tests.asking import paper_text, text
from tests.review.test_rules import stage
from tests.world import AFTER

pytestmark = pytest.mark.usefixtures("english")
WEIGHTS = (40, 35, 25)
PANELS = 1000
OF_DESK = {column.name: column for column in DESK.columns}
COLUMNS = [
    SimpleNamespace(label="number", value=lambda a: a.number),
    OF_DESK["base_score"],
    OF_DESK["score"],
]

# Values that meet: ties of totals, and totals whose mean lies exactly half way between two cents.
value = some.one_of(
    some.sampled_from(["70", "70.5", "60.1", "0", "100", "0.1", "99.9"]),
    some.integers(0, 1000).map(lambda n: f"{n / 10:.1f}"),
).map(Decimal)
values = some.tuples(value, value, value)
FATES = some.sampled_from(["kept", "kept", "kept", "excluded", "open", "conflict"])
before = some.lists(values, max_size=1)


def sheets(number, all_kept):
    """So many sheets, of which some are taken out or not handed in unless all are to be kept."""
    one = some.tuples(values, before, some.just("kept") if all_kept else FATES)
    return some.lists(one, min_size=number, max_size=number)


panels = some.tuples(
    some.tuples(some.integers(1, 9), some.booleans()).flatmap(lambda asked: sheets(*asked)),
    some.booleans(),
    some.lists(some.sampled_from(["2", "-1.5", "0.5", "4"]), max_size=3),
)


@dataclass
class Panel:
    """What was drawn, and what it comes to by fractions: (sheets, base, final) as words, "–" where nothing is."""

    drawn: tuple
    expected: tuple
    stored: Application = field(default=None)
    table: dict = field(default_factory=dict)


def exact_total(values):
    return sum(Fraction(weight) * Fraction(v) / 100 for weight, v in zip(WEIGHTS, values, strict=True))


def reckoned(drawn):
    """The rule set by itself, in fractions: nothing of the house is used."""
    every, trimmed, points = drawn
    totals = sorted(exact_total(last) for last, _before, fate in every if fate == "kept")
    if not totals:
        return 0, "–", "–"
    kept = totals[1:-1] if trimmed and len(totals) >= 5 else totals
    base = Fraction(floor(sum(kept) / len(kept) * 100 + Fraction(1, 2)), 100)
    bonus = min(Fraction(5), sum((Fraction(p) for p in points if Fraction(p) > 0), Fraction()))
    penalty = min(Fraction(5), -sum((Fraction(p) for p in points if Fraction(p) < 0), Fraction()))
    return len(totals), f"{float(base):.2f}", f"{float(base + bonus - penalty):.2f}"


def events_of(of, sheet):
    """What happened to a sheet of these values: it may have been handed in with others and given back before."""
    keys = [str(criterion.pk) for group in of.below for criterion in group.below]
    last, before, fate = sheet
    yield "declared", {}
    for others in before:
        said = dict(zip(keys, map(str, others), strict=True))
        yield from (("saved", said), ("handed_in", said), ("reopened", {}))
    said = dict(zip(keys, map(str, last), strict=True))
    yield "saved", {keys[0]: said[keys[0]]}
    yield "saved", said
    if fate != "open":
        yield "handed_in", said
    if fate in ("excluded", "conflict"):
        yield ("stepped_back" if fate == "conflict" else "excluded"), {}


def replayed(drawn, number):
    """The application as its columns would be stored from the events of its sheets."""
    every, trimmed, points = drawn
    of = stage(*WEIGHTS, trimmed=trimmed)
    criteria = [criterion for group in of.below for criterion in group.below]
    call = SimpleNamespace(
        scale="percent", tie_keys=["group-1", "base"], bonus_cap=Decimal(5), penalty_cap=Decimal(5)
    )
    facts = SimpleNamespace(call=call, stage=of, region=None, answers={})
    counted, shown = [], []
    for place, sheet in enumerate(every):
        kept = replay.Kept()
        for kind, said in events_of(of, sheet):
            kept = replay.after(kept, kind, said)
        total = kept.total(criteria, scale="percent")
        assert (total is None) == (sheet[2] == "open")
        if kept.counts(published=False):
            counted.append(Sheet(of.pk, total, kept.counted))
        shown.append(Assignment(pk=place, status=kept.status, declaration=kept.declaration, total=total))
    columns = replay.columns(
        facts, computed(facts, [of], counted, [Decimal(p) for p in points], under_review=True)
    )
    return Application(number=f"SP-2027-{number:04d}", **columns), of, shown


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
        stored, of, shown = replayed(drawn, len(found))
        found.append(Panel(drawn, reckoned(drawn), stored, (of, shown)))

    draw()
    return found


def test_a_thousand_panels_are_drawn_with_all_that_may_happen(drawn_panels):
    sizes = {panel.expected[0] for panel in drawn_panels}
    fates = {fate for panel in drawn_panels for _last, _before, fate in panel.drawn[0]}

    assert len(drawn_panels) >= PANELS
    assert sizes == set(range(10))
    assert fates == {"kept", "excluded", "open", "conflict"}
    halves = ties = 0
    for panel in drawn_panels:
        kept = sorted(exact_total(last) for last, _before, fate in panel.drawn[0] if fate == "kept")
        counted = kept[1:-1] if panel.drawn[1] and len(kept) >= 5 else kept
        halves += bool(counted) and (sum(counted) / len(counted) * 100) % 1 == Fraction(1, 2)
        ties += len(kept) > 1 and (kept[0] == kept[1] or kept[-1] == kept[-2])
    assert halves >= 50 and ties >= 20, (halves, ties)


def test_the_columns_computed_from_events_are_those_of_the_fractions(drawn_panels):
    for panel in drawn_panels:
        a = panel.stored
        assert (
            a.sheets,
            *(str(n) if n is not None else "–" for n in (a.base_score, a.final_score)),
        ) == panel.expected


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
    """All thousand in one document, each with its sheets, the score of its stage and the stored numbers, and read out of its PDF."""
    tables, expected = [], []
    for panel in drawn_panels:
        of, shown = panel.table
        for one in shown:
            one.__dict__["_state"].fields_cache["reviewer"] = SimpleNamespace(name="R")
        table = printed.table_of(of, shown)
        facts = [["", "", f"[{value}]"] for _label, value in printed.result_facts(panel.stored)]
        tables.append({**table, "rows": table["rows"] + facts})
        expected.append(
            (panel.expected[1], panel.expected[1], panel.expected[2])
            if panel.expected[0]
            else ("–", "–", "–")
        )
        rows = table["rows"]
        assert (rows[-1][2] if panel.expected[0] else "–") == panel.expected[1]
    data = head("Panels", "") | {"signed": [], "hash": "", "facts": [], "tables": tables, "words": []}
    said = paper_text(typeset("review/sheet.typ", data, at=AFTER))
    found = re.findall(r"\[([^\]]*)\]", said)

    assert [(found[i + 1], found[i + 1], found[i + 3]) for i in range(0, len(found), 4)] == expected


# Through the real pages


def test_two_dozen_panels_are_the_same_through_the_actions_and_on_the_real_pages(world, drawn_panels):
    client = world.client(world.officer)
    with clock.at(AFTER):
        for panel in drawn_panels[:: len(drawn_panels) // 24]:
            every, trimmed, points = panel.drawn
            application = world.in_review(world.r1)
            application.stage.trimmed = trimmed
            application.stage.save()
            editions.forget()  # by hand, on a published call
            for place, point in enumerate(points):
                world.adjusted(application, point, name=f"I{application.number}{place}")
            for sheet in every:
                through_the_actions(world, application, sheet)
            a = Application.objects.get(pk=application.pk)
            shown = tuple(str(n) if n is not None else "–" for n in (a.base_score, a.final_score))
            assert (a.sheets, *shown) == panel.expected
            assert [one for one in recompute() if one.number == a.number] == []
            page = client.get(f"/reviews/desk/{a.key}/").content.decode()
            assert f"<dd><strong>{panel.expected[2]}</strong></dd>" in page
            assert f"<dd>{panel.expected[1]}</dd>" in page
            listed = client.get(f"/reviews/desk/?q={a.number}").content.decode()
            assert panel.expected[2] in listed


def through_the_actions(world, application, sheet):
    last, before, fate = sheet
    assignment = world.assigned(application)
    for others in before:
        world.save(assignment, *others)
        actions.hand_in(assignment, by=assignment.reviewer)
        actions.reopen(assignment, reason="A slip of the pen", by=world.officer)
    world.save(assignment, *last)
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
