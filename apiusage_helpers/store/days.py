"""Days in the store: which there are, what replaces them, what takes them out.

The day is the unit. Writing a day replaces it whole; a day that would be the same is not written again, unless it was
provisional and has been fetched anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from apiusage_helpers.errors import UsageError
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import checksums, delta
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.usage import COLUMNS, COUNTS, KEY, check_usage, organization_name

_SETTLED_AFTER = timedelta(days=2)  # a day is provisional until 24 hours after its end


@dataclass(frozen=True, order=True)
class Day:
    """One UTC day that the store has: where it came from and when, its rows and requests."""

    date: date
    source: str
    fetched_at: datetime
    provisional: bool
    rows: int
    requests: int


@dataclass(frozen=True)
class OtherSource:
    """A day with other figures because they come from another source than before; its requests before and after."""

    date: date
    was: str
    now: str
    before: int
    after: int

    def __str__(self) -> str:
        """The change in words."""
        return f"{self.date} now from {self.now}, was from {self.was}: {self.before:,} -> {self.after:,} requests"


@dataclass(frozen=True)
class Written:
    """What a write changed: `restated` pairs a day with its requests before and after, `renamed` has other names only.

    A day with other figures is restated by the source that it came from, or comes from an `other_source` now.
    """

    added: tuple[date, ...] = ()
    restated: tuple[tuple[date, int, int], ...] = ()
    other_source: tuple[OtherSource, ...] = ()
    renamed: tuple[date, ...] = ()
    unchanged: tuple[date, ...] = ()
    empty: tuple[date, ...] = ()

    def __add__(self, other: "Written") -> "Written":
        """What both writes changed."""
        return Written(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    def told(self) -> tuple[str, ...]:
        """What changed, in words: a line for each day with other figures, then the number of days of each kind."""
        counts = {
            "added": self.added,
            "restated": self.restated,
            "from another source": self.other_source,
            "renamed": self.renamed,
            "unchanged": self.unchanged,
        }
        kinds = ", ".join(f"{len(days)} {word}" for word, days in counts.items() if days)
        without = f"; {len(self.empty)} without traffic" if self.empty else ""
        restated = [f"{day} restated: {old:,} -> {new:,} requests" for day, old, new in self.restated]
        return (*restated, *map(str, self.other_source), f"days: {kinds or 'none to write'}{without}")


def organizations(root: Path | None = None) -> tuple[str, ...]:
    """The organizations that the store has days of."""
    table = delta.open_table(delta.store_root(root))
    return tuple(delta.partition_values(table)) if table else ()


def stored_days(organization: str, interval: Interval | None = None, *, root: Path | None = None) -> tuple[Day, ...]:
    """The days that the store has of an organization (in `interval`), in order; none for an unknown organization.

    StoreError when a file that may hold one of them is damaged, missing or foreign.
    """
    stored = _verified(connect(), delta.store_root(root), organization, interval)
    return read_days(stored, interval) if stored is not None else ()


def _verified(
    connection: duckdb.DuckDBPyConnection, root: Path, organization: str, interval: Interval | None
) -> duckdb.DuckDBPyRelation | None:
    """The stored rows of an organization in the months of `interval`, their files checked; None where there is no store."""
    table = delta.open_table(root)
    if table is None:
        return None
    files = delta.stored_files(table, organization, month_names(interval))
    checksums.verify(root, organization, month_names(interval), files)
    return delta.read_files(connection, root, files)


def read_days(stored: duckdb.DuckDBPyRelation, interval: Interval | None = None) -> tuple[Day, ...]:
    """The days of stored rows, from their marker rows."""
    wanted = f"date between '{interval.start}' and '{interval.end}'" if interval else "true"
    markers = stored.filter(f"day_rows is not null and {wanted}")
    rows = markers.project("date, source, fetched_at, provisional, day_rows, day_requests").fetchall()
    return tuple(sorted(Day(day, source, datetime.fromisoformat(at), *rest) for day, source, at, *rest in rows))


@dataclass(frozen=True)
class Origin:
    """Where rows come from and when (an instant); `fetched` rows of a day that may still grow are provisional."""

    source: str
    at: datetime
    fetched: bool = False

    def provisional(self, day: date) -> bool:
        """Whether `day` was fetched less than 24 hours after its end."""
        return self.fetched and self.at < datetime.combine(day, time.min, UTC) + _SETTLED_AFTER


def write_days(
    organization: str, usage: pa.Table, days: Sequence[date], origin: Origin, *, root: Path | None = None
) -> Written:
    """The `days` of an organization replaced by the rows of `usage`, in one commit; a day without rows is an empty day.

    The origin is kept with the days. UsageError when a row lies outside `days`; StoreError when the store cannot be
    written.
    """
    folder, wanted = delta.store_root(root), sorted(set(days))
    organization_name(organization)
    check_usage(usage)
    _refuse_other_days(usage, wanted)
    new = _with_markers(organization, usage, wanted, origin)
    with delta.writing(folder):
        written, changed = _compare(folder, organization, new, wanted, origin)
        if changed:
            rows = new if changed == wanted else new.filter(pc.is_in(new["date"], pa.array(changed, pa.date32())))
            overwritten = set(changed) - set(written.added)
            delta.commit(folder, rows, delta.days_predicate(organization, changed) if overwritten else None)
            tidy(folder, organization, changed)
    return written


def month_names(interval: Interval | None) -> list[str]:
    """The months that an interval touches, as `2026-11`; none for no interval."""
    return [f"{part.start:%Y-%m}" for part in interval.months()] if interval else []


def _refuse_other_days(usage: pa.Table, days: Sequence[date]) -> None:
    if not days:
        raise UsageError("there is no day to write")
    strangers = usage.filter(pc.invert(pc.is_in(usage["date"], pa.array(days, pa.date32()))))
    if strangers.num_rows:
        raise UsageError(f"{strangers.num_rows} rows lie outside the days to write, such as {strangers['date'][0]}")


def _with_markers(organization: str, usage: pa.Table, days: Sequence[date], origin: Origin) -> pa.Table:
    """The stored rows: usage rows and one marker row a day."""
    totals = usage.group_by("date").aggregate([([], "count_all"), *((name, "sum") for name in COUNTS)]).to_pylist()
    by_day = {row["date"]: [row["count_all"], *(row[f"{name}_sum"] for name in COUNTS)] for row in totals}
    marks = [by_day.get(day, [0] * len(delta.MARKS)) for day in days]
    markers = {
        "date": days,
        **dict.fromkeys(COLUMNS[1:5], [""] * len(days)),
        **dict.fromkeys(COUNTS, [0] * len(days)),
        "provisional": [origin.provisional(day) for day in days],
        **dict(zip(delta.MARKS, zip(*marks, strict=True), strict=True)),
    }
    marker_rows = {name: pa.array(values, delta.STORED_SCHEMA.field(name).type) for name, values in markers.items()}
    return pa.concat_tables([_stored(rows, organization, origin) for rows in (usage, pa.table(marker_rows))])


def _stored(rows: pa.Table, organization: str, origin: Origin) -> pa.Table:
    """`rows` in the columns of the store; what they do not bear is null."""
    count = rows.num_rows
    instant = f"{origin.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
    texts = {"organization": organization, "source": origin.source, "fetched_at": instant}
    columns = {name: pa.repeat(pa.scalar(text, pa.string()), count) for name, text in texts.items()}
    columns["month"] = _months(rows["date"])
    columns |= {name: rows[name] for name in rows.column_names}
    arrays = [columns.get(field.name, pa.nulls(count, field.type)) for field in delta.STORED_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=delta.STORED_SCHEMA)


def _months(dates: pa.ChunkedArray) -> pa.Array:
    """The month of each date, as `2026-11`; each date is written once."""
    if len(dates) == 0:
        return pa.array([], pa.string())
    encoded = dates.dictionary_encode().combine_chunks()
    return pc.strftime(encoded.dictionary, "%Y-%m").take(encoded.indices)


def tidy(root: Path, organization: str, days: Sequence[date]) -> None:
    """Few files, each with its checksum, in the months of `days`; what fails is left to the next write or scan."""
    months = sorted({f"{day:%Y-%m}" for day in days})
    with delta.tidying(root):
        delta.compact(root, organization, months)
    with delta.tidying(root):
        checksums.record(root, organization, months)
        delta.sweep(root)
        delta.settle(root)


def _compare(
    root: Path, organization: str, new: pa.Table, days: Sequence[date], origin: Origin
) -> tuple[Written, list[date]]:
    """What writing `new` changes, and the days that have to be written for it."""
    connection, interval = connect(), Interval(days[0], days[-1])
    stored = _verified(connection, root, organization, interval)
    old = {day.date: day for day in read_days(stored, interval)} if stored is not None else {}
    there, totals = [day for day in days if day in old], _day_requests(new)
    arriving = connection.from_arrow(new)
    other = differing_days(stored, arriving, there, COLUMNS) if stored is not None else set()
    figures = differing_days(stored, arriving, there, (*KEY, *COUNTS)) if stored is not None and other else set()
    moved = {day for day in figures if old[day].source != origin.source}
    again = {day for day in there if origin.fetched and old[day].provisional}
    written = Written(
        added=tuple(day for day in days if day not in old),
        restated=tuple((day, old[day].requests, totals[day]) for day in there if day in figures - moved),
        other_source=tuple(
            OtherSource(day, old[day].source, origin.source, old[day].requests, totals[day])
            for day in there
            if day in moved
        ),
        renamed=tuple(day for day in there if day in other - figures),
        unchanged=tuple(day for day in there if day not in other),
        empty=tuple(day for day in days if totals[day] == 0),
    )
    return written, [day for day in days if day not in old or day in other | again]


def differing_days(
    stored: duckdb.DuckDBPyRelation, arriving: duckdb.DuckDBPyRelation, days: Sequence[date], columns: Sequence[str]
) -> set[date]:
    """The days on which the stored rows and the arriving ones are not the same in `columns`."""
    if not days:
        return set()
    listed = ", ".join(f"date '{day}'" for day in days)
    sides = [
        rows.filter(f"day_rows is null and date in ({listed})").project(", ".join(columns))
        for rows in (stored, arriving)
    ]
    apart = sides[0].except_(sides[1]).union(sides[1].except_(sides[0]))
    return {day for (day,) in apart.project("date").distinct().fetchall()}


def _day_requests(new: pa.Table) -> dict[date, int]:
    markers = new.filter(pc.is_valid(new["day_rows"]))
    return dict(zip(markers["date"].to_pylist(), markers["day_requests"].to_pylist(), strict=True))
