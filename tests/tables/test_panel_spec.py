"""Tables of declared panels: which rows follow which choice, and every day of the interval."""

from datetime import date

import pandas as pd
import pytest

from apiusage_helpers.reports.agreement import unmet_choices
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.selection import Selection, select
from apiusage_helpers.tables.panel_spec import panel_tables
from apiusage_helpers.tables.summary import summarise


def chosen(**choices) -> Selection:
    return select("sample", "2026-11-01/2026-11-03", today="2026-11-24", **choices)


@pytest.fixture
def tables(lazy_rows):
    """The tables of three rows: two clients called Sync, two URLs."""
    summary = summarise(
        lazy_rows(
            (1, "a", "Sync", "GET", "u", 6, 0, 0, 0, 0),
            (1, "b", "Sync", "GET", "v", 3, 0, 0, 0, 0),
            (3, "c", "Other client", "POST", "u", 1, 0, 0, 0, 0),
        )
    )

    def of(selection: Selection, **missing) -> dict[str, pd.DataFrame]:
        return panel_tables(PANELS, summary, selection, **missing)

    of.requests = summary.requests
    return of


def test_section_1_follows_no_choice_of_clients_or_urls(tables) -> None:
    """Top panels, statuses, outcomes and days stay as they are, whatever sections 2 and 3 show."""
    plain, narrow = tables(chosen()), tables(chosen(clients=["c"], client_template_uris=["u"], template_uris=["v"]))

    for name in ("top_clients", "top_urls", "status_codes", "success_and_failure", "requests_per_day"):
        assert plain[name].equals(narrow[name])


def test_clients_are_chosen_by_id_or_name(tables) -> None:
    """A name stands for every client that bears it."""
    assert list(tables(chosen(clients=["Sync"]))["client_requests"]["client_id"]) == ["a", "b"]
    assert list(tables(chosen(clients=["b"]))["client_requests"]["client_id"]) == ["b"]


def test_client_and_url_choices_hold_together(tables) -> None:
    """Section 2 shows only rows that meet both choices, with shares of all requests."""
    table = tables(chosen(clients=["Sync"], client_template_uris=["/v"]))["client_requests"]

    assert table[["client_id", "requests", "share"]].values.tolist() == [["b", 3, 0.3]]


def test_section_3_follows_its_own_choice(tables) -> None:
    """URL Requests shows the chosen template URIs of all clients."""
    table = tables(chosen(template_uris=["u"]))["url_requests"]

    assert table[["http_method", "requests"]].values.tolist() == [["GET", 6], ["POST", 1]]


def test_every_day_of_the_interval_has_a_row(tables) -> None:
    """A silent day is a complete 0; a missing day is 0 and not complete."""
    table = tables(chosen(), missing=[date(2026, 11, 2)])["requests_per_day"]

    assert list(table["requests"]) == [9, 0, 1]
    assert list(table["complete"]) == [True, False, True]


def test_a_choice_that_meets_nothing_is_told(tables) -> None:
    """A client or template URI without a request in the interval is named, and its section is empty."""
    selection = chosen(clients=["gone"], template_uris=["w"])

    assert len(tables(selection)["client_urls"]) == 0
    unmet = unmet_choices(tables.requests, selection)
    assert [name for name, lines in unmet.items() if lines] == ["clients", "template_uris"]
