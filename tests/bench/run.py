"""Measures every page against a floor view in the same run, on PostgreSQL, behind gunicorn with two workers.

    make bench                      10,000 applications, 25,000 sheets
    APPLICATIONS=100000 make bench

Prints queries, bytes, p50, p95 and the ratio of p50 to the floor's, beside the goal; exit 1 where a goal is missed.
The same as data: var/bench.json. Times drift from run to run; the ratios are what counts.
"""

import contextlib
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.lanes import broker, free_port, postgresql, until  # noqa: E402

COUNT = int(os.environ.get("APPLICATIONS", "10000"))
WARM, TIMES = 6, 40
PATIENCE, LEAST = 15, 10  # a page too slow for all its turns gets fewer: seconds, turns
MEMORY_MIB = 150  # of a worker, after all of it
CSRF = "b" * 32
DATABASE = "rootgrants_bench"


@contextlib.contextmanager
def fresh_database(server, name=DATABASE):
    """An empty database on this server, dropped at the end."""
    address = server.replace("postgres://", "postgresql://", 1)

    def statement(text):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(text)

    statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    statement(f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        statement(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


class Server:
    """Gunicorn with two workers under these settings, and one client that keeps its connection."""

    def __init__(self, settings):
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "rootgrants.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2",
             "--threads", "4", "--keep-alive", "300", "--log-level", "error"],
            cwd=ROOT, env={**os.environ, "MALLOC_ARENA_MAX": "2", "DJANGO_SETTINGS_MODULE": settings},  # as in the image
        )  # fmt: skip
        self.client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        if not until(self.answers):
            self.stop()
            raise SystemExit("bench: the server does not start")

    def answers(self):
        try:
            self.ask("GET", "/healthz")
        except OSError:
            self.client.close()
            return False
        return True

    def ask(self, method, path, *, session="", data=None, count=False):
        """(status, headers, length, milliseconds) of one request."""
        headers = {
            "Host": "localhost", "Cookie": f"csrftoken={CSRF}; sessionid={session}", "X-CSRFToken": CSRF,
            "Accept-Encoding": "identity",
        }  # fmt: skip
        body = None
        if data is not None:
            body, headers["Content-Type"] = urlencode(data), "application/x-www-form-urlencoded"
        if count:
            headers["X-Count"] = "1"
        begun = time.perf_counter()
        self.client.request(method, path, body=body, headers=headers)
        answer = self.client.getresponse()
        content = answer.read()
        return answer.status, answer.headers, len(content), (time.perf_counter() - begun) * 1000

    def workers(self):
        """The numbers of its worker processes."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return list(map(int, found.stdout.split()))

    def workers_mib(self):
        """Resident memory of the largest worker, in MiB."""
        return max(memory_of(pid, "VmRSS") for pid in self.workers())

    def stop(self):
        self.process.terminate()
        self.process.wait()


def memory_of(pid, name):
    """VmRSS, the resident memory of a process now, or VmHWM, the most since `watch`, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def watch(pids):
    """() → by how many MiB at most one of these processes has grown from now on, were it for a moment only."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the most so far is what it is now
    before = {pid: memory_of(pid, "VmRSS") for pid in pids}
    return lambda: max(memory_of(pid, "VmHWM") - held for pid, held in before.items())


class Bench:
    """product, floor: what answers `ask`. sessions: {who: the key of their session}. turns: how often a page is asked in earnest."""

    def __init__(self, data, product, floor, sessions, *, warm=WARM, turns=TIMES):
        self.data, self.product, self.floor, self.sessions = data, product, floor, sessions
        self.warm, self.turns, self.rows = warm, turns, []

    def measure(self, name, goal, who, asks, *, expect=200):
        """asks: an iterable of (method, path, data), used one after the other; the first few only warm up.

        Page and floor are asked in turn, so that what slows the machine slows both.
        """
        asks = iter(asks)
        session = self.sessions.get(who, "")

        def one(count=False):
            method, path, data = next(asks)
            status, headers, length, spent = self.product.ask(
                method, path, session=session, data=data, count=count
            )
            if status != expect:
                raise SystemExit(f"bench: {name}: {method} {path} answered {status}, not {expect}")
            return headers, length, spent

        headers, length, _spent = one(count=True)
        for _turn in range(self.warm):
            one()
        times, floors = [], []
        end = time.monotonic() + PATIENCE
        while len(times) < self.turns and (len(times) < LEAST or time.monotonic() < end):
            times.append(one()[2])
            floors.append(self.floor.ask("GET", "/floor/", session=self.sessions["officer"])[3])
        times.sort()
        floor = statistics.median(floors)
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95) - 1]
        self.rows.append({
            "page": name, "queries": int(headers["X-Queries"]), "bytes": length, "p50_ms": round(p50, 2),
            "p95_ms": round(p95, 2), "floor_ms": round(floor, 2), "ratio": round(p50 / floor, 2), "goal": goal,
            "met": p50 / floor <= goal,
        })  # fmt: skip

    def export(self, kind):
        """All applications as a file of forty columns; the goals are 5 seconds for 10,000 of them, and 50 MiB for who writes it."""
        grown = watch([*self.product.workers(), os.getpid()])
        data = {"kind": kind, "columns": "all", "reason": "The bench measures it"}
        status, headers, length, spent = self.product.ask(
            "POST", "/applications/desk/export/", session=self.sessions["officer"], data=data
        )
        if status == 302:  # a long one is written apart: here, and then it is taken
            length, spent = self.written_apart(f"{headers['Location']}file/", spent)
        elif status != 200 or "attachment" not in headers["Content-Disposition"]:
            raise SystemExit(f"bench: the export answered {status}")
        seconds, goal = spent / 1000, 5 * max(1, COUNT / 10_000)
        self.rows.append({
            "page": f"export of all, 40 columns, {kind}", "bytes": length, "seconds": round(seconds, 2), "goal": goal,
            "met": seconds <= goal,
        })  # fmt: skip
        more = grown()
        self.rows.append(
            {"page": f"memory while it is written, {kind}", "mib": round(more), "goal": 50, "met": more <= 50}
        )

    def written_apart(self, path, spent):
        """(length, milliseconds) of an export that a worker writes: asked for, written, taken."""
        from applications.portal.tasks import carry_exports_on  # noqa: PLC0415  after Django is set up

        begun = time.perf_counter()
        carry_exports_on()
        spent += (time.perf_counter() - begun) * 1000
        status, _headers, length, taking = self.product.ask("GET", path, session=self.sessions["officer"])
        if status != 200:
            raise SystemExit(f"bench: {path} answered {status}")
        return length, spent + taking

    def decisions(self):
        """A list of all applications under quotas is proposed, and one of a thousand is published, each within five seconds; how firm a cut is within twenty."""
        from tests.bench import decisions  # noqa: PLC0415  after Django is set up

        call = decisions.small(self.data)
        tried = {"pass_mark": 60, "select_mark": 75, "seats": 30, "reserves": 10}
        self.get(
            "what if, 250 rows", 10, "officer", f"/decisions/calls/{call.key}/what-if/?{urlencode(tried)}"
        )
        decisions.report(call, self.data)
        self.get("figures of a call", 5, "nobody", f"/decisions/calls/{call.key}/figures/")
        for name, goal, act in (
            (f"proposal of {COUNT:,} under quotas", 5 * max(1, COUNT / 10_000), decisions.proposal),
            ("publication of 1,000 results", 5, decisions.publication),
            ("how firm the cut of 500 is, 1,000 draws", 20, decisions.firmness),
        ):
            seconds = act(self.data)
            self.rows.append(
                {"page": name, "seconds": round(seconds, 2), "goal": goal, "met": seconds <= goal}
            )

    def get(self, name, goal, who, path):
        self.measure(name, goal, who, (("GET", path, None) for _turn in iter(int, 1)))

    def all(self):
        self.pages()
        for kind in ("csv", "xlsx"):
            self.export(kind)
        self.decisions()  # last: it doubles the applications

    def pages(self):
        data, desk = self.data, "/applications/desk/"
        application = next(a for a in data.made if a.status == "reviewed")
        sheet = data.assignment()
        self.sessions["reviewer"] = session_of(sheet.reviewer)
        self.get("staff list, first page", 5, "officer", desk)
        self.get(
            "staff list, filtered by status", 5, "officer", f"{desk}?call={data.closed.key}&status=in_review"
        )
        self.get("staff list, searched", 6, "officer", f"{desk}?{urlencode({'q': application.title[:3]})}")
        for name, goal, query in (
            ("searched: common word", 6, {"q": "공정"}),
            ("searched: two words, sorted", 6, {"q": f"{application.title[:2]} 공정", "sort": "firm"}),
            ("searched: hyphened number", 6, {"q": application.number}),
            ("searched in papers: few", 6, {"q": "text:스핀들"}),
            ("searched in papers: all", 6, {"q": "text:공정"}),
            ("query line", 5, {"q": "score:>=70 region:경남 field:기가캐스팅 submitted:>2020-01-20"}),
            ("sorted by firm", 5, {"sort": "firm"}),
            ("sorted by score", 5, {"sort": "-score"}),
            ("three filters", 5, {"status": "reviewed", "field": "F2", "region": "48"}),
        ):
            self.get(f"staff list, {name}", goal, "officer", f"{desk}?{urlencode(query)}")
        self.get("list of reviews", 5, "officer", "/reviews/desk/")
        self.get("list of firms, searched", 6, "officer", f"/firms/?{urlencode({'q': '가나'})}")
        self.get(
            "list of reviewers, searched",
            6,
            "officer",
            f"/reviews/desk/reviewers/?{urlencode({'q': 'sity'})}",
        )
        self.get("list of reviewers by sessions", 5, "officer", "/reviews/desk/reviewers/?sort=-sessions")
        self.get("dashboard of an officer", 5, "officer", "/home/")
        self.get("arrivals on the last day", 5, "officer", "/arrivals/")
        self.get("staff list, last page", 5, "officer", f"{desk}?{urlencode({'mark': last_mark(data)})}")
        judged = next(a for a in data.made if a.status == "in_review")  # the longest of these pages
        self.get("application detail, staff", 4, "officer", f"/applications/{judged.key}/")
        self.get("reviewer's own list", 4, "reviewer", "/reviews/")
        self.get("review page, reviewer", 4, "reviewer", f"/reviews/{sheet.key}/")
        self.get("applicant's own list", 2, "applicant", "/applications/")
        self.get("public call page", 1.5, "nobody", f"/calls/{data.closed.key}/")
        self.measure("save a review (POST)", 4, "reviewer", sheet_posts(data, sheet), expect=302)
        draft = data.drafts.pop()
        self.get("edit page of a section", 4, "owner", f"/applications/{draft.key}/sections/plan/")
        self.measure("autosave (POST)", 3, "owner", autosaves(draft))
        drafts = iter(data.drafts)
        self.measure(
            "submit an application (POST)", 5, "owner",
            (("POST", f"/applications/{draft.key}/submit/", {}) for draft in drafts), expect=302,
        )  # fmt: skip
        self.get("statistics (n of 100)", 5, "nobody", "/cohort/")
        self.get("ranking, 250 rows", 10, "officer", f"/decisions/calls/{data.closed.key}/")
        self.get("meeting of a panel, 250 rows", 10, "chair", f"/reviews/panels/{data.meeting.key}/")


def sheet_posts(data, sheet):
    """Saves of one sheet, each with other words."""
    from applications.review.queries import criteria_of  # noqa: PLC0415  after Django is set up

    scores = {f"score_{criterion.pk}": criterion.points - 1 for criterion in criteria_of(sheet.stage_id)}
    number = 0
    while True:
        number += 1
        words = dict.fromkeys(("strengths", "weaknesses", "overall"), f"의견을 다시 적습니다 {number}")
        yield "POST", f"/reviews/{sheet.key}/", scores | words


def autosaves(draft):
    """Saves of one section of a draft, each with other words and the version that the one before raised."""
    for version in range(1, 10**6):
        words = {"version": max(draft.version, version), "answer_entry": f"다시 적습니다 {version}"}
        yield "POST", f"/applications/{draft.key}/sections/plan/autosave/", words


def last_mark(data):
    """The mark of the page that ends with the oldest application."""
    from applications.intake.models import Application  # noqa: PLC0415
    from applications.kernel.tables import page_by_key  # noqa: PLC0415

    latest_first = Application.objects.filter(submitted_at__isnull=False).order_by("submitted_at", "pk")
    place = latest_first.exclude(status="draft")[50]
    before = Application.objects.filter(submitted_at__gte=place.submitted_at)
    return page_by_key(before, ["-submitted_at", "-id"], "", size=before.count() - 1).next


def session_of(user):
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    from applications.kernel import clock  # noqa: PLC0415
    from tests.world import confirm  # noqa: PLC0415

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "applications.permissions.TableBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    confirm(store, user, at=clock.now())
    return store.session_key


def print_rows(rows):
    print(f"\n{'page':42}{'queries':>8}{'bytes':>9}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}{'goal':>7}")
    for row in rows:
        if "seconds" in row:
            print(
                f"{row['page']:42}{row.get('bytes', ''):17}{row['seconds']:16.2f} s{row['goal']:13.0f} s{'' if row['met'] else '  MISSED'}"
            )
            continue
        if "mib" in row:
            print(
                f"{row['page']:42}{'+' + str(row['mib']):>26} MiB{row['goal']:>22}{'' if row['met'] else '  MISSED'}"
            )
            continue
        print(
            f"{row['page']:42}{row['queries']:8}{row['bytes']:9}{row['p50_ms']:9.1f}{row['p95_ms']:9.1f}"
            f"{row['ratio']:8.2f}{row['goal']:7}{'' if row['met'] else '  MISSED'}"
        )


def sessions_of(data):
    return {name: session_of(getattr(data, name)) for name in ("officer", "owner", "applicant", "chair")}


def verdict(rows, memory):
    """The exit code: 1 where a goal is missed. memory: of a worker, in MiB."""
    return 0 if all(row["met"] for row in rows) and memory <= MEMORY_MIB else 1


def kept(rows, memory):
    """The same as data."""
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    return {"applications": COUNT, "machine": machine, "pages": rows, "worker_mib": round(memory)}


def main():
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgresql())
        if server is None:
            raise SystemExit("bench: no PostgreSQL (make system)")
        queue = stack.enter_context(broker())
        if queue is None:
            raise SystemExit("bench: no Redis (make system)")
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rootgrants-bench-"))
        os.environ |= {
            "DATABASE_URL": stack.enter_context(fresh_database(server)), "VAR_DIR": folder, "DEBUG": "0", "DEMO": "0",
            "HTTPS": "0", "SECRET_KEY": "only-for-measuring-" + "x" * 40, "SEALING_KEYS": "b25seS1mb3ItbWVhc3VyaW5nLTMyLWJ5dGVzLS0tLSE=", "ALLOWED_HOSTS": "localhost",
            "EMAIL_URL": "dummymail://", "REDIS_URL": queue, "CELERY_BROKER_URL": queue, "IS_WEB": "1", "LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "rootgrants.settings",
        }  # fmt: skip
        manage = [sys.executable, str(ROOT / "manage.py")]
        # Compiled before, as in the image: a process that compiles its modules itself is larger.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        for command in (
            ["check"],
            ["migrate", "-v0"],
            ["createcachetable"],
            ["collectstatic", "-v0", "--noinput"],
        ):
            subprocess.run([*manage, *command], check=True, stdout=subprocess.DEVNULL)
        import django  # noqa: PLC0415  the environment is set only now

        django.setup()
        from tests.bench.data import Data  # noqa: PLC0415

        begun = time.monotonic()
        data = Data(COUNT, drafts=WARM + TIMES + 2)
        data.fill()
        from django.db import connection, connections  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as autovacuum keeps it
        print(
            f"{COUNT:,} applications, {COUNT * 25 // 10:,} sheets; filled in {time.monotonic() - begun:.0f} s"
        )
        product = Server("tests.bench.settings")
        stack.callback(product.stop)
        floor = Server("tests.bench.floor")
        stack.callback(floor.stop)
        bench = Bench(data, product, floor, sessions_of(data))
        bench.all()
        print_rows(bench.rows)
        memory = product.workers_mib()
        print(
            f"{'memory of a worker':42}{memory:>26.0f} MiB{MEMORY_MIB:>22}{'' if memory <= MEMORY_MIB else '  MISSED'}"
        )
        redis.Redis.from_url(queue).delete(
            "celery"
        )  # nobody works here: the letters of the bench are not sent
        connections.close_all()
        connections["default"].close_pool()
    out = ROOT / "var" / "bench.json"
    out.parent.mkdir(exist_ok=True)
    out.write_text(json.dumps(kept(bench.rows, memory), indent=1, ensure_ascii=False))
    return verdict(bench.rows, memory)


if __name__ == "__main__":
    sys.exit(main())
