# Each target makes or refreshes .venv by itself. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made

.PHONY: run test check bench faults requirements clean

run: $(STAMP)
	$(BIN)/wren demo

test: $(STAMP)
	$(BIN)/python tests/browser_here.py
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wren tools check

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: sqlcipher3==0.6.4
	$(BIN)/python -m bench

faults: $(STAMP)
	$(BIN)/python -m tests.faults

requirements: $(STAMP)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --extra forms --extra service --extra web --extra dev pyproject.toml -o requirements.txt

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Wren needs Python 3.11 or newer. Say which one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python is here but its venv part is not. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf .venv
