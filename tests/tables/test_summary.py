"""The one pass: many rows to two small tables, names, excluded clients, and sums to hold them against."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.store.engines import duck
from apiusage_helpers.tables.summary import chosen_rows, row_totals, summarise

USERS = "api/v2/users"


def test_rows_of_one_request_are_added_up_over_days(lazy_rows) -> None:
    """One row per client, method and template URI, with the sums of its days."""
    summary = summarise(
        lazy_rows((1, "a", "A", "GET", USERS, 5, 0, 3, 2, 0), (2, "a", "A", "GET", USERS, 1, 0, 0, 0, 1))
    )

    (row,) = summary.requests.to_dict("records")
    assert (row["requests"], row["succeeded"], row["client_errors"], row["throttled"], row["server_errors"]) == (
        10,
        6,
        1,
        2,
        1,
    )


def test_days_keep_their_clients_apart(lazy_rows) -> None:
    """One row per date and client."""
    summary = summarise(
        lazy_rows((1, "a", "A", "GET", USERS, 5, 0, 0, 0, 0), (1, "b", "B", "GET", USERS, 2, 0, 0, 0, 0))
    )

    assert list(summary.days["requests"]) == [5, 2]


def test_a_client_bears_its_newest_name(lazy_rows) -> None:
    """A renamed client shows the name of its last day; of two names on one day the greater by code point."""
    summary = summarise(
        lazy_rows(
            (1, "a", "Zeta", "GET", USERS, 1, 0, 0, 0, 0),
            (2, "a", "Alpha", "GET", USERS, 1, 0, 0, 0, 0),
            (2, "a", "alpha", "POST", USERS, 1, 0, 0, 0, 0),
        )
    )

    assert set(summary.requests["client_name"]) == {"alpha"}


def test_names_do_not_follow_the_methods(lazy_rows) -> None:
    """A choice of methods changes counts, never what a client is called."""
    rows = lazy_rows((1, "a", "Old", "GET", USERS, 1, 0, 0, 0, 0), (2, "a", "New", "POST", USERS, 1, 0, 0, 0, 0))

    summary = summarise(rows, http_methods=["GET"])

    assert summary.requests[["client_name", "requests"]].values.tolist() == [["New", 1]]


def test_excluded_clients_are_counted_apart(lazy_rows) -> None:
    """An excluded client leaves every table and total, and its requests are told."""
    summary = summarise(
        lazy_rows((1, "a", "A", "GET", USERS, 5, 0, 0, 0, 0), (1, "b", "B", "GET", USERS, 2, 0, 0, 0, 0)),
        excluded=["b", "no"],
    )

    assert (summary.total, summary.clients, summary.excluded) == (5, 1, {"b": 2})


def test_choices_that_name_nobody_hold_no_rows(lazy_rows) -> None:
    """An empty set of client ids is none, not all; None is all."""
    rows = lazy_rows((1, "a", "A", "GET", USERS, 5, 0, 0, 0, 0))

    assert row_totals(chosen_rows(rows, clients=[])).requests == 0
    assert row_totals(chosen_rows(rows, clients=None)).requests == 5


def test_totals_name_rows_that_do_not_add_up() -> None:
    """A row whose statuses miss its requests is counted, and its requests stand."""
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.sql(
        "select date '2026-11-01' as date, 'a' as client_id, 'A' as client_name, 'GET' as http_method, 'u' as template_uri, "
        "10::bigint as requests, 4::bigint as status200, 0::bigint as status300, 3::bigint as status400, "
        "1::bigint as status429, 0::bigint as status500"
    )

    totals = row_totals(chosen_rows(rows))

    assert (totals.requests, totals.successful, totals.failed, totals.uneven_rows) == (10, 4, 3, 1)
    assert totals.newest == date(2026, 11, 1)


@pytest.mark.load
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.sampled_from("abc"), st.just("n"), st.sampled_from(["GET", "PUT"]), st.sampled_from("uv"),
            *[st.integers(0, 50)] * 3, st.just(0), st.integers(0, 50),
        ),
        unique_by=lambda row: row[:5],
        max_size=12,
    )
)  # fmt: skip
def test_totals_survive_grouping(rows) -> None:
    """However rows are grouped, requests and outcomes add up to those of the rows."""
    from apiusage_helpers.usage import usage_table

    table = usage_table((date(2026, 11, d), *k, a + b + c + e, a, b, c, m, e) for d, *k, a, b, c, m, e in rows)
    relation = duck.connect().from_arrow(table)
    summary, totals = summarise(relation), row_totals(chosen_rows(relation))

    assert (
        summary.total
        == totals.requests
        == int(summary.days["requests"].sum())
        == sum(r[5] + r[6] + r[7] + r[9] for r in rows)
    )
    assert int(summary.requests["failed"].sum()) == totals.failed
    assert int(summary.days["successful"].sum()) == totals.successful
