"""The words of the programme as the migrations put them in (docs/domain.md, "Words of the programme")."""

from collections import Counter
from datetime import date

from applications.kernel.taxonomy import IndustryCodeVersion, IndustryField, Pillar, Region, RootTechnology


def test_fourteen_root_technologies_stand_in_three_groups(db):
    assert Counter(RootTechnology.objects.values_list("group", flat=True)) == {
        "base": 6, "materials": 4, "intelligent": 4,
    }  # fmt: skip


def test_six_new_fields_and_three_pillars(db):
    assert [one.name for one in IndustryField.objects.order_by("ordinal")] == [
        "지능형금형", "기가캐스팅", "마이크로 성형", "초고속 열처리", "친환경 표면처리", "무인용접",
    ]  # fmt: skip
    assert [one.name for one in Pillar.objects.order_by("ordinal")] == ["기업", "투자", "시스템"]


def test_a_region_that_was_renamed_ends_the_day_before_its_new_code_begins(db):
    spans = Region.objects.filter(code__in=["42", "51", "45", "52"]).order_by("code")

    assert list(spans.values_list("code", "valid_from", "valid_to")) == [
        ("42", date(2000, 1, 1), date(2023, 6, 10)),
        ("45", date(2000, 1, 1), date(2024, 1, 17)),
        ("51", date(2023, 6, 11), None),
        ("52", date(2024, 1, 18), None),
    ]


def test_one_classification_of_industries_follows_the_other_without_a_gap(db):
    assert list(
        IndustryCodeVersion.objects.order_by("code").values_list("code", "valid_from", "valid_to")
    ) == [
        ("KSIC10", date(2017, 7, 1), date(2024, 6, 30)),
        ("KSIC11", date(2024, 7, 1), None),
    ]
