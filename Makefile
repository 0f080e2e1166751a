# The house rules in one place. `make` alone lists what there is.
# A fresh machine needs git, make and Python 3.11 or newer with venv; no other tool is assumed.

PYTHON ?= python3
NICE ?= nice -n 19
PIP_ARGS ?=
PYTEST_ARGS ?=
STUDIO_ARGS ?=
DEMO_STYLE ?= cosy winter picture book
DEMO_KEYWORDS ?= two red apples, blue car, snow
DEMO_PROMPT ?= two red apples left of a blue car in the snow
DEMO_SEED ?= 3
DEMO := demo/first-picture.png

VENV := .venv
BIN := $(VENV)/bin
TRAINING := .venv-training

# A stamp stands for a finished install. Deleting the environment deletes its stamps.
BASE := $(VENV)/.stamp-base
EDITING := $(VENV)/.stamp-editing
DEV := $(VENV)/.stamp-dev
LOCAL := $(VENV)/.stamp-local

.DEFAULT_GOAL := help
.PHONY: help setup local demo studio test check format coverage bench pocket clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(DEV) ## Install studiolo for development, with test tools, into .venv

local: $(LOCAL) ## Add torch, diffusers and transformers to .venv, for SDXL and LLaVA and their tests (large)

demo: $(BASE) ## Install only what users need, then suggest, paint, tag, ask and speak into ./demo
	@mkdir -p demo && rm -f $(DEMO) demo/answer.mp3
	$(call studiolo,suggest --style "$(DEMO_STYLE)" --keywords "$(DEMO_KEYWORDS)" --seed $(DEMO_SEED))
	$(call studiolo,generate "$(DEMO_PROMPT)" --seed $(DEMO_SEED) -o $(DEMO))
	$(call studiolo,tag latest)
	$(call studiolo,ask latest "how many apples are there?")
	$(call studiolo,ask latest "where is the car and what colour is it?" --follow-up -o demo/answer.mp3)
	$(call studiolo,gallery search "cornflower")
	@printf '\n%s\n' "The picture is $(DEMO), the answer demo/answer.mp3. Both are in your gallery, with all that made them."
	@printf '%s\n' "Next, try:" \
	  '  make studio' \
	  '  $(BIN)/studiolo generate "a green owl on a book at night" -n 4' \
	  '  $(BIN)/studiolo ask latest' \
	  '  $(BIN)/studiolo --help'

studio: $(EDITING) ## Install what users need, upscaling and cutting out too, then serve the studio's page
	@$(BIN)/studiolo serve $(STUDIO_ARGS)

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
	$(BIN)/python -m pip install -e '.[dev]'$(if $(PIP_ARGS), $(PIP_ARGS))
	@touch $(BASE) $(EDITING) $(DEV)

$(BASE): pyproject.toml
	@$(call create_venv,$(VENV))
	$(BIN)/python -m pip install -e .$(if $(PIP_ARGS), $(PIP_ARGS))
	@touch $(BASE)

$(EDITING): pyproject.toml
	@$(call create_venv,$(VENV))
	$(BIN)/python -m pip install -e '.[editing]'$(if $(PIP_ARGS), $(PIP_ARGS))
	@touch $(BASE) $(EDITING)

$(TRAINING)/.stamp-training: pyproject.toml
	@$(call create_venv,$(TRAINING))
	$(TRAINING)/bin/python -m pip install -e '.[training]'
	@touch $@

$(LOCAL): $(DEV) tests/constraints.txt
	@# Torch first, by its exact version: asked for in a range, pip may prefer a build with gigabytes of CUDA.
	$(BIN)/python -m pip install $$(grep '^torch==' tests/constraints.txt)$(if $(PIP_ARGS), $(PIP_ARGS))
	$(BIN)/python -m pip install -e '.[local]' -c tests/constraints.txt$(if $(PIP_ARGS), $(PIP_ARGS))
	@touch $@

# $(1): a command line, shown as one types it, then run
define studiolo
@printf '\n$$ studiolo %s\n' '$(1)'
@$(BIN)/studiolo $(1)
endef

# $(1): the environment's folder
define create_venv
command -v $(PYTHON) >/dev/null || { \
  echo "Python was not found as '$(PYTHON)'. Install Python 3.11 or newer, or say where it is: make PYTHON=/path/to/python3" >&2; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "studiolo needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) -V 2>&1). Choose another: make PYTHON=python3.12" >&2; exit 1; }; \
test -x $(1)/bin/python || $(PYTHON) -m venv $(1) || { \
  rm -rf $(1); echo "Python's venv module is missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
endef
