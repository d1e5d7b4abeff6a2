"""The API Usage view as a web page, a real Voila in a real Chromium: tests that change more of their page than its filter."""

import ast
import json
import os
import shlex
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from plain_view import expected_view

from apiusage_helpers.interval import utc_today
from tests.browser.view.conftest import (
    HOSTILE,
    ROOT,
    SCREEN,
    act,
    download,
    headline,
    resize,
    table,
    until_shown,
    visit,
)

pytestmark = pytest.mark.browser

START, END = str(utc_today() - timedelta(days=30)), str(utc_today() - timedelta(days=1))


@pytest.fixture
def page(one_page: tuple[Any, Any]) -> Iterator[Any]:
    """That page, as it was when it was opened but for a clipboard that it may have lost."""
    page, seen = one_page
    resize(page, **SCREEN)
    act(page, lambda: page.get_by_role("button", name="Reset all").click())
    for header in page.locator(".jupyter-widget-Collapse-open > .jupyter-widget-Collapse-header").all():
        header.click()
    for name in ("clients", "urls"):
        for text in ("a", ""):  # a search leads to the first page
            page.locator(f".au-{name} input[type=search]").fill(text)
        if page.locator(f".au-{name} th[aria-sort=descending]").count() == 0:
            page.locator(f".au-{name} th button[data-sort=requests]").click()
        most = [int(row[1].replace(",", "")) for row in table(page, name)]
        assert most == sorted(most, reverse=True)
    assert headline(page).endswith("nothing filtered")
    yield page
    assert seen.nothing(), seen


@pytest.fixture(scope="module")
def phone(chromium: Any, page_url: str) -> Iterator[tuple[Any, Any]]:
    """The page on a phone, and what is seen of it."""
    with visit(chromium, page_url, viewport={"width": 390, "height": 844}) as found:
        yield found


def test_the_picture_of_the_readme(page: Any, tmp_path: Path) -> None:
    """The view after a click; with APIUSAGE_PICTURES=1 it becomes docs/view.png."""
    resize(page, 1200, 1000)
    act(page, lambda: page.locator(".au-clients tbody button").nth(2).click())
    path = ROOT / "docs" / "view.png" if os.environ.get("APIUSAGE_PICTURES") else tmp_path / "view.png"
    page.wait_for_function("document.querySelector('.au-picture img').naturalWidth < 1200")
    page.locator(".au").screenshot(path=path)

    assert path.read_bytes().startswith(b"\x89PNG")


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


def test_graph_and_tables_are_seen_at_once(new_page: Callable[..., Any], page_url: str, phone: tuple[Any, Any]) -> None:
    """At 1440 x 900 ten rows of both tables, the graph drawn for its place in letters of the page's size; on a phone data first."""
    page, _ = new_page(page_url, viewport={"width": 1440, "height": 900})
    page.goto(page_url)
    page.wait_for_function("document.querySelector('.au-picture img')?.naturalWidth > 1250")
    until_shown(page)
    ends = page.evaluate("[...document.querySelectorAll('.au-table')].map(one => one.getBoundingClientRect().bottom)")
    image = page.evaluate("(one => [one.naturalWidth, one.clientWidth])(document.querySelector('.au-picture img'))")
    assert len(table(page, "clients")) == len(table(page, "urls")) == 10
    assert max(ends) <= 900
    assert abs(image[0] - image[1]) <= 1

    graph, choices = (phone[0].locator(one).bounding_box()["y"] for one in (".au-picture", ".au-choices"))
    assert graph < 300
    assert graph < choices


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
    act(page, lambda: page.get_by_label("Organization").select_option("sample"))


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
    page.wait_for_selector("text=OAuth clients 12 of 12 >> visible=true")
    act(page, lambda: page.locator(".atl-list >> visible=true").get_by_label("CRM sync").check())
    page.wait_for_selector("text=OAuth clients 1 of 12 >> visible=true")

    assert headline(page) == before


def test_sections_fit_a_phone(phone: tuple[Any, Any]) -> None:
    """At 390 pixels no button or text of sections and bar is cut, axe finds nothing in open tables; wide panels scroll by themselves."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    ).Axe()
    page, seen = phone
    resize(page, 390, 1400)
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
