"""What changed: clients of equal names are told apart, also those that no longer call."""

from dataclasses import replace
from datetime import date

import pytest

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.insights.changes import changes
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.api_usage import story, tiles
from apiusage_helpers.reports.usage_report import Story, UsageReport

DAYS = Interval(date(2026, 10, 29), date(2026, 10, 31))
LONG = "Nightly export of conversations to the warehouse"


@pytest.fixture
def between(report):
    """The report of clients (id, name) with 7,000 requests each, compared with the same days of other clients."""

    def of(then: list[tuple[str, str]], now: list[tuple[str, str]]) -> UsageReport:
        made, past = (report(*((1, *one, "GET", "u", 7000, 0, 0, 0, 0) for one in clients)) for clients in (now, then))
        moved = changes(past.summary.requests, made.summary.requests)
        return replace(made, before=Before(DAYS, (), past.summary), story=Story((), moved, None, None))

    return of


def test_a_client_that_is_recreated_under_its_name_is_told_apart(between) -> None:
    """In the changes, among new and gone clients, and on the tile: each by the start of its id."""
    made = between([("old-0001-1", "CRM sync")], [("new-0002-2", "CRM sync")])
    told = story.what_changed(made).text

    assert "CRM sync (old-0001): 7,000 fewer GET u successful (7.0k to 0)." in told
    assert "CRM sync (new-0002): 7,000 more GET u successful (0 to 7.0k)." in told
    assert "New OAuth clients: CRM sync (new-0002)." in told
    assert "No longer calling: CRM sync (old-0001)." in told
    (tile,) = (line for line in tiles.tiles(replace(made, story=None)).text.splitlines() if "new" in line)
    assert "1 new: CRM sync (new-0002). 1 silent: CRM sync (old-0001)" in tile
    assert made.labels["new-0002-2"] == "CRM sync (new-0002)"


def test_two_clients_of_one_name_that_no_longer_call_are_told_apart(between) -> None:
    """Also where no client that still calls bears their name."""
    told = story.what_changed(between([("a", "Bot"), ("b", "Bot"), ("c", "CRM")], [("c", "CRM")])).text

    assert "No longer calling: Bot (a), Bot (b)." in told


def test_clients_of_different_names_bear_their_names(between) -> None:
    """Whatever was there before; a client that is renamed goes by its newest name only, and no long name is cut anew."""
    made = between([("a", "CRM"), ("b", "Bot"), ("c", LONG)], [("a", "Bot 2"), ("b", "CRM")])

    assert made.labels == {"a": "Bot 2", "b": "CRM"}
    assert f"No longer calling: {LONG}." in story.what_changed(made).text
