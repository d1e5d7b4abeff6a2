"""A project with a tiny notebook of one's own, run by the real command."""

import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from apiusage_helpers.interval import Interval
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.usage import usage_table

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = (
    "organization = ''\ndate_range = ''\ndisplay_timezone = ''\nclients = []\nclient_template_uris = []\ntemplate_uris = []\n"
    "http_methods = []\ntop = 5\ntoday = ''\nexport_folder = ''\ncommand = ''"
)
EXPORT = (
    "import json, pathlib\n"
    "facts = {'source': 's', 'store_version': 1, 'requests': 1, 'clients': 1, 'excluded': {}, 'days': {}, 'checks': []}\n"
    "pathlib.Path(export_folder, 'facts.json').write_text(json.dumps(facts))"
)


@dataclass(frozen=True)
class Project:
    """A folder with params/ and notebooks/, and the command line in it."""

    line: Any

    def notebook(self, *cells: str) -> None:
        """The report's notebook: parameters, these cells, and an export."""
        code = nbformat.v4.new_code_cell
        tagged = [
            code(PARAMETERS, metadata={"tags": ["parameters"]}),
            *map(code, cells),
            code(EXPORT, metadata={"tags": ["export"]}),
        ]
        story = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Story"), *tagged])
        story.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
        nbformat.write(story, self.line.folder / "notebooks" / "api_usage_report.ipynb")

    def report(self, *arguments: str, **variables: str) -> Any:
        return self.line("report", "params/daily.yaml", "--today", "2026-11-24", *arguments, **variables)

    @property
    def link(self) -> Path:
        return self.link_of("sample")

    def link_of(self, organization: str) -> Path:
        return self.line.output / "daily" / organization / "2026-11-17_2026-11-23"

    def organizations(self, *names: str) -> str:
        """Organizations with the same silent days, as a parameter."""
        for name in names:
            write_silent_days(self.line.store, name)
        return ",".join(names)

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The run.json of each failed run."""
        return [json.loads(path.read_text()) for path in sorted((self.line.output / ".failed").glob("*/run.json"))]

    @property
    def warm(self) -> "Project":
        """The same, by forks of a process that has loaded the kit: for what is no question to processes and their starts."""
        return Project(replace(self.line, cold=False))

    def leftovers(self) -> list[str]:
        """What is still there of runs: processes that know of this output folder or work in it, and private folders."""
        return self.processes() + [path.name for path in (self.line.output / ".runs").glob(".*.work")]

    def processes_that_stay(self) -> list[str]:
        """What is there of processes after 20 seconds; one whose command was killed while it loaded hears of that afterwards."""
        deadline = time.monotonic() + 20
        while (there := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return there

    def processes(self) -> list[str]:
        """The processes that know of this output folder or work in it."""
        known, output = [], str(self.line.output)
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.pid == os.getpid():
                    continue
                if process.environ().get("APIUSAGE_OUTPUT") == output or process.cwd().startswith(output):
                    known.append(" ".join(process.cmdline()) or process.name())
        return known


def write_silent_days(store: Path, organization: str) -> None:
    days = Interval(date(2026, 11, 1), date(2026, 11, 23)).days
    origin = Origin("sample", datetime(2026, 11, 24, tzinfo=UTC))
    write_days(organization, usage_table([]), days, origin, root=store)


def _project(line: Any) -> Project:
    line = replace(line, cold=True)  # its processes are what these tests ask about
    write_silent_days(line.store, "sample")
    for name in ("params", "notebooks"):
        (line.folder / name).mkdir()
    shutil.copy(ROOT / "params" / "daily.yaml", line.folder / "params" / "daily.yaml")
    made = Project(line)
    made.notebook("'good'")
    return made


@pytest.fixture
def project(apiusage: Any) -> Project:
    """A project whose store has days without rows, since its notebooks read none."""
    return _project(apiusage)


@pytest.fixture(scope="session")
def _published_once(make_command_line: Callable[[str], Any]) -> Project:
    made = _project(make_command_line("published"))
    assert made.warm.report().returncode == 0
    return made


@pytest.fixture
def published(project: Project, _published_once: Project) -> Project:
    """A project with a good report, made once and copied with its links."""
    shutil.copytree(_published_once.line.output, project.line.output, symlinks=True)
    return project
