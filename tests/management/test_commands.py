"""The commands: the demonstration's processes, the timetable, the first account."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings as configured
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from applications.accounts.models import User
from applications.decision import actions as decision
from applications.kernel import clock
from applications.kernel.heartbeat import Heartbeat
from applications.notifications.models import Letter
from tests.lanes import free_port, until
from tests.world import AFTER

DUE = clock.kst(2026, 12, 28, 10)
DEMO = [sys.executable, "manage.py", "demo", "--port"]


def test_one_round_of_the_timetable_publishes_what_is_due_and_sends_the_letters(world):
    application = world.with_score(world.sprout, 80)
    with clock.at(AFTER):
        proposal = decision.propose(world.sprout, note="As ranked", by=world.officer)
        decision.approve(proposal, by=world.officer2)
        decision.publish(proposal, by=world.officer, publish_at=DUE)
    Letter.objects.update(status="sent")

    with clock.at(DUE - timedelta(seconds=1)):
        call_command("tick", "--once")
    application.refresh_from_db()
    assert (application.status, mail.outbox) == ("reviewed", [])
    with clock.at(DUE):
        call_command("tick", "--once")

    application.refresh_from_db()
    assert application.status == "selected"
    assert [message.to for message in mail.outbox] == [[world.owner_of(application.firm).email]]
    assert dict(Heartbeat.objects.values_list("part", "at")) == {"letters": DUE, "timetable": DUE}


def test_the_first_administrator_is_made_on_the_command_line(db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", StringIO("a-long-password-77\n"))
    call_command("create_administrator", "First@Agency.example", "--name", "First", stdout=StringIO())

    person = User.objects.get()
    assert (person.email, person.role) == ("first@agency.example", "administrator")
    assert person.check_password("a-long-password-77")


def test_a_weak_password_makes_no_administrator(db, monkeypatch):
    monkeypatch.setattr(sys, "stdin", StringIO("1234\n"))
    with pytest.raises(CommandError):
        call_command("create_administrator", "first@agency.example")

    assert not User.objects.exists()


def test_a_taken_port_is_said_in_one_line(db):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            CommandError, match=f"^Port {port} is taken. Another one: PORT={port + 1} make run$"
        ):
            call_command("demo", "--port", str(port))


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory, django_db_setup, django_db_blocker):
    """The database of the tests with one account in it, as a file: the demonstration takes it as loaded."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), closing(sqlite3.connect(folder / "db.sqlite3")) as file:
        person = User.objects.create(email="first@agency.example", name="First")
        connection.connection.backup(file)
        person.delete()
    return folder


def environment(folder):
    env = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "CELERY_BROKER_URL")
    }
    return env | {"DEMO": "1", "VAR_DIR": str(folder), "LOG_LEVEL": "WARNING"}


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return page.status == 200
    except OSError:
        return False


def children(process):
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True
    )
    return {
        name: int(line.split()[0])
        for line in found.stdout.splitlines()
        for name in ("gunicorn", "tick")
        if name in line
    }


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(
    configured.DATABASES["default"]["ENGINE"] != "django.db.backends.sqlite3", reason="runs on SQLite"
)
@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        (signal.SIGINT, 0, "Stopped. The data stays"),
        (signal.SIGTERM, 0, "Stopped. The data stays"),
        ("the timetable dies", 1, "The timetable has ended (exit code -9)."),
    ],
)
def test_the_demonstration_ends_with_both_its_processes(demo_folder, how, code, words):
    port = free_port()
    demo = subprocess.Popen(
        [*DEMO, str(port)], cwd=configured.BASE_DIR, env=environment(demo_folder), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    with demo:
        try:
            assert until(lambda: answers(port))
            both = children(demo)
            assert set(both) == {"gunicorn", "tick"}
            if how == "the timetable dies":
                os.kill(both["tick"], signal.SIGKILL)
            else:
                demo.send_signal(how)
            said, _nothing = demo.communicate(timeout=20)
        finally:
            demo.kill()

    assert demo.returncode == code, said
    assert words in said
    assert until(lambda: not any(map(is_alive, both.values())), 5)
    assert not answers(port)
