# The only entry points. `make demo` and `make test` work from a fresh checkout; both install what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The stamps are named by what the installation goes by: of two checkouts that share one .venv and say the same, one
# installs. The path says whose code runs, and each has a core of its own.
STATED := $(shell cat pyproject.toml constraints.txt setup.py | cksum | cut -d ' ' -f 1)
INSTALLED := $(VENV)/.run-$(STATED)
TESTABLE := $(VENV)/.test-$(STATED)
COMPARABLE := $(VENV)/.peers-$(STATED)
CORE := setup.py $(filter-out native/_settle.c,$(wildcard native/*.c native/*.h native/*.py))
LIBRARY := native/_settle.abi3.so
export PYTHONPATH := $(CURDIR)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without kept bytecode every start of a terminal, and the tests start hundreds, compiles all of it again: half a second.
unexport PYTHONDONTWRITEBYTECODE

RUN_PACKAGES := gcc libpcsclite-dev swig pcscd vsmartcard-vpcd fonts-wqy-zenhei
TEST_PACKAGES := $(RUN_PACKAGES) libsqlite3-dev clang libclang-rt-14-dev binutils zbar-tools poppler-utils postgresql chromium \
	curl mono-mcs libmono-system-web-extensions4.0-cil

.PHONY: demo run test lint bench peers fuzz reference schemathesis simulate proof mutation clean

demo: $(INSTALLED) $(LIBRARY)
	$(BIN)/terminal demo

run: $(INSTALLED) $(LIBRARY)
	$(BIN)/terminal demo --stay

test: $(TESTABLE) $(LIBRARY) lint
	$(BIN)/pytest --numprocesses 4 --dist loadgroup

lint: $(TESTABLE) $(LIBRARY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(TESTABLE) $(LIBRARY)
	$(BIN)/pytest benches -o addopts= -o python_files="bench_*.py" --benchmark-sort=name --benchmark-columns=min,median,ops,rounds -s

peers: $(COMPARABLE) $(LIBRARY)
	$(BIN)/python -m benches.peers

simulate: $(TESTABLE) $(LIBRARY)
	$(BIN)/python -m tests.simulation SEED=$(or $(SEED),1) SEEDS=$(or $(SEEDS),1) STEPS=$(STEPS) \
		SETTLEMENTS=$(or $(SETTLEMENTS),0) JOBS=$(or $(JOBS),1) RUSH=$(RUSH) CANARY=$(CANARY)

proof: $(TESTABLE) $(LIBRARY)
	$(BIN)/python -m tests.proof PARTS="$(PARTS)"

mutation: $(TESTABLE) $(LIBRARY)
	$(BIN)/python -m tests.mutation $(or $(OF),core) ONLY="$(ONLY)" EVERY=$(or $(EVERY),1) SEED=$(or $(SEED),1) JOBS=$(or $(JOBS),1)

fuzz: $(TESTABLE) $(LIBRARY)
	mkdir -p var/fuzz
	clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Inative -Itests/native \
		tests/native/fuzz.c native/settle.c -o var/fuzz/fuzz
	cd var/fuzz && ./fuzz -max_total_time=$(or $(FUZZ_SECONDS),300) -max_len=1024

reference: $(TESTABLE) $(LIBRARY)
	REFERENCE_BILLS=$(or $(BILLS),100000) $(BIN)/pytest -n0 tests/settlement/test_reference_mass.py

schemathesis: $(TESTABLE) $(LIBRARY)
	SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest -n0 tests/api/test_schemathesis.py

clean:
	rm -rf $(VENV) build var *.egg-info native/_settle*.so native/_settle.c
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	sh tools/install_debian.sh $(RUN_PACKAGES)
	sh tools/make_venv.sh "$(PYTHON)" $(VENV)

$(INSTALLED): | $(VENV)/bin/pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	rm -f $(VENV)/.run* $(VENV)/.test* $(VENV)/.peers*
	touch $@

$(TESTABLE): $(INSTALLED)
	sh tools/install_debian.sh $(TEST_PACKAGES)
	command -v npm >/dev/null || sh tools/install_debian.sh nodejs npm
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

$(COMPARABLE): $(TESTABLE)
	$(BIN)/pip install --quiet --editable '.[peers]'
	touch $@

$(LIBRARY): $(CORE) | $(INSTALLED)
	$(BIN)/python setup.py --quiet build_ext --inplace
