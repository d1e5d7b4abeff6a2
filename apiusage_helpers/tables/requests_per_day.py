"""Requests per UTC day, with every day of the interval: a silent day is a row of 0, a missing day says so."""

from collections.abc import Collection
from datetime import date

import pandas as pd

from apiusage_helpers.interval import Interval


def requests_per_day(days: pd.DataFrame, interval: Interval, missing: Collection[date]) -> pd.DataFrame:
    """One row a UTC day of `interval`: date, requests, successful, failed, complete.

    `complete` is False, and the counts are 0, where the store has no such day (`missing`).
    """
    counts = days.groupby("date")[["requests", "successful", "failed"]].sum()
    every_day = pd.DatetimeIndex(interval.days, name="date")
    table = counts.reindex(every_day, fill_value=0).astype("int64").reset_index()
    return table.assign(complete=~table["date"].isin(pd.DatetimeIndex(list(missing))))
