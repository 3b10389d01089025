# Needs Python 3.11 or newer with venv (Debian: python3-venv), git and make; nothing else.
# Everything is installed into .venv, in the versions and with the hashes of
# requirements.lock.

PYTHON ?= python3
BIN := .venv/bin
# data-api or odata: the synthetic clinic over a local FileMaker server; any other word is
# a folder of exports instead of it. ARGS: further words for the command.
SOURCE ?=
ARGS ?=
WAY = $(if $(SOURCE),$(if $(filter data-api odata,$(SOURCE)),--source,--exports) "$(SOURCE)")
PYTEST := $(BIN)/python -m pytest -q -p no:cacheprovider
# One more than cores: whoever waits for a browser, a kernel or a clock leaves one idle.
WORKERS ?= 3
PACKAGES := -e . -e reimport_demo
ON_POSTGRES := $(BIN)/python -m tools.postgres
IN_MEMORY := $(BIN)/python -m tools.memory

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: .venv/installed ## install everything into .venv, by the lock's hashes

.PHONY: demo
demo: .venv/installed ## rehearse and apply a synthetic clinic (SOURCE=data-api, odata, or a folder of exports)
	$(BIN)/reimport demo $(WAY) $(ARGS)

.PHONY: test
test: .venv/compiled ## run all tests, on SQLite and on PostgreSQL
	$(BIN)/python -m compileall -q backend reimport_lib reimport_demo tools
	cd tests/backend && ../../$(PYTEST) -n 2 .
	cd tests/backend && PYTHONPATH=../.. ../../$(ON_POSTGRES) ../../$(PYTEST) -n 2 .
	PYTHONDONTWRITEBYTECODE= $(IN_MEMORY) $(PYTEST) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: faults
faults: .venv/installed ## strike an import by 10,000 seeds (ARGS="--seeds 100 --engine sqlite"; a night)
	$(BIN)/python -m tests.faults --seeds 10000 $(ARGS)

.PHONY: bench
bench: .venv/installed ## measure everything, on both engines, and write docs/benchmarks.md (hours; ARGS="--only whole")
	$(BIN)/python -m tests.benchmarks $(ARGS)

.PHONY: golden
golden: .venv/installed ## renew the executed notebooks in runs/example
	$(BIN)/python -m tools.golden $(ARGS)

.PHONY: lab
lab: .venv/installed ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --ServerApp.root_dir=. --KernelManager.transport_encryption=required $(ARGS)

.PHONY: lint
lint: .venv/installed ## style, types, stored notebooks, secrets
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m tools.stored

.PHONY: lock
lock: .venv/installed ## renew requirements.lock and environment.yml from what both pyproject.toml declare
	$(BIN)/uv pip compile -q --universal --generate-hashes --group dev --all-extras \
		pyproject.toml reimport_demo/pyproject.toml --no-emit-package clinic-reimport \
		--custom-compile-command 'make lock' --python $(BIN)/python -o requirements.lock
	$(BIN)/pyproject2conda yaml --name clinic-reimport --group dev --extra backend --extra lab \
		--extra signing --extra worklist --extra notify --extra cluster --python-include 'python>=3.11' --req '-e .' --req '-e reimport_demo' \
		--overwrite force --custom-command 'make lock' --output environment.yml

.PHONY: clean
clean: ## remove what make has built; run folders stay
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# uv comes out of the same lock: its hashes are checked by pip, all others by uv.
.venv/installed: requirements.lock pyproject.toml reimport_demo/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." \
		"Another one: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv. On Debian and Ubuntu: apt-get install python3-venv" >&2; \
		exit 1; }
	$(PYTHON) -m venv .venv
	awk '/^[^ ]/ {ours = /^uv==/} ours' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip sync -q --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES)
	@touch $@

# A single command compiles what it imports sooner than all that is installed; the tests
# start hundreds of processes.
.venv/compiled: .venv/installed
	$(BIN)/uv pip sync -q --python $(BIN)/python --compile-bytecode --require-hashes requirements.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES)
	@touch $@
