"""The line under a page's title: whose requests, of which days, as of when; and whether the figures are whole, as a badge."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Protocol
from zoneinfo import ZoneInfo

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.interval import local_span
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.text import counted, days_in_words, visible


class Headed(Protocol):
    """What a report has that its head tells of: `usage` holds at least one day."""

    @property
    def selection(self) -> Selection:
        """What it shows."""

    @property
    def usage(self) -> StoredUsage:
        """The stored days that it is about."""

    @property
    def checks(self) -> Sequence[Check]:
        """Its checks of agreement and notes on the data."""


def headline(report: Headed) -> Html:
    """The line of a report; its badge leads to the checks."""
    selection = report.selection
    told = [selection.organization, _days(selection), *_zone_and_methods(selection), _as_of(report.usage)]
    kind, badge = _badge(report.usage, report.checks)
    link = f'<a id="badge" class="badge {kind}" href="#checks">{escape(badge)}</a>'
    items = "".join(f"<li>{part}</li>" for part in [*map(whole_dates, told), link])
    html = f'<ul class="headline" id="head">{items}</ul>'
    return Html(html, " · ".join([*told, badge]))


def whole_dates(text: str) -> str:
    """The escaped text, with dates that no line end divides."""
    return re.sub(r"\d{4}-\d\d-\d\d", r"<time>\g<0></time>", escape(visible(text)))


def local_interval(selection: Selection) -> str:
    """From when to when the interval runs in the display zone."""
    zone = ZoneInfo(selection.display_timezone)
    first = local_span(selection.interval.start, zone)[0]
    last = local_span(selection.interval.end, zone)[1]
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"


def minute(instant: datetime) -> str:
    """An instant to the minute.

    >>> minute(datetime(2026, 11, 5, 9, 30, 59))
    '2026-11-05 09:30'
    """
    return f"{instant:%Y-%m-%d %H:%M}"


def _badge(usage: StoredUsage, checks: Sequence[Check]) -> tuple[str, str]:
    """The class and the words of the badge: what a reader must know of the days first."""
    missing = len(usage.missing)
    provisional = sum(day.provisional for day in usage.days)
    gaps = [
        f"{counted(count, 'day')} {word}"
        for count, word in ((missing, "missing"), (provisional, "provisional"))
        if count
    ]
    if gaps:
        return ("missing" if missing else "provisional"), ", ".join(gaps)
    noted = any(not check.ok for check in checks)
    return ("notes", "notes on the data") if noted else ("complete", "complete")


def _days(selection: Selection) -> str:
    return f"{days_in_words(selection.interval)}, {counted(len(selection.interval), 'UTC day')}"


def _zone_and_methods(selection: Selection) -> list[str]:
    zone = [] if selection.display_timezone == "UTC" else [f"{selection.display_timezone}: {local_interval(selection)}"]
    return zone + ([f"{', '.join(selection.http_methods)} only"] if selection.http_methods else [])


def _as_of(usage: StoredUsage) -> str:
    return f"as of {minute(max(day.fetched_at for day in usage.days))} UTC"
