"""Intervals of UTC days, and the labels that display zones give them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.interval import PRESETS, Interval, local_label, local_span, parse_interval, resolve, zone

DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@pytest.mark.parametrize(
    ("preset", "today", "interval"),
    [
        ("previous_7_days", date(2026, 11, 24), "2026-11-17/2026-11-23"),
        ("previous_30_days", date(2026, 3, 1), "2026-01-30/2026-02-28"),
        ("this_month", date(2026, 11, 2), "2026-11-01/2026-11-01"),
        ("this_month", date(2026, 11, 30), "2026-11-01/2026-11-29"),
        ("last_month", date(2026, 3, 31), "2026-02-01/2026-02-28"),
        ("last_month", date(2024, 3, 1), "2024-02-01/2024-02-29"),
        ("last_month", date(2026, 1, 1), "2025-12-01/2025-12-31"),
        ("previous_3_months", date(2026, 11, 24), "2026-08-01/2026-10-31"),
        ("previous_3_months", date(2026, 2, 1), "2025-11-01/2026-01-31"),
    ],
)
def test_presets(preset: str, today: date, interval: str) -> None:
    """Each preset ends before today and holds both its ends."""
    assert str(resolve(preset, today)) == interval


def test_this_month_has_no_day_on_the_first() -> None:
    """The message names the preset to take instead."""
    with pytest.raises(ParameterError, match="no complete day yet: use last_month"):
        resolve("this_month", date(2026, 11, 1))


@given(DAYS, st.sampled_from(sorted(PRESETS)))
def test_no_preset_touches_today(today: date, preset: str) -> None:
    """The current UTC day is in none."""
    if not (preset == "this_month" and today.day == 1):
        assert resolve(preset, today).end < today


@given(DAYS, st.integers(0, 400))
def test_an_interval_and_its_previous_one_touch(start: date, more: int) -> None:
    """Same length, no gap, no overlap."""
    interval = Interval(start, start + timedelta(days=more))
    before = interval.previous()

    assert len(before) == len(interval) == more + 1
    assert before.end + timedelta(days=1) == interval.start


@given(DAYS, st.integers(0, 400))
def test_months_are_the_interval_in_parts(start: date, more: int) -> None:
    """Cut at the ends of months, nothing lost or doubled."""
    interval = Interval(start, start + timedelta(days=more))
    months = interval.months()

    assert [day for month in months for day in month.days] == list(interval.days)
    assert all((month.start.year, month.start.month) == (month.end.year, month.end.month) for month in months)


@pytest.mark.parametrize(
    "text", ["2026-10-05/2026-10-01", "2026-10-05", "2026-10-5/2026-10-09", "2026-02-30/2026-03-01", "a/b", "2026-10-01/2026-11-24",
             "2026-10-01/2030-01-01", "1900-01-01/2026-11-23", "previous_8_days", "", "２０２６-10-01/2026-10-02"],
)  # fmt: skip
def test_what_is_no_interval_is_refused(text: str) -> None:
    """Reversed, malformed, impossible dates, and whatever touches today or later."""
    with pytest.raises(ParameterError):
        resolve(text, date(2026, 11, 24))


def test_one_day_is_told_how_to_be_written() -> None:
    """A day alone is the likeliest slip: the message holds what to write."""
    with pytest.raises(ParameterError, match=r"'2026-11-20' is one day: write 2026-11-20/2026-11-20"):
        resolve("2026-11-20", date(2026, 11, 24))


def test_an_interval_starts_no_earlier_than_the_platform() -> None:
    """The first day that there can be is told; days before it can still be written, to take them out of a store."""
    for early in ("2009-12-31/2010-01-02", "0001-01-01/0001-01-05"):
        with pytest.raises(ParameterError, match="start on 2010-01-01 or later"):
            resolve(early, date(2026, 11, 24))
        assert str(parse_interval(early)) == early
    assert len(resolve("2010-01-01/2010-01-02", date(2026, 11, 24))) == 2


@pytest.mark.parametrize(
    ("day", "name", "label"),
    [
        (date(2026, 3, 29), "America/New_York", date(2026, 3, 28)),
        (date(2026, 3, 8), "America/New_York", date(2026, 3, 7)),
        (date(2026, 11, 1), "America/New_York", date(2026, 10, 31)),
        (date(2026, 10, 25), "Europe/Berlin", date(2026, 10, 25)),
        (date(2026, 4, 5), "Australia/Lord_Howe", date(2026, 4, 5)),
        (date(2026, 9, 27), "Pacific/Auckland", date(2026, 9, 27)),
        (date(2026, 1, 1), "Asia/Kolkata", date(2026, 1, 1)),
        (date(2026, 1, 1), "UTC", date(2026, 1, 1)),
    ],
)
def test_a_local_label_is_the_date_of_midnight_utc(day: date, name: str, label: date) -> None:
    """As the platform shows it, also on the days when clocks change."""
    assert local_label(day, zone(name)) == label


@given(
    DAYS,
    st.sampled_from(["America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Auckland"]),
)
def test_a_local_span_is_the_same_24_hours(day: date, name: str) -> None:
    """Whatever the clocks do, the span is the UTC day."""
    first, last = local_span(day, ZoneInfo(name))

    assert first.astimezone(UTC) == datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=23, minutes=59, seconds=59)


def test_a_zone_that_is_misspelt_gets_the_near_miss() -> None:
    """The nearest names are offered; paths are no zones."""
    with pytest.raises(ParameterError, match="Europe/Berlin"):
        zone("Europe/Berln")
    with pytest.raises(ParameterError):
        zone("../../etc/passwd")


def test_intervals_are_written_as_they_are_read() -> None:
    """START/END, both ends included."""
    interval = parse_interval("2026-10-01/2026-10-03")

    assert (str(interval), len(interval), date(2026, 10, 3) in interval) == ("2026-10-01/2026-10-03", 3, True)
