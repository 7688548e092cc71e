.DEFAULT_GOAL := help
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# Two files of tests at a time, in order: the browser's long ones come early, none is left alone.
TWO := --numprocesses 2 --dist loadfile --no-loadscope-reorder

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(VENV)/.app: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: $(VENV)/.app tests/requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

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

samples: $(VENV)/.dev ## make the sample PDFs again from their sources
	$(BIN)/python samples/build.py

clean: ## remove the virtual environment (your documents in data/ stay)
	rm -rf $(VENV)

.PHONY: help run test check chromium audit bench infinity samples clean
