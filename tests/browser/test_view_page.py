"""The page of a saved view: published it says what was saved, and under its reader's choices what plain Python counts."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import plain_view
import pytest
from plain_choice import MISSING, as_read, as_shown, chosen_rows, random_choice, raw_rows
from plain_count import guarded

pytestmark = pytest.mark.browser

STATES = 50
START, END = "2026-11-17", "2026-11-23"
CRM = "be00660c-da42-4b48-82d3-4e1c90a573b7"
DETAILS, LOOKUP = (
    "POST api/v2/analytics/conversations/details/query",
    "GET api/v2/externalcontacts/reversewhitepageslookup",
)
SAVED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a client": {"filter_clients": ["CRM sync"]},
    "a client and a request": {"filter_clients": [CRM], "filter_urls": [LOOKUP]},
    "what nothing meets": {"filter_clients": ["nobody"], "filter_urls": [DETAILS], "http_methods": ["GET"]},
    "one day": {"date_range": "2026-11-23/2026-11-23"},
}


def view_files(
    rows: list[dict[str, Any]], choice: list[tuple[str, str]], saved: dict[str, Any]
) -> dict[str, list[tuple[Any, ...]]]:
    """The records of the view's CSV files: a saved click holds until something is chosen in its table."""
    facets = {facet for facet, _ in choice}
    clients = {
        row["client_id"] for row in rows if {row["client_id"], row["client_name"]} & {*saved.get("filter_clients", [])}
    }
    held = [("clients", one) for one in clients or {"nobody"} if "filter_clients" in saved and "clients" not in facets]
    if not facets & {"requests", "uris"}:
        held += [("requests", url) for url in saved.get("filter_urls", [])]
    acting = [*choice, *held]
    names = {row["client_id"]: row["client_name"] for row in rows}

    def under(*without: str) -> list[dict[str, Any]] | None:
        left = [(facet, value) for facet, value in acting if facet not in without]
        return chosen_rows(rows, left) if left else None

    def chosen(*facets: str) -> set[Any]:
        return {(facet, value) for facet, value in acting if facet in facets}

    kept_clients = {value for _, value in chosen("clients")} & {*names}
    urls = {(row["http_method"], row["template_uri"]) for row in rows}
    urls |= {tuple(url.split(" ", 1)) for url in saved.get("filter_urls", [])}
    kept_urls = {
        (method, uri)
        for method, uri in urls
        if chosen("requests", "uris")
        and (not chosen("requests") or ("requests", f"{method} {uri}") in acting)
        and (not chosen("uris") or ("uris", uri) in acting)
    }
    tables = {
        "view_clients": plain_view.ranked_table(
            rows, under("clients"), lambda row: row["client_id"], lambda key: (names[key], key), kept_clients
        ),
        "view_urls": plain_view.ranked_table(
            rows, under("requests", "uris"), lambda row: (row["http_method"], row["template_uri"]),
            lambda key: (key[1], key[0]), kept_urls,
        ),
    }  # fmt: skip
    both = under()
    days = plain_view.days_of(rows if both is None else both, START, END)
    wanted = {value for facet, value in choice if facet == "days"}
    figures = ("requests", "share", "filtered_requests", "filtered_share")
    return {
        "view_clients": [
            ("client_id", "client_name", "kind", *figures),
            *((guarded(key), guarded(names[key]), "", *texts(rest)) for key, *rest in tables["view_clients"]),
        ],
        "view_urls": [
            ("http_method", "template_uri", *figures),
            *((*map(guarded, key), *texts(rest)) for key, *rest in tables["view_urls"]),
        ],
        "view_days": [
            ("date", "requests", "succeeded", "redirected", "client_errors", "throttled", "server_errors", "complete"),
            *((day, *map(str, counts), str(day != MISSING)) for day, counts in days.items() if not wanted or day in wanted),
        ],
    }  # fmt: skip


def texts(figures: list[Any]) -> list[Any]:
    """Counts as text, shares as numbers, as `as_read` reads them."""
    requests, share, filtered, filtered_share = figures
    return [str(requests), share, "" if filtered is None else str(filtered), filtered_share]


def shown_columns(records: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns that a reader sees: no kind where none is known, nothing filtered where nothing acts on the table."""
    header, *rows = records
    filtered = "filtered_requests" in header and any(row[header.index("filtered_requests")] for row in rows)
    places = [n for n, name in enumerate(header) if name != "kind" and (filtered or not name.startswith("filtered_"))]
    return tuple(header[n] for n in places), [tuple(row[n] for n in places) for row in rows]


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

    assert ["view_clients", "Client id", "OAuth client", "Kind", "Requests", "Share of all"] in published
    assert page.evaluate(heads) == published
    choose(page, [("methods", "DELETE")])
    shown = {name: columns for name, *columns in page.evaluate(heads)}
    assert shown["view_clients"] == [
        "Client id",
        "OAuth client",
        "Kind",
        "Requests",
        "Share of all",
        "Filtered requests",
        "Share of filtered",
    ]
    row = page.locator("#view_clients tbody tr", has_text=CRM).locator("td").all_text_contents()
    assert row == [CRM, "CRM sync", "integration", "0", "0 %", "0", "0 %"]
