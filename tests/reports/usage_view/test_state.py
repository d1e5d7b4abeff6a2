"""The state of the view: each act makes the next state, and nothing else."""

from datetime import date

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.usage_view.state import as_of, chosen, clicked, reset, view_state

TODAY = date(2026, 11, 24)
START = view_state({"organization": "acme", "date_range": "previous_7_days"}, today=TODAY)


def filters(state):
    return (state.filter_clients, state.filter_urls)


def test_a_click_filters_by_one_row_alone() -> None:
    """As on the platform: one client or one request at a time, whichever was clicked last."""
    state = clicked(clicked(START, "clients", "a"), "clients", "b")

    assert filters(state) == (("b",), ())
    assert filters(clicked(state, "urls", "GET x")) == ((), ("GET x",))


def test_a_second_click_takes_the_filter_off() -> None:
    assert clicked(clicked(START, "urls", "GET x"), "urls", "GET x") == START


def test_a_click_among_several_leaves_that_row_alone() -> None:
    """A plain click on a chosen row of several filters by it alone; it does not clear all."""
    several = clicked(clicked(START, "clients", "a"), "clients", "b", several=True)

    assert filters(clicked(several, "clients", "a")) == (("a",), ())


def test_several_rows_of_both_tables_join_and_leave() -> None:
    """With several, rows are added and taken away one by one, in either table."""
    state = clicked(
        clicked(clicked(START, "clients", "a"), "urls", "GET x", several=True), "clients", "b", several=True
    )

    assert filters(state) == (("a", "b"), ("GET x",))
    assert filters(clicked(state, "clients", "a", several=True)) == (("b",), ("GET x",))
    assert reset(state) == START


def test_other_choices_keep_the_filters_but_for_another_organization() -> None:
    """Clients of another organization are others; a filter on them would be empty."""
    state = clicked(START, "clients", "a")

    assert filters(chosen(state, date_range="last_month")) == (("a",), ())
    assert chosen(state, date_range="last_month").selection.interval.start == date(2026, 10, 1)
    assert filters(chosen(state, organization="other")) == ((), ())
    assert chosen(chosen(state, clients=["a"]), organization="other").selection.clients == ()
    assert chosen(chosen(state, clients=["a"]), top=9).selection.clients == ("a",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"date_range": "2026-11-20/2026-11-24"}, "touches 2026-11-24"),
        ({"date_range": "2026-11-20/2026-11-10"}, "start is after the end"),
        ({"display_timezone": "Europe/Berlinn"}, "Europe/Berlin"),
        ({"top": 0}, "1 to 100"),
    ],
)
def test_choices_that_do_not_fit_are_refused(changes, told) -> None:
    """A message says why; the state is a value, so it stays as it was."""
    with pytest.raises(ParameterError, match=told):
        chosen(START, **changes)


def test_the_parameters_of_a_state_bring_it_back() -> None:
    state = clicked(chosen(START, clients=["CRM"], http_methods=["GET"], top=9), "urls", "GET x")

    assert view_state(state.parameters(), today=TODAY) == state


def test_a_preset_moves_with_the_day_and_a_range_does_not() -> None:
    fixed = chosen(START, date_range="2026-11-01/2026-11-03")

    assert as_of(START, date(2026, 11, 25)).selection.interval.end == date(2026, 11, 24)
    assert as_of(fixed, date(2026, 11, 25)).selection.interval == fixed.selection.interval
