"""The API Usage view as figures, before anything is drawn: what one state of it says of one snapshot of the store."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.reports.usage_view import figures as view
from apiusage_helpers.reports.usage_view.state import ViewState
from apiusage_helpers.store import StoredUsage, scan
from apiusage_helpers.tables.client_directory import Client, excluded_clients, known_clients
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.tables.cube import UsageCube, usage_cube
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.panel_spec import Chart, PanelSpec
from apiusage_helpers.usage import METHODS

_COUNTS = ("requests", "failed", "throttled", "share", "filtered_requests", "filtered_share")
_FILTERED = Chart("bars", ("filtered", "unfiltered"), end="share", most=12)
CLIENTS = PanelSpec(
    "view_clients", "OAuth Clients", "client", ("client_id", "client_name", "kind", *_COUNTS), _FILTERED, rows="view"
)
URLS = PanelSpec(
    "view_urls", "API Requests", "url", ("http_method", "template_uri", *_COUNTS), _FILTERED, rows="view", noun="API request"
)  # fmt: skip
DAYS = PanelSpec(
    "view_days", "Requests per day by status", "day", ("date", "requests", *OUTCOMES, "complete"),
    Chart("days", OUTCOMES, joined=True), rows="view",
)  # fmt: skip
ONE_DAY = PanelSpec(
    "view_day", "Requests on {day} (UTC) by OAuth client and status", "client",
    ("client_id", "client_name", "requests", *OUTCOMES), Chart("bars", OUTCOMES, end="requests", most=12, rest=True), rows="view",
)  # fmt: skip
PANELS = (CLIENTS, URLS, DAYS, ONE_DAY)


@dataclass(frozen=True)
class UsageView:
    """One state of the view, the stored days it covers, their rows as a cube, and its figures."""

    state: ViewState
    usage: StoredUsage
    cube: UsageCube
    figures: view.ViewFigures
    directory: Mapping[str, Client]

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each client of the cube whose kind is known, by id."""
        known = {one: self.directory[one].kind for one, _ in self.cube.clients if one in self.directory}
        return {one: kind for one, kind in known.items() if kind}

    @property
    def methods(self) -> list[str]:
        """The HTTP methods of the interval's rows, in the platform's order."""
        seen = {method for method, _ in self.cube.urls}
        return [method for method in METHODS if method in seen]

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is shown: both tables and the days (of a single day its clients too), each under the name of its CSV file."""
        made = {
            CLIENTS: view.clients_table(self.cube, self.figures, self.kinds),
            URLS: view.urls_table(self.cube, self.figures),
            DAYS: view.days_table(self.cube, self.figures),
        }
        if len(self.cube.interval) == 1:
            made[ONE_DAY] = view.single_day_table(self.cube, self.figures)
        return {panel.name: table[list(panel.columns)] for panel, table in made.items()}

    def notes(self) -> list[str]:
        """What to know of this view: filters without a row, days that are missing or provisional, excluded clients."""
        missing, provisional = len(self.usage.missing), sum(day.provisional for day in self.usage.days)
        all_days, excluded = len(self.cube.interval), len(self.cube.excluded)
        days = [f"days {word}: {count} of {all_days}" for count, word in
                ((missing, "missing in the store"), (provisional, "provisional")) if count]  # fmt: skip
        left_out = [f"OAuth clients marked excluded in clients.csv and left out: {excluded}"] if excluded else []
        return [*view.unmet_filters(self.cube, self.state), *days, *left_out]


def usage_view(state: ViewState, directory: Mapping[str, Client]) -> UsageView:
    """The view of `state` from the store; StoreError when it has no such organization, or no day of the interval."""
    usage = scan(state.selection)
    excluded = excluded_clients(directory)
    cube = usage_cube(usage.rows, state.selection.interval, missing=usage.missing, excluded=excluded)
    return UsageView(state, usage, cube, view.view_figures(cube, state), directory)


def by_id(shown: UsageView) -> ViewState:
    """The state with the clients that it filters by under their ids; a name may stand for several of them."""
    found: dict[str, None] = {}
    for one in shown.state.filter_clients:
        ids = [client_id for client_id, name in shown.cube.clients if one in {client_id, name}]
        found |= dict.fromkeys(ids or [one])
    return replace(shown.state, filter_clients=tuple(found))


def moved(before: UsageView, state: ViewState) -> UsageView:
    """The view of another state; the rows in memory serve as long as organization and interval are the same."""
    old, new = before.state.selection, state.selection
    if old.organization != new.organization:
        return usage_view(state, known_clients(new.organization))
    if old.interval != new.interval:
        return usage_view(state, before.directory)
    known = before.figures if old.http_methods == new.http_methods else None
    return replace(before, state=state, figures=view.view_figures(before.cube, state, known))


def with_view(report: UsageReport, shown: UsageView) -> UsageReport:
    """The report with the files of a view of the same interval, and a check that the view's figures are the rows'."""
    files = {f"{name}.csv": csv_file(table) for name, table in shown.tables().items()}
    checks = (_agreement(report, shown), *report.checks)
    return replace(report, panels=(*report.panels, *PANELS), files={**report.files, **files}, checks=checks)


def _agreement(report: UsageReport, shown: UsageView) -> Check:
    """The unfiltered sums of both tables, and the filtered sum counted by day and by client, are the same."""
    figures, rows = shown.figures, report.sums.report.requests
    overall = {int(figures.clients.requests.sum()), int(figures.urls.requests.sum()), rows}
    under = {int(figures.days[0].sum()), int(figures.by_client[0].sum())}
    detail = f"two tables and the rows: {rows:,} requests; days and clients under the filter: {figures.requests:,}"
    return Check("API Usage view", len(overall) == 1 and len(under) == 1, detail)
