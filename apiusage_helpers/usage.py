"""What a usage row is: who asked what on one UTC day, how often, and how it ended.

One row says: on `date` the OAuth client `client_id` sent `requests` requests with `http_method` to `template_uri`, and
so many of them were answered with each class of status. The names are the platform's own in snake_case.

The platform's 200, 300, 400 and 500 are status CLASSES (2xx, 3xx, 4xx, 5xx), and its 429 is counted inside its 400
(model ApiUsageRow: "this is a subset of the count returned with status400"). So a row adds up when
requests = status200 + status300 + status400 + status500 and status429 <= status400. Nothing here repairs a row.
"""

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from apiusage_helpers.errors import UsageError
from apiusage_helpers.names import (
    METHODS as METHODS,
    METHODS_OF_THE_PLATFORM_TEXT as METHODS_OF_THE_PLATFORM_TEXT,
    organization_name as organization_name,
    plain_template_uri as plain_template_uri,
)

KEY = ("date", "client_id", "http_method", "template_uri")
DIMENSIONS = ("date", "client_id", "client_name", "http_method", "template_uri")
STATUSES = ("status200", "status300", "status400", "status429", "status500")
COUNTS = ("requests", *STATUSES)
COLUMNS = DIMENSIONS + COUNTS

STATUS_MEANINGS = {
    200: "2xx: succeeded",
    300: "3xx: redirected",
    400: "4xx other than 429: refused by the request",
    429: "429: too many requests",
    500: "5xx: server error",
}

USAGE_SCHEMA = pa.schema(
    [pa.field("date", pa.date32(), nullable=False)]
    + [pa.field(name, pa.string(), nullable=False) for name in DIMENSIONS[1:]]
    + [pa.field(name, pa.int64(), nullable=False) for name in COUNTS]
)

MOST_OF_A_DAY = 2**53  # requests; whole numbers are exact up to here, also in a page's script
_MOST_CODES = 2**62


def adds_up(usage: pa.Table) -> pa.ChunkedArray:
    """One boolean a row: requests is the sum of the four status classes, and 429 is within 400."""
    classes = [usage[name] for name in ("status200", "status300", "status400", "status500")]
    total = pc.add(pc.add(classes[0], classes[1]), pc.add(classes[2], classes[3]))
    return pc.and_(pc.equal(usage["requests"], total), pc.less_equal(usage["status429"], usage["status400"]))


def check_usage(usage: pa.Table) -> pa.Table:
    """`usage` itself, when it is a usage table: the schema, no count below 0, one row a key. UsageError otherwise."""
    if usage.schema.names != list(COLUMNS) or usage.schema.types != USAGE_SCHEMA.types:
        raise UsageError(f"not a usage table: columns {usage.schema.names}; wanted {list(COLUMNS)}")
    _refuse_nulls_and_negatives(usage)
    refuse_large_sums(usage)
    if not unique_keys(usage, KEY):
        keys = usage.group_by(list(KEY)).aggregate([([], "count_all")])
        repeated = keys.filter(pc.greater(keys["count_all"], 1))
        raise UsageError(f"{repeated.num_rows} keys appear in more than one row, such as {_example(repeated, KEY)}")
    return usage


def refuse_large_sums(rows: pa.Table, where: str = "usage") -> None:
    """UsageError where the requests or a status of one day add up to more than `MOST_OF_A_DAY`; `where` is the file.

    Beyond that, sums are no longer whole numbers to a page's script, and later ones to no engine.
    """
    for name in COUNTS:
        counts = rows[name].cast(pa.float64(), safe=False)
        if (pc.sum(counts).as_py() or 0) <= MOST_OF_A_DAY:
            continue
        days = pa.table({"date": rows["date"], "sum": counts}).group_by("date").aggregate([("sum", "sum")])
        over = days.filter(pc.greater(days["sum_sum"], MOST_OF_A_DAY)).sort_by("date")
        if over.num_rows:
            total = over["sum_sum"][0].as_py()
            raise UsageError(
                f"{where}: {name} of {over['date'][0]} add up to {total:.3g}: more than {MOST_OF_A_DAY:,} cannot be counted "
                "exactly, and no organization makes so many: look at where the rows come from"
            )


def unique_keys(rows: pa.Table, names: Iterable[str]) -> bool:
    """Whether no two rows are alike in the columns `names`.

    Each column becomes small numbers, and these one number a row: many times faster than grouping by several texts.
    """
    if rows.num_rows == 0:
        return True
    code, combinations = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows)]), 1
    for name in names:
        column = rows[name].dictionary_encode().combine_chunks()
        size = max(1, len(column.dictionary))
        combinations *= size
        if combinations > _MOST_CODES:
            return bool(rows.group_by(list(names)).aggregate([]).num_rows == rows.num_rows)
        code = pc.add(pc.multiply(code, size), column.indices.cast(pa.int64()))
    return bool(pc.count_distinct(code).as_py() == rows.num_rows)


def usage_table(rows: Iterable[Iterable[object]]) -> pa.Table:
    """A checked usage table of rows in the order of `COLUMNS`; for tests and small inputs."""
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, USAGE_SCHEMA, strict=True)]
    return check_usage(pa.Table.from_arrays(arrays, schema=USAGE_SCHEMA))


def _refuse_nulls_and_negatives(usage: pa.Table) -> None:
    for name in COLUMNS:
        if usage[name].null_count:
            raise UsageError(f"{usage[name].null_count} rows have no {name}")
    for name in COUNTS:
        below = usage.filter(pc.less(usage[name], 0))
        if below.num_rows:
            raise UsageError(f"{name} is below 0 in {below.num_rows} rows, such as {_example(below, KEY)}")


def _example(usage: pa.Table, names: Iterable[str]) -> str:
    row = usage.slice(0, 1).to_pylist()[0]
    return ", ".join(f"{name}={row[name]}" for name in names)
