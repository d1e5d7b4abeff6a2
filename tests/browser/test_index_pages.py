"""The list of reports and the roll-ups as people find them: searched without a server, links that lead to the reports, read by anybody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from run_folders import write_run

from apiusage_helpers.runs.catalog.index_pages import rebuild_pages
from apiusage_helpers.runs.records.publish import publish_run
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
    due(NOW - timedelta(days=1), stub.ports())
    due(NOW, stub.ports())
    return stub.output


def test_the_list_is_searched_and_leads_to_the_reports(output: Path, opened: Callable[..., Any]) -> None:
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
    found.locator("a", has_text="17–23 Nov 2026").click()
    assert page.inner_text("body").strip() == "report"


@pytest.mark.parametrize("name", ["index.html", "daily/_all/2026-11-17_2026-11-23.html"])
@pytest.mark.parametrize("width", [1280, 390])
def test_list_and_roll_up_are_for_everybody(output: Path, opened: Callable[..., Any], name: str, width: int) -> None:
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


@pytest.fixture
def wall(tmp_path: Path) -> Path:
    """500 organizations in one report: some in trouble, some with a gap."""
    for n in range(500):
        found = [{"kind": "throttling", "severity": "critical", "cause": "x"}] * (n % 97 == 5)
        found += [{"kind": "polling", "severity": "warning", "cause": "y"}] * (n % 7)
        run_id, organization = f"20261124T070000-{n:08d}", f"organization-{n:03d}"
        write_run(
            tmp_path / ".runs" / run_id, organization=organization, requests=1_000_000 + n, findings=found,
            requests_per_day=[5, 0, None, 7, 7, 9, 3 + n], outcomes={"successful": 900_000, "failed": 100_000 + n, "throttled": 5_000},
            fair_use={"used": 7_000_000, "allowance": 8_000_000, "projected": 7_900_000 + 500 * n}, previous={"requests": 900_000, "missing": 0},
        )  # fmt: skip
        (tmp_path / ".runs" / run_id / "report.html").write_text("<p>report</p>")
        publish_run(tmp_path, run_id, Path("daily") / organization / "2026-11-17_2026-11-23")
    rebuild_pages(tmp_path, NOW)
    return tmp_path


def test_a_wall_of_500_organizations_begins_with_the_worst(wall: Path, opened: Callable[..., Any]) -> None:
    """Each page is under 1 MB; all rows can be shown, sorted and searched; a phone shows who is in trouble without scrolling."""
    pages = [wall / "index.html", wall / "daily" / "_all" / "2026-11-17_2026-11-23.html"]
    assert max(page.stat().st_size for page in pages) < 1_000_000
    for place, path in enumerate(pages):
        which = [["daily", "17–23 Nov 2026"], []][
            place
        ]  # of which report and interval a row is: a roll-up says it above
        after = len(which)
        page = opened(path, viewport={"width": 1440, "height": 900}).page
        rows = page.locator(".wall tbody tr")
        assert rows.first.locator("td").nth(0).inner_text() == "organization-005"
        assert rows.first.locator("td").nth(1 + after).inner_text() == "1 critical, 5 warnings"
        page.get_by_role("button", name="Show all 500").click()
        assert rows.count() == 500
        page.get_by_role("button", name="Requests", exact=True).click()
        assert rows.first.locator("td").nth(2 + after).inner_text() == "1,000,499"
        page.get_by_role("searchbox").fill("organization-123")
        assert rows.count() == 1

        phone = opened(path, viewport={"width": 390, "height": 844}).page
        assert phone.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.wall'))") <= 0
        shown = phone.locator(".wall tbody tr").first.locator("td:visible").all_inner_texts()
        assert shown[: after + 2] == ["organization-005", *which, "1 critical, 5 warnings"]


@pytest.mark.parametrize("width", [1440, 1280, 390])
def test_no_row_is_cut(tmp_path: Path, opened: Callable[..., Any], width: int) -> None:
    """An interval that begins in another month takes a second line rather than widen its row, however full that is."""
    days = {"start": "2026-10-29", "end": "2026-11-27"}
    write_run(
        tmp_path / ".runs" / "r1", report="troubleshooting", organization="sample", interval=days, requests=8_673_700,
        requests_per_day=[5, 0, 7, 9], outcomes={"successful": 8_000_000, "failed": 673_700, "throttled": 200_000},
        findings=[{"kind": kind, "severity": severity, "cause": ""} for kind, severity in
                  (("a", "critical"), ("b", "critical"), *((f"c{n}", "warning") for n in range(12)))],
        fair_use={"used": 7_825_752, "allowance": 8_372_000, "projected": 8_643_736}, previous={"requests": 8_313_528, "missing": 0},
    )  # fmt: skip
    (tmp_path / ".runs" / "r1" / "report.html").write_text("<p>report</p>")
    publish_run(tmp_path, "r1", Path("troubleshooting") / "sample" / "2026-10-29_2026-11-27")
    rebuild_pages(tmp_path, NOW)
    page = opened(tmp_path / "index.html", viewport={"width": width, "height": 900}).page

    which = page.locator(".wall tbody tr").first.locator("td:visible").all_inner_texts()[:3]
    assert which == ["sample", "troubleshooting", "29 Oct – 27 Nov 2026"]
    assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('.wall'))") <= 0
