# The house rules in one place. `make` alone lists what there is.
# A fresh machine needs git, make and Python 3.11 or newer with venv; no other tool is assumed.

PYTHON ?= python3
NICE ?= nice -n 19
PYTEST_ARGS ?=
DEMO_PROMPT ?= two red apples left of a blue car in the snow
DEMO_SEED ?= 7
DEMO := demo/first-picture.png

VENV := .venv
BIN := $(VENV)/bin
TRAINING := .venv-training

# A stamp stands for a finished install. Deleting the environment deletes its stamps.
BASE := $(VENV)/.stamp-base
DEV := $(VENV)/.stamp-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format coverage bench pocket clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEV) ## Install studiolo for development, with test tools, into .venv

demo: $(BASE) ## Install only what users need, then paint the first picture into ./demo
	@$(BIN)/studiolo generate "$(DEMO_PROMPT)" --seed $(DEMO_SEED) -o $(DEMO) --force
	@printf '\n%s\n' "Your first picture is $(DEMO). It is also in your gallery, with all that made it."
	@printf '%s\n' "Next, try:" \
	  '  $(BIN)/studiolo generate "a green owl on a book at night" -n 4' \
	  '  $(BIN)/studiolo gallery search "a bird that reads"' \
	  '  $(BIN)/studiolo --help'

test: $(DEV) ## Run every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(DEV) ## Check format, lint, types and the import contract; change nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

format: $(DEV) ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

coverage: $(DEV) ## Run every test and report which lines none of them reached
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html $(PYTEST_ARGS)

bench: $(DEV) ## Run the benchmarks; each prints a table for docs/benchmarks.md
	@for benchmark in $$(grep -l '^if __name__' benchmarks/*.py); do \
	  $(BIN)/python -m "benchmarks.$$(basename "$$benchmark" .py)" || exit 1; \
	done

pocket: $(TRAINING)/.stamp-training ## Make the embedded models again: data, training, export (hours)
	$(NICE) $(TRAINING)/bin/python -m training all

clean: ## Remove environments, caches and ./demo; pictures and what training learned stay
	rm -rf $(VENV) $(TRAINING) demo build dist htmlcov .coverage .coverage.* \
	  .pytest_cache .ruff_cache .import_linter_cache

$(DEV): pyproject.toml
	@$(call create_venv,$(VENV))
	$(BIN)/python -m pip install -e '.[dev]'
	@touch $(BASE) $(DEV)

$(BASE): pyproject.toml
	@$(call create_venv,$(VENV))
	$(BIN)/python -m pip install -e .
	@touch $(BASE)

$(TRAINING)/.stamp-training: pyproject.toml
	@$(call create_venv,$(TRAINING))
	$(TRAINING)/bin/python -m pip install -e '.[training]'
	@touch $@

# $(1): the environment's folder
define create_venv
command -v $(PYTHON) >/dev/null || { \
  echo "Python was not found as '$(PYTHON)'. Install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "studiolo needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Choose another: make PYTHON=python3.12" >&2; exit 1; }; \
test -x $(1)/bin/python || $(PYTHON) -m venv $(1) || { \
  rm -rf $(1); echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endef
