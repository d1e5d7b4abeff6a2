"""Retention: which published reports are old enough to go, and what replaced and failed runs leave behind.

Kept are the newest of each report and organization, always; those that end in the last days; the newest of each week and
of each month for a while; and whatever `due` would make again. The rest goes, the link first, under the lock of its report.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import Timeout

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.catalog.index_pages import ALL, Shown, rebuild_pages, roll_up_page
from apiusage_helpers.runs.notifications.outbox import withdraw
from apiusage_helpers.runs.records.run_facts import RunFacts, all_published, facts_of, links
from apiusage_helpers.runs.records.state_files import locked
from apiusage_helpers.runs.records.work import schedule_of
from apiusage_helpers.settings.report_file import ReportFile


@dataclass(frozen=True)
class Keep:
    """How long reports stay: all of the last `days`, then the newest a week, then the newest a month; other runs `rest` days."""

    days: int = 30
    weeks: int = 12
    months: int = 24
    rest: int = 14


def old_reports(output: Path, plans: Sequence[ReportFile], keep: Keep, now: datetime) -> list[Path]:
    """The links that retention takes away, oldest first."""
    staleness = {plan.name: schedule_of(plan).max_staleness_days for plan in plans}
    places: dict[tuple[str, str], list[tuple[Path, RunFacts]]] = {}
    for link, facts in all_published(output):
        places.setdefault((facts.report, facts.organization), []).append((link, facts))
    old = []
    for (report, _), found in places.items():
        kept = _kept([link for link, _ in found], keep, now.date())
        old += [link for link, facts in found if link not in kept and not _asked_for(facts, staleness.get(report), now)]
    return old


def leftovers(output: Path, keep: Keep, now: datetime) -> list[Path]:
    """Folders of runs that were replaced or failed more than `keep.rest` days ago."""
    found = [*(output / ".runs").glob("[!.]*"), *(output / ".failed").glob("*")]
    # First what is just being published, then what is: so a run that is published between the two is seen by either.
    busy = {path.name for path in found if (output / ".runs" / f".{path.name}.work").is_dir()}
    current = {link.resolve() for link in links(output)}  # also one whose run.json is torn: its page is still read
    earliest = f"{now - timedelta(days=keep.rest):%Y%m%dT%H%M%S}"  # a run's id starts with the time at which it started
    return sorted(
        path
        for path in found
        if path.is_dir() and path.name not in busy and path.resolve() not in current and path.name < earliest
    )


def prune(output: Path, plans: Sequence[ReportFile], keep: Keep, now: datetime) -> Iterator[Path]:
    """Each path that has been taken away; RunError (5) when one cannot be. The pages are rebuilt at the end."""
    try:
        for link in old_reports(output, plans, keep, now):
            if _take_away(output, link):
                yield link
        for folder in leftovers(output, keep, now):
            _remove_roll_up(output, folder)
            _remove_run(folder)
            yield folder
        _remove_roll_ups(output)
        if output.is_dir():
            rebuild_pages(output, now)
    except OSError as fault:
        raise RunError(f"{fault.filename or output}: cannot be removed: {fault.strerror}", exit_code=5) from None


def _kept(links: Sequence[Path], keep: Keep, today: date) -> set[Path]:
    """The links of one report and organization that stay."""
    ends = {link: date.fromisoformat(link.name.partition("_")[2]) for link in links}
    newest_first = sorted(links, key=lambda link: (ends[link], link.name), reverse=True)
    kept = set(newest_first[:1]) | {link for link in links if (today - ends[link]).days <= keep.days}
    for weeks, period in (
        (keep.weeks, lambda day: day.isocalendar()[:2]),
        (keep.months, lambda day: (day.year, day.month)),
    ):
        first: dict[Any, Path] = {}
        for link in newest_first:
            first.setdefault(period(ends[link]), link)
        kept |= set([first[key] for key in sorted(first, reverse=True)][:weeks])
    return kept


def _asked_for(facts: RunFacts, staleness: int | None, now: datetime) -> bool:
    """Whether `due` would make a report again if it were gone."""
    if staleness is None or facts.scheduled is None:
        return False
    return datetime.fromisoformat(facts.scheduled) >= now - timedelta(days=staleness + 1)


def _take_away(output: Path, link: Path) -> bool:
    """Whether the report is gone, its link before its run; one that is being made stays."""
    try:
        with locked(output, "+".join(link.relative_to(output).parts), seconds=0):
            if facts_of(link) is None:
                return False
            run = link.resolve()
            _remove_roll_up(output, link)
            link.unlink()
            _remove_run(run)
            withdraw(output, link)
    except Timeout:
        return False
    return True


def _remove_run(folder: Path) -> None:
    """The folder of a run and its executed notebook are gone."""
    folder.with_name(f"{folder.name}.ipynb").unlink(missing_ok=True)
    shutil.rmtree(folder)


def _remove_roll_up(output: Path, folder: Path) -> None:
    """The roll-up page that tells of a run is gone; it is made again of the runs that stay."""
    facts = facts_of(folder)
    if facts is not None:
        report, _, interval = Shown(facts, folder).key
        roll_up_page(output, report, interval).unlink(missing_ok=True)


def _remove_roll_ups(output: Path) -> None:
    """Roll-up pages of intervals that no organization has any more are gone."""
    for page in output.glob(f"*/{ALL}/*_*.html"):
        if not any(page.parent.parent.glob(f"*/{page.stem}")):
            page.unlink(missing_ok=True)
    for folder in output.glob(f"*/{ALL}"):
        with suppress(OSError):
            folder.rmdir()  # only an empty one can go
