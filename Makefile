# Two commands do all the set-up on a fresh machine that has Python, git and make:
#   make demo   the main job, on the embedded default
#   make test   all tests, lint, types, import contract
PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := .venv/bin/python -m

.PHONY: env system demo test lint types contract unit bench torture clean

env: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@test -x "$(UV)" || command -v "$(UV)" >/dev/null || { $(PYTHON) -m venv .tools && .tools/bin/python -m pip install -q "uv>=0.9"; }
	$(UV) sync --frozen -q
	@touch .venv/.ready

# Programs that tests and checks use where they are there; without them the tool still works and says so.
system:
	@command -v bwrap >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get install -y -q bubblewrap >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q bubblewrap >/dev/null 2>&1; } || true; \
	  fi; }
	@command -v bwrap >/dev/null || echo "NOTE: no bubblewrap: sandbox tests run without namespaces. Install it: apt-get install bubblewrap"
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1 || { apt-get update -q >/dev/null 2>&1 && apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core >/dev/null 2>&1; } || true; \
	  fi; }
	@command -v chromium >/dev/null || { echo; \
	  echo "NOTE: NO CHROMIUM: the report is not looked at in a browser; its tests in tests/reports/ are skipped and say so."; \
	  echo "      Install it: apt-get install chromium"; echo; }

demo: env
	@.venv/bin/phaseproof demo

test: env system lint types contract unit

lint: env
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types: env
	$(RUN) mypy

contract: env
	.venv/bin/lint-imports

unit: env system
	$(RUN) pytest

bench: env
	$(UV) sync --frozen -q --all-extras --group bench
	.venv/bin/python bench/run.py

torture: env
	.venv/bin/python tests/ledger/ledger_crash.py --kills 300

clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .hypothesis
