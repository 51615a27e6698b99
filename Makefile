# Every command of the project; CI calls the same ones. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
PY := $(BIN)/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
export JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION := 20
PYTEST := $(BIN)/pytest -p no:cacheprovider
BESIDE := $(MAKE) --no-print-directory -j3 --output-sync=target

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r name says; do printf '  make %-13s %s\n' "$$name" "$$says"; done

# --- set-up: each stamp says which lock it was made from -----------------------------------------------------------
.venv/.made: requirements/dev.txt pipelinekit/pyproject.toml cli/pyproject.toml
	@scripts/make_environment $(PYTHON) .venv requirements/dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable pipelinekit --editable cli
	touch $@

.venv-emulator/.made: requirements/emulator.txt
	@scripts/make_environment $(PYTHON) .venv-emulator requirements/emulator.txt
	touch $@

.venv-scan/.made: requirements/scan.txt
	@scripts/make_environment $(PYTHON) .venv-scan requirements/scan.txt
	touch $@

.venv-bench/.made: requirements/bench.txt
	@scripts/make_environment $(PYTHON) .venv-bench requirements/bench.txt
	touch $@

POSTGRAPHILE := bench/peers/postgraphile
$(POSTGRAPHILE)/node_modules/.made: $(POSTGRAPHILE)/package.json $(POSTGRAPHILE)/package-lock.json
	@cd $(POSTGRAPHILE) && $(CURDIR)/scripts/make_node_modules
	touch $(CURDIR)/$@

.venv-audit/.made: requirements/audit.txt
	@scripts/make_environment $(PYTHON) .venv-audit requirements/audit.txt
	touch $@

node_modules/.made: package.json package-lock.json console/package.json
	@scripts/make_node_modules
	touch $@

console/dist/.made: node_modules/.made $(shell find console -name node_modules -prune -o -name dist -prune -o -name '*.generated*' -prune -o -type f -print)
	@echo "==> building the console's pages"
	npm run --silent build --workspace console
	touch $@

.PHONY: setup console scanners competitors
setup: .venv/.made .venv-emulator/.made node_modules/.made console/dist/.made ## Install everything (the other commands do it by themselves)
scanners: .venv-scan/.made ## Install what looks through the image, the chart and the templates
competitors: .venv-bench/.made $(POSTGRAPHILE)/node_modules/.made ## Install what the service is measured beside
console: console/dist/.made ## Build the pages that the service serves

# --- use ------------------------------------------------------------------------------------------------------------
.PHONY: demo serve serve-rehearsals migrate
demo: setup ## The whole way: load a fleet, synthesize, rehearse, watch (DEMO_EXIT=1 ends by itself)
	@$(PY) scripts/demo.py

serve: .venv/.made console/dist/.made ## Run the service on 127.0.0.1:8400 with the embedded database
	@$(PY) -m graph serve

serve-rehearsals: .venv/.made console/dist/.made ## Run a service for rehearsals: its clock may be set, its database is apart
	@INTERLOCK_REHEARSAL=1 INTERLOCK_DATA=$${INTERLOCK_DATA:-.rehearsal} $(PY) -m graph serve

migrate: .venv/.made ## Bring the database's schema to this version
	@$(PY) -m graph migrate

# --- the container image: docs/image.md -----------------------------------------------------------------------------
.PHONY: image image-sbom image-bases test-image
image: .venv-scan/.made $(if $(filter prebuilt,$(CONSOLE)),console/dist/.made) ## Build the image by docker, podman or buildah, check it and write its SBOMs (RELEASE=1 demands digests)
	@$(PYTHON) scripts/image.py build $(if $(RELEASE),--release)
	$(PYTHON) scripts/image.py check
	$(PYTHON) scripts/image.py sbom

image-sbom: .venv-scan/.made ## Write the SBOMs of the image that was built last
	@$(PYTHON) scripts/image.py sbom

image-bases: ## Ask the registry for the base images' digests, and write them to image/bases.env
	@$(PYTHON) scripts/image.py bases

test-image: setup scanners ## Build the image twice, on stand-ins for its bases, compare, and run it
	@INTERLOCK_TEST_IMAGE=1 $(PYTEST) tests/image

# --- check ----------------------------------------------------------------------------------------------------------
.PHONY: check lint types schema schema-check wheels unit pages pictures tutorial snapshots
check: lint types schema-check wheels pages unit ## Lint, types, SDL drift, wheels, the console and the unit tests

lint: .venv/.made ## Ruff, and which way imports run
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache

types: .venv/.made ## Strict types
	@$(BIN)/mypy

FILE_SCHEMA = cli/src/interlock_cli/organisation/schema.json
schema: .venv/.made ## Write graph/schema.graphql from the types, what the command's documents answer by it, the known documents, and the JSON Schema of an organisation's file
	@$(PY) -m graph schema > graph/schema.graphql.new
	mv graph/schema.graphql.new graph/schema.graphql
	$(PY) scripts/query_types.py
	$(PY) scripts/known_documents.py
	$(PY) -m graph file-schema > $(FILE_SCHEMA).new
	mv $(FILE_SCHEMA).new $(FILE_SCHEMA)

schema-check: .venv/.made
	@$(PY) -m graph schema | diff -u graph/schema.graphql - || { echo "graph/schema.graphql is not what the types say: run 'make schema' and commit it"; exit 1; }
	@$(PY) -m graph file-schema | diff -u $(FILE_SCHEMA) - || { echo "$(FILE_SCHEMA) is not what the entities say: run 'make schema' and commit it"; exit 1; }

tutorial: setup ## Draw docs/images/tutorial.svg from the service that INTERLOCK_URL names
	@$(PY) scripts/tutorial_picture.py

pictures: setup ## Take the README's pictures of the console from the demo
	@$(PY) scripts/pictures.py

snapshots: .venv/.made node_modules/.made ## Write the templates and construct ids that are kept in tests/pipelinekit and tests/infrastructure
	$(PY) -m tests.pipelinekit.renewing
	$(PY) -m tests.infrastructure.renewing

pages: node_modules/.made ## The console's lint, strict types and unit tests
	@npm run --silent generate --workspace console
	cd console
	npx tsc --noEmit
	npx oxlint --deny-warnings --quiet
	npx prettier --check --log-level warn .
	npx vitest run --no-isolate --no-color --reporter=dot

wheels: .venv/.made
	@$(PY) scripts/check_wheels.py

unit: .venv/.made
	@$(PYTEST) -q -n 2 -m "not slow and not database"

.PHONY: chart chart-docs chart-package
chart: .venv/.made .venv-scan/.made node_modules/.made ## The Helm chart: its files, what it renders, and releases by Helm 3 and 4
	@$(PYTEST) -n 2 tests/helm

chart-docs: .venv/.made ## Write what follows from the chart's values: its README and schema, and the alerts in docs/metrics.md
	@$(PY) scripts/chart_docs.py

chart-package: .venv/.made ## The chart as a package in build/charts, signed and pushed where CHART_KEY and CHART_REGISTRY say so
	@$(PY) scripts/chart_package.py

.PHONY: test fuzz audit soak test-chaos test-upgrade bench bench-peers bench-safety lock clean
test: ## All checks and all tests, in the emulator and the browser too
	@$(BESIDE) setup scanners
	scripts/ensure_chromium
	$(BESIDE) lint types schema-check wheels pages
	$(PYTEST) -n 3 --dist worksteal

fuzz: .venv/.made ## Bad inputs by the thousand, to every door of the running service: docs/reliability.md
	INTERLOCK_TEST_FUZZ=$${FUZZ_EXAMPLES:-400} $(PYTEST) --timeout 3600 tests/graph/test_fuzz.py tests/graph/test_schemathesis.py

audit: .venv-audit/.made node_modules/.made ## Known vulnerabilities of what the locks name, and an SBOM of each in build/
	@$(PY) scripts/audit.py

soak: .venv/.made .venv-emulator/.made ## Ten thousand envelopes while programs are killed; 30 rounds of a day's load, and the memory after each
	INTERLOCK_TEST_EXECUTIONS=264 $(PYTEST) tests/test_killed.py
	INTERLOCK_TEST_SOAK_ROUNDS=30 $(PYTEST) -s tests/graph/test_soak.py

test-chaos: .venv/.made ## A minute of killed processes and cut connections under load: docs/reliability.md
	INTERLOCK_TEST_CHAOS_SECONDS=60 $(PYTEST) -s tests/test_pods.py tests/graph/test_availability.py tests/test_backup.py

test-upgrade: .venv/.made ## OLD=COMMIT: from that version to this one under load, over one database: docs/upgrade.md
	INTERLOCK_TEST_OLD=$(OLD) $(PYTEST) tests/test_upgrade.py

bench: .venv/.made console/dist/.made competitors ## Measure everything, side by side in one run, and write docs/performance.md
	@$(PY) -m bench
	@$(PY) scripts/performance_docs.py

bench-peers: .venv/.made competitors ## Measure beside PostGraphile, Django, an ORM and the physical limit: docs/performance.md
	@$(PY) -m bench peers caching live doors growth starts sockets event_log intake synth day
	@$(PY) scripts/performance_docs.py
	$(PY) scripts/performance_docs.py

bench-safety: .venv/.made ## Let 1,000 bad revisions loose on three pipelines: docs/blast-radius.md
	@$(PY) -m bench safety

lock: .venv/.made ## Compile requirements/*.in to hash-pinned locks
	@scripts/lock

clean: ## Remove what was built and installed, and the embedded database
	@rm -rf .venv .venv-emulator .venv-scan .venv-audit .venv-bench build $(POSTGRAPHILE)/node_modules node_modules console/node_modules console/dist .interlock .mypy_cache .ruff_cache .hypothesis
