"""The API Usage report of a selection: its panels over the stored days, and the days it is compared with."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from apiusage_helpers.insights.analysis import days_before
from apiusage_helpers.reports.api_usage.checks import own_checks
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.usage_report import UsageReport, checked_report, shown_report
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.store.identities import identity
from apiusage_helpers.tables.client_directory import Client


def usage_report(
    usage: StoredUsage, selection: Selection, clients: Mapping[str, Client] | None = None, *, root: Path | None = None
) -> UsageReport:
    """The report of `selection` over the stored `usage`; clients marked `excluded` in `clients` are counted apart."""
    report = shown_report(usage, selection, PANELS, clients)
    whose = str(identity(selection.organization, root=root) or "")
    return checked_report(replace(report, before=days_before(selection, root=root), whose=whose), own_checks)
