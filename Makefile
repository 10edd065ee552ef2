# HAVOC: `make help` lists what there is to make.
PYTHON ?= python3.11
BIN := .venv/bin
SERVE := .venv-serve/bin
QUESTION ?= Did the new resin raise tensile strength?
DATA ?= datasets/tables/resin.csv
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help ask serve test test-serving test-serving-all format lint types docs clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/runtime: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip setuptools
	$(BIN)/python -m pip install --quiet --no-deps --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@

.venv/development: .venv/runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --requirement requirements-dev.lock
	@touch $@

ask: .venv/runtime  ## set up, then ask a question about a table that ships with HAVOC
	$(BIN)/havoc ask "$(QUESTION)" --data $(DATA)

.venv-serve/ready: requirements-serve.lock pyproject.toml
	$(PYTHON) -m venv .venv-serve
	$(SERVE)/python -m pip install --quiet --upgrade pip
	$(SERVE)/python -m pip install --quiet --no-deps --requirement requirements-serve.lock
	$(SERVE)/python -m pip install --quiet --no-deps --editable .
	@touch $@

serve: .venv-serve/ready  ## set up vLLM for processors, then serve HAVOC-mini on this machine alone
	$(SERVE)/havoc serve $(CHECKPOINT)

test: .venv/development lint types  ## set up, then check format, types, behaviour and what vLLM serves
	$(BIN)/python -m pytest
	$(MAKE) test-serving

test-serving: .venv-serve/ready  ## set up vLLM for processors, then check what it serves
	$(SERVE)/python -m pytest tests/serving -m "not beyond_ci"

test-serving-all: .venv-serve/ready  ## the same, and compiled kernels and two processes as well
	$(SERVE)/python -m pytest tests/serving

lint: .venv/development  ## check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/development  ## check types
	$(BIN)/mypy

format: .venv/development  ## mend style and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/runtime  ## write the generated pages anew
	$(BIN)/havoc docs --write

clean:  ## remove the environment and caches
	rm -rf .venv .venv-serve .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info
