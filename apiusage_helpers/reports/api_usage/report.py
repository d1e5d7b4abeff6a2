"""The API Usage report as figures, before anything is drawn: its tables, its files, and the checks of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import StoreError
from apiusage_helpers.insights.changes import Changes
from apiusage_helpers.insights.finding import Finding, told_findings
from apiusage_helpers.reports.api_usage.checks import RowSums, agreement, notes, row_sums
from apiusage_helpers.reports.api_usage.tables import ReportTables, report_tables
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.facts import data_facts
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage, scan
from apiusage_helpers.tables.client_directory import Client, excluded_clients
from apiusage_helpers.tables.csv_files import csv_file, usage_csv
from apiusage_helpers.tables.summary import Summary, chosen_rows, row_totals, summarise


@dataclass(frozen=True)
class UsageReport:
    """What a report of one selection says: tables, CSV files by name, checks, and the sums of its rows."""

    selection: Selection
    usage: StoredUsage
    summary: Summary
    tables: ReportTables
    sums: RowSums
    files: Mapping[str, bytes]
    checks: tuple[Check, ...]
    clients: Mapping[str, Client] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    changes: Changes | None = None

    @property
    def excluded(self) -> tuple[str, ...]:
        """The ids of the clients that are left out."""
        return excluded_clients(self.clients)

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each client of the report whose kind is known, by id."""
        known = {
            str(client_id): self.clients.get(str(client_id))
            for client_id in self.summary.requests["client_id"].unique()
        }
        return {client_id: client.kind for client_id, client in known.items() if client and client.kind}

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        facts = data_facts(self.usage, self.summary, self.tables.requests_per_day, self.checks)
        return facts | {"previous": previous_total(self), "findings": told_findings(self.findings)}


def previous_total(report: UsageReport, *, root: Path | None = None) -> dict[str, Any] | None:
    """The requests of the interval before the report's, under its methods and exclusions, and how many days are missing.

    None where the store has no day of it.
    """
    interval = report.selection.interval.previous()
    try:
        usage = scan(replace(report.selection, interval=interval), root=root)
    except StoreError:
        return None
    rows = chosen_rows(usage.rows, http_methods=report.selection.http_methods, excluded=report.excluded)
    return {
        "start": str(interval.start),
        "end": str(interval.end),
        "requests": row_totals(rows).requests,
        "missing": len(usage.missing),
    }


def shown_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The tables of `selection` over the stored `usage`, to be looked at: without files and checks."""
    directory = clients or {}
    excluded = excluded_clients(directory)
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    tables, sums = report_tables(summary, selection, usage.missing), row_sums(usage, selection, summary)
    return UsageReport(selection, usage, summary, tables, sums, files={}, checks=(), clients=directory)


def usage_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The report of `selection` over the stored `usage`; clients marked `excluded` in `clients` are counted apart."""
    report = shown_report(usage, selection, clients)
    rows = chosen_rows(usage.rows, http_methods=selection.http_methods, excluded=tuple(report.summary.excluded))
    files = {f"{name}.csv": csv_file(table) for name, table in report.tables.by_name().items()}
    files |= {"api_usage.csv": usage_csv(rows)}
    checks = (
        *agreement(report.tables, report.sums, files, selection),
        *notes(usage, report.sums, report.summary, selection, marked=report.excluded),
    )
    return replace(report, files=files, checks=checks)
