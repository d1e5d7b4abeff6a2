"""The panels of the view, asserted on their artists: areas by status, one day by client, and the part under a filter."""

import base64
import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.page_rows import page_rows
from apiusage_helpers.reports.usage_view import panels
from apiusage_helpers.reports.usage_view.state import chosen, clicked, view_state
from apiusage_helpers.reports.usage_view.view import moved, usage_view
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.tables.client_directory import Client
from apiusage_helpers.usage import usage_table

HOSTILE = "<b>$x^2$</b>"


@pytest.fixture
def view(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Two clients on 1 and 3 November; 2 November is missing."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path))
    rows = [(1, "a", "A", "GET", "u", 10, 6, 0, 4, 3, 0), (3, "b", HOSTILE, "GET", "u", 20, 19, 0, 0, 0, 1)]
    usage = usage_table((date(2026, 11, day), *rest) for day, *rest in rows)
    write_days("acme", usage, [date(2026, 11, 1), date(2026, 11, 3)], Origin("test", datetime(2026, 11, 9, tzinfo=UTC)))
    state = view_state({"organization": "acme", "date_range": "2026-11-01/2026-11-03"}, today=date(2026, 11, 24))
    return usage_view(state, {})


def test_the_graph_stacks_the_outcomes_as_steps(view) -> None:
    """Five shapes, each on top of the one below; the missing day is said in the picture and in words."""
    panel = panels.graph(view)
    steps = [patch.get_data() for patch in panel.figure.axes[0].patches if hasattr(patch, "get_data")]

    assert [list(step.values) for step in steps] == [[6, 0, 19], [6, 0, 19], [7, 0, 19], [10, 0, 19], [10, 0, 20]]
    assert [list(step.baseline) for step in steps[1:]] == [list(step.values) for step in steps[:-1]]
    assert "missing" in {text.get_text() for text in panel.figure.axes[0].texts}
    assert "1 day missing" in panel.alt


def test_a_single_day_is_shown_by_client(view) -> None:
    """A bar for each client of that day, cut by outcome; the title says so."""
    panel = panels.graph(moved(view, chosen(view.state, date_range="2026-11-03/2026-11-03")))

    assert panel.title == "Requests on 2026-11-03 (UTC) by OAuth client and status"
    assert [text.get_text() for text in panel.figure.axes[0].texts if text.get_va() == "bottom"] == [HOSTILE]
    assert [bar.get_width() for bar in panel.figure.axes[0].patches] == [19, 0, 0, 0, 1]


def test_a_table_under_a_filter_shows_the_part_and_the_rest(view) -> None:
    """The bar of a URL is cut into what the chosen client asked and what others did; the headline says how much that is."""
    filtered = moved(view, clicked(view.state, "clients", "b"))
    panel = panels.urls(filtered)

    assert [bar.get_width() for bar in panel.figure.axes[0].patches] == [20, 10]
    assert list(panel.table["filtered_share"]) == [1.0]
    assert '<th scope="col" class="number">Share of filtered</th>' in panel.html()
    assert '<td class="number">20</td><td class="number">100 %</td></tr>' in panel.html()
    assert panels.headline(filtered) == f"Filtered by OAuth client {HOSTILE}: 20 of 30 requests (66.7 %)"
    assert "<b>" not in panels.filter_line(filtered).html


def test_a_view_for_its_page_holds_its_clicks_and_its_days(view) -> None:
    """The rows of the chosen methods, the clicked clients and URLs by their numbers, the days under them, in words too."""
    state = chosen(clicked(clicked(view.state, "clients", "b"), "urls", "GET u", several=True), http_methods=["POST"])
    filtered = moved(view, state)
    report = usage_report(filtered.usage, state.selection, {})
    block = zlib.decompress(base64.b64decode(page_rows(report, filtered).block))
    head = json.loads(block[4 : 4 + int.from_bytes(block[:4], "little")])

    assert head["clients"] == [["b", HOSTILE, HOSTILE, "", "", "", ""]]
    assert head["urls"] == [["GET", "u"]]
    assert head["view"]["clicks"] == {"clients": [0], "requests": [0], "statuses": None}
    assert head["view"]["told"] == {
        "clients": f"OAuth client {HOSTILE}",
        "requests": "API request GET u",
        "statuses": "",
    }
    assert head["view"]["days"] == [[0] * 6] * 3


def test_a_view_without_clicks_says_so_to_its_page(view) -> None:
    """No click is another thing than a click that nothing meets; the days are those of all requests."""
    report = usage_report(view.usage, view.state.selection, {})
    heads = []
    for shown in (view, moved(view, replace(view.state, filter_clients=("nobody",)))):
        block = zlib.decompress(base64.b64decode(page_rows(report, shown).block))
        heads.append(json.loads(block[4 : 4 + int.from_bytes(block[:4], "little")])["view"])

    assert [head["clicks"] for head in heads] == [
        {"clients": None, "requests": None, "statuses": None},
        {"clients": [], "requests": None, "statuses": None},
    ]
    assert heads[0]["days"] == [[10, 6, 0, 1, 3, 0], [0] * 6, [20, 19, 0, 0, 0, 1]]


def test_kinds_are_shown_where_one_is_known(view) -> None:
    """The column of kinds is there with one kind known, and not without."""
    known = replace(view, directory={"a": Client("a", kind="bot")})

    assert "kind" not in panels.clients(view).table
    assert list(panels.clients(known).table["kind"]) == ["", "bot"]
