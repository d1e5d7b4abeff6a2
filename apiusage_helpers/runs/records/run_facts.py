"""run.json: what a run tells of itself, written and read here and nowhere else.

A run.json that does not fit the model (another program's, one of another time, a torn one) is treated as if there were
none: its report counts as not made, and every other report goes on.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from apiusage_helpers.errors import ApiUsageError, RunError
from apiusage_helpers.interval import Interval
from apiusage_helpers.project.small_files import read_bytes
from apiusage_helpers.settings.report_file import WHERE_COUNTED, Report, ReportFile
from apiusage_helpers.text import visible

OF_THE_RUN = ("organization", "date_range")  # they stand in the place of a report, not among its settings
_FILE = "run.json"


class Days(msgspec.Struct, frozen=True):
    """The UTC days of the interval that the store had, lacked, or held as provisional."""

    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    provisional: tuple[str, ...] = ()


class Previous(msgspec.Struct, frozen=True):
    """The interval before, its requests, and how many of its days were missing."""

    requests: int
    missing: int = 1


class SeenDay(msgspec.Struct, frozen=True):
    """What a day looked like, so that it is known again when it is restated."""

    requests: int
    provisional: bool
    fetched_at: str
    digest: str
    source: str | None = None


class ChangedDay(msgspec.Struct, frozen=True):
    """A day that is not as the run before saw it: its requests then (None: missing) and now, and its source if that moved."""

    date: str
    after: int
    before: int | None = None
    was: str = ""
    now: str = ""


class ToldFinding(msgspec.Struct, frozen=True):
    """A finding of a run, as far as whoever is told of it needs.

    `start` and `end` are UTC days; `address` is the part of the page's address that filters it to the finding's requests.
    """

    kind: str
    severity: str
    cause: str
    remedy: str = ""
    client_id: str = ""
    http_method: str = ""
    template_uri: str = ""
    acknowledged: str = ""
    client_name: str = ""
    start: str = ""
    end: str = ""
    address: str = ""

    @property
    def key(self) -> str:
        """What it is about: the same while it goes on."""
        return f"{self.kind} {self.client_id} {self.http_method} {self.template_uri}"


class FairUse(msgspec.Struct, frozen=True):
    """The running billing month: requests used, allowed (None: unknown) and expected at its end (None: no forecast)."""

    used: int
    allowance: int | None = None
    projected: int | None = None


class PublishedFile(msgspec.Struct, frozen=True):
    """A file of a run's folder."""

    name: str
    bytes: int = 0
    sha256: str = ""


class ToldCheck(msgspec.Struct, frozen=True):
    """A check of the figures, or a note on the data where it is not `ok`."""

    name: str
    ok: bool = True
    detail: str = ""


class RunFacts(msgspec.Struct, frozen=True):
    """What a run tells of itself; `scheduled` and `restated` are there only where a schedule made it.

    Dates and times are ISO texts, days UTC days; `requests_per_day` has None for a missing day.
    """

    report: str
    organization: str
    interval: Interval
    status: str
    started_at: str
    notebook: str = ""
    today: date | None = None
    finished_at: str = ""
    parameters: dict[str, Any] = msgspec.field(default_factory=dict)
    message: str | None = None
    requests: int | None = None
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)
    requests_per_day: tuple[int | None, ...] = ()
    days: Days = Days()
    checks: tuple[ToldCheck, ...] = ()
    previous: Previous | None = None
    seen: dict[str, SeenDay] = msgspec.field(default_factory=dict)
    findings: tuple[ToldFinding, ...] = ()
    fair_use: FairUse | None = None
    key_figures: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    leaders: dict[str, str] = msgspec.field(default_factory=dict)
    scheduled: str | None = None
    restated: tuple[ChangedDay, ...] | None = None
    other_source: tuple[ChangedDay, ...] = ()
    files: tuple[PublishedFile, ...] = ()

    @property
    def place(self) -> Path:
        """Where it is published, below the output folder."""
        return place(self.report, self.organization, self.interval)

    @property
    def failed(self) -> bool:
        """Whether it ended without a report."""
        return self.status == "failed"

    @property
    def totals(self) -> dict[str, int]:
        """Requests and how they ended, as far as the run tells."""
        return {"requests": self.requests or 0, **self.outcomes}

    @property
    def change(self) -> float | None:
        """The change of requests against the interval before (0.5: half as many more); None where days of either are missing."""
        before = self.previous
        if before is None or before.missing or self.days.missing or not before.requests:
            return None
        return self.totals["requests"] / before.requests - 1

    @property
    def by_schedule(self) -> bool:
        """Whether `due` started it, at its instant or for a restated day; else somebody did by hand."""
        return self.scheduled is not None or self.restated is not None

    @property
    def made_again(self) -> str:
        """Why it was made in place of another, in a word or two; nothing where its days have not changed."""
        if any(day.before is not None for day in self.restated or ()):
            return "restated"
        return "from another source" if self.other_source else "completed" if self.restated else ""

    @property
    def notes(self) -> list[str]:
        """A line for each thing that a reader must know of the data, such as days that are missing."""
        return [f"{check.name}: {visible(check.detail)}" for check in self.checks if not check.ok]

    def share(self, outcome: str) -> float | None:
        """The share (0-1) of requests with an outcome (failed, throttled); None without requests."""
        sums = self.totals
        return sums[outcome] / sums["requests"] if sums["requests"] and outcome in sums else None

    def severity(self, name: str) -> int:
        """How many findings of a severity nobody has acknowledged."""
        return sum(one.severity == name and not one.acknowledged for one in self.findings)

    def changed_days(self) -> Iterator[str]:
        """A line for each day that is not as the run before saw it."""
        for day in self.restated or ():
            come = day.before is None
            yield f"{day.date} came in: {day.after:,} requests" if come else f"restated {day.date}: {_moved(day)}"
        for day in self.other_source:
            yield f"{day.date} now from {day.now}, was from {day.was}: {_moved(day)}"


_decoder = msgspec.json.Decoder(RunFacts)


def place(report: str, organization: str, interval: Interval) -> Path:
    """Where a report is published, below the output folder."""
    return Path(report) / organization / f"{interval.start}_{interval.end}"


def run_id(link: Path) -> str | None:
    """The id of the run that a link leads to; None where nothing is published."""
    try:
        return link.readlink().name if (link / _FILE).is_file() else None
    except OSError:
        return None


def facts_of(folder: Path) -> RunFacts | None:
    """What the run.json in a folder tells; None where there is none that fits."""
    try:
        return _decoder.decode(read_bytes(folder / _FILE))
    except (OSError, ValueError, RecursionError, ApiUsageError):
        return None


def is_torn(folder: Path) -> bool:
    """Whether a folder holds a run.json that tells nothing."""
    return (folder / _FILE).exists() and facts_of(folder) is None


def links(output: Path) -> list[Path]:
    """The links of all published runs, in order of report, organization and interval, whatever they lead to."""
    return [link for link in sorted(output.glob("[!.]*/*/[!.]*_*")) if link.is_symlink()]


def lost(output: Path) -> Iterator[Path]:
    """What was published and tells nothing of itself, and the other folders of runs whose run.json is torn."""
    found = links(output)
    yield from (link for link in found if facts_of(link) is None and link.is_symlink())  # else it has just been removed
    known = {link.resolve() for link in found}
    folders = sorted([*(output / ".runs").glob("[!.]*"), *(output / ".failed").glob("*")])
    yield from (folder for folder in folders if is_torn(folder) and folder.resolve() not in known)


def published(output: Path, report: str, organization: str = "*") -> Iterator[tuple[Path, RunFacts]]:
    """The link and the facts of each published run of a report, in order of organization and interval.

    A link that stands elsewhere than its run belongs is somebody else's, and passed over.
    """
    for link in sorted((output / report).glob(f"{organization}/[!.]*_*")):
        facts = facts_of(link) if link.is_symlink() else None
        if facts is not None and output / facts.place == link:
            yield link, facts


def all_published(output: Path) -> Iterator[tuple[Path, RunFacts]]:
    """The link and the facts of each published run of every report."""
    for folder in sorted(path for path in output.glob("[!.]*") if path.is_dir()):
        yield from published(output, folder.name)


def kept_failed(output: Path) -> Iterator[tuple[Path, RunFacts]]:
    """The folder and the facts of each failed run that is kept, in order of their ids, which start with their time."""
    for folder in sorted((output / ".failed").glob("*")):
        facts = facts_of(folder)
        if facts is not None:
            yield folder, facts


def made_of(facts: RunFacts | None, report: ReportFile) -> bool:
    """Whether a run was made with the very notebook and parameters that `report` has now, wherever it was counted."""
    if facts is None or facts.notebook != report.notebook:
        return False
    now = report.parameters.model_dump(mode="json")
    of_now = {name: now[name] for name in (*OF_THE_RUN, *WHERE_COUNTED)}
    try:
        then = type(report.parameters).model_validate({**facts.parameters, **of_now})
    except (ValueError, TypeError):  # parameters of another time
        return False
    return then.model_dump(mode="json") == now


def of_report(report: Report, organization: str) -> dict[str, Any]:
    """What run.json tells of the report that was to be made, before anything of how it went."""
    interval = report.selection(organization).interval
    return {
        "report": report.name,
        "notebook": report.notebook,
        "organization": organization,
        "interval": {"start": str(interval.start), "end": str(interval.end)},
        "today": str(report.today),
        "parameters": report.parameters.model_dump(mode="json"),
    }


def write_facts(folder: Path, known: Mapping[str, Any], handed_over: Mapping[str, Any]) -> None:
    """run.json of a run in its folder: what is `known` of it, and what its notebook handed over, which overrides none of it.

    The files of the folder are told with size and checksum. RunError when the notebook handed over what does not fit.
    """
    files = [_file_facts(path) for path in sorted(folder.iterdir())]
    told = {**known, **{name: value for name, value in handed_over.items() if name not in known}, "files": files}
    text = json.dumps(told, indent=1, ensure_ascii=False)
    try:
        _decoder.decode(text)
    except (ValueError, ApiUsageError) as fault:
        raise RunError(f"facts.json, which the notebook wrote, does not fit: {fault}; see reports/export.py") from None
    (folder / _FILE).write_text(text, encoding="utf-8")


def _file_facts(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"name": path.name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _moved(day: ChangedDay) -> str:
    return f"{day.before:,} -> {day.after:,} requests"
