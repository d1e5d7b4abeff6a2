"""What the served page shows and how it is filtered, counted independently: tests that look at one page, one after another."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from plain_view import expected_view

from apiusage_helpers.interval import utc_today
from apiusage_helpers.text import percent
from tests.browser.view.conftest import SCREEN, act, download, headline, resize, table

pytestmark = pytest.mark.browser

START, END = str(utc_today() - timedelta(days=30)), str(utc_today() - timedelta(days=1))


@pytest.fixture
def page(one_page: tuple[Any, Any]) -> Iterator[Any]:
    """The page that the tests share, as it was when it was opened; none of them leaves its order, its pages or its lists changed."""
    page, seen = one_page
    resize(page, **SCREEN)
    page.emulate_media(color_scheme="null")
    act(page, lambda: page.get_by_role("button", name="Reset all").click())
    page.locator(".au-tools input[type=checkbox]").first.uncheck()  # it ticks that of the other table too
    assert headline(page).endswith("requests, nothing filtered")
    yield page
    assert seen.nothing(), seen


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


def test_a_row_that_is_pressed_while_the_graph_is_drawn_again_is_clicked(page: Any) -> None:
    """The window becomes narrower between press and release: the tables stay, and the click counts."""
    box = page.locator(".au-clients tbody button").nth(0).bounding_box()
    page.evaluate("window.pressed = document.querySelector('.au-clients tbody button')")
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    narrow = page.evaluate("document.querySelector('.au-picture img').naturalWidth") - 60
    resize(page, SCREEN["width"] - 100, SCREEN["height"])
    page.wait_for_function("most => document.querySelector('.au-picture img').naturalWidth < most", arg=narrow)
    page.wait_for_timeout(100)
    assert page.evaluate("pressed.isConnected")
    act(page, page.mouse.up)

    assert headline(page).startswith("Filtered by OAuth client ")


BROKEN_WORDS = """() => [...document.querySelectorAll('.au tbody .au-name button')].flatMap(button => [...button.childNodes])
    .flatMap(part => [...(part.data || '').matchAll(/\\w+/g)].filter(({0: word, index}) => {
        const place = new Range();
        place.setStart(part, index);
        place.setEnd(part, index + word.length);
        return new Set([...place.getClientRects()].map(line => line.top)).size > 1;
    }).map(found => found[0]))"""


@pytest.mark.parametrize("width", [1440, 1280, 1180, 1024, 768, 390])
def test_names_keep_their_words_whole(page: Any, width: int) -> None:
    """Whatever is filtered, the column of names is wide enough for the longest word of a client's name, and of a URL's too
    but on a phone.
    """
    resize(page, width, 900)
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
    act(page, lambda: page.get_by_role("button", name="CRM sync").click())
    assert page.evaluate(whole)  # no figure under the filter is cut either
    assert width < 768 or page.evaluate(BROKEN_WORDS) == []  # of the longest template URIs


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


@pytest.mark.parametrize("width", [1280, 700, 390])
def test_nothing_is_wider_than_the_window(page: Any, width: int) -> None:
    """Also with the fifth column."""
    resize(page, width, 1400)
    act(page, lambda: page.locator(".au-clients tbody button").nth(0).click())

    assert page.evaluate("document.querySelector('.au').scrollWidth - document.querySelector('.au').clientWidth") <= 0
    assert page.evaluate("document.querySelector('.au').getBoundingClientRect().right") <= width


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
