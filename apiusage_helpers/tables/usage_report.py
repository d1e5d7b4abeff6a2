"""The API Usage report as figures, before anything is drawn: its tables, its files, and the checks of both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from apiusage_helpers.selection import Selection
from apiusage_helpers.sources.clients import Client
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.tables.agreement import Check, RowSums, agreement, notes, row_sums
from apiusage_helpers.tables.csv_files import csv_file, usage_csv
from apiusage_helpers.tables.report import ReportTables, report_tables
from apiusage_helpers.tables.summary import Summary, chosen_rows, summarise


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

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        days = self.usage.days
        return {
            "source": ", ".join(sorted({day.source for day in days})),
            "store_version": self.usage.version,
            "requests": self.summary.total,
            "clients": self.summary.clients,
            "excluded": {"requests": sum(self.summary.excluded.values()), "clients": len(self.summary.excluded)},
            "days": {
                "present": [str(day.date) for day in days],
                "missing": [str(day) for day in self.usage.missing],
                "provisional": [str(day.date) for day in days if day.provisional],
            },
            "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in self.checks],
        }


def shown_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The tables of `selection` over the stored `usage`, to be looked at: without files and checks."""
    excluded = [client.client_id for client in (clients or {}).values() if client.excluded]
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    tables = report_tables(summary, selection, usage.missing)
    return UsageReport(selection, usage, summary, tables, row_sums(usage, selection, summary), files={}, checks=())


def usage_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The report of `selection` over the stored `usage`; clients marked `excluded` in `clients` are counted apart."""
    report = shown_report(usage, selection, clients)
    rows = chosen_rows(usage.rows, http_methods=selection.http_methods, excluded=tuple(report.summary.excluded))
    files = {f"{name}.csv": csv_file(table) for name, table in report.tables.by_name().items()}
    files |= {"api_usage.csv": usage_csv(rows)}
    checks = (*agreement(report.tables, report.sums, files, selection), *notes(usage, report.sums, report.summary))
    return replace(report, files=files, checks=checks)
