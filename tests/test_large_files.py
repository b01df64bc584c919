"""G19: files of the largest size against a real gunicorn, and what they cost its worker."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest

from applications.kernel.files import MAX_FILE_BYTES
from applications.kernel.files.arriving import PIECE_BYTES
from tests.lanes import free_port, until

ROOT = Path(__file__).resolve().parent.parent
MOST_GROWTH_KB = 100 * 1024
DRAFT = """
import json
from datetime import timedelta
import django
django.setup()
from applications.kernel import clock
from tests.world import World
world = World()
now = clock.now()
call = world.call(opens=now - timedelta(days=1), closes=now + timedelta(days=30), published=now - timedelta(days=9))
draft = world.draft(call, world.a, complete=False, at=now)
client = world.client(draft.created_by)
client.get("/help/", headers={"host": "localhost"})
print(json.dumps({"draft": str(draft.key), "cookies": {name: cookie.value for name, cookie in client.cookies.items()}}))
"""


class House:
    """A house of its own with one draft in it, served by gunicorn with one worker."""

    def __init__(self, folder):
        self.environment = {
            **os.environ, "DEMO": "1", "VAR_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "rootgrants.settings", "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "createcachetable")
        told = json.loads(self.run("-c", DRAFT).splitlines()[-1])
        self.cookies, self.port = told["cookies"], free_port()
        self.papers = f"http://127.0.0.1:{self.port}/applications/{told['draft']}/papers/"

    def run(self, *command):
        done = subprocess.run(
            [sys.executable, *command],
            env=self.environment,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    @contextlib.contextmanager
    def open(self):
        command = [sys.executable, "-m", "gunicorn", "rootgrants.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "1",
                   "--threads", "4", "--no-control-socket", "--log-level", "error"]  # fmt: skip
        server = subprocess.Popen(command, env=self.environment, cwd=ROOT)
        try:
            assert until(lambda: self.ask("GET", f"{self.papers}D01/")[0] == 200)
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            yield Path(f"/proc/{children[0]}")
        finally:
            server.terminate()
            server.wait()

    def ask(self, method, url, body=None, **headers):
        """(status, text) of an answer."""
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers["X-CSRFToken"] = self.cookies["csrftoken"]
        request = urllib.request.Request(url, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()
        except OSError as error:
            return 0, str(error)

    def post_form(self, content):
        """A file in a plain form, as a browser sends it."""
        body = (
            b'--edge\r\nContent-Disposition: form-data; name="upload"\r\n\r\n1\r\n--edge\r\n'
            b'Content-Disposition: form-data; name="file"; filename="plan.pdf"\r\n\r\n'
            + content
            + b"\r\n--edge--\r\n"
        )
        return self.ask(
            "POST", f"{self.papers}D01/", body, **{"Content-Type": "multipart/form-data; boundary=edge"}
        )

    def post_pieces(self, content):
        told = {"name": "plan.pdf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        status, answer = self.ask(
            "POST", f"{self.papers}D02/uploads/", urlencode(told).encode(),
            **{"Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        place = json.loads(answer)
        while status == 200 and "received" in json.loads(answer):
            at = json.loads(answer)["received"]
            status, answer = self.ask(
                "POST", f"http://127.0.0.1:{self.port}{place['url']}?offset={at}", content[at : at + PIECE_BYTES],
                **{"Content-Type": "application/octet-stream"},
            )  # fmt: skip
        return status, answer


def peak_kb(process):
    """The most memory that the process has had since it was last forgotten."""
    status = (process / "status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("house"))


def test_g19_the_largest_file_is_taken_in_little_memory_and_one_byte_more_is_refused_on_a_page(house):
    largest = b"%PDF-1.4\n" + os.urandom(1024) * (MAX_FILE_BYTES // 1024)
    largest = largest[:MAX_FILE_BYTES]

    with house.open() as worker:
        house.post_form(b"%PDF-1.4\nwarm")
        house.post_pieces(b"%PDF-1.4\nwarm")
        time.sleep(0.2)
        (worker / "clear_refs").write_text("5")
        before = peak_kb(worker)
        taken, _page = house.post_form(largest)
        refused, page = house.post_form(largest + b"0")
        in_pieces = house.post_pieces(largest)
        too_large = house.post_pieces(largest + b"0")
        growth = peak_kb(worker) - before

    assert len(largest) == 31_457_280
    assert (taken, refused, in_pieces) == (200, 409, (200, '{"done": true}'))
    assert "30 MB" in page
    assert too_large[0] == 409
    assert growth < MOST_GROWTH_KB
