"""What every test may use: a quiet world, a client for each role, a browser, a worker."""

import gc
import os
import shutil

import pytest
import time_machine
from _pytest.runner import pytest_runtest_protocol as run_one
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.utils import translation
from hypothesis import settings as examples
from playwright.sync_api import sync_playwright
from xdist.scheduler import LoadScopeScheduling

from applications.kernel import clock
from tests.browser import House, Street
from tests.emptying import empty_quickly
from tests.remembering import Memory
from tests.standing import taken_back
from tests.world import AFTER, DURING, World

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's own loop runs beside the ORM
# A busy machine is no failure, hence no deadline.
examples.register_profile("tests", deadline=None, max_examples=60, database=None)
examples.load_profile("tests")


WHOLE = "tests/whole/"
LONG = (
    "tests/test_journey.py",
    WHOLE,
    "tests/management/",
    "tests/review/test_equal_everywhere.py",
    "",
)  # the modules that take longest, in this order


# A function with room for so many names that its frame takes a large piece of the interpreter's stack. Above it a test has
# that room to itself; without it CPython 3.11 takes and gives back 16 KiB at each call that happens to cross the end of
# a piece, which costs a third of the time of tests that go through the whole server.
WITH_ROOM = {}
exec(
    f"def call(run, *args):\n if run is None:\n  {'='.join(f'n{i}' for i in range(40_000))} = 0\n return run(*args)",
    WITH_ROOM,
)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    return WITH_ROOM["call"](run_one, item, nextitem)


def pytest_collection_finish():
    """What is imported by now stays: it is not searched for what can be forgotten again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class Scopes(LoadScopeScheduling):
    """A module is one piece of work for a process, and so is tests/whole/, which builds one town for all its modules."""

    def _split_scope(self, nodeid):
        return WHOLE if nodeid.startswith(WHOLE) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config, log):
    return Scopes(config, log) if config.getoption("dist") == "loadscope" else None


def asks(item):
    """Whether a test may ask a database."""
    marked = any(item.get_closest_marker(mark) for mark in ("django_db", "postgresql"))
    return marked or {"db", "transactional_db"} & set(item.fixturenames)


def pytest_collection_modifyitems(config, items):
    """What takes long begins first, so that no process waits for the other at the end; what asks no database is asked once."""
    if connection.vendor == "postgresql":
        config.hook.pytest_deselected(items=[item for item in items if not asks(item)])
        items[:] = [item for item in items if asks(item)]
    items.sort(key=lambda item: next(n for n, start in enumerate(LONG) if item.nodeid.startswith(start)))
    for item in items:
        if "postgresql" in item.keywords and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL (DATABASE_URL)"))
        if "broker" in item.keywords and not os.environ.get("TEST_BROKER_URL"):
            item.add_marker(pytest.mark.skip(reason="needs Redis (TEST_BROKER_URL)"))


@pytest.fixture(autouse=True)
def quiet(settings, tmp_path):
    """Files in a folder of the test's own, cheap passwords, Korean; no list of all static files for each client that asks a page."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.WHITENOISE_AUTOREFRESH = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def english():
    """Sentences as the code writes them."""
    with translation.override("en"):
        yield


@pytest.fixture
def closed():
    """The call of a test is closed, and what was handed in is final."""
    with clock.at(AFTER):
        yield


@pytest.fixture
def after_the_deadline(settings, closed):
    """The same, and what is kept in the language of the house is English."""
    settings.LANGUAGE_CODE = "en"


@pytest.fixture(scope="session")
def memory(tmp_path_factory):
    return Memory(tmp_path_factory.mktemp("remembered"))


@pytest.fixture
def world(db, request, memory):
    """People, firms and calls, made through the actions (tests/world.py); where nobody else sees them, by memory."""
    world = World()
    if "transactional_db" in request.fixturenames:
        yield world
    else:
        with memory.of(world):
            yield world


@pytest.fixture(scope="module")
def one_transaction(django_db_setup, django_db_blocker):
    """A transaction around all tests of a module, taken back at the end; a module that wants it names it as its `db`."""
    with django_db_blocker.unblock(), taken_back():
        yield


@pytest.fixture
def is_postgresql():
    return connection.vendor == "postgresql"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Every connection of this process empties in our way (tests/emptying.py); a browser's loop opens its own."""
    with django_db_blocker.unblock():
        empty_quickly(connections[DEFAULT_DB_ALIAS])


@pytest.fixture
def committed(transactional_db, django_db_serialized_rollback):
    """Real transactions: what is written is seen by other connections, and emptied again at the end."""


@pytest.fixture(scope="session")
def playwright():
    """Begun before any database is asked: its loop is a context of its own, with connections of its own."""
    with sync_playwright() as found:
        yield found


@pytest.fixture(scope="session")
def headless(playwright):
    """One Chromium for all tests of a process: the shell without windows where it is installed, no fonts from afar."""
    browser = launched(
        playwright, shutil.which("chromium-headless-shell") or chromium(), "--disable-remote-fonts"
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def whole_chromium(playwright):
    """The one that people have: it shows a PDF in a page, and the font."""
    browser = launched(playwright, chromium())
    yield browser
    browser.close()


@pytest.fixture
def doomed(playwright):
    """A browser of a test's own, which it may kill."""
    browser = launched(playwright, shutil.which("chromium-headless-shell") or chromium())
    yield browser
    browser.close()


def chromium():
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def launched(playwright, program, *more):
    return playwright.chromium.launch(
        executable_path=program, args=["--no-sandbox", "--accept-lang=ko-KR", *more]
    )


@pytest.fixture
def browser(playwright, request):
    """The browser of a test: the whole one where it is marked so."""
    whole = request.node.get_closest_marker("whole_chromium")
    return request.getfixturevalue("whole_chromium" if whole else "headless")


@pytest.fixture
def street(committed, live_server, browser, settings):
    """The house with its doors open: everybody who comes has a browser of their own (tests/browser.py)."""
    settings.SITE_URL = live_server.url
    street = Street(browser, live_server.url)
    yield street
    street.close()


@pytest.fixture
def house(street):
    """A firm with a draft, while its call is open, and its people at their browsers (tests/browser.py)."""
    with time_machine.travel(DURING, tick=True) as traveller:
        yield House(street, traveller)
