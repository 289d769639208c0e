# Needs Python 3.11 or later and make; everything else it gets for itself, below this folder.

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)

# One version of uv for all, or the locks would be written differently from machine to machine.
UV_VERSION := $(shell sed -n 's/^uv==\([0-9.]*\).*/\1/p' scripts/uv.txt)
PRIVATE_UV := $(CURDIR)/.cache/uv-$(UV_VERSION)/bin/uv
PATH_UV := $(shell test "$$(uv --version 2>/dev/null | cut -d ' ' -f 2)" = '$(UV_VERSION)' && command -v uv)
UV := $(or $(PATH_UV),$(PRIVATE_UV))

# Has versions of its own of what the project pins, so it is kept apart from the environment.
SAM := $(UV) tool run --from aws-sam-cli==1.170.0 sam

BIN := .venv/bin
WORKERS := -n 2 --dist worksteal
READY := .venv/.ready
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
ALL_EXTRAS := --extra layer --extra local --extra dev
LAYER_EXTRA := --extra layer --constraints requirements.lock
LAYER_LOCK := layers/common/requirements.txt
BENCHMARK_EXTRA := --extra layer --extra benchmarks --constraints requirements.lock
BENCHMARK_LOCK := benchmarks/requirements.lock
BENCHMARK := .cache/benchmarks

# What would put the packages elsewhere, or bring others in.
unexport PIP_PREFIX PIP_REQUIRE_VIRTUALENV PIP_ROOT PIP_TARGET PIP_USER
unexport PYTHONHOME PYTHONPATH UV_SYSTEM_PYTHON VIRTUAL_ENV
# Without bytecode each of the many processes would compile all modules and tests again.
unexport PYTHONDONTWRITEBYTECODE
# The layer's Makefile, which SAM runs, looks for it here.
export UV
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help demo setup test simulate fuzz benchmark check-locks lock build docs fmt clean

help: ## this list
	@echo "make TARGET, where TARGET is"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | awk -F'|' '{printf "  %-12s %s\n", $$1, $$2}'

demo: setup ## the main job on this machine: the sample full export, then the delta
	@$(BIN)/kiwi-sync local run events/exports/full.json events/exports/delta.json --mandant 0001 --mandant 0002

setup: $(READY) ## the environment alone, in .venv

# In full, as .ci/run has it: more histories, examples and records, all places where something may go wrong,
# commands on the embedded DynamoDB, and coverage. How much more stands at each extent() in the tests.
test: setup ## lint, types, locks, tests (FULL=1: all there is, with coverage)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/cfn-lint template.yaml
	$(BIN)/mypy
	@$(MAKE) --no-print-directory check-locks
ifneq ($(filter-out 0,$(FULL)),)
	$(BIN)/pytest $(WORKERS) --cov --cov-report= --cov-fail-under=0 --ignore tests/simulation
	@# By itself, and only after tests that passed: the table would hide why others failed.
	$(BIN)/coverage report
	@# By itself: measuring coverage there doubles its time, and it is not what the other tests leave out.
	$(BIN)/pytest $(WORKERS) tests/simulation
else
	$(BIN)/pytest $(WORKERS)
endif

simulate: setup ## histories by seed, against the real code: SEEDS=200000 FIRST=0, or SEED=7 to replay one
	$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED)) $(if $(SEEDS),--seeds $(SEEDS)) \
		$(if $(FIRST),--first $(FIRST)) $(if $(DEFECT),--defect $(DEFECT))

# One case again, as a failing run names it: make fuzz CASE=1-4711.
fuzz: CASES ?= 10000
fuzz: SEED ?= 1
fuzz: setup ## drawn documents and messages through the front door (CASES=100000, SEED=2, CASE=1-4711)
	@$(BIN)/python -m tests.fuzz --cases $(CASES) --seed $(SEED) $(if $(CASE),--case $(CASE))

benchmark: RECORDS ?= 350000
benchmark: ROUNDS ?= 3
# A local run needs what the project has itself, not what it is compared with.
benchmark: WITH_OTHERS = $(or $(filter-out sandbox,$(ONLY)),$(if $(ONLY),,all))
benchmark: $(if $(filter-out sandbox,$(or $(ONLY),all)),$(BENCHMARK)/.ready,setup) ## extract side by side with others (RECORDS=1000000, ROUNDS=1, ONLY=ours), a local run (ONLY=sandbox), see benchmarks/RESULTS.md
	@$(if $(WITH_OTHERS),$(BENCHMARK)/bin/python -m benchmarks.extract --records $(RECORDS) --rounds $(ROUNDS) \
		$(foreach part,$(filter-out sandbox,$(ONLY)),--only $(part)))
	@$(if $(filter sandbox,$(or $(ONLY),sandbox)),$(BIN)/python -m benchmarks.sandbox)

check-locks: | $(UV) ## whether the locks are what pyproject.toml asks for
	@for network in --offline --no-offline; do \
		rm -rf .cache/locks && mkdir -p .cache/locks && \
		cp requirements.lock .cache/locks/all && cp $(LAYER_LOCK) .cache/locks/layer && \
		cp $(BENCHMARK_LOCK) .cache/locks/benchmarks && \
		$(COMPILE) $$network $(ALL_EXTRAS) pyproject.toml -o .cache/locks/all >.cache/locks/log 2>&1 && \
		$(COMPILE) $$network $(LAYER_EXTRA) pyproject.toml -o .cache/locks/layer >>.cache/locks/log 2>&1 && \
		$(COMPILE) $$network $(BENCHMARK_EXTRA) pyproject.toml -o .cache/locks/benchmarks \
			>>.cache/locks/log 2>&1 && \
		cmp -s requirements.lock .cache/locks/all && cmp -s $(LAYER_LOCK) .cache/locks/layer && \
		cmp -s $(BENCHMARK_LOCK) .cache/locks/benchmarks && exit 0; \
	done; \
	cat .cache/locks/log; \
	diff requirements.lock .cache/locks/all; diff $(LAYER_LOCK) .cache/locks/layer; \
	echo "The locks are stale: run 'make lock'."; exit 1

lock: | $(UV) ## write the locks anew after a change in pyproject.toml (LOCK_FLAGS=--upgrade: newest versions)
	$(COMPILE) $(LOCK_FLAGS) $(ALL_EXTRAS) pyproject.toml -o requirements.lock >/dev/null
	$(COMPILE) $(LOCK_FLAGS) $(LAYER_EXTRA) pyproject.toml -o $(LAYER_LOCK) >/dev/null
	$(COMPILE) $(LOCK_FLAGS) $(BENCHMARK_EXTRA) pyproject.toml -o $(BENCHMARK_LOCK) >/dev/null

# Any region will do: neither command calls AWS.
build: export AWS_DEFAULT_REGION ?= eu-central-1
build: export AWS_EC2_METADATA_DISABLED := true
build: export SAM_CLI_TELEMETRY := 0
build: | $(UV) ## what SAM deploys, in .aws-sam (no container, no credentials)
	$(SAM) validate --lint
	$(SAM) build

docs: setup ## write the parts of the documentation that follow from the code
	$(BIN)/python -m kiwi_cli.reference

fmt: setup ## format and repair what can be repaired
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

clean: ## remove what this file made
	rm -rf .venv .aws-sam .cache .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(READY): pyproject.toml requirements.lock | $(UV)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none is on PATH."; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		$(UV) venv --quiet --clear --python "$(PYTHON)" .venv
	$(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(PRIVATE_UV): scripts/uv.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed, and none is on PATH."; exit 1; }
	@$(PYTHON) -m venv --clear $(@D)/.. || { \
		echo "Python's venv module does not work here: install it (Debian, Ubuntu: the package python3-venv)"; \
		echo "or put uv $(UV_VERSION) on PATH."; exit 1; }
	$(@D)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r scripts/uv.txt
	@touch $@

$(BENCHMARK)/.ready: pyproject.toml $(BENCHMARK_LOCK) $(READY) | $(UV)
	$(UV) venv --quiet --clear --python $(BIN)/python $(BENCHMARK)
	$(UV) pip sync --quiet --compile-bytecode --python $(BENCHMARK)/bin/python --require-hashes $(BENCHMARK_LOCK)
	$(UV) pip install --quiet --python $(BENCHMARK)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@
