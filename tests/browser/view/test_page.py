"""The API Usage view as a web page: a real Voila, a real Chromium, figures by an independent count."""

import ast
import csv
import io
import json
import os
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from plain_view import expected_view

from apiusage_helpers.interval import utc_today
from apiusage_helpers.text import percent
from tests.browser.view.conftest import HOSTILE, ROOT, act, table

pytestmark = pytest.mark.browser

START, END = str(utc_today() - timedelta(days=30)), str(utc_today() - timedelta(days=1))


@pytest.fixture
def page(new_page: Callable[..., Any], page_url: str) -> Any:
    """The page, loaded; at the end it must have shown no error and asked no other host."""
    page, seen = new_page(page_url)
    page.goto(page_url)
    page.wait_for_selector(".au[data-serial]")
    yield page
    assert seen.nothing(), seen


def headline(page: Any) -> str:
    return page.inner_text(".au-headline")


def names(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["client_id"]: row["client_name"] for row in sorted(rows, key=lambda row: row["date"])}


def figures(record: tuple[Any, ...]) -> list[str]:
    """Requests, failed, throttled and share as a row shows them."""
    requests, failed, throttled, share = record[1:5]
    return [f"{requests:,}", *(f"{n:,}" if n else "–" for n in (failed, throttled)), percent(share)]


def test_the_page_shows_figures_and_no_code(page: Any, rows: list[dict[str, Any]]) -> None:
    """All requests of thirty days, ten rows of each table in order, a picture with words, no source of a cell."""
    expected = expected_view(rows, START, END)

    assert headline(page) == f"{expected['total']:,} requests, nothing filtered"
    assert [row[1:5] for row in table(page, "clients")] == [figures(record) for record in expected["clients"][:10]]
    assert [row[:5] for row in table(page, "urls")] == [
        [f"{record[0][0]} {record[0][1]}", *figures(record)] for record in expected["urls"][:10]
    ]
    assert "days missing in the store: 1 of 30" in page.inner_text(".au-notes")
    assert page.locator(".au-picture img").get_attribute("alt").endswith(".")
    assert page.evaluate("document.querySelector('.au-picture img').naturalWidth") > 0
    assert page.locator(".jp-CodeCell .jp-InputArea, .highlight").count() == 0
    assert "explore(" not in page.content()


def test_a_click_on_a_client_gives_a_last_column(page: Any, rows: list[dict[str, Any]]) -> None:
    """The other table shows what this client asks for, with its filtered share beside the overall one; a second click clears."""
    client = expected_view(rows, START, END)["clients"][2][0]
    expected = expected_view(rows, START, END, clients=(client,))

    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())

    assert page.locator(".au-urls thead th").all_inner_texts()[-1] == "Under the filter"
    assert table(page, "urls") == [
        [f"{record[0][0]} {record[0][1]}", *figures(record), "", f"{percent(record[6])} {record[5]:,}"]
        for record in expected["urls"][:10]
    ]
    assert len(table(page, "clients")[0]) == 6
    assert page.locator(".au-clients button[aria-pressed=true]").count() == 1
    assert headline(page).startswith(f"Filtered by OAuth client {names(rows)[client]}")
    assert f": {expected['filtered']:,} of {expected['total']:,} requests (" in headline(page)
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())
    assert headline(page).endswith("nothing filtered")


def test_several_rows_of_both_tables_by_keyboard(page: Any, rows: list[dict[str, Any]]) -> None:
    """Enter on a focused row, Several at once, a row of the other table; Reset filter clears all of it."""
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).press("Enter"))
    page.locator(".au-clients .au-tools input[type=checkbox]").check()
    act(page, lambda: page.locator(".au-clients tbody button").nth(1).press("Enter"))
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.locator(".au-urls .au-tools input[type=checkbox]").press("Space")
    act(page, lambda: page.locator(".au-urls tbody button").nth(0).press("Space"))

    clients = [record[0] for record in expected_view(rows, START, END)["clients"][:2]]
    url = expected_view(rows, START, END, clients=clients)["urls"][0][0]
    expected = expected_view(rows, START, END, clients=clients, urls=(url,))
    assert f": {expected['filtered']:,} of {expected['total']:,} requests" in headline(page)
    assert all(len(row) == 7 for name in ("clients", "urls") for row in table(page, name))
    act(page, lambda: page.get_by_role("button", name="Reset filter").press("Enter"))
    assert headline(page).endswith("nothing filtered")
    assert page.evaluate("document.activeElement.textContent") == "Reset filter"
    assert page.get_by_role("button", name="Reset filter").get_attribute("aria-disabled") == "true"


def test_statuses_count_alone(page: Any, rows: list[dict[str, Any]]) -> None:
    """Ticked, only these requests count: in the graph, the headline, and under the filter of both tables."""
    expected = expected_view(rows, START, END, statuses=("429", "500"))
    for word in ("429", "5xx"):
        act(page, lambda word=word: page.locator(".au-choices").get_by_label(word, exact=True).check())

    assert headline(page).startswith(
        f"Filtered by statuses 429, 5xx: {expected['filtered']:,} of {expected['total']:,} "
    )
    for name in ("clients", "urls"):
        shown = [[row[1], row[-1]] for row in table(page, name)]
        assert shown == [[f"{r[1]:,}", f"{percent(r[6])} {r[5]:,}"] for r in expected[name][:10]]
    act(page, lambda: page.get_by_role("button", name="Reset filter").click())
    assert not page.locator(".au-choices").get_by_label("429", exact=True).is_checked()


def test_chosen_rows_stay_in_sight(page: Any) -> None:
    """A row that is chosen stands on top of the other pages too, until it is let go."""
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).click())
    name = page.locator(".au-clients tbody button").nth(0).get_attribute("title").split(",")[0]
    page.get_by_label("Next page of OAuth Clients").click()

    assert page.locator(".au-clients tbody tr.au-pinned").count() == 1
    assert table(page, "clients")[0][0].removeprefix("✓ ") == name
    act(page, lambda: page.locator(".au-clients tr.au-pinned button").click())
    assert headline(page).endswith("nothing filtered")
    assert page.locator(".au-pinned").count() == 0


def test_the_graph_tells_each_day(page: Any, rows: list[dict[str, Any]]) -> None:
    """By the pointer and by arrow keys: the day, its requests and how they ended; a day that is missing says so."""
    days = expected_view(rows, START, END)["days"]
    graph, tip = page.locator(".au-picture"), page.locator(".au-tip")
    graph.focus()
    graph.press("End")
    assert tip.inner_text().splitlines()[:3] == [END, f"{days[END][0]:,} requests", f"2xx succeeded: {days[END][1]:,}"]
    for _ in range(4):
        graph.press("ArrowLeft")
    gone = str(utc_today() - timedelta(days=5))
    assert tip.inner_text().splitlines() == [gone, "missing in the store"]
    graph.press("Escape")
    assert tip.is_hidden()
    page.wait_for_function("document.querySelector('.au-picture img').naturalWidth > 300")
    box = graph.locator("img").bounding_box()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] / 2)
    assert tip.inner_text().splitlines()[0] == END


def test_graph_and_tables_are_seen_at_once(new_page: Callable[..., Any], page_url: str) -> None:
    """At 1440 x 900 ten rows of both tables, the graph drawn for its place in letters of the page's size; on a phone data first."""
    page, _ = new_page(page_url, viewport={"width": 1440, "height": 900})
    page.goto(page_url)
    page.wait_for_function("document.querySelector('.au-picture img')?.naturalWidth > 1250")
    page.wait_for_selector(".au[data-serial]")
    ends = page.evaluate("[...document.querySelectorAll('.au-table')].map(one => one.getBoundingClientRect().bottom)")
    image = page.evaluate("(one => [one.naturalWidth, one.clientWidth])(document.querySelector('.au-picture img'))")
    assert len(table(page, "clients")) == len(table(page, "urls")) == 10
    assert max(ends) <= 900
    assert abs(image[0] - image[1]) <= 1

    phone, _ = new_page(page_url, viewport={"width": 390, "height": 844})
    phone.goto(page_url)
    phone.wait_for_selector(".au[data-serial]")
    graph, choices = (phone.locator(one).bounding_box()["y"] for one in (".au-picture", ".au-choices"))
    assert graph < 300
    assert graph < choices


@pytest.mark.parametrize("width", [1440, 1180, 1024, 390])
def test_names_keep_their_words_whole(new_page: Callable[..., Any], page_url: str, width: int) -> None:
    """Whatever is filtered, the column of names is wide enough for the longest word of a client's name."""
    page, _ = new_page(page_url, viewport={"width": width, "height": 900})
    page.goto(page_url)
    page.wait_for_selector(".au[data-serial]")
    narrowest = "Math.min(...[...document.querySelectorAll('.au tbody .au-name')].map(name => name.clientWidth))"
    found = [page.evaluate(narrowest)]
    act(page, lambda: page.locator(".au-choices").get_by_label("5xx", exact=True).check())
    found.append(page.evaluate(narrowest))
    act(page, lambda: page.locator(".au-urls tbody button").nth(0).click())
    found.append(page.evaluate(narrowest))

    whole = "[...document.querySelectorAll('.au-scroll')].every(box => box.scrollWidth <= box.clientWidth)"
    assert min(found) >= 100
    assert page.evaluate(whole)
    act(page, lambda: page.get_by_role("button", name="Reset filter").click())
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).click())
    assert page.evaluate(whole)  # no figure under the filter is cut either


def test_what_was_pressed_keeps_the_focus_and_stays_in_sight(page: Any) -> None:
    """The button of the last page, and a row that stands on another page once the other table's filter is gone."""
    after = page.get_by_label("Next page of API Requests")
    after.focus()
    while after.get_attribute("aria-disabled") == "false":
        after.press("Enter")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Next page of API Requests"

    act(page, lambda: page.locator(".au-clients tbody button").last.press("Enter"))
    pressed = page.locator(".au-urls tbody button").last
    name = pressed.get_attribute("title")
    act(page, lambda: pressed.press("Enter"))
    assert page.evaluate("[document.activeElement.title, document.activeElement.getAttribute('aria-pressed')]") == [
        name,
        "true",
    ]


def test_search_order_and_pages_stay_over_a_click(page: Any) -> None:
    """The clicked table keeps its search, its order and its page; none of this asks the kernel."""
    page.get_by_label("Search API Requests").fill("api users")
    page.get_by_role("button", name="API request", exact=True).click()
    texts = [row[0] for row in table(page, "urls")]
    assert texts == sorted(texts, key=str.lower)
    assert all("users" in text for text in texts)

    act(page, lambda: page.locator(".au-urls tbody button").nth(1).click())

    assert [row[0].removeprefix("✓ ") for row in table(page, "urls")] == texts
    assert page.locator(".au-urls th[aria-sort=ascending]").count() == 1
    page.get_by_label("Search API Requests").fill("")
    page.get_by_label("Next page of API Requests").click()
    assert page.locator(".au-urls .au-count").inner_text().startswith("11–20 of ")


def test_a_single_day_is_shown_by_client(page: Any, rows: list[dict[str, Any]]) -> None:
    """Where the platform's graph stays empty, the picture says it shows that day by client."""
    day = str(utc_today() - timedelta(days=2))
    act(page, lambda: page.get_by_label("from", exact=True).fill(day))
    act(page, lambda: page.get_by_label("to (UTC days)").fill(day))

    assert page.inner_text(".au figcaption") == f"Requests on {day} (UTC) by OAuth client and status"
    assert (
        page.locator(".au-picture img")
        .get_attribute("alt")
        .startswith(f"Requests of the single day {day} by OAuth client.")
    )
    assert headline(page) == f"{expected_view(rows, day, day)['total']:,} requests, nothing filtered"


def test_ranges_that_cannot_be_are_told(page: Any) -> None:
    """A reversed range and today: a message, the old figures, and the fields back to what is shown."""
    before = headline(page)
    assert page.get_by_label("to (UTC days)").get_attribute("max") == END

    act(page, lambda: page.get_by_label("to (UTC days)").fill("2020-01-01"))

    assert "the start is after the end" in page.inner_text(".au-message")
    assert headline(page) == before
    assert page.get_by_label("to (UTC days)").input_value() == END
    assert page.get_by_label("Date range").locator("option:checked").inner_text().split() == ["Previous", "30", "days"]


def test_hostile_names_are_text_everywhere(page: Any) -> None:
    """In both tables, the headline, the picture and the lists; nothing of them becomes an element or runs."""
    act(page, lambda: page.get_by_label("Organization").select_option("hostile"))
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).click())
    page.get_by_text("OAuth Client Settings").click()
    page.wait_for_selector(".atl-list label")

    assert sorted(row[0].removeprefix("✓ ") for row in table(page, "clients")) == sorted(HOSTILE)
    assert HOSTILE[-1] in headline(page)
    options = [text.replace("\xa0", " ") for text in page.locator(".atl-list label").all_inner_texts()]
    assert {HOSTILE[0], HOSTILE[1]} <= set(options)
    page.wait_for_selector("figure table", state="attached")
    assert page.locator("img[onerror], svg[onload]").count() == 0


def download(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download() as handed:
        page.get_by_role("button", name=button, exact=True).click()
    return handed.value.suggested_filename, Path(handed.value.path()).read_bytes()


def test_exports_hold_what_is_shown(page: Any, rows: list[dict[str, Any]]) -> None:
    """CSV of each table and XLSX with types; the filter stands in the names and on the sheet of facts."""
    client = expected_view(rows, START, END)["clients"][2][0]
    expected = expected_view(rows, START, END, clients=(client,))
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())
    stem = f"api_usage_view_sample_{START}_{END}_client-"

    page.get_by_label("Export as").select_option("CSV: API Requests")
    name, content = download(page, "Export API Usage Data")
    records = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert name.startswith(stem)
    assert name.endswith("_urls.csv")
    assert content.count(b"\r\n") == len(records) + 1
    assert [(r["http_method"], r["template_uri"], int(r["requests"]), float(r["filtered_share"])) for r in records] == [
        (*key, n, part) for key, n, *_, part in expected["urls"]
    ]

    page.get_by_label("Export as").select_option("XLSX: all tables and facts")
    name, content = download(page, "Export API Usage Data")
    book = openpyxl.load_workbook(io.BytesIO(content))
    facts = {row[0]: row[1] for row in book["Facts"].iter_rows(min_row=2, values_only=True)}
    assert name.startswith(stem)
    assert name.endswith(".xlsx")
    sheet = list(book["API Requests"].iter_rows(min_row=2, values_only=True))
    assert [row[:3] for row in sheet] == [(*key, n) for key, n, *_ in expected["urls"]]
    assert [row[7] for row in sheet] == pytest.approx([part for *_, part in expected["urls"]], rel=1e-14)
    assert (
        sum(row[1] for row in book["Requests per day"].iter_rows(min_row=2, values_only=True)) == expected["filtered"]
    )
    assert client in facts["filter on OAuth clients"]


NO_CLIPBOARD = "Object.defineProperty(Navigator.prototype, 'clipboard', {get: () => undefined})"
COPIED = {
    "command": "The command is on the clipboard.",
    "parameters": "The parameters are on the clipboard.",
}


def pasted(page: Any) -> str:
    """What the clipboard holds, through a field that it is pasted into."""
    page.evaluate("document.body.append(Object.assign(document.createElement('textarea'), {id: 'pasted'}))")
    page.locator("#pasted").press("Control+V")
    text = page.locator("#pasted").input_value()
    page.evaluate("document.querySelector('#pasted').remove()")
    return text


@pytest.mark.parametrize("way", ["clipboard", "selection"])
def test_the_selection_is_handed_on_by_the_clipboard(page: Any, rows: list[dict[str, Any]], way: str) -> None:
    """As a command of shell words and as literals of a parameters cell; also where a page has no clipboard of its own."""
    if way == "selection":
        page.evaluate(NO_CLIPBOARD)
    else:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    uri = expected_view(rows, START, END)["urls"][1][0]
    act(page, lambda: page.locator(".au-urls tbody button").nth(1).click())
    texts = {}
    for kind, told in COPIED.items():
        act(page, lambda kind=kind: page.get_by_role("button", name=f"Copy as {kind}").press("Enter"))
        assert page.inner_text(".au-message") == told
        assert page.evaluate("document.activeElement.textContent") == f"Copy as {kind}"
        texts[kind] = page.evaluate("navigator.clipboard.readText()") if way == "clipboard" else pasted(page)

    words = shlex.split(texts["command"])
    assert words[:3] == ["apiusage", "report", "params/views/all.yaml"]
    assert words[3:].count("-p") * 3 == len(words[3:])
    given = dict(zip(words[4::3], words[5::3], strict=True))
    assert json.loads(given.pop("filter_urls")) == [" ".join(uri)]
    assert given == {}  # all.yaml says the rest
    cell = {line.split(":")[0]: ast.literal_eval(line.partition(" = ")[2]) for line in texts["parameters"].splitlines()}
    assert (cell["organization"], cell["date_range"], cell["filter_urls"]) == (
        "sample", "previous_30_days", [" ".join(uri)],
    )  # fmt: skip


def test_what_cannot_be_copied_is_shown(page: Any) -> None:
    """Where the browser lets nothing onto the clipboard, the command stands on the page."""
    page.evaluate(f"{NO_CLIPBOARD}; document.execCommand = () => false")
    act(page, lambda: page.get_by_role("button", name="Copy as command").click())

    assert "apiusage report params/views/all.yaml" in page.inner_text(".au-message")


def test_top_panels_export_their_own_csv(page: Any) -> None:
    page.get_by_text("Most Active Requests").click()
    name, content = download(page, "Export top_clients.csv")

    assert name == f"top_clients_sample_{START}_{END}.csv"
    assert content.decode().splitlines()[0] == "rank,client_id,client_name,requests,successful,failed,share"
    assert len(content.decode().splitlines()) == 7


def test_save_is_a_download_that_opens_again(page: Any, line: Any) -> None:
    """A visitor keeps the view as a file; nothing is written on the server; the file brings filter and choices back."""
    act(page, lambda: page.locator(".au-urls tbody button").nth(1).click())
    filtered = headline(page)
    page.get_by_label("View name").fill("my-view")
    name, content = download(page, "Save as a file")

    assert name == "my-view.yaml"
    assert len(yaml.safe_load(content)["parameters"]["filter_urls"]) == 1
    assert [path.name for path in (line.folder / "params" / "views").iterdir()] == ["all.yaml"]
    act(page, lambda: page.get_by_role("button", name="Reset all").click())
    assert headline(page).endswith("nothing filtered")
    upload = {"name": name, "mimeType": "application/yaml", "buffer": content}
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file", exact=True).click()
    act(page, lambda: chooser.value.set_files(upload))
    assert headline(page) == filtered
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file", exact=True).press("Enter")
    act(page, lambda: chooser.value.set_files(upload | {"buffer": content + b"#" * 300_000}))
    assert "this file is too large" in page.inner_text(".au-message")
    assert headline(page) == filtered


def test_choices_of_the_sections_move_their_panels_only(page: Any) -> None:
    """Client URL View Selections change section 2; the tables above stay."""
    before = headline(page)
    page.get_by_text("OAuth Client Settings").click()
    page.wait_for_selector("text=OAuth clients 12 of 12")
    act(page, lambda: page.locator(".atl-list").get_by_label("CRM sync").check())
    page.wait_for_selector("text=OAuth clients 1 of 12")

    assert headline(page) == before


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_nothing_is_wider_than_the_window(new_page: Callable[..., Any], page_url: str, width: int) -> None:
    """Also with the fifth column."""
    page, _ = new_page(page_url, viewport={"width": width, "height": 1400})
    page.goto(page_url)
    page.wait_for_selector(".au[data-serial]")
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).click())

    assert page.evaluate("document.querySelector('.au').scrollWidth - document.querySelector('.au').clientWidth") <= 0
    assert page.evaluate("document.querySelector('.au').getBoundingClientRect().right") <= width


def test_the_picture_of_the_readme(page: Any, tmp_path: Path) -> None:
    """The view after a click; with APIUSAGE_PICTURES=1 it becomes docs/view.png."""
    page.set_viewport_size({"width": 1200, "height": 1000})
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())
    path = ROOT / "docs" / "view.png" if os.environ.get("APIUSAGE_PICTURES") else tmp_path / "view.png"
    page.wait_for_function("document.querySelector('.au-picture img').naturalWidth < 1200")
    page.locator(".au").screenshot(path=path)

    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_before_and_after_a_click(page: Any, scheme: str) -> None:
    """One main landmark, headings in order, readable contrast, names for all that can be used; filtered too."""
    page.emulate_media(color_scheme=scheme)
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    plain = [(found["id"], found["nodes"][0]["html"]) for found in axe.run(page).response["violations"]]
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())
    filtered = [(found["id"], found["nodes"][0]["html"]) for found in axe.run(page).response["violations"]]

    assert (plain, filtered) == ([], [])


def test_sections_fit_a_phone(new_page: Callable[..., Any], page_url: str) -> None:
    """At 390 pixels no button or text of sections and bar is cut, axe finds nothing in open tables; wide panels scroll by themselves."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    page, seen = new_page(page_url, viewport={"width": 390, "height": 1400})
    page.goto(page_url)
    page.wait_for_selector(".au[data-serial]")
    cut = """() => [...document.querySelectorAll('button, .au-panels, .au-panels p, .au-days')]
        .filter(one => one.offsetParent && (one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > 390))
        .map(one => one.textContent.slice(0, 60))"""
    for title, opened in (("OAuth Client Settings", "#client_urls"), ("Days in the store", ".au-days")):
        page.get_by_text(title).click()
        page.wait_for_selector(opened)
        page.evaluate("document.querySelectorAll('.au-panels details').forEach(one => one.open = true)")
        assert page.evaluate(cut) == []
        assert [(found["id"], found["nodes"][0]["html"]) for found in axe.run(page).response["violations"]] == []
    assert seen.nothing(), seen
