"""The live view without a browser: clicks after filters by name, another day, what is kept and cannot be shown, saving twice."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apiusage_helpers.live import usage_view
from apiusage_helpers.live.usage_view import Viewer
from apiusage_helpers.reports.usage_view.state import view_state
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.usage import usage_table

TODAY = date(2026, 11, 24)
DAYS = [TODAY - timedelta(days=n) for n in (1, 2, 3)]


@pytest.fixture(autouse=True)
def organization(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days of acme: two clients of one name and a third."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path / "params"))
    (tmp_path / "params").mkdir()
    clients = (("a", "Twin"), ("b", "Twin"), ("c", "Other one"))
    rows = [(day, one, name, "GET", "u", 5, 5, 0, 0, 0, 0) for day in DAYS for one, name in clients]
    write_days("acme", usage_table(rows), DAYS, Origin("test", datetime(2026, 11, 26, tzinfo=UTC)))


def state(today: date = TODAY, **settings: Any) -> Any:
    return view_state({"organization": "acme", "date_range": "previous_7_days"} | settings, today=today)


def viewer(**settings: Any) -> Viewer:
    return Viewer(state(**{"date_range": f"{DAYS[2]}/{DAYS[0]}"} | settings), None, fixed_today=True)


def click(shown: Viewer, key: str, *, several: bool = False) -> None:
    shown.hear({"event": "click", "table": "clients", "key": key, "several": several})


def test_a_click_takes_off_a_filter_by_name() -> None:
    """The name stands for the row that is clicked; of two clients of one name the other stays."""
    one, two = viewer(filter_clients=["Other one"]), viewer(filter_clients=["Twin"])
    click(one, "c")
    click(two, "a", several=True)

    assert one.state.filter_clients == ()
    assert two.state.filter_clients == ("b",)


def test_a_chosen_name_is_a_chosen_row_of_the_list() -> None:
    """A choice by display name is shown as its clients, not as something without a request."""
    shown = viewer(clients=["Twin", "gone"])
    shown.sections.box.selected_index = 1
    choice = shown.sections.parts[1].children[0]

    assert set(choice.chosen) == {"a", "b", "gone"}
    assert [label for _, label in choice.options if "no request" in label] == ["gone (no request in this interval)"]


def test_a_view_open_over_midnight_knows_the_new_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next choice is made on the present day; with a day given by the notebook it stays that day."""
    monkeypatch.setattr(usage_view, "utc_today", lambda: TODAY)
    yesterday = TODAY - timedelta(days=1)
    moving, fixed = (
        Viewer(state(yesterday, date_range="previous_7_days"), None, fixed_today=fixed) for fixed in (False, True)
    )
    for shown in (moving, fixed):
        shown.change({"http_methods": ["GET"]})
    moving.change({"date_range": f"{DAYS[0]}/{DAYS[0]}"})
    fixed.change({"date_range": f"{DAYS[0]}/{DAYS[0]}"})

    assert moving.state.selection.interval.start == DAYS[0]
    assert fixed.state.selection.interval.end == DAYS[1]
    assert "newest complete UTC day" in fixed.explorer.shown["message"]


def test_a_kept_selection_that_cannot_be_shown_is_told_as_such() -> None:
    """Its organization is gone: the reason is said, not that it is open."""
    shown = Viewer(state(), state(organization="gone"), fixed_today=True)

    assert "gone" in shown.explorer.shown["message"]
    assert "last session" not in shown.explorer.shown["message"]


def test_saving_over_a_view_says_so() -> None:
    """The first time it is saved; the second time in place of the one before."""
    shown = viewer()
    told = []
    for _ in range(2):
        shown.save("mine")
        told.append(shown.explorer.shown["message"])

    assert ["in place of" in text for text in told] == [False, True]
    assert all(text.startswith("Saved as mine.yaml") for text in told)


def test_a_page_prepared_before_a_view_was_saved_offers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another visitor saved meanwhile is in the list as soon as the page is opened; the view that was chosen stays chosen."""
    monkeypatch.setenv("VOILA_BASE_URL", "/")
    monkeypatch.setenv("APIUSAGE_APP_SAVE", "1")
    other, prepared = viewer(), viewer()
    listed = next(
        one for one in prepared.toolbar.box.children if one.children[0].description == "Saved views"
    ).children[0]
    assert listed.options == ()

    for name in ("second", "first"):
        other.save(name)
        prepared.hear({"event": "opened"})

    assert listed.options == ("first", "second")
    assert listed.value == "second"
