"""The range of days without a browser: what is known of each day of a month, and what the browser may ask."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apiusage_helpers.live.controls.dates import DateRange, month_marks
from apiusage_helpers.reports.usage_view.state import ViewState, view_state
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.usage import usage_table

TODAY = date(2026, 11, 24)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ViewState:
    """A store with 20 to 22 November; the last of them was fetched when it had just ended."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path))
    days = [date(2026, 11, day) for day in (20, 21, 22)]
    rows = [(day, "a", "a", "GET", "u", 5, 5, 0, 0, 0, 0) for day in days]
    write_days("acme", usage_table(rows), days, Origin("test", datetime(2026, 11, 23, 1, tzinfo=UTC), fetched=True))
    return view_state({"organization": "acme", "date_range": "previous_7_days"}, today=TODAY)


def test_each_day_of_a_month_is_marked(state: ViewState) -> None:
    """Missing, in the store, provisional, and from today on not complete; a month without any day is missing whole."""
    assert month_marks(state, date(2026, 11, 1)) == "x" * 19 + "++~" + "x" + "-" * 7
    assert month_marks(state, date(2026, 2, 1)) == "x" * 28
    assert month_marks(state, date(2026, 12, 1)) == "-" * 31


def test_a_damaged_store_marks_no_day(state: ViewState, tmp_path: Path) -> None:
    """The fields stay; the figures tell what is wrong with the store."""
    next(tmp_path.rglob("*.parquet")).write_bytes(b"damaged")

    assert set(month_marks(state, date(2026, 11, 1))) == {"x", "-"}


def test_the_browser_asks_for_months_and_picks_days(state: ViewState) -> None:
    """A month stays shown while the days are the same, what is no month is passed over, and every pick is told."""
    picked: list[str] = []
    days = DateRange(picked.append)
    days.show(state)
    assert (days.days["month"], days.days["last"], days.days["newest"]) == ("2026-11", "2026-11-23", "2026-11-23")
    days.hear({"month": "2026-10"})
    days.hear({"month": "<b>"})
    days.show(state)
    assert days.days["month"] == "2026-10"
    days.hear({"first": "2026-10-01", "last": "2026-10-02"})
    assert picked == ["2026-10-01/2026-10-02"]
    days.show(view_state(state.parameters() | {"date_range": "previous_30_days"}, today=TODAY - timedelta(days=30)))
    assert days.days["month"] == "2026-10"
    assert days.days["marks"] == "x" * 24 + "-" * 7
