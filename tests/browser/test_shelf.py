"""The shelf and the roll-ups as people find them: searched without a server, links that lead to the reports, read by anybody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.runs.scheduling.due import due

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def output(stub: Any, params_file: Callable[..., Path]) -> Path:
    """What two schedules left after two days: one of two organizations, one that failed."""
    stub.facts = {
        "requests": 2_000_000, "requests_per_day": [5, 0, None, 7, 7, 9, 3],
        "outcomes": {"successful": 1_900_000, "failed": 100_000, "throttled": 5_000},
    }  # fmt: skip
    params_file(parameters={"organization": ["north", "south"]})
    params_file("weekly", parameters={"organization": "north", "date_range": "previous_30_days"})
    due(NOW - timedelta(days=1), stub.hands())
    due(NOW, stub.hands())
    return stub.output


def test_the_shelf_is_searched_and_leads_to_the_reports(output: Path, opened: Callable[..., Any]) -> None:
    """A search leaves the rows that hold it; the link of a row opens its report; nothing is asked of any host."""
    watch = opened(output / "index.html")
    page = watch.page
    everything = page.locator("table").first.locator("tbody tr").count()
    page.get_by_role("searchbox").first.fill("south")
    found = page.locator("table").first.locator("tbody tr")

    assert everything == 3
    assert found.count() == 1
    assert "2,000,000" in found.inner_text()
    assert watch.wrongs() == []
    found.locator("a", has_text="2026-11-17 to 2026-11-23").click()
    assert page.inner_text("body").strip() == "report"


@pytest.mark.parametrize("name", ["index.html", "daily/_all/2026-11-17_2026-11-23.html"])
@pytest.mark.parametrize("width", [1280, 390])
def test_shelf_and_roll_up_are_for_everybody(output: Path, opened: Callable[..., Any], name: str, width: int) -> None:
    """axe-core finds nothing; no word lies over another in the head; nothing is wider than the window."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    page = opened(output / name, viewport={"width": width, "height": 900}).page

    assert [violation["id"] for violation in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "[...document.querySelectorAll('.facts div')].every(part => {"
        " const range = document.createRange(); range.selectNodeContents(part.querySelector('dt'));"
        " const [term, value] = [range.getBoundingClientRect(), part.querySelector('dd').getBoundingClientRect()];"
        " return term.bottom <= value.top + 1 || term.right <= value.left; })"
    )
