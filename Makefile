# The API Usage kit. Two commands are enough on a fresh machine: `make report` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# what Python compiles is kept, also where the environment says otherwise: a run and the tests start many processes
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check install

.PHONY: report test check lab app double spark lint bench soak lock clean
.DEFAULT_GOAL := report

report: .venv/ready
	@$(BIN)/apiusage sample --if-needed
	@folder=$$($(BIN)/apiusage report params/daily.yaml) && echo "the report is ready:" && echo "$$folder/report.html"

test: .venv/test-ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pytest -n 3 --dist loadgroup -p no:nbval

check: .venv/test-ready
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -q -n 2 -p no:nbval -m "not browser and not cron and not kills and not schedules and not slow and not load"

lab: .venv/ready
	@$(BIN)/jupyter lab --notebook-dir=notebooks $(OPTIONS)

NOTEBOOK = api_usage_view

app: .venv/ready
	@JUPYTER_PATH="$(CURDIR)/app" JUPYTER_CONFIG_PATH="$(CURDIR)/app" $(BIN)/voila notebooks/$(NOTEBOOK).ipynb $(OPTIONS)

double: .venv/ready
	@PYTHONPATH=tests/contract $(BIN)/python -m double

spark: .venv/spark-ready
	@$(BIN)/python examples/spark_cluster.py $(OPTIONS)

lint: .venv/test-ready
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/oxlint --quiet

bench: .venv/bench-ready
	@for script in benchmarks/*.py; do echo "$$script"; $(BIN)/python "$$script" || exit 1; done

soak: .venv/test-ready
	@APIUSAGE_KILLS=300 APIUSAGE_FETCH_KILLS=100 APIUSAGE_SCHEDULES=1000 APIUSAGE_DAYS=365 APIUSAGE_PAIRS=1000 APIUSAGE_DAMAGES=2000 APIUSAGE_MUTATIONS=10000 APIUSAGE_STATES=500 APIUSAGE_PAGES=200 $(BIN)/python -m pytest -n 2 --timeout 0 -m "kills or schedules or load"

lock:
	@for part in requirements requirements-test requirements-spark requirements-bench; do \
	  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
	    --no-config --python-version 3.11 --output-file $$part.lock $$part.in || exit 1; done

clean:
	rm -rf .venv output data build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12 report" if sys.version_info < (3, 11) else 0)'
	@echo "making .venv and installing the packages of requirements.lock (once; a minute or two)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-build-isolation --no-deps --editable .
	@touch $@

.venv/test-ready: .venv/ready requirements-test.lock
	@echo "installing the test tools of requirements-test.lock (once)" >&2
	@$(PIP) --require-hashes --requirement requirements-test.lock
	@touch $@

.venv/spark-ready: .venv/ready requirements-spark.lock
	@echo "installing the packages of requirements-spark.lock (once; half a gigabyte)" >&2
	@$(PIP) --require-hashes --requirement requirements-spark.lock
	@touch $@

.venv/bench-ready: .venv/test-ready requirements-bench.lock
	@echo "installing the packages of requirements-bench.lock (once)" >&2
	@$(PIP) --require-hashes --requirement requirements-bench.lock
	@touch $@
