# Everything a person does with the portal. `make help` lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
HOST ?= 127.0.0.1
PORT ?= 8000
export MINHBACH_VAR ?= var
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ASSETS := site/minhbach_site/static/build/manifest.json

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types ingest fetch serve clean

help: ## list these targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(VENV)/dev ## install everything, for running and for developing

run: ingest serve ## install, build the release from the embedded data, serve on $(HOST):$(PORT)

test: $(VENV)/dev $(ASSETS) ## install, run every test
	$(BIN)/python -m pytest

check: lint types test ## what CI runs: lint, types, import contracts, every test

lint: $(VENV)/dev ## style, formatting, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/dev ## strict types of code and tests
	$(BIN)/mypy

ingest: $(VENV)/run ## load, check and publish a release, when anything changed
	$(BIN)/minhbach-ingest publish --if-changed

fetch: $(VENV)/run ## fetch the remote datasets and publish a release with them
	$(BIN)/minhbach-ingest publish --if-changed --fetch

serve: $(VENV)/run $(ASSETS) ## serve the current release
	@echo "http://$(HOST):$(PORT)"
	@MINHBACH_HOST=$(HOST) MINHBACH_PORT=$(PORT) exec $(BIN)/minhbach-site

clean: ## remove what was installed, built and published here
	rm -rf $(VENV) $(MINHBACH_VAR) site/node_modules site/minhbach_site/static/build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one with make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/run: requirements.lock pyproject.toml | $(VENV)/bin/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/run
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

$(ASSETS): site/package-lock.json site/build.mjs site/minhbach_site/static/site.css site/minhbach_site/static/suggest.js | $(VENV)/run
	$(BIN)/python site/build.py
