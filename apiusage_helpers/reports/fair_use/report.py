"""The fair-use report as figures, before anything is drawn: its billing months, its tables, its files and its checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pandas as pd

from apiusage_helpers.insights.analysis import findings_on, history_of
from apiusage_helpers.insights.fair_use import (
    JOBS_SERVICE,
    MOST_HISTORY,
    BillingMonth,
    allowance,
    billing_months,
    client_forecast,
    month_of,
)
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.interval import FIRST_DAY, Interval
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.export import data_facts
from apiusage_helpers.reports.fair_use.checks import agreement, notes
from apiusage_helpers.reports.fair_use.parameters import FairUseParameters, stored_allowances
from apiusage_helpers.reports.fair_use.tables import days_of_month, table_of_months
from apiusage_helpers.reports.findings import told_findings
from apiusage_helpers.selection import Selection, select
from apiusage_helpers.settings.allowances import Contract
from apiusage_helpers.settings.strict import checked
from apiusage_helpers.store import StoredUsage, scan, stored_days
from apiusage_helpers.tables.client_directory import excluded_clients, known_clients
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.tables.summary import Summary, summarise

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class FairUseReport:
    """What a fair-use report says: its billing months (the last is the newest), tables, files and checks.

    `usage` and `summary` are of the report's interval; `history` of all days before today that count: one row per
    (date, client).
    """

    selection: Selection
    parameters: FairUseParameters
    contract: Contract
    usage: StoredUsage
    summary: Summary
    history: pd.DataFrame
    sources: Mapping[date, str]
    months: tuple[BillingMonth, ...]
    clients: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    @property
    def month(self) -> BillingMonth:
        """The newest billing month."""
        return self.months[-1]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Each table under the name of its CSV file."""
        return {
            "fair_use": table_of_months(self.months),
            "fair_use_days": days_of_month(self.month),
            "fair_use_clients": self.clients,
        }

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        facts = data_facts(self.usage, self.summary, self.selection.interval, self.checks)
        here = [one for one in self.findings if one.of_billing_month or one.saving]  # what the page tells
        return facts | {"findings": told_findings(here), "fair_use": self.month.told()}


def fair_use_report(
    organization: str, date_range: str, *, today: str | date = "", display_timezone: str = "UTC", **terms: Any
) -> FairUseReport:
    """The fair-use report of one organization, as of `today`; `terms` as in `FairUseParameters`.

    ParameterError where a term cannot be used; StoreError where the store has no day of the interval.
    """
    parameters = checked(
        FairUseParameters, {"organization": organization, "date_range": date_range, **terms}, "parameters"
    )
    contract = parameters.contract_of(organization)
    billing_day = contract.billing_day
    selection = select(
        organization, date_range, today=today, billing_day=billing_day, display_timezone=display_timezone,
        engine=parameters.engine, spark_remote=parameters.spark_remote,
    )  # fmt: skip
    clients = known_clients(organization)
    excluded = excluded_clients(clients)
    usage = scan(selection)
    summary = summarise(usage.rows, excluded=excluded)
    past = _past(selection, contract)
    history = summarise(past.rows, excluded=excluded).days
    months = _months(selection, contract, history, past)
    found = findings_on(history_of(selection, clients), selection, months[-1])
    report = FairUseReport(
        selection, parameters, contract, usage, summary, history,
        sources={day.date: day.source for day in past.days}, months=months,
        clients=client_forecast(history, months[-1]), findings=found,
    )  # fmt: skip
    report = replace(report, files={f"{name}.csv": csv_file(table) for name, table in report.tables().items()})
    checks = (*agreement(report, past, excluded), *notes(report))
    return replace(report, checks=checks)


def _past(selection: Selection, contract: Contract) -> StoredUsage:
    """All stored days before today that count: those of the billing months, and what a forecast looks back on."""
    first = billing_months(selection.interval, contract.billing_day)[0].start
    start = min(first, max(FIRST_DAY, selection.today - _DAY * MOST_HISTORY))
    stored = stored_days(selection.organization)
    return scan(replace(selection, interval=Interval(max(start, stored[0].date), selection.today - _DAY)))


def _months(
    selection: Selection, contract: Contract, history: pd.DataFrame, past: StoredUsage
) -> tuple[BillingMonth, ...]:
    """The billing months that the interval touches, as of today."""
    sums = history.groupby("date")["requests"].sum()
    known = sums.reindex(pd.DatetimeIndex([day.date for day in past.days]), fill_value=0).astype("float64")
    of_jobs = [day.date for day in past.days if JOBS_SERVICE in day.source]
    allowances = stored_allowances()
    return tuple(
        replace(
            month_of(known, month, selection.today, allowance(contract, allowances.table_of(month.start))),
            jobs_days=sum(day in month for day in of_jobs),
        )
        for month in billing_months(selection.interval, contract.billing_day)
    )
