"""What every test may use: a quiet world, a client for each role, a browser, a worker."""

import os

import pytest
from django.core.cache import cache
from django.db import connection

from tests.world import World

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's own loop runs beside the ORM


def pytest_collection_modifyitems(items):
    for item in items:
        if "postgresql" in item.keywords and not os.environ.get("DATABASE_URL", "").startswith("postgres"):
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL (DATABASE_URL)"))
        if "broker" in item.keywords and not os.environ.get("TEST_BROKER_URL"):
            item.add_marker(pytest.mark.skip(reason="needs Redis (TEST_BROKER_URL)"))


@pytest.fixture(autouse=True)
def quiet(settings, tmp_path):
    """Files in a folder of the test's own, cheap passwords, Korean."""
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def world(db):
    """People, firms and calls, made through the actions (tests/world.py)."""
    return World()


@pytest.fixture
def is_postgresql():
    return connection.vendor == "postgresql"
