"""Restated days: reports whose figures are no longer those of the store.

Each run tells what its days looked like. The store is only opened when its log has moved since the last look at it for a
report and organization, so a look that finds nothing new costs nothing, and one that could not be had (a params file that
was broken or taken out, an organization that was damaged) is made up for. A day is restated when its figures differ,
whatever its totals; where they come from another source now (the other service, a file), that is told as such. A missing
day that has come in, and a provisional one that has settled, make their reports due too.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.interval import Interval
from apiusage_helpers.runs.records.run_facts import RunFacts, SeenDay, made_of, published, run_id
from apiusage_helpers.runs.records.state_files import remembered, remembering
from apiusage_helpers.runs.records.work import Work
from apiusage_helpers.selection import select
from apiusage_helpers.settings.report_file import WHERE_COUNTED, ReportFile
from apiusage_helpers.text import listed

_TOLD_DAYS = 5


@dataclass(frozen=True)
class DayNow:
    """A day as the store has it now."""

    requests: int
    provisional: bool
    fetched_at: str
    source: str = ""


@dataclass(frozen=True)
class Look:
    """How the store is looked at: the days of an organization, and the digests of those in an interval."""

    days: Callable[[str], Mapping[date, DayNow]]
    digests: Callable[[str, Interval, date], Mapping[date, str]]


def store_look() -> Look:
    """The real store, each organization read once."""
    from functools import cache  # noqa: PLC0415  # with the store, only when it has moved

    from apiusage_helpers.store import day_digests, scan, stored_days  # noqa: PLC0415

    @cache
    def days(organization: str) -> Mapping[date, DayNow]:
        return {
            day.date: DayNow(day.requests, day.provisional, day.fetched_at.isoformat(), day.source)
            for day in stored_days(organization)
        }

    def digests(organization: str, interval: Interval, today: date) -> Mapping[date, str]:
        return day_digests(scan(select(organization, str(interval), today=today)))

    return Look(days, digests)


def unseen(output: Path, report: ReportFile, stamp: str, organizations: Sequence[str]) -> tuple[str, ...]:
    """The organizations whose published reports have not been held against the store as it is, or not as they are made now."""
    seen = remembered(output, report.name).looked_at if stamp else {}
    return tuple(name for name in organizations if stamp and seen.get(name) != _looked_at(report, stamp))


def note_seen(output: Path, report: ReportFile, stamp: str, organizations: Collection[str]) -> None:
    """The published reports of these organizations are those of the store as it was at `stamp`."""
    if organizations:
        with remembering(output, report.name) as state:
            state.looked_at.update(dict.fromkeys(organizations, _looked_at(report, stamp)))


def _looked_at(report: ReportFile, stamp: str) -> str:
    made_with = [report.notebook, report.parameters.model_dump(mode="json", exclude={"organization", *WHERE_COUNTED})]
    return f"{stamp} {hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()[:8]}"


def restated_work(output: Path, report: ReportFile, organization: str, look: Look) -> list[Work]:
    """The published reports of a plan and organization whose days have other figures now."""
    found = (_restated(link, facts, report, look) for link, facts in published(output, report.name, organization))
    return [work for work in found if work is not None]


def _restated(link: Path, facts: RunFacts, report: ReportFile, look: Look) -> Work | None:
    if not facts.seen or facts.today is None or not made_of(facts, report):
        return None
    work = Work(report.as_of(facts.today), facts.organization, "", None, run_id(link))
    try:
        if work.interval != facts.interval:
            return None  # made by hand for other days than the schedule's
        changes = list(_changes(facts.seen, work, look))
    except ParameterError:
        return None  # its preset has no interval on that day
    scheduled = {} if facts.scheduled is None else {"scheduled": facts.scheduled}
    return replace(work, why=_why(changes), facts={**scheduled, **_told(changes)}) if changes else None


def _changes(seen: Mapping[str, SeenDay], work: Work, look: Look) -> Iterator[dict[str, Any]]:
    """The days that are not as the run saw them; digests are only made for days that have been written again."""
    now, interval = look.days(work.organization), work.interval
    written = [
        day
        for day in interval.days
        if day in now and (str(day) not in seen or now[day].fetched_at != seen[str(day)].fetched_at)
    ]
    digests = look.digests(work.organization, interval, work.report.today) if written else {}
    for day in written:
        before = seen.get(str(day))
        other_figures = before is None or _differs(before, now[day], digests.get(day, ""))
        if other_figures or (before is not None and before.provisional and not now[day].provisional):
            requests = before.requests if before else None
            change = {"date": str(day), "before": requests, "after": now[day].requests, "restated": other_figures}
            yield change | (_sources(before, now[day]) if other_figures else {})


def _differs(before: SeenDay, now: DayNow, digest: str) -> bool:
    """Whether a day has other figures; where its digests follow different rules, other requests."""
    if before.digest and digest and _rule(before.digest) != _rule(digest):
        return before.requests != now.requests
    return before.digest != digest


def _rule(digest: str) -> str:
    """The version of the rule that a digest was made by: what stands before its colon; the first had none."""
    return digest.rpartition(":")[0]


def _sources(before: SeenDay | None, now: DayNow) -> dict[str, str]:
    """Where a day came from and comes from; nothing when that is the same, or not known."""
    if before is None or before.source in {None, now.source}:
        return {}
    return {"was": str(before.source), "now": now.source}


def _told(changes: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What run.json tells: the days `restated` by their source, or come in, and those of an `other_source`."""
    moved = [change for change in changes if "was" in change]
    restated = [dict(change) for change in changes if change["restated"] and "was" not in change]
    names = ("date", "was", "now", "before", "after")
    other = {"other_source": [{name: change[name] for name in names} for change in moved]} if moved else {}
    return {"restated": restated, **other}


def _why(changes: Sequence[Mapping[str, Any]]) -> str:
    """Why a report is made again, with its days."""
    days: dict[str, list[str]] = {}
    for change in changes:
        days.setdefault(_kind(change), []).append(change["date"])
    return "; ".join(f"{kind}: {listed(found, _TOLD_DAYS)}" for kind, found in days.items())


def _kind(change: Mapping[str, Any]) -> str:
    if "was" in change:
        return f"now from {change['now']}, was from {change['was']}"
    return "came in" if change["before"] is None else "restated" if change["restated"] else "settled"
