"""What a page of a list asks of the database: no more rows than stand on it, and nothing that is reckoned over all rows.

How long a statement looks for its rows is measured where they are many (`make bench-lists`).
"""

import re
from contextlib import contextmanager

import pytest
from django.db import connection

from applications.cohort.queries import figures
from applications.kernel.tables import PAGE_SIZE
from applications.portal.lists import LISTS
from tests.whole.test_lists import READERS, more_of, whole
from tests.world import browser

pytestmark = pytest.mark.once
OVER_ALL = re.compile(r"\b(COUNT|SUM|MIN|MAX|AVG|DISTINCT|GROUP BY|OVER|UNION)\b|FROM \[\]")


def addresses(listing, page):
    """[query] of the ways in which people come to a page: with all columns, the next one, searched, narrowed, sorted."""
    yield whole(listing)
    yield {"mark": page.next}
    yield {"q": str(listing.columns[0].value(page.rows[0]))[:3]}
    yield from ({"q": str(one.example)} for one in listing.filters)
    for column in listing.columns:
        if column.order:
            yield {"sort": ",".join((f"-{column.name}", *column.then[:1]))}


@contextmanager
def reading():
    """The statements that read, each with its values, as they are asked."""
    seen = []

    def note(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def rows_of(sql, params):
    """How many rows a statement gives."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) given", params)
        return cursor.fetchone()[0]


def outer(sql):
    """A statement without what stands in brackets: what is said there is said of one of its rows."""
    while sql != (bare := re.sub(r"\([^()]*\)", "[]", sql)):
        sql = bare
    return sql


@pytest.mark.parametrize("name", LISTS)
def test_no_statement_of_a_list_gives_or_counts_more_than_a_page_of_rows(town, name):
    listing, reader = LISTS[name], town.people[READERS.get(name, "officer")]
    client = browser(reader)
    browser(town.people["director"]).get(town.a.get_absolute_url())  # a row of the access log
    more_of(town, name, 2 * PAGE_SIZE + 20)
    page = client.get(listing.url).context["page"]

    with reading() as drawn:
        figures()  # beside the list of designations: the hundred and those before, never more than some hundred

    found = []
    for query in addresses(listing, page):
        with reading() as asked:
            assert client.get(listing.url, query).status_code == 200
        found += [(query, sql, rows_of(sql, params)) for sql, params in asked if (sql, params) not in drawn]

    assert max(rows for _query, _sql, rows in found) == PAGE_SIZE + 1
    assert [(query, sql) for query, sql, _rows in found if OVER_ALL.search(outer(sql))] == []
