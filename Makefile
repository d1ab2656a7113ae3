# Tilts: what can be done here. `make` alone prints it.
#
# A fresh machine needs Python 3.11 or newer with venv, and make. Everything else comes into .venv, pinned by hash.
# PYTHON=/path/to/python chooses the interpreter.

SHELL := /bin/bash
PY := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup packages run test check format bench proof suites fuzz docs examples locks definitions environment-server environment-dev

##@ Use
run: environment-server ## start the sandbox and play the story; ONCE=1 ends after it; PORT=, DATA_DIR=
	@exec .venv/bin/tilts sandbox --story $(if $(filter-out 0,$(ONCE)),--once) \
		$(if $(PORT),--port "$(PORT)") $(if $(DATA_DIR),--data-dir "$(DATA_DIR)")

##@ Work on it
setup: environment-dev ## make .venv with all that development needs

packages: ## print, or as root install, the Debian packages that the tests use; starts no service
	@tools/packages.sh

test: environment-dev ## run every test (as root installs missing Debian packages); ARGS= for pytest
	@tools/packages.sh --needed
	@tools/test_clients.sh
	@$(PY) tools/fetch_examples.py >/dev/null || true  # the tests that need them say so again
	@tools/tests.sh $(ARGS)

check: environment-dev ## style, types, floors of the house, manners: under a minute
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	@$(PY) -m mypy --strict src
	@.venv/bin/lint-imports
	@$(PY) -m pytest tests/house

format: environment-dev ## let ruff set the lines
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

##@ Measure
bench: environment-dev ## benchmarks: ratios against PostgreSQL's own limit and peers
	@$(PY) -m benchmarks.validation
	@$(PY) -m benchmarks.sealing
	@$(PY) -m benchmarks.breadth
	@$(PY) -m benchmarks $(ARGS)

proof: environment-dev ## the full-size proofs, resumable; ONLY=name for one
	@$(PY) -m proofs $(ONLY)

suites: environment-dev ## public test suites found in SUITES=DIR
	@test -n "$(SUITES)" || { echo "Say where the suites are: make suites SUITES=DIR" >&2; exit 2; }
	@$(PY) tools/suites.py "$(SUITES)"

fuzz: environment-dev ## spoilt resources for the codecs, for SECONDS=60, from SEED=1
	@$(PY) tools/fuzz_codecs.py --seconds $(or $(SECONDS),60) --seed $(or $(SEED),1)

##@ Renew what is made
docs: environment-dev ## write the parts of docs/ that are made from the code
	@$(PY) tools/make_docs.py

examples: environment-dev ## fetch the official FHIR R4 examples into .cache/, checked by hash
	@$(PY) tools/fetch_examples.py

definitions: environment-dev ## compile the FHIR definitions that the engines carry
	@$(PY) tools/compile_definitions.py

locks: environment-dev ## renew requirements/*.txt from pyproject.toml; UPGRADE=1 takes newer releases
	@tools/locks.sh $(if $(filter-out 0,$(UPGRADE)),--upgrade)

##@ About
help: ## print this
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

environment-server:
	@tools/environment.sh server

environment-dev:
	@tools/environment.sh dev
