# RootGrants. `make run` and `make test` do everything on a fresh machine.
PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python

.PHONY: help sweep setup setup-dev run test check docs bench bench-assignment bench-lists surge system

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

# Debian's Python may lack ensurepip, and its pip may not install into the system: the environment is made
# without pip and filled from outside.
$(PY):
	$(PYTHON) -m venv --without-pip .venv

.venv/installed: requirements.txt | $(PY)
	@if command -v uv >/dev/null; then uv pip install -q --python $(PY) --require-hashes -r requirements.txt; \
	else $(PYTHON) -m pip --python $(PY) install -q --disable-pip-version-check --no-compile --require-hashes -r requirements.txt; fi
	@touch $@

.venv/installed-dev: requirements-dev.txt | $(PY)
	@if command -v uv >/dev/null; then uv pip install -q --python $(PY) --require-hashes -r requirements-dev.txt; \
	else $(PYTHON) -m pip --python $(PY) install -q --disable-pip-version-check --no-compile --require-hashes -r requirements-dev.txt; fi
	@touch .venv/installed $@

setup: .venv/installed  ## install what running needs

setup-dev: .venv/installed-dev  ## install what tests need too

run: setup  ## start the demonstration on http://localhost:8000
	@exec env DEMO=1 $(PY) manage.py demo  # exec: a signal to make reaches it

test: setup-dev  ## run every test in every lane that this machine has
	$(PY) tests/lanes.py

check: setup-dev  ## style, contracts, migrations, production settings, catalogue, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djade --target-version 5.2 --check $$(find templates -name '*.html')
	$(BIN)/lint-imports
	DEMO=1 $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=$$($(PY) -c "import secrets; print(secrets.token_urlsafe(64))") ALLOWED_HOSTS=grants.example \
		SITE_URL=https://grants.example SEALING_KEYS=$$($(PY) -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())") \
		$(PY) manage.py check --deploy --fail-level WARNING
	DEMO=1 $(PY) manage.py lifecycle --check
	DEMO=1 $(PY) manage.py permissions --check
	$(PY) tests/catalogue.py

sweep: setup-dev  ## every address as everybody with every method there is
	DEMO=1 FULL_SWEEP=1 LOG_LEVEL=CRITICAL $(PY) -m pytest -q -n auto tests/whole/test_sweep.py

docs: setup  ## write docs/lifecycle.md and docs/permissions.md
	DEMO=1 $(PY) manage.py lifecycle --write
	DEMO=1 $(PY) manage.py permissions --write

bench: setup-dev  ## measure every page against a floor (PostgreSQL); APPLICATIONS=10000
	$(PY) tests/bench/run.py

bench-assignment: setup-dev  ## time who reviews what, 10,000 applications and 300 reviewers (PostgreSQL); APPLICATIONS=10000 REVIEWERS=300
	$(PY) tests/bench/assignment.py

bench-lists: setup-dev  ## compare the lists at 1,000 and at 100,000 applications (PostgreSQL, Redis); SMALL=1000 LARGE=100000
	$(PY) tests/bench/lists.py

surge: setup-dev  ## hand in 500 applications in the last minute of a call (PostgreSQL, Redis); FIRMS=500 SECONDS=60
	$(PY) tests/bench/surge.py

system:  ## install the system packages of all lanes (Debian, as root)
	sh tests/system.sh
