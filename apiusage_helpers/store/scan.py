"""From a selection to its rows: lazy, of one snapshot, verified, without marker rows."""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from apiusage_helpers.errors import StoreError
from apiusage_helpers.interval import Interval, utc_today
from apiusage_helpers.names import SAMPLE_DAYS
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import checksums, delta, witness
from apiusage_helpers.store.days import Day, month_names, organizations, read_days, stored_days
from apiusage_helpers.store.engines import duck, spark
from apiusage_helpers.text import did_you_mean, listed

_MOST_TOLD = 10
DIGEST_VERSION = "2"  # 1 was DuckDB's own hash, without a version before it


@dataclass(frozen=True)
class StoredUsage:
    """What one snapshot of the store holds of a selection's organization and interval.

    `rows` is lazy, with `usage.COLUMNS`: DuckDB's relation (`rows.df()` gives pandas), or the DataFrame of another engine;
    narwhals takes either. `missing` are the days of the interval that the store does not have.
    """

    rows: Any
    days: tuple[Day, ...]
    missing: tuple[date, ...]
    version: int


def scan(selection: Selection, *, root: Path | None = None) -> StoredUsage:
    """The stored usage of `selection`: its organization and interval; no other choice narrows the rows.

    StoreError when there is no such organization, no day of the interval, or a file that is not as it was written;
    ParameterError and SourceError when its engine is not installed, or does not answer.
    """
    found = _snapshot(selection, root)
    missing = tuple(sorted(set(selection.interval.days) - {day.date for day in found.days}))
    return StoredUsage(_rows(selection, found), found.days, missing, found.version)


def refuse_unreadable(selection: Selection, *, root: Path | None = None) -> None:
    """Nothing, when `scan` has rows of `selection` to give; raises what it would, before its engine is started."""
    if selection.engine == "spark":
        spark.refuse_unreachable(selection.spark_remote)
    _snapshot(selection, root)


@dataclass(frozen=True)
class _Snapshot:
    """The files of one snapshot that hold a selection's months, all of them as they were written, and its days."""

    paths: tuple[Path, ...]
    stored: duckdb.DuckDBPyRelation
    days: tuple[Day, ...]
    version: int


def _snapshot(selection: Selection, root: Path | None) -> _Snapshot:
    folder, months = delta.store_root(root), month_names(selection.interval)
    table = delta.open_table(folder)
    if table is None:
        raise StoreError(f"{folder}: there is no store yet; {_how_to_begin(selection)}")
    files = delta.stored_files(table, selection.organization, months)
    checksums.verify(folder, selection.organization, months, files)
    stored = delta.read_files(duck.connect(), folder, files)
    days = read_days(stored, selection.interval)
    if not days:
        raise StoreError(_nothing_there(folder, selection))
    return _Snapshot(tuple(folder / "usage" / file.path for file in files), stored, days, table.version())


def _rows(selection: Selection, found: _Snapshot) -> Any:
    if selection.engine == "spark":
        return spark.usage_rows(selection.spark_remote, found.paths, selection.interval)
    return duck.usage_rows(found.stored, selection.interval)


def day_digests(usage: StoredUsage) -> dict[date, str]:
    """A short text for each present day, which another one of the same figures has too, whatever engine counts it.

    It begins with the version of its rule: digests of different versions say nothing of each other. A day without rows
    has an empty one.
    """
    engine = duck if isinstance(usage.rows, duckdb.DuckDBPyRelation) else spark
    sums = engine.day_sums(usage.rows)
    digests = {day: hashlib.sha256(repr([int(one) for one in row]).encode()).hexdigest() for day, *row in sums}
    return {day.date: f"{DIGEST_VERSION}:{digests[day.date][:16]}" if day.date in digests else "" for day in usage.days}


def _nothing_there(root: Path, selection: Selection) -> str:
    name = selection.organization
    known = organizations(root)
    if name not in known:
        there = f"it has {listed(known, _MOST_TOLD)}" if known else "it is empty"
        near = did_you_mean(name, known)
        next_step = (
            f"{near} For a new organization {_how_to_begin(selection)}" if near else f"; {_how_to_begin(selection)}"
        )
        return f"organization {name} is not in the store ({there}){next_step}"
    days = stored_days(name, root=root)
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return (
        f"no day of {selection.interval} is in the store for {name}: it has {count} from {days[0].date} to "
        f"{days[-1].date}; {how_to_fill(name, selection.interval)}"
    )


def _how_to_begin(selection: Selection) -> str:
    """What brings the first days of an organization into the store; of the invented one, those that were asked for."""
    return how_to_fill(selection.organization, selection.interval if selection.organization == "sample" else None)


def how_to_fill(organization: str, interval: Interval | None = None) -> str:
    """What brings days into the store: those of `interval`, or any."""
    command = witness.fetch_command(organization)
    if organization == "sample":
        return f"try: {command}{_invented(interval) if interval else ''}"
    days = f" --interval {interval}" if interval else ""
    return f"try: {command}{days}, or apiusage import FILE... --organization {organization}"


def _invented(interval: Interval) -> str:
    """The options by which the sample has the days of `interval`: none where those of today hold it, which end yesterday."""
    if interval.start >= utc_today() - timedelta(days=SAMPLE_DAYS) and interval.end < utc_today():
        return ""
    more = f" --days {len(interval)}" if len(interval) > SAMPLE_DAYS else ""
    return f" --today {interval.end + timedelta(days=1)}{more}"
