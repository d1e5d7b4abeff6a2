"""The one pass over many rows: from usage rows in an engine to two small tables in pandas.

Everything that a report shows derives from these: requests by (client, method, template URI) and by (date, client).
Two group-bys are all that leaves the engine, which is reached through narwhals, so that the same lines group rows in DuckDB and
elsewhere. Names are looked up over the whole interval, whatever methods are chosen: a client's display name is its newest.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import narwhals as nw
import pandas as pd

from apiusage_helpers.interval import Interval
from apiusage_helpers.tables.outcomes import with_outcomes
from apiusage_helpers.usage import COUNTS

REQUEST_KEY = ("client_id", "http_method", "template_uri")
DAY_KEY = ("date", "client_id")


@dataclass(frozen=True)
class Summary:
    """What is known of an interval's rows after one pass.

    `requests`: one row per (client_id, http_method, template_uri); `days`: one row per (date, client_id); both with
    client_name, requests and the outcomes. `excluded`: requests by client_id of clients left out of both.
    """

    requests: pd.DataFrame
    days: pd.DataFrame
    excluded: dict[str, int]

    @property
    def total(self) -> int:
        """All requests, without those of excluded clients."""
        return int(self.requests["requests"].sum())

    @property
    def clients(self) -> int:
        """The number of OAuth clients that made a request."""
        return int(self.requests["client_id"].nunique())


def summarise(rows: Any, *, http_methods: Collection[str] = (), excluded: Collection[str] = ()) -> Summary:
    """The summary of lazy usage `rows` (an engine's relation with `usage.COLUMNS`).

    `http_methods` keeps those methods only (empty: all); clients whose id is in `excluded` are counted apart.
    """
    requests = _totals(chosen_rows(rows, http_methods=http_methods), REQUEST_KEY)
    days, names = _days(rows, http_methods)
    requests, days = (table.assign(client_name=table["client_id"].map(names)) for table in (requests, days))
    left_out = requests["client_id"].isin(excluded)
    apart = requests[left_out].groupby("client_id")["requests"].sum()
    return Summary(
        requests[~left_out].reset_index(drop=True),
        days[~days["client_id"].isin(excluded)].reset_index(drop=True),
        {str(client): int(count) for client, count in apart.items()},
    )


def chosen_rows(  # noqa: PLR0913  # what rows are chosen by
    rows: Any,
    *,
    http_methods: Collection[str] = (),
    clients: Collection[str] | None = None,
    template_uris: Collection[str] = (),
    excluded: Collection[str] = (),
    days: Interval | None = None,
) -> nw.LazyFrame[Any]:
    """The lazy rows with one of these methods and template URIs (empty: all), client ids and days (None: all).

    No row of a client whose id is in `excluded` is among them.
    """
    frame = nw.from_native(rows).filter(nw.col("requests") > 0)
    chosen = (("http_method", http_methods or None), ("client_id", clients), ("template_uri", template_uris or None))
    for name, values in chosen:
        frame = frame if values is None else frame.filter(nw.col(name).is_in(list(values)))
    frame = frame if days is None else frame.filter(nw.col("date").is_between(days.start, days.end))
    kept: nw.LazyFrame[Any] = frame.filter(~nw.col("client_id").is_in(list(excluded))) if excluded else frame
    return kept


@dataclass(frozen=True)
class RowTotals:
    """Sums over rows, added up by the engine apart from any table, to hold the tables against."""

    requests: int
    successful: int
    failed: int
    rows: int
    clients: int
    uneven_rows: int
    newest: date | None


def row_totals(rows: nw.LazyFrame[Any]) -> RowTotals:
    """The totals of lazy rows; `uneven_rows` counts those whose statuses do not add up to their requests."""
    classes = [nw.col(f"status{hundred}00") for hundred in (2, 3, 4, 5)]
    even = (nw.col("requests") == sum(classes[1:], classes[0])) & (nw.col("status429") <= nw.col("status400"))
    sums = rows.select(
        nw.col("requests").sum().cast(nw.Int64),
        (nw.col("status200") + nw.col("status300")).sum().cast(nw.Int64).alias("successful"),
        (nw.col("status400") + nw.col("status500")).sum().cast(nw.Int64).alias("failed"),
        nw.len().cast(nw.Int64).alias("rows"),
        nw.col("client_id").n_unique().cast(nw.Int64).alias("clients"),
        (~even).cast(nw.Int64).sum().cast(nw.Int64).alias("uneven_rows"),
        nw.col("date").max().alias("newest"),
    )
    only = sums.collect("pyarrow").to_native().to_pylist()[0]
    return RowTotals(newest=only.pop("newest"), **{name: int(value or 0) for name, value in only.items()})


def _totals(rows: nw.LazyFrame[Any], key: tuple[str, ...]) -> pd.DataFrame:
    grouped = collected(rows.group_by(*key).agg(*_sums()))
    return with_outcomes(grouped.sort_values(list(key), ignore_index=True))


def _days(rows: Any, http_methods: Collection[str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """The totals by date and client under these methods, and the name that each client bore last, under whatever method."""
    chosen = nw.col("requests") > 0
    chosen = chosen & nw.col("http_method").is_in(list(http_methods)) if http_methods else chosen
    named = collected(nw.from_native(rows).group_by(*DAY_KEY, "client_name").agg(*_sums(chosen)))
    days = named.groupby(list(DAY_KEY), as_index=False)[list(COUNTS)].sum()
    return with_outcomes(days[days["requests"] > 0].reset_index(drop=True)), _newest_names(named)


def _sums(chosen: nw.Expr | None = None) -> list[nw.Expr]:
    """The sum of each count, over the `chosen` rows (None: all)."""
    counts = {name: nw.col(name) for name in COUNTS}
    if chosen is not None:
        counts = {name: nw.when(chosen).then(count).otherwise(nw.lit(0)) for name, count in counts.items()}
    return [count.sum().cast(nw.Int64).alias(name) for name, count in counts.items()]


def collected(rows: nw.LazyFrame[Any]) -> pd.DataFrame:
    """The rows of a lazy frame, with the same types whatever engine gives them: dates in microseconds, text as str.

    They come as Arrow, which every engine has; what comes is in memory, so it is grouped first.
    """
    table: pd.DataFrame = rows.collect("pyarrow").to_native().to_pandas(date_as_object=False)
    return table.astype({name: "datetime64[us]" for name in table.columns if table[name].dtype.kind == "M"})


def requests_by_day(rows: nw.LazyFrame[Any]) -> "pd.Series[int]":
    """The requests of lazy rows by date (a DatetimeIndex); days without rows are not in it."""
    by_day = collected(rows.group_by("date").agg(nw.col("requests").sum().cast(nw.Int64)))
    ordered = by_day.sort_values("date")
    return pd.Series(ordered["requests"].to_numpy(), pd.DatetimeIndex(ordered["date"]))


def names_over_time(rows: Any) -> list[tuple[str, str, date, date]]:
    """The names that each client bore in lazy usage `rows`: client_id, client_name, its first and last day; in this order."""
    frame = nw.from_native(rows).group_by("client_id", "client_name")
    named = (
        frame.agg(nw.col("date").min().alias("first"), nw.col("date").max().alias("last"))
        .collect("pyarrow")
        .to_native()
    )
    return sorted(tuple(row.values()) for row in named.to_pylist())


def names_by_day(rows: Any) -> list[tuple[str, date, str]]:
    """client_id, date and client_name of the clients that bore several names in lazy usage `rows`, in this order."""
    named = names_over_time(rows)
    several = [client for client, count in Counter(client for client, *_ in named).items() if count > 1]
    if not several:
        return []
    frame = nw.from_native(rows).filter(nw.col("client_id").is_in(several))
    days = frame.group_by("client_id", "date", "client_name").agg(nw.len().alias("rows")).collect("pyarrow").to_native()
    return sorted(tuple(row.values())[:3] for row in days.to_pylist())


def newest_names(rows: Any) -> dict[str, str]:
    """The name each client bore last in lazy usage `rows`; of two names on one day the greater by code point."""
    return _newest_names(collected(nw.from_native(rows).group_by("client_id", "client_name").agg(nw.col("date").max())))


def _newest_names(named: pd.DataFrame) -> dict[str, str]:
    """As `newest_names`, of rows with client_id, client_name and date."""
    newest = named.sort_values(["date", "client_name"]).groupby("client_id")["client_name"].last()
    return {str(client): str(name) for client, name in newest.items()}
