# Everything there is to set up is done by the first `make serve` or `make test`: an environment in .venv with exactly
# what the lock files name. It is done again only when a lock file or pyproject.toml changes.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# How many tests run at once, each worker with servers of its own. 0: one after the other, in pytest's own process.
WORKERS ?= 2
UV ?= uv

PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --no-input
INSTALL_SELF := $(PIP) --no-deps --no-build-isolation --editable .
COMPILE := $(UV) pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.PHONY: help serve test check format docs bench bench-smoke lock upgrade clean
.DELETE_ON_ERROR:

help:
	@echo "make serve            run the server on http://127.0.0.1:3277 (settings: ENTREPOT_*, or ARGS='--port 5000')"
	@echo "make test             run the test suite, two tests at a time (ARGS='tests/rules -x', WORKERS=0)"
	@echo "make check            linters, type checker, import layers, size budget"
	@echo "make format           let ruff format and fix"
	@echo "make docs             write what is derived from the code: docs/settings.md, metrics, the dashboard"
	@echo "make bench            measure against distribution, and write docs/benchmarks.md (hours; needs docker-registry, wrk)"
	@echo "make bench-smoke      a few of its lines in three minutes: build/bench-smoke.json, warnings below the floors"
	@echo "make lock             write requirements/*.lock after a change in pyproject.toml (needs uv)"
	@echo "make upgrade          the same, with the newest versions of everything"
	@echo "make clean            remove the environment and caches"

serve: $(VENV)/.run-installed
	@exec $(BIN)/entrepot serve $(ARGS)

test: $(VENV)/.dev-installed
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/.dev-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright --project pyproject.toml
	$(BIN)/lint-imports
	$(BIN)/python tools/check_budget.py

format: $(VENV)/.dev-installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/.run-installed
	$(BIN)/python tools/settings_docs.py
	$(BIN)/python tools/metrics_docs.py
	$(BIN)/python tools/dashboard.py

bench: $(VENV)/.dev-installed
	$(BIN)/python -m bench.compare --json bench/benchmarks.json --write docs/benchmarks.md $(ARGS)

bench-smoke: $(VENV)/.dev-installed
	$(BIN)/python -m bench.compare --smoke --json build/bench-smoke.json $(ARGS)

# The development set first, so that what runs is what was tested.
lock:
	$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.lock
	$(COMPILE) pyproject.toml --group build --constraints requirements/dev.lock --output-file requirements/run.lock

upgrade:
	rm -f requirements/dev.lock requirements/run.lock
	$(MAKE) lock

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*

# Without dependencies: a lock file names them all, and pip's resolver would look at what has come out since.
$(VENV)/.run-installed: requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements/run.lock names into $(VENV)"
	@$(PIP) --no-deps --require-hashes --requirement requirements/run.lock
	@$(INSTALL_SELF)
	@touch $@

# The development set holds all that the run set has, in the same versions.
$(VENV)/.dev-installed: requirements/dev.lock requirements/run.lock pyproject.toml | $(BIN)/python
	@echo "Installing what requirements/dev.lock names into $(VENV)"
	@$(PIP) --no-deps --require-hashes --requirement requirements/dev.lock
	@$(INSTALL_SELF)
	@touch $(VENV)/.run-installed $@

$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$python --version)"; \
			exec $$python -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "Entrepot needs Python 3.11 or later with its venv module, and found none (Debian: apt-get install" \
		"python3 python3-venv). PYTHON=/path/to/python names one that is not on the path." >&2; \
	exit 1
