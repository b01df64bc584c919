"""Letters through a real broker and a real Celery worker."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection

from applications.kernel import clock
from applications.notifications.models import Letter
from applications.notifications.outbox import notify
from applications.notifications.tasks import deliver_letter, sweep_letters
from rootgrants import celery_app
from tests.lanes import until

pytestmark = [pytest.mark.broker, pytest.mark.usefixtures("committed")]


class Worker:
    """`celery worker` in a process of its own, on the database of this test and a queue of its own."""

    def __init__(self, queue, log, mail_port):
        self.queue, self.log, self.mail_port, self.process = queue, log, mail_port, None

    def start(self):
        database = connection.settings_dict
        where = f"{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"
        who = f"{database['USER']}:{database['PASSWORD']}".rstrip(":")
        command = [sys.executable, "-m", "celery", "-A", "rootgrants", "worker", "-Q", self.queue, "-c", "1",
                   "-l", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat"]  # fmt: skip
        env = os.environ | {
            "DATABASE_URL": f"postgres://{who}@{where}",
            "CELERY_BROKER_URL": os.environ["TEST_BROKER_URL"],
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "LOG_LEVEL": "INFO",
        }
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command, cwd=configured.BASE_DIR, env=env, stdout=log, stderr=log, start_new_session=True
            )
        assert until(lambda: " ready." in self.log.read_text()), self.log.read_text()

    def end(self, how=signal.SIGTERM):
        os.killpg(self.process.pid, how)
        self.process.wait()
        self.log.write_text("")


@pytest.fixture
def worker(committed, mail_server, tmp_path_factory, is_postgresql):
    assert is_postgresql, "the worker needs a database that two processes share"
    name = connection.settings_dict["NAME"]
    worker = Worker(f"tests-{name}", tmp_path_factory.mktemp("worker") / "log", mail_server.port)
    worker.start()
    yield worker
    if worker.process.poll() is None:
        worker.end()


@pytest.fixture
def broker(worker, monkeypatch):
    """This process speaks to the broker instead of doing the work itself."""
    conf = celery_app.conf
    before = (conf.task_always_eager, conf.task_default_queue)
    monkeypatch.setenv("CELERY_BROKER_URL", os.environ["TEST_BROKER_URL"])
    conf.update(task_always_eager=False, task_default_queue=worker.queue)
    forget_connections()
    yield
    with celery_app.connection_for_write() as line:
        line.default_channel.queue_purge(worker.queue)
    conf.update(task_always_eager=before[0], task_default_queue=before[1])
    forget_connections()


def forget_connections():
    celery_app._pool = None
    celery_app.__dict__.pop("amqp", None)


def statuses():
    return list(Letter.objects.order_by("pk").values_list("status", flat=True))


def test_letters_leave_through_the_worker_once_though_its_predecessor_was_killed_in_mid_work(
    world, broker, worker, mail_server
):
    people = [world.person(email=f"{name}@firm.example") for name in "abc"]

    # The change commits, and the worker sends.
    notify("account_changed", to=people[:1], event="role:1", change="factor")
    assert until(lambda: statuses() == ["sent"]), worker.log.read_text()

    # The same tasks once more: nothing happens.
    key = str(Letter.objects.get().key)
    deliver_letter.delay(key)

    # Killed while the mail server has the letter: nobody knows, so nobody sends it again.
    mail_server.mode = "never answers"
    notify("account_changed", to=people[1:2], event="role:2", change="factor")
    assert until(lambda: len(mail_server.box) == 2), worker.log.read_text()
    worker.end(signal.SIGKILL)
    assert statuses() == ["sent", "handed"]

    # Lost before the mail server had it: the sweep gives it to the next worker.
    mail_server.mode = "takes"
    Letter.objects.bulk_create(
        [
            Letter(
                kind="notice",
                event="e",
                address=people[2].email,
                subject="S",
                body="B",
                status="sending",
                tries=1,
            )
        ]
    )
    Letter.objects.exclude(status="sent").update(lease_until=clock.now() - timedelta(seconds=1))
    worker.start()
    sweep_letters()
    assert until(lambda: statuses() == ["sent", "uncertain", "sent"]), worker.log.read_text()

    assert [rcpt for _sender, [rcpt] in mail_server.envelopes] == [person.email for person in people]
    assert sorted(Letter.objects.values_list("tries", flat=True)) == [1, 1, 2]
