"""What all tests share: the command line in folders of its own, the real result, and skips that are loud."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
_MAY_SKIP = "../shared/data is not there"


@dataclass(frozen=True)
class CommandLine:
    """The command `apiusage` with a store, output and params folder of its own."""

    folder: Path
    environment: dict[str, str]

    @property
    def output(self) -> Path:
        return self.folder / "output"

    @property
    def store(self) -> Path:
        return self.folder / "store"

    def __call__(self, *arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, env=self.environment | variables, cwd=self.folder,
            check=False, timeout=300,
        )  # fmt: skip

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "apiusage_helpers.cli", *map(str, arguments)]

    def published(self, *arguments: object) -> Path:
        """The folder that a report was published in; the run must have succeeded."""
        done = self("report", *arguments)
        assert done.returncode == 0, done.stderr
        return Path(done.stdout.strip().splitlines()[-1])


def command_line(folder: Path) -> CommandLine:
    places = {"APIUSAGE_STORE": str(folder / "store"), "APIUSAGE_OUTPUT": str(folder / "output")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("APIUSAGE_", "GENESYSCLOUD_"))}
    return CommandLine(folder, kept | places | {"PYTHONPATH": str(ROOT)})


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
