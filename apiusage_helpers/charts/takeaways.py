"""Takeaways: what a card's table says, in one line and with its figures (page/template/report/words.js says the same).

Each takes a table and gives a sentence; nothing where there is no request to speak of.
"""

from collections.abc import Sequence

import pandas as pd

from apiusage_helpers.charts.alt_text import failed_shares
from apiusage_helpers.charts.style import LEGENDS
from apiusage_helpers.tables.outcomes import FAILED, OUTCOMES
from apiusage_helpers.tables.panel_spec import PanelSpec
from apiusage_helpers.text import counted, cut, human, percent, whole

_CELLS = 80
_FIRST = 3
_SOME = 10  # requests a day: fewer are told with a decimal
_NONE_FAILED = "No request failed."


def takeaway(spec: PanelSpec, table: pd.DataFrame, labels: Sequence[str], total: int) -> str:
    """What the declared panel says of its table, whose rows bear `labels`; `total` are all requests."""
    says = spec.takeaway
    match says:
        case "days" | "failures":
            return _days(table, labels) if says == "days" else _failures(table, labels)
        case "statuses" | "two_outcomes":
            return _statuses(table, total) if says == "statuses" else _two_outcomes(table, total)
        case "":
            return ""
        case "first_ones":
            return _first_ones(table, labels, spec.what) if table["requests"].any() else ""
        case _:
            return _OF_RANKINGS[says](table, labels) if table["requests"].any() else ""


def _days(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The mean of the days that the store has, and the highest day."""
    if not table["requests"].any():
        return ""
    place = int(table["requests"].to_numpy().argmax())
    most = int(table["requests"].iloc[place])
    if len(table) == 1:
        return f"{counted(most, 'request')} on {_day(labels[place])}."
    mean = float(table.loc[table["complete"], "requests"].mean())
    average = whole(mean) if mean >= _SOME else f"{mean:.1f}"
    return f"{average} a day on average; most on {_day(labels[place])}: {whole(most)}."


def _failures(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The failed share of all days, and the worst day where one was worse."""
    total, failed = int(table["requests"].sum()), int(table["failed"].sum())
    if not failed:
        return _NONE_FAILED if total else ""
    worst = int(table["failed_share"].fillna(-1).to_numpy().argmax())
    told, most = percent(failed / total), percent(table["failed_share"].iloc[worst])
    if told == most:
        return f"{told} failed."
    return f"{told} failed; the worst day was {_day(labels[worst])} with {most}."


def _leader(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The part of requests and of failures that the first of a ranking takes, and who has more failures."""
    requests, failed = int(table["requests"].sum()), int(table["failed"].sum())
    ranked = table[table["rank"].notna()]
    told = f"{_cut(labels[0])} made {percent(ranked['requests'].iloc[0] / requests)} of the requests"
    if not failed:
        return f"{told}; none failed."
    worst = int(table["failed"].to_numpy().argmax())  # which the rest together may be
    told += f" and {percent(ranked['failed'].iloc[0] / failed)} of the failures."
    if worst == 0:
        return told
    return f"{told} Most failures: {_cut(labels[worst])}, {percent(table['failed'].iloc[worst] / failed)}."


def _first_ones(table: pd.DataFrame, labels: Sequence[str], noun: str) -> str:
    """The part of their requests that the first ones take."""
    requests, count = int(table["requests"].sum()), len(table)
    if count <= _FIRST:
        share = percent(table["requests"].iloc[0] / requests)
        return f"{_cut(labels[0])} made {share} of these requests."
    share = percent(int(table["requests"].head(_FIRST).sum()) / requests)
    return f"The first {_FIRST} of {counted(count, noun)} made {share} of these requests."


def _most_refused(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The client with the largest failed share, and what its failures mostly are."""
    shares = failed_shares(table)
    place = int(shares.to_numpy().argmax())
    if not shares.iloc[place]:
        return _NONE_FAILED
    share, mostly = (
        percent(shares.iloc[place]), _main_failure([int(table[name].iloc[place]) for name in FAILED]),
    )  # fmt: skip
    if len(table) == 1:
        return f"{share} of the requests of {_cut(labels[0])} failed, mostly {mostly}."
    return f"{_cut(labels[place])} failed most often: {share} of its requests, mostly {mostly}."


def _first_pair(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The part of the requests that the busiest pair of client and URL takes."""
    requests = int(table["requests"].sum())
    return f"{percent(table['requests'].iloc[0] / requests)} are {_cut(labels[0])}."


def _most_failures(table: pd.DataFrame, labels: Sequence[str]) -> str:
    """The URL with the most failures."""
    failed = table[list(FAILED)].sum(axis=1)
    place = int(failed.to_numpy().argmax())
    if not failed.iloc[place]:
        return _NONE_FAILED
    told = f"{_cut(labels[place])}, {human(failed.iloc[place])} of {human(table['requests'].iloc[place])}"
    return f"Failures of {told}." if len(table) == 1 else f"Most failures: {told}."


def _statuses(table: pd.DataFrame, total: int) -> str:
    """The parts that succeeded and failed, and what the failures mostly are."""
    counts = [int(count) for count in table["requests"]]
    if not total:
        return ""
    failed = sum(counts[2:])
    told = f"{percent(sum(counts[:2]) / total)} succeeded"
    if not failed:
        return f"{told}; none failed."
    return f"{told}, {percent(failed / total)} failed, mostly {_main_failure(counts[2:])}."


def _two_outcomes(table: pd.DataFrame, total: int) -> str:
    """How many requests failed."""
    return f"{whole(table['requests'].iloc[1])} of {whole(total)} requests failed." if total else ""


def _main_failure(counts: Sequence[int]) -> str:
    """What most of the failures are, by their counts in the order of `FAILED`."""
    return LEGENDS[OUTCOMES[len(OUTCOMES) - len(FAILED) + counts.index(max(counts))]]


def _cut(label: str) -> str:
    return cut(label, _CELLS)


def _day(label: str) -> str:
    r"""A day as its column is labelled: 24 Nov, in another zone with its UTC day.

    >>> _day("24 Nov"), _day("24 Nov\nUTC 25 Nov")
    ('24 Nov', '24 Nov (UTC 25 Nov)')
    """
    shown, _, utc = label.partition("\n")
    return f"{shown} ({utc})" if utc else shown


_OF_RANKINGS = {
    "leader": _leader,
    "most_refused": _most_refused,
    "first_pair": _first_pair,
    "most_failures": _most_failures,
}
