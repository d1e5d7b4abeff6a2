"""DuckDB, in this process: the engine that counts unless a report asks for another.

It works within a bounded memory. What does not fit goes to a private temporary folder, which ends with the process; a run
has its temporary files in its own folder, so that nothing of a killed one is left.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from apiusage_helpers.interval import Interval
from apiusage_helpers.usage import COLUMNS, COUNTS, KEY

MEMORY = "1GB"


def connect(memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """A connection to this process's DuckDB, in memory, that keeps at most `memory` there and the rest on the disk."""
    return _database(memory).cursor()


@cache
def _database(memory: str) -> duckdb.DuckDBPyConnection:
    """One for all connections: to start one takes longer than to count a month."""
    return duckdb.connect(
        config={
            "allow_unsigned_extensions": "false",
            "autoinstall_known_extensions": "false",
            "memory_limit": memory,
            "temp_directory": str(Path(_own_folder().name) / "spilled"),
        }
    )


@cache
def _own_folder() -> TemporaryDirectory[str]:
    """A temporary folder that nobody else may look into, as long as this process lives."""
    return TemporaryDirectory(prefix="apiusage-", ignore_cleanup_errors=True)


def read_parquet(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    """The rows of these Parquet files, at least one, as a lazy relation."""
    names = [re.sub(r"([*?])", r"[\1]", str(path)) for path in paths]  # names, not globs
    return connection.read_parquet(names, hive_partitioning=False)


def usage_rows(stored: duckdb.DuckDBPyRelation, interval: Interval) -> duckdb.DuckDBPyRelation:
    """The usage rows among `stored` ones on the days of `interval`, lazy, with `usage.COLUMNS`."""
    wanted = f"day_rows is null and date between '{interval.start}' and '{interval.end}'"
    return stored.filter(wanted).project(", ".join(COLUMNS))


def day_sums(rows: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
    """Each day of usage `rows` with what its digest is made of, the same in every engine: six whole numbers.

    They are sums of each count times a number of its client and URL, which comes from MD5 and is made once for each.
    """
    counted = rows.query("rows", _DAY_SUMS)
    return counted.fetchall() if counted else []


_URL_OF_CLIENT = ", ".join(KEY[1:])
_DAY_SUMS = f"""
    with keys as (
        select *, cast('0x' || md5(concat_ws(chr(31), {_URL_OF_CLIENT}))[1:15] as bigint) as number
        from (select distinct {_URL_OF_CLIENT} from rows)
    )
    select date, {", ".join(f"sum(cast(number as hugeint) * {name})" for name in COUNTS)}
    from rows join keys using ({_URL_OF_CLIENT}) group by date
"""  # noqa: S608  # the names of columns
