"""The tables of any page of the kit: sort, search, copy, show all, and CSV, without a word of script by who made the page."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.page.html import static_page

pytestmark = pytest.mark.browser


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A page of 60 reports like the list of reports, with links to places beside it."""
    rows = "".join(
        f'<tr><td><a href="daily/acme/{n}/report.html">report {n}</a></td><td>{"=SUM(A1)" if n == 7 else "Köln, Süd" if n % 2 else "north"}</td>'
        f'<td class="number">{n * 1000:,}</td></tr>' for n in range(60)
    )  # fmt: skip
    heads = '<th scope="col">Report</th><th scope="col">Place</th><th scope="col" class="number">Requests</th>'
    body = (f'<h1>Reports</h1><div class="table-box" tabindex="0" role="region" aria-label="All reports"><table><thead><tr>{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table></div><p><a href='//e.example/x'>away</a></p>")  # fmt: skip
    (tmp_path / "index.html").write_text(static_page(body, title="Reports", summary="All reports."), encoding="utf-8")
    return tmp_path / "index.html"


def column(page: Any, number: int) -> list[str]:
    return page.evaluate("n => [...document.querySelectorAll('tbody tr')].map(row => row.cells[n].textContent)", number)


def test_a_static_table_is_cut_searched_and_sorted(static: Path, opened: Callable[..., Any]) -> None:
    """25 of 60 rows first; all on request; a search over all; numbers by size, first the largest; links lead beside the page."""
    watch = opened(static)
    page = watch.page
    assert (len(column(page, 0)), page.inner_text(".note")) == (25, "The first 25 of 60 rows.")

    page.locator("th button").nth(2).click()
    assert column(page, 2)[:2] == ["59,000", "58,000"]
    assert page.locator("th").nth(2).get_attribute("aria-sort") == "descending"
    page.locator("th button").nth(2).click()
    assert column(page, 2)[:2] == ["0", "1,000"]
    page.get_by_role("button", name="Show all 60").click()
    assert len(column(page, 0)) == 60
    page.get_by_role("searchbox").fill("SÜD")
    assert len(column(page, 0)) == 29
    assert page.inner_text(".note") == "29 of 60 rows found."
    page.get_by_role("searchbox").fill("report 42")
    assert page.locator("tbody a").get_attribute("href") == "daily/acme/42/report.html"
    assert page.locator("a", has_text="away").get_attribute("href") is None
    assert watch.wrongs() == []


def test_a_static_table_gives_itself_as_csv(static: Path, opened: Callable[..., Any]) -> None:
    """All rows in their published order, whatever is searched; numbers plain, quotes where needed, formulas guarded."""
    page = opened(static).page
    page.get_by_role("searchbox").fill("north")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download All reports as CSV").click()
    records = list(csv.reader(io.StringIO(Path(download.value.path()).read_bytes().decode(), newline="")))

    assert download.value.suggested_filename == "all_reports.csv"
    assert records[0] == ["Report", "Place", "Requests"]
    assert records[2] == ["report 1", "Köln, Süd", "1000"]
    assert records[8] == ["report 7", "'=SUM(A1)", "7000"]
    assert len(records) == 61


@pytest.fixture(params=["clipboard", "selection"])
def copied(request: Any) -> Callable[..., str]:
    """Press a button that copies, and read the clipboard; with a clipboard for pages, and by selection where there is none."""

    def text(page: Any, button: str) -> str:
        if request.param == "clipboard":
            page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        else:
            page.evaluate("Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})")
        page.get_by_role("button", name=button, exact=True).press("Enter")
        page.get_by_text("Copied", exact=True).wait_for()
        assert page.evaluate("document.activeElement.textContent") == "Copied"
        if request.param == "clipboard":
            return str(page.evaluate("navigator.clipboard.readText()"))
        page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
        page.locator("#pasted").press("Control+V")
        return str(page.locator("#pasted").input_value())

    return text


def test_what_is_copied_is_what_is_shown(static: Path, opened: Callable[..., Any], copied: Callable[..., str]) -> None:
    """The rows that a search leaves, tab-separated under their headings; formulas guarded."""
    watch = opened(static)
    watch.page.get_by_role("searchbox").fill("report 7")
    text = copied(watch.page, "Copy the rows shown of All reports")

    assert text == "Report\tPlace\tRequests\nreport 7\t'=SUM(A1)\t7,000"
    assert watch.wrongs() == []


def test_a_reports_table_and_its_command_are_copied(
    page_file: Path, opened: Callable[..., Any], copied: Callable[..., str]
) -> None:
    """The figures of the CSV file as they are shown, and the command as it stands on the page."""
    page = opened(page_file).page
    assert copied(page, "Copy the command") == page.inner_text("pre.copyable")

    page.reload()
    page.wait_for_selector("html.ready")
    page.locator("figure#status_codes summary").click()
    lines = [
        line.split("\t") for line in copied(page, "Copy the rows shown of HTTP Response Status Codes").splitlines()
    ]
    published = list(csv.reader((page_file.parent / "status_codes.csv").read_text("utf-8").splitlines()))
    assert [[line[0], line[1], line[2].replace(",", "")] for line in lines[1:]] == [row[:3] for row in published[1:]]
    assert lines[0][:3] == ["Status", "Meaning", "Requests"]


def test_a_reports_tables_give_the_bytes_of_its_files(
    page_file: Path, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """Each of the ten files, byte for byte, also after a sort and a search; one of them over the real way to the disk."""
    page = opened(page_file).page
    page.evaluate("document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)")
    page.locator("#client_urls th button").nth(0).click()
    page.locator("#client_urls input").fill("users")
    with page.expect_download() as download:
        page.locator("#client_urls button", has_text="CSV").click()
    no_table = {
        "api_usage.csv",
        "changes.csv",
        "findings.csv",
        "summary.csv",
    }  # on the page these are sentences, or nothing
    published = {path.name: path.read_bytes() for path in page_file.parent.glob("*.csv") if path.name not in no_table}

    assert Path(download.value.path()).read_bytes() == published["client_urls.csv"]
    assert {name: text.encode() for name, text in csv_files(page).items()} == published


def test_text_is_sorted_by_code_point_and_the_rest_stays_last(page_file: Path, opened: Callable[..., Any]) -> None:
    """Names as Python sorts them; Other, which has no rank, last in both ways of the rank."""
    page = opened(page_file).page
    page.evaluate("document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)")
    names = "[...document.querySelectorAll('#client_requests tbody tr')].map(row => row.cells[1].textContent)"
    page.locator("#client_requests th button").nth(1).click()
    assert page.evaluate(names) == sorted(page.evaluate(names))
    for _ in range(2):
        page.locator("#top_clients th button").nth(0).click()
        assert page.locator("#top_clients tbody tr").last.locator("td").nth(2).text_content() == "Other"
