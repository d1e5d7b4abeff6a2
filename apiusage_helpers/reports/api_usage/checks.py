"""Figures that prove themselves: every panel and file held against sums that the engine makes over the rows.

A check of agreement that fails stops a report before it is published. A note on the data (sums of statuses, missing or
provisional days, excluded clients, source) is published with the report: it tells, and stops nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from apiusage_helpers.reports.api_usage.tables import ReportTables, chosen_clients, unmet_choices
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.tables.csv_files import column_sums
from apiusage_helpers.tables.summary import RowTotals, Summary, chosen_rows, row_totals

TOLD_DAYS = 7


@dataclass(frozen=True)
class RowSums:
    """What the rows say by themselves: of all that the report covers, and under the selections of sections 2 and 3."""

    report: RowTotals
    clients: RowTotals
    urls: RowTotals


def row_sums(usage: StoredUsage, selection: Selection, summary: Summary) -> RowSums:
    """The sums over the stored rows of a selection, by narrow queries of their own."""
    rows = partial(chosen_rows, usage.rows, http_methods=selection.http_methods, excluded=tuple(summary.excluded))
    ids = chosen_clients(summary.requests, selection.clients) if selection.clients else None
    return RowSums(
        report=row_totals(rows()),
        clients=row_totals(rows(clients=ids, template_uris=selection.client_template_uris)),
        urls=row_totals(rows(template_uris=selection.template_uris)),
    )


def agreement(
    tables: ReportTables, sums: RowSums, files: Mapping[str, bytes], selection: Selection
) -> tuple[Check, ...]:
    """The checks that stop a report: each panel and each file against the rows, and nothing from today."""
    return (
        _panels("Most Active Requests", tables, ("top_clients", "top_urls", "requests_per_day"), sums.report),
        _statuses(tables, sums.report),
        _failures(tables, sums.report),
        _panels("OAuth Client Requests", tables, ("client_requests", "client_urls"), sums.clients),
        _outcomes("Status codes by OAuth client", tables, "client_status_codes", sums.clients),
        _outcomes("URL Requests", tables, "url_requests", sums.urls),
        _files(tables, sums.report, files),
        _nothing_from_today(sums.report, selection),
    )


def notes(
    usage: StoredUsage, sums: RowSums, summary: Summary, selection: Selection, *, marked: Collection[str] = ()
) -> tuple[Check, ...]:
    """What a reader should know of the data: statuses, days, excluded clients, source, and choices that nothing meets.

    `marked` are the ids that clients.csv excludes.
    """
    return (
        _status_sums(sums.report),
        _days(usage),
        _excluded(summary, marked),
        _source(usage),
        *_choices(summary, selection),
    )


def _choices(summary: Summary, selection: Selection) -> tuple[Check, ...]:
    unmet = unmet_choices(summary.requests, selection)
    return (Check("Choices", ok=False, detail="; ".join(unmet), stops=False),) if unmet else ()


def _panels(name: str, tables: ReportTables, panels: Sequence[str], rows: RowTotals) -> Check:
    seen = {tuple(int(tables.by_name()[panel][count].sum()) for count in _RESULT) for panel in panels}
    return _held(name, f"{len(panels)} panels", seen, (rows.requests, rows.successful, rows.failed))


_RESULT = ("requests", "successful", "failed")
_FAILED = ("client_errors", "throttled", "server_errors")


def _statuses(tables: ReportTables, rows: RowTotals) -> Check:
    codes = tables.status_codes["requests"]
    outcomes = tables.success_and_failure["requests"]
    seen = {(int(codes[:2].sum()), int(codes[2:].sum())), (int(outcomes[0]), int(outcomes[1]))}
    total = rows.successful + rows.failed
    five = {(sum(pair), *pair) for pair in seen}
    return _held(
        "HTTP Response Status Codes", "five statuses and two outcomes", five, (total, rows.successful, rows.failed)
    )


def _failures(tables: ReportTables, rows: RowTotals) -> Check:
    days, codes = tables.failures_per_day, tables.status_codes["requests"]
    seen = (int(days["failed"].sum()), int(days["throttled"].sum()))
    told = f"the panel: {seen[0]:,} failed, {seen[1]:,} of them with 429; the rows: {rows.failed:,}, the statuses: {codes[3]:,}"
    return Check("Failures per day", seen == (rows.failed, int(codes[3])), told)


def _outcomes(name: str, tables: ReportTables, panel: str, rows: RowTotals) -> Check:
    table = tables.by_name()[panel]
    failed = int(table[list(_FAILED)].sum().sum())
    seen = (int(table["requests"].sum()), int(table["succeeded"].sum() + table["redirected"].sum()), failed)
    return _held(name, "the panel", {seen}, (rows.requests, rows.successful, rows.failed))


def _files(tables: ReportTables, rows: RowTotals, files: Mapping[str, bytes]) -> Check:
    wrong = [name for name, table in tables.by_name().items() if not _same_sums(files[f"{name}.csv"], table)]
    usage = column_sums(files["api_usage.csv"])
    if (usage["rows"], usage.get("requests", 0)) != (rows.rows, rows.requests):
        wrong.append("api_usage")
    detail = f"{len(files)} files read back; api_usage.csv holds {usage['rows']:,} rows, {usage.get('requests', 0):,} requests"
    return Check("CSV files", not wrong, detail + (f"; they differ in {', '.join(wrong)}" if wrong else ""))


def _same_sums(file: bytes, table: pd.DataFrame) -> bool:
    sums = column_sums(file)
    return sums["rows"] == len(table) and sums.get("requests", 0) == int(table["requests"].sum())


def _nothing_from_today(rows: RowTotals, selection: Selection) -> Check:
    newest = rows.newest
    ok = newest is None or (newest in selection.interval and newest < selection.today)
    seen = "there is no request" if newest is None else f"the newest day with requests is {newest}"
    return Check("Nothing from today", ok, f"{seen}; the interval ends {selection.interval.end}")


def _status_sums(rows: RowTotals) -> Check:
    gap = rows.requests - rows.successful - rows.failed
    told = (
        f"{rows.uneven_rows:,} rows do not; requests exceed their statuses by {gap:,}" if rows.uneven_rows else "all do"
    )
    return Check(
        "Sums of statuses",
        not rows.uneven_rows,
        f"rows whose 2xx, 3xx, 4xx and 5xx make up their requests: {told}",
        stops=False,
    )


def _days(usage: StoredUsage) -> Check:
    provisional = [day.date for day in usage.days if day.provisional]
    total = len(usage.days) + len(usage.missing)
    gaps = (("missing", usage.missing), ("provisional", provisional))
    told = [
        f"{word}: {', '.join(map(str, days[:TOLD_DAYS]))}{' …' if len(days) > TOLD_DAYS else ''}"
        for word, days in gaps
        if days
    ]
    return Check("Days", not told, "; ".join([f"{len(usage.days)} of {total} in the store", *told]), stops=False)


def _excluded(summary: Summary, marked: Collection[str]) -> Check:
    """How many are left out, and which ids that clients.csv marks have no row: perhaps one is spelt in another way."""
    clients, requests = len(summary.excluded), sum(summary.excluded.values())
    told = f"{clients:,} OAuth clients with {requests:,} requests left out" if clients else "none left out"
    strangers = sorted(set(marked) - set(summary.excluded))
    if strangers:
        more = " …" if len(strangers) > TOLD_DAYS else ""
        told += f"; marked in clients.csv and without a row here: {', '.join(strangers[:TOLD_DAYS])}{more}"
    return Check("Excluded clients", not clients, told, stops=False)


def _source(usage: StoredUsage) -> Check:
    sources = sorted({day.source for day in usage.days})
    return Check("Source", len(sources) <= 1, ", ".join(sources), stops=False)


def _held(name: str, what: str, seen: Collection[tuple[int, ...]], rows: tuple[int, ...]) -> Check:
    """The check that `what` says the figures of the rows: requests, successful, failed."""
    if set(seen) == {rows}:
        return Check(name, ok=True, detail=f"{what} and the rows: {_figures(rows)}")
    told = " or ".join(_figures(figures) for figures in sorted(seen))
    return Check(name, ok=False, detail=f"{what}: {told}; but the rows: {_figures(rows)}")


def _figures(figures: tuple[int, ...]) -> str:
    return ", ".join(f"{figure:,} {word}" for figure, word in zip(figures, _RESULT, strict=True))
