"""The page on paper: every table's heading on each of its sheets, nothing but text and lines, nothing that only a screen needs."""

import csv
import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_a_printed_page_is_whole(any_page: Path, opened: Callable[..., Any], tmp_path: Path, paper: str) -> None:
    """The tenth row of a long table is there with its heading, the eleventh is not; controls are not either."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: apt-get install poppler-utils)")
    page, path = opened(any_page).page, tmp_path / "page.pdf"
    page.locator("figure#client_urls summary").click()
    page.locator("figure#client_urls").get_by_role("button", name="Show all").click()
    rows = page.locator("figure#client_urls tbody tr")
    tenth, later = (rows.nth(n).locator("td.number").first.inner_text() for n in (9, 10))
    page.pdf(path=path, format=paper)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    sheets = [sheet for sheet in text.split("\f") if sheet.strip()]
    heads = [len(re.findall(r"OAuth client +Method", sheet)) for sheet in sheets]

    assert sum(heads) == 1
    assert f" {tenth} " in text
    assert f" {later} " not in text
    assert not re.search(r"Copy link|Show all|How to read this", text)
    assert path.stat().st_size < 1_000_000


def test_a_page_is_printed_without_script_as_lines_too(
    page_file: Path, opened: Callable[..., Any], tmp_path: Path
) -> None:
    """The published pictures hold no pattern that a printer would turn into large images."""
    path = tmp_path / "page.pdf"
    opened(page_file, java_script_enabled=False).page.pdf(path=path, format="A4")

    assert path.stat().st_size < 1_000_000


NAMES = """figure => [...figure.querySelectorAll('tbody tr')].map(row => {
    const cell = row.querySelector('td:not(.client_id):not(.number)');
    return [cell.textContent, getComputedStyle(cell, '::after').content];
})"""


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["script", "no script"])
def test_clients_of_one_name_are_told_apart_on_paper(
    page_file: Path, opened: Callable[..., Any], java_script_enabled: bool
) -> None:
    """Ids have no room there: the start of it stands behind the name, only on paper and only where names are shared."""
    rows = [*csv.DictReader((page_file.parent / "client_requests.csv").open(encoding="utf-8", newline=""))]
    ids = defaultdict(set)
    for row in rows:
        ids[row["client_name"]].add(row["client_id"])
    marks = [f'" ({row["client_id"][:8]})"' if len(ids[row["client_name"]]) > 1 else "none" for row in rows]
    page = opened(page_file, java_script_enabled=java_script_enabled).page
    figure = page.locator("figure#client_requests")
    if java_script_enabled:
        figure.locator("summary").click()
    shown = figure.evaluate(NAMES)
    page.emulate_media(media="print")
    printed = figure.evaluate(NAMES)
    page.emulate_media(media="screen")

    assert len({*marks}) >= 3
    assert {mark for _, mark in shown} == {"none"}
    assert [mark for _, mark in printed] == marks[: len(printed)]
