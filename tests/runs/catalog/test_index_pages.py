"""The list of reports and the roll-ups: what is published and what fails, with links that lead there, rebuilt from the outputs."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from run_folders import write_run

from apiusage_helpers.errors import RunError
from apiusage_helpers.page.sparkline import sparkline, sparkline_svg
from apiusage_helpers.runs.catalog.index_pages import rebuild_pages
from apiusage_helpers.runs.scheduling.due import due

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FACTS = {
    "requests": 1200, "outcomes": {"successful": 900, "failed": 300, "throttled": 60}, "requests_per_day": [1, 2, None, 4, 5, 6, 7],
    "previous": {"requests": 1000, "missing": 0}, "days": {"missing": [], "provisional": ["2026-11-23"]},
}  # fmt: skip


def failed_run(output: Path, run_id: str, **others: object) -> Path:
    """What a failed run of daily for organization a has left."""
    told = {"status": "failed", "started_at": "2026-11-24", "message": "no such day", **others}
    return write_run(output / ".failed" / run_id, **told)


def links(page: Path) -> list[str]:
    return re.findall(r'<a href="([^"#]+)"', page.read_text())


def test_every_link_of_every_page_leads_somewhere(stub, params_file) -> None:
    """From the list and from the roll-up, to reports, the newest of each, and back."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.facts = FACTS
    due(NOW, stub.ports())
    due(NOW + timedelta(days=1), stub.ports())
    pages = [stub.output / "index.html", *(stub.output / "daily" / "_all").glob("*.html")]

    assert len(pages) == 3
    for page in pages:
        assert len(links(page)) >= 3
        assert all((page.parent / link).is_file() for link in links(page))


def test_a_row_tells_totals_change_shares_and_gaps(stub, params_file) -> None:
    """In the form of every table of the kit, with a picture of the days."""
    params_file()
    stub.facts = FACTS
    due(NOW, stub.ports())
    page = (stub.output / "index.html").read_text()

    assert re.search(r'<div class="table-box[^>]*><table><caption', page)
    for figure in ("1,200", "+20.0 %", "25.0 %", "5.0 %", "1 provisional"):
        assert figure in page
    assert "Requests per day: lowest 1, highest 7, last 7" in page


@pytest.mark.parametrize(
    ("requests", "text"), [(100_000, "0 %"), (100_040, "+&lt;0.1 %"), (99_960, "−&lt;0.1 %"), (87_500, "−12.5 %")]
)
def test_a_change_is_never_rounded_to_none(stub, params_file, requests: int, text: str) -> None:
    """Of one report, and of several together: what changed a little is not told as 0 %."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.facts = FACTS | {"requests": requests, "previous": {"requests": 100_000, "missing": 0}}
    due(NOW, stub.ports())
    roll_up = (stub.output / "daily" / "_all" / "2026-11-17_2026-11-23.html").read_text()

    assert f'<td class="number">{text}</td>' in (stub.output / "index.html").read_text()
    assert f"<dt>Change</dt><dd>{text}</dd>" in roll_up


def test_the_worst_stands_first_with_its_findings_and_fair_use(stub, params_file) -> None:
    """Critical findings before warnings; what is acknowledged does not count; one finding told by two reports is one."""
    finding = {"kind": "polling", "severity": "warning", "cause": "c", "client_id": "x"}
    told = {
        "a": [], "b": [finding, finding | {"client_id": "y"}], "c": [finding | {"severity": "critical"}],
        "d": [finding | {"severity": "critical", "acknowledged": "known"}],
    }  # fmt: skip
    params_file(parameters={"organization": list(told)})
    params_file("again", parameters={"organization": "c"})
    stub.facts = lambda organization: FACTS | {
        "findings": told[organization], "fair_use": {"used": 90, "allowance": 100, "projected": 120},
    }  # fmt: skip
    due(NOW, stub.ports())
    page = (stub.output / "index.html").read_text()
    rows = re.findall(r"latest.html\">(\w)</a>.*?</tr>", page.split("Newest of each report</h2>")[1])

    assert rows == ["c", "c", "b", "a", "d"]
    assert '<span class="critical">1 critical</span></a>' in page
    assert '<span class="warning">2 warnings</span></a>' in page
    assert "<dt>Critical findings</dt><dd>1</dd>" in page
    assert "<span>90.0 % used</span>, <span>runs out</span></td>" in page
    assert "daily/b/2026-11-17_2026-11-23/report.html#findings" in page


def test_the_roll_up_adds_up_and_names_what_failed(stub, params_file) -> None:
    """Totals of those that are there, how many of how many, and why the other is not."""
    params_file(parameters={"organization": ["a", "b", "c"]})
    stub.facts = FACTS
    files = [{"name": "executed.ipynb"}]
    failed = failed_run(stub.output, "20261124T120000-1", organization="c", message="no <b>such</b> day", files=files)
    (failed / "executed.ipynb").write_text("{}")

    def run(report, organization, **options):
        if organization == "c":
            raise RunError("no such day")
        return stub.run(report, organization, **options)

    assert due(NOW, stub.ports(run=run)) == 4
    page = (stub.output / "daily" / "_all" / "2026-11-17_2026-11-23.html").read_text()
    assert "2,400" in page
    assert "2 of 3" in page
    assert "+20.0 %" in page
    assert "no &lt;b&gt;such&lt;/b&gt; day" in page
    assert f"../../.failed/{failed.name}/executed.ipynb" in page


def test_a_failed_run_leaves_the_list_when_it_has_succeeded(stub, params_file) -> None:
    """What fails is what has not succeeded since."""
    params_file()
    failed_run(stub.output, "20251124T120000-1", started_at="2025-11-24", scheduled="2025-11-24T02:30:00+00:00")
    rebuild_pages(stub.output, NOW)
    assert "no such day" in (stub.output / "index.html").read_text()
    due(NOW, stub.ports())
    assert "no such day" not in (stub.output / "index.html").read_text()


@pytest.mark.parametrize(
    ("facts", "days", "listed"),
    [
        ({}, 6, True), ({}, 8, False),
        ({"scheduled": "2026-11-24T02:30:00+00:00"}, 60, True), ({"restated": []}, 60, True),
    ],
    ids=["by hand, lately", "by hand, long ago", "by schedule", "for a restated day"],
)  # fmt: skip
def test_a_run_by_hand_is_listed_as_failing_for_a_week(stub, facts, days: int, listed: bool) -> None:
    """Nobody may ever try it again; what a schedule makes is listed until it works."""
    failed_run(stub.output, f"{NOW - timedelta(days=days):%Y%m%dT%H%M%S}-1", **facts)
    rebuild_pages(stub.output, NOW)
    page = (stub.output / "index.html").read_text()

    assert ("no such day" in page) == ("<dt>Failing</dt><dd>1</dd>" in page) == listed
    assert ("apiusage prune --rest 0" in page) == listed


def test_a_look_takes_a_run_by_hand_off_the_list_when_its_week_is_over(stub) -> None:
    """Also when nothing else has changed; until then the list of reports is left alone."""
    now = datetime.now(UTC)
    failed_run(stub.output, f"{now - timedelta(days=6):%Y%m%dT%H%M%S}-1")
    page = stub.output / "index.html"
    rebuild_pages(stub.output, now)
    built = page.stat().st_mtime_ns
    due(now + timedelta(hours=1), stub.ports())
    assert (page.stat().st_mtime_ns, "no such day" in page.read_text()) == (built, True)
    due(now + timedelta(days=2), stub.ports())
    assert "no such day" not in page.read_text()


def test_a_sparkline_has_one_point_a_day_and_a_gap_for_a_missing_one() -> None:
    """Lines on both sides of the gap; a lonely day is a dot; nothing is drawn of nothing."""
    assert [len(line.split()) for line in re.findall(r'points="([^"]*)"', sparkline_svg([1, 2, None, 4, 5, 6]))] == [
        2,
        3,
    ]
    assert sparkline_svg([None, 3, None]).count("<circle ") == 1
    assert sparkline([]) == sparkline([None]) == ""
    data = re.search(r"base64,([^\"]+)", sparkline([1, 2]))
    assert data is not None
    assert base64.b64decode(data[1]).startswith(b"<svg")


def test_a_roll_up_is_made_again_when_one_of_its_runs_is(stub, params_file) -> None:
    """And only then: a page that is newer than its runs is left alone."""
    params_file(parameters={"organization": ["a", "b"]})
    due(NOW - timedelta(days=1), stub.ports())
    due(NOW, stub.ports())
    page = stub.output / "daily" / "_all" / "2026-11-17_2026-11-23.html"
    first = page.stat().st_mtime_ns
    rebuild_pages(stub.output, NOW)
    assert page.stat().st_mtime_ns == first
    params_file(parameters={"organization": ["a", "b"], "top": 3})
    stub.facts = {"requests": 7777}
    due(NOW, stub.ports())
    assert "15,554" in page.read_text()
