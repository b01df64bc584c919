"""The lanes of the tests themselves: private servers where none answers, and a plain line for a lane that cannot run."""

import pytest

from tests import lanes

pytestmark = pytest.mark.once
NOBODY = "127.0.0.1:1"  # where nothing answers


@pytest.fixture
def no_servers(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"postgres://postgres@{NOBODY}/postgres")
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://{NOBODY}/9")


def test_where_no_server_answers_private_ones_are_started_and_stopped_again(no_servers):
    with lanes.postgresql() as database, lanes.broker() as queue:
        if database is None or queue is None:
            pytest.skip("PostgreSQL or Redis is not installed (make system)")
        during = (lanes.answers_postgresql(database), lanes.answers_redis(queue))

    assert during == (True, True)
    assert (lanes.answers_postgresql(database), lanes.answers_redis(queue)) == (False, False)


def test_a_lane_that_cannot_run_says_so_in_a_line_and_fails_where_all_are_wanted():
    ran, lacks = [("SQLite", True, "257 s")], ["Browser lane: no Chromium (make system)"]
    lines = ["passed  SQLite: 257 s", "missing Browser lane: no Chromium (make system)"]

    assert lanes.verdict(ran, lacks, all_wanted=False) == (lines, 0)
    assert lanes.verdict(ran, lacks, all_wanted=True) == (lines, 1)
    assert lanes.verdict(ran, [], all_wanted=True) == (lines[:1], 0)
    assert lanes.verdict([("SQLite", False, "3 s")], [], all_wanted=False) == (["FAILED  SQLite: 3 s"], 1)
