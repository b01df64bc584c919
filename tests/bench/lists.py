"""Compares the lists of staff where there are few applications with the same where there are many, on PostgreSQL behind gunicorn.

    make bench-lists                            1,000 and 100,000 applications
    SMALL=200 LARGE=1000 TIMES=5 make bench-lists    whether it runs at all

Both are asked in turn, so that what slows the machine slows both. Prints the p50 of each page and their ratio beside the goal:
1.3 for a list, a filter, an order, the first page and the last; 3 for a search. Exit 1 where one is missed; the same as data:
var/bench-lists.json.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.run import Server, fresh_database, session_of  # noqa: E402
from tests.lanes import broker, postgresql  # noqa: E402

SMALL, LARGE = int(os.environ.get("SMALL", "1000")), int(os.environ.get("LARGE", "100000"))
BASE = min(1_000, SMALL)  # rows that are made one by one; more are copies of them, with words of their own
WARM, TIMES = 6, int(os.environ.get("TIMES", "40"))
SAME, SEARCHED = 1.3, 3.0
DESK, REVIEWS, FIRMS = "/applications/desk/", "/reviews/desk/", "/firms/"
HALF = "경남,경기,부산,대구,인천,대전,울산,세종,강원"  # of the regions
# Every question fills a page where there are few: a page of fewer rows would be the cheaper one whatever the size of the house.
PAGES = [  # (name, goal, address, query, whether its last page is asked for)
    ("list, first page", SAME, DESK, {}, False),
    ("list, last page", SAME, DESK, {}, True),
    ("filter by status", SAME, DESK, {"status": "in_review"}, False),
    ("filter by status, last page", SAME, DESK, {"status": "in_review"}, True),
    ("filter by field and status", SAME, DESK, {"field": "F2", "status": "reviewed"}, False),
    ("query line", SAME, DESK, {"q": f"field:기가캐스팅,F1,F3 region:{HALF} status:reviewed score:>=70 submitted:>2020-01-20"}, False),
    *((f"sorted by {name.strip('-')}{', last page' * last}", SAME, DESK, {"sort": name}, last)
      for name in ("number", "firm", "status", "-score") for last in (False, True)),
    ("sorted by firm, then the newest", SAME, DESK, {"sort": "firm,-submitted"}, False),
    ("reviews, first page", SAME, REVIEWS, {}, False),
    ("reviews, last page", SAME, REVIEWS, {}, True),
    ("firms, first page", SAME, FIRMS, {}, False),
    ("firms, last page", SAME, FIRMS, {}, True),
    ("searched: two syllables", SEARCHED, DESK, {"q": "가나"}, False),
    ("searched: a word of every row", SEARCHED, DESK, {"q": "공정"}, False),
    ("searched: two words, sorted", SEARCHED, DESK, {"q": "가나 공정", "sort": "firm"}, False),
    ("searched: hyphened number", SEARCHED, DESK, {"q": "SP-2027-000500"}, False),
    ("searched: part of a number", SEARCHED, DESK, {"q": "2027-0005"}, False),
    ("firms, searched", SEARCHED, FIRMS, {"q": "가나"}, False),
]  # fmt: skip


def settings_of(database, folder, queue):
    return {
        "DATABASE_URL": database, "VAR_DIR": folder, "DEBUG": "0", "DEMO": "0", "HTTPS": "0",
        "SECRET_KEY": "only-for-measuring-" + "x" * 40, "SEALING_KEYS": "b25seS1mb3ItbWVhc3VyaW5nLTMyLWJ5dGVzLS0tLSE=",
        "ALLOWED_HOSTS": "localhost", "EMAIL_URL": "dummymail://", "REDIS_URL": queue, "CELERY_BROKER_URL": queue,
        "IS_WEB": "1", "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "rootgrants.settings",
    }  # fmt: skip


def fill(count):
    """Fill the database of the environment; prints what the measuring process asks with, as JSON."""
    import django  # noqa: PLC0415  the environment is set only now

    django.setup()
    from tests.bench.data import Data  # noqa: PLC0415

    data = Data(min(count, BASE), drafts=1)
    data.fill()
    multiply(count // BASE)
    marks = [
        last_mark(address, query, data.officer) if last else "" for _n, _g, address, query, last in PAGES
    ]
    print(json.dumps({"session": session_of(data.officer), "marks": marks}))


def multiply(times):
    """Write every firm with its application and its sheets so many times, each with a name, a title and numbers of its own."""
    from django.db import connection  # noqa: PLC0415

    from applications.firms.models import Firm  # noqa: PLC0415
    from applications.intake.models import Application  # noqa: PLC0415
    from applications.review.models import Assignment  # noqa: PLC0415
    from tests.bench.data import SYLLABLES  # noqa: PLC0415

    syllable = f"substr('{SYLLABLES}', 1 + floor(random() * {len(SYLLABLES)})::int, 1)"
    word = " || ".join([syllable] * 3)

    def copies(model, source, **changes):
        """INSERT of a model's rows out of a source with these columns changed."""
        names = [field.column for field in model._meta.concrete_fields if not field.primary_key]
        known = {"key": "gen_random_uuid()"} | changes
        values = ", ".join(known.get(name, f"a.{name}") for name in names)
        columns = ", ".join(names)
        return f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {values} FROM {source}"

    numbers = f"a.business_number::bigint + n * {10 * BASE}"
    firms = copies(
        Firm, f"applications_firm a CROSS JOIN generate_series(1, {times - 1}) n",
        business_number=f"lpad(({numbers})::text, 10, '0')", name=f"'(주)' || {word} || a.id || '-' || n",
    )  # fmt: skip
    number = f"'SP-2027-' || lpad((right(a.number, 6)::int + n * {BASE})::text, 6, '0')"
    applications = copies(
        Application,
        f"applications_application a JOIN applications_firm b ON b.id = a.firm_id CROSS JOIN generate_series(1, {times - 1}) n "
        f"JOIN applications_firm f ON f.business_number = lpad((b.business_number::bigint + n * {10 * BASE})::text, 10, '0') "
        "WHERE a.number IS NOT NULL",
        firm_id="f.id", number=number, title=f"{word} || ' 공정 첨단화'",
        submitted_at=f"a.submitted_at - n * interval '{BASE} seconds'",
    )  # fmt: skip
    sheets = copies(
        Assignment,
        "applications_assignment a JOIN applications_application b ON b.id = a.application_id "
        f"CROSS JOIN generate_series(1, {times - 1}) n JOIN applications_application c "
        f"ON c.number = 'SP-2027-' || lpad((right(b.number, 6)::int + n * {BASE})::text, 6, '0')",
        application_id="c.id",
    )  # fmt: skip
    bare = "lower(regexp_replace({}, '[[:space:]-]', '', 'g'))"
    words = [
        f"UPDATE applications_firm SET search_text = {bare.format('name')} || E'\\n' || business_number",
        "UPDATE applications_application a SET search_text = concat_ws(E'\\n', "
        f"{bare.format('a.number')}, {bare.format('a.title')}, {bare.format('f.name')}, f.business_number) "
        "FROM applications_firm f WHERE f.id = a.firm_id",
    ]
    with connection.cursor() as cursor:
        for statement in [firms, words[0], applications, words[1], sheets] if times > 1 else []:
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")


def last_mark(address, query, by):
    """The mark that leads to the last page of a list as this query narrows and sorts it."""
    from django.core import signing  # noqa: PLC0415
    from django.http import QueryDict  # noqa: PLC0415

    from applications.kernel import tables  # noqa: PLC0415
    from applications.portal.lists import LISTS  # noqa: PLC0415

    (listing,) = [one for one in LISTS.values() if one.url == address]
    asked = listing.asked(QueryDict(urlencode(query)), by=by)
    order = asked.order
    rows = asked.reading(asked.narrowed(listing.rows(by))).order_by(*order).reverse()
    row = rows[tables.PAGE_SIZE : tables.PAGE_SIZE + 1].first() if rows.count() > tables.PAGE_SIZE else None
    names = [name.removeprefix("-") for name in order]
    marks = signing.Signer(salt=f"list page {' '.join(order)}")
    return tables._write(marks, "next", row, names) if row else ""


class House:
    """One size of the house: its database, its server, and the marks of its last pages."""

    def __init__(self, count, server, queue, stack):
        self.count = count
        database = stack.enter_context(fresh_database(server, f"rootgrants_lists_{count}"))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rootgrants-bench-"))
        self.settings = settings_of(database, folder, queue)
        os.environ |= self.settings
        manage, begun = [sys.executable, str(ROOT / "manage.py")], time.monotonic()
        for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "-v0", "--noinput"]):
            subprocess.run([*manage, *command], check=True, cwd=ROOT)
        filled = subprocess.run(
            [sys.executable, __file__, "fill", str(count)],
            check=True,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        said = json.loads(filled.stdout.splitlines()[-1])
        self.session, self.marks = said["session"], said["marks"]
        print(f"{count:,} applications; filled in {time.monotonic() - begun:.0f} s")

    def open(self, stack):
        """Start its server: when every house is filled, as no connection is kept for so long."""
        os.environ |= self.settings
        self.server = Server("tests.bench.settings")
        stack.callback(self.server.stop)

    def ask(self, page):
        """Milliseconds of one page."""
        _name, _goal, address, query, _last = PAGES[page]
        marked = query | ({"mark": self.marks[page]} if self.marks[page] else {})
        status, _headers, _length, spent = self.server.ask(
            "GET", f"{address}?{urlencode(marked)}", session=self.session
        )
        if status != 200:
            raise SystemExit(f"bench: {address}?{urlencode(marked)} answered {status}")
        return spent


def compare(small, large):
    """[{page, both p50, their ratio, goal, whether it is met}]"""
    rows = []
    for page, (name, goal, *_more) in enumerate(PAGES):
        for _turn in range(WARM):
            small.ask(page), large.ask(page)
        times = [(small.ask(page), large.ask(page)) for _turn in range(TIMES)]
        few, many = (statistics.median(column) for column in zip(*times, strict=True))
        rows.append({
            "page": name, "small_ms": round(few, 2), "large_ms": round(many, 2), "ratio": round(many / few, 2), "goal": goal,
            "met": many / few <= goal,
        })  # fmt: skip
    return rows


def main():
    with contextlib.ExitStack() as stack:
        server, queue = stack.enter_context(postgresql()), stack.enter_context(broker())
        if server is None or queue is None:
            raise SystemExit("bench: no PostgreSQL or no Redis (make system)")
        small, large = [House(count, server, queue, stack) for count in (SMALL, LARGE)]
        small.open(stack), large.open(stack)
        rows = compare(small, large)
    print(f"\n{'page':42}{f'{SMALL:,} ms':>12}{f'{LARGE:,} ms':>12}{'ratio':>8}{'goal':>7}")
    for row in rows:
        print(
            f"{row['page']:42}{row['small_ms']:12.1f}{row['large_ms']:12.1f}{row['ratio']:8.2f}{row['goal']:7}"
            f"{'' if row['met'] else '  MISSED'}"
        )
    out = ROOT / "var" / "bench-lists.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps({"small": SMALL, "large": LARGE, "pages": rows}, indent=1, ensure_ascii=False))
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(fill(int(sys.argv[2])) if sys.argv[1:2] == ["fill"] else main())
