# Two commands for a fresh machine: `make demo` and `make test`. Each makes the environment first.
PYTHON ?= python3
RELEASES ?= 1
SCALE ?= 1.0
BIN := .venv/bin
QUICK := listing history_size history_day history_back warehouse_day questions
export DO_NOT_TRACK := 1

.PHONY: demo test test-unit lint format ui bench bench-quick lock clean

demo: .venv/.ready  ## sample -> build -> gate -> release and report, with three queries at the end; RELEASES=3 for more months
	$(BIN)/warehouse demo --releases $(RELEASES)

test: .venv/.ready  ## every test, no network
	$(BIN)/python -m pytest -n auto --dist loadscope

test-unit: .venv/.ready  ## the fast part
	$(BIN)/python -m pytest -n auto --dist loadscope tests/unit

lint: .venv/.ready  ## style, strict types, SQL style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint dbt_project/models dbt_project/tests

format: .venv/.ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

ui: .venv/.ready  ## the Dagster UI on loopback
	$(BIN)/warehouse ui

bench: .venv/.ready  ## the full benchmark, hours; SCALE=0.25 for a quarter of the models; goes on after a kill
	$(BIN)/python -m benchmarks --scale $(SCALE)

bench-quick: .venv/.ready  ## a small one for every change: minutes, most of them two builds by dbt
	$(BIN)/python -m benchmarks --scale 0.003 --days 30 --runs 1 --output .benchmarks/results $(QUICK:%=--only %)

lock:  ## refresh requirements.lock (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf .venv .warehouse .benchmarks dbt_project/target

# The environment is ready when everything in the lock is installed; a changed lock installs again.
.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
