"""A page whose rows stand in spans of days: exact figures, filtered by spans, and told."""

import base64
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import nbformat
import pytest

from apiusage_helpers.panels import facts, report
from apiusage_helpers.panels.page_rows import page_rows
from apiusage_helpers.runs.html import report_page
from apiusage_helpers.selection import select
from apiusage_helpers.store import Day, StoredUsage
from apiusage_helpers.tables.usage_report import usage_report
from apiusage_helpers.usage import usage_table

pytestmark = pytest.mark.browser

ROWS = [
    (day, client, "GET", uri, 100 * day + n, n)
    for day in (1, 2, 3, 5)
    for n, (client, uri) in enumerate([("a", "u"), ("a", "v"), ("b", "u")])
]


@pytest.fixture
def spanned_page(tmp_path):
    """The page of five days of November, the fourth missing, in spans of two days."""
    table = usage_table(
        (date(2026, 11, d), client, client, method, uri, ok + no, ok, 0, no, 0, 0)
        for d, client, method, uri, ok, no in ROWS
    )
    days = tuple(
        Day(date(2026, 11, d), "usage/query", datetime(2026, 11, 6, tzinfo=UTC), False, 1, 1) for d in (1, 2, 3, 5)
    )
    selection = select("acme", "2026-11-01/2026-11-05", today="2026-11-24")
    made = usage_report(StoredUsage(duckdb.connect().from_arrow(table), days, (date(2026, 11, 4),), 7), selection)
    most = len(base64.b64decode(page_rows(made).block)) - 1
    shown = [
        facts.head(made),
        page_rows(made, most_bytes=most),
        report.requests_per_day(made),
        report.client_requests(made),
    ]
    outputs = [nbformat.v4.new_output("execute_result", data=part._repr_mimebundle_()) for part in shown]
    cells = [
        nbformat.v4.new_markdown_cell("# Page"),
        *(nbformat.v4.new_code_cell("x", outputs=[o], metadata={"tags": ["panel"]}) for o in outputs),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "n.ipynb")
    (tmp_path / "page.html").write_text(report_page(tmp_path / "n.ipynb", title="t", summary="s"), encoding="utf-8")
    return tmp_path / "page.html", made


def test_a_page_in_spans_of_days_is_exact_and_says_so(
    spanned_page: Any, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """Unfiltered the days are as published; filtered they are spans of two, of which the last is shorter; choices hold."""
    path, made = spanned_page
    watch = opened(path)
    published = csv_files(watch.page)
    filtered = opened(path, "#clients=b&days=2026-11-03&days=2026-11-05")

    assert published == {name: made.files[name].decode() for name in ("requests_per_day.csv", "client_requests.csv")}
    assert "spans of 2" in watch.page.inner_text(".told")
    assert csv_files(filtered.page)["requests_per_day.filtered.csv"].split("\r\n")[1:-1] == [
        "2026-11-03 to 2026-11-04,304,302,2,False", "2026-11-05,504,502,2,True",
    ]  # fmt: skip
    assert csv_files(filtered.page)["client_requests.filtered.csv"].split("\r\n")[1].startswith("b,b,808,804,4,")
    assert "2 spans of 2 days" in filtered.page.locator("#requests_per_day svg").get_attribute("aria-label")
    assert watch.wrongs() == filtered.wrongs() == []
