# Each target makes or refreshes .venv by itself. Needs Python 3.11 or newer, and make.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made

.PHONY: run quick test check bench faults pictures requirements clean

run: $(STAMP)
	$(BIN)/wren demo

PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# The unit tests: no browser, no service, no process to kill.
quick: $(STAMP)
	$(PYTEST) -m "not browser and not service and not slow" --hypothesis-profile=quick

test: $(STAMP)
	$(BIN)/python tests/browser_here.py
	$(PYTEST)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/wren tools check

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: sqlcipher3==0.6.4
	$(BIN)/python -m bench

# Hours: the fault runs and the property tests at their full length.
faults: $(STAMP)
	$(BIN)/python -m tests.faults
	$(PYTEST) -m hypothesis --hypothesis-profile=deep --timeout 7200

# One walk: make pictures WALKS="child --variant phone-light --folder /tmp/pictures"
pictures: $(STAMP)
	$(BIN)/python -m tools.pictures $(WALKS)

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
