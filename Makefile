# Every command of the project; CI calls the same ones. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYTHONDONTWRITEBYTECODE := 1
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 20
PYTEST := $(BIN)/pytest -p no:cacheprovider

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name says; do printf '  make %-10s %s\n' "$$name" "$$says"; done

# --- set-up: each stamp says which lock it was made from -----------------------------------------------------------
.venv/.made: requirements/dev.txt pipelinekit/pyproject.toml cli/pyproject.toml
	@scripts/make_environment $(PYTHON) .venv requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable pipelinekit --editable cli
	touch $@

.venv-emulator/.made: requirements/emulator.txt
	@scripts/make_environment $(PYTHON) .venv-emulator requirements/emulator.txt
	touch $@

node_modules/.made: package.json package-lock.json console/package.json
	@scripts/make_node_modules
	touch $@

console/dist/.made: node_modules/.made $(shell find console -name node_modules -prune -o -name dist -prune -o -type f -print)
	@echo "==> building the console's pages"
	npm run --silent build --workspace console
	touch $@

.PHONY: setup console
setup: .venv/.made .venv-emulator/.made node_modules/.made console/dist/.made ## Install everything (the other commands do it by themselves)
console: console/dist/.made ## Build the pages that the service serves

# --- use ------------------------------------------------------------------------------------------------------------
.PHONY: demo serve migrate
demo: setup ## The whole way: load a fleet, synthesize, rehearse, watch (DEMO_EXIT=1 ends by itself)
	@$(PY) scripts/demo.py

serve: .venv/.made console/dist/.made ## Run the service on 127.0.0.1:8400 with the embedded database
	@$(PY) -m graph serve

migrate: .venv/.made ## Bring the database's schema to this version
	@$(PY) -m graph migrate

# --- check ----------------------------------------------------------------------------------------------------------
.PHONY: check lint types schema schema-check wheels unit
check: lint types schema-check wheels unit ## Lint, types, SDL drift, wheels and the unit tests: under a minute

lint: .venv/.made ## Ruff, and which way imports run
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: .venv/.made ## Strict types
	@$(BIN)/mypy

FILE_SCHEMA = cli/src/interlock_cli/organisation/schema.json
schema: .venv/.made ## Write graph/schema.graphql from the types, and the JSON Schema of an organisation's file
	@$(PY) -m graph schema > graph/schema.graphql.new
	mv graph/schema.graphql.new graph/schema.graphql
	$(PY) -m graph file-schema > $(FILE_SCHEMA).new
	mv $(FILE_SCHEMA).new $(FILE_SCHEMA)

schema-check: .venv/.made
	@$(PY) -m graph schema | diff -u graph/schema.graphql - || { echo "graph/schema.graphql is not what the types say: run 'make schema' and commit it"; exit 1; }
	@$(PY) -m graph file-schema | diff -u $(FILE_SCHEMA) - || { echo "$(FILE_SCHEMA) is not what the entities say: run 'make schema' and commit it"; exit 1; }

wheels: .venv/.made
	@$(PY) scripts/check_wheels.py

unit: .venv/.made
	@$(PYTEST) -q -n 2 -m "not slow and not database"

.PHONY: test bench lock clean
test: setup ## All checks and all tests, in the emulator and the browser too
	@scripts/ensure_chromium
	$(MAKE) --no-print-directory lint types schema-check wheels
	$(PYTEST) -n 2

bench: .venv/.made ## Measure: ratios, side by side in one run
	@$(PY) -m bench

lock: .venv/.made ## Compile requirements/*.in to hash-pinned locks
	@scripts/lock

clean: ## Remove what was built and installed, and the embedded database
	@rm -rf .venv .venv-emulator node_modules console/node_modules console/dist .interlock .mypy_cache .ruff_cache .hypothesis
