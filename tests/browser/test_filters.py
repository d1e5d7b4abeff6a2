"""The filters of the page: what it shows is what plain Python counts from the raw rows under the same choices."""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from plain_choice import MISSING, as_read, as_shown, chosen_rows, random_choice, raw_rows
from plain_page import expected

pytestmark = pytest.mark.browser

STATES = 6  # tests/page/test_script.py counts many more without a browser


@pytest.fixture(scope="module")
def rows(page_file: Path) -> list[dict[str, Any]]:
    """The raw rows of the page's report."""
    return raw_rows(page_file.parent)


@pytest.mark.parametrize("seed", range(2))
def test_random_choices_show_what_plain_python_counts(
    page_file: Path,
    opened: Callable[..., Any],
    csv_files: Callable[[Any], dict[str, str]],
    shown_tables: Callable[[Any], dict[str, list[list[str]]]],
    rows: list[dict[str, Any]],
    seed: int,
) -> None:
    """Tables as shown, their CSV files, the totals, the counts of the sections and the graph, under random choices."""
    dice = random.Random(seed)
    watch = opened(page_file)
    page = watch.page
    total, clients = sum(row["requests"] for row in rows), len({row["client_id"] for row in rows})
    for _ in range(STATES // 2):
        choice = random_choice(rows, dice)
        page.evaluate(
            "fragment => { location.hash = fragment; return new Promise(done => setTimeout(done)); }", urlencode(choice)
        )
        wanted, kept = expected(rows, choice), chosen_rows(rows, choice)
        requests, asking = sum(row["requests"] for row in kept), len({row["client_id"] for row in kept})

        assert {name.replace(".filtered", ""): as_read(text) for name, text in csv_files(page).items()} == wanted, (
            choice
        )
        for name, table in shown_tables(page).items():
            header, *records = wanted[f"{name}.csv"]
            assert table == [as_shown(record, header) for record in records], (choice, name)
        assert page.inner_text(".told").endswith(
            f": {requests:,} of {total:,} requests, {asking:,} of {clients:,} OAuth clients."
        )
        assert (
            page.inner_text("#counts-1 .counts")
            == f"Requests {requests:,} of {total:,} · OAuth clients {asking} of {clients} · filtered"
        )
        assert (
            graph(page)
            == {
                record[0]: record[1:3] if record[-1] == "True" else None
                for record in wanted["requests_per_day.csv"][1:]
            }
            or not requests
        )
    assert watch.wrongs() == []


def graph(page: Any) -> dict[str, tuple[str, str] | None]:
    """What the columns of the graph say: requests and, of them, successful ones by date; None for a missing day."""
    found = {}
    for title in page.evaluate(
        "[...document.querySelectorAll('#requests_per_day svg title')].map(title => title.textContent)"
    ):
        day, told = title.split(": ")
        counts = [int(count.replace(",", "")) for count in re.findall(r"\d[\d,]*", told)]
        found[day] = (str(counts[0]), str(counts[0] - counts[1])) if counts else None
    return found


def test_all_of_everything_is_the_published_report(
    page_file: Path, opened: Callable[..., Any], rows: list[dict[str, Any]]
) -> None:
    """Where all clients are chosen, every picture is told in the very words that were published."""
    page = opened(page_file).page
    published = page.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].map(svg => svg.getAttribute('aria-label'))"
    )
    page.evaluate("fragment => { location.hash = fragment; return new Promise(done => setTimeout(done)); }",
                  urlencode([("clients", client) for client in sorted({row["client_id"] for row in rows})]))  # fmt: skip
    filtered = page.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].map(svg => svg.getAttribute('aria-label'))"
    )

    assert [text.replace("Of all filtered requests", "Of all requests") for text in filtered] == published
    assert len(published) == 10


def test_reset_brings_the_published_page_back(
    page_file: Path, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """After clicks on clients, URLs, statuses and days, Reset restores every word, figure and file, and the address."""
    watch = opened(page_file)
    page = watch.page

    def state() -> tuple[str, dict[str, str]]:
        return page.inner_html("main"), csv_files(page)

    page.evaluate("document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)")
    before = state()
    page.locator("#client_requests td button").nth(1).click()
    page.locator("#url_requests td button").nth(0).click()
    page.locator("#status_codes td button").nth(0).click()
    page.locator("#requests_per_day g.choice").nth(1).click()
    filtered = page.inner_text("main")
    page.locator("button.reset").click()

    assert "Filtered by" in filtered
    assert filtered.count("filtered") > 12
    assert page.locator("button.reset").is_hidden()
    assert state() == before
    assert page.url.rstrip("#") == page_file.as_uri()
    assert watch.wrongs() == []


def test_the_address_keeps_the_choice(
    page_file: Path, opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """What was chosen by keyboard and mouse stands in the address; opened elsewhere it shows the same; back undoes."""
    page = opened(page_file).page
    page.locator(".facet summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("crm")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.locator("#status_codes g.choice").nth(3).click()
    page.mouse.move(0, 0)  # what a picture tells under the pointer is no part of the choice
    other = opened(page_file, "#" + page.url.split("#")[1]).page

    assert "OAuth client CRM sync, status 429 too many requests" in page.inner_text(".told")
    assert other.inner_text("main") == page.inner_text("main")
    assert csv_files(other) == csv_files(page)
    page.go_back()
    assert "Filtered by OAuth client CRM sync:" in page.inner_text(".told")


def test_what_a_report_does_not_know_is_told(page_file: Path, opened: Callable[..., Any]) -> None:
    """Names of another report in the address choose nothing here, and their number is told; other fragments do nothing."""
    page = opened(page_file, "#clients=gone&clients=away&methods=GET&nonsense=1").page
    plain = opened(page_file, "#top_clients").page

    assert "2 of the names in the address are not in this report" in page.inner_text(".told")
    assert page.inner_text(".told").startswith("Filtered by method GET")
    assert plain.inner_text(".told").startswith("Nothing is filtered")


def test_the_skip_link_keeps_the_choice(page_file: Path, opened: Callable[..., Any]) -> None:
    """It moves the focus to the report; the choice and its address stay. A place in the page is no choice either."""
    page = opened(page_file, "#methods=GET").page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.localName")
    kept = page.inner_text(".told"), page.url.split("#")[1]
    page.evaluate("location.hash = 'url_requests'; new Promise(done => setTimeout(done))")

    assert focused == "main"
    assert kept[0].startswith("Filtered by method GET")
    assert kept[1] == "methods=GET"
    assert page.inner_text(".told") == kept[0]


def test_a_day_without_requests_of_the_choice_is_told(page_file: Path, opened: Callable[..., Any]) -> None:
    """Where nothing fits the choice, every panel says so, and nothing fails."""
    watch = opened(page_file, f"#days={MISSING}")

    assert watch.page.locator("p.nothing").count() == 8
    assert "0 of " in watch.page.inner_text(".told")
    assert "missing" in watch.page.locator("#requests_per_day svg").text_content()
    assert watch.wrongs() == []


def test_without_javascript_the_page_is_as_published(page_file: Path, opened: Callable[..., Any]) -> None:
    """Ten pictures, all rows of their tables, and no tool that does nothing."""
    page = opened(page_file, java_script_enabled=False).page
    records = {path.stem: path.read_bytes().count(b"\r\n") - 1 for path in page_file.parent.glob("*.csv")}

    assert page.locator("figure img").count() == 10
    assert page.locator("button, input").count() == 0
    for figure in page.locator("figure").all():
        assert figure.locator("tbody tr").count() == records[figure.get_attribute("id")]


def test_a_silent_day_has_a_count_and_no_share(page_file: Path, opened: Callable[..., Any]) -> None:
    """Under a filter to a client that asks on some days: 0 requests are a figure, a share of none is not."""
    asked: dict[str, set[str]] = {}
    for row in raw_rows(page_file.parent):
        asked.setdefault(row["client_id"], set()).add(row["date"])
    client, days = min(asked.items(), key=lambda one: len(one[1]))
    page = opened(page_file, f"#clients={client}").page
    counts, shares = (
        page.locator(f"#{name} svg text.on").all_text_contents() for name in ("requests_per_day", "failures_per_day")
    )

    assert 0 < len(days) < 6
    assert (counts.count("missing"), counts.count("0"), len(counts)) == (1, 6 - len(days), 7)
    assert (shares.count("missing"), len(shares)) == (1, 1 + len(days))
