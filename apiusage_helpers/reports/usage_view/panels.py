"""The panels of the API Usage view: its graph and its two tables, each as a Panel like those of the report."""

from dataclasses import replace
from html import escape
from zoneinfo import ZoneInfo

import pandas as pd

from apiusage_helpers.charts import alt_text
from apiusage_helpers.charts.areas import draw_areas
from apiusage_helpers.charts.bars import Bars, Days, draw_bars
from apiusage_helpers.charts.panel import Html, Panel
from apiusage_helpers.charts.style import WIDE, drawn
from apiusage_helpers.reports.usage_view.figures import Ranked, cube_of, days_table
from apiusage_helpers.reports.usage_view.state import url_text
from apiusage_helpers.reports.usage_view.view import UsageView
from apiusage_helpers.tables.cube import MEASURES
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.rankings import OTHER
from apiusage_helpers.text import (
    CLIENT_CELLS,
    URL_CELLS,
    client_labels,
    cut,
    day_label,
    human,
    listed,
    percent,
    url_label,
    visible,
    whole,
)

MOST_BARS = 12
_HEIGHT = 2.6


def graph(view: UsageView) -> Panel:
    """Requests per day by status under both filters; of a single day, the requests of that day by client."""
    return _single_day(view) if len(view.cube.interval) == 1 else _days(view)


def clients(view: UsageView) -> Panel:
    """The table OAuth Clients, its first rows as bars."""
    table = view.tables()["view_clients"]
    known = labels_of_view(view)
    labels = [known[one] for one in table["client_id"]]
    told = _told(table, view.figures.clients).drop(columns=[] if view.kinds else ["kind"])
    panel = Panel("view_clients", "OAuth Clients", told, _leaders(table, labels, "OAuth client"))
    return _with_bars(panel, table, labels, above=True)


def urls(view: UsageView) -> Panel:
    """The table API Requests, its first rows as bars."""
    table = view.tables()["view_urls"]
    labels = [url_label(*url, URL_CELLS) for url in zip(table["http_method"], table["template_uri"], strict=True)]
    panel = Panel("view_urls", "API Requests", _told(table, view.figures.urls), _leaders(table, labels, "API request"))
    return _with_bars(panel, table, labels, above=True)


def headline(view: UsageView) -> str:
    """What is filtered, and how many requests that are: the line above the tables."""
    figures, state = view.figures, view.state
    if not state.filtered:
        return f"{whole(figures.total)} requests, nothing filtered"
    share = percent(figures.requests / figures.total) if figures.total else "–"
    told = " and ".join(filter(None, clicks(view).values()))
    return f"Filtered by {told}: {whole(figures.requests)} of {whole(figures.total)} requests ({share})"


def clicks(view: UsageView) -> dict[str, str]:
    """What is filtered in words, by the table that was clicked: `clients`, `requests`; empty where nothing was."""
    names = dict(zip((one for one, _ in view.cube.clients), client_labels(view.cube.clients, 40), strict=True))
    clients = [names.get(one) or cut(visible(one), 40) for one in view.state.filter_clients]
    urls = [cut(visible(url), 60) for url in view.state.filter_urls]
    return {
        "clients": f"OAuth client {listed(clients)}" if clients else "",
        "requests": f"API request {listed(urls)}" if urls else "",
    }


def _days(view: UsageView) -> Panel:
    figures, dates = view.figures, view.cube.interval.days
    zone = ZoneInfo(view.state.selection.display_timezone)
    provisional = {day.date for day in view.usage.days if day.provisional}
    days = Days(
        labels=[day_label(day, zone) for day in dates],
        series={name: list(figures.days[MEASURES.index(name)]) for name in OUTCOMES},
        missing=frozenset(n for n, day in enumerate(dates) if day in view.cube.missing),
        provisional=frozenset(n for n, day in enumerate(dates) if day in provisional),
    )
    table = days_table(view.cube, figures)
    figure, svg = drawn(_HEIGHT, lambda axes: draw_areas(axes, days), WIDE)
    return Panel("view_days", "Requests per day by status", table, alt_text.days(table), figure, svg)


def _single_day(view: UsageView) -> Panel:
    """The clients of one day as bars of outcomes, the rest of them as one bar."""
    day, table = view.cube.interval.start, view.tables()["view_day"]
    known = labels_of_view(view)
    labels = [known[one] for one in table["client_id"]]
    alt = f"Requests of the single day {day} by OAuth client. {_leaders(table, labels, 'OAuth client')}"
    panel = Panel("view_day", f"Requests on {day} (UTC) by OAuth client and status", table, alt, kinds=view.kinds)
    if not len(table):
        return panel
    series = {name: [*map(float, table[name][:MOST_BARS]), *_rest(table[name])] for name in OUTCOMES}
    totals = [*table["requests"][:MOST_BARS], *_rest(table["requests"])]
    rest = frozenset({MOST_BARS}) if len(table) > MOST_BARS else frozenset()
    bars = Bars([*labels[:MOST_BARS], *([OTHER] if rest else [])], series, [human(n) for n in totals], rest, above=True)
    figure, svg = drawn(bars.height, lambda axes: draw_bars(axes, bars))
    return replace(panel, figure=figure, svg=svg)


def _rest(column: "pd.Series[int]") -> list[float]:
    return [float(column[MOST_BARS:].sum())] if len(column) > MOST_BARS else []


def _leaders(table: pd.DataFrame, labels: list[str], noun: str) -> str:
    """The rows that lead: under the filter where there is one."""
    if "filtered_requests" in table and table["filtered_requests"].notna().any():
        table = table.assign(requests=table["filtered_requests"].astype("int64"))
        return f"Under the filter: {alt_text.leaders(table, labels, noun)}"
    return alt_text.leaders(table, labels, noun)


def _told(table: pd.DataFrame, ranked: Ranked) -> pd.DataFrame:
    """The table as readers see it: filtered columns only under a filter."""
    return table if ranked.filtered is not None else table.drop(columns=["filtered_requests", "filtered_share"])


def _with_bars(panel: Panel, table: pd.DataFrame, labels: list[str], *, above: bool) -> Panel:
    """The panel with its first rows as bars: all requests, and the part of them under the filter."""
    if not len(table):
        return panel
    first, count = table.head(MOST_BARS), min(len(table), MOST_BARS)
    filtered = first["filtered_requests"].fillna(first["requests"]).astype("int64")
    series = {"filtered": list(map(float, filtered)), "unfiltered": list(map(float, first["requests"] - filtered))}
    legend = bool(first["filtered_requests"].notna().any())
    shares = zip(first["requests"], first["share"], strict=True)
    bars = Bars(labels[:count], series, [f"{human(n)} · {percent(s)}" for n, s in shares], legend=legend, above=above)
    figure, svg = drawn(bars.height, lambda axes: draw_bars(axes, bars))
    more = f" The picture shows the first {count} of {whole(len(table))} rows." if len(table) > count else ""
    return replace(panel, figure=figure, svg=svg, alt=panel.alt + more)


def labels_of_view(view: UsageView) -> dict[str, str]:
    """The label of every client of the view by id: the same in all its pictures, no two alike."""
    clients = cube_of(view.cube, view.state).clients
    return dict(zip((one for one, _ in clients), client_labels(clients, CLIENT_CELLS), strict=True))


def url_labels(view: UsageView) -> list[str]:
    """Every URL of the cube as text, in the cube's order."""
    return [url_text(method, visible(uri)) for method, uri in view.cube.urls]


def filter_line(view: UsageView) -> Html:
    """The headline as a piece of a report, with what to know of this view."""
    lines = [headline(view), *view.notes()]
    html = "".join(f'<p class="counts">{escape(visible(line))}</p>' for line in lines)
    return Html(f'<div id="counts-view">{html}</div>', "\n".join(lines))
