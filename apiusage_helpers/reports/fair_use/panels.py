"""The panels of the fair-use report, in the order of its page: the course of the month, its clients, the months before."""

from zoneinfo import ZoneInfo

import pandas as pd

from apiusage_helpers.charts.bars import Bars, draw_bars
from apiusage_helpers.charts.course import Course, draw_course
from apiusage_helpers.charts.panel import Panel
from apiusage_helpers.charts.style import drawn
from apiusage_helpers.reports.fair_use.report import FairUseReport
from apiusage_helpers.reports.fair_use.sentences import month_in_words
from apiusage_helpers.text import (
    CLIENT_CELLS,
    client_labels,
    counted,
    day_label,
    days_in_words,
    human,
    listed,
    percent,
    whole,
)

MOST_BARS = 10
_NOTHING = "No requests in this billing month: there is nothing to draw."


def days_of_the_month(report: FairUseReport) -> Panel:
    """Running total of the newest billing month against its allowance, and where it is expected to go."""
    month, table = report.month, report.tables()["fair_use_days"]
    zone = ZoneInfo(report.selection.display_timezone)
    so_far, run = [], 0
    for n in month.days:
        run += n or 0
        so_far.append(float(run))
    course = Course(
        [day_label(day, zone) for day in month.interval.days], so_far, month.running, month.low, month.high,
        month.allowance, "allowance",
    )  # fmt: skip
    figure, svg = drawn(2.5, lambda axes: draw_course(axes, course))
    return Panel("fair_use_days", "The billing month, day by day", table, " ".join(month_in_words(month)), figure, svg)


def clients(report: FairUseReport) -> Panel:
    """What each OAuth client took of the newest billing month, greatest first."""
    table = report.clients
    labels = client_labels(list(zip(table["client_id"], table["client_name"], strict=True)), CLIENT_CELLS)
    title, name = "Requests of the billing month by OAuth client", "fair_use_clients"
    if not len(table) or not table["requests"].any():
        return Panel(name, title, table, _NOTHING)
    shown = table.head(MOST_BARS)
    bars = Bars(
        labels[: len(shown)], {"successful": list(shown["requests"])}, _client_ends(shown), legend=False, above=True
    )
    figure, svg = drawn(bars.height, lambda axes: draw_bars(axes, bars))
    first = [f"{label} {whole(n)}" for label, n in zip(labels, shown["requests"].head(3), strict=False)]
    more = (
        f" The picture shows the first {len(shown)} of {counted(len(table), 'row')}." if len(table) > len(shown) else ""
    )
    alt = f"{counted(len(table), 'OAuth client')}: {listed(first)}; {whole(table['requests'].sum())} requests in all.{more}"
    return Panel(name, title, table, alt, figure, svg)


def months(report: FairUseReport) -> Panel:
    """One bar a billing month: the requests used, and how they stand to the allowance."""
    table = report.tables()["fair_use"]
    labels = [days_in_words(month.interval) for month in report.months]
    used = [float(month.used or 0) for month in report.months]
    ends = [_month_end(month.used, month.allowance) for month in report.months]
    alt = " ".join(sentence for month in report.months for sentence in month_in_words(month)[:1])
    bars = Bars(labels, {"successful": used}, ends, legend=False, above=True)
    figure, svg = drawn(bars.height, lambda axes: draw_bars(axes, bars)) if any(used) else (None, None)
    return Panel("fair_use", "Billing months", table, alt, figure, svg)


def _client_ends(table: pd.DataFrame) -> list[str]:
    rows = zip(table["requests"], table["share"], strict=True)
    return [f"{human(n)} · {percent(share)}" for n, share in rows]


def _month_end(used: int | None, allowed: int | None) -> str:
    if used is None:
        return "not in the store"
    return human(used) + (f" · {percent(used / allowed)} of the allowance" if allowed else "")
