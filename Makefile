# Each target makes or refreshes .venv by itself. Needs Python 3.11 or newer, and make.
#   make run PORT=9000 SERVICE_PORT=9001        other ports; the service's is the app's plus one if not given
#   make run PYTHON=python3.12                  another Python
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip
STAMP := .venv/.made
# Stands in .venv while packages are put there: an interrupted install is begun again from nothing.
UNFINISHED := .venv/.unfinished
INSTALL_LOG := .venv/install.log

.PHONY: run quick test check bench evidence faults pictures requirements clean

run: $(STAMP)
	$(BIN)/wren demo $(if $(PORT),--port $(PORT)) $(if $(SERVICE_PORT),--service-port $(SERVICE_PORT))

PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

# The unit tests: no screen, no browser, no service, no process to kill.
quick: $(STAMP)
	$(PYTEST) -m "not screen and not browser and not service and not slow" --hypothesis-profile=quick

test: $(STAMP)
	$(BIN)/python tests/browser_here.py
	$(PYTEST)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/vulture
	$(BIN)/wren tools check

bench: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: sqlcipher3==0.6.4
	$(BIN)/python -m bench

# Writes docs/evidence/bench.md, on a machine at rest. Beside another commit: make evidence AGAINST=caa67ec
evidence: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: sqlcipher3==0.6.4
	$(BIN)/python -m bench --page docs/evidence/bench.md $(if $(AGAINST),--against $(AGAINST))

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
	  --python-version 3.11 --extra all --extra dev pyproject.toml -o requirements.txt

$(STAMP): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Wren needs Python 3.11 or newer. Say which one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@if test -e $(UNFINISHED) || ! $(PIP) --version >/dev/null 2>&1; then \
	  echo "1/3  Making a Python environment in .venv"; \
	  rm -rf .venv; $(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python is here but its venv part is not. On Debian and Ubuntu: apt install python3-venv"; exit 1; }; \
	fi
	@touch $(UNFINISHED)
	@echo "2/3  Installing packages: 170 MB to fetch, 640 MB on the disk, one to three minutes"
	@( while sleep 15 >/dev/null 2>&1; do echo "     still installing: $$(du -sm .venv 2>/dev/null | cut -f1) MB so far"; done ) </dev/null & \
	  beat=$$!; trap 'kill $$beat 2>/dev/null' EXIT; trap 'exit 1' HUP INT TERM; \
	  $(PIP) install --quiet --disable-pip-version-check --require-hashes -r requirements.txt 2>$(INSTALL_LOG) || { \
	    if grep -qE "NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|ConnectionReset" $(INSTALL_LOG); \
	    then echo "The packages could not be fetched: there is no connection to the package index. Connect, then: make $(MAKECMDGOALS)"; \
	    else cat $(INSTALL_LOG); fi; exit 1; }
	@echo "3/3  Installing Wren itself"
	@$(PIP) install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@rm -f $(UNFINISHED)
	@touch $@

clean:
	rm -rf .venv
