"""Export API Usage Data: what a view shows as files. The filters stand in a file's name and on a workbook's sheet of facts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from apiusage_helpers.interval import local_label, zone
from apiusage_helpers.reports.usage_view.view import CLIENTS, DAYS, ONE_DAY, URLS, UsageView, by_id
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.tables.workbook import workbook

CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "XLSX: all tables and facts": "workbook",
    "CSV: OAuth Clients": CLIENTS.name,
    "CSV: API Requests": URLS.name,
    "CSV: requests per day": DAYS.name,
}
_SHEETS = {
    CLIENTS.name: "OAuth Clients",
    URLS.name: "API Requests",
    DAYS.name: "Requests per day",
    ONE_DAY.name: "One day by client",
}
_SLUG = 32


@dataclass(frozen=True)
class File:
    """A file to hand over."""

    name: str
    kind: str
    content: bytes


def exported(view: UsageView, what: str) -> File:
    """The file of what is shown: `workbook`, or one of the view's tables as CSV."""
    tables, stem = view.tables(), file_stem(view)
    if what == "workbook":
        sheets = {_SHEETS[name]: table for name, table in tables.items()}
        return File(f"{stem}.xlsx", XLSX, workbook(sheets, facts(view), as_of=view.state.selection.today))
    return File(f"{stem}_{what.removeprefix('view_')}.csv", CSV, csv_file(tables[what]))


def file_stem(view: UsageView) -> str:
    """The name of an export without suffix: organization, UTC days, methods, and the first of each kind of filter."""
    selection, state = view.state.selection, view.state
    names = {one: name for one, name in view.cube.clients if _slug(name)}
    interval = selection.interval
    parts = [
        f"api_usage_view_{selection.organization}_{interval.start}_{interval.end}",
        _part("methods", [*map(str.lower, selection.http_methods)], together=True),
        _part("client", [names.get(one, one) for one in state.filter_clients]),
        _part("url", state.filter_urls),
        _part("status", state.filter_statuses, together=True),
    ]
    return "_".join(part for part in parts if part)


def facts(view: UsageView) -> dict[str, object]:
    """What a reader of an export must know: what it covers, what filters it, and how it was counted."""
    selection, state, usage = view.state.selection, view.state, view.usage
    here = zone(selection.display_timezone)
    names = dict(view.cube.clients)
    return {
        "organization": selection.organization,
        "interval (UTC days)": selection.interval,
        f"first day in {selection.display_timezone}": local_label(selection.interval.start, here),
        "HTTP methods": ", ".join(selection.http_methods) or "all",
        "filter on OAuth clients": ", ".join(f"{names.get(one, '')} ({one})" for one in by_id(view).filter_clients)
        or "none",
        "filter on API requests": ", ".join(state.filter_urls) or "none",
        "filter on statuses": ", ".join(state.filter_statuses) or "none",
        "requests": view.figures.total,
        "requests under the filter": view.figures.requests,
        "share": "of all requests of the interval and methods; filtered_share: of those under the filter of the other table",
        "statuses": "4xx does not include 429 (client_errors and throttled are apart)",
        "source": ", ".join(sorted({day.source for day in usage.days})),
        "missing days": ", ".join(map(str, usage.missing)) or "none",
        "store version": usage.version,
        "as of": selection.today,
    }


def _part(word: str, values: Sequence[str], *, together: bool = False) -> str:
    if not values:
        return ""
    if together:
        return f"{word}-{'-'.join(map(_slug, values))}"
    return f"{word}-{_slug(values[0]) or 'one'}" + (f"-and-{len(values) - 1}-more" if len(values) > 1 else "")


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_SLUG].strip("-")
