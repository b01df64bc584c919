"""Production in small: docker-compose.yml is understood as it stands, with the settings of .env.example."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

from tests.lanes import free_port, until
from tests.management.test_settings import OURS, PRODUCTION

pytestmark = pytest.mark.once
PROGRAM = shutil.which("docker-compose")
needs_program = pytest.mark.skipif(
    not PROGRAM and os.environ.get("ALL_LANES") != "1", reason="needs docker-compose (make system)"
)


@pytest.fixture
def services(tmp_path):
    """{name: what docker-compose reads of it}."""
    assert PROGRAM, "docker-compose is missing (make system)"
    for name, source in (("docker-compose.yml", "docker-compose.yml"), (".env", ".env.example")):
        shutil.copy(settings.BASE_DIR / source, tmp_path / name)
    read = subprocess.run([PROGRAM, "config"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    return yaml.safe_load(read.stdout)["services"]


@needs_program
def test_all_that_production_needs_runs_watched_and_nothing_of_it_as_root(services):
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis", "mailpit"}
    assert [name for name, one in services.items() if one.get("user", "root") in ("root", "0")] == []
    assert [name for name, one in services.items() if "healthcheck" not in one] == ["migrate"]  # it ends
    assert {volume.split(":")[0] for name in ("web", "postgres", "redis") for volume in services[name]["volumes"]} == {
        "files", "database", "queue",
    }  # fmt: skip


@needs_program
def test_the_web_service_passes_its_own_check(services, tmp_path):
    web, port = services["web"], free_port()
    env = {name: value for name, value in os.environ.items() if name not in OURS} | PRODUCTION
    env |= {"ALLOWED_HOSTS": web["environment"]["ALLOWED_HOSTS"], "VAR_DIR": str(tmp_path)}
    _kind, program, flag, asked = web["healthcheck"]["test"]
    assert (program, flag) == ("python", "-c")
    check = [sys.executable, "-c", asked.replace(":8000/", f":{port}/")]

    house = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "rootgrants.wsgi", "-b", f"127.0.0.1:{port}", "--log-level", "error"],
        cwd=settings.BASE_DIR, env=env,
    )  # fmt: skip
    try:
        assert until(lambda: subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0)
    finally:
        house.terminate()
        house.wait()
