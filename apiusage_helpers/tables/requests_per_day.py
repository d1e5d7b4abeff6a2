"""Requests per UTC day, with every day of the interval: a silent day is a row of 0, a missing day says so."""

from collections.abc import Collection
from datetime import date

import pandas as pd

from apiusage_helpers.interval import Interval


def requests_per_day(days: pd.DataFrame, interval: Interval, missing: Collection[date]) -> pd.DataFrame:
    """One row a UTC day of `interval`: date, requests, successful, failed, complete.

    `complete` is False, and the counts are 0, where the store has no such day (`missing`).
    """
    return _by_day(days, ["requests", "successful", "failed"], interval, missing)


def failures_per_day(days: pd.DataFrame, interval: Interval, missing: Collection[date]) -> pd.DataFrame:
    """One row a UTC day of `interval`: date, requests, failed, throttled, failed_share, throttled_share, complete.

    `throttled` (429) are among the failed; shares (0-1) are of the day's requests, NaN where there are none.
    """
    table = _by_day(days, ["requests", "failed", "throttled"], interval, missing)
    some = table["requests"].where(table["requests"] > 0)
    shares = {f"{name}_share": (table[name] / some).astype("float64") for name in ("failed", "throttled")}
    return table.assign(**shares)[["date", "requests", "failed", "throttled", *shares, "complete"]]


def _by_day(days: pd.DataFrame, counts: list[str], interval: Interval, missing: Collection[date]) -> pd.DataFrame:
    sums = days.groupby("date")[counts].sum()
    every_day = pd.DatetimeIndex(interval.days, name="date")
    table = sums.reindex(every_day, fill_value=0).astype("int64").reset_index()
    return table.assign(complete=~table["date"].isin(pd.DatetimeIndex(list(missing))))
