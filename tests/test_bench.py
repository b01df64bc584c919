"""The bench in small: every page that it measures answers, its rows say what they are measured against, and a goal missed is a failure."""

import time
from http.cookies import SimpleCookie

import pytest
from django.conf import settings as in_force
from django.test import Client, override_settings

from tests.bench.assignment import is_good
from tests.bench.data import Data
from tests.bench.run import MEMORY_MIB, Bench, kept, print_rows, sessions_of, verdict

ROW = {"page": "a list", "queries": 3, "bytes": 100, "p50_ms": 6.0, "p95_ms": 7.0, "floor_ms": 3.0, "ratio": 2.0, "goal": 5,
       "met": True}  # fmt: skip


class Near:
    """Answers as the servers of the bench do, from this process."""

    def __init__(self, **settings):
        self.settings = settings
        self.client = Client()

    def ask(self, method, path, *, session="", data=None, count=False):
        self.client.cookies = SimpleCookie({"sessionid": session})
        begun = time.perf_counter()
        with override_settings(**self.settings):
            answer = self.client.generic(method, path, headers={"X-Count": "1"} if count else {}) if data is None \
                else self.client.post(path, data, headers={"X-Count": "1"} if count else {})  # fmt: skip
        return answer.status_code, answer.headers, len(answer.content), (time.perf_counter() - begun) * 1000


@pytest.mark.postgresql
def test_every_page_of_the_bench_answers_with_its_queries_beside_its_goal(db, settings, capsys):
    settings.DEMO = False
    data = Data(300, drafts=4)
    data.fill()
    counted = ["tests.bench.counting.CountQueries", *in_force.MIDDLEWARE]
    bench = Bench(
        data, Near(MIDDLEWARE=counted), Near(ROOT_URLCONF="tests.bench.floor_urls"), sessions_of(data), warm=0, turns=1
    )  # fmt: skip

    bench.pages()

    assert len({row["page"] for row in bench.rows}) == len(bench.rows)
    assert [
        row for row in bench.rows if not (row["queries"] and row["bytes"] is not None and row["goal"])
    ] == []
    print_rows(bench.rows)
    assert len(capsys.readouterr().out.splitlines()) == len(bench.rows) + 2


@pytest.mark.parametrize(
    ("rows", "memory", "code"),
    [
        ([ROW, ROW], MEMORY_MIB, 0),
        ([ROW, ROW | {"ratio": 5.01, "met": False}], MEMORY_MIB, 1),
        ([ROW], MEMORY_MIB + 1, 1),
    ],
)
def test_a_goal_that_is_missed_is_a_failure(rows, memory, code):
    assert verdict(rows, memory) == code


def test_what_is_kept_says_of_which_machine_and_how_many_applications_it_is():
    found = kept([ROW], 144.6)

    assert list(found) == ["applications", "machine", "pages", "worker_mib"]
    assert (found["pages"], found["worker_mib"]) == ([ROW], 145)


def test_a_missed_goal_is_named_in_its_line(capsys):
    print_rows([ROW | {"met": False}, ROW])

    assert [line.endswith("MISSED") for line in capsys.readouterr().out.splitlines()[2:]] == [True, False]


@pytest.mark.parametrize(
    ("found", "good"),
    [
        ((0, 0, 1.0, 0.1), True),
        ((1, 0, 0.0, 0.0), False),
        ((0, 1, 0.0, 0.0), False),
        ((0, 0, 1.01, 0.0), False),
        ((0, 0, 0.0, 0.101), False),
        ((0, 0, 0.0, float("nan")), False),
    ],
    ids=["at the goals", "a conflict", "a place empty", "the worst too low", "the sum too low", "no bound"],
)
def test_a_plan_that_misses_a_goal_of_quality_is_a_failure(found, good):
    assert is_good(*found) == good
