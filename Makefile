# Windrose's front door. Every target works in a fresh clone; what is missing goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH_VENV := .venv-bench

.PHONY: run test lint lock format bench bench-imports bench-costs clean

# Migrate, seed, and serve on http://127.0.0.1:8000 (HOST and PORT change it). Ctrl-C stops it.
run: $(VENV)/runtime.stamp
	@exec $(BIN)/python manage.py serve

# The whole suite: pages, live sockets, browser and PostgreSQL where the machine has them.
test: $(VENV)/development.stamp
	@$(BIN)/python -m pytest -n 2 --maxschedchunk 1 -q -rs $(ARGS)

# Style, types of the pure modules, templates, missing migrations, deployment settings.
lint: $(VENV)/development.stamp
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --check --target-version 5.2
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --fail-level WARNING

# Rewrite code in the house's format.
format: $(VENV)/development.stamp
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@git ls-files -z 'templates/*.html' | xargs -0 $(BIN)/djade --target-version 5.2

# Lock pyproject.toml's requirements, exact versions with hashes. Run it after changing a dependency, and commit both files.
lock: $(VENV)/development.stamp
	@$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-annotate --quiet -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-dev.txt
	@$(BIN)/uv pip compile pyproject.toml --group bench --universal --generate-hashes --no-header --no-annotate --quiet -o requirements-bench.txt

clean:
	@rm -rf $(VENV) $(BENCH_VENV) var/static

$(VENV)/bin/python $(BENCH_VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Windrose needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=/path/to/python3.") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(@:/bin/python=)

$(VENV)/runtime.stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing Windrose's requirements into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/development.stamp: requirements-dev.txt | $(VENV)/bin/python
	@echo "Installing the development requirements into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/runtime.stamp

# Server time, queries and bytes of the pages at 500 models. ARGS="--models 5000" for more.
bench: $(VENV)/runtime.stamp
	@$(BIN)/python -m bench.pages $(ARGS)

# How long an import takes, and in how much memory. ARGS="--models 100000" for more.
bench-imports: $(VENV)/runtime.stamp
	@$(BIN)/python -m bench.imports $(ARGS)

# Our bills beside those of genai-prices and LiteLLM, which live in an environment of their own. ARGS="--verbose" lists all.
bench-costs: $(BENCH_VENV)/bench.stamp
	@$(BENCH_VENV)/bin/python -m bench.costs $(ARGS)

$(BENCH_VENV)/bench.stamp: requirements-bench.txt | $(BENCH_VENV)/bin/python
	@echo "Installing the second opinions into $(BENCH_VENV) ..."
	@$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@touch $@
