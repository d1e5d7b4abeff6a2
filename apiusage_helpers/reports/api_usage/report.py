"""The API Usage report as figures, before anything is drawn: its tables, its files, and the checks of both."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from apiusage_helpers.insights.analysis import Before, days_before
from apiusage_helpers.insights.changes import Changes
from apiusage_helpers.insights.fair_use import BillingMonth
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import History
from apiusage_helpers.reports.api_usage.checks import RowSums, agreement, notes, row_sums
from apiusage_helpers.reports.api_usage.tables import ReportTables, report_tables
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.facts import data_facts
from apiusage_helpers.reports.findings_list import told_findings
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.store.identities import identity
from apiusage_helpers.tables.client_directory import Client, excluded_clients
from apiusage_helpers.tables.csv_files import csv_file, usage_csv
from apiusage_helpers.tables.summary import Summary, chosen_rows, summarise


@dataclass(frozen=True)
class Story:
    """What the days around a report tell of it: findings, changes (None: not to be compared), its past, the billing month."""

    findings: tuple[Finding, ...]
    changes: Changes | None
    history: History
    month: BillingMonth | None


@dataclass(frozen=True)
class UsageReport:
    """What a report of one selection says: tables, CSV files by name, checks, and the sums of its rows.

    `words` are the sentences for messages, as run.json holds them (`key_figures`, `changes`, `leaders`); `whose` is the
    platform's own name and id of the organization, where it was fetched.
    """

    selection: Selection
    usage: StoredUsage
    summary: Summary
    tables: ReportTables
    sums: RowSums
    files: Mapping[str, bytes]
    checks: tuple[Check, ...]
    clients: Mapping[str, Client] = field(default_factory=dict)
    before: Before | None = None
    story: Story | None = None
    words: Mapping[str, Any] = field(default_factory=dict)
    whose: str = ""

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
        found, month = (self.story.findings, self.story.month) if self.story else ((), None)
        told = told_findings(found, self.selection.interval)
        return facts | {
            "previous": _previous(self.before),
            "findings": told,
            "fair_use": month.told() if month else None,
            **self.words,
        }


def _previous(before: Before | None) -> dict[str, Any] | None:
    """What run.json tells of the days that the interval is compared with."""
    if before is None:
        return None
    days = {"start": str(before.interval.start), "end": str(before.interval.end)}
    return days | {"requests": before.summary.total, "missing": len(before.missing)}


def shown_report(usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None) -> UsageReport:
    """The tables of `selection` over the stored `usage`, to be looked at: without files and checks."""
    directory = clients or {}
    excluded = excluded_clients(directory)
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    tables, sums = report_tables(summary, selection, usage.missing), row_sums(usage, selection, summary)
    return UsageReport(selection, usage, summary, tables, sums, files={}, checks=(), clients=directory)


def usage_report(
    usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None, *, root: Path | None = None
) -> UsageReport:
    """The report of `selection` over the stored `usage`; clients marked `excluded` in `clients` are counted apart."""
    whose = str(identity(selection.organization, root=root) or "")
    report = replace(shown_report(usage, selection, clients), before=days_before(selection, root=root), whose=whose)
    rows = chosen_rows(usage.rows, http_methods=selection.http_methods, excluded=tuple(report.summary.excluded))
    files = {f"{name}.csv": csv_file(table) for name, table in report.tables.by_name().items()}
    files |= {"api_usage.csv": usage_csv(rows)}
    checks = (
        *agreement(report.tables, report.sums, files, selection),
        *notes(usage, report.sums, report.summary, selection, marked=report.excluded),
    )
    return replace(report, files=files, checks=checks)
