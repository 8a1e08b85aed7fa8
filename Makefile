# Every target sets up .venv by itself when it is missing or out of date. `make demo` is the place to start.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
READY := .venv/ready
DOCS_READY := .venv/docs-ready
SLOW_READY := .venv/slow-ready

# Shows that the command after it works, which says nothing. The dots end with it, whatever ends it.
WITH_DOTS := (while sleep 2; do printf .; done) & dots=$$!; trap "kill $$dots; echo" EXIT; trap "exit 130" INT TERM;

.PHONY: man demo test test-all test-nightly check format docs recording bench fuzz dist clean

demo: $(READY)  ## everything on simulated services, into ./photosync-demo
	@$(BIN)/photosync demo
	@echo "The program is $(BIN)/photosync. The tests: make test"

test: $(READY)  ## prove that the program works
	@echo "Running the tests on all cores: about ten minutes with two of them."
	@$(BIN)/pytest -n auto --dist worksteal -m "not slow"
	@echo "All is well. Next: $(BIN)/photosync init, or first $(BIN)/photosync demo --keep to try it without an account"

test-all: $(SLOW_READY)  ## the rest: what is exhaustive, and takes its time
	$(BIN)/pytest -n auto --dist worksteal -m slow

test-nightly: $(SLOW_READY)  ## ten times as many histories of a library as test-all
	PHOTOSYNC_TEST_EXAMPLES=1000 $(BIN)/pytest -n auto --dist worksteal -m slow tests/test_state_machine.py

check: $(READY) docs  ## format, lint, types, imports, dead code, and the documents' links
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/vulture

format: $(READY)  ## correct what the formatter and the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(DOCS_READY)  ## the documents as a site, into build/site; what is wrong in them is an error
	$(BIN)/sphinx-build -q -W --keep-going -n docs build/site

recording: $(READY)  ## docs/images/terminal.svg anew, from real commands on simulated services
	$(BIN)/python docs/record_terminal.py

bench: $(READY)  ## measure speed and memory, beside curl; with PEERS=1 beside amazon-photos too
	$(BIN)/python -m benchmarks --keep $(if $(PEERS),--peers)

SECONDS ?= 10
fuzz: $(READY)  ## try inputs that nobody wrote, for SECONDS (10) on each reader; needs a wheel of atheris (Linux)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary atheris -e '.[fuzz]'
	$(BIN)/python -m fuzz --seconds $(SECONDS)

man: $(READY)  ## manual pages, into build/man
	$(BIN)/photosync help --man build/man

dist: $(READY)  ## the wheel and the source distribution, into dist/
	$(BIN)/hatchling build

clean:  ## remove everything that the other targets made
	rm -rf docs/commands.md .venv .bench photosync-demo fuzz/corpus fuzz/found build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "photosync needs Python 3.11 to 3.14; say which with: make PYTHON=/path/to/python"; exit 1; }
	@echo "Installing photosync, and what its tests need, into .venv: about a minute, only this once (a dot is two seconds)."
	@$(PYTHON) -m venv .venv
	@$(WITH_DOTS) PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $(READY)

$(DOCS_READY): $(READY)
	@echo "Installing what the site of the documents needs: half a minute, only this once."
	@$(WITH_DOTS) PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[docs]'
	@touch $(DOCS_READY)

$(SLOW_READY): $(READY)
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[slow]'
	touch $(SLOW_READY)
