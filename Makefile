# make run     set up everything and try it: a demo home, a signed sample, its receipts; then serve, SSH too
# make test    set up what the tests need and pass them
# make check   ruff, mypy --strict, import-linter, tests
# make bench   measure; writes bench/out/
# make docs    write the message reference from the schemas
# make screenshots   take the pictures of the operators' guide
# make clean   forget the venv and everything made (not the demo home)

# The first Python here that is new enough.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV ?= .venv
HOME_DIR ?= ./home
PORT ?= 8443
SSH_PORT ?= 2222
TESTS ?= tests
WORKERS ?= auto
BENCH ?=

py := $(VENV)/bin/python
# A venv is good while it has what the lock says: the stamp's name carries the hash of the lock and the metadata.
locked = $(VENV)/.$(1)-$(shell cat requirements/$(1).txt pyproject.toml | sha256sum | cut -c1-16)
run_venv := $(call locked,run)
dev_venv := $(call locked,dev)

.PHONY: run test lint check bench docs screenshots lock clean system-run system-test
.DEFAULT_GOAL := test

run: system-run $(run_venv)
	@exec $(py) tools/try_it.py --home "$(HOME_DIR)" --port $(PORT) --ssh-port $(SSH_PORT)

test: system-test $(dev_venv)
	$(py) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

lint: $(dev_venv)
	$(py) -m ruff check .
	$(py) -m mypy
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" lint-imports

check: lint test

bench: system-test $(dev_venv)
	$(py) -m bench $(BENCH)

docs: $(dev_venv)
	$(py) tools/message_docs.py

screenshots: system-test $(dev_venv)
	$(py) tools/screenshots.py

lock: $(dev_venv)
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" tools/lock

system-run:
	@tools/system-packages run

system-test:
	@tools/system-packages test

$(VENV)/.%:
	@rm -f $(VENV)/.$(firstword $(subst -, ,$*))-*
	@test -x $(py) || { test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none is here" >&2; exit 3; }; \
		"$(PYTHON)" -m venv $(VENV); }
	$(py) -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/$(firstword $(subst -, ,$*)).txt
	@PYTHONWARNINGS=ignore $(py) -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@$(py) -m pip check >/dev/null || { $(py) -m pip check; echo "the lock does not fit pyproject.toml: make lock" >&2; exit 1; }
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
