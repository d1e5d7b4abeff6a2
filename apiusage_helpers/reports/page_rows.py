"""What the page of a report filters: its rows as a cube, and the names, labels and choices that belong to them."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from apiusage_helpers.page.rows import FilterableRows, PageRows, packed
from apiusage_helpers.reports.panels import before_by_day, finding_days
from apiusage_helpers.reports.usage_report import USAGE_FILE, UsageReport
from apiusage_helpers.reports.usage_view.figures import chosen_client_flags, chosen_url_flags, cube_of
from apiusage_helpers.reports.usage_view.panels import clicks, labels_of_view
from apiusage_helpers.reports.usage_view.state import STATUSES
from apiusage_helpers.reports.usage_view.view import UsageView
from apiusage_helpers.tables.cube import UsageCube, usage_cube
from apiusage_helpers.tables.panel_spec import chosen_clients
from apiusage_helpers.tables.requests_per_day import by_day
from apiusage_helpers.tables.summary import names_by_day
from apiusage_helpers.text import day_label, days_in_words
from apiusage_helpers.usage import COLUMNS

MOST_BYTES, MOST_BYTES_OF_VIEW = 300_000, 200_000  # a view's own tables take the rest


def page_rows(report: UsageReport, view: UsageView | None = None, *, most_bytes: int | None = None) -> PageRows:
    """The rows of `report`, packed for its page in at most `most_bytes`.

    With `view`, the page of a saved view: its graph and tables can then be filtered too.
    """
    cube = _cube(report) if view is None else cube_of(view.cube, view.state)
    most = most_bytes or (MOST_BYTES if view is None else MOST_BYTES_OF_VIEW)
    return packed(FilterableRows(cube, len(report.selection.interval), _told(report, view, cube), most))


def _cube(report: UsageReport) -> UsageCube:
    """The report's rows as a cube."""
    selection, excluded = report.selection, tuple(report.summary.excluded)
    return usage_cube(report.usage.rows, selection.interval, http_methods=selection.http_methods, excluded=excluded)


def _told(report: UsageReport, view: UsageView | None, cube: UsageCube) -> dict[str, Any]:
    selection, counts = report.selection, ("requests", "successful", "failed", "throttled")
    table = by_day(report.summary.days, (*counts, "complete"), selection.interval, report.usage.missing)
    kinds = report.kinds if view is None else view.kinds
    labels, zone = report.labels if view is None else labels_of_view(view), ZoneInfo(selection.display_timezone)
    provisional = {day.date for day in report.usage.days if day.provisional}
    chosen = {*chosen_clients(report.summary.requests, selection.clients)} if selection.clients else None
    return {
        "organization": selection.organization,
        "panels": [panel.told() for panel in report.panels],
        "top": selection.top,
        "span": 1,
        "clients": [
            [client, name, labels[client], kinds.get(client, ""), *_known(report, client)] for client, name in cube.clients
        ],
        "urls": [list(url) for url in cube.urls],
        "days": [str(day) for day in selection.interval.days],
        "labels": [day_label(day, zone) for day in selection.interval.days],
        "missing": [int(n) for n in np.flatnonzero(~table["complete"].to_numpy(dtype=bool))],
        "provisional": [n for n, day in enumerate(selection.interval.days) if day in provisional],
        "totals": [[int(count) for count in table[name]] for name in counts],
        "names": _names(report, cube),
        "chosen": {
            "clients": [
                None if chosen is None else [n for n, (client, _) in enumerate(cube.clients) if client in chosen],
                _chosen_urls(cube, selection.client_template_uris),
            ],
            "urls": [None, _chosen_urls(cube, selection.template_uris)],
        },
        "rows_file": {"name": USAGE_FILE, "columns": COLUMNS} if USAGE_FILE in report.files else None,
        **(_around(report, cube) if view is None else {"view": _view(view, cube)}),
    }  # fmt: skip


def _known(report: UsageReport, client: str) -> list[str]:
    """A client's owner, and the days on which it was seen first and last, as far as the report looked back."""
    known = report.clients.get(client)
    history = report.story.history if report.story else None
    seen = [one for one in history.namings if one.client_id == client] if history else []
    if history is None or not seen:
        return [known.owner if known else "", "", ""]
    first, last = min(one.first for one in seen), max(one.last for one in seen)
    before = " or before" if first == history.cube.interval.start else ""
    return [known.owner if known else "", f"{first}{before}", str(last)]


def _names(report: UsageReport, cube: UsageCube) -> dict[int, dict[int, str]] | None:
    """The names of renamed clients on days when they bore another than the newest, by number of client and day.

    None where a client bore two names on one day, which the page's rows cannot tell.
    """
    numbers = {client: n for n, (client, _) in enumerate(cube.clients)}
    found: dict[int, dict[int, str]] = {}
    for client, day, name in names_by_day(report.usage.rows):
        if client not in numbers:
            continue
        number, place = numbers[client], (day - report.selection.interval.start).days
        if place in found.setdefault(number, {}):
            return None
        found[number][place] = name
    newest = {n: name for n, (_, name) in enumerate(cube.clients)}
    kept = {n: {place: name for place, name in days.items() if name != newest[n]} for n, days in found.items()}
    return {n: days for n, days in kept.items() if days}


def _around(report: UsageReport, cube: UsageCube) -> dict[str, Any]:
    """What the page shows beside its rows: the days before, the days of findings, the findings, and the small files."""
    numbers = {client: n for n, (client, _) in enumerate(cube.clients)}
    found, interval = report.story.findings if report.story else (), report.selection.interval
    counted = {panel.file for panel in report.panels} | {USAGE_FILE}
    return {
        "before": {
            "name": days_in_words(interval.compared_with(), year=False),
            "counts": before_by_day(report),
        },
        "marked": [n for n, day in enumerate(interval.days) if day in finding_days(report)],
        "findings": [
            {"client": numbers[one.client_id], "severity": one.severity, "cause": one.cause, "remedy": one.remedy}
            for one in found
            if one.client_id in numbers
        ],
        "files": {name: report.files[name].decode() for name in sorted({*report.files} - counted)},
    }


def _view(view: UsageView, cube: UsageCube) -> dict[str, Any]:
    """The clicks saved with a view, as numbers (None: no click) and in words, and the counts of its days under them."""
    state = view.state
    clients = np.flatnonzero(chosen_client_flags(cube, state.filter_clients)).tolist()
    urls = np.flatnonzero(chosen_url_flags(cube, state.filter_urls)).tolist()
    return {
        "clicks": {
            "clients": clients if state.filter_clients else None,
            "requests": urls if state.filter_urls else None,
            "statuses": [n for n, status in enumerate(STATUSES) if status in state.filter_statuses] or None,
        },
        "told": clicks(view),
        "days": view.figures.days.T.tolist(),
    }


def _chosen_urls(cube: UsageCube, template_uris: Sequence[str]) -> list[int] | None:
    """The numbers of the URLs with these template URIs; None for all."""
    return [n for n, (_, uri) in enumerate(cube.urls) if uri in template_uris] if template_uris else None
