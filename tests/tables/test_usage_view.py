"""The view of one snapshot: names, filters that nobody bears, notes, and an agreement that stops a wrong report."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from apiusage_helpers.sources.clients import Client
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.tables.usage_report import usage_report
from apiusage_helpers.tables.usage_view import moved, usage_view, with_view
from apiusage_helpers.usage import usage_table
from apiusage_helpers.view_state import chosen, clicked, view_state

TODAY = date(2026, 11, 24)
USERS, QUEUES = "api/v2/users", "api/v2/routing/queues"


@pytest.fixture
def view(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Three clients on 1 and 3 November (2 November is missing); x is excluded, a has a kind."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path / "store"))
    rows = [(1, "a", "Old", "GET", USERS, 10, 6, 0, 4, 3, 0), (3, "a", "New", "POST", USERS, 5, 5, 0, 0, 0, 0),
            (3, "b", "B", "GET", USERS, 20, 20, 0, 0, 0, 0), (3, "b", "B", "GET", QUEUES, 15, 15, 0, 0, 0, 0),
            (3, "x", "X", "GET", USERS, 99, 99, 0, 0, 0, 0)]  # fmt: skip
    usage = usage_table((date(2026, 11, day), *rest) for day, *rest in rows)
    write_days("acme", usage, [date(2026, 11, 1), date(2026, 11, 3)], Origin("test", datetime(2026, 11, 9, tzinfo=UTC)))
    directory = {"a": Client("a", kind="integration"), "x": Client("x", excluded=True)}
    return usage_view(
        view_state({"organization": "acme", "date_range": "2026-11-01/2026-11-03"}, today=TODAY), directory
    )


def test_tables_say_names_kinds_and_shares(view) -> None:
    """Newest names, no excluded client, ties by name, nothing in the columns of a filter."""
    clients, urls = view.tables()["view_clients"], view.tables()["view_urls"]

    assert clients[["client_id", "client_name", "kind", "requests", "share"]].to_numpy().tolist() == [
        ["b", "B", "", 35, 0.7], ["a", "New", "integration", 15, 0.3]]  # fmt: skip
    assert urls[["http_method", "template_uri", "requests"]].to_numpy().tolist() == [
        ["GET", USERS, 30], ["GET", QUEUES, 15], ["POST", USERS, 5]]  # fmt: skip
    assert clients["filtered_requests"].isna().all()


def test_a_filter_acts_on_the_other_table_and_on_the_days(view) -> None:
    """The clicked table keeps all its rows; 429 is apart from 4xx; the missing day says so."""
    filtered = moved(view, clicked(view.state, "clients", "a"))
    tables = filtered.tables()

    assert list(tables["view_clients"]["requests"]) == [35, 15]
    assert tables["view_urls"][["http_method", "filtered_requests", "filtered_share"]].to_numpy().tolist() == [
        ["GET", 10, 10 / 15], ["POST", 5, 5 / 15]]  # fmt: skip
    days = tables["view_days"]
    assert days[["requests", "client_errors", "throttled", "complete"]].to_numpy().tolist() == [
        [10, 1, 3, True], [0, 0, 0, False], [5, 0, 0, True]]  # fmt: skip
    assert filtered.cube is view.cube


def test_a_filter_on_a_client_that_is_gone_is_told_and_kept(view) -> None:
    """Nothing under it, and nothing lost."""
    state = clicked(view.state, "clients", "gone")
    filtered = moved(view, state)

    assert filtered.state == state
    assert filtered.figures.requests == 0
    assert filtered.notes() == [
        "filter_clients: 'gone' made no request in this interval", "1 of 3 days missing in the store",
        "1 OAuth clients are marked excluded in clients.csv and left out",
    ]  # fmt: skip


def test_an_interval_without_requests_is_empty_and_no_fault(view) -> None:
    """A present day without traffic: tables without rows, one day of 0."""
    write_days("acme", usage_table([]), [date(2026, 11, 5)], Origin("test", datetime(2026, 11, 9, tzinfo=UTC)))
    empty = moved(view, chosen(view.state, date_range="2026-11-05/2026-11-05"))

    assert [len(table) for table in empty.tables().values()] == [0, 0, 1]
    assert (empty.figures.total, empty.methods) == (0, [])


def test_the_agreement_stops_a_view_that_differs_from_the_rows(view) -> None:
    """The check holds for the true figures and fails as soon as one count is another."""
    report = usage_report(view.usage, view.state.selection, view.directory)
    assert with_view(report, view).checks[0].ok
    assert set(with_view(report, view).files) - set(report.files) == {
        "view_clients.csv",
        "view_urls.csv",
        "view_days.csv",
    }

    cube = replace(view.cube, counts=np.where(view.cube.counts == 15, 16, view.cube.counts))
    wrong = moved(replace(view, cube=cube), view.state)
    assert not with_view(report, wrong).checks[0].ok
    assert with_view(report, wrong).checks[0].stops
