"""For an analyst: rows under every choice, what changed, and what is wrong, from the store and in one line each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pandas as pd

from apiusage_helpers.errors import StoreError
from apiusage_helpers.insights.changes import COLUMNS as CHANGE_COLUMNS, changes
from apiusage_helpers.insights.diagnosis import diagnosis
from apiusage_helpers.insights.fair_use import JOBS_SERVICE, MOST_HISTORY, BillingMonth, allowance, month_of
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import History, Naming
from apiusage_helpers.insights.troubles.allowance import allowance_finding
from apiusage_helpers.interval import FIRST_DAY, Interval, billing_month
from apiusage_helpers.project import places
from apiusage_helpers.selection import Selection, select
from apiusage_helpers.settings.acknowledged import FILE, Acknowledged, read_acknowledged, reason_for
from apiusage_helpers.settings.allowances import FILE as ALLOWANCES, read_allowances
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.store import StoredUsage, refuse_unreadable, scan, stored_days
from apiusage_helpers.tables.client_directory import Client, excluded_clients, known_clients
from apiusage_helpers.tables.cube import usage_cube
from apiusage_helpers.tables.outcomes import with_outcomes
from apiusage_helpers.tables.summary import (
    Summary,
    chosen_rows,
    collected,
    names_over_time,
    newest_names,
    requests_by_day,
    summarise,
)
from apiusage_helpers.usage import COLUMNS, STATUSES

_DAY = timedelta(days=1)
_PAST = 60  # days before an interval that findings look back on


def usage_rows(organization: str, date_range: str, *, today: str | date = "", **choices: Sequence[str]) -> pd.DataFrame:
    """The stored rows of an organization under every choice that is given, without excluded clients.

    `choices`: `clients` (ids or display names), `template_uris`, `http_methods`. One row per date, client, method and
    template URI with `usage.COLUMNS` and, in words that do not overlap, succeeded, redirected, client_errors, throttled,
    server_errors, successful and failed. ParameterError and StoreError as for reports.
    """
    selection = select(organization, date_range, today=today, **choices)  # type: ignore[arg-type]  # lists of text
    usage = scan(selection)
    excluded = excluded_clients(known_clients(organization))
    rows = chosen_rows(
        usage.rows,
        http_methods=selection.http_methods,
        clients=_ids(usage, selection.clients),
        template_uris=selection.template_uris,
        excluded=excluded,
    )
    table = collected(rows.select(*COLUMNS).sort("date", "client_id", "http_method", "template_uri"))
    words = with_outcomes(table[["requests", *STATUSES]]).drop(columns="requests")
    joined: pd.DataFrame = pd.concat([table, words], axis=1)
    return joined


def compare(
    organization: str, date_range: str, *, today: str | date = "", same_weekdays: bool = False, **choices: Sequence[str]
) -> pd.DataFrame:
    """What explains the change from the days before: one row per client, URL and outcome, the largest change first.

    Compared with the interval of equal length before it (a single day: the same weekday of the week before), or with the
    same weekdays before it. Columns: client_id, client_name, http_method, template_uri, outcome, previous, requests, change
    (requests); `choices` as for `usage_rows`. StoreError where a day of either is missing, since a gap would look like a fall.
    """
    selection = select(organization, date_range, today=today, **choices)  # type: ignore[arg-type]  # lists of text
    interval = selection.interval
    before = replace(selection, interval=interval.same_weekdays_before() if same_weekdays else interval.compared_with())
    found = changes(*(_summary(one).requests for one in (before, selection)))
    return found.contributions[list(CHANGE_COLUMNS[1:])]


def findings(
    organization: str, date_range: str = "previous_7_days", *, today: str | date = "", limits: Thresholds | None = None
) -> tuple[Finding, ...]:
    """What is wrong with an organization's requests, worst first; acknowledged findings last. Errors as for reports."""
    selection = select(organization, date_range, today=today)
    refuse_unreadable(selection)
    return findings_of(selection, limits=limits)


def findings_of(
    selection: Selection, *, limits: Thresholds | None = None, root: Path | None = None
) -> tuple[Finding, ...]:
    """The findings on the interval of `selection`, under its HTTP methods."""
    history = history_of(selection, known_clients(selection.organization), root=root)
    return findings_on(history, selection, month_at_end(selection, root=root), limits=limits)


def findings_on(
    history: History, selection: Selection, month: BillingMonth | None, *, limits: Thresholds | None = None
) -> tuple[Finding, ...]:
    """The findings on a history that `history_of` gave for the same `selection`, and on its billing `month`.

    The allowance is for all methods: where some are chosen, there is no finding on it.
    """
    of_contract = None if month is None or selection.http_methods else allowance_finding(month)
    known = partial(_reason, read_acknowledged(places.table_file(FILE)), selection.today)
    return diagnosis(history, limits, known, (of_contract,) if of_contract else ())


def month_at_end(selection: Selection, *, root: Path | None = None) -> BillingMonth | None:
    """The billing month in which the interval ends, over all methods, with the licences of allowances.yaml.

    It stands as of the day after the newest one in the store before today; None where there is none that counts.
    """
    today = selection.today
    allowances = read_allowances(places.table_file(ALLOWANCES))
    contract = allowances.of(selection.organization)
    month = billing_month(selection.interval.end, contract.billing_day)
    start = min(month.start, max(FIRST_DAY, today - _DAY * MOST_HISTORY))
    try:
        past = scan(replace(selection, interval=Interval(start, today - _DAY)), root=root)
    except StoreError:
        return None
    excluded = excluded_clients(known_clients(selection.organization))
    sums = requests_by_day(chosen_rows(past.rows, excluded=excluded))
    known_until = past.days[-1].date + _DAY
    present = pd.DatetimeIndex([one.date for one in past.days])
    allowed = allowance(contract, allowances.table_of(month.start))
    found = month_of(sums.reindex(present, fill_value=0).astype("float64"), month, known_until, allowed)
    return replace(found, jobs_days=sum(JOBS_SERVICE in one.source for one in past.days if one.date in month))


def history_of(selection: Selection, clients: dict[str, Client], *, root: Path | None = None) -> History:
    """The days of `selection` and those before it that findings are judged by, without excluded clients."""
    stored = stored_days(selection.organization, root=root)
    first = min(stored[0].date, selection.interval.end) if stored else selection.interval.start
    start = max(first, selection.interval.start - _DAY * _PAST)
    looked_at = Interval(min(start, selection.interval.start), selection.interval.end)
    usage = scan(replace(selection, interval=looked_at), root=root)
    excluded = excluded_clients(clients)
    cube = usage_cube(
        usage.rows, looked_at, missing=usage.missing, http_methods=selection.http_methods, excluded=excluded
    )
    namings = tuple(Naming(*row) for row in names_over_time(usage.rows))
    return History(cube, selection.interval, clients, namings)


@dataclass(frozen=True)
class Before:
    """The days that a selection is compared with: their interval, its missing days, and the summary of the rest."""

    interval: Interval
    missing: tuple[date, ...]
    summary: Summary


def days_before(selection: Selection, *, root: Path | None = None) -> Before | None:
    """What `selection` is compared with, under its methods; None where the store has no day of it."""
    interval = selection.interval.compared_with()
    try:
        usage = scan(replace(selection, interval=interval), root=root)
    except StoreError:
        return None
    excluded = excluded_clients(known_clients(selection.organization))
    return Before(
        interval, usage.missing, summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    )


def _summary(selection: Selection, *, root: Path | None = None) -> Summary:
    """The summary of a selection under all its choices; StoreError where one of its days is missing."""
    usage = scan(selection, root=root)
    if usage.missing:
        raise StoreError(
            f"{selection.organization}: {len(usage.missing)} of {len(selection.interval)} days of {selection.interval} are "
            f"missing, such as {usage.missing[0]}: what is missing would look like a change; fetch or import them first"
        )
    excluded = excluded_clients(known_clients(selection.organization))
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    wanted, ids = summary.requests, _ids(usage, selection.clients)
    wanted = wanted if ids is None else wanted[wanted["client_id"].isin(ids)]
    wanted = wanted[wanted["template_uri"].isin(selection.template_uris)] if selection.template_uris else wanted
    return replace(summary, requests=wanted.reset_index(drop=True))


def _ids(usage: StoredUsage, clients: Sequence[str]) -> list[str] | None:
    """The ids of clients that are chosen by id or display name; None for all."""
    if not clients:
        return None
    return [client for client, name in newest_names(usage.rows).items() if client in clients or name in clients]


def _reason(acknowledged: Sequence[Acknowledged], today: date, found: Finding) -> str:
    return reason_for(found, acknowledged, today)
