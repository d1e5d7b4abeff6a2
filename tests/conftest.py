"""What all tests share: the command line in folders of its own, the real result, and skips that are loud."""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import warm
from run_folders import write_run

from apiusage_helpers.errors import SourceError
from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.runs.execution.run_process import Order, Workers
from apiusage_helpers.runs.execution.start_up import leave_out
from apiusage_helpers.runs.records.publish import publish_run
from apiusage_helpers.runs.records.run_facts import of_report
from apiusage_helpers.runs.scheduling.ports import Ports
from apiusage_helpers.selection import select
from apiusage_helpers.store import Day, StoredUsage
from apiusage_helpers.store.engines import duck
from apiusage_helpers.usage import usage_table

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Ctrl-C is heard also where a shell without job control began this
signal.signal(signal.SIGINT, signal.default_int_handler)
gc.disable()  # until all tests are known: what is loaded for them stays
leave_out()  # nbval would load it before this line, so `make test` does without that plugin
hypothesis.settings.register_profile("kit", deadline=None)  # no test asserts how long something takes
hypothesis.settings.load_profile("kit")
_SLOW = (
    "tests/browser", "tests/cli", "tests/contract", "tests/notebooks", "tests/runs/execution", "tests/store/test_faults.py",
    "tests/store/test_mishaps.py", "tests/fetching", "tests/test_house.py", "tests/test_examples.py",
)  # fmt: skip
_ONE_WORKER = (
    "tests/browser/",
    "tests/contract/test_counts.py",
    "tests/insights/test_forecast.py",
    "tests/live/",
    "tests/reports/",
    "tests/store/engines/test_spark.py",
)
_STARTS = {"apiusage", "cluster", "make_command_line", "project"}
_LAB = {f"tests/browser/view/test_{name}.py" for name in ("lab", "lab_report", "training")}
_READ_AT_START = ("PYTHON", "LANG", "LC_", "MPL", "MATPLOTLIBRC")  # variables that a process reads when it starts
_MAY_SKIP = "../shared/data is not there"


@dataclass(frozen=True)
class CommandLine:
    """The command `apiusage` with a store, output and params folder of its own.

    A call is a fork of a process that has imported the kit (`warm.py`), or, where a test asks about processes, a start.
    """

    folder: Path
    environment: dict[str, str]
    cold: bool = False

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def __call__(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment | variables
        changed = [name for name in variables if variables[name] != self.environment.get(name)]
        if not self.cold and not any(name.startswith(_READ_AT_START) for name in changed):
            return warm.run(self.command(*arguments), environment, self.folder)
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, env=environment, cwd=self.folder, check=False, timeout=300,
        )  # fmt: skip

    def command(self, *arguments: object) -> list[str]:
        return [str(BIN / "apiusage"), *map(str, arguments)]

    def published(self, *arguments: object) -> Path:
        """The folder that a report was published in; the run must have succeeded."""
        done = self("report", *arguments)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip().splitlines()[-1])


def command_line(folder: Path) -> CommandLine:
    places = {"APIUSAGE_STORE": str(folder / "store"), "APIUSAGE_OUTPUT": str(folder / "output")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("APIUSAGE_", "GENESYSCLOUD_"))}
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return CommandLine(folder, kept | places | {"PYTHONPATH": str(ROOT), "PATH": path})


@pytest.fixture
def apiusage(tmp_path: Path) -> CommandLine:
    """The command line with an empty store."""
    return command_line(tmp_path)


@pytest.fixture(scope="session")
def make_command_line(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], CommandLine]:
    """Command lines for whole modules."""
    return lambda name: command_line(tmp_path_factory.mktemp(name))


@pytest.fixture(scope="session")
def real_result() -> Path:
    """The platform's real result of February 2020; tests that need it are skipped, loudly, where it is not."""
    for parent in (ROOT.parent, *ROOT.parent.parents):
        path = parent / "shared" / "data" / "usage_result_2020-02.json"
        if path.is_file():
            return path
    pytest.skip(_MAY_SKIP)


@pytest.fixture
def result_file(tmp_path: Path) -> Callable[..., Path]:
    """A result file of the legacy service, with the given rows."""

    def write(*rows: dict[str, object], name: str = "result.json", **page: object) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps({"results": list(rows), "queryStatus": "Complete"} | page), encoding="utf-8")
        return path

    return write


@pytest.fixture
def loop() -> Iterator[Any]:
    """An event loop whose clock jumps to the next timer: waits take no time."""
    from double.virtual import VirtualLoop

    loop = VirtualLoop()
    yield loop
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()


def pytest_collection_finish() -> None:
    """What is loaded now stays: the collector does not walk over it between two tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that start commands, kernels or servers are slow: those of some folders, and all that take a command line."""
    for item in items:
        place = item.path.relative_to(ROOT).as_posix()
        if place.startswith(_SLOW) or _STARTS & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """One worker for all tests of a server or of a file of browser tests, so that neither is started twice.

    The groups of `--dist loadgroup` are written into node ids, which pytest 9.2 keeps as they are.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Places(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    return Places(config, log)


def together(nodeid: str) -> str:
    """What a test shares with others, by name: JupyterLab, the served view, a browser; for most tests itself."""
    file = nodeid.split("::", maxsplit=1)[0]
    if file.startswith("tests/browser/view/"):
        return "lab" if file in _LAB else "view"
    return file if file.startswith(_ONE_WORKER) else nodeid


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Every skip with its reason, last, where nobody overlooks it."""
    yield
    for reason in sorted(_reasons(terminalreporter)):
        terminalreporter.write_line(f"SKIPPED: {reason}", yellow=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where everything is required, a skip other than that of the shared data fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("APIUSAGE_REQUIRE_ALL") and reporter and any(_MAY_SKIP not in r for r in _reasons(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reasons(reporter: pytest.TerminalReporter) -> set[str]:
    return {str(report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr)
            for report in reporter.stats.get("skipped", [])}  # fmt: skip


def no_process(order: Order) -> Any:
    """A stub starts no process."""
    raise AssertionError(order)


@dataclass
class Stub:
    """Everything `due` reaches out with, recorded: runs publish a small folder, days and faults are as the test says."""

    output: Path
    made: list[tuple[str, str, str]]
    told: list[str]
    sent: list[tuple[str, Any]]
    fetched: list[str]
    faults: list[Exception]
    open: dict[str, str]
    facts: dict[str, Any] | Callable[[str], dict[str, Any]]

    def run(self, report: Any, organization: str, *, wanted: Any, facts: Any, **_: Any) -> Path:
        """Publish a run with the stub's facts; raise the next fault instead where there is one."""
        if self.faults:
            raise self.faults.pop(0)
        assert wanted()
        interval = report.selection(organization).interval
        run_id = f"20260101T000000-{len(self.made):08d}"
        own = self.facts(organization) if callable(self.facts) else self.facts
        told = {**of_report(report, organization), **own, **facts}
        folder = write_run(self.output / ".runs" / run_id, **told)
        (folder / "report.html").write_text("<p>report</p>")
        self.made.append((report.name, organization, str(interval)))
        place = Path(report.name) / organization / f"{interval.start}_{interval.end}"
        return publish_run(self.output, run_id, place)

    def fetch(self, organization: str, tell: Any) -> None:  # noqa: ARG002  # the signature of a source
        """Record it; raise the next fault where the test wants one."""
        self.fetched.append(organization)
        if "fetch" in self.open:
            raise SourceError(self.open["fetch"])

    def ports(self, **others: Any) -> Ports:
        return Ports(**{
            "run": self.run, "workers": lambda _: nullcontext(Workers(no_process)), "fetch": self.fetch, "open_days": lambda name, _: self.open.get(name, ""),
            "organizations": lambda: ("a", "b"), "why_not_fetched": lambda *_: "", "send": lambda to, message: self.sent.append((to, message)),
            "sleep": lambda _: None, "tell": self.told.append, "show": self.told.append,
        } | others)  # fmt: skip


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """A project of its own for `due` in this process, whose params folder is empty."""
    for name in ("store", "output", "params"):
        monkeypatch.setenv(f"APIUSAGE_{name.upper()}", str(tmp_path / name))
    (tmp_path / "params").mkdir()
    return Stub(tmp_path / "output", [], [], [], [], [], {}, {})


@pytest.fixture
def params_file(tmp_path: Path) -> Callable[..., Path]:
    """A scheduled report: daily at 02:30, with what a test says instead."""

    def write(name: str = "daily", *, parameters: Any = None, **schedule: Any) -> Path:
        path = tmp_path / "params" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        written = {
            "notebook": "api_usage_report",
            "schedule": {"cron": "30 2 * * *", "wait_hours": 0} | schedule,
            "parameters": {"organization": "a", "date_range": "previous_7_days"} | (parameters or {}),
        }
        path.write_text(json.dumps(written))  # JSON is YAML
        return path

    return write


@pytest.fixture
def lazy_rows() -> Callable[..., Any]:
    """Short rows (day of November 2026, client_id, client_name, method, template URI, five statuses) as a relation."""

    def relation(*rows: tuple[int, str, str, str, str, int, int, int, int, int]) -> Any:
        table = usage_table((date(2026, 11, day), *rest, ok + moved + refused + broken, ok, moved, refused, many, broken)
                            for day, *rest, ok, moved, refused, many, broken in rows)  # fmt: skip
        return duck.connect().from_arrow(table)

    return relation


@pytest.fixture
def legacy_row() -> Callable[..., dict[str, Any]]:
    """A row of usage/query that adds up: 10 requests on 2026-10-05, 4 refused, 1 of them by 429."""

    def row(**other: Any) -> dict[str, Any]:
        return {
            "clientId": "7de3af06", "clientName": "CRM sync", "organizationId": "", "userId": "", "templateUri": "api/v2/users",
            "httpMethod": "GET", "status200": 6, "status300": 0, "status400": 4, "status500": 0, "status429": 1, "requests": 10,
            "date": "2026-10-05T00:00:00Z",
        } | other  # fmt: skip

    return row


@pytest.fixture
def jobs_row() -> Callable[..., dict[str, Any]]:
    """A row of usage/aggregates/query/jobs that adds up."""

    def row(**other: Any) -> dict[str, Any]:
        return {
            "date": "2026-10-05", "platform": "", "httpMethod": "GET", "templateUri": "/api/v2/users", "requestCount": 10,
            "status200": 6, "status300": 0, "status400": 4, "status429": 1, "status500": 0,
            "oauthClient": {"id": "7de3af06", "name": "CRM sync"},
        } | other  # fmt: skip

    return row


@pytest.fixture(scope="session")
def report() -> Callable[..., UsageReport]:
    """The report of rows (day, client_id, client_name, method, template URI, five statuses) over 1 to 3 November 2026.

    A report is a value, so it is counted once for the same rows and choices.
    """
    counted: dict[str, UsageReport] = {}

    def of(*rows: tuple[Any, ...], **choices: Any) -> UsageReport:
        asked = repr((rows, choices))
        if asked not in counted:
            counted[asked] = _report(*rows, **choices)
        return counted[asked]

    return of


def _report(
    *rows: tuple[Any, ...], missing: tuple[int, ...] = (), provisional: tuple[int, ...] = (), **choices: Any
) -> UsageReport:
    table = usage_table((date(2026, 11, d), *k, ok + moved + no + down, ok, moved, no, many, down)
                        for d, *k, ok, moved, no, many, down in rows)  # fmt: skip
    at = datetime(2026, 11, 5, tzinfo=UTC)
    days = tuple(
        Day(date(2026, 11, d), "usage/query", at, d in provisional, 1, 1) for d in (1, 2, 3) if d not in missing
    )
    gaps = tuple(date(2026, 11, d) for d in missing)
    selection = select("acme", "2026-11-01/2026-11-03", today="2026-11-24", **choices)
    return usage_report(StoredUsage(duck.connect().from_arrow(table), days, gaps, 7), selection)
