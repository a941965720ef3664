# Two commands matter: `make serve` and `make test`. Both set up what they need and are quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLED_DEV := $(VENV)/.installed-dev
PORT ?= 8050
# On every core; who is done takes over half of what another still has to do.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install serve demo test check fuzz lint format bench bench-peers frozen screenshots messages boundaries bundle lock browser servers clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

install: $(INSTALLED) ## set up .venv with the command score-dashboard

serve: $(INSTALLED) ## serve the public record on 127.0.0.1:8050 and print the address to open
	$(BIN)/score-dashboard serve --port $(PORT)

demo: $(INSTALLED) ## serve a synthetic programme of 1,000 enterprises
	@test -f instance/demo.db || env -u SCORE_DATABASE_URL -u SCORE_EDITIONS -u SCORE_ACCOUNTS_URL \
	  $(BIN)/score-dashboard demo --enterprises 1000
	SCORE_DATABASE_URL="sqlite:///$(CURDIR)/instance/demo.db" SCORE_EDITIONS="$(CURDIR)/instance/demo-editions" \
	  SCORE_ACCOUNTS_URL="sqlite:///$(CURDIR)/instance/demo-accounts.db" $(BIN)/score-dashboard serve --port $(PORT)

test: lint browser servers ## lint, types and every test
	$(PYTEST)

check: lint ## lint, types and the tests that need neither a browser nor a server, nor long
	$(PYTEST) -m "not browser and not servers and not slow"

fuzz: $(INSTALLED_DEV) ## attack what a link shows of many invented programmes, an hour or two
	$(BIN)/python -m pytest -m fuzz tests/attack

lint: $(INSTALLED_DEV) ## ruff and mypy alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED_DEV) ## let ruff tidy up
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED_DEV) browser ## measure everything there is a goal for, into docs/performance.md
	@scripts/servers.sh wrk
	$(BIN)/python -m benchmarks

bench-peers: $(INSTALLED_DEV) ## install Superset, Streamlit and Vizro for `make bench` to measure beside
	@scripts/bench_peers.sh $(BIN)/python

BASE ?= HEAD

frozen: $(INSTALLED_DEV) ## show what moved for any viewer since BASE (a commit; HEAD without it)
	@scripts/frozen.sh $(CURDIR)/$(BIN)/python $(BASE)

screenshots: $(INSTALLED_DEV) browser ## make the pictures of the README anew
	$(BIN)/python scripts/screenshots.py

messages: $(INSTALLED_DEV) ## bring the Chinese catalogue up to date with the code
	$(BIN)/pybabel -q extract -F babel.cfg -k _ -k _l -k ngettext:1,2 --no-location --sort-output --omit-header -o $(VENV)/messages.pot .
	$(BIN)/pybabel -q update -i $(VENV)/messages.pot -d layouts/locale -l zh --no-fuzzy-matching --omit-header --ignore-obsolete --no-wrap

boundaries: $(INSTALLED_DEV) ## build the map's boundary files anew
	$(BIN)/python data/boundaries/build.py

bundle: ## build the part of plotly.js that is served anew; asks for Node 20 or newer
	cd scripts/plotly && npm ci --no-audit --no-fund && npm run build

lock: $(INSTALLED_DEV) ## resolve the dependencies anew, with hashes
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes pyproject.toml -o requirements.txt --upgrade
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --extra dev --extra boundaries \
	  --extra postgresql pyproject.toml -o requirements-dev.txt --upgrade

browser: $(INSTALLED_DEV)
	@scripts/browser.sh $(BIN)/python

servers:
	@scripts/servers.sh

clean: ## remove what the other targets made
	rm -rf $(VENV) .venv-peers instance

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(INSTALLED): requirements.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m dashboard.static_files
	@touch $@

$(INSTALLED_DEV): requirements-dev.txt $(INSTALLED)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
