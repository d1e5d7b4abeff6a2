"""DuckDB, in this process: the engine that counts unless a report asks for another.

It works within a bounded memory. What does not fit goes to a private temporary folder, which ends with the process; a run
has its temporary files in its own folder, so that nothing of a killed one is left.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

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
