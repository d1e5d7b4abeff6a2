"""The tables of the fair-use report: what its panels draw is what its CSV files hold."""

from collections.abc import Sequence
from itertools import accumulate

import pandas as pd

from apiusage_helpers.insights.fair_use import BillingMonth

MONTHS = (
    "start", "end", "used", "allowance", "remaining", "projected", "projected_low", "projected_high", "overage", "exhausted_on",
)  # fmt: skip
_WHOLE = MONTHS[2:9]


def table_of_months(months: Sequence[BillingMonth]) -> pd.DataFrame:
    """One row a billing month, in the columns `MONTHS`; what is unknown is NA or None."""
    rows = [
        {
            "start": month.interval.start,
            "end": month.interval.end,
            "exhausted_on": month.exhausted.likely,
            **{name: getattr(month, name) for name in _WHOLE},
        }
        for month in months
    ]
    table = pd.DataFrame(rows, columns=list(MONTHS), dtype=object)
    return table.assign(**{name: pd.array(list(table[name]), dtype="Int64") for name in _WHOLE})


def days_of_month(month: BillingMonth) -> pd.DataFrame:
    """One row a day of the month: date, requests, running_total, expected, expected_low, expected_high.

    `requests` and `running_total` are counted (NA on missing and coming days); the others are the forecast's running
    totals, NA on days that are over.
    """
    counted, coming = len(month.days), len(month.running)
    gap, rest = [pd.NA] * counted, [pd.NA] * (len(month.interval) - counted - coming)
    runs = accumulate((n or 0) for n in month.days)
    columns = {
        "requests": [pd.NA if n is None else n for n in month.days],
        "running_total": [pd.NA if n is None else run for n, run in zip(month.days, runs, strict=True)],
    }
    ahead = [pd.NA] * (len(month.interval) - counted)
    table = {name: [*values, *ahead] for name, values in columns.items()}
    for name, course in (("expected", month.running), ("expected_low", month.low), ("expected_high", month.high)):
        table[name] = [*gap, *map(round, course), *rest]
    typed = {name: pd.array(values, dtype="Int64") for name, values in table.items()}
    return pd.DataFrame({"date": pd.DatetimeIndex(month.interval.days), **typed})
