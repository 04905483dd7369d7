# HiveGuard: everything starts here. `make` alone lists what there is.
#
# `make test` and `make demo` need a Debian machine, root (only where something must be installed),
# python3 and make; they set up the rest themselves. Variables: PYTHON (which interpreter .venv is
# made with), PYTEST_ARGS, HYPOTHESIS_SEED, HIVEGUARD_SHARED (the folder with the corpus of hives).

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS_READY := .peers/.ready
SYSTEM_PYTHON := /usr/bin/python3

PYTEST_ARGS ?=
PYTEST_WORKERS ?= auto
ifndef HYPOTHESIS_SEED
HYPOTHESIS_SEED := $(shell od -An -N4 -tu4 /dev/urandom | tr -d ' ')
endif
FUZZ_ARGS ?=
SOAK_ARGS ?=
GUARD_ARGS ?=
POWER_CUT_ARGS ?= --minutes 10
BENCH_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup test lint types imports unit pytest demo fuzz guard power-cut soak bench peers peers-setup peers-table interface docs-check \
	build lock format coverage clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv (apt for python3-venv where needed, packages checked by hash)

$(READY): requirements/dev.txt pyproject.toml tools/setup.sh
	@bash tools/setup.sh
	@touch $@

test: lint pytest ## everything that must pass: lint, types, room borders, all tests

lint: $(READY) ## ruff (lint and format), mypy strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tools bench $(wildcard demo)
	$(BIN)/lint-imports

pytest: $(READY) $(PEERS_READY) ## all tests, quick ones first; skipped ones are listed with the reason
	@echo "hypothesis seed: $(HYPOTHESIS_SEED) (again: make pytest HYPOTHESIS_SEED=$(HYPOTHESIS_SEED))"
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) --dist worksteal \
		--hypothesis-seed=$(HYPOTHESIS_SEED) $(PYTEST_ARGS)

unit: $(READY) ## the quick tests only
	$(BIN)/python -m pytest tests/unit $(PYTEST_ARGS)

coverage: $(READY) ## tests with branch coverage of src/
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/coverage combine
	$(BIN)/coverage report

demo: $(READY) ## a hive whole, cut, with a cycle, with a dirty log: what HiveGuard says and what a loop says
	@$(BIN)/python -m demo

$(VENV)/.fuzz: $(READY) requirements/fuzz.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/fuzz.txt || \
		echo "fuzz: SKIPPED atheris: it cannot be had for $$($(BIN)/python --version); going on without coverage guidance"
	@touch $@

fuzz: $(VENV)/.fuzz ## any bytes give keys and a verdict, or HiveError (resumes; FUZZ_ARGS)
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)
	$(BIN)/python -m tests.fuzz.changes
	$(BIN)/python -m tests.fuzz.trace
	$(BIN)/python -m tests.fuzz.tmf

peers: peers-table ## the other hive readers, each in its environment, and what they say of bad hives: docs/peers.md

peers-setup: $(READY) ## only their environments; what cannot be had is said
	@$(SYSTEM_PYTHON) tools/peers.py --apt-tools

$(PEERS_READY): tools/peers.py $(wildcard requirements/peers/*.txt)
	@$(BIN)/python tools/peers.py
	@mkdir -p .peers && touch $@

peers-table: $(READY) peers-setup ## what the peers and we say of bad hives: makes docs/peers.md again
	$(BIN)/python -m bench.table

guard: $(READY) ## the guarded listing in 100,000 random interleavings, against an oracle and a plain loop (GUARD_ARGS)
	$(BIN)/python -m tests.guard --write $(GUARD_ARGS)
	$(BIN)/python -m tests.guard.threads

power-cut: $(READY) ## cut the power at every write, in chains of lives, against a second reader of logs (POWER_CUT_ARGS)
	$(BIN)/python -m tests.power_cut $(POWER_CUT_ARGS)

soak: $(READY) ## read hives while a writer truncates, replaces and rewrites them (SOAK_ARGS)
	$(BIN)/python -m tests.integration.soak $(SOAK_ARGS)
	$(BIN)/python -m tests.property.churn
	$(BIN)/python -m tests.integration.edited_hives
	$(BIN)/python -m tests.integration.watch_churn

bench: $(READY) peers-setup ## speed and memory beside the peers, in one run: makes docs/bench.md again (BENCH_ARGS)
	$(SYSTEM_PYTHON) -m bench $(BENCH_ARGS)

interface: $(READY) ## man page, completions, docs/cli.md and docs/states.md, made from the tables in the code
	$(BIN)/python -m tools.interface

docs-check: $(READY) ## every example in README.md and docs/ is run and compared; made pages are up to date
	$(BIN)/python -m tools.interface --check
	$(BIN)/python -m pytest tests/acceptance/test_docs.py $(PYTEST_ARGS)

build: $(READY) ## wheel and sdist into dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation

format: $(READY) ## let ruff format and mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(READY) ## resolve requirements/*.in anew, with hashes
	bash tools/lock.sh

clean: ## remove what was built (environments and caches too)
	rm -rf .venv .peers .cache build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .coverage .coverage.*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
