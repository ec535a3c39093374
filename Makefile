# make demo    compare the gallery's desks; verdicts here, report and charts in results/
# make test    lint, types, all tests
# make installs   wheel and sdist installed elsewhere, from PyPI: no git, no compiler, lower bounds
# Needs Python 3.11 or newer, git and make. A C compiler makes it fast; without one it runs on SimPy.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP     = $(BIN)/python -m pip --disable-pip-version-check --quiet
NEEDS  := pyproject.toml constraints.txt $(wildcard setup.py sim/engine/*.pyx sim/engine/*.pxd)

.PHONY: demo test installs lint types notebooks bench format clean

demo: $(VENV)/.demo
	$(BIN)/tiersim demo $(DEMO)

test: lint types
	$(BIN)/python -m pytest -n 2 --dist worksteal

installs: $(VENV)/.test
	$(BIN)/python -m pytest -m installs -n 2 --dist worksteal tests/installs

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.test
	$(BIN)/python -m mypy

notebooks: $(VENV)/.test
	$(BIN)/python -m pytest tests/notebooks

bench: $(VENV)/.test
	$(BIN)/python tests/bench

format: $(VENV)/.test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(NEEDS) | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: $(NEEDS) | $(VENV)/bin/python
	$(PIP) install --constraint constraints.txt --editable '.[all,test]'
	@touch $@ $(VENV)/.demo

clean:
	rm -rf build dist *.egg-info sim/engine/kernel.c sim/engine/*.so .pytest_cache .mypy_cache .ruff_cache
