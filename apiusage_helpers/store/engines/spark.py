"""Spark: the engine that counts on a cluster, through Spark Connect (also Sail's) or a master.

It reads the same files as DuckDB, by the names that one snapshot gives them, so every machine of the cluster has to see the
store's folder at the same path. pyspark is an extra: nothing of it is imported before a report asks for this engine.
"""

import os
import re
import shutil
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import ParameterError, SourceError, first_line
from apiusage_helpers.interval import Interval
from apiusage_helpers.usage import COLUMNS, COUNTS, KEY

_CONNECT_PORT = 15002
_ANSWER_SECONDS = 5.0
_RETRIES = 5  # of a request to a server that was lost: some 20 s
_ADDRESS = re.compile(r"(?P<host>[^/:,]+)(?::(?P<port>[0-9]+))?")
_GLOB_SIGNS, _AS_IT_IS = re.compile(r"([*?{}])"), r"\\\1"  # names, not globs
_OR_DUCKDB = 'or count without it (-p engine duckdb -p spark_remote "")'


def refuse_unreachable(remote: str) -> None:
    """Nothing, when what this machine needs is installed and something listens at the address of the Spark.

    ParameterError names what has to be installed, SourceError the address where nothing answers.
    """
    connect = remote.startswith("sc://")
    if find_spec("pyspark") is None or (connect and find_spec("grpc") is None):
        raise ParameterError(
            "engine spark needs packages that are not installed: "
            f".venv/bin/pip install --require-hashes -r requirements-spark.lock, {_OR_DUCKDB}"
        )
    if not connect and not _has_java():
        raise ParameterError(
            f"spark_remote {remote} needs Java on this machine too: install it (Debian: default-jre-headless) or set JAVA_HOME, "
            f"name a Spark Connect server (sc://HOST:PORT), which needs none, {_OR_DUCKDB}"
        )
    faults = [_why_silent(host, port) for host, port in _listeners(remote)]
    if faults and all(faults):
        raise SourceError(f"no Spark answers at {remote} ({faults[0]}): start it, correct spark_remote, {_OR_DUCKDB}")


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java", path=str(Path(home, "bin")) if home else None))


def _listeners(remote: str) -> Iterator[tuple[str, int]]:
    """The hosts and ports that an address names; none for a Spark inside this machine's process."""
    if "://" in remote:
        for found in _ADDRESS.finditer(remote.partition("://")[2].partition("/")[0]):
            yield found["host"], int(found["port"] or _CONNECT_PORT)


def _why_silent(host: str, port: int) -> str:
    """Why nothing can be asked at a host and port; empty where something listens."""
    try:
        socket.create_connection((host, port), _ANSWER_SECONDS).close()
    except (OSError, OverflowError) as fault:
        return str(getattr(fault, "strerror", None) or fault)
    return ""


def usage_rows(remote: str, paths: Sequence[Path], interval: Interval) -> Any:
    """The usage rows in these files on the days of `interval`, as a lazy DataFrame of Spark with `usage.COLUMNS`.

    ParameterError and SourceError as for `refuse_unreachable`; SourceError too when Spark cannot read the files.
    """
    refuse_unreachable(remote)
    wanted = f"day_rows is null and date between date '{interval.start}' and date '{interval.end}'"
    with _told(remote):
        stored = _session(remote).read.parquet(*(f"file://{_GLOB_SIGNS.sub(_AS_IT_IS, str(path))}" for path in paths))
        rows = stored.filter(wanted).select(*COLUMNS)
        _ = rows.schema  # looks at the files now, where a fault can be told
        return rows


def day_sums(rows: Any) -> list[tuple[Any, ...]]:
    """As `duck.day_sums`, by the same rule; each row makes its number by itself, since a join may not fit into an executor."""
    from pyspark.sql.functions import expr  # noqa: PLC0415  # an extra

    text = f"concat_ws(char(31), {', '.join(KEY[1:])})"
    numbered = rows.withColumn("number", expr(f"cast(conv(substring(md5({text}), 1, 15), 16, 10) as decimal(19, 0))"))
    sums = [expr(f"sum(number * cast({name} as decimal(19, 0)))").alias(name) for name in COUNTS]
    found = numbered.groupBy("date").agg(*sums).toArrow().to_pylist()
    return [(row["date"], *(int(row[name]) for name in COUNTS)) for row in found]


@contextmanager
def _told(remote: str) -> Iterator[None]:
    """A fault of Spark as a SourceError of one sentence; its warnings, of which none is for readers of a report, are dropped."""
    from pyspark.errors import PySparkException  # noqa: PLC0415  # an extra

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PySparkException as fault:
        what = "cannot read the store's files" if "PATH_NOT_FOUND" in str(fault) else "cannot be used"
        hint = (
            "every machine of it has to see the store's folder at the same path"
            if "PATH" in str(fault)
            else f"look at it and try again, {_OR_DUCKDB}"
        )
        raise SourceError(f"the Spark at {remote} {what} ({first_line(str(fault))}); {hint}") from None


@lru_cache(maxsize=1)
def _session(remote: str) -> Any:
    """A session of the Spark at this address, which serves this process until it asks another one."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  # an extra

    builder = SparkSession.builder.appName("API usage")
    if not remote.startswith("sc://"):
        quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
        return builder.master(remote).config(map=quiet).getOrCreate()
    from pyspark.sql.connect.client.retries import DefaultPolicy  # noqa: PLC0415  # as above

    session = builder.remote(remote).create()
    session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
    return session
