"""Hands in 500 applications (G32) in the last minute of a call, half of them in its last ten seconds, and counts what became of them.

    make surge                      500 firms, 60 seconds
    FIRMS=100 SECONDS=20 make surge

Gunicorn with two workers on PostgreSQL, Redis, a Celery worker and its timetable, a mail server of our own that keeps what
it gets. The client stamps each request as a trusted proxy does (docs/decisions/0007-arrival.md), and its own journal of the
stamps is what the accepted ones are compared with. Some press twice, and more firms too late. Exit 1 where a goal is missed: no
5xx, no lost answer, no duplicate, accepted exactly what arrived before the end, p95 under 3 seconds, every letter delivered
once. The same as data: var/surge.json.
"""

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import redis
from aiosmtpd.controller import Controller

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tests.bench.run import CSRF, Server, fresh_database, session_of  # noqa: E402
from tests.lanes import broker, free_port, postgresql, until  # noqa: E402

FIRMS, SECONDS = int(os.environ.get("FIRMS", "500")), int(os.environ.get("SECONDS", "60"))
TWICE, LATE = (
    FIRMS // 10,
    FIRMS // 20,
)  # who press again at once; more firms, who press from the last instant on
P95, LETTERS_WITHIN = 3.0, 600
WARNING = min(15, 2 + SECONDS // 4)  # seconds before the surge begins, for the first requests of each worker


class Box:
    """A mail server that keeps who got which message."""

    def __init__(self):
        self.messages = []
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, server, session, envelope):
        headers = envelope.content.decode("utf-8", "replace").partition("\r\n\r\n")[0]
        number = next(line for line in headers.splitlines() if line.lower().startswith("message-id:"))
        self.messages.append((envelope.rcpt_tos[0], number))
        return "250 OK"

    @property
    def address(self):
        return f"smtp://127.0.0.1:{self.controller.port}"


def plan(closes, chance):
    """[(seconds before the end, number of the firm)]: half of them in the last sixth of the time, some twice, some late."""
    firms = list(range(FIRMS + LATE))
    chance.shuffle(firms)
    late, rest = firms[:LATE], firms[LATE:]
    half = len(rest) // 2
    moments = [(chance.uniform(SECONDS / 6, SECONDS), firm) for firm in rest[:half]]
    moments += [(chance.uniform(0.05, SECONDS / 6), firm) for firm in rest[half:]]
    moments += [(before - 0.01, firm) for before, firm in moments[:TWICE]]
    moments += [(-chance.uniform(0.2, 3), firm) for firm in late]
    return sorted(moments, reverse=True)


async def press(server, key, session):
    """(the stamp, status, where it leads, seconds) of one submit over a connection of its own."""
    begun, stamp = time.perf_counter(), round(time.time(), 6)
    head = (
        f"POST /applications/{key}/submit/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n"
        f"X-Request-Start: t={stamp:.6f}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nX-CSRFToken: {CSRF}\r\n"
        f"Cookie: csrftoken={CSRF}; sessionid={session}\r\n\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head.encode())
    await writer.drain()
    answer = (await reader.read()).decode("utf-8", "replace")
    writer.close()
    lines = answer.partition("\r\n\r\n")[0].split("\r\n")
    status = int(lines[0].split()[1]) if lines[0] else 0
    location = next((line.partition(": ")[2] for line in lines if line.lower().startswith("location:")), "")
    return stamp, status, location, time.perf_counter() - begun


async def surge(server, drafts, closes, moments):
    """[(key, stamp, status, where it leads, seconds)] of every press; an answer that never came has status 0."""

    async def one(before, firm):
        await asyncio.sleep(max(0, (closes - datetime.now(UTC)).total_seconds() - before))
        key, session = drafts[firm]
        try:
            return key, *await press(server, key, session)
        except OSError:
            return key, time.time(), 0, "", 0.0

    return await asyncio.gather(*(one(before, firm) for before, firm in moments))


def judge(answers, box, closes):
    """{what: (how much, is it as it should be)}."""
    from applications.intake.models import Attempt, Submission  # noqa: PLC0415  after Django is set up
    from applications.notifications.models import Letter  # noqa: PLC0415

    in_time = {key for key, stamp, *_more in answers if stamp < closes.timestamp()}
    stamps = sorted(stamp for _key, stamp, *_more in answers)
    kept = sorted(at.timestamp() for at in Attempt.objects.values_list("arrived_at", flat=True))
    accepted = Counter(Submission.objects.values_list("application__key", flat=True))
    receipts = Submission.objects.values_list("number", flat=True)
    times = sorted(spent for *_more, spent in answers)
    statuses = Counter(status for _key, _stamp, status, *_more in answers)
    leads = {}
    for key, _stamp, status, where, _spent in answers:
        if status == 302:
            leads.setdefault(key, set()).add(where)
    letters = Letter.objects.filter(kind="application_received")
    got = Counter(box.messages)
    p95 = times[int(len(times) * 0.95) - 1]
    return {
        "presses": (len(answers), True),
        "answers lost or 5xx": (statuses[0] + sum(n for s, n in statuses.items() if s >= 500), None),
        "answers": (dict(sorted(statuses.items())), set(statuses) <= {302, 409}),
        "attempts written down": (len(kept), kept == stamps),
        "arrived before the end": (len(in_time), True),
        "accepted": (len(accepted), set(accepted) == in_time),
        "duplicates": (len(receipts) - len(set(receipts)) + sum(n - 1 for n in accepted.values()), None),
        "firms sent to two receipts": (sum(len(where) > 1 for where in leads.values()), None),
        "p50 (s)": (round(times[len(times) // 2], 3), True),
        "p95 (s)": (round(p95, 3), p95 < P95),
        "slowest (s)": (round(times[-1], 3), True),
        "letters written": (letters.count(), letters.count() == len(accepted)),
        "letters delivered": (len(got), len(got) == len(accepted)),
        "letters delivered twice": (sum(n - 1 for n in got.values()), None),
        "letters not sent": (letters.exclude(status="sent").count(), None),
    }  # fmt: skip


def main():
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(postgresql())
        queue = stack.enter_context(broker())
        if database is None or queue is None:
            raise SystemExit("surge: no PostgreSQL or no Redis (make system)")
        queue = f"{queue.rpartition('/')[0]}/10"  # nobody else's
        redis.Redis.from_url(queue).delete("celery")
        box = Box()
        box.controller.start()
        stack.callback(box.controller.stop)
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rootgrants-surge-"))
        os.environ |= {
            "DATABASE_URL": stack.enter_context(fresh_database(database, "rootgrants_surge")), "VAR_DIR": folder,
            "DEBUG": "0", "DEMO": "0", "HTTPS": "0", "SECRET_KEY": "only-for-measuring-" + "x" * 40, "SEALING_KEYS": "b25seS1mb3ItbWVhc3VyaW5nLTMyLWJ5dGVzLS0tLSE=",
            "ALLOWED_HOSTS": "localhost", "TRUSTED_PROXIES": "127.0.0.1", "EMAIL_URL": box.address, "REDIS_URL": queue, "CELERY_BROKER_URL": queue,
            "LOG_LEVEL": "CRITICAL", "DJANGO_SETTINGS_MODULE": "rootgrants.settings",
        }  # fmt: skip
        for command in (["migrate", "-v0"], ["createcachetable"], ["collectstatic", "-v0", "--noinput"]):
            subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], check=True)
        import django  # noqa: PLC0415  the environment is set only now

        django.setup()
        from django.db import connections  # noqa: PLC0415

        from applications.calls.models import Call  # noqa: PLC0415
        from tests.bench.data import Data  # noqa: PLC0415

        data = Data(0, drafts=FIRMS + LATE)
        data.fill_drafts()
        drafts = [
            (draft.key, session_of(owner)) for draft, owner in zip(data.drafts, data.owners, strict=True)
        ]
        print(f"{FIRMS} firms in {SECONDS} seconds, {TWICE} press twice; {LATE} more press too late")
        os.environ["IS_WEB"] = "1"
        server = Server("rootgrants.settings")
        stack.callback(server.stop)
        os.environ["IS_WEB"] = "0"
        worker = subprocess.Popen(
            ["nice", "-n", "6",  # a quarter of the weight, as in docker-compose.yml
             sys.executable, "-m", "celery", "-A", "rootgrants", "worker", "--beat", "--schedule", f"{folder}/beat",
             "--concurrency", "2", "--loglevel", "ERROR"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        stack.callback(worker.wait)
        stack.callback(worker.terminate)
        closes = datetime.now(UTC) + timedelta(seconds=WARNING + SECONDS)
        Call.objects.filter(pk=data.open.pk).update(closes_at=closes)
        for _time in range(16):  # both workers have served before
            server.ask("GET", "/help/")
        moments = plan(closes, random.Random(7))
        answers = asyncio.run(surge(server, drafts, closes, moments))
        begun = time.monotonic()
        until(lambda: not waiting(), LETTERS_WITHIN)
        found = judge(answers, box, closes)
        found["seconds until the last letter"] = (round(time.monotonic() - begun, 1), True)
        connections.close_all()
        connections["default"].close_pool()
    found = {what: (value, value == 0 if good is None else good) for what, (value, good) in found.items()}
    print()
    for what, (value, good) in found.items():
        print(f"{what:34}{value!s:>24}{'' if good else '  MISSED'}")
    out = ROOT / "var" / "surge.json"
    out.parent.mkdir(exist_ok=True)
    values = {what: value for what, (value, _good) in found.items()}
    out.write_text(json.dumps({"firms": FIRMS, "seconds": SECONDS, **values}, indent=1, ensure_ascii=False))
    return 0 if all(good for _value, good in found.values()) else 1


def waiting():
    from applications.notifications.models import Letter  # noqa: PLC0415

    return Letter.objects.exclude(status="sent").exists()


if __name__ == "__main__":
    sys.exit(main())
