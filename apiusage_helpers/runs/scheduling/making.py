"""One piece of work done: its organization fetched, its days awaited, its report made; and what became of it, as a value.

Whatever goes wrong is told, and is of this work alone: nothing here raises.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from filelock import Timeout

from apiusage_helpers.errors import RunError, explained
from apiusage_helpers.runs.execution.run_process import Limits, Workers
from apiusage_helpers.runs.notifications import alarms
from apiusage_helpers.runs.notifications.outbox import intend
from apiusage_helpers.runs.records.state_files import Failure, locked
from apiusage_helpers.runs.records.work import Work
from apiusage_helpers.runs.scheduling.ports import Ports

PAUSES = (20.0, 90.0)  # seconds before a run is tried again whose failure may pass
_ANOTHER_RUNS = 75
_FETCH_SECONDS = 3600.0


@dataclass(frozen=True)
class Round:
    """One look at what is due: where the runs lie, when it is, what is reached out with, and where runs start."""

    output: Path
    now: datetime
    ports: Ports
    workers: Workers | None = None

    def fault(self, message: str, code: int) -> int:
        """The exit code of a fault, which is told."""
        self.ports.tell(message)
        return code


@dataclass(frozen=True)
class Outcome:
    """What became of a piece of work: made, waiting for its days, being made by another, or failed; and the exit code.

    `unnoted` are failures by key that a full disk could not note.
    """

    work: Work
    ending: Literal["made", "waits", "elsewhere", "failed"]
    code: int = 0
    unnoted: Mapping[str, Failure] = field(default_factory=dict)

    @property
    def awaited(self) -> datetime | None:
        """The instant that goes on waiting, for days or for how another run ends."""
        return self.work.instant if self.ending in {"waits", "elsewhere"} else None

    @property
    def undone(self) -> datetime | None:
        """The instant that is still to be made."""
        return None if self.ending == "made" else self.work.instant


Fetched = Callable[[str], tuple[str, int]]


def do(this: Round, work: Work, fetched: Fetched) -> Outcome:
    """What became of one piece of work; `fetched` fetches an organization once a round: why not, and the exit code."""
    unnoted: dict[str, Failure] = {}
    code = 0
    try:
        if work.fetches:
            unnoted, code = _fetch(this, work, fetched)
        waiting = waits(this, work)
        if waiting:
            this.ports.tell(f"{work.place}: waits until {waiting}")
            return Outcome(work, "waits", code, unnoted)
        this.ports.tell(f"{work.place}: {work.why}")
        intend(this.output, work)
        this.ports.show(str(_made(this, work)))
        alarms.note_success(this.output, work.report.name, work.organization, str(work.place))
    except Exception as fault:  # noqa: BLE001  # a fault of one report must not keep the others from being made
        message, of_fault = explained(fault, where=this.output)
        if of_fault == _ANOTHER_RUNS:
            this.ports.tell(message)
            return Outcome(work, "elsewhere", code, unnoted)
        this.ports.tell(f"{work.place}: {message}")
        key, failure = alarms.failure_of(this.output, work, message)
        unnoted |= alarms.note_failure(this.output, work.report.name, key, failure)
        return Outcome(work, "failed", max(code, of_fault), unnoted)
    return Outcome(work, "made", code, unnoted)


def waits(this: Round, work: Work) -> str:
    """Until when and for what a piece of work waits; nothing when it is to be done."""
    end = work.waits_until()
    if end is None or this.now >= end:
        return ""
    missing = this.ports.open_days(work.organization, work.interval)
    return f"{end:%Y-%m-%d %H:%M} UTC for days: {missing}" if missing else ""


def fetch_once(this: Round, organization: str) -> tuple[str, int]:
    """Why an organization could not be fetched, told already, and the exit code; nothing and 0 when it was."""
    try:
        with locked(this.output, f"fetch+{organization}", seconds=_FETCH_SECONDS):
            this.ports.fetch(organization, this.ports.tell)
    except Timeout:
        this.ports.tell(
            f"{organization}: another run has been fetching it for an hour; the report uses the days that are stored"
        )
    except Exception as fault:  # noqa: BLE001  # as above
        message, code = explained(fault, where="the store", of_the_disk=3)
        return f"not fetched: {message}", this.fault(f"{organization}: not fetched: {message}", code)
    return "", 0


def _fetch(this: Round, work: Work, fetched: Fetched) -> tuple[dict[str, Failure], int]:
    """A source that fails is news of each report that asked for it: what could not be noted of that, and the exit code."""
    name = work.organization
    why_not = this.ports.why_not_fetched(name, work.report.parameters.organization)
    if why_not:
        this.ports.tell(f"{name}: not fetched; the report uses the days that are stored: {why_not}")
        return {}, 0
    why, code = fetched(name)
    if not why:
        alarms.note_success(this.output, work.report.name, alarms.source_of(name))
        return {}, 0
    key, failure = alarms.source_failure(name, why)
    return alarms.note_failure(this.output, work.report.name, key, failure), code


def _made(this: Round, work: Work) -> Path:
    """The published folder; a failure that may pass is tried again after a pause, twice."""
    limits = Limits(work.schedule.cell_minutes * 60, work.schedule.run_minutes * 60)
    run = {"limits": limits, "facts": work.facts, "tell": this.ports.tell, "workers": this.workers}
    for pause in PAUSES:
        try:
            return this.ports.run(work.report, work.organization, wanted=lambda: work.still_wanted(this.output), **run)
        except RunError as fault:
            if not fault.may_pass:
                raise
            this.ports.tell(f"{work.place}: {fault}\ntrying again in {pause:g} s")
            this.ports.sleep(pause)
    return this.ports.run(work.report, work.organization, wanted=lambda: work.still_wanted(this.output), **run)
