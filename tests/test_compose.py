"""Production in small: docker-compose.yml is understood as it stands, with the settings of .env.example."""

import shutil
import subprocess

import pytest
import yaml
from django.conf import settings

pytestmark = pytest.mark.once
PROGRAM = shutil.which("docker-compose")


@pytest.fixture
def services(tmp_path):
    """{name: what docker-compose reads of it}."""
    for name, source in (("docker-compose.yml", "docker-compose.yml"), (".env", ".env.example")):
        shutil.copy(settings.BASE_DIR / source, tmp_path / name)
    read = subprocess.run([PROGRAM, "config"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    return yaml.safe_load(read.stdout)["services"]


@pytest.mark.skipif(not PROGRAM, reason="needs docker-compose (make system)")
def test_all_that_production_needs_runs_watched_and_nothing_of_it_as_root(services):
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis", "mailpit"}
    assert [name for name, one in services.items() if one.get("user", "root") in ("root", "0")] == []
    assert [name for name, one in services.items() if "healthcheck" not in one] == ["migrate"]  # it ends
    assert {volume.split(":")[0] for name in ("web", "postgres", "redis") for volume in services[name]["volumes"]} == {
        "files", "database", "queue",
    }  # fmt: skip
