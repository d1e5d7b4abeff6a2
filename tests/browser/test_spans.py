"""A page whose rows stand in spans of days: exact figures, filtered by spans, and told."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest

from apiusage_helpers.page.html import report_page
from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.headline import headline
from apiusage_helpers.reports.page_rows import page_rows
from apiusage_helpers.reports.panels import panel
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.reports.usage_view import panels as view
from apiusage_helpers.reports.usage_view.figures import view_figures
from apiusage_helpers.reports.usage_view.state import view_state
from apiusage_helpers.reports.usage_view.view import UsageView, with_view
from apiusage_helpers.store import Day, StoredUsage
from apiusage_helpers.store.engines import duck
from apiusage_helpers.tables.cube import usage_cube
from apiusage_helpers.usage import usage_table

pytestmark = pytest.mark.browser

ROWS = [
    (day, client, "GET", uri, 100 * day + n, n)
    for day in (1, 2, 3, 5)
    for n, (client, uri) in enumerate([("a", "u"), ("a", "v"), ("b", "u")])
]


@pytest.fixture
def made() -> tuple[UsageReport, UsageView]:
    """Five days of November, the fourth missing; the view was saved with a click on client b."""
    table = usage_table(
        (date(2026, 11, d), client, client, method, uri, ok + no, ok, 0, no, 0, 0)
        for d, client, method, uri, ok, no in ROWS
    )
    days = tuple(
        Day(date(2026, 11, d), "usage/query", datetime(2026, 11, 6, tzinfo=UTC), False, 1, 1) for d in (1, 2, 3, 5)
    )
    stored = StoredUsage(duck.connect().from_arrow(table), days, (date(2026, 11, 4),), 7)
    settings = {"organization": "acme", "date_range": "2026-11-01/2026-11-05", "filter_clients": ["b"]}
    state = view_state(settings, today=date(2026, 11, 24))
    cube = usage_cube(stored.rows, state.selection.interval, missing=stored.missing)
    shown = UsageView(state, stored, cube, view_figures(cube, state), {})
    return with_view(usage_report(stored, state.selection), shown), shown


@pytest.fixture
def page(tmp_path: Path, made: tuple[UsageReport, UsageView]) -> Callable[..., Path]:
    """The page of some panels, its rows in spans of two days."""

    def of(*panels: Any, view: UsageView | None = None) -> Path:
        most = len(base64.b64decode(page_rows(made[0], view).block)) - 1
        shown = [headline(made[0]), page_rows(made[0], view, most_bytes=most), *panels]
        outputs = [nbformat.v4.new_output("execute_result", data=part._repr_mimebundle_()) for part in shown]
        cells = [
            nbformat.v4.new_markdown_cell("# Page"),
            *(nbformat.v4.new_code_cell("x", outputs=[o], metadata={"tags": ["panel"]}) for o in outputs),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
        path = tmp_path / "page.html"
        path.write_text(report_page(tmp_path / "n.ipynb", title="t", summary="s"), encoding="utf-8")
        return path

    return of


def test_a_page_in_spans_of_days_is_exact_and_says_so(
    made: Any, page: Callable[..., Path], opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """Unfiltered the days are as published; filtered they are spans of two, of which the last is shorter; choices hold."""
    path = page(panel(made[0], "requests_per_day"), panel(made[0], "client_requests"))
    watch = opened(path)
    published = csv_files(watch.page)
    filtered = opened(path, "#clients=b&days=2026-11-03&days=2026-11-05")

    assert published == {name: made[0].files[name].decode() for name in ("requests_per_day.csv", "client_requests.csv")}
    assert "spans of 2" in watch.page.inner_text(".told")
    assert csv_files(filtered.page)["requests_per_day.filtered.csv"].split("\r\n")[1:-1] == [
        "2026-11-03 to 2026-11-04,304,302,2,False", "2026-11-05,504,502,2,True",
    ]  # fmt: skip
    assert csv_files(filtered.page)["client_requests.filtered.csv"].split("\r\n")[1].startswith("b,b,808,804,4,")
    assert "2 spans of 2 days" in filtered.page.locator("#requests_per_day svg").get_attribute("aria-label")
    assert watch.wrongs() == filtered.wrongs() == []


def test_the_days_of_a_view_in_spans_are_exact_too(
    made: Any, page: Callable[..., Path], opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """As published by single days under the saved click; filtered by spans, still under it."""
    path = page(view.filter_line(made[1]), view.graph(made[1]), view.clients(made[1]), view=made[1])
    watch, filtered = opened(path), opened(path, "#days=2026-11-03")
    line = filtered.page.inner_text("#counts-view .counts:first-child")

    assert csv_files(watch.page) == {
        name: made[0].files[name].decode() for name in ("view_days.csv", "view_clients.csv")
    }
    assert csv_files(filtered.page)["view_days.filtered.csv"].split("\r\n")[1:-1] == [
        "2026-11-03 to 2026-11-04,304,302,0,2,0,0,False"
    ]
    assert line.startswith(
        "Filtered by days 2026-11-03 to 2026-11-04 and, as saved, OAuth client b: 304 of 3,324 requests"
    )
    assert watch.wrongs() == filtered.wrongs() == []


def test_a_span_of_which_a_day_is_missing_is_told_as_such(
    made: Any, page: Callable[..., Path], opened: Callable[..., Any], shown_tables: Callable[[Any], Any]
) -> None:
    """No mean where no span is whole; days are counted, not spans; the table says partly, the graph marks it."""
    path = page(view.graph(made[1]), view=made[1])
    one = opened(path, "#days=2026-11-03").page
    both = opened(path, "#days=2026-11-01&days=2026-11-03").page

    assert one.locator("#view_days svg").get_attribute("aria-label") == (
        "Requests on 1 span of 2 days: most on 2026-11-03 to 2026-11-04 with 304. 1 day missing in the store."
    )
    assert shown_tables(one)["view_days"][0][-1] == "partly"
    assert one.locator("#view_days svg .gap").count() == 1
    assert (
        "304 requests, 2 failed (0.7 %), 0 with 429, 1 day missing in the store"
        in one.locator("#view_days svg title").text_content()
    )
    assert "Filtered by 2 spans of 2 days" in both.inner_text(".told")
    assert both.inner_text(".facet summary >> nth=0") == "Spans of 2 days: 2 of 3"
