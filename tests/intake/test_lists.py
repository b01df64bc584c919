"""The list of the desk by its query line: what is found is what a plain filter over the rows finds; no input is an error."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.intake.lists import DESK
from applications.intake.models import Application, Document, Status
from applications.kernel import clock, search
from applications.kernel.files.stored import FileText, StoredFile
from applications.kernel.search import search_text, texts_with
from applications.kernel.tables import page_by_key
from applications.kernel.taxonomy import IndustryField, Region
from tests.world import DURING, NUMBERS, World, browser

FIRMS = [
    ("(주)한결정밀몰드", "48", "F1", "small"), ("이룸메가캐스트", "48", "F2", "mid"), ("새림인", "11", "F2", "small"),
    ("Gamma Forming", "11", "F3", "small"), ("한결 캐스트", "26", "F6", "mid"),
]  # fmt: skip
TITLES = ["다이캐스팅 센서", "Sensor", "공정-첨단화", "금형 50% 절감", "용접"]
PAPERS = [  # texts of the first plans, with what the scanner says of the file
    ("열처리 공정의 첨단화\f스핀들 가공", "clean"), ("가공 후 열 처리한 부품", "unscanned"), ("열처리 스핀들", "infected"),
    ("Spindle-Bearing 조립, 스핀 코팅과 핀들", "clean"),
]  # fmt: skip
STATUSES = [Status.SUBMITTED, Status.RETURNED, Status.IN_REVIEW, Status.REVIEWED, Status.SELECTED]
ORDERS = ["number", "firm", "submitted", "score"]


@pytest.fixture(scope="module")
def db(one_transaction):
    """The rows are written once for all examples."""


@pytest.fixture(scope="module")
def house(one_transaction):
    world = World()
    firms = [
        world.firm(
            number=number, name=name, region=Region.objects.get(code=region), field=IndustryField.objects.get(code=field),
            size=size,
        )
        for number, (name, region, field, size) in zip(NUMBERS, FIRMS, strict=False)
    ]  # fmt: skip
    stages = {call.pk: call.stages.get() for call in (world.r1, world.rnd)}
    rows = []
    for number in range(25):
        firm = firms[number % 5]
        call = world.r1 if number % 3 else world.rnd
        row = Application(
            number=f"SP-2027-{number:04d}", call=call, stage=stages[call.pk], firm=firm, field=firm.field,
            created_by=world.officer, title=TITLES[number * 2 % 5], status=STATUSES[number * 3 % 5] if number < 5 else Status.WITHDRAWN,
            submitted_at=clock.kst(2027, 1, 18, 15) + timedelta(hours=7 * (number // 2)),
            final_score=Decimal(60 + number) if number % 4 else None, requested_krw=number * 100_000_000 or None,
        )  # fmt: skip
        row.search_text = row.words(firm)
        rows.append(row)
    Application.objects.bulk_create(rows)
    for row, (text, scan) in zip(rows, PAPERS, strict=False):
        file = StoredFile.objects.create(
            name="plan.pdf",
            kind="pdf",
            size=1,
            path=row.number,
            sha256="",
            stored_at=DURING,
            scan=scan,
            text_state="read",
        )
        FileText.objects.create(file=file, text=text, search_text=search_text(text))
        Document.objects.create(
            application=row, paper=row.call.papers.first(), file=file, added_by=world.officer
        )
    return world, rows


def numbers(found):
    return [row.number for row in found]


def ask(world, **parameters):
    """The numbers that the desk finds for these parameters, all pages of them."""
    data = QueryDict(mutable=True)
    for name, value in parameters.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    asked = DESK.asked(data, by=world.officer)
    return asked, numbers(asked.page(Application.objects.visible_to(world.officer), "").rows)


def squeezed(text):
    return text.casefold().replace(" ", "").replace("-", "")


def word(text):
    parts = lambda a: (a.number, a.title, a.firm.name, a.firm.business_number)  # noqa: E731
    return lambda a: any(squeezed(text) in squeezed(part) for part in parts(a))


def written(text):
    papers = {
        f"SP-2027-{row:04d}": squeezed(found.replace("\f", ""))
        for row, (found, scan) in enumerate(PAPERS)
        if scan != "infected"
    }
    return lambda a: squeezed(text) in papers.get(a.number, "")


def score(sign):
    return lambda a: a.final_score is not None and sign(a.final_score)


def arrived(sign):
    return lambda a: sign(a.submitted_at.astimezone(clock.KST).date().isoformat())


PIECES = {
    "캐스": word("캐스"),
    "한결": word("한결"),
    '"한결 캐스"': word("한결캐스"),
    "sensor": word("sensor"),
    "sp-2027-000": word("sp2027000"),
    "2027-0011": word("20270011"),
    "110-81-00062": word("1108100062"),
    "1108100010": word("1108100010"),
    "50%": word("50%"),
    "금": word("금"),
    "nothing": word("nothing"),
    "field:기가캐스팅": lambda a: a.field.code == "F2",
    "field:giga": lambda a: a.field.code == "F2",
    "분야:F6,F1": lambda a: a.field.code in ("F6", "F1"),
    "region:경남": lambda a: a.firm.region.code == "48",
    "region:seoul": lambda a: a.firm.region.code == "11",
    "지역:서울,부산": lambda a: a.firm.region.code in ("11", "26"),
    "status:submitted": lambda a: a.status == "submitted",
    "status:withdrawn": lambda a: a.status == "withdrawn",
    "status:selected": lambda a: a.status == "selected",
    "status:eligible": lambda a: a.status in ("in_review", "reviewed", "selected"),
    "size:mid": lambda a: a.firm.size == "mid",
    "text:열처": written("열처"),
    'text:"열 처리"': written("열처리"),
    "text:첨단화스핀들": written("첨단화스핀들"),
    "text:스핀들": written("스핀들"),
    'text:"spindle BEAR"': written("spindlebear"),
    "text:가": written("가"),
    "text:없는말": written("없는말"),
    "score:>=70": score(lambda s: s >= 70),
    "score:<75.5": score(lambda s: s < Decimal("75.5")),
    "score:65..72": score(lambda s: 65 <= s <= 72),
    "score:=71": score(lambda s: s == 71),
    "requested:>1,000,000,000": lambda a: (a.requested_krw or 0) > 1_000_000_000,
    "submitted:>2027-01-20": arrived(lambda day: day > "2027-01-20"),
    "submitted:<=2027-01-20": arrived(lambda day: day <= "2027-01-20"),
    "submitted:2027-01-19": arrived(lambda day: day == "2027-01-19"),
    "submitted:2027.1.19..2027.1.20": arrived(lambda day: "2027-01-19" <= day <= "2027-01-20"),
    # not understood: they narrow nothing
    "score:high": lambda a: True,
    "score:": lambda a: True,
    "status:nonsense": lambda a: True,
    "status:submitted,nonsense": lambda a: True,
    "colour:red": lambda a: True,
    "submitted:2027-13-45": lambda a: True,
    "-": lambda a: True,
}  # fmt: skip


@given(st.lists(st.sampled_from(sorted(PIECES)), max_size=4), st.sampled_from(ORDERS), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_line_finds_is_what_a_plain_filter_finds(house, db, pieces, sort, down):
    world, rows = house
    keys = {
        "number": lambda a: a.number, "firm": lambda a: (a.firm.name, a.pk), "submitted": lambda a: (a.submitted_at, a.pk),
        "score": lambda a: (-1 if a.final_score is None else a.final_score, a.pk),
    }  # fmt: skip
    expected = [row for row in rows if all(PIECES[piece](row) for piece in pieces)]
    expected.sort(key=keys[sort], reverse=down)

    _asked, found = ask(world, q=" ".join(pieces), sort=f"-{sort}" if down else sort)

    assert found == numbers(expected)


NEWEST = {"submitted": False, "-submitted": True}


@pytest.mark.parametrize("size", [4, 50])
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("second", ["submitted", "-submitted"])
def test_rows_of_one_firm_are_sorted_by_a_second_column_on_every_page(house, db, second, down, size):
    world, rows = house
    expected = sorted(rows, key=lambda a: (a.submitted_at, a.pk), reverse=NEWEST[second])
    expected = sorted(expected, key=lambda a: a.firm.name, reverse=down)  # stable
    asked, _found = ask(world, sort=f"{'-' if down else ''}firm,{second}")
    found, mark = [], ""
    while True:
        page = page_by_key(asked.reading(Application.objects.all()), asked.order, mark, size=size)
        found, mark = found + page.rows, page.next
        if not mark:
            break

    assert numbers(found) == numbers(expected)


@pytest.mark.parametrize(
    ("parameters", "sort"),
    [
        ({"sort": "firm,-submitted"}, "firm,-submitted"),
        ({"sort": "firm,-submitted", "then": "score"}, "firm,score"),
        ({"sort": "-firm,-submitted", "then": ""}, "-firm"),
        ({"sort": "number,firm"}, "number"),
        ({"sort": "firm,title"}, "firm"),
        ({"sort": "firm,firm,number"}, "firm"),
        ({"sort": "title,-submitted"}, "-submitted"),
    ],
)  # fmt: skip
def test_a_second_column_sorts_where_the_first_one_takes_it(house, db, parameters, sort):
    assert ask(house[0], **parameters)[0].sort == sort


def test_the_help_of_a_list_says_which_columns_take_a_second_one(house, db):
    with translation.override("en"):
        assert ask(house[0])[0].followed() == ["Firm"]
    page = browser(house[0].officer).get(reverse("intake:desk")).content.decode()
    assert "chosen beside the search: Firm." in page


def test_a_complete_number_is_looked_up_as_one(house, db):
    for word, path in (("sp-2027-0011", "number"), ("110-81-00062", "firm__business_number")):
        asked, found = ask(house[0], q=word)
        assert [condition.children[0][0] for condition in asked.conditions] == [path]
        assert found
    asked, _found = ask(house[0], q="110-81-0006")
    assert "Holds" in str(asked.conditions[0])


@pytest.mark.postgresql
def test_texts_are_told_by_their_index_unless_very_many_hold_the_word(house, db, monkeypatch):
    """A word of two syllables by the index alone; a longer one by the texts that hold all its pairs."""
    with transaction.atomic():
        rows = StoredFile.objects.bulk_create(
            StoredFile(name="a", kind="pdf", size=1, path=f"many/{n}", sha256="", stored_at=DURING)
            for n in range(5)
        )
        FileText.objects.bulk_create(FileText(file=row, text="", search_text="꽃길꽃/길꽃잎") for row in rows)

        assert [len(texts_with(word)) for word in ("꽃길", "길꽃잎", "꽃길꽃잎", "없꽃길")] == [5, 5, 0, 0]
        monkeypatch.setattr(search, "MANY", 4)
        assert [texts_with(word) for word in ("꽃길", "길꽃잎", "꽃길꽃잎", "없꽃길")] == [
            None,
            None,
            None,
            [],
        ]
        monkeypatch.setattr(search, "MANY", 0)
        for word in ("열처", "스핀들", "없는말"):  # where each row is looked into
            assert ask(house[0], q=f"text:{word}")[1] == [
                a.number for a in house[1][::-1] if written(word)(a)
            ]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan TO off")
            cursor.execute(
                "EXPLAIN SELECT file_id FROM applications_filetext WHERE applications_grams(search_text) @> %s::text[]",
                [["꽃길"]],
            )
            assert "applications_filetext_search" in str(cursor.fetchall())
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "piece", ["score:high", "score:", "status:nonsense", "colour:red", "submitted:2027-13-45", "-"]
)
def test_what_is_not_understood_is_told_and_narrows_nothing(house, db, piece):
    asked, found = ask(house[0], q=piece)

    assert asked.remarks == [piece]
    assert len(found) == 25


@given(st.text(max_size=40).filter(lambda text: "\0" not in text), st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_is_an_error(house, db, line, value, other):
    parameters = {
        "q": line,
        "status": value,
        "sort": other,
        "col": [value, other, "region"],
        "field": line,
        "mark": other,
    }

    response = browser(house[0].officer).get("/applications/desk/", parameters)

    assert response.status_code in (200, 400 if any("\0" in text for text in (value, other)) else 200)


@given(
    st.lists(
        st.sampled_from(
            [
                *(f"{name}:" for name in ("status", "score", "submitted", "field", "상태")),
                '"',
                ">",
                "<",
                "=",
                "..",
                "70",
                ",",
                " ",
                "2027-01-20",
                "경남",
                "\\",
                "%",
                "_",
                "'",
            ]
        ),
        max_size=8,
    )
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_line_is_an_error_however_its_pieces_are_put_together(house, db, pieces):
    _asked, found = ask(house[0], q="".join(pieces))

    assert set(found) <= set(numbers(house[1]))


def test_the_form_narrows_by_code_as_the_line_does_by_name(house, db):
    world, _rows = house

    for name, code, typed in (
        ("status", "submitted", "status:submitted"),
        ("field", "F2", "field:기가캐스팅"),
        ("region", "48", "지역:경남"),
    ):
        assert ask(world, **{name: code})[1] == ask(world, q=typed)[1] != []


def test_an_address_holds_the_whole_state_and_nothing_else(house, db):
    asked, _found = ask(
        house[0],
        q=" 캐스 ",
        status="submitted",
        field="F9",
        sort="-score",
        col=["region", "nonsense", "score"],
        strange="x",
    )

    assert asked.address() == "q=%EC%BA%90%EC%8A%A4&status=submitted&sort=-score&col=region&col=score"
    assert [column.name for column in asked.columns] == ["number", "region", "score"]
    assert asked.address(status=None, col=None, sort="firm") == "q=%EC%BA%90%EC%8A%A4&sort=firm"


def test_each_filter_is_counted_as_the_others_narrow(house, db):
    world, rows = house
    asked, _found = ask(world, status="withdrawn", region="48")

    counts, total = asked.counts(Application.objects.visible_to(world.officer))

    here = [row for row in rows if row.firm.region.code == "48"]
    gone = [row for row in rows if row.status == "withdrawn"]
    assert counts["status"] == {
        status: sum(row.status == status for row in here) for status in {row.status for row in here}
    }
    assert sum(counts["region"].values()) == len(gone)
    assert total == len([row for row in gone if row in here])


def test_a_label_is_understood_in_both_languages_whatever_is_spoken(house, db):
    world, _rows = house
    with translation.override("en"):
        english = ask(world, q="status:submitted")[1]
        korean = ask(world, q=f"상태:{Status.SUBMITTED.label}")[1]

    assert english == korean != []
