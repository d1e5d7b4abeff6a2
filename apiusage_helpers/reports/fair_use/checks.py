"""The checks of a fair-use report: its months held against the rows, and what to know before figures are believed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from apiusage_helpers.reports.checks import Check
from apiusage_helpers.tables.csv_files import column_sums
from apiusage_helpers.tables.summary import chosen_rows, row_totals
from apiusage_helpers.text import counted, whole

if TYPE_CHECKING:
    from apiusage_helpers.insights.fair_use import BillingMonth
    from apiusage_helpers.reports.fair_use.report import FairUseReport
    from apiusage_helpers.store import StoredUsage

LEAST_DAYS = 14  # of history, for a forecast


def agreement(report: FairUseReport, past: StoredUsage, excluded: Sequence[str]) -> tuple[Check, ...]:
    """The checks that stop a report: each month against the engine's own sum of its rows, and the files."""
    rows = partial(chosen_rows, past.rows, excluded=excluded)
    return (
        *(_month(month, row_totals(rows(days=month.interval)).requests) for month in report.months),
        _clients(report),
        _files(report),
    )


def notes(report: FairUseReport) -> tuple[Check, ...]:
    """What a reader should know: missing days, the jobs service, no allowance, a short history, excluded clients."""
    return (_days(report), _source(report), _allowance(report), _forecast(report), _excluded(report))


def jobs_days(report: FairUseReport) -> int:
    """How many counted days of the months come from the jobs service, which counts requests that are not billed."""
    return sum(month.jobs_days for month in report.months)


def _month(month: BillingMonth, requests: int) -> Check:
    told = f"{whole(month.used or 0)} used; the rows: {whole(requests)}"
    return Check(f"Billing month from {month.interval.start}", (month.used or 0) == requests, told)


def _clients(report: FairUseReport) -> Check:
    clients, used = int(report.clients["requests"].sum()), report.month.used or 0
    told = f"{counted(len(report.clients), 'OAuth client')} with {whole(clients)} of {whole(used)} requests used"
    return Check("OAuth clients", clients == used, told)


def _files(report: FairUseReport) -> Check:
    tables = report.tables()
    wrong = [name for name, table in tables.items() if column_sums(report.files[f"{name}.csv"])["rows"] != len(table)]
    told = f"{len(tables)} files read back" + (f"; they differ in {', '.join(wrong)}" if wrong else "")
    return Check("CSV files", not wrong, told)


def _days(report: FairUseReport) -> Check:
    missing = sum(len(month.missing) for month in report.months)
    told = "no day of the billing months is missing"
    if missing:
        told = f"{counted(missing, 'day')} missing: what happened then was used too, and is not counted here"
    return Check("Days", not missing, told, stops=False)


def _source(report: FairUseReport) -> Check:
    days = jobs_days(report)
    sources = ", ".join(sorted(set(report.sources.values())))
    told = f"{sources}"
    if days:
        told = (
            f"{counted(days, 'day')} from the jobs service, which also counts requests that are not billed: "
            "fetch these days with --service usage before you compare them with an allowance"
        )
    return Check("Source", not days, told, stops=False)


def _allowance(report: FairUseReport) -> Check:
    if report.month.allowance is not None:
        return Check("Allowance", ok=True, detail=f"{whole(report.month.allowance)} requests a month", stops=False)
    name = report.selection.organization
    told = f"unknown: name the licences of {name} in params/tables/allowances.yaml, or with the parameter licences"
    if report.contract.licences:
        told = "unknown: allowances.yaml has no table, or no figure for every licence, on the month's first day"
    return Check("Allowance", ok=False, detail=told, stops=False)


def _forecast(report: FairUseReport) -> Check:
    month, known = report.month, len(report.sources)
    if month.over:
        return Check("Forecast", ok=True, detail="the billing month is over: nothing is forecast", stops=False)
    if month.projected is None:
        told = f"none: a forecast needs {LEAST_DAYS} days of history, and the store has {counted(known, 'day')}"
        return Check("Forecast", ok=False, detail=told, stops=False)
    return Check("Forecast", ok=True, detail=f"from {counted(known, 'day')} of history", stops=False)


def _excluded(report: FairUseReport) -> Check:
    requests = sum(report.summary.excluded.values())
    told = "none left out"
    if requests:
        told = f"{whole(requests)} requests of the interval left out, which the platform may bill (clients.csv)"
    return Check("Excluded clients", not requests, told, stops=False)
