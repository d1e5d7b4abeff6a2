"""A declared panel as it is shown: its table, its picture, and both in words.

A panel shows its first rows as bars, and all of them in its table. What the panels of a report share (labels, days) is
handed in once, so that a client bears the same label in all of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.axes import Axes

from apiusage_helpers.charts import alt_text
from apiusage_helpers.charts.bars import Bars, Days, draw_bars, draw_days, draw_share
from apiusage_helpers.charts.panel import Panel
from apiusage_helpers.charts.style import LEGENDS, drawn
from apiusage_helpers.charts.takeaways import takeaway
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.panel_spec import PanelSpec
from apiusage_helpers.tables.rankings import OTHER
from apiusage_helpers.text import URL_CELLS, counted, human, percent, url_label, whole

_DAYS_HEIGHT, _SHARE_HEIGHT = 2.3, 0.85
_PAIR_CELLS = 56


@dataclass(frozen=True)
class Shared:
    """What the panels of one report share: labels and kinds of its clients by id, all its requests, the ranks of a top, and
    where pictures of days get its days (without series).
    """

    labels: Mapping[str, str]
    kinds: Mapping[str, str]
    total: int
    top: int
    days: Callable[[], Days]


def declared_panel(spec: PanelSpec, table: pd.DataFrame, shared: Shared) -> Panel:
    """The panel of `spec` with its picture; without one where there is no request to draw, unless silent days are the story."""
    labels = row_labels(spec, table, shared)
    panel = Panel(
        spec.name, spec.title.format(top=shared.top), table, _alt(spec, table, labels),
        kinds=shared.kinds if spec.by in {"client", "client_url"} else {}, labels=shared.labels,
        takeaway=takeaway(spec, table, labels, shared.total),
    )  # fmt: skip
    match spec.chart.kind:
        case "days":
            days = _days(spec, table, shared.days())
            return _with_picture(panel, _DAYS_HEIGHT, lambda axes: draw_days(axes, days))
        case "share":
            counts = dict(zip(table["outcome"], map(int, table["requests"]), strict=True))
            texts = _outcome_texts(table)
            return _with_picture(panel, _SHARE_HEIGHT, lambda axes: draw_share(axes, counts, texts))
        case _:
            return _with_bars(panel, _bars(spec, table, labels))


def row_labels(spec: PanelSpec, table: pd.DataFrame, shared: Shared) -> list[str]:
    """What each row of the table is called; the row of the rest by its own word."""
    match spec.by:
        case "client":
            return _clients(table, shared)
        case "url":
            return _other_last([url_label(*url, URL_CELLS) for url in _urls(table)], table)
        case "client_url":
            first = table.head(spec.chart.most)  # the others, which may be many, are named nowhere
            pairs = zip(_clients(first, shared), _urls(first), strict=True)
            return [f"{client} · {url_label(*url, _PAIR_CELLS)}" for client, url in pairs]
        case "status":
            return [LEGENDS[outcome] for outcome in OUTCOMES]
        case "day":
            return [*shared.days().labels]
        case _:
            return []


def _clients(table: pd.DataFrame, shared: Shared) -> list[str]:
    return [shared.labels.get(client_id, OTHER) for client_id in table["client_id"]]


def _urls(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["http_method"], table["template_uri"], strict=True))


def _other_last(labels: list[str], table: pd.DataFrame) -> list[str]:
    if "rank" not in table:
        return labels
    return [OTHER if missing else label for label, missing in zip(labels, table["rank"].isna(), strict=True)]


def _alt(spec: PanelSpec, table: pd.DataFrame, labels: Sequence[str]) -> str:
    """What the picture shows, in a sentence."""
    match spec.by:
        case "day":
            return alt_text.failures(table) if spec.chart.shares else alt_text.days(table)
        case "status":
            return alt_text.responses(table, labels)
        case "outcome":
            first, second = _outcome_texts(table)
            return f"Of all requests {first} and {second}." if table["requests"].any() else alt_text.NOTHING
        case _:
            return (
                alt_text.worst(table, labels, spec.what)
                if spec.chart.shares
                else alt_text.leaders(table, labels, spec.what)
            )


def _outcome_texts(table: pd.DataFrame) -> list[str]:
    rows = zip(table["outcome"], table["requests"], table["share"], strict=True)
    return [f"{whole(count)} {outcome} ({percent(share)})" for outcome, count, share in rows]


def _days(spec: PanelSpec, table: pd.DataFrame, days: Days) -> Days:
    """The report's days with the series of this panel; the days before only where they are compared."""
    counts = table.assign(other_failures=table["failed"] - table["throttled"]) if spec.chart.shares else table
    series = {name: counts[name].tolist() for name in spec.chart.series}
    if spec.chart.shares:
        some = table["requests"].where(table["requests"] > 0)
        series = {name: (counts[name] / some).fillna(0).tolist() for name in spec.chart.series}
        silent = frozenset(place for place, count in enumerate(table["requests"]) if not count)
        days = replace(days, form=percent, untold=silent)
    return replace(days, series=series) if spec.chart.compared else replace(
        days, series=series, before=[], before_word="", marked=frozenset()
    )  # fmt: skip


def _bars(spec: PanelSpec, table: pd.DataFrame, labels: Sequence[str]) -> Bars:
    """The bars of a table's first rows, labels above; those of a top n's rest are muted."""
    first = table.head(spec.chart.most)
    rest = frozenset(n for n in range(len(first)) if "rank" in first and first["rank"].isna().iloc[n])
    statuses = spec.by == "status"
    return Bars(
        labels[: len(first)], _series(spec, first), _ends(spec, first), rest, legend=not statuses, above=not statuses
    )


def _series(spec: PanelSpec, first: pd.DataFrame) -> dict[str, list[float]]:
    if spec.by == "status":  # a bar has one outcome, that of its row
        counts = [int(count) for count in first["requests"]]
        return {name: [n * (row == place) for row, n in enumerate(counts)] for place, name in enumerate(OUTCOMES)}
    if not spec.chart.shares:
        return {name: list(first[name]) for name in spec.chart.series}
    totals = first[list(spec.chart.series)].sum(axis=1)
    return {name: list(first[name] / totals.where(totals > 0, 1)) for name in spec.chart.series}


def _ends(spec: PanelSpec, first: pd.DataFrame) -> list[str]:
    """What stands at each bar's end."""
    if spec.chart.shares:
        return [f"{percent(share)} failed" for share in alt_text.failed_shares(first)]
    counts = [human(count) for count in first["requests"]]
    match spec.chart.end:
        case "requests":
            return counts
        case "share":
            return [f"{count} · {percent(share)}" for count, share in zip(counts, first["share"], strict=True)]
        case _:
            rows = zip(counts, first["requests"], first["failed"], strict=True)
            return [text + (f" · {percent(failed / count)} failed" if failed else "") for text, count, failed in rows]


def _with_bars(panel: Panel, bars: Bars) -> Panel:
    """The panel with its bars; its description tells when they are not all of its rows."""
    shown, rows = len(bars.labels), len(panel.table)
    more = f" The picture shows the first {shown} of {counted(rows, 'row')}." if rows > shown else ""
    return _with_picture(replace(panel, alt=panel.alt + more), bars.height, lambda axes: draw_bars(axes, bars))


def _with_picture(panel: Panel, height: float, draw: Callable[[Axes], None]) -> Panel:
    if not len(panel.table) or (not panel.table["requests"].any() and "date" not in panel.table):
        return replace(panel, alt=alt_text.NOTHING)
    figure, svg = drawn(height, draw)
    return replace(panel, figure=figure, svg=svg)
