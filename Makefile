# Hitomado: `make run` starts the site, `make test` checks everything, `make help` lists the rest.
# Needs Python 3.11 and make; everything else comes from the hashed lock files into .venv/ and node_modules/.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet
LOCKED := $(PIP) --only-binary :all: --require-hashes
VENDOR := app/static/vendor
WORKERS ?= 2

# Stamps: each is made anew only when what it was made from has changed, so that a second run starts at once.
RUN_READY := .venv/.run-ready
DEV_READY := .venv/.dev-ready
NODE_READY := node_modules/.ready
VENDOR_READY := $(VENDOR)/.ready

.PHONY: help run setup test test-all test-journeys test-fast test-openfisca lint format bench locks clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: setup ## start the site and print its address
	@$(BIN)/hitomado serve

setup: $(RUN_READY) $(VENDOR_READY) ## install what the site needs, without starting it

test: setup $(DEV_READY) ## every check, the journeys in a browser included
	@sh scripts/chromium.sh
	@sh scripts/tools.sh
	@$(BIN)/hitomado prepare
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not long"

test-all: setup $(DEV_READY) ## the same with every household in every view and every point of the kill test
	@sh scripts/chromium.sh
	@sh scripts/tools.sh
	@$(BIN)/hitomado prepare
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-journeys: setup $(DEV_READY) ## the journeys in a browser alone
	@sh scripts/chromium.sh
	@$(BIN)/hitomado prepare
	$(BIN)/python -m pytest e2e -n $(WORKERS) --dist worksteal

test-fast: setup $(DEV_READY) ## the checks that need no browser
	@$(BIN)/hitomado prepare
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not browser"

test-openfisca: setup $(DEV_READY) ## amounts beside those of OpenFisca-Japan, in an environment of its own
	@sh scripts/openfisca.sh
	$(BIN)/python -m pytest tests/openfisca

lint: setup $(DEV_READY) ## style, types, templates, import contracts, definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint --lint --quiet app
	$(BIN)/lint-imports --no-logo
	$(BIN)/hitomado lint

format: $(DEV_READY) ## put the Python files into their one form
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

bench: setup $(DEV_READY) ## measure planning, pages, loading, bytes, filing and streams
	@$(BIN)/hitomado prepare
	$(BIN)/python -m bench

locks: $(DEV_READY) ## write the lock files anew from pyproject.toml and package.json
	$(PIP) uv
	sh scripts/locks.sh

clean: ## remove everything that was installed or made here; the data in var/ stays
	rm -rf .venv node_modules $(VENDOR) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/pyvenv.cfg:
	@PYTHON="$(PYTHON)" sh scripts/venv.sh

$(RUN_READY): .venv/pyvenv.cfg requirements.txt pyproject.toml
	@echo "installing the site's packages"
	@$(LOCKED) -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV_READY): $(RUN_READY) requirements-dev.txt
	@echo "installing the packages of the checks"
	@$(LOCKED) -r requirements-dev.txt
	@touch $@

# The machine's own npm where there is one; otherwise Node comes from a wheel.
$(NODE_READY): package-lock.json package.json .npmrc | $(RUN_READY)
	@command -v npm >/dev/null || $(LOCKED) -r requirements-node.txt
	@echo "installing the browser files"
	@PATH="$$PATH:$(CURDIR)/$(BIN)" npm ci --ignore-scripts --loglevel=error
	@touch $@

$(VENDOR_READY): $(NODE_READY)
	@mkdir -p $(VENDOR)
	@cp node_modules/htmx.org/dist/htmx.min.js node_modules/@digital-go-jp/design-tokens/dist/tokens.css $(VENDOR)/
	@touch $@
