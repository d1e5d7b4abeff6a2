"""The toy report: its one panel, and the report of a selection."""

from apiusage_helpers.reports.usage_report import UsageReport, checked_report, shown_report
from apiusage_helpers.selection import select
from apiusage_helpers.store import scan
from apiusage_helpers.tables.client_directory import known_clients
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.panel_spec import Chart, PanelSpec

PANELS = (
    PanelSpec(
        "answers_by_url", "Answers by URL", "url", ("http_method", "template_uri", *OUTCOMES, "requests"),
        Chart("bars", OUTCOMES, shares=True), takeaway="most_refused", check="Answers by URL",
    ),
)  # fmt: skip


def refused_urls(organization: str, date_range: str, *, today: str) -> UsageReport:
    """The report of an organization's days, as of `today`."""
    selection = select(organization, date_range, today=today)
    return checked_report(shown_report(scan(selection), selection, PANELS, known_clients(organization)))
