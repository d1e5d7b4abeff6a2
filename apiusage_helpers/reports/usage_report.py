"""A report on usage rows as figures, before anything is drawn: the tables of its declared panels, its files, its checks.

Section 1 follows the interval and the methods only, as on the platform; the client tables follow `clients` and
`client_template_uris`, the URL table `template_uris`. Every share is of all requests of section 1.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.insights.changes import Changes
from apiusage_helpers.insights.fair_use import BillingMonth
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import History
from apiusage_helpers.reports.agreement import RowSums, files_agree, notes, nothing_from_today, panels_agree, row_sums
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.export import data_facts
from apiusage_helpers.reports.findings import told_findings
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.tables.client_directory import Client, excluded_clients
from apiusage_helpers.tables.csv_files import csv_file, usage_csv
from apiusage_helpers.tables.panel_spec import PanelSpec, panel_tables
from apiusage_helpers.tables.summary import Summary, chosen_rows, summarise
from apiusage_helpers.text import CLIENT_CELLS, client_labels, visible

USAGE_FILE = "api_usage.csv"


@dataclass(frozen=True)
class Story:
    """What the days around a report tell of it: findings, changes (None: not to be compared), its past, the billing month."""

    findings: tuple[Finding, ...]
    changes: Changes | None
    history: History
    month: BillingMonth | None


@dataclass(frozen=True)
class UsageReport:
    """What a report of one selection says: the tables of its panels by name, CSV files by name, checks, sums of its rows.

    `words` are the sentences for messages, as run.json holds them (`key_figures`, `changes`, `leaders`); `whose` is the
    platform's own name and id of the organization, where it was fetched.
    """

    selection: Selection
    usage: StoredUsage
    summary: Summary
    panels: tuple[PanelSpec, ...]
    tables: Mapping[str, pd.DataFrame]
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

    @cached_property
    def labels(self) -> dict[str, str]:
        """The label of every client by id: the same in all pictures, no two alike.

        Of the clients of the days before only, those that bear the name of another client.
        """
        now = _names(self.summary)
        names = (_names(self.before.summary) if self.before else {}) | now
        counts = Counter(map(visible, names.values()))
        pairs = [(client, name) for client, name in names.items() if client in now or counts[visible(name)] > 1]
        return dict(zip((client for client, _ in pairs), client_labels(pairs, CLIENT_CELLS), strict=True))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """The kind of each client of the report whose kind is known, by id."""
        known = {
            str(client_id): self.clients.get(str(client_id))
            for client_id in self.summary.requests["client_id"].unique()
        }
        return {client_id: client.kind for client_id, client in known.items() if client and client.kind}

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        facts = data_facts(self.usage, self.summary, self.selection.interval, self.checks)
        found, month = (self.story.findings, self.story.month) if self.story else ((), None)
        told = told_findings(found, self.selection.interval)
        return facts | {
            "previous": _previous(self.before),
            "findings": told,
            "fair_use": month.told() if month else None,
            **self.words,
        }


OwnChecks = Callable[[UsageReport], Mapping[str, Check]]


def shown_report(
    usage: StoredUsage,
    selection: Selection,
    panels: tuple[PanelSpec, ...],
    clients: Mapping[str, Client] | None = None,
) -> UsageReport:
    """The tables of `panels` under `selection` over the stored `usage`, to be looked at: without files and checks.

    Clients marked `excluded` in `clients` are counted apart.
    """
    directory = clients or {}
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded_clients(directory))
    tables, sums = panel_tables(panels, summary, selection, usage.missing), row_sums(usage, selection, summary)
    return UsageReport(selection, usage, summary, panels, tables, sums, files={}, checks=(), clients=directory)


def checked_report(report: UsageReport, own: OwnChecks = lambda _: {}) -> UsageReport:
    """The report with its CSV files, and the checks of both against the rows.

    `own` are the report's own checks by name, for panels whose sums the common check does not know.
    """
    rows = chosen_rows(
        report.usage.rows, http_methods=report.selection.http_methods, excluded=tuple(report.summary.excluded)
    )
    files = {f"{name}.csv": csv_file(table) for name, table in report.tables.items()} | {USAGE_FILE: usage_csv(rows)}
    checks = (
        *panels_agree(report.panels, report.tables, report.sums, own(report)),
        files_agree(report.tables, report.sums.report, files),
        nothing_from_today(report.sums.report, report.selection),
        *notes(report.usage, report.sums, report.summary, report.selection, marked=report.excluded),
    )
    return replace(report, files=files, checks=checks)


def _names(summary: Summary) -> dict[str, str]:
    """The name of each client by id."""
    return dict(zip(summary.requests["client_id"], summary.requests["client_name"], strict=True))


def _previous(before: Before | None) -> dict[str, Any] | None:
    """What run.json tells of the days that the interval is compared with."""
    if before is None:
        return None
    days = {"start": str(before.interval.start), "end": str(before.interval.end)}
    return days | {"requests": before.summary.total, "missing": len(before.missing)}
