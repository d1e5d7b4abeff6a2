"""The API Usage report as figures, before anything is drawn: its tables, its files, and the checks of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    clients: Mapping[str, Client] = field(default_factory=dict)

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


def usage_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The report of `selection` over the stored `usage`; clients marked `excluded` in `clients` are counted apart."""
    excluded = [client.client_id for client in (clients or {}).values() if client.excluded]
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    tables = report_tables(summary, selection, usage.missing)
    rows = chosen_rows(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    files = {f"{name}.csv": csv_file(table) for name, table in tables.by_name().items()}
    files |= {"api_usage.csv": usage_csv(rows)}
    sums = row_sums(usage, selection, summary)
    checks = (*agreement(tables, sums, files, selection), *notes(usage, sums, summary))
    return UsageReport(selection, usage, summary, tables, sums, files, checks, clients or {})
