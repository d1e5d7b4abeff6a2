"""Requests per UTC day, with every day of the interval: a silent day is a row of 0, a missing day says so."""

from collections.abc import Collection, Sequence
from datetime import date

import pandas as pd

from apiusage_helpers.interval import Interval

_SHARE = "_share"


def by_day(days: pd.DataFrame, columns: Sequence[str], interval: Interval, missing: Collection[date]) -> pd.DataFrame:
    """One row a UTC day of `interval` in these `columns`: `date`, counts, `complete`, and shares of them.

    `complete` is False, and the counts are 0, where the store has no such day (`missing`). `failed_share` is `failed` of the
    day's requests (0-1), NaN where there are none.
    """
    counts = [name for name in columns if name not in {"date", "complete"} and not name.endswith(_SHARE)]
    sums = days.groupby("date")[counts].sum()
    every_day = pd.DatetimeIndex(interval.days, name="date")
    table = sums.reindex(every_day, fill_value=0).astype("int64").reset_index()
    some = table["requests"].where(table["requests"] > 0)
    shares = {
        name: (table[name.removesuffix(_SHARE)] / some).astype("float64") for name in columns if name.endswith(_SHARE)
    }
    return table.assign(**shares, complete=~table["date"].isin(pd.DatetimeIndex(list(missing))))[list(columns)]
