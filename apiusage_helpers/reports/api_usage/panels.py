"""The panels of the API Usage report, in the platform's order and by its names.

Each takes a report and gives one Panel of one of its tables. A panel shows its first rows as bars, and all of them in
its table.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd
from matplotlib.axes import Axes

from apiusage_helpers.charts import alt_text, takeaways
from apiusage_helpers.charts.bars import Bars, Days, draw_bars, draw_days, draw_share
from apiusage_helpers.charts.panel import Panel
from apiusage_helpers.charts.style import LEGENDS, drawn
from apiusage_helpers.reports.api_usage.report import UsageReport
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.rankings import OTHER
from apiusage_helpers.text import (
    CLIENT_CELLS,
    URL_CELLS,
    client_labels,
    counted,
    day_label,
    days_in_words,
    human,
    percent,
    url_label,
    whole,
)

MOST_BARS = 10
_DAYS_HEIGHT = 2.3
_PAIR_CELLS = 56
_RESULTS = ("successful", "failed")


def requests_per_day(report: UsageReport) -> Panel:
    """Requests per UTC day, labelled as the display zone labels them, over the days before; what is uncertain is marked."""
    table = report.tables.requests_per_day
    before = before_by_day(report)
    days = replace(
        _days(report, {name: list(table[name]) for name in _RESULTS}),
        before=before,
        before_word=days_in_words(report.selection.interval.compared_with(), year=False) if before else "",
        marked=frozenset(n for n, day in enumerate(report.selection.interval.days) if day in finding_days(report)),
    )
    panel = Panel("requests_per_day", "Requests per day", table, alt_text.days(table), takeaway=takeaways.days(table))
    return _with_picture(panel, _DAYS_HEIGHT, lambda axes: draw_days(axes, days))


def failures_per_day(report: UsageReport) -> Panel:
    """The failed share of each UTC day, its throttled part apart."""
    table = report.tables.failures_per_day
    some = table["requests"].where(table["requests"] > 0)
    series = {
        "throttled": table["throttled_share"].fillna(0).tolist(),
        "other_failures": ((table["failed"] - table["throttled"]) / some).fillna(0).tolist(),
    }
    days, told = replace(_days(report, series), form=percent), takeaways.failures(table)
    panel = Panel("failures_per_day", "Failed share per day", table, alt_text.failures(table), takeaway=told)
    return _with_picture(panel, _DAYS_HEIGHT, lambda axes: draw_days(axes, days))


def before_by_day(report: UsageReport) -> list[int | None]:
    """The requests of the days that the report is compared with, None for a missing day; nothing where none is stored."""
    if report.before is None:
        return []
    sums = report.before.summary.days.groupby("date")["requests"].sum()
    known = sums.reindex(pd.DatetimeIndex(report.before.interval.days), fill_value=0)
    return [
        None if day in report.before.missing else int(count)
        for day, count in zip(report.before.interval.days, known, strict=True)
    ]


def finding_days(report: UsageReport) -> set[date]:
    """The days of the findings above info that began within the interval, but not on its first day."""
    interval, found = report.selection.interval, report.story.findings if report.story else ()
    told = [one for one in found if one.severity != "info" and not one.acknowledged and one.start > interval.start]
    return {day for one in told for day in interval.days if one.start <= day <= one.end}


def _days(report: UsageReport, series: dict[str, list[float]]) -> Days:
    """The days of the report with their labels and gaps."""
    interval, zone = report.selection.interval, ZoneInfo(report.selection.display_timezone)
    provisional = {day.date for day in report.usage.days if day.provisional}
    return Days(
        labels=[day_label(day, zone) for day in interval.days],
        series=series,
        missing=frozenset(n for n, day in enumerate(interval.days) if day in report.usage.missing),
        provisional=frozenset(n for n, day in enumerate(interval.days) if day in provisional),
    )


def top_clients(report: UsageReport) -> Panel:
    """Top n Requests by OAuth Client."""
    table = report.tables.top_clients
    labels = _client_labels(report, table)
    alt = alt_text.leaders(table, labels, "OAuth client")
    panel = Panel("top_clients", f"Top {report.selection.top} Requests by OAuth Client", table, alt, kinds=report.kinds)
    told = replace(panel, takeaway=takeaways.leader(table, labels))
    return _with_bars(told, _bars(table, labels, _RESULTS, _ends(table)))


def status_codes(report: UsageReport) -> Panel:
    """HTTP Response Status Codes over all clients, 429 apart from the rest of 4xx."""
    table = report.tables.status_codes
    labels = [LEGENDS[outcome] for outcome in OUTCOMES]
    counts = [int(count) for count in table["requests"]]
    ends = [f"{human(count)} · {percent(share)}" for count, share in zip(counts, table["share"], strict=True)]
    series = {outcome: [n * (row == place) for row, n in enumerate(counts)] for place, outcome in enumerate(OUTCOMES)}
    panel = Panel("status_codes", "HTTP Response Status Codes", table, alt_text.responses(table, labels))
    panel = replace(panel, takeaway=takeaways.statuses(table, report.summary.total))
    return _with_bars(panel, Bars(labels, series, ends, legend=False))


def top_urls(report: UsageReport) -> Panel:
    """Top n Requested URLs."""
    table = report.tables.top_urls
    labels = _other_last([url_label(*pair, URL_CELLS) for pair in _urls(table)], table)
    alt = alt_text.leaders(table, labels, "URL")
    told = takeaways.leader(table, labels)
    panel = Panel("top_urls", f"Top {report.selection.top} Requested URLs", table, alt, takeaway=told)
    return _with_bars(panel, _bars(table, labels, _RESULTS, _ends(table)))


def client_requests(report: UsageReport) -> Panel:
    """Request Counts by OAuth Client under the selection of section 2."""
    table = report.tables.client_requests
    labels = _client_labels(report, table)
    alt = alt_text.leaders(table, labels, "OAuth client")
    panel = Panel("client_requests", "Request Counts by OAuth Client", table, alt, kinds=report.kinds)
    panel = replace(panel, takeaway=takeaways.first_ones(table, labels))
    return _with_bars(panel, _bars(table, labels, _RESULTS, _ends(table)))


def client_status_codes(report: UsageReport) -> Panel:
    """HTTP Response Status Codes of each client, each bar 100 % of its requests."""
    table = report.tables.client_status_codes
    labels = _client_labels(report, table)
    ends = [f"{percent(share)} failed" for share in alt_text.failed_shares(table)]
    totals = table[list(OUTCOMES)].sum(axis=1)
    shares = table.assign(**{name: table[name] / totals.where(totals > 0, 1) for name in OUTCOMES})
    alt = alt_text.worst(table, labels)
    panel = Panel("client_status_codes", "HTTP Response Status Codes by OAuth Client", table, alt, kinds=report.kinds)
    panel = replace(panel, takeaway=takeaways.most_refused(table, labels))
    return _with_bars(panel, _bars(shares, labels, OUTCOMES, ends))


def client_urls(report: UsageReport) -> Panel:
    """Request URL Counts by OAuth Client: the pairs of client and URL with the most requests first."""
    table = report.tables.client_urls
    first = table.head(MOST_BARS)
    pairs = zip(_client_labels(report, first), _urls(first), strict=True)
    labels = [f"{client} · {url_label(*url, _PAIR_CELLS)}" for client, url in pairs]
    alt = alt_text.leaders(table, labels, "OAuth client and URL pair")
    panel = Panel("client_urls", "Request URL Counts by OAuth Client", table, alt, kinds=report.kinds)
    panel = replace(panel, takeaway=takeaways.first_pair(table, labels))
    return _with_bars(panel, _bars(table, labels, _RESULTS, _ends(table)))


def url_requests(report: UsageReport) -> Panel:
    """URL Requests: every URL with the outcomes of its requests."""
    table = report.tables.url_requests
    labels = [url_label(*pair, URL_CELLS) for pair in _urls(table)]
    told = takeaways.most_failures(table, labels)
    panel = Panel("url_requests", "URL Requests", table, alt_text.leaders(table, labels, "URL"), takeaway=told)
    return _with_bars(panel, _bars(table, labels, OUTCOMES, [human(count) for count in table["requests"]]))


def success_and_failure(report: UsageReport) -> Panel:
    """Total Successful vs. Failed Requests."""
    table = report.tables.success_and_failure
    counts = dict(zip(table["outcome"], map(int, table["requests"]), strict=True))
    shares = dict(zip(table["outcome"], table["share"], strict=True))
    texts = [f"{whole(counts[name])} {name} ({percent(shares[name])})" for name in _RESULTS]
    alt = f"Of all requests {texts[0]} and {texts[1]}." if any(counts.values()) else alt_text.NOTHING
    told = takeaways.two_outcomes(table, report.summary.total)
    panel = Panel("success_and_failure", "Total Successful vs. Failed Requests", table, alt, takeaway=told)
    return _with_picture(panel, 0.85, lambda axes: draw_share(axes, counts, texts))


def labels_of(report: UsageReport) -> dict[str, str]:
    """The label of every client of the report by id: the same in all its pictures, no two alike."""
    clients = report.summary.requests[["client_id", "client_name"]].drop_duplicates()
    return dict(zip(clients["client_id"], client_labels(_pairs(clients), CLIENT_CELLS), strict=True))


def _client_labels(report: UsageReport, table: pd.DataFrame) -> list[str]:
    labels = labels_of(report)
    return [labels.get(client_id, OTHER) for client_id in table["client_id"]]


def _with_bars(panel: Panel, bars: Bars) -> Panel:
    """The panel with its bars; its description tells when they are not all of its rows."""
    shown, rows = len(bars.labels), len(panel.table)
    more = f" The picture shows the first {shown} of {counted(rows, 'row')}." if rows > shown else ""
    return _with_picture(replace(panel, alt=panel.alt + more), bars.height, lambda axes: draw_bars(axes, bars))


def _with_picture(panel: Panel, height: float, draw: Callable[[Axes], None]) -> Panel:
    """The panel with its picture; without one where there is no request to draw, unless silent days are the story."""
    if not len(panel.table) or (not panel.table["requests"].any() and "date" not in panel.table):
        return replace(panel, alt=alt_text.NOTHING)
    figure, svg = drawn(height, draw)
    return replace(panel, figure=figure, svg=svg)


def _bars(table: pd.DataFrame, labels: Sequence[str], outcomes: Sequence[str], ends: Sequence[str]) -> Bars:
    """The bars of a table's first rows, labels above; those of a top n's rest are muted."""
    shown = table.head(MOST_BARS)
    rest = frozenset(n for n in range(len(shown)) if "rank" in shown and shown["rank"].isna().iloc[n])
    series = {outcome: list(shown[outcome]) for outcome in outcomes}
    return Bars(labels[: len(shown)], series, ends[: len(shown)], rest, above=True)


def _pairs(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["client_id"], table["client_name"], strict=True))


def _urls(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["http_method"], table["template_uri"], strict=True))


def _other_last(labels: list[str], table: pd.DataFrame) -> list[str]:
    """The labels, with the row of the rest told by its own word."""
    return [OTHER if missing else label for label, missing in zip(labels, table["rank"].isna(), strict=True)]


def _ends(table: pd.DataFrame) -> list[str]:
    """What stands at each bar's end: the requests, and the failed share where there is one."""
    rows = zip(table["requests"], table["failed"], strict=True)
    return [human(count) + (f" · {percent(failed / count)} failed" if failed else "") for count, failed in rows]
