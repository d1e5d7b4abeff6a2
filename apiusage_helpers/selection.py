"""A selection: what one report or view shows. Widgets, params files, saved views and report headers share it.

Section 1 of the report (the most active requests) follows the organization, the interval and the HTTP methods;
section 2 (OAuth client requests) also `clients` and `client_template_uris`; section 3 (URL requests) `template_uris`.
An empty choice means all. A selection knows no rows: it filters nothing by itself. It also says which engine counts it:
DuckDB in this process, or a Spark; the figures are the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apiusage_helpers.errors import ParameterError, quoted, shown
from apiusage_helpers.interval import Interval, resolve, utc_today, zone
from apiusage_helpers.names import METHODS, organization_name, plain_template_uri

MOST_TOP = 100
ENGINES = ("duckdb", "spark")
_HOST = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_SPARK_REMOTE = re.compile(
    rf"sc://{_HOST}(:[0-9]{{1,5}})?(/;use_ssl=true)?|spark://{_HOST}:[0-9]{{1,5}}(,{_HOST}:[0-9]{{1,5}})*|local\[([0-9]{{1,3}}|\*)\]",
    re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is shown of one organization: the interval, the choices of each section of the report, and which engine counts."""

    organization: str
    interval: Interval
    today: date
    display_timezone: str = "UTC"
    clients: tuple[str, ...] = ()
    client_template_uris: tuple[str, ...] = ()
    template_uris: tuple[str, ...] = ()
    http_methods: tuple[str, ...] = ()
    top: int = 5
    engine: str = "duckdb"
    spark_remote: str = ""

    @property
    def counted_by(self) -> dict[str, str]:
        """The parameters that name its engine; none for DuckDB, which needs no mention."""
        return {} if self.engine == "duckdb" else {"engine": self.engine, "spark_remote": self.spark_remote}


def select(  # noqa: PLR0913  # these are the parameters of a report, by their names in the notebook
    organization: str,
    date_range: str,
    *,
    today: str | date = "",
    billing_day: int | None = None,
    display_timezone: str = "UTC",
    clients: Sequence[str] = (),
    client_template_uris: Sequence[str] = (),
    template_uris: Sequence[str] = (),
    http_methods: Sequence[str] = (),
    top: int = 5,
    engine: str = "duckdb",
    spark_remote: str = "",
) -> Selection:
    """The checked selection of one organization.

    `date_range` is a preset or START/END in UTC days; `today` the UTC date as of which the selection stands (a date or
    its ISO text; empty: now); a `billing_day` allows the presets of billing months; `engine` duckdb or spark counts, the
    latter where `spark_remote` is. ParameterError names the first value that cannot be used.
    """
    day = utc_today() if today == "" else checked_today(today)
    zone(display_timezone)
    checked_engine(engine)
    checked_spark_remote(spark_remote, engine)
    return Selection(
        organization=organization_name(organization),
        interval=resolve(date_range, day, billing_day=billing_day),
        today=day,
        display_timezone=display_timezone,
        clients=tuple(clients),
        client_template_uris=tuple(map(plain_template_uri, client_template_uris)),
        template_uris=tuple(map(plain_template_uri, template_uris)),
        http_methods=tuple(map(checked_http_method, http_methods)),
        top=checked_top(top),
        engine=engine,
        spark_remote=spark_remote,
    )


def checked_today(today: str | date) -> date:
    """The UTC date that `today` means; ParameterError when it is no date."""
    try:
        return today if isinstance(today, date) else date.fromisoformat(today)
    except ValueError:
        raise ParameterError(f"today {quoted(today)} is not a date: write YYYY-MM-DD") from None


def checked_http_method(method: str) -> str:
    """The HTTP method in capitals; ParameterError when the platform counts no such method."""
    if method.upper() not in METHODS:
        raise ParameterError(f"HTTP method {quoted(method)} is unknown: use {', '.join(METHODS)}")
    return method.upper()


def checked_top(top: int) -> int:
    """The number of ranks that a top panel shows; ParameterError outside 1 to 100."""
    if not 1 <= top <= MOST_TOP:
        raise ParameterError(f"top {top} is not allowed: a whole number from 1 to {MOST_TOP}")
    return top


def checked_engine(engine: str) -> str:
    """The name of the engine; ParameterError when there is no such engine."""
    if engine not in ENGINES:
        raise ParameterError(f"engine {quoted(engine)} is unknown: use {' or '.join(ENGINES)}")
    return engine


def checked_spark_remote(spark_remote: str, engine: str) -> str:
    """The address of the Spark that counts; ParameterError where it is none, is missing, or goes with another engine."""
    if engine == "spark" and not spark_remote:
        raise ParameterError(f"engine spark needs an address: {_ADDRESSES}")
    if engine != "spark" and spark_remote:
        raise ParameterError(
            f"spark_remote is given, but the engine is {engine}: set engine to spark, or leave spark_remote empty"
        )
    if spark_remote and not _SPARK_REMOTE.fullmatch(spark_remote):
        raise ParameterError(
            f"spark_remote {shown('', spark_remote)} is no address of a Spark: {_ADDRESSES}; no user and no token may stand in it"
        )
    return spark_remote


_ADDRESSES = (
    "sc://HOST:PORT of a Spark Connect server (sc://HOST:PORT/;use_ssl=true behind TLS), spark://HOST:PORT of a master, "
    "or local[N]"
)
