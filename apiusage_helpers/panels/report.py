"""The panels of the API Usage report, in the platform's order and by its names.

Each takes a report and gives one Panel of one of its tables. A panel shows its first rows as bars and all of them in its table.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import pandas as pd
from matplotlib.axes import Axes

from apiusage_helpers.panels.charts import Bars, Days, draw_bars, draw_days, draw_share
from apiusage_helpers.panels.labels import client_labels, counted, cut, day_label, human, listed, percent, url_label, whole
from apiusage_helpers.panels.panel import Panel
from apiusage_helpers.panels.style import LEGENDS, drawn
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.rankings import OTHER
from apiusage_helpers.tables.usage_report import UsageReport

MOST_BARS = 20
_CLIENT_CELLS = 30
_URL_CELLS = 84
_RESULTS = ("successful", "failed")


def requests_per_day(report: UsageReport) -> Panel:
    """Requests per UTC day, labelled as the display zone labels them; missing and provisional days marked."""
    table = report.tables.requests_per_day
    days = [stamp.date() for stamp in table["date"]]
    zone = ZoneInfo(report.selection.display_timezone)
    provisional = {day.date for day in report.usage.days if day.provisional}
    picture = Days(
        labels=[day_label(day, zone) for day in days],
        series={name: list(table[name]) for name in _RESULTS},
        missing=frozenset(n for n, complete in enumerate(table["complete"]) if not complete),
        provisional=frozenset(n for n, day in enumerate(days) if day in provisional),
    )
    return _panel("requests_per_day", "Requests per day", table, _days_in_words(table), 2.6, lambda ax: draw_days(ax, picture))


def top_clients(report: UsageReport) -> Panel:
    """Top n Requests by OAuth Client."""
    table = report.tables.top_clients
    labels = _other_last(client_labels(_pairs(table), _CLIENT_CELLS), table)
    title = f"Top {max(1, _ranks(table))} Requests by OAuth Client"
    return _bars("top_clients", title, table, labels, _RESULTS, _ends(table), _first_in_words(table, labels, "OAuth client"))


def status_codes(report: UsageReport) -> Panel:
    """HTTP Response Status Codes over all clients, 429 apart from the rest of 4xx."""
    table = report.tables.status_codes
    labels = [LEGENDS[outcome] for outcome in OUTCOMES]
    counts = [int(count) for count in table["requests"]]
    ends = [f"{human(count)} · {percent(share)}" for count, share in zip(counts, table["share"], strict=True)]
    series = {outcome: [count if n == place else 0 for n in range(len(counts))]
              for place, (outcome, count) in enumerate(zip(OUTCOMES, counts, strict=True))}  # fmt: skip
    words = ", ".join(f"{label} {percent(share)}" for label, share in zip(labels, table["share"], strict=True))
    alt = f"Responses by status: {words}." if sum(counts) else "No requests in this interval: no responses to count."
    bars = Bars(labels, series, ends, legend=False)
    return _panel("status_codes", "HTTP Response Status Codes", table, alt, bars.height, lambda ax: draw_bars(ax, bars))


def top_urls(report: UsageReport) -> Panel:
    """Top n Requested URLs."""
    table = report.tables.top_urls
    labels = _other_last([url_label(*pair, _URL_CELLS) for pair in _urls(table)], table)
    title = f"Top {max(1, _ranks(table))} Requested URLs"
    return _bars("top_urls", title, table, labels, _RESULTS, _ends(table), _first_in_words(table, labels, "URL"))


def client_requests(report: UsageReport) -> Panel:
    """Request Counts by OAuth Client under the selection of section 2."""
    table = report.tables.client_requests
    labels = client_labels(_pairs(table), _CLIENT_CELLS)
    alt = _first_in_words(table, labels, "OAuth client")
    return _bars("client_requests", "Request Counts by OAuth Client", table, labels, _RESULTS, _ends(table), alt)


def client_status_codes(report: UsageReport) -> Panel:
    """HTTP Response Status Codes of each client, each bar 100 % of its requests."""
    table = report.tables.client_status_codes
    labels = client_labels(_pairs(table), _CLIENT_CELLS)
    totals = table[list(OUTCOMES)].sum(axis=1).where(lambda count: count > 0, 1)
    shares = table.assign(**{name: table[name] / totals for name in OUTCOMES})
    failed = 1 - shares["succeeded"] - shares["redirected"]
    ends = [f"{percent(max(0, round(share, 12)))} failed" for share in failed]
    alt = _worst_in_words(labels, failed)
    title = "HTTP Response Status Codes by OAuth Client"
    return _bars("client_status_codes", title, table, labels, OUTCOMES, ends, alt, shares=shares)


def client_urls(report: UsageReport) -> Panel:
    """Request URL Counts by OAuth Client: the pairs of client and URL with the most requests."""
    table = report.tables.client_urls
    shown = table.head(MOST_BARS)
    names = _client_names(table, 26)
    labels = [f"{names[client]}  ·  {url_label(*pair, 60)}" for client, pair in zip(shown["client_id"], _urls(shown), strict=True)]
    alt = _first_in_words(table, labels, "OAuth client and URL pair")
    return _bars("client_urls", "Request URL Counts by OAuth Client", table, labels, _RESULTS, _ends(table), alt)


def url_requests(report: UsageReport) -> Panel:
    """URL Requests: every URL with the outcomes of its requests."""
    table = report.tables.url_requests
    labels = [url_label(*pair, _URL_CELLS) for pair in _urls(table.head(MOST_BARS))]
    ends = [human(count) for count in table["requests"]]
    return _bars("url_requests", "URL Requests", table, labels, OUTCOMES, ends, _first_in_words(table, labels, "URL"))


def success_and_failure(report: UsageReport) -> Panel:
    """Total Successful vs Failed Requests."""
    table = report.tables.success_and_failure
    counts = dict(zip(table["outcome"], map(int, table["requests"]), strict=True))
    shares = dict(zip(table["outcome"], table["share"], strict=True))
    texts = {name: f"{whole(counts[name])} {name} ({percent(shares[name])})" for name in _RESULTS}
    alt = f"Of all requests {texts['successful']} and {texts['failed']}." if sum(counts.values()) else _NOTHING
    title = "Total Successful vs. Failed Requests"
    return _panel("success_and_failure", title, table, alt, 0.85, lambda ax: draw_share(ax, counts, texts))


_NOTHING = "No requests under this selection: there is nothing to draw."


def _panel(name: str, title: str, table: pd.DataFrame, alt: str, height: float, draw: Callable[[Axes], None]) -> Panel:
    if not len(table) or (not table["requests"].any() and name != "requests_per_day"):
        return Panel(name, title, table, _NOTHING)
    figure, svg = drawn(height, draw)
    return Panel(name, title, table, alt, figure, svg)


def _bars(
    name: str,
    title: str,
    table: pd.DataFrame,
    labels: Sequence[str],
    outcomes: Sequence[str],
    ends: Sequence[str],
    alt: str,
    *,
    shares: pd.DataFrame | None = None,
) -> Panel:
    shown = (table if shares is None else shares).head(MOST_BARS)
    count = len(shown)
    muted = frozenset(n for n in range(count) if "rank" in table and table["rank"].isna().iloc[n])
    series = {outcome: list(shown[outcome]) for outcome in outcomes}
    bars = Bars(labels[:count], series, ends[:count], muted, above="template_uri" in table)
    more = f" The picture shows the first {count} of {counted(len(table), 'row')}." if len(table) > count else ""
    return _panel(name, title, table, alt + more, bars.height, lambda ax: draw_bars(ax, bars))


def _pairs(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["client_id"], table["client_name"], strict=True))


def _urls(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["http_method"], table["template_uri"], strict=True))


def _client_names(table: pd.DataFrame, cells: int) -> dict[str, str]:
    pairs = list(dict.fromkeys(_pairs(table)))
    return dict(zip((client for client, _ in pairs), client_labels(pairs, cells), strict=True))


def _ranks(table: pd.DataFrame) -> int:
    return int(table["rank"].notna().sum())


def _other_last(labels: list[str], table: pd.DataFrame) -> list[str]:
    """The labels, with the row of the rest told by its own word."""
    return [OTHER if missing else label for label, missing in zip(labels, table["rank"].isna(), strict=True)]


def _ends(table: pd.DataFrame) -> list[str]:
    """What stands at each bar's end: the requests, and the failed share where there is one."""
    rows = zip(table["requests"], table["failed"], strict=True)
    return [human(count) + (f" · {percent(failed / count)} failed" if failed else "") for count, failed in rows]


def _first_in_words(table: pd.DataFrame, labels: Sequence[str], noun: str) -> str:
    if not len(table):
        return _NOTHING
    total = int(table["requests"].sum())
    ranked = table[table["rank"].notna()] if "rank" in table else table
    first = [f"{cut(label, 60)} {whole(count)}" for label, count in zip(labels, ranked["requests"].head(3), strict=False)]
    return f"{counted(len(ranked), noun)} with the most requests: {listed(first)}; {whole(total)} requests in all."


def _worst_in_words(labels: Sequence[str], failed: "pd.Series[float]") -> str:
    if not len(failed):
        return _NOTHING
    worst = int(failed.to_numpy().argmax())
    share = percent(max(0.0, round(float(failed.iloc[worst]), 12)))
    return f"Status classes of {counted(len(failed), 'OAuth client')}; {labels[worst]} has the largest failed share, {share}."


def _days_in_words(table: pd.DataFrame) -> str:
    if not table["requests"].any():
        return f"No requests on any of {counted(len(table), 'UTC day')} of this interval."
    most = table.loc[table["requests"].idxmax()]
    mean = table.loc[table["complete"], "requests"].mean()
    missing = int((~table["complete"]).sum())
    gap = f" {counted(missing, 'day')} missing in the store." if missing else ""
    return (
        f"Requests on {counted(len(table), 'UTC day')}: {whole(mean)} a day on average, "
        f"most on {most['date']:%Y-%m-%d} with {whole(most['requests'])}.{gap}"
    )
