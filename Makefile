# Everything a newcomer types: `make demo`, `make test`. Both set themselves up in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
USE := $(VENV)/.users
DEV := $(VENV)/.developers

# Each worker, and each program that a test starts, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-all test-changed test-lowest test-slow coverage check format screenshots bench evaluate clean
.DEFAULT_GOAL := help

help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(USE) ## the reader on the bundled demo site; needs no network
	@$(BIN)/tuireader demo

test: $(DEV) ## a case of each kind: after each change
	@$(BIN)/pytest -q -n auto --dist worksteal -m 'not slow and not thorough' $(TESTS)

test-all: $(DEV) ## all tests: before a change is shared
	@$(BIN)/pytest -q -n auto --dist worksteal $(TESTS)

test-changed: $(DEV) ## the tests of the files that differ from the last commit
	@$(BIN)/python scripts/changed_tests.py | xargs $(BIN)/pytest -q -n auto --dist worksteal

test-lowest: ## `make test` with the lowest versions of libraries that pyproject.toml allows
	@$(MAKE) --no-print-directory VENV=.venv-lowest .venv-lowest/.lowest
	@$(MAKE) --no-print-directory VENV=.venv-lowest test

test-slow: $(DEV) ## what takes long: more kills, closed windows, damaged caches and feeds
	@$(BIN)/pytest -q -n auto -m slow $(TESTS)

coverage: $(DEV) ## all tests, and which lines and branches they reach
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n auto --dist worksteal --deselect tests/tui/test_start.py
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --sort=cover

check: $(DEV) ## lint, types, import contracts, workflows
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/zizmor --offline --quiet .github

format: $(DEV) ## put the code in its usual shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(DEV) ## retake the pictures of screenshots/
	$(BIN)/python scripts/screenshots.py

bench: $(DEV) ## measure speed and memory; BENCH=--quick for a short run
	$(BIN)/python scripts/bench $(BENCH)

evaluate: $(DEV) ## how well articles are found on pages, beside two other libraries; PAGES=FOLDER for other pages
	$(BIN)/python scripts/$(if $(PAGES),evaluate_pages.py $(PAGES),evaluate.py) $(EVALUATE)

clean: ## remove what was made here
	rm -rf $(VENV) .venv-lowest dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "tuireader needs Python 3.11 or newer: make PYTHON=/path/to/it …" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)…" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'

$(USE): pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@ $(USE)

.venv-lowest/.lowest: pyproject.toml | $(BIN)/python
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --resolution lowest-direct --editable .
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --editable . --group dev
	@touch $(USE) $(DEV) $@
