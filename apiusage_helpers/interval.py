"""Intervals of whole UTC days, as the platform counts them, and the labels that a display zone gives those days.

The platform adds requests up from 00:00:00 to 23:59:59 UTC and never counts the current day. An interval here holds
both its ends and ends yesterday at the latest. A display zone changes labels only: a day stays a UTC day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from apiusage_helpers.errors import ParameterError, quoted, shown

FIRST_DAY, LAST_DAY = date(2010, 1, 1), date(2199, 12, 31)  # no platform before, and nobody means a day after
_DAY = timedelta(days=1)
_MOST_DAYS = 3660
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, order=True)
class Interval:
    """UTC days from `start` to `end`, both included.

    >>> october = Interval(date(2026, 10, 1), date(2026, 10, 31))
    >>> str(october), len(october), str(october.previous())
    ('2026-10-01/2026-10-31', 31, '2026-08-31/2026-09-30')
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ParameterError(f"interval {self}: the start is after the end; write the earlier day first")

    def __str__(self) -> str:
        return f"{self.start}/{self.end}"

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    @property
    def days(self) -> tuple[date, ...]:
        """All days of the interval, in order."""
        return tuple(self.start + _DAY * n for n in range(len(self)))

    def previous(self) -> "Interval":
        """The interval of the same length that ends on the day before this one starts."""
        return Interval(self.start - _DAY * len(self), self.start - _DAY)

    def same_weekdays_before(self) -> "Interval":
        """The nearest days of the same weekdays that lie before this interval.

        >>> str(Interval(date(2026, 11, 23), date(2026, 11, 27)).same_weekdays_before())
        '2026-11-16/2026-11-20'
        """
        back = _DAY * 7 * -(-len(self) // 7)
        return Interval(self.start - back, self.end - back)

    def compared_with(self) -> "Interval":
        """The days that this interval is compared with: those before it; of a single day the same weekday a week before."""
        return self.same_weekdays_before() if len(self) == 1 else self.previous()

    def months(self) -> tuple["Interval", ...]:
        """This interval cut at the ends of calendar months, in order."""
        starts = [self.start, *(day for day in self.days[1:] if day.day == 1)]
        ends = [start - _DAY for start in starts[1:]] + [self.end]
        return tuple(map(Interval, starts, ends))


def previous_days(count: int, today: date) -> Interval:
    """The `count` complete UTC days before `today`."""
    return Interval(today - _DAY * count, today - _DAY)


def this_month(today: date) -> Interval:
    """The complete days of the calendar month of `today`; ParameterError on the first of a month."""
    if today.day == 1:
        raise ParameterError("this_month: no complete day yet: use last_month")
    return Interval(today.replace(day=1), today - _DAY)


def last_month(today: date) -> Interval:
    """The calendar month before that of `today`."""
    end = today.replace(day=1) - _DAY
    return Interval(end.replace(day=1), end)


def previous_3_months(today: date) -> Interval:
    """The three whole calendar months before that of `today`."""
    newest = last_month(today)
    return Interval(last_month(last_month(newest.start).start).start, newest.end)


def previous_week(today: date) -> Interval:
    """The last whole week, Monday to Sunday, before `today`.

    >>> str(previous_week(date(2026, 11, 23))), str(previous_week(date(2026, 11, 22)))
    ('2026-11-16/2026-11-22', '2026-11-09/2026-11-15')
    """
    monday = today - _DAY * (today.weekday() + 7)
    return Interval(monday, monday + _DAY * 6)


def billing_month(day: date, billing_day: int) -> Interval:
    """The billing month that holds `day`: from one `billing_day` to the day before the next.

    In a month that is shorter, its last day counts as the `billing_day`.

    >>> str(billing_month(date(2026, 2, 28), 31)), str(billing_month(date(2026, 1, 14), 15))
    ('2026-02-28/2026-03-30', '2025-12-15/2026-01-14')
    """
    start = _billing_start(day, billing_day)
    month_after = start.replace(day=1) + _DAY * monthrange(start.year, start.month)[1]
    return Interval(start, _billing_day_in(month_after, billing_day) - _DAY)


def _billing_start(day: date, billing_day: int) -> date:
    """The first day of the billing month that holds `day`."""
    here = _billing_day_in(day, billing_day)
    return here if here <= day else _billing_day_in(day.replace(day=1) - _DAY, billing_day)


def _billing_day_in(month: date, billing_day: int) -> date:
    return month.replace(day=min(billing_day, monthrange(month.year, month.month)[1]))


def this_billing_month(today: date, billing_day: int) -> Interval:
    """The complete days of the billing month of `today`; ParameterError on its first day."""
    start = _billing_start(today, billing_day)
    if start == today:
        raise ParameterError("this_billing_month: no complete day yet: use last_billing_month")
    return Interval(start, today - _DAY)


def last_billing_month(today: date, billing_day: int) -> Interval:
    """The billing month before that of `today`."""
    return billing_month(_billing_start(today, billing_day) - _DAY, billing_day)


PRESETS: Mapping[str, Callable[[date], Interval]] = {
    "previous_7_days": lambda today: previous_days(7, today),
    "previous_30_days": lambda today: previous_days(30, today),
    "this_month": this_month,
    "last_month": last_month,
    "previous_3_months": previous_3_months,
    "yesterday": lambda today: previous_days(1, today),
    "previous_week": previous_week,
}  # the platform's own five first; where two mean the same days, the first is the name of them
_BILLING_PRESETS = {"this_billing_month": this_billing_month, "last_billing_month": last_billing_month}


def parse_interval(text: str) -> Interval:
    """The interval written as `2026-10-01/2026-10-31`; ParameterError when it is not one.

    It may lie on any days: those before the platform existed can be taken out of a store by it.
    """
    if not _WRITTEN.fullmatch(text):
        raise ParameterError(
            f"{shown('date_range', text)} is not an interval: write START/END, such as 2026-10-01/2026-10-31"
        )
    try:
        start, end = map(date.fromisoformat, text.split("/"))
    except ValueError as fault:
        raise ParameterError(f"{quoted(text)} is not an interval: {fault}") from None
    return Interval(start, end)


def resolve(date_range: str, today: date, *, billing_day: int | None = None) -> Interval:
    """The complete UTC days that a preset or a written interval means on the day `today` (a UTC date).

    With a `billing_day` (1 to 31), this_billing_month and last_billing_month are presets too. ParameterError for an
    unknown preset, a reversed interval, and one that touches `today` or the future or starts before the platform did.
    """
    if date_range in PRESETS:
        return PRESETS[date_range](today)
    if billing_day is not None and date_range in _BILLING_PRESETS:
        return _BILLING_PRESETS[date_range](today, billing_day)
    if _WRITTEN.fullmatch(whole := f"{date_range}/{date_range}"):
        raise ParameterError(f"{shown('date_range', date_range)} is one day: write {whole}")
    if "/" not in date_range:
        presets = ", ".join([*PRESETS, *(_BILLING_PRESETS if billing_day is not None else ())])
        raise ParameterError(f"{shown('date_range', date_range)} is neither a preset ({presets}) nor START/END")
    interval = parse_interval(date_range)
    if interval.end >= today:
        newest = today - _DAY
        raise ParameterError(f"interval {interval} touches {today} or later: the newest complete UTC day is {newest}")
    refuse_length(interval)
    refuse_early(interval)
    return interval


def refuse_length(interval: Interval) -> None:
    """ParameterError when an interval holds more days than a report can."""
    if len(interval) > _MOST_DAYS:
        raise ParameterError(f"interval {interval} holds {len(interval):,} days: a report holds {_MOST_DAYS:,} at most")


def refuse_early(interval: Interval) -> None:
    """ParameterError when an interval starts before the platform did."""
    if interval.start < FIRST_DAY:
        raise ParameterError(f"interval {interval} starts before the platform existed: start on {FIRST_DAY} or later")


def named(interval: Interval, today: date) -> str:
    """The preset that means these days on the day `today`; else the days as they are written.

    >>> today = date(2026, 11, 24)
    >>> named(previous_days(7, today), today), named(previous_days(8, today), today)
    ('previous_7_days', '2026-11-16/2026-11-23')
    """
    return next((name for name in PRESETS if _means(name, today) == interval), str(interval))


def _means(preset: str, today: date) -> Interval | None:
    with suppress(ParameterError):  # this month has no complete day on its first
        return PRESETS[preset](today)
    return None


def utc_today() -> date:
    """The current UTC date: the first day that no report may hold."""
    return datetime.now(UTC).date()


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name; ParameterError with the nearest names when there is none."""
    known = _known_zones()
    if name in known:
        return ZoneInfo(name)
    near = get_close_matches(name[:80], known, n=3)
    advice = f"did you mean {' or '.join(near)}?" if near else "use an IANA name, such as Europe/Berlin"
    raise ParameterError(f"unknown time zone {shown('zone', name)}: {advice}")


@cache
def _known_zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}  # what a machine calls its own


def local_label(day: date, display_timezone: ZoneInfo) -> date:
    """The date under which a display zone shows the UTC day `day`: that of its first instant, as on the platform.

    >>> local_label(date(2026, 3, 29), ZoneInfo("America/New_York"))
    datetime.date(2026, 3, 28)
    """
    return local_span(day, display_timezone)[0].date()


def local_span(day: date, display_timezone: ZoneInfo) -> tuple[datetime, datetime]:
    """First and last second of the UTC day `day`, in the display zone."""
    first = datetime.combine(day, time.min, tzinfo=UTC)
    last = first + _DAY - timedelta(seconds=1)
    return first.astimezone(display_timezone), last.astimezone(display_timezone)
