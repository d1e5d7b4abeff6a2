"""From a selection to its rows: lazy, of one snapshot, verified, without marker rows."""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from apiusage_helpers.errors import StoreError
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import checksums, delta
from apiusage_helpers.store.days import Day, month_names, organizations, read_days, stored_days
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.text import did_you_mean, listed
from apiusage_helpers.usage import COLUMNS, COUNTS, KEY

_MOST_TOLD = 10
DIGEST_VERSION = "2"  # 1 was DuckDB's own hash, without a version before it
_URL_OF_CLIENT = ", ".join(KEY[1:])
# Sums of each count times a number of its client and URL: MD5 is the same in every engine, and made once for each of them.
_DAY_SUMS = f"""
    with keys as (
        select *, cast('0x' || md5(concat_ws(chr(31), {_URL_OF_CLIENT}))[1:15] as bigint) as number
        from (select distinct {_URL_OF_CLIENT} from rows)
    )
    select date, {", ".join(f"sum(cast(number as hugeint) * {name})" for name in COUNTS)}
    from rows join keys using ({_URL_OF_CLIENT}) group by date
"""  # noqa: S608  # the names of columns


@dataclass(frozen=True)
class StoredUsage:
    """What one snapshot of the store holds of a selection's organization and interval.

    `rows` is a lazy DuckDB relation with `usage.COLUMNS` (`rows.df()` gives pandas); `missing` are the days of the
    interval that the store does not have.
    """

    rows: duckdb.DuckDBPyRelation
    days: tuple[Day, ...]
    missing: tuple[date, ...]
    version: int


def scan(selection: Selection, *, root: Path | None = None) -> StoredUsage:
    """The stored usage of `selection`: its organization and interval; no other choice narrows the rows.

    StoreError when there is no such organization, no day of the interval, or a file that is not as it was written.
    """
    folder, interval = delta.store_root(root), selection.interval
    table = delta.open_table(folder)
    if table is None:
        raise StoreError(f"{folder}: there is no store yet; {_how_to_fill(selection.organization)}")
    files = delta.stored_files(table, selection.organization, month_names(interval))
    checksums.verify(folder, selection.organization, month_names(interval), files)
    stored = delta.read_files(connect(), folder, files)
    days = read_days(stored, interval)
    if not days:
        raise StoreError(_nothing_there(folder, selection))
    wanted = f"day_rows is null and date between '{interval.start}' and '{interval.end}'"
    present = {day.date for day in days}
    missing = tuple(day for day in interval.days if day not in present)
    return StoredUsage(stored.filter(wanted).project(", ".join(COLUMNS)), days, missing, table.version())


def day_digests(usage: StoredUsage) -> dict[date, str]:
    """A short text for each present day, which another one of the same figures has too, whatever engine counts it.

    It begins with the version of its rule: digests of different versions say nothing of each other. A day without rows
    has an empty one.
    """
    counted = usage.rows.query("rows", _DAY_SUMS)
    sums = counted.fetchall() if counted else ()
    digests = {day: hashlib.sha256(repr([int(one) for one in row]).encode()).hexdigest() for day, *row in sums}
    return {day.date: f"{DIGEST_VERSION}:{digests[day.date][:16]}" if day.date in digests else "" for day in usage.days}


def _nothing_there(root: Path, selection: Selection) -> str:
    name = selection.organization
    known = organizations(root)
    if name not in known:
        there = f"it has {listed(known, _MOST_TOLD)}" if known else "it is empty"
        next_step = did_you_mean(name, known) or f"; {_how_to_fill(name)}"
        return f"organization {name} is not in the store ({there}){next_step}"
    days = stored_days(name, root=root)
    count = "1 day" if len(days) == 1 else f"{len(days)} days"
    return (
        f"no day of {selection.interval} is in the store for {name}: it has {count} from {days[0].date} to "
        f"{days[-1].date}; {_how_to_fill(name, selection)}"
    )


def _how_to_fill(organization: str, selection: Selection | None = None) -> str:
    if organization == "sample":
        return "try: apiusage sample"
    days = f" --interval {selection.interval}" if selection else ""
    return f"try: apiusage fetch --organization {organization}{days}, or apiusage import FILE... --organization {organization}"
