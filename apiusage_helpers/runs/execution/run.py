"""One run: a report of one organization, from checked parameters to the published folder.

The supervisor here checks, locks, starts the run process in a private folder without secrets, waits, and judges. What
fails is kept under `.failed/`; what was published before stays as it was, and no process of the run is left.
"""

import json
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from apiusage_helpers import __version__
from apiusage_helpers.errors import RunError, why_unwritable
from apiusage_helpers.project import places
from apiusage_helpers.reports.contract import title_of
from apiusage_helpers.runs.execution.execute import Job
from apiusage_helpers.runs.execution.last_check import refusal
from apiusage_helpers.runs.execution.processes import RUN_MARK, kill_run, kill_strays
from apiusage_helpers.runs.execution.run_process import Limits, Order, Workers, workers_for
from apiusage_helpers.runs.records.kept_failures import keep_failed
from apiusage_helpers.runs.records.publish import publish_run, settle
from apiusage_helpers.runs.records.run_facts import of_report, place, run_id, write_facts
from apiusage_helpers.selection import Selection
from apiusage_helpers.settings.report_file import Report

_FULL = 64 * 1024  # bytes left
_TOLD_VERSIONS = ("duckdb", "deltalake", "matplotlib", "nbconvert", "pandas", "papermill")


@dataclass(frozen=True)
class Run:
    """One run: its report, organization and selection, where it works, and when it started."""

    report: Report
    selection: Selection
    output: Path
    id: str
    started_at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    seal: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def place(self) -> Path:
        """Where it is published, below the output folder."""
        return place(self.report.name, self.selection.organization, self.selection.interval)

    @property
    def work(self) -> Path:
        """Its private folder, where nobody looks for reports."""
        return self.output / ".runs" / f".{self.id}.work"


def run_report(  # noqa: PLR0913  # what differs between a run by hand and one by schedule
    report: Report,
    organization: str,
    *,
    limits: Limits | None = None,
    wanted: Callable[[], bool] = lambda: True,
    facts: Mapping[str, Any] | None = None,
    workers: Workers | None = None,
    tell: Callable[[str], None] = lambda _: None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Path:
    """The published folder (the link) of `report` for one organization; its run.json tells `facts` too.

    RunError when another run holds the lock or has made it no longer `wanted` (75), the notebook fails (2, 3 or 4), or
    publishing does (5); the run is then kept under `.failed/`, and the last good report stays.
    """
    output, started = places.output_folder(), now()
    name = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    run = Run(report, report.selection(organization), output, name, started, facts or {})
    with _only_run(run), _working_folder(run):
        if not wanted():
            raise RunError(f"{run.place}: another run has published it meanwhile", exit_code=75)
        tell(f"{run.place}: executing notebook {report.notebook}")
        failure = _executed(run, limits or Limits(), workers) or refusal(run.work / "files")
        if failure is None:
            tell(f"{run.place}: publishing")
            try:
                return _published(run, now())
            except RunError as fault:
                if run_id(output / run.place) == run.id:
                    raise
                failure = fault
        kept = _keep_failed(run, failure, now())
        raise RunError(
            f"{failure}\nnothing was published; {kept}", exit_code=failure.exit_code, may_pass=failure.may_pass
        )


@contextmanager
def _only_run(run: Run) -> Iterator[None]:
    """The lock of this report, organization and interval; a dead owner's is free at once."""
    locks = run.output / ".locks"
    try:
        places.make_private(run.output)
        locks.mkdir(exist_ok=True)
        with FileLock(locks / f"{'+'.join(run.place.parts)}.lock", timeout=0):
            yield
    except Timeout:
        raise RunError(
            f"{run.place}: another run of it is going on; try again when it has ended", exit_code=75
        ) from None
    except OSError as fault:
        raise RunError(
            f"{run.output}: cannot be written: {why_unwritable(fault)}; nothing was published", exit_code=5
        ) from None


@contextmanager
def _working_folder(run: Run) -> Iterator[None]:
    """The private folder of a run, gone with all its processes when the run ends; those of dead runs go first."""
    guard = FileLock(run.work / "guard.lock")
    with FileLock(run.output / ".locks" / "start.lock"):  # one starts at a time, so none is swept that is just starting
        _sweep(run.output)
        (run.work / "files").mkdir(parents=True)
        guard.acquire()
    try:
        yield
    finally:
        kill_run(run.id)
        guard.release()
        shutil.rmtree(run.work, ignore_errors=True)


def _sweep(output: Path) -> None:
    """Private folders and processes of runs whose supervisor is dead are removed."""
    alive = []
    for work in (output / ".runs").glob(".*.work"):
        try:
            with FileLock(work / "guard.lock", timeout=0):
                shutil.rmtree(work, ignore_errors=True)
        except (Timeout, OSError):
            alive.append(work.name[1:].removesuffix(".work"))
    kill_strays(alive, str(output))


def _executed(run: Run, limits: Limits, workers: Workers | None) -> RunError | None:
    """What went wrong in the run process; None when its sealed result says that all went well."""
    notebook = places.notebooks_folder() / f"{run.report.notebook}.ipynb"
    job = Job(str(notebook), _parameters(run), run.seal, limits.cell, _title(run), _summary(run))
    (run.work / "job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    try:
        with nullcontext(workers) if workers else workers_for(1) as those:
            code = those.run(Order(run.work, _environment(run)), limits.run)
    except TimeoutError:
        return RunError(f"the run took longer than {limits.run:g} s and was stopped")
    finally:
        kill_run(run.id)
    return _told_failure(run, code)


def _told_failure(run: Run, returncode: int) -> RunError | None:
    try:
        result = json.loads((run.work / "result.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        lines = (run.work / "log.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = lines[-1][:300] if lines else "killed"
        if "No space left" in last or shutil.disk_usage(run.output).free < _FULL:
            return RunError(f"the disk of {run.output} is full; free some space and run the report again", exit_code=5)
        return RunError(f"the run process ended with {returncode} and no result: {last}", may_pass=returncode < 0)
    if result["ok"]:
        return None
    return RunError(result["message"], exit_code=result["exit_code"], may_pass=result["may_pass"])


def _parameters(run: Run) -> dict[str, Any]:
    """What is injected into the notebook: the checked parameters, days as days, and where the files go."""
    return run.report.parameters.model_dump(mode="json") | {
        "organization": run.selection.organization,
        "date_range": str(run.selection.interval),
        "today": str(run.report.today),
        "export_folder": str(run.work / "files"),
        "command": run.report.command(run.selection.organization),
    }


def _environment(run: Run) -> dict[str, str]:
    """What the environment of this run adds to that of all."""
    private = {name: str(run.work / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}
    return {RUN_MARK: run.id, "TMPDIR": str(run.work), **private}


def _title(run: Run) -> str:
    title, interval = title_of(run.report.notebook), run.selection.interval
    return f"{title}: {run.selection.organization}, {interval.start} to {interval.end}"


def _summary(run: Run) -> str:
    interval = run.selection.interval
    return (
        f"API requests of {run.selection.organization} by OAuth client, URL and status, UTC days {interval.start} to "
        f"{interval.end}. Report {run.report.name}, as of {run.report.today}."
    )


def _published(run: Run, finished: datetime) -> Path:
    """The files as an immutable run folder, and the link that leads to it; what is not published stays in its work folder."""
    files, executed = run.work / "files", run.work / "executed.ipynb"
    folder = run.output / ".runs" / run.id
    kept = folder.with_name(f"{run.id}.ipynb")
    try:
        facts = json.loads((files / "facts.json").read_text(encoding="utf-8"))
        (files / "facts.json").unlink()
        _write_run_json(run, files, "succeeded", finished, facts)
        settle(files)
        files.replace(folder)
        executed.replace(kept)
        return publish_run(run.output, run.id, run.place)
    except (OSError, RunError) as fault:
        if run_id(run.output / run.place) != run.id:
            for moved, place in ((kept, executed), (folder, files)):
                with suppress(OSError):  # what was not moved
                    moved.replace(place)
        if isinstance(fault, RunError):
            raise
        raise RunError(
            f"{folder}: cannot be written: {why_unwritable(fault)}; the last report stays", exit_code=5
        ) from None


def _keep_failed(run: Run, failure: RunError, finished: datetime) -> str:
    """Where what is left of a run is kept under .failed/: its notebook, the failing cell on top, its log, its run.json."""
    folder = run.output / ".failed" / run.id
    try:
        keep_failed(run.work, folder, str(failure))
        told = {"message": str(failure), "exit_code": failure.exit_code}
        _write_run_json(run, folder, "failed", finished, told)
    except OSError as fault:  # a full disk: the message itself still reaches the user
        return f"the run could not be kept: {fault.strerror or fault}"
    return f"the run is kept at {folder}"


def _write_run_json(run: Run, folder: Path, status: str, finished: datetime, facts: dict[str, Any]) -> None:
    """run.json of a run: what the supervisor knows, then what the notebook handed over, which overrides none of it."""
    known = {
        **of_report(run.report, run.selection.organization),
        "status": status,
        "started_at": run.started_at.isoformat(timespec="seconds"),
        "finished_at": finished.isoformat(timespec="seconds"),
        **run.facts,
        "versions": {
            "apiusage-helpers": __version__,
            "python": sys.version.split()[0],
            **{name: version(name) for name in _TOLD_VERSIONS},
        },
    }
    write_facts(folder, known, facts)
