# The only entry points. `make demo` and `make test` work from a fresh checkout; both install what is missing.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(wildcard native/*.c native/*.h native/*.py)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Without kept bytecode every start of a terminal, and the tests start hundreds, compiles all of it again: half a second.
unexport PYTHONDONTWRITEBYTECODE

RUN_PACKAGES := gcc libpcsclite-dev swig pcscd vsmartcard-vpcd fonts-wqy-zenhei
TEST_PACKAGES := $(RUN_PACKAGES) libsqlite3-dev clang libclang-rt-14-dev binutils zbar-tools poppler-utils postgresql chromium \
	curl mono-mcs libmono-system-web-extensions4.0-cil

.PHONY: demo run test lint bench peers fuzz reference schemathesis simulate proof mutation clean

demo: $(VENV)/.run
	$(BIN)/terminal demo

run: $(VENV)/.run
	$(BIN)/terminal demo --stay

test: $(VENV)/.test lint
	$(BIN)/pytest --numprocesses 4 --dist loadgroup

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/.test
	$(BIN)/pytest benches -o addopts= -o python_files="bench_*.py" --benchmark-sort=name --benchmark-columns=min,median,ops,rounds -s

peers: $(VENV)/.test
	$(BIN)/pip install --quiet --editable '.[peers]'
	$(BIN)/python -m benches.peers

simulate: $(VENV)/.test
	$(BIN)/python -m tests.simulation SEED=$(or $(SEED),1) SEEDS=$(or $(SEEDS),1) STEPS=$(STEPS) \
		SETTLEMENTS=$(or $(SETTLEMENTS),0) JOBS=$(or $(JOBS),1) RUSH=$(RUSH) CANARY=$(CANARY)

proof: $(VENV)/.test
	$(BIN)/python -m tests.proof PARTS="$(PARTS)"

mutation: $(VENV)/.test
	$(BIN)/python -m tests.mutation $(or $(OF),core) ONLY="$(ONLY)" EVERY=$(or $(EVERY),1) SEED=$(or $(SEED),1) JOBS=$(or $(JOBS),1)

fuzz: $(VENV)/.test
	mkdir -p var/fuzz
	clang -std=c11 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -Inative -Itests/native \
		tests/native/fuzz.c native/settle.c -o var/fuzz/fuzz
	cd var/fuzz && ./fuzz -max_total_time=$(or $(FUZZ_SECONDS),300) -max_len=1024

reference: $(VENV)/.test
	REFERENCE_BILLS=$(or $(BILLS),100000) $(BIN)/pytest -n0 tests/settlement/test_reference_mass.py

schemathesis: $(VENV)/.test
	SCHEMATHESIS_EXAMPLES=$(or $(EXAMPLES),200) $(BIN)/pytest -n0 tests/api/test_schemathesis.py

clean:
	rm -rf $(VENV) build var *.egg-info native/_settle*.so native/_settle.c
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	sh tools/install_debian.sh $(RUN_PACKAGES)
	sh tools/make_venv.sh "$(PYTHON)" $(VENV)

$(VENV)/.run: $(VENV)/bin/pip pyproject.toml setup.py constraints.txt $(CORE)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.test: $(VENV)/.run
	sh tools/install_debian.sh $(TEST_PACKAGES)
	command -v npm >/dev/null || sh tools/install_debian.sh nodejs npm
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@
