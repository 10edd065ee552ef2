# HAVOC: `make help` lists what there is to make.
PYTHON ?= python3.11
BIN := .venv/bin
QUESTION ?= Did the new resin raise tensile strength?
DATA ?= datasets/tables/resin.csv
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help ask test format lint types check-docs lock clean

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

test: .venv/development lint types  ## set up, then check format, types and behaviour
	$(BIN)/python -m pytest

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
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache build dist *.egg-info
