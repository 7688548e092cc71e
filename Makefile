.DEFAULT_GOAL := help
# The first of these that is there and is a Python that every requirement has a wheel for.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
ifndef PYTHON
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3; do \
  $$p -c "$(FITS)" 2>/dev/null && echo $$p && break; done)
endif
VENV := .venv
BIN := $(VENV)/bin
# Two files of tests at a time, in order: the browser's long ones come early, none is left alone.
TWO := --numprocesses 2 --dist loadfile --no-loadscope-reorder

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.app: requirements.txt
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { \
	  echo "Second Look needs Python 3.11, 3.12 or 3.13, and none was found."; \
	  echo "Install one, or name it: make run PYTHON=/path/to/python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.app tests/requirements.txt requirements-integrations.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

install: $(VENV)/.app ## install what is missing, and nothing else

run: $(VENV)/.app ## install what is missing and start the app on http://localhost:8501
	$(BIN)/streamlit run app.py

test: $(VENV)/.dev chromium ## install what the tests need (Chromium too) and run everything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings pages
	$(BIN)/python -m pytest $(TWO)

check: $(VENV)/.dev ## the quick checks: style, types, and the tests without models and browser
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings pages
	$(BIN)/python -m pytest $(TWO) -m "not model and not browser"

chromium:
	@command -v chromium >/dev/null || { \
	  test "$$(id -u)" = 0 || sudo=sudo; \
	  $$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium fonts-dejavu-core; }

audit: $(VENV)/.dev ## look every installed package up in the list of known vulnerabilities
	$(BIN)/pip-audit --strict --local

$(VENV)/.bench: $(VENV)/.dev benchmarks/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt
	touch $@

bench: $(VENV)/.bench ## measure this machine beside plain code; fails where plain code is faster
	$(BIN)/python -m benchmarks

infinity: $(VENV)/.bench ## let `make bench` measure infinity-emb too, in an environment of its own
	$(PYTHON) -m venv $(VENV)/infinity
	$(VENV)/infinity/bin/python -m pip install --quiet -r benchmarks/infinity.txt

local-reranker: $(VENV)/.dev ## let the tests ask local-reranker too, in an environment of its own
	$(PYTHON) -m venv $(VENV)/local-reranker
	$(VENV)/local-reranker/bin/python -m pip install --quiet local-reranker==0.1.1

samples: $(VENV)/.dev ## make the sample PDFs again from their sources
	$(BIN)/python samples/build.py

clean: ## remove the virtual environment (your documents in data/ stay)
	rm -rf $(VENV)

.PHONY: help install run test check chromium audit bench infinity local-reranker samples clean
