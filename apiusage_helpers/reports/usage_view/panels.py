"""The panels of the API Usage view: its graph and its two tables, each as a Panel like those of the report."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from apiusage_helpers.charts import alt_text
from apiusage_helpers.charts.areas import draw_areas
from apiusage_helpers.charts.bars import Bars, Days, draw_bars, legend_height
from apiusage_helpers.charts.panel import Html, Panel
from apiusage_helpers.charts.style import LEGENDS, WIDE, WIDTH, drawn
from apiusage_helpers.reports.usage_view.figures import Ranked, cube_of, days_table
from apiusage_helpers.reports.usage_view.state import STATUSES, url_text
from apiusage_helpers.reports.usage_view.view import CLIENTS, DAYS, ONE_DAY, URLS, UsageView
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

_HEIGHT, _LIVE_HEIGHT, _MOST_LIVE_BARS = 2.6, 1.88, 5
_MOST_TOLD = 5


def graph(view: UsageView, wide: float | None = None) -> Panel:
    """Requests per day by status under all filters; of a single day, the requests of that day by client.

    `wide`: the inches that a live page has for it; there the picture is lower, and names stand beside their bars.
    """
    return _single_day(view, wide) if len(view.cube.interval) == 1 else _days(view, wide)


def clients(view: UsageView) -> Panel:
    """The table OAuth Clients, its first rows as bars."""
    table = view.tables()[CLIENTS.name]
    known = labels_of_view(view)
    labels = [known[one] for one in table["client_id"]]
    told = _told(table, view.figures.clients).drop(columns=[] if view.kinds else ["kind"])
    panel = Panel(CLIENTS.name, CLIENTS.title, told, _leaders(table, labels, CLIENTS.what), labels=known)
    return _with_bars(panel, table, labels)


def urls(view: UsageView) -> Panel:
    """The table API Requests, its first rows as bars."""
    table = view.tables()[URLS.name]
    labels = [url_label(*url, URL_CELLS) for url in zip(table["http_method"], table["template_uri"], strict=True)]
    told = _told(table, view.figures.urls)
    return _with_bars(Panel(URLS.name, URLS.title, told, _leaders(table, labels, URLS.what)), table, labels)


def headline(view: UsageView) -> str:
    """What is filtered, and how many requests that are: the line above the tables."""
    figures, state = view.figures, view.state
    if not state.filtered:
        return f"{whole(figures.total)} requests, nothing filtered"
    share = percent(figures.requests / figures.total) if figures.total else "–"
    told = " and ".join(filter(None, clicks(view).values()))
    return f"Filtered by {told}: {whole(figures.requests)} of {whole(figures.total)} requests ({share})"


def clicks(view: UsageView) -> dict[str, str]:
    """What is filtered in words, by what was chosen: `clients`, `requests`, `statuses`; empty where nothing was."""
    names = dict(zip((one for one, _ in view.cube.clients), client_labels(view.cube.clients, 40), strict=True))
    clients = [names.get(one) or cut(visible(one), 40) for one in view.state.filter_clients]
    urls = [cut(visible(url), 60) for url in view.state.filter_urls]
    statuses = [word for status, word in STATUSES.items() if status in view.state.filter_statuses]
    return {
        "clients": _several("OAuth client", "s", clients),
        "requests": _several("API request", "s", urls),
        "statuses": _several("status", "es", statuses),
    }


def _several(noun: str, plural: str, names: Sequence[str]) -> str:
    """Names with their noun, `OAuth clients a, b`; empty where there is none."""
    return f"{noun}{plural if len(names) > 1 else ''} {listed(names, _MOST_TOLD)}" if names else ""


def _days(view: UsageView, wide: float | None) -> Panel:
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
    height = _LIVE_HEIGHT + legend_height([LEGENDS[name] for name in OUTCOMES], wide) if wide else _HEIGHT
    figure, svg = drawn(height, lambda axes: draw_areas(axes, days), wide or WIDE)
    return Panel(DAYS.name, DAYS.title, table, alt_text.days(table), figure, svg)


def _single_day(view: UsageView, wide: float | None) -> Panel:
    """The clients of one day as bars of outcomes, the rest of them as one bar."""
    day, table = view.cube.interval.start, view.tables()[ONE_DAY.name]
    known = labels_of_view(view)
    labels = [known[one] for one in table["client_id"]]
    alt = f"Requests of the single day {day} by OAuth client. {_leaders(table, labels, ONE_DAY.what)}"
    panel = Panel(ONE_DAY.name, ONE_DAY.title.format(day=day), table, alt, kinds=view.kinds, labels=known)
    if not len(table):
        return panel
    most = _MOST_LIVE_BARS if wide else ONE_DAY.chart.most
    series = {name: [*map(float, table[name][:most]), *_rest(table[name], most)] for name in OUTCOMES}
    totals = [*table["requests"][:most], *_rest(table["requests"], most)]
    rest = frozenset({most}) if len(table) > most else frozenset()
    texts = [human(n) for n in totals]
    bars = Bars([*labels[:most], *([OTHER] if rest else [])], series, texts, rest, above=not wide, wide=wide or WIDTH)
    figure, svg = drawn(bars.height, lambda axes: draw_bars(axes, bars), bars.wide)
    return replace(panel, figure=figure, svg=svg)


def _rest(column: "pd.Series[int]", most: int) -> list[float]:
    return [float(column[most:].sum())] if len(column) > most else []


def graph_marks(view: UsageView, panel: Panel) -> dict[str, Any]:
    """What a pointer over the live graph is told: where its Axes lie (shares of width and height), and the counts of each mark.

    `names` are its days, from the left, or its clients, from the top, `counts` the requests and outcomes of each.
    """
    if panel.figure is None:
        return {}
    place = panel.figure.axes[0].get_position()
    low, high = panel.figure.axes[0].get_xlim()
    box = {"left": place.x0, "right": place.x1, "top": 1 - place.y1, "bottom": 1 - place.y0}
    if len(view.cube.interval) > 1:
        names, counts = [str(day) for day in view.cube.interval.days], view.figures.days.T.tolist()
        missing = [n for n, day in enumerate(view.cube.interval.days) if day in view.cube.missing]
        return {"along": "x", "first": low, "last": high, "names": names, "counts": counts, "missing": missing, **box}
    known, table = labels_of_view(view), view.tables()[ONE_DAY.name].head(_MOST_LIVE_BARS)
    names, counts = [known[one] for one in table["client_id"]], table[list(MEASURES)].to_numpy().tolist()
    bottom, top = panel.figure.axes[0].get_ylim()
    return {"along": "y", "first": top, "last": bottom, "names": names, "counts": counts, "missing": [], **box}


def _leaders(table: pd.DataFrame, labels: list[str], noun: str) -> str:
    """The rows that lead: under the filter where there is one."""
    if "filtered_requests" in table and table["filtered_requests"].notna().any():
        table = table.assign(requests=table["filtered_requests"].astype("int64"))
        return f"Under the filter: {alt_text.leaders(table, labels, noun)}"
    return alt_text.leaders(table, labels, noun)


def _told(table: pd.DataFrame, ranked: Ranked) -> pd.DataFrame:
    """The table as readers see it: filtered columns only under a filter."""
    return table if ranked.filtered is not None else table.drop(columns=["filtered_requests", "filtered_share"])


def _with_bars(panel: Panel, table: pd.DataFrame, labels: list[str]) -> Panel:
    """The panel with its first rows as bars: all requests, and the part of them under the filter."""
    if not len(table):
        return panel
    first = table.head(CLIENTS.chart.most)
    count = len(first)
    filtered = first["filtered_requests"].fillna(first["requests"]).astype("int64")
    series = {"filtered": list(map(float, filtered)), "unfiltered": list(map(float, first["requests"] - filtered))}
    legend = bool(first["filtered_requests"].notna().any())
    shares = zip(first["requests"], first["share"], strict=True)
    bars = Bars(labels[:count], series, [f"{human(n)} · {percent(s)}" for n, s in shares], legend=legend, above=True)
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
