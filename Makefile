# Everything there is to do here; `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8000
# what pytest is given, as in: make test ARGS="tests/meetings -x"
ARGS ?=

BIN := $(VENV)/bin
PY := $(BIN)/python
FLASK := $(BIN)/flask
PIP := $(PY) -m pip install -qq --disable-pip-version-check --require-hashes
NODE_MODULES := tests/support/node/node_modules/.package-lock.json
CALDAV := tests/support/caldav/.venv/.made
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url $(UPGRADE)

export FLASK_APP := wsgi
# without a word from the environment, the sample set-up: data in instance/, loopback only
export PARTNERING_MODE ?= sample
# sites and racers are processes of their own: each would compile everything anew
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

## -- using it

.PHONY: run
run: export PARTNERING_MODE := sample
run: export PARTNERING_BIND := 127.0.0.1:$(PORT)
run: export PARTNERING_BASE_URL := http://127.0.0.1:$(PORT)
run: export PARTNERING_TRUSTED_HOSTS := localhost
run: $(VENV)/.run ## The site with its sample events on http://127.0.0.1:8000 (PORT=...); keeps what is there
	@$(PY) -m partnering.translations compile
	@$(FLASK) db upgrade
	@$(FLASK) demo
	@scripts/serve "$(BIN)"

.PHONY: worker
worker: $(VENV)/.run ## One more worker beside a site that runs elsewhere, with the settings of the environment
	@$(FLASK) worker

.PHONY: verify
verify: $(VENV)/.run ## Check the database against the models and the rules, with the settings of the environment
	@$(FLASK) verify

## -- working on it

.PHONY: test
test: setup lint ## All checks and tests, on SQLite and PostgreSQL (ARGS="..." for pytest, --quick for SQLite only)
	@$(PY) -m partnering.translations compile
	@$(PY) -m pytest -n 2 --dist loadscope --no-loadscope-reorder $(ARGS)

.PHONY: soak
soak: setup ## Eight processes do everything to places at once, then every rule (SOAK_SECONDS=60); then long races and walks
	@$(PY) -m tests.soak $(ARGS)
	@RACES=200 NUMBERS=10000 WALKS=100 $(PY) -m pytest -q tests/races tests/tickets/test_properties.py tests/meetings/test_properties.py tests/calendar_conformance/ours/test_histories.py
	@KILL_EVERY=1 $(PY) -m pytest -q tests/races/test_killed.py
	@BADGES=1000 $(PY) -m pytest -q --quick tests/badges/test_paper.py -k every_code
	@ORDERS=1000 $(PY) -m pytest -q tests/checkin/test_offline.py -k any_order_twice

.PHONY: bench
bench: setup ## What pages, registrations, claims and partnering cost (ARGS="sqlite directory --quick")
	@$(PY) -m partnering.translations compile
	@$(PY) -m tests.bench $(ARGS)

.PHONY: setup
setup: $(VENV)/.dev ## What the tests need: system packages, Python packages, Node packages
	@scripts/system-packages test
	@$(MAKE) -s $(NODE_MODULES) $(CALDAV)

.PHONY: lint
lint: $(VENV)/.dev ## Style, types, floors, templates
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache > $(VENV)/lint-imports.log || { cat $(VENV)/lint-imports.log; exit 1; }
	@$(BIN)/djlint --lint --quiet templates

.PHONY: format
format: $(VENV)/.dev ## Put the Python files into shape
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: translations
translations: $(VENV)/.run ## Bring the German catalogues up to date, list what they miss, compile them
	@$(PY) -m partnering.translations update
	@$(PY) -m partnering.translations check
	@$(PY) -m partnering.translations compile

.PHONY: migration
migration: $(VENV)/.run ## Write a migration from the changed models: make migration m="Tables have names"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="Tables have names"'; exit 2; }
	@$(FLASK) db migrate -m "$(m)"

.PHONY: fields
fields: $(VENV)/.dev ## Write docs/FIELDS.md: every field, what it takes, what is counted
	@$(PY) -m tests.security.fields

.PHONY: screenshots
screenshots: setup ## Every page at 390 and 1280 px, light and dark, into screenshots/
	@$(PY) -m partnering.translations compile
	@$(PY) -m tests.screenshots

.PHONY: lock
lock: $(VENV)/.dev ## Lock the requirements with hashes (UPGRADE=--upgrade takes newer indirect ones)
	@$(COMPILE) requirements.txt -o requirements.lock
	@$(COMPILE) -c requirements.lock requirements-dev.txt -o requirements-dev.lock
	@$(COMPILE) tests/support/caldav/requirements.txt -o tests/support/caldav/requirements.lock

.PHONY: clean
clean: ## Remove what was made here, except instance/ with its data
	@rm -rf "$(VENV)" tests/support/node/node_modules tests/support/caldav/.venv screenshots .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} + ; find partnering -name '*.mo' -delete

## -- made once

$(PY):
	@scripts/system-packages run "$(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(PY) requirements.lock
	@echo "Installing the Python packages into $(VENV) ..."
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.dev: $(PY) requirements-dev.lock
	@echo "Installing the Python packages and the tools into $(VENV) ..."
	@$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/.run

$(NODE_MODULES): tests/support/node/package-lock.json
	@npm ci --prefix tests/support/node --silent --no-audit --no-fund --ignore-scripts
	@touch $@

$(CALDAV): $(PY) tests/support/caldav/requirements.lock
	@$(PYTHON) -m venv tests/support/caldav/.venv
	@tests/support/caldav/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/support/caldav/requirements.lock
	@touch $@
