"""The page of a saved view: published it says what was saved, and under its reader's choices what plain Python counts."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from plain_choice import MISSING, as_read, as_shown, chosen_rows, random_choice, raw_rows
from plain_page import CRM, END, SAVED, START, shown_columns, view_files

pytestmark = pytest.mark.browser

STATES = 8  # tests/page/test_script.py counts many more without a browser


def choose(page: Any, choice: list[tuple[str, str]]) -> None:
    page.evaluate(
        "fragment => { location.hash = fragment; return new Promise(done => setTimeout(done)); }", urlencode(choice)
    )


@pytest.mark.parametrize("saved", SAVED)
def test_published_it_offers_the_files_of_its_run(
    published: Callable[[dict[str, Any]], Path],
    opened: Callable[..., Any],
    csv_files: Callable[[Any], dict[str, str]],
    saved: str,
) -> None:
    """With nothing chosen every table gives the bytes of the run's file, and the graph its days."""
    path = published(SAVED[saved])
    watch = opened(path)
    files = csv_files(watch.page)
    files.pop("view_day.csv", None)

    assert {*files} >= {
        "view_clients.csv",
        "view_urls.csv",
        "client_requests.csv",
        "client_urls.csv",
        "url_requests.csv",
    }
    assert ("view_days.csv" in files) == (saved != "one day")
    assert files == {name: (path.parent / name).read_bytes().decode() for name in files}
    assert watch.page.locator("h3 .filtered-mark:visible").count() == 0
    assert watch.wrongs() == []


@pytest.mark.parametrize("saved", ["nothing", "a client", "a client and a request", "what nothing meets"])
def test_random_choices_show_what_plain_python_counts(
    published: Callable[[dict[str, Any]], Path],
    opened: Callable[..., Any],
    csv_files: Callable[[Any], dict[str, str]],
    shown_tables: Callable[[Any], dict[str, list[list[str]]]],
    saved: str,
) -> None:
    """Both tables as shown and as files, the graph, and the line above them, under random choices."""
    dice, path = random.Random(saved), published(SAVED[saved])
    rows, watch = raw_rows(path.parent), opened(path)
    total = sum(row["requests"] for row in rows)
    for _ in range(STATES // 4):
        choice = random_choice(rows, dice)
        choose(watch.page, choice)
        wanted = view_files(rows, choice, SAVED[saved])
        files, tables = csv_files(watch.page), shown_tables(watch.page)
        for name, records in wanted.items():
            assert as_read(files[f"{name}.filtered.csv"]) == records, (choice, name)
            header, shown = shown_columns(records)
            assert tables[name] == [as_shown(record, header) for record in shown], (choice, name)
        requests = sum(int(record[1]) for record in wanted["view_days"][1:])
        line = watch.page.inner_text("#counts-view .counts:first-child")
        assert line.startswith("Filtered by")
        assert f": {requests:,} of {total:,} requests (" in line
        assert days_in_graph(watch.page) == {r[0]: r[1] if r[-1] == "True" else None for r in wanted["view_days"][1:]}
    assert watch.wrongs() == []


def days_in_graph(page: Any) -> dict[str, str | None]:
    """What the columns of the graph say by date; None for a missing day."""
    found = {}
    for title in page.evaluate(
        "[...document.querySelectorAll('#view_days svg title')].map(title => title.textContent)"
    ):
        day, told = title.split(": ")
        counts = re.match(r"([\d,]+) requests", told)
        found[day] = counts and counts[1].replace(",", "")
    return found


def test_a_press_replaces_a_saved_click_and_reset_brings_it_back(
    published: Callable[[dict[str, Any]], Path], opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """A client pressed takes the place of the saved one, a method comes on top of it; the line says which."""
    page = opened(published(SAVED["a client"])).page
    page.evaluate("document.querySelectorAll('details:not(.facet)').forEach(part => part.open = true)")
    before = page.inner_html("main"), csv_files(page)
    line = "#counts-view .counts:first-child"
    published_line = page.inner_text(line)
    page.locator("#view_clients td button", has_text="Wallboard").click()
    replaced, pressed = (
        page.inner_text(line),
        page.locator("#view_clients td button[aria-pressed=true]").all_inner_texts(),
    )
    page.locator("button.reset").click()
    choose(page, [("methods", "GET")])
    held = page.inner_text(line)
    page.locator("button.reset").click()

    assert published_line.startswith("Filtered by OAuth client CRM sync: ")
    assert replaced.startswith('Filtered by OAuth client Wallboard "North": ')
    assert pressed == ['Wallboard "North"']
    assert held.startswith("Filtered by method GET and, as saved, OAuth client CRM sync: ")
    assert "as saved, by OAuth client CRM sync" in page.inner_text(".told")
    assert (page.inner_html("main"), csv_files(page)) == before


def test_a_choice_that_nothing_meets_is_marked_as_filtered(
    published: Callable[[dict[str, Any]], Path], opened: Callable[..., Any]
) -> None:
    """Graph and both tables are empty, say so, and are marked; the columns under the filter stay."""
    watch = opened(published(SAVED["a client"]), f"#days={MISSING}")
    marks = watch.page.locator("[id^=view_] .filtered-mark")

    assert [mark.is_visible() for mark in marks.all()] == [True] * 3
    assert watch.page.locator("#view_urls p.nothing").count() == 1
    assert watch.page.locator("#view_urls th").all_text_contents()[-1] == "Share of filtered"
    assert watch.wrongs() == []


def test_a_single_day_follows_too(
    published: Callable[[dict[str, Any]], Path],
    opened: Callable[..., Any],
    csv_files: Callable[[Any], dict[str, str]],
    shown_tables: Callable[[Any], dict[str, list[list[str]]]],
) -> None:
    """The clients of that day under the choice, as rows and as bars."""
    path = published(SAVED["one day"])
    rows, page = raw_rows(path.parent), opened(path).page
    choose(page, [("methods", "POST"), ("statuses", "200")])
    counts: dict[str, int] = {}
    for row in chosen_rows(rows, [("methods", "POST"), ("statuses", "200")]):
        counts[row["client_id"]] = counts.get(row["client_id"], 0) + row["requests"]
    records = as_read(csv_files(page)["view_day.filtered.csv"])
    names = {row["client_id"]: row["client_name"] for row in rows}
    header, *shown = records

    assert {record[0]: int(record[2]) for record in shown} == counts
    assert [as_shown(record, header)[1] for record in shown] == [names[record[0]] for record in shown]
    assert shown_tables(page)["view_day"] == [as_shown(record, header) for record in shown]
    assert page.locator("#view_day svg g.choice").count() == len(counts)


def test_kinds_stand_where_they_were_published(
    make_command_line: Callable[[str], Any], page_file: Path, opened: Callable[..., Any]
) -> None:
    """A kind known only of a client that is clicked but has no request of the chosen methods; headings keep their columns."""
    line = make_command_line("kinds")
    line.environment.update(
        {"APIUSAGE_STORE": str(page_file.parents[4] / "store"), "APIUSAGE_PARAMS": str(line.folder)}
    )
    (line.folder / "tables").mkdir()
    (line.folder / "tables" / "clients.csv").write_text(f"client_id,kind\n{CRM},integration\n")
    settings = {
        "organization": "sample",
        "date_range": f"{START}/{END}",
        "filter_clients": [CRM],
        "http_methods": ["DELETE"],
    }
    (line.folder / "v.yaml").write_text(f"notebook: api_usage_view\nparameters: {json.dumps(settings)}\n")
    path = line.published(line.folder / "v.yaml", "--today", "2026-11-24") / "report.html"
    plain = opened(path, java_script_enabled=False).page
    page = opened(path).page
    heads = "[...document.querySelectorAll('figure.panel')].map(figure => [figure.id, ...[...figure.querySelectorAll('th')].map(th => th.textContent)])"
    published = plain.evaluate(heads)

    assert [
        "view_clients",
        "Client id",
        "OAuth client",
        "Kind",
        "Requests",
        "Failed",
        "429",
        "Share of all",
    ] in published
    assert page.evaluate(heads) == published
    choose(page, [("methods", "DELETE")])
    shown = {name: columns for name, *columns in page.evaluate(heads)}
    assert shown["view_clients"] == [
        "Client id",
        "OAuth client",
        "Kind",
        "Requests",
        "Failed",
        "429",
        "Share of all",
        "Filtered requests",
        "Share of filtered",
    ]
    row = page.locator("#view_clients tbody tr", has_text=CRM).locator("td").all_text_contents()
    assert row == [CRM, "CRM sync", "integration", "0", "0", "0", "0 %", "0", "0 %"]
