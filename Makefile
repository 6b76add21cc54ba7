# Every target makes the environment first: instant when requirements.lock did not change.
PYTHON ?= python3
VENV := $(or $(PORTOLAN_VENV),$(CURDIR)/.venv)
RUN := $(VENV)/bin/python
LAUNCHER := $(RUN) -m marketplace.local_services
PYTEST := $(RUN) -m pytest
TYPED := marketplace catalog orders trade_assurance tests
# Three on two cores: with two, a fifth of the time is waiting for browsers, workers and servers that start.
JOBS ?= 3
export PYTHONPATH := $(CURDIR)
# Images for containers often set it; then each of our programs compiles what it imports at every start: 3.4 s of CPU in place of 1.5.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help bootstrap up test check lint every-test soak fmt bench demo-data shots replay-northwind proof lock

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /  make \1 — /'

bootstrap: ## make the Python environment
	@$(PYTHON) marketplace/local_services/bootstrap.py

up: bootstrap ## start everything and serve (PORT=8000) until Ctrl-C
	@exec $(LAUNCHER) up

test: bootstrap ## all tests but the slow ones
	@$(PYTEST) -n $(JOBS) --dist worksteal -q -m "not slow and not proof" $(ARGS)

# What lint says comes in one piece when it is done, among the dots of the tests; both are heard to their end.
check: bootstrap ## what the gate runs: format, lint, types, contracts, migrations, templates, every test
	@$(MAKE) --no-print-directory -j2 --output-sync=target lint every-test \
	  || { echo "check failed: look for \"***\" and \"FAILED\" above" >&2; exit 1; }

every-test: bootstrap
	@echo "== every test, browsers, races and kills included"
	+@PORTOLAN_SIZE=check PORTOLAN_REQUIRE_BROWSER=1 $(PYTEST) -n $(JOBS) --dist worksteal -q -m "not proof" $(ARGS)

lint: bootstrap ## all of `check` but the tests
	@echo "== format"
	@$(RUN) -m ruff format --check --quiet .
	@echo "== lint"
	@$(RUN) -m ruff check --quiet .
	@echo "== imports point down"
	@$(VENV)/bin/lint-imports --no-logo
	@echo "== types"
	@$(RUN) -m mypy
	@echo "== templates"
	@$(RUN) -m djlint --quiet --lint templates
	@echo "== migrations and system checks"
	@$(LAUNCHER) run --temporary makemigrations --check --dry-run
	@$(LAUNCHER) run --temporary check --fail-level WARNING --database default

soak: bootstrap ## the model-based tests, races and kills at full size (about an hour)
	@PORTOLAN_SIZE=soak PORTOLAN_REQUIRE_BROWSER=1 $(PYTEST) -n $(JOBS) --dist worksteal -q -m "not proof" $(ARGS)

fmt: bootstrap ## mend what a tool can mend
	@$(RUN) -m ruff check --fix --quiet . || true
	@$(RUN) -m ruff format --quiet .

bench: bootstrap ## measure
	@$(RUN) -m bench $(ARGS)

demo-data: bootstrap ## reset the demo story
	@$(LAUNCHER) run --migrate load_demo --reset

shots: bootstrap ## all screenshots anew
	@$(RUN) -m bench.shots $(ARGS)

replay-northwind: bootstrap ## DATA=DIR: replay 2,076 orders on a database of its own
	@test -n "$(DATA)" || { echo "make replay-northwind DATA=<folder with the northwind files>" >&2; exit 2; }
	@$(LAUNCHER) run --var var/northwind --migrate replay_northwind "$(abspath $(DATA))" $(ARGS)

proof: bootstrap ## DATA=DIR: the tests that need data which are not in the repository
	@test -n "$(DATA)" || { echo "make proof DATA=<folder with the data sets>" >&2; exit 2; }
	@PORTOLAN_DATA="$(abspath $(DATA))" $(PYTEST) -q -m proof $(ARGS)

lock: bootstrap ## make requirements.lock anew from requirements.in (needs uv on the path)
	@uv pip compile requirements.in --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-header --no-annotate --quiet --upgrade --output-file requirements.lock
