# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every target sets up .venv first, which costs nothing when nothing changed. PYTHON=/path/to/python3 chooses the interpreter.

VENV ?= .venv
export VENV
CHECK = $(VENV)/bin/python scripts/check.py

.DEFAULT_GOAL := help
.PHONY: help setup demo test sandbox lint sanity unit e2e molecule chaos matrix bench build docsite ee variables clean

help: ## show this list
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

setup: ## .venv with all that is needed, and this checkout as certops.cloudfront
	@scripts/setup

demo: setup ## the whole life of two projects on the sandbox, to read along
	@$(VENV)/bin/python tests/demo/run.py

test: setup ## everything: lint, sanity, unit, end-to-end, molecule, build
	@$(CHECK) all

sandbox: setup ## AWS and a CA on this machine until Ctrl-C, with some zones and distributions; print the export lines for another shell
	@cd tests && $(abspath $(VENV))/bin/python -m sandbox --seed --shell

lint: setup ## ruff, mypy, ansible-lint, yamllint, REUSE, changelog, documentation
	@$(CHECK) lint

sanity: setup ## ansible-test sanity, no ignore files
	@$(CHECK) sanity

unit: setup ## unit tests
	@$(CHECK) unit

e2e: setup ## end-to-end tests on the sandbox
	@$(CHECK) e2e

molecule: setup ## the role's molecule scenario
	@$(CHECK) molecule

chaos: setup ## kills, faults, overlapping jobs and full disks by the hundred; the figures of docs/safety.md
	@$(CHECK) chaos

matrix: setup ## the tests on each supported ansible-core and Python that is here; ROWS="2.18/3.11 2.21/3.13" STEPS="story sample" are some
	@$(VENV)/bin/python scripts/matrix.py $(ROWS) $(STEPS)

mutants: setup ## 100 small changes to what decides, one at a time: how many the unit tests notice; ARGS="--seed 7 --count 20"
	@$(VENV)/bin/python scripts/mutants.py $(ARGS)

bench: ## measurements of issuing and of fleets against certbot; writes docs/benchmarks.md
	@scripts/setup tests/bench/requirements.txt
	@$(VENV)/bin/python tests/bench/run.py

build: setup ## the artefact in build/, its contents checked
	@$(CHECK) build

docsite: ## the documentation site in build/docsite
	@scripts/setup scripts/docsite.txt
	@$(VENV)/bin/python scripts/docsite.py

ee: ## the execution environment, built from this checkout without a registry, and renew run in it (Debian, root)
	@scripts/setup scripts/ee.txt
	@$(VENV)/bin/python scripts/ee.py

variables: setup ## the tables of variables and of the doctor's codes in the docs, from the code
	@$(VENV)/bin/python scripts/variables.py

clean: ## removes everything that the other targets made
	rm -rf .venv .cache .ansible build .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
