"""The rules that rows of any source must keep before they become a usage table.

Rows arrive as delivered, with the dimensions that the kit drops (user, organization id, platform) and a place each, so
that a fault names where it stands. Nothing is repaired in silence: what is counted once, summed, added or dropped
becomes a note; what contradicts itself is refused.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from apiusage_helpers.errors import UsageError
from apiusage_helpers.interval import FIRST_DAY, Interval
from apiusage_helpers.text import visible
from apiusage_helpers.usage import COLUMNS, COUNTS, KEY, USAGE_SCHEMA, adds_up, refuse_large_sums, unique_keys

DROPPED = ("user_id", "organization_id", "platform")
ROW_SCHEMA = pa.schema([*USAGE_SCHEMA, *(pa.field(name, pa.string(), nullable=False) for name in DROPPED)])
LEGACY, JOBS, CSV_EXPORT = "usage/query", "usage/aggregates/query/jobs", "CSV export"
_TOLD = 5


@dataclass(frozen=True)
class Rows:
    """Rows of one part of a file (`ROW_SCHEMA`), and how its places are called.

    `places` are line numbers, or empty where rows are counted by `label` ("results[{}]"). `absent` names key columns that
    the whole file lacks.
    """

    table: pa.Table
    file: str
    label: str
    places: Sequence[int] = ()
    absent: tuple[str, ...] = ()

    def place(self, row: int) -> str:
        """Where row number `row` (from 0) stands."""
        return f"{self.file}: {self.label.format(self.places[row] if self.places else row)}"


@dataclass(frozen=True)
class Result:
    """All rows of one import, in the order of their parts."""

    parts: tuple[Rows, ...]
    source: str

    @property
    def table(self) -> pa.Table:
        """The rows of all parts as one table."""
        return pa.concat_tables([part.table for part in self.parts]) if self.parts else ROW_SCHEMA.empty_table()

    def place(self, row: int) -> str:
        """Where the row with this number over all parts stands."""
        starts = [0]
        for part in self.parts:
            starts.append(starts[-1] + part.table.num_rows)
        found = bisect_right(starts, row) - 1
        return self.parts[found].place(row - starts[found])


def identified(part: Rows) -> Rows:
    """The rows with an id for every client and template URIs without a leading slash."""
    table = part.table
    nameless, rooted = pc.equal(table["client_id"], ""), pc.starts_with(table["template_uri"], "/")
    if pc.any(nameless).as_py():
        named = pc.binary_join_element_wise("name:", table["client_name"], "")
        table = _with(table, "client_id", pc.if_else(nameless, named, table["client_id"]))
    if pc.any(rooted).as_py():
        table = _with(table, "template_uri", pc.replace_substring_regex(table["template_uri"], "^/", ""))
    return replace(part, table=table)


def _with(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), table.schema.field(name), column)


@dataclass(frozen=True)
class Rules:
    """What rows must keep: lie before `today` (UTC) and within `interval`.

    `granularity` "day" confirms dates that look weekly; `keep_uneven` keeps rows that do not add up, as delivered;
    `by_name` tells that the query groups by client name too, so that a client renamed during a day has two rows of it.
    """

    today: date
    interval: Interval | None = None
    granularity: str | None = None
    keep_uneven: bool = False
    by_name: bool = False


def checked_rows(result: Result, rules: Rules, notes: list[str]) -> pa.Table:
    """The usage table of a result; `notes` gets a sentence for all that was changed on the way.

    UsageError names the first row that breaks a rule: dates of today or later or outside `interval`, counts that do not
    add up (unless they are kept), rows that contradict each other, dates that look weekly or monthly.
    """
    rows = result.table
    _refuse_days(result, rows, rules.today, rules.interval)
    _refuse_longer_buckets(rows, rules.granularity)
    refuse_large_sums(rows, result.parts[0].file if result.parts else result.source)
    rows = _adding_up(result, rows, notes, keep=rules.keep_uneven)
    if not unique_keys(rows, KEY):
        key = [*KEY, *DROPPED, *(("client_name",) if rules.by_name else ())]
        rows = _summed(_each_once(result, rows, key, notes))
    return _without_zeros(rows.select(list(COLUMNS)), notes)


def _refuse_days(result: Result, rows: pa.Table, today: date, interval: Interval | None) -> None:
    _refuse(
        result,
        pc.greater_equal(rows["date"], today),
        rows,
        f"is not before today ({today} UTC): only whole UTC days count",
    )
    if interval is not None:
        outside = pc.or_(pc.less(rows["date"], interval.start), pc.greater(rows["date"], interval.end))
        _refuse(result, outside, rows, f"lies outside --interval {interval}")
    early = pc.less(rows["date"], FIRST_DAY)
    _refuse(result, early, rows, f"is before {FIRST_DAY}, when the platform did not exist yet: export the result again")


def _refuse(result: Result, wrong: pa.ChunkedArray, rows: pa.Table, fault: str) -> None:
    if pc.any(wrong).as_py():
        row = pc.index(wrong, value=True).as_py()
        count = pc.sum(wrong).as_py()
        more = f" (and {count - 1} more rows)" if count > 1 else ""
        raise UsageError(f"{result.place(row)}: date {rows['date'][row]} {fault}{more}")


def _refuse_longer_buckets(rows: pa.Table, granularity: str | None) -> None:
    days = pc.unique(rows["date"]).to_pylist()
    if granularity == "day" or len(days) < 2:  # noqa: PLR2004  # one date alone tells no rhythm
        return
    for rhythm, alike in (
        ("Mondays", {day.weekday() for day in days} == {0}),
        ("firsts of a month", {day.day for day in days} == {1}),
    ):
        if alike:
            raise UsageError(
                f"all {len(days)} dates are {rhythm}: this may be a weekly or monthly result, which has no days; query with "
                "granularity Day, or add --granularity day when these really are single days"
            )


def _adding_up(result: Result, rows: pa.Table, notes: list[str], *, keep: bool) -> pa.Table:
    """The rows, with 429 inside 400; those that add up neither way are kept as they are, or refused by UsageError."""
    even = adds_up(rows)
    if pc.all(even).as_py() is not False:
        return rows
    widened = rows.set_column(
        rows.schema.get_field_index("status400"), "status400", pc.add(rows["status400"], rows["status429"])
    )
    if result.source == JOBS and pc.all(adds_up(widened)).as_py():
        notes.append(
            f"429 was counted beside 400 in all {rows.num_rows:,} rows of this query: it was added to 400, as elsewhere"
        )
        return widened.cast(ROW_SCHEMA)
    wrong = pc.sum(pc.invert(even)).as_py()
    if keep:
        notes.append(
            f"{wrong:,} of {rows.num_rows:,} rows do not add up; they are kept as delivered, and reports say so"
        )
        return rows
    row = pc.index(even, value=False).as_py()
    figures = ", ".join(f"{name} {rows[name][row]}" for name in COUNTS)
    raise UsageError(
        f"{result.place(row)}: {figures} do not add up (requests = 200 + 300 + 400 + 500, with 429 inside 400); "
        f"{wrong:,} of {rows.num_rows:,} rows do not: export the result again"
    )


def _each_once(result: Result, rows: pa.Table, key: list[str], notes: list[str]) -> pa.Table:
    """The rows without repeated ones; UsageError when two of one key have other figures."""
    numbered = rows.append_column("row", pa.array(range(rows.num_rows), pa.int64())).append_column(
        "part", _part_numbers(result)
    )
    groups = rows.group_by(key).aggregate([([], "count_all")])
    repeated = groups.filter(pc.greater(groups["count_all"], 1)).drop_columns(["count_all"])
    suspects = numbered.join(repeated, key, join_type="inner").sort_by("row")
    dropped = _second_copies(result, suspects, key)
    if dropped:
        notes.append(f"{len(dropped):,} rows appear more than once, equal in every field: each counts once")
    kept = pc.invert(pc.is_in(numbered["row"], pa.array(dropped, pa.int64())))
    _tell_summed(result, repeated, notes)
    return rows.filter(kept)


def _second_copies(result: Result, suspects: pa.Table, names: Sequence[str]) -> list[int]:
    """The numbers of rows that repeat an earlier one; UsageError where a repeated key has other figures."""
    seen: dict[tuple[object, ...], list[tuple[tuple[object, ...], int, int]]] = {}
    dropped = []
    for record in suspects.to_pylist():
        key = tuple(record[name] for name in names)
        content = (record["client_name"], *(record[name] for name in COUNTS))
        earlier = seen.setdefault(key, [])
        lacks_key = bool(result.parts[record["part"]].absent)
        twin = next(
            (row for other, row, part in earlier if other == content and (part != record["part"] or not lacks_key)),
            None,
        )
        if twin is not None:
            dropped.append(record["row"])
            continue
        if earlier and not lacks_key:
            raise UsageError(
                f"{result.place(earlier[0][1])} and {result.place(record['row'])} contradict each other: one key "
                f"({', '.join(visible(str(value)) for value in key[:4])}), other figures or names; export the result again"
            )
        earlier.append((content, record["row"], record["part"]))
    return dropped


def _tell_summed(result: Result, repeated: pa.Table, notes: list[str]) -> None:
    absent = sorted({name for part in result.parts for name in part.absent})
    if absent:
        notes.append(
            f"without {' and '.join(absent)}, {repeated.num_rows:,} keys appeared in several rows, which were added up"
        )


def _part_numbers(result: Result) -> pa.Array:
    return pa.concat_arrays(
        [pa.repeat(pa.scalar(n, pa.int32()), part.table.num_rows) for n, part in enumerate(result.parts)]
    )


def _summed(rows: pa.Table) -> pa.Table:
    """One row a key: what differs only in a dropped dimension is summed."""
    sums = rows.group_by(list(KEY)).aggregate([("client_name", "max"), *((name, "sum") for name in COUNTS)])
    plain = sums.rename_columns([name.removesuffix("_sum").removesuffix("_max") for name in sums.column_names])
    return plain.select(list(COLUMNS)).cast(USAGE_SCHEMA)


def _without_zeros(usage: pa.Table, notes: list[str]) -> pa.Table:
    zeros = pc.sum(pc.equal(usage["requests"], 0)).as_py()
    if not zeros:
        return usage
    notes.append(f"{zeros:,} rows of 0 requests were dropped")
    return usage.filter(pc.greater(usage["requests"], 0))


def days_covered(usage: pa.Table, interval: Interval | None, notes: list[str]) -> tuple[date, ...]:
    """The UTC days that an import covers: `interval`, else the days from the first to the last date of its rows."""
    present = set(pc.unique(usage["date"]).to_pylist())
    days = interval.days if interval else Interval(min(present), max(present)).days
    empty = [str(day) for day in days if day not in present]
    if empty:
        more = f" and {len(empty) - _TOLD} more" if len(empty) > _TOLD else ""
        notes.append(f"{len(empty)} of {len(days)} days have no traffic: {', '.join(empty[:_TOLD])}{more}")
    return days
