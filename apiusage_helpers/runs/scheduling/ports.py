"""What `due` reaches out with: the runner, the source, the store, the news. A test gives it others; each is loaded when used."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apiusage_helpers.interval import Interval
from apiusage_helpers.project import places
from apiusage_helpers.runs.execution.run_process import Workers, workers_for
from apiusage_helpers.runs.notifications.delivery import send
from apiusage_helpers.runs.notifications.outbox import Send
from apiusage_helpers.runs.records.run_facts import kept_failed, place
from apiusage_helpers.runs.scheduling.restated import Look, store_look
from apiusage_helpers.settings.report_file import Report


def fetch(organization: str, tell: Callable[[str], None]) -> None:
    """The platform's days of an organization are in the store when this returns; else SourceError or ParameterError."""
    from apiusage_helpers.fetching.fetch import fetch_organization  # noqa: PLC0415  # when something is to be fetched

    fetch_organization(organization, tell=tell)


def run(report: Report, organization: str, **how: Any) -> Path:
    """The published folder of a run; StoreError where one has failed, is kept, and the store has nothing for it even now."""
    from apiusage_helpers.runs.execution.run import run_report  # noqa: PLC0415  # when something is due

    if _is_kept(report.name, organization, report.selection(organization).interval):
        from apiusage_helpers.store import refuse_unreadable  # noqa: PLC0415  # when something has failed

        refuse_unreadable(report.selection(organization))  # as by hand, where nothing is kept of it: one is enough
    return run_report(report, organization, **how)


def workers(runs: int) -> AbstractContextManager[Workers]:
    """Workers for so many runs; one alone begins to load when it is to be made, since it may have to wait for its days."""
    return workers_for(runs)


def _is_kept(report: str, organization: str, interval: Interval) -> bool:
    """Whether a failed run of a report, organization and interval is kept."""
    wanted = place(report, organization, interval)
    return any(facts.place == wanted for _, facts in kept_failed(places.output_folder()))


def why_not_fetched(organization: str, named: str | Sequence[str]) -> str:
    """Why a report of the organizations `named` does not fetch one of them, in words; nothing when it does."""
    from apiusage_helpers.fetching import fetch  # noqa: PLC0415  # as above

    return fetch.why_not_fetched(organization, named)


def open_days(organization: str, interval: Interval) -> str:
    """The days that a report still waits for, in words; nothing when all are there and settled."""
    from apiusage_helpers.store import stored_days  # noqa: PLC0415  # when something is due

    days = {day.date: day for day in stored_days(organization, interval)}
    kinds = {
        "missing": [day for day in interval.days if day not in days],
        "provisional": [day for day in days if days[day].provisional],
    }
    return "; ".join(f"{len(found)} {kind} ({found[0]} ...)" for kind, found in kinds.items() if found)


def store_organizations() -> tuple[str, ...]:
    """The organizations that the store has days of."""
    from apiusage_helpers.store import organizations  # noqa: PLC0415  # when the store has changed

    return organizations()


@dataclass(frozen=True)
class Ports:
    """The functions that `due` calls for all that is not its own."""

    run: Callable[..., Path] = run
    workers: Callable[[int], AbstractContextManager[Workers]] = workers
    fetch: Callable[[str, Callable[[str], None]], None] = fetch
    why_not_fetched: Callable[[str, str | Sequence[str]], str] = why_not_fetched
    open_days: Callable[[str, Interval], str] = open_days
    organizations: Callable[[], tuple[str, ...]] = store_organizations
    look: Callable[[], Look] = store_look
    send: Send = send
    sleep: Callable[[float], None] = time.sleep
    tell: Callable[[str], None] = lambda _: None
    show: Callable[[str], None] = lambda _: None
