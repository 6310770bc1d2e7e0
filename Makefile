# Thin over tools/: what each target does is said by `make`, how it does it by the file named in its recipe.
.DEFAULT_GOAL := help
.PHONY: help up down status demo test lint bench fuzz schema front-end setup

PYTHON := .venv/bin/python
# Where tools/setup puts a Node of its own when this machine's is missing or old.
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)

help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

up: ## Install what is missing, then run ovirtlite here until Ctrl-C
	@tools/setup up
	@exec $(PYTHON) -m ovirtlite.supervisor up

down: ## Stop what `make up` left running
	@tools/setup down
	@exec $(PYTHON) -m ovirtlite.supervisor down

status: ## Show the running parts
	@tools/setup down
	@exec $(PYTHON) -m ovirtlite.supervisor status

demo: ## `make up` with three real hypervisor nodes on this machine (needs root)
	@tools/setup test
	@exec $(PYTHON) -m tools.demo

test: ## The whole test suite; RINGS="unit node" runs a part of it
	@tools/setup test
	@exec $(PYTHON) -m tools.rings $(RINGS)

lint: ## Style, types, layers, migrations, the API document
	@tools/setup lint
	@exec $(PYTHON) -m tools.lint

bench: ## The benchmarks, each beside its limit
	@tools/setup test
	@exec $(PYTHON) -m tests.bench

fuzz: ## Hundreds of generated requests to every operation, by three roles; about half an hour
	@tools/setup test
	@OVIRTLITE_FUZZ=200 exec $(PYTHON) -m pytest -q -s tests/unit/fuzz -n 2

schema: ## Write docs/openapi.yaml and the front end's types from the code
	@tools/setup lint
	@exec $(PYTHON) -m tools.schema

front-end: ## Build the front end
	@tools/setup front-end
