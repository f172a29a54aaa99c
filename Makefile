# What a person and the CI run. A fresh machine needs python3 (3.11 to 3.13) with pip, and make; nothing else:
# `make smoke` and `make test` set up the rest by themselves.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready

# Neither questions nor news from pip.
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

##@ Every day

.PHONY: help setup smoke smoke-local deployments test test-unit check format
help: ## Show this list
	@awk 'BEGIN { FS = ":.*## " } \
	  /^##@/ { printf "\n%s\n", substr($$0, 5) } \
	  /^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## Make the virtual environment (the other targets do it when needed)

smoke: $(READY) ## Show on this machine, in a minute, that everything works together
	@$(BIN)/python -m deployments.smoke $(ARGS)

smoke-local: $(READY) ## Declare what runs in this machine's Docker engine, and plan it
	@test -d build/local/modules || $(BIN)/platformctl import --catalog build/local --inventory hosts.yaml --host local
	$(BIN)/platformctl plan --catalog build/local --inventory hosts.yaml --host local --store build/local/store $(ARGS)

test: $(READY) lab-packages ## Run all tests; ARGS="-k name" selects
	$(BIN)/python -m pytest $(ARGS)

test-unit: $(READY) ## Run the tests that need no lab, no browser and no patience
	$(BIN)/python -m pytest -m "not lab and not browser and not slow" $(ARGS)

check: style types contracts schemas ## Check style, types, architecture and published schemas

format: $(READY) ## Rewrite the code in the project's style
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

deployments: $(READY) ## Deploy prefect.yaml to a running Prefect server
	@VENV=$(VENV) deployments/bootstrap.sh

##@ Now and then

.PHONY: attack bench bench-receiver faults identity record publish screens pictures mutants constraints clean
bench: $(READY) lab-packages ## Measure the speed beside the floor and the peers; ARGS=--quick or --ten
	$(BIN)/python -m bench $(ARGS)

bench-receiver: $(READY) ## Measure how soon deliveries are answered, and that none is lost
	$(BIN)/python -m bench.receiver $(ARGS)

faults: $(READY) lab-packages ## Kill, repeat and reorder everything around merges on real servers; takes long
	$(BIN)/python -m tests.faults $(ARGS)

screens: $(READY) ## Take pictures of the Prefect UI and of reports, into build/screens
	$(BIN)/python -m pytest -q tests/e2e/test_report.py tests/e2e/test_browser.py

# Pillow packs the pictures into few colours; it is needed here only and thus not in the lock.
pictures: $(READY) lab-packages ## Take the README's pictures of the example fleet, into docs/images
	@test -d build/pictures/PIL || $(BIN)/python -m pip -qq install --target build/pictures --no-deps pillow==13.0.0
	PYTHONPATH=build/pictures $(BIN)/python -m tests.e2e.pictures

identity: $(READY) lab-packages ## Judge every identity state on every engine that is there, live
	$(BIN)/python -m tests.lab.identity $(ARGS)

attack: $(READY) lab-packages ## Ask the host agent 100,000 things in every shell that it must refuse, and some that not
	$(BIN)/python -m tests.lab.agent_attack $(ARGS)

record: $(READY) lab-packages ## Record the answers of real engines anew (needs the lab)
	$(BIN)/python -m tests.lab.record $(ARGS)

publish: $(READY) ## Write schemas/ anew from the definitions
	$(BIN)/python -m platformctl.render.schema schemas

# Not in the lock: the tool is needed here only. Its operators and the parser below them are enough (--no-deps).
mutants: $(READY) ## Put small faults into identity/ and plan/ and list those that no test notices; takes long
	@test -d build/mutants/libcst || $(BIN)/python -m pip -qq install --target build/mutants --no-deps mutmut==3.8.1 libcst==1.9.0
	PYTHONPATH=build/mutants OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.mutants $(ARGS)

# uv because pip locks only for the Python that runs it; it is needed here only and thus not in the lock.
# Pins that still fit are kept: ARGS=--upgrade renews all, ARGS="--upgrade-package NAME" one.
constraints: ## Renew constraints.txt from pyproject.toml; ARGS=--upgrade moves every pin
	@tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT
	$(PYTHON) -m pip -qq install --target "$$tools" uv
	UV_CUSTOM_COMPILE_COMMAND="make constraints" "$$tools/bin/uv" pip compile --quiet pyproject.toml \
	  --output-file constraints.txt --universal --python-version 3.11 --all-extras --generate-hashes \
	  --annotation-style line --no-emit-index-url --no-emit-find-links $(ARGS)

clean: ## Remove everything that can be made again
	rm -rf .venv .venv-* build *.egg-info .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# --- the parts of the above -------------------------------------------------------------------------------------------

.PHONY: style types contracts schemas lab-packages
style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)
	$(BIN)/lint-imports --no-logo

schemas: $(READY)
	$(BIN)/python -m pytest -q tests/unit/test_schemas.py

lab-packages:
	@if [ -x tests/lab/packages.sh ]; then tests/lab/packages.sh; fi

# No step needs ensurepip, which Debian packs apart, nor writes to an interpreter that Debian manages: the pip of
# $(PYTHON) fills the environment from outside (ensurepip steps in where there is no such pip). The lock names
# everything, so pip has nothing to resolve (--no-deps), and ready wheels only, so nothing is compiled from C.
# Python files are compiled here, once: where PYTHONDONTWRITEBYTECODE is set it would else happen at every start.
# The environment is made anew when the lock changes: nothing unlocked stays behind.
$(LOCKED): constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info; (3, 11) <= v[:2] <= (3, 13) or sys.exit(
	  f"platformctl needs Python 3.11 to 3.13 and this is {v[0]}.{v[1]}: name another with PYTHON=python3.12")'
	echo "$(VENV): making it with $$($(PYTHON) -V)"
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	pip=($(PYTHON) -m pip --python $(BIN)/python)
	"$${pip[@]}" --version >/dev/null 2>&1 || { $(BIN)/python -m ensurepip >/dev/null; pip=($(BIN)/python -m pip); }
	"$${pip[@]}" install --require-hashes --no-deps --only-binary :all: --compile -r $< >$(VENV)/install.log 2>&1 &
	$(call watch,$$!)
	broken=$$($(BIN)/python -m pip check) || { echo "$$broken"; exit 1; }
	touch $@

$(READY): $(LOCKED) pyproject.toml
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

# Waits for a pip in the background: on a terminal one line that lives, else a line every ten seconds. What pip itself
# prints is hundreds of lines, then none for the half of the time in which it unpacks.
define watch
job=$(1); trap 'kill $$job 2>/dev/null || :' EXIT
installed() { find $(VENV)/lib -maxdepth 3 -name '*.dist-info' | wc -l; }
if [ -t 1 ]; then every=1 start='\r\033[K' end=; else every=10 start= end='\n'; fi
while sleep 1; kill -0 $$job 2>/dev/null; do
  (( SECONDS % every )) || printf "$$start%s: %d packages found, %d installed, %d s$$end" $(VENV) \
    "$$(grep -cE '^(Collecting|Processing) ' $(VENV)/install.log)" "$$(installed)" $$SECONDS
done
wait $$job || { printf '\n'; grep -v ^WARNING $(VENV)/install.log | tail -n 20; exit 1; }
printf "$$start%s: %d packages installed in %d s\n" $(VENV) "$$(installed)" $$SECONDS
endef
