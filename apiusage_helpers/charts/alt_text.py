"""Pictures in words: the sentence that stands for a picture where it cannot be seen, computed from its figures."""

from collections.abc import Sequence

import pandas as pd

from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.text import counted, cut, listed, percent, whole

NOTHING = "No requests under this selection: there is nothing to draw."


def leaders(table: pd.DataFrame, labels: Sequence[str], noun: str) -> str:
    """Which rows of a ranking lead, with their requests, and the requests of all rows."""
    if not len(table):
        return NOTHING
    ranked = table[table["rank"].notna()] if "rank" in table else table
    first = [
        f"{cut(label, 60)} {whole(count)}" for label, count in zip(labels, ranked["requests"].head(3), strict=False)
    ]
    total = whole(table["requests"].sum())
    return f"{counted(len(ranked), noun)} with the most requests: {listed(first)}; {total} requests in all."


def worst(table: pd.DataFrame, labels: Sequence[str], noun: str) -> str:
    """Which row of a table of outcomes has the largest failed share."""
    if not len(table):
        return NOTHING
    failed = failed_shares(table)
    place = int(failed.to_numpy().argmax())
    largest = f"{labels[place]} has the largest failed share, {percent(failed.iloc[place])}"
    return f"Status classes of {counted(len(table), noun)}; {largest}."


def failed_shares(table: pd.DataFrame) -> "pd.Series[float]":
    """The failed share (0-1) of each row of outcomes; 0 where there are none."""
    outcomes = table[list(OUTCOMES)]
    total = outcomes.sum(axis=1)
    return (outcomes[list(OUTCOMES[2:])].sum(axis=1) / total.where(total > 0, 1)).astype("float64")


def responses(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The share of each status."""
    if not table["requests"].any():
        return NOTHING
    shares = (f"{label} {percent(share)}" for label, share in zip(labels, table["share"], strict=True))
    return f"Responses by status: {', '.join(shares)}."


def days(table: pd.DataFrame) -> str:
    """How many days there are, their mean and their highest, and how many are missing."""
    if not table["requests"].any():
        return f"No requests on any of {counted(len(table), 'UTC day')} of this interval."
    highest = int(table["requests"].to_numpy().argmax())
    mean = whole(table.loc[table["complete"], "requests"].mean())
    most = f"most on {table['date'].iloc[highest]:%Y-%m-%d} with {whole(table['requests'].iloc[highest])}"
    missing = int((~table["complete"]).sum())
    gap = f" {counted(missing, 'day')} missing in the store." if missing else ""
    return f"Requests on {counted(len(table), 'UTC day')}: {mean} a day on average, {most}.{gap}"


def failures(table: pd.DataFrame) -> str:
    """The failed and throttled share of all days, and the day with the largest failed share."""
    total = int(table["requests"].sum())
    if not total:
        return f"No requests on any of {counted(len(table), 'UTC day')} of this interval."
    failed, throttled = (percent(int(table[name].sum()) / total) for name in ("failed", "throttled"))
    worst = table.iloc[int(table["failed_share"].fillna(-1).to_numpy().argmax())]
    highest = f"most on {worst['date']:%Y-%m-%d} with {percent(worst['failed_share'])}"
    return f"Failed share on {counted(len(table), 'UTC day')}: {failed} in all, of all requests {throttled} with 429, {highest}."
