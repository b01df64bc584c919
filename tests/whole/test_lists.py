"""Every list of staff by one measure: no input is an error, few rows cost what many do, what is found is what a plain filter finds."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from applications.accounts.models import Role
from applications.kernel import clock
from applications.kernel.accesslog import AccessEntry
from applications.kernel.exporting import plain
from applications.kernel.lists import Choice, Day, Number
from applications.kernel.queryline import folded
from applications.portal.lists import LISTS
from tests.town import NOW
from tests.world import browser

READERS = {  # who reads a list; the others are read by officers
    "payees": "finance", "people": "auditor", "record": "auditor", "access": "auditor", "seats": "director",
}  # fmt: skip
SERIAL = count(1)


@pytest.fixture(params=LISTS)
def listing(request):
    return LISTS[request.param]


@pytest.fixture
def reader(town, listing):
    return town.people[READERS.get(listing.name, "officer")]


def copies(thing, how_many, /, **changes):
    """Rows like this one, written in one statement. changes: name → a value, or what makes one of the serial number."""
    fields = [field for field in thing._meta.concrete_fields if not field.primary_key]
    rows = []
    for serial in (next(SERIAL) for _row in range(how_many)):
        values = {field.attname: getattr(thing, field.attname) for field in fields if field.name != "key"}
        made = {name: change(serial) if callable(change) else change for name, change in changes.items()}
        rows.append(type(thing)(**(values | made)))
    return type(thing).objects.bulk_create(rows)


def numbered(prefix):
    return lambda serial: f"{prefix}-{serial:05d}"


def people(town, number, role):
    return copies(town.people["officer"], number, email=lambda serial: f"{serial}@list.example", role=role)


def firms(town, number):
    return copies(town.a, number, business_number=lambda serial: f"99{serial:08d}")


def applications(town, number, thing):
    found = [firm.pk for firm in firms(town, number)]
    return copies(thing, number, firm_id=lambda _serial: found.pop(), number=numbered("SP-2099"))


def agreements(town, number):
    found = [one.pk for one in applications(town, number, town.granted)]
    return copies(
        town.agreement, number, application_id=lambda _serial: found.pop(), number=numbered("AG-2099")
    )


def payments(town, number):
    found = [one.pk for one in agreements(town, number)]
    return copies(town.payment, number, agreement_id=lambda _serial: found.pop(), number=numbered("PY-2099"))


def appeals(town, application):
    """One against the result of this application."""
    of, notice = {"application_id": application.pk}, town.appeal.notice
    (place,) = copies(notice.place, 1, **of, rank=lambda serial: 1000 + serial, reserve_rank=None)
    (told,) = copies(notice, 1, **of, place_id=place.pk)
    return copies(town.appeal, 1, **of, notice_id=told.pk, number=numbered("AP-2099"))


def more_of(town, name, number):
    """So many more rows of a list."""
    match name:
        case "desk":
            return applications(town, number, town.fresh)
        case "reviews":
            return applications(town, number, town.application)
        case "reviewers":
            found = [one.pk for one in people(town, number, Role.REVIEWER)]
            return copies(town.reviewer.reviewer_profile, number, user_id=lambda _serial: found.pop())
        case "payees":
            found = [one.pk for one in people(town, number, Role.REVIEWER)]
            return copies(town.payee, number, user_id=lambda _serial: found.pop())
        case "decisions" | "calls":
            return copies(town.closed, number, number=numbered("RC"))
        case "appeals":
            return [
                appeal for one in applications(town, number, town.contested) for appeal in appeals(town, one)
            ]
        case "agreements":
            return agreements(town, number)
        case "payments":
            return payments(town, number)
        case "seats":
            found = [firm.pk for firm in firms(town, number)]
            ended = {
                "ended_on": town.seat.designated_on,
                "end": "graduated",
                "place": None,
                "application_id": None,
            }
            return copies(
                town.seat, number, firm_id=lambda _serial: found.pop(), number=numbered("제2099"), **ended
            )
        case "inquiries":
            return copies(town.inquiry, number)
        case "lines":
            return copies(LISTS[name].rows(town.people["auditor"]).first(), number, name=numbered("Line"))
        case "firms":
            return firms(town, number)
        case "people":
            return people(town, number, Role.OFFICER)
        case "letters":
            return copies(town.letter, number, event=numbered("copy"))
        case "exports":
            return copies(town.export, number)
    if name.startswith("imports-"):
        return copies(town.brought, number, sheet=name.removeprefix("imports-"))
    return copies(LISTS[name].rows(town.people["auditor"]).first(), number)


def whole(listing):
    """An address that shows every column."""
    return {"col": [column.name for column in listing.columns]}


def cost(client, listing, **query):
    with CaptureQueriesContext(connection) as asked:
        response = client.get(listing.url, query)
    assert response.status_code == 200
    return len(asked), response.context["page"]


def test_g60_a_list_asks_as_often_for_10_and_for_500_rows_as_for_one_with_every_column(town, listing, reader):
    client = browser(reader)
    browser(town.people["director"]).get(town.a.get_absolute_url())  # a row of the access log
    client.get(listing.url)
    asked = []
    for more in (1, 2, 7, 490):
        more_of(town, listing.name, more)
        number, page = cost(client, listing, **whole(listing))
        asked.append(number)
    second, later = cost(client, listing, mark=page.next, **whole(listing))

    assert (len(page.rows), bool(later.previous)) == (50, True)
    assert {*asked, second} == {asked[0]}
    for column in (column for column in listing.columns if column.order):
        order = listing.asked(QueryDict(f"sort=-{column.name}"), by=reader)
        page = order.page(listing.rows(reader), "")
        assert (len(page.rows), len(order.page(listing.rows(reader), page.next).rows)) == (50, 50)


TYPED = st.text(max_size=15).filter(lambda text: "\0" not in text)
PIECES = [
    *'">=<,-%_\'\\', "..", ">=70", "70..80", "2027-01-20", "경남", "2027", "me", "나", "submitted", "ready", " ", "=1+1",
]  # fmt: skip


def lines(listing):
    """Lines as somebody might type them into this list."""
    names = [f"{one.name}:" for one in listing.filters] + [f"{one.label}:" for one in listing.filters]
    return st.lists(st.one_of(st.sampled_from(names + PIECES), TYPED), max_size=5).map("".join)


@given(data=st.data())
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_input_is_an_error_on_any_list(town, listing, reader, data):
    own = st.one_of(TYPED, st.sampled_from([one.name for one in listing.columns] + PIECES))
    query = {
        "q": data.draw(lines(listing)),
        "sort": data.draw(own),
        "then": data.draw(own),
        "col": [data.draw(own), data.draw(own)],
    }
    query |= {one.name: data.draw(own) for one in listing.filters} | {"mark": data.draw(own)}

    response = browser(reader).get(listing.url, query)
    asked = response.context["asked"]
    counts, total = asked.counts(listing.rows(reader))

    assert response.status_code == 200
    assert total >= len(response.context["page"].rows) and asked.form(counts) is not None
    assert listing.asked(QueryDict(asked.address()), by=reader).address() == asked.address()


@pytest.fixture
def varied(town):
    """Firms, instalments and questions of many kinds."""
    words = ["(주)한결정밀몰드", "이룸메가캐스트", "새림인", "Gamma Forming", "한결 캐스트"]
    for serial in range(8):
        more = {
            "name": words[serial % 5],
            "size": ("small", "mid")[serial % 2],
            "employees": serial * 20,
        }
        (firm,) = copies(
            town.a,
            1,
            business_number=f"88{serial:08d}",
            **more,
            search_text=folded(words[serial % 5]) + f"\n88{serial:08d}",
        )
        (application,) = copies(
            town.granted, 1, firm_id=firm.pk, number=f"RD-2098-{serial:04d}", search_text=firm.search_text
        )
        (agreement,) = copies(
            town.agreement, 1, application_id=application.pk, number=f"AG-2098-{serial:04d}"
        )
        copies(
            town.payment,
            1,
            agreement_id=agreement.pk,
            number=f"PY-2098-{serial:04d}-1",
            krw=10_000_000 * (serial // 2 + 1),
            status=("requested", "refused")[serial % 2],
            requested_at=NOW + timedelta(days=serial // 3),
        )
        copies(
            town.inquiry, 1, text=words[serial % 5], asked_at=NOW - timedelta(days=serial // 2), due_on=NOW.date() - timedelta(days=serial),
            assigned_to_id=(None, town.people["officer"].pk)[serial % 2],
        )  # fmt: skip


def at(row, path):
    """The value that a path leads to."""
    for name in path.split("__"):
        row = getattr(row, name)
    return row


TEXTS = {
    "firms": ("name", "business_number"),
    "payments": ("number", "agreement__application__search_text"),
    "inquiries": ("text", "call__number"),
}  # fmt: skip
NUMERIC = {">=": lambda a, b: a >= b, "<": lambda a, b: a < b, "": lambda a, b: a == b}


def pieces(listing, by):
    """[(a piece of a line, what it says of a row in plain Python)] of a list."""
    for word in ("한결", "캐스", "gamma", "2098-0003", "새림 인"):
        yield (
            word if " " not in word else f'"{word}"',
            lambda row, word=word: any(folded(word) in folded(at(row, path)) for path in TEXTS[listing.name]),
        )
    for one in listing.filters:
        if isinstance(one, Choice) and one.path:
            for option in one.options(by)[:4]:
                yield (
                    f"{one.name}:{option.code}",
                    lambda row, one=one, option=option: (
                        at(row, f"{one.path}") == option.value
                        or getattr(at(row, one.path), "pk", None) == option.value
                    ),
                )
        elif isinstance(one, Number):
            for sign, number in ((">=", 40), ("<", 40_000_000), ("", 20_000_000), (">=", 20_000_000)):
                yield (
                    f"{one.name}:{sign}{number}",
                    lambda row, one=one, sign=sign, number=number: (
                        at(row, one.path) is not None and NUMERIC[sign](Decimal(at(row, one.path)), number)
                    ),
                )
        elif isinstance(one, Day):
            for sign, days in ((">=", 0), ("<", -1), ("", 1)):
                day = (NOW + timedelta(days=days)).astimezone(clock.KST).date()
                yield (
                    f"{one.name}:{sign}{day}",
                    lambda row, one=one, sign=sign, day=day: NUMERIC[sign](
                        at(row, one.path).astimezone(clock.KST).date(), day
                    ),
                )


@pytest.mark.parametrize("name", TEXTS)
@given(data=st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_a_line_finds_on_other_lists_is_what_a_plain_filter_finds(town, varied, name, data):
    listing, by = LISTS[name], town.people["officer"]
    known = dict(pieces(listing, by))
    typed = data.draw(st.lists(st.sampled_from(sorted(known)), max_size=2))
    column = data.draw(st.sampled_from([column for column in listing.columns if column.order]))
    down = data.draw(st.booleans())
    expected = [row for row in listing.rows(by) if all(known[piece](row) for piece in typed)]
    for path in reversed(column.order):
        expected.sort(key=lambda row: at(row, path.removeprefix("-")), reverse=path.startswith("-") != down)

    asked = listing.asked(
        QueryDict(f"q={' '.join(typed)}&sort={'-' if down else ''}{column.name}".replace("+", "%2B")), by=by
    )

    assert asked.remarks == []
    assert [row.pk for row in asked.page(listing.rows(by), "").rows] == [row.pk for row in expected]


def test_g41_a_file_holds_the_rows_and_columns_that_the_role_sees_and_others_get_none(town, listing):
    address = f"{listing.url}export/"
    for who in ("officer", "director", "finance", "ministry", "auditor", "administrator"):
        client, may = browser(town.people[who]), False
        if listing.file:
            may = town.people[who].has_perm(listing.file.permission)
        page = client.get(listing.url)
        assert (address in page.content.decode()) == may
        taken = client.post(address, {"kind": "csv", "columns": "shown", "reason": "Audit of the year"})
        assert taken.status_code == (200 if may else 404)
        if may:
            head, *lines = csv.reader(io.StringIO(b"".join(taken.streaming_content).decode("utf-8-sig")))
            page = client.get(listing.url)  # with the taking itself, where it is the access log
            columns, rows = page.context["asked"].columns, page.context["page"].rows
            with translation.override(page["Content-Language"]):
                assert head == [str(column.label) for column in columns]
                seen = [[plain(column.value(row)) for column in columns] for row in rows]
                assert lines[: len(rows)] == seen and (page.context["page"].next or len(lines) == len(rows))
            assert AccessEntry.objects.filter(act=listing.file.permission, actor=town.people[who]).exists()


@pytest.mark.once
def test_no_list_reads_what_is_sealed():
    assert not [
        column
        for listing in LISTS.values()
        for column in listing.columns
        if "sealed" in "".join(column.reads)
    ]
    assert [column.name for column in LISTS["payees"].columns] == ["name", "email", "changed"]
