"""The view of one snapshot: names, filters that nobody bears, notes, and an agreement that stops a wrong report."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.usage_view.figures import view_figures
from apiusage_helpers.reports.usage_view.state import chosen, clicked, view_state
from apiusage_helpers.reports.usage_view.view import by_id, moved, usage_view, with_view
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.tables.client_directory import Client
from apiusage_helpers.usage import usage_table

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
        "filter_clients: 'gone' made no request in this interval", "days missing in the store: 1 of 3",
        "OAuth clients marked excluded in clients.csv and left out: 1",
    ]  # fmt: skip


def test_a_filter_on_an_excluded_client_is_told_as_such(view) -> None:
    """It made requests, but they were left out."""
    assert moved(view, clicked(view.state, "clients", "x")).notes()[0] == (
        "filter_clients: 'x' is marked excluded in clients.csv and left out"
    )


def test_a_filter_by_name_is_one_by_ids(view) -> None:
    """A name may stand for several clients, and for one whose id is there already; what is not known stays."""
    names = dict(view.cube.clients)
    one, other = list(names)[:2]
    cube = replace(
        view.cube, clients=tuple((key, "Twin" if key in {one, other} else name) for key, name in names.items())
    )
    state = replace(view.state, filter_clients=("Twin", other, "gone"))

    assert by_id(replace(view, cube=cube, state=state)).filter_clients == (one, other, "gone")


def test_an_interval_without_requests_is_empty_and_no_fault(view) -> None:
    """A present day without traffic: tables without rows, one day of 0."""
    write_days("acme", usage_table([]), [date(2026, 11, 5)], Origin("test", datetime(2026, 11, 9, tzinfo=UTC)))
    empty = moved(view, chosen(view.state, date_range="2026-11-05/2026-11-05"))

    assert {name: len(table) for name, table in empty.tables().items()} == {
        "view_clients": 0, "view_urls": 0, "view_days": 1, "view_day": 0,
    }  # fmt: skip
    assert empty.notes() == []  # the excluded client made no request on that day
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
    wrong = replace(view, cube=cube, figures=view_figures(cube, view.state))
    assert not with_view(report, wrong).checks[0].ok
    assert with_view(report, wrong).checks[0].stops


def test_excluded_ids_without_a_row_are_named_in_the_checks(view) -> None:
    """An id that is spelt in another way than in the rows excludes nobody; it is told, not marked."""
    directory = {one: Client(one, excluded=True) for one in ("x", "A")}
    report = usage_report(view.usage, view.state.selection, directory)
    [check] = [check for check in report.checks if check.name == "Excluded clients"]

    assert check.detail == "1 OAuth clients with 99 requests left out; marked in clients.csv and without a row here: A"
    assert not check.ok
    nobody = usage_report(view.usage, view.state.selection, {"A": directory["A"]}).checks
    assert [check.ok for check in nobody if check.name == "Excluded clients"] == [True]
