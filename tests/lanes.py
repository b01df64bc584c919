"""Runs the tests in their lanes: SQLite, PostgreSQL with Redis and a Celery worker, and the browser.

Servers that answer are used (DATABASE_URL, CELERY_BROKER_URL, or the local defaults); otherwise private ones are
started from the installed programs and stopped again. A lane that cannot run says so; with ALL_LANES=1 that fails.
Arguments go to pytest: python tests/lanes.py -k words.
"""

import contextlib
import glob
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
LOCAL_DATABASES = (
    "postgres://postgres@127.0.0.1:5432/postgres",
    "postgres://postgres:postgres@127.0.0.1:5432/postgres",
)
LOCAL_BROKER = "redis://127.0.0.1:6379/9"
COMPILED = tempfile.TemporaryDirectory(prefix="rootgrants-pyc-")  # once for all lanes and what they start


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers_postgresql(url):
    try:
        with psycopg.connect(url.replace("postgres://", "postgresql://", 1), connect_timeout=2):
            return True
    except psycopg.Error:
        return False


def answers_redis(url):
    try:
        return redis.Redis.from_url(url, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return False


def until(question, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():
            return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def postgresql():
    """The address of a PostgreSQL server, or None."""
    given = os.environ.get("DATABASE_URL")
    for url in [given] if given else LOCAL_DATABASES:
        if answers_postgresql(url):
            yield url
            return
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin")) + [
        str(Path(p).parent) for p in [shutil.which("initdb")] if p
    ]
    if not programs:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="rootgrants-pg-") as folder:
        prefix = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            prefix = ["runuser", "-u", "postgres" if shutil.which("psql") else "nobody", "--"]
            shutil.chown(folder, prefix[2])
        port, data = free_port(), f"{folder}/data"
        subprocess.run([*prefix, f"{programs[-1]}/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                        "--no-sync"], check=True, cwd=folder, stdout=subprocess.DEVNULL)  # fmt: skip
        server = subprocess.Popen([*prefix, f"{programs[-1]}/postgres", "-D", data, "-p", str(port), "-k", folder, "-c",
                                   "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"],
                                  cwd=folder, stderr=subprocess.DEVNULL)  # fmt: skip
        url = f"postgres://postgres@127.0.0.1:{port}/postgres"
        try:
            yield url if until(lambda: answers_postgresql(url)) else None
        finally:
            server.terminate()
            server.wait()


@contextlib.contextmanager
def broker():
    """The address of a Redis server, or None."""
    url = os.environ.get("CELERY_BROKER_URL") or LOCAL_BROKER
    if answers_redis(url):
        yield url
        return
    if not shutil.which("redis-server"):
        yield None
        return
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--bind", "127.0.0.1"],
                              stdout=subprocess.DEVNULL)  # fmt: skip
    url = f"redis://127.0.0.1:{port}/0"
    try:
        yield url if until(lambda: answers_redis(url)) else None
    finally:
        server.terminate()
        server.wait()


def run(name, marks, extra, **environment):
    """One lane: pytest with this environment. Returns the summary line's parts."""
    print(f"\n=== {name}", flush=True)
    begun = time.monotonic()
    # A module in one process builds its town once; the few modules of the browser would not fill two processes.
    spread = "load" if marks == "browser" else "loadscope"
    with tempfile.TemporaryDirectory(prefix="rootgrants-test-") as folder:
        ours = ("DATABASE_URL", "CELERY_BROKER_URL", "REDIS_URL", "PYTHONDONTWRITEBYTECODE")
        env = {name: value for name, value in os.environ.items() if name not in ours}
        env |= {
            "DEMO": "1",
            "VAR_DIR": folder,
            "LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "default",
            "PYTHONPYCACHEPREFIX": COMPILED.name,
            **environment,
        }
        code = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", "--dist", spread,
             "--no-loadscope-reorder", "-m", marks, *extra], cwd=ROOT, env=env, check=False,
        ).returncode  # fmt: skip
    return (
        name,
        code == 0 or (code == 5 and bool(extra)),  # 5: none of the tests that were asked for is of this lane
        f"{time.monotonic() - begun:.0f} s" + (" (no test was found)" if code == 5 else ""),
    )


def main(extra):
    outcomes, missing = [], []
    outcomes.append(run("SQLite", "not browser and not postgresql and not broker", extra))
    with postgresql() as database, broker() as queue:
        if database and queue:
            outcomes.append(
                run(
                    "PostgreSQL, Redis, Celery",
                    "not browser and not once",
                    extra,
                    DATABASE_URL=database,
                    TEST_BROKER_URL=queue,
                    PGOPTIONS="-c synchronous_commit=off",  # what a cut of power would lose, no test looks for
                )
            )
        else:
            missing.append(f"PostgreSQL lane: no {'PostgreSQL' if not database else 'Redis'} (make system)")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium:
        outcomes.append(run("Browser", "browser", extra, CHROMIUM=chromium))
    else:
        missing.append("Browser lane: no Chromium (make system)")
    lines, code = verdict(outcomes, missing, all_wanted=os.environ.get("ALL_LANES") == "1")
    print("\n=== Lanes", *lines, sep="\n")
    return code


def verdict(outcomes, missing, *, all_wanted):
    """(a line for each lane, the exit code): 1 where one failed, or is missing though all are wanted."""
    lines = [f"{'passed' if passed else 'FAILED':8}{name}: {words}" for name, passed, words in outcomes]
    failed = not all(passed for _name, passed, _words in outcomes) or (bool(missing) and all_wanted)
    return [*lines, *(f"missing {words}" for words in missing)], int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
