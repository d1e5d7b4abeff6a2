"""The report notebook's selectors in a real JupyterLab: each moves the panels to the figures of an independent count."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from plain_count import expected_files

from apiusage_helpers.interval import utc_today
from tests.browser.view.conftest import DAYS, ROOT, Lab

pytestmark = pytest.mark.browser

FIGURES = {
    "rank",
    "requests",
    "successful",
    "failed",
    "succeeded",
    "redirected",
    "client_errors",
    "throttled",
    "server_errors",
}
HOSTILE_RANKS = [("1", "4", "4", "0"), ("2", "3", "3", "0"), ("3", "2", "2", "0"), ("4", "1", "1", "0")]
SELECTORS = ".jp-OutputArea-output .widget-accordion"
CELLS = json.loads((ROOT / "notebooks" / "api_usage_report.ipynb").read_text(encoding="utf-8"))["cells"]
SELECTORS_CELL = next(n for n, cell in enumerate(CELLS) if "explore_report(report)" in cell["source"])
SECTIONS = ("Most Active Requests", "OAuth Client Settings", "URL Request Settings", "Days in the store")


def ago(days: int) -> str:
    return str(utc_today() - timedelta(days=days))


@pytest.fixture(scope="module")
def notebook(lab: Lab) -> Lab:
    """The report notebook, opened once and run."""
    lab.run_all("api_usage_report.ipynb", SELECTORS)
    return lab


@pytest.fixture
def live(notebook: Lab) -> Iterator[Any]:
    """The output of the selectors' cell, run anew; nothing may have gone wrong on the page at the end."""
    notebook.page.locator(SELECTORS).evaluate("shown => { shown.dataset.before = ''; }")
    notebook.run_again(SELECTORS_CELL)
    notebook.page.wait_for_selector(f"{SELECTORS}:not([data-before])", state="attached")
    yield notebook.page.locator(".jp-Cell", has=notebook.page.locator(".widget-accordion"))
    assert notebook.all_is_well(), notebook.seen


def open_section(live: Any, number: int) -> None:
    live.get_by_text(SECTIONS[number - 1]).click()


def shown(live: Any, panel: str) -> list[tuple[str, ...]]:
    """The whole numbers of a panel's table, a tuple a row; what stands for no number is empty."""
    cells = "rows => rows.map(row => [...row.cells].filter(cell => cell.className === 'number').map(cell => cell.textContent))"
    rows = live.locator(f"figure#{panel} tbody tr").evaluate_all(cells)
    return [tuple(cell.replace(",", "") for cell in row if "%" not in cell) for row in rows]


def counted(records: list[tuple[Any, ...]]) -> list[tuple[str, ...]]:
    """The same of a CSV file's records."""
    places = [place for place, name in enumerate(records[0]) if name in FIGURES]
    return [tuple(record[place] for place in places) for record in records[1:]]


def expect(live: Any, expected: dict[str, Any], *panels: str) -> None:
    """Wait until the panels show the figures of the count."""
    wanted = {panel: counted(expected[f"{panel}.csv"]) for panel in panels}
    for _ in range(100):
        if {panel: shown(live, panel) for panel in panels} == wanted:
            break
        live.page.wait_for_timeout(100)
    assert {panel: shown(live, panel) for panel in panels} == wanted


def test_dates_methods_and_ranks_move_the_panels(live: Any, rows: list[dict[str, Any]]) -> None:
    """A preset, days of one's own, one method, three ranks: days and section 1 follow each of them."""
    panels = ("requests_per_day", "top_clients", "top_urls")
    date_range = live.get_by_label("Date range")
    open_section(live, 1)
    assert date_range.locator("option:checked").inner_text().split() == ["Previous", "7", "days"]
    expect(live, expected_files(rows, ago(7), ago(1)), *panels)

    date_range.select_option("Previous 30 days")
    expect(live, expected_files(rows, ago(30), ago(1)), *panels)
    live.get_by_label("from", exact=True).fill(ago(12))
    expect(live, expected_files(rows, ago(12), ago(1)), *panels)
    assert date_range.locator("option:checked").inner_text().split() == ["Custom", "range"]
    live.get_by_label("to (UTC days)").fill(ago(3))
    expect(live, expected_files(rows, ago(12), ago(3)), *panels)
    live.get_by_label("GET", exact=True).check()
    expect(live, expected_files(rows, ago(12), ago(3), http_methods=("GET",)), *panels)
    live.get_by_label("Top n").fill("3")
    live.get_by_label("Top n").press("Enter")
    live.get_by_role("heading", name="Top 3 Requests by OAuth Client").wait_for()
    expect(live, expected_files(rows, ago(12), ago(3), http_methods=("GET",), top=3), "top_clients", "top_urls")
    picture = live.locator("figure#requests_per_day img").get_attribute("src")
    live.get_by_label("Display time zone").fill("America/New_York")
    live.get_by_label("Display time zone").press("Enter")
    live.locator(f"figure#requests_per_day img:not([src='{picture}'])").wait_for()


def test_clients_and_urls_of_the_sections_move_their_panels(live: Any, rows: list[dict[str, Any]]) -> None:
    """Client URL View Selections hold together and leave section 3; Template URL View Selections leave section 2."""
    of_section_2 = ("client_requests", "client_status_codes", "client_urls")
    urls = sorted({row["template_uri"] for row in rows if row["client_name"] == "CRM sync"})[:2]
    open_section(live, 2)
    live.get_by_label("OAuth clients", exact=True).get_by_label("CRM sync").check()
    expect(live, expected_files(rows, ago(7), ago(1), clients=("CRM sync",)), *of_section_2)
    live.get_by_text("Chosen OAuth clients: CRM sync").wait_for()
    for url in urls:
        live.get_by_label("URLs", exact=True).get_by_label(url, exact=True).check()
    both = {"clients": ("CRM sync",), "client_template_uris": urls}
    expect(live, expected_files(rows, ago(7), ago(1), **both), *of_section_2)

    open_section(live, 3)
    expect(live, expected_files(rows, ago(7), ago(1)), "url_requests", "success_and_failure")
    live.get_by_label("Search Template URLs").fill(urls[0])
    live.get_by_label("Template URLs", exact=True).locator("label").nth(8).wait_for(state="detached")
    live.get_by_label("Template URLs", exact=True).get_by_label(urls[0], exact=True).check()
    expect(live, expected_files(rows, ago(7), ago(1), template_uris=urls[:1]), "url_requests", "success_and_failure")
    open_section(live, 4)
    live.locator(f"td[title='{ago(5)}: missing']").wait_for()


def test_days_that_cannot_be_are_told(live: Any, rows: list[dict[str, Any]]) -> None:
    """A reversed range and days that the store does not have: a message, the figures and fields as they were; then none."""
    open_section(live, 1)
    live.get_by_label("to (UTC days)").fill("2020-01-01")
    live.get_by_role("alert").get_by_text("the start is after the end").wait_for()
    assert live.get_by_label("to (UTC days)").input_value() == ago(1)
    live.get_by_label("from", exact=True).fill(ago(DAYS + 9))
    expect(live, expected_files(rows, ago(DAYS + 9), ago(1)), "top_clients")
    assert live.get_by_role("alert").count() == 0
    live.get_by_label("to (UTC days)").fill(ago(DAYS + 5))
    live.get_by_role("alert").get_by_text("is in the store for sample").wait_for()
    expect(live, expected_files(rows, ago(DAYS + 9), ago(1)), "top_clients")
    assert live.get_by_label("to (UTC days)").input_value() == ago(1)

    live.get_by_label("Organization").select_option("hostile")
    live.get_by_role("alert").wait_for(state="detached")
    expect(live, {"top_clients.csv": [("rank", "requests", "successful", "failed"), *HOSTILE_RANKS]}, "top_clients")
