"""The settings of production hold, and .env.example names every one."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as configured

from rootgrants.settings import DEMONSTRATION_KEY

pytestmark = pytest.mark.once  # each starts the house by itself, with a database of its own
SOURCE = (configured.BASE_DIR / "rootgrants/settings.py").read_text()
EXAMPLE = (configured.BASE_DIR / ".env.example").read_text()
PRODUCTION = {
    "SECRET_KEY": "a-key-of-production-" + "x1y2z3" * 10,
    "ALLOWED_HOSTS": "grants.example",
    "SITE_URL": "https://grants.example",
    "SEALING_KEYS": "YSBrZXkgb2YgcHJvZHVjdGlvbiwgMzIgYnl0ZXMhISE=",
}
OURS = {*re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', SOURCE), "POSTGRES_PASSWORD"}
ASK = """
import sys, django
from pathlib import Path
from django.conf import settings
settings.STATIC_ROOT = Path(sys.argv[1])
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("collectstatic", "--noinput", verbosity=0)
client = Client(raise_request_exception=False, headers={"host": "grants.example"})
moved = client.get("/")
page = client.get("/", secure=True)
print(moved.status_code, moved.url)
print(page.headers["Strict-Transport-Security"], page.headers["X-Frame-Options"])
print(page.headers["Content-Security-Policy"])
print(page.status_code, "Traceback" in page.text, "no such table" in page.text, ".css" in page.text)
"""


def production(*command, tmp_path, **more):
    env = {key: value for key, value in os.environ.items() if key not in {*OURS, "DJANGO_ALLOW_ASYNC_UNSAFE"}}
    env |= PRODUCTION | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "rootgrants.settings"} | more
    return subprocess.run(
        [sys.executable, *command], cwd=configured.BASE_DIR, env=env, capture_output=True, text=True
    )


def test_the_example_names_every_setting_and_no_other():
    assert set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == OURS


def test_production_passes_every_check_of_a_deployment(tmp_path):
    check = production("manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path)

    assert (check.returncode, "no issues" in check.stdout) == (0, True), check.stderr


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"STAFF_SECOND_FACTOR": "0"}, "demonstration only"),
        ({"SEALING_KEYS": ""}, "SEALING_KEYS holds at least one key"),
        ({"SEALING_KEYS": "short"}, "SEALING_KEYS holds a key that is none"),
        ({"SEALING_KEYS": DEMONSTRATION_KEY}, "the key of the demonstration"),
    ],
)
def test_production_does_not_start_without(tmp_path, setting, words):
    check = production(
        "manage.py", "check", "--deploy", "--fail-level", "WARNING", tmp_path=tmp_path, **setting
    )

    assert check.returncode != 0
    assert words in check.stderr


def test_the_demonstration_needs_no_key_of_its_own(tmp_path):
    check = production("manage.py", "check", tmp_path=tmp_path, DEMO="1", SEALING_KEYS="")

    assert check.returncode == 0, check.stderr


LOADED = """
import sys, django
django.setup()
from django.core.files.storage import storages
from django.urls import get_resolver
get_resolver().url_patterns, storages["default"]
print("storages" in sys.modules, "boto3" in sys.modules, type(storages["default"]).__name__)
"""


@pytest.mark.parametrize(
    ("url", "loaded"),
    [("", "False False FileSystemStorage"), ("s3://papers?region=ap-northeast-2", "True True S3Storage")],
)
def test_a_bucket_costs_nothing_where_there_is_none(tmp_path, url, loaded):
    asked = production("-c", LOADED, tmp_path=tmp_path, STORAGE_URL=url)

    assert (asked.stdout.strip(), asked.returncode) == (loaded, 0), asked.stderr


@pytest.mark.parametrize("url", ["papers", "s3://", "https://host/papers", "s3://papers?acl=public-read"])
def test_a_bucket_that_is_not_understood_stops_the_house(tmp_path, url):
    check = production("manage.py", "check", tmp_path=tmp_path, STORAGE_URL=url)

    assert check.returncode != 0
    assert "STORAGE_URL is s3://bucket" in check.stderr


def test_production_serves_over_https_only_and_tells_nothing_when_it_breaks(tmp_path):
    """Every referenced file is collected under its hashed name; the database has no tables, so the page breaks."""
    database = f"sqlite:///{tmp_path / 'db.sqlite3'}"
    made = production("-c", ASK, str(tmp_path / "static"), tmp_path=tmp_path, DATABASE_URL=database)

    assert made.returncode == 0, made.stderr
    moved, headers, policy, broken = made.stdout.splitlines()
    assert moved == "301 https://grants.example/"
    assert headers == "max-age=31536000; includeSubDomains; preload DENY"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert broken == "500 False False True"
