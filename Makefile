# Everything is set up below .cache/ from package registries, once, and again when a lock file changes.
# Python 3.11 or newer, git and make are all that has to be there.

PYTHON = $(or $(shell sh tests/tools/find_python.sh),$(error There is no Python to go on with))
STEPS := lint docs unit page lab-tests e2e integration molecule importer sanity

.NOTPARALLEL:
.PHONY: help demo test $(STEPS) setup lab benchmark format lock clean

help:
	@echo "make demo      the whole workflow against a simulated vCenter"
	@echo "make test      every test step: $(STEPS)"
	@echo "make STEP      one of them"
	@echo "make setup     all that the steps need, without running them"
	@echo "make lab       the lab and govc, to .cache/bin"
	@echo "make benchmark what it costs, beside others; BENCHMARK=--help for options"
	@echo "make format    format the Python and Go code"
	@echo "make lock      renew requirements/*.txt"
	@echo "make clean     remove .cache"

demo:
	@$(PYTHON) tests/tools/prepare.py demo collections lab
	@PYTHONPATH=tests/lab .cache/venv-demo/bin/python -m labclient.demo

test:
	@$(PYTHON) tests/tools/check.py

$(STEPS):
	@$(PYTHON) tests/tools/check.py $@

setup:
	@$(PYTHON) tests/tools/prepare.py demo dev newest oldest modules rulebook browser collections lab guest

lab:
	@$(PYTHON) tests/tools/prepare.py lab

# With options: make benchmark BENCHMARK="--only site --site 10,100 --delays 0"
benchmark:
	@$(PYTHON) tests/tools/prepare.py newest collections lab
	@PYTHONPATH=tests/lab .cache/venv-newest/bin/python tests/benchmark/run.py $(BENCHMARK)

format:
	@$(PYTHON) tests/tools/format.py

lock:
	@$(PYTHON) tests/tools/lock.py

clean:
	rm -rf .cache
