"""A project with a tiny notebook of one's own, run by the real command."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from apiusage_helpers.errors import SourceError
from apiusage_helpers.runs.due import Hands
from apiusage_helpers.runs.publish import publish_run

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = (
    "organization = ''\ndate_range = ''\ndisplay_timezone = ''\nclients = []\nclient_template_uris = []\ntemplate_uris = []\n"
    "http_methods = []\ntop = 5\ntoday = ''\nexport_folder = ''"
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
        return self.line.output / "daily" / "sample" / "2026-11-17_2026-11-23"

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The run.json of each failed run."""
        return [json.loads(path.read_text()) for path in sorted((self.line.output / ".failed").glob("*/run.json"))]

    def leftovers(self) -> list[str]:
        """What is still there of runs: processes that bear a run's mark, and private folders."""
        marked = []
        for process in psutil.process_iter():
            try:
                if (
                    process.environ().get("APIUSAGE_OUTPUT") == str(self.line.output)
                    and "APIUSAGE_RUN" in process.environ()
                ):
                    marked.append(" ".join(process.cmdline()))
            except psutil.Error:
                continue
        return marked + [path.name for path in (self.line.output / ".runs").glob(".*.work")]


@pytest.fixture
def project(apiusage: Any) -> Project:
    """A project whose store needs no rows, since its notebooks read none."""
    for name in ("params", "notebooks"):
        (apiusage.folder / name).mkdir()
    shutil.copy(ROOT / "params" / "daily.yaml", apiusage.folder / "params" / "daily.yaml")
    made: Callable[..., None] = Project(apiusage).notebook
    made("'good'")
    return Project(apiusage)


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
    facts: dict[str, Any]

    def run(self, report: Any, organization: str, *, wanted: Any, facts: Any, **_: Any) -> Path:
        """Publish a run with the stub's facts; raise the next fault instead where there is one."""
        if self.faults:
            raise self.faults.pop(0)
        assert wanted()
        interval = report.selection(organization).interval
        run_id = f"20260101T000000-{len(self.made):08d}"
        folder = self.output / ".runs" / run_id
        folder.mkdir(parents=True)
        told = {
            "report": report.name, "notebook": report.notebook, "organization": organization, "status": "succeeded",
            "interval": {"start": str(interval.start), "end": str(interval.end)}, "today": str(report.today),
            "parameters": report.parameters.model_dump(mode="json"), "started_at": "2026-01-01T00:00:00+00:00",
            "finished_at": "2026-01-01T00:00:09+00:00", "requests": 100, "files": [], **self.facts, **facts,
        }  # fmt: skip
        (folder / "run.json").write_text(json.dumps(told))
        (folder / "report.html").write_text("<p>report</p>")
        self.made.append((report.name, organization, str(interval)))
        place = Path(report.name) / organization / f"{interval.start}_{interval.end}"
        return publish_run(self.output, run_id, place)

    def fetch(self, organization: str, tell: Any) -> None:  # noqa: ARG002  # the signature of a source
        """Record it; raise the next fault where the test wants one."""
        self.fetched.append(organization)
        if "fetch" in self.open:
            raise SourceError(self.open["fetch"])

    def hands(self, **others: Any) -> Hands:
        return Hands(**{
            "run": self.run, "fetch": self.fetch, "open_days": lambda name, _: self.open.get(name, ""),
            "organizations": lambda: ("a", "b"), "send": lambda to, message: self.sent.append((to, message)),
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
