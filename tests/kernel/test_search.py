"""A word is found in a text of a list however either is spaced, hyphenated or typed: both are folded by one rule."""

from datetime import date

import pytest

from applications.kernel.queryline import folded
from applications.kernel.search import held_in
from applications.kernel.taxonomy import DemandIndustry

pytestmark = pytest.mark.django_db
TITLES = [
    "2027년 뿌리기업 설계ㆍ해석 연계 지원 공고",
    "새싹기업（예비）모집 공고",
    "2027 – 2028 뿌리산업 R&D 공동과제",
    "㈜한빛정밀 ‘뿌리－로봇’ 실증",
    "ＡＩ　기반 Ⅱ단계 공정",
    "Über–Test ﬁne",
    "사출\u00a0프레스\u2003금형",
    "가정밀".replace("가", "\u1100\u1161"),  # as a Mac names its files
]


@pytest.fixture
def found():
    """(word) → the titles that hold it."""
    rows = [
        DemandIndustry(code=f"x{n}", name=title, name_en="", ordinal=n, valid_from=date(2027, 1, 1))
        for n, title in enumerate(TITLES)
    ]
    DemandIndustry.objects.bulk_create(rows)
    ours = DemandIndustry.objects.filter(pk__in=[row.pk for row in rows])
    return lambda word: [
        row.name for row in ours.filter(held_in(word, "name_en", "name")).order_by("ordinal")
    ]


@pytest.mark.parametrize(
    ("word", "title"),
    [
        ("설계ㆍ해석", 0),
        ("설계 ㆍ 해석", 0),
        ("（예비）", 1),
        ("(예비) 모집", 1),
        ("2027–2028", 2),
        ("2027-2028 뿌리", 2),
        ("r&d", 2),
        ("(주)한빛", 3),
        ("㈜ 한빛", 3),
        ("뿌리-로봇", 3),
        ("ai기반", 4),
        ("ＩＩ단계", 4),
        ("ÜBER test", 5),
        ("fine", 5),
        ("사출프레스금형", 6),
        ("가정밀", 7),
    ],
)
def test_a_title_is_found_by_a_part_of_it_however_either_is_typed(found, word, title):
    assert found(word) == [TITLES[title]]


def test_every_title_is_found_by_itself_and_by_itself_folded(found):
    assert {title: (found(title), found(folded(title))) for title in TITLES} == {
        title: ([title], [title]) for title in TITLES
    }


@pytest.mark.parametrize("word", ["설계·조립", "%", "_", "(예비2)"])
def test_what_stands_in_no_title_finds_none(found, word):
    assert found(word) == []
