"""A panel of a usage report, drawn: `panel(report, "top_clients")` in a cell of a notebook, and on the live pages."""

from datetime import date
from functools import partial
from zoneinfo import ZoneInfo

import pandas as pd

from apiusage_helpers.charts.bars import Days
from apiusage_helpers.charts.declared_panel import Shared, declared_panel
from apiusage_helpers.charts.panel import Panel
from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.text import day_label, days_in_words, did_you_mean


def panel(report: UsageReport, name: str) -> Panel:
    """The panel that the report declares under `name`; ParameterError where it declares none."""
    specs = {spec.name: spec for spec in report.panels}
    if name not in specs or name not in report.tables:
        raise ParameterError(f"{quoted(name)}: the report has no such panel{did_you_mean(name, report.tables)}")
    shared = Shared(report.labels, report.kinds, report.summary.total, report.selection.top, partial(_days, report))
    return declared_panel(specs[name], report.tables[name], shared)


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
    """The days of the findings above info that are on at most half of the days: longer ones tell no day from another."""
    interval, found = report.selection.interval, report.story.findings if report.story else ()
    told = [one for one in found if one.severity != "info" and not (one.acknowledged or one.of_billing_month)]
    of_each = [{day for day in interval.days if one.start <= day <= one.end} for one in told]
    return {day for days in of_each if 2 * len(days) <= len(interval) for day in days}


def _days(report: UsageReport) -> Days:
    """The days of the report with their labels, gaps and marks, and the days before."""
    interval, zone = report.selection.interval, ZoneInfo(report.selection.display_timezone)
    before, marked = before_by_day(report), finding_days(report)
    provisional = {day.date for day in report.usage.days if day.provisional}
    return Days(
        labels=[day_label(day, zone) for day in interval.days],
        series={},
        missing=frozenset(n for n, day in enumerate(interval.days) if day in report.usage.missing),
        provisional=frozenset(n for n, day in enumerate(interval.days) if day in provisional),
        before=before,
        before_word=days_in_words(interval.compared_with(), year=False) if before else "",
        marked=frozenset(n for n, day in enumerate(interval.days) if day in marked),
    )
