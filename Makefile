# Every recipe sets itself up; all that is needed is Python 3.11 or newer and make.
PYTHON ?= python3
ARGS ?=
PYTEST_ARGS ?= -n 2 --dist loadfile
BIN := .venv/bin

.PHONY: help demo test check fix bench soak docs minutes pictures lock setup

help:
	@echo "make demo    a working clinic in your browser (ARGS='--port 8123 --patients 200' passes options on)"
	@echo "make test    every test, the browser's included"
	@echo "make check   lint, types, import rules"
	@echo "make fix     mend what can be mended by a program"
	@echo "make bench   speed against floors in the same run (ARGS='read book --patients 2000')"
	@echo "make soak    the long tests: 200 crashes, 200,000 hostile requests to FHIR, 50,000 to the desk, 1,050,000 events of the rules"
	@echo "make docs    write the generated pages of docs/ anew"
	@echo "make minutes write docs/minutes.md anew: the keys and seconds of a day's tasks, counted in a browser"
	@echo "make pictures draw docs/pictures anew, from a demo clinic of its own"
	@echo "make lock    lock the requirements anew"

demo:
	@$(PYTHON) scripts/setup.py
	@$(BIN)/waypost demo $(ARGS)

test:
	@$(PYTHON) scripts/setup.py browser
	@$(BIN)/python -m waypost.ops.assets
	@$(BIN)/python -m pytest -m "not soak" $(PYTEST_ARGS) $(ARGS)

soak:
	@$(PYTHON) scripts/setup.py browser
	@$(BIN)/python -m waypost.ops.assets
	@WAYPOST_SOAK=1 $(BIN)/python -m pytest -m "soak or crash" --timeout 7200 $(ARGS)

check:
	@$(PYTHON) scripts/setup.py dev
	@$(BIN)/ruff check src tests bench scripts
	@$(BIN)/lint-imports
	@$(BIN)/pyright

fix:
	@$(PYTHON) scripts/setup.py dev
	@$(BIN)/ruff check --fix-only src tests bench scripts
	@$(BIN)/ruff format src tests bench scripts

bench:
	@$(PYTHON) scripts/setup.py dev
	@$(BIN)/waypost bench $(ARGS)

docs:
	@$(PYTHON) scripts/setup.py dev
	@$(BIN)/python scripts/docs.py

minutes:
	@$(PYTHON) scripts/setup.py browser
	@$(BIN)/python -m waypost.ops.assets
	@$(BIN)/python scripts/minutes.py

pictures:
	@$(PYTHON) scripts/setup.py browser
	@$(BIN)/python -m waypost.ops.assets
	@$(BIN)/python scripts/pictures.py

lock:
	@$(PYTHON) scripts/setup.py
	@for kind in uv build app dev; do \
	  $(BIN)/python -m uv pip compile -q requirements/$$kind.in -o requirements/$$kind.txt --universal --python-version 3.11 \
	    --generate-hashes --no-emit-index-url --no-annotate --no-header $$(test $$kind = dev && echo "-c requirements/app.txt") || exit 1; done
	@echo "requirements locked"

setup:
	@$(PYTHON) scripts/setup.py dev
