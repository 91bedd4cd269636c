# Everything from bare Python >= 3.11 and make: `make run`, `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
OUT ?= out/seeds

.PHONY: help run run-model cassettes test lint eval readme bench schemas lock clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

# uv when present, else venv and pip; both install exactly the hashed requirements.
$(READY): requirements/dev.txt pyproject.toml
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt && \
	  uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt && \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

run: $(READY) ## normalize the five seed pages into OUT (default out/seeds)
	@$(BIN)/normalizer run seeds -o $(OUT) --fresh

run-model: $(READY) ## the same with a model's recorded answers beside the rules, without network or key
	@$(BIN)/python -m cassettes.play --run out/seeds-model

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest tests

lint: $(READY) ## style, types, import layers, spelling
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/codespell

eval: $(READY) ## score the rules on gold and stress, and on the external corpora when present
	@$(BIN)/python -m normalizer.evaluate.everything

cassettes: $(READY) ## record a model's answers anew: make cassettes MODEL=... [BASE_URL=...] (key: OPENAI_API_KEY)
	@$(BIN)/python -m normalizer.evaluate.replay --model "$(MODEL)" $(if $(BASE_URL),--base-url "$(BASE_URL)")

readme: $(READY) ## write README.md's examples and scorecard anew (after make eval)
	@$(BIN)/python -m tests.readme && $(BIN)/python -m normalizer.evaluate.scorecard out/eval/report.json README.md

bench: $(READY) ## speed against a calibration loop, and memory
	@$(BIN)/python -m tests.bench

schemas: $(READY) ## regenerate the committed JSON Schemas
	@$(BIN)/python -m normalizer.model.schema && $(BIN)/python -m normalizer.facts.schema

lock: ## resolve the requirements anew (needs uv)
	@uv pip compile --quiet pyproject.toml --group dev --universal --generate-hashes --no-header --python-version 3.11 -o requirements/dev.txt

clean: ## remove the environment and outputs
	@rm -rf $(VENV) out dist build
