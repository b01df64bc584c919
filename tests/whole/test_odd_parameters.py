"""Whatever stands in the address of a page of the staff, the page that comes is none of an error."""

from itertools import cycle

import pytest
from django.db import transaction
from django.urls import reverse

from tests.sweep import oracle, words_of
from tests.world import browser

pytestmark = pytest.mark.once
NAMES = (
    "application", "call", "field", "mark", "offset", "paper", "part", "programme", "q", "rule", "show", "sort", "state", "then",
    "to", "track", "waiting", "within",
)  # fmt: skip
ODD = ("9" * 40, "<b>é가", "-1", "NaN", "2027-99-99")


def test_no_page_of_an_officer_answers_an_odd_parameter_with_an_error(town):
    client = browser(town.people["officer"])
    rows = [row for row in oracle() if "GET" in row.methods and row.answers["officer"] == "x"]
    statuses = {}

    for row in rows:
        address = reverse(row.page, kwargs=words_of(town, row.page, row.thing, "officer"))
        with transaction.atomic():
            answer = client.get(address, dict(zip(NAMES, cycle(ODD), strict=False)))
            b"".join(answer)  # also of a file, to its end
            transaction.set_rollback(True)
        statuses[row.page, row.thing] = answer.status_code

    assert len(rows) > 80
    assert {page: status for page, status in statuses.items() if status >= 500} == {}
