"""The figures of the hundred, held against plain SQL (case G59: n of 100)."""

import random
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import translation

from applications.cohort import actions, queries
from applications.cohort.models import Seat
from applications.kernel import clock
from applications.kernel.taxonomy import IndustryField, Region
from tests.copies import another, another_application, another_firm


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


@pytest.fixture
def history(world):
    """Sixty designations over four years and all fields, of which some ended; drawn with a fixed seed."""
    dice = random.Random(20270100)
    fields, regions = list(IndustryField.objects.all()), list(Region.objects.all())
    with clock.at(clock.kst(2024, 2, 1)):
        taken = actions.seat(world.selected_sprout(), by=world.officer)
    for place in range(2, 61):
        firm = another_firm(taken.firm)
        begun = date(2024, 2, 1) + timedelta(days=dice.randrange(1200))
        ended = begun + timedelta(days=dice.randrange(500)) if dice.random() < 0.3 else None
        another(
            taken,
            place=place,
            number=f"copy {place}",
            firm_id=firm.pk,
            application_id=another_application(taken.application, firm=firm).pk,
            field_id=dice.choice(fields).pk,
            region_id=dice.choice(regions).pk,
            designated_on=begun,
            ended_on=ended,
            end="graduated" if ended else "",
        )


def test_g59_net_gross_and_exits_equal_plain_sql(history):
    figures = queries.figures()

    [(net, gross, exits)] = sql(
        "SELECT COUNT(DISTINCT CASE WHEN ended_on IS NULL THEN firm_id END), COUNT(*), COUNT(ended_on) "
        "FROM applications_seat"
    )
    assert (figures["net"], figures["gross"], figures["exits"], figures["total"]) == (net, gross, exits, 100)
    assert net + exits == gross == 60


def test_g59_by_field_and_region_equal_plain_sql(history):
    figures = queries.figures()

    by_field = sql(
        "SELECT f.code, COUNT(s.id) FROM applications_industryfield f "
        "LEFT JOIN applications_seat s ON s.field_id = f.id AND s.ended_on IS NULL GROUP BY f.code, f.ordinal ORDER BY f.ordinal"
    )
    by_region = sql(
        "SELECT CASE r.code WHEN '29' THEN '12' WHEN '46' THEN '12' WHEN '42' THEN '51' WHEN '45' THEN '52' "
        "ELSE r.code END, COUNT(*) FROM applications_seat s JOIN applications_region r ON r.id = s.region_id "
        "WHERE s.ended_on IS NULL GROUP BY 1"
    )
    assert [(field.code, number) for field, number in figures["by_field"]] == by_field
    assert {region.code: number for region, number in figures["by_region"] if number} == dict(by_region)
    numbers = [number for _region, number in figures["by_region"]]
    assert numbers == sorted(numbers, reverse=True)
    assert sum(number for _field, number in by_field) == sum(numbers) == figures["net"]


def test_g59_by_year_equals_plain_sql_and_ends_at_the_net(history):
    figures = queries.figures()

    for year, begun, ended, held in figures["by_year"]:
        within = f"'{year}-01-01' AND '{year}-12-31'"
        [row] = sql(
            f"SELECT (SELECT COUNT(*) FROM applications_seat WHERE designated_on BETWEEN {within}), "
            f"(SELECT COUNT(*) FROM applications_seat WHERE ended_on BETWEEN {within}), "
            f"(SELECT COUNT(*) FROM applications_seat WHERE designated_on <= '{year}-12-31' "
            f"AND (ended_on IS NULL OR ended_on > '{year}-12-31'))"
        )
        assert (begun, ended, held) == row
    years = [year for year, *_numbers in figures["by_year"]]
    assert years == list(range(years[0], years[-1] + 1))
    assert figures["by_year"][-1][3] == figures["net"]


def test_the_drawn_seats_are_the_held_ones(history):
    held = dict(Seat.objects.held().values_list("place", "field__ordinal"))

    assert queries.figures()["seats"] == held


def test_a_year_without_a_change_keeps_what_was_held(world):
    with clock.at(clock.kst(2024, 5, 1)):
        taken = actions.seat(world.selected_sprout(), by=world.officer)
    with clock.at(clock.kst(2027, 12, 31, 23, 59)):
        actions.end(taken, kind="graduated", reason="Grown up", by=world.director)

    assert queries.figures()["by_year"] == [
        (2024, 1, 0, 1),
        (2025, 0, 0, 1),
        (2026, 0, 0, 1),
        (2027, 0, 1, 0),
    ]


def test_a_year_begins_at_midnight_in_korea(world):
    with clock.at(clock.kst(2027, 1, 1)):
        actions.seat(world.selected_sprout(), by=world.officer)
    with clock.at(clock.kst(2026, 12, 31, 23, 59, 59)):
        actions.seat(world.selected_sprout(), by=world.officer)

    assert queries.figures()["by_year"] == [(2026, 1, 0, 1), (2027, 1, 0, 2)]


def test_nobody_yet_is_zero_of_a_hundred(db):
    figures = queries.figures()

    assert (figures["net"], figures["gross"], figures["exits"]) == (0, 0, 0)
    assert (figures["by_year"], figures["seats"]) == ([], {})
    assert {number for _region, number in figures["by_region"]} == {0}
    assert [number for _field, number in figures["by_field"]] == [0] * 6


def test_the_figures_take_two_queries_whatever_there_is(history, django_assert_num_queries):
    queries.figures()
    with translation.override("en"), django_assert_num_queries(2):
        queries.figures()
