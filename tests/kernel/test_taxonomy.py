"""The words of the programme as the migrations put them in (docs/domain.md, "Words of the programme")."""

from collections import Counter
from datetime import date

import pytest

from applications.firms.forms import ProfileForm
from applications.kernel import clock
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


LANDS = ["26", "27", "28", "30", "31", "36", "41", "43", "44", "47", "48", "50", "51", "52"]


@pytest.mark.parametrize(
    ("day", "codes"),
    [
        (date(2026, 6, 30), ["11", *LANDS[:3], "29", *LANDS[3:9], "46", *LANDS[9:]]),
        (date(2026, 7, 1), ["11", "12", *LANDS]),
    ],
)
def test_gwangju_and_jeonnam_are_one_region_from_july_2026_on(db, day, codes):
    assert sorted(Region.objects.valid_on(day).values_list("code", flat=True)) == codes


def test_a_profile_offers_the_regions_of_its_day(db):
    offered = {}
    for day in (clock.kst(2026, 6, 30, 23, 59), clock.kst(2026, 7, 1)):
        with clock.at(day):
            codes = {region.code for region in ProfileForm().fields["region"].queryset}
            offered[clock.today()] = codes & {"12", "29", "46"}

    assert offered == {date(2026, 6, 30): {"29", "46"}, date(2026, 7, 1): {"12"}}


def test_one_classification_of_industries_follows_the_other_without_a_gap(db):
    assert list(
        IndustryCodeVersion.objects.order_by("code").values_list("code", "valid_from", "valid_to")
    ) == [
        ("KSIC10", date(2017, 7, 1), date(2024, 6, 30)),
        ("KSIC11", date(2024, 7, 1), None),
    ]
