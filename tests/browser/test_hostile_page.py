"""A report all of whose names are hostile: nothing of them runs, asks for anything or breaks the page, in any state."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from payloads import HOSTILE

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    "date",
    "client_id",
    "client_name",
    "http_method",
    "template_uri",
    "requests",
    "status200",
    "status300",
    "status400",
    "status429",
    "status500",
)
MADE_BY_US = {"header", "wbr", "circle", "a", "abbr", "aside", "b", "body", "br", "button", "caption", "code", "dd", "defs", "details", "div", "dl", "dt", "em",
              "figcaption", "figure", "footer", "g", "h1", "h2", "h3", "head", "html", "img", "input", "label", "li", "line", "main", "meta", "ol",
              "p", "path", "pattern", "pre", "rect", "script", "section", "small", "span", "strong", "style", "summary", "svg", "table",
              "tbody", "td", "text", "th", "thead", "time", "title", "tr", "ul"}  # fmt: skip


VIEW = {"filter_clients": HOSTILE, "filter_urls": [f"{name} {name}" for name in HOSTILE]}


@pytest.fixture(scope="module")
def line(make_command_line: Callable[[str], Any]) -> Any:
    """A store of clients, methods and template URIs that each are a payload, as their kinds are."""
    line = make_command_line("hostile")
    rows, clients = line.folder / "rows.csv", line.folder / "params" / "tables" / "clients.csv"
    clients.parent.mkdir(parents=True)
    (line.folder / "params" / "daily.yaml").write_bytes((ROOT / "params" / "daily.yaml").read_bytes())
    (line.folder / "params" / "view.yaml").write_text(f"notebook: api_usage_view\nparameters: {json.dumps(VIEW)}\n")
    with rows.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for n, name in enumerate(HOSTILE):
            for day in ("17", "18", "19"):
                writer.writerow([f"2026-11-{day}", f"{name} id", name, name, name, 10 + n, 5, n, 3, 1, 2])
    with clients.open("w", newline="") as file:
        csv.writer(file).writerows([("client_id", "kind", "owner"), *((f"{name} id", name, name) for name in HOSTILE)])
    line.environment["APIUSAGE_PARAMS"] = str(line.folder / "params")
    done = line("import", rows, "--organization", "acme", "--interval", "2026-11-17/2026-11-19")
    assert done.returncode == 0, done.stderr
    return line


def page_of(line: Any, params: str) -> Path:
    chosen = ("-p", "organization", "acme", "-p", "date_range", "2026-11-17/2026-11-19", "-p", "top", "40")
    names = ("-p", "clients", json.dumps(HOSTILE))
    return line.published(line.folder / "params" / params, "--today", "2026-11-24", *chosen, *names) / "report.html"


@pytest.fixture(scope="module")
def hostile_page(line: Any) -> Path:
    """Their report."""
    return page_of(line, "daily.yaml")


@pytest.fixture(scope="module")
def hostile_view(line: Any) -> Path:
    """Their view, saved with all of them clicked."""
    return page_of(line, "view.yaml")


def elements(page: Any) -> set[str]:
    return set(page.evaluate("[...new Set([...document.querySelectorAll('*')].map(one => one.localName))]"))


def handlers(page: Any) -> int:
    """Elements that bear a handler or lead elsewhere."""
    return page.evaluate("""[...document.querySelectorAll('*')].filter(one => [...one.attributes].some(attribute =>
        attribute.name.startsWith('on') || ['srcset', 'background', 'action', 'formaction', 'ping', 'style'].includes(attribute.name)
        || ['src', 'href'].includes(attribute.name) && !/^(data:image|#)/.test(attribute.value))).length""")


OPEN_ALL = "document.querySelectorAll('details').forEach(part => part.open = true)"
OPEN_ONLY = "id => document.querySelectorAll('details').forEach(part => part.open = part.closest('figure')?.id === id)"
PRESS_ALL = """async id => {
            const figure = document.getElementById(id), count = figure.querySelectorAll('td button').length;
            const all = () => { const more = [...figure.querySelectorAll('.tools button')].at(-1); if (!more.hidden) more.click(); };
            all();
            const rows = figure.querySelectorAll('td button').length;
            for (let n = 0; n < rows; n += 1) {
                all();
                figure.querySelectorAll('td button')[n].click();
                await new Promise(done => setTimeout(done));
                document.querySelector('button.reset').click();
            }
            figure.querySelectorAll('th button').forEach(head => { head.click(); head.click(); });
            const search = figure.querySelector('input');
            search.value = '<script>';
            search.dispatchEvent(new Event('input'));
        }"""


def pressed(watch: Any, *figures: str) -> dict[str, Any]:
    """What is wrong after every press in the tables of these panels, one open at a time; they are sorted and searched too."""
    found = {}
    for figure in figures:
        watch.page.evaluate(OPEN_ONLY, figure)
        watch.page.evaluate(PRESS_ALL, figure)
        watch.page.evaluate(OPEN_ALL)
        found[figure] = (watch.wrongs(), elements(watch.page) - MADE_BY_US, handlers(watch.page))
    return found


def test_in_no_state_is_anything_run_or_asked_for(
    hostile_page: Path, hostile_view: Path, browser: tuple[Any, Any], opened: Callable[..., Any]
) -> None:
    """Every client, URL, status and day is chosen by a press; tables are opened, sorted, searched and copied."""
    browser[1].said.clear()
    figures = ("client_requests", "url_requests", "status_codes", "requests_per_day")
    of_view = ("view_clients", "view_urls", "view_days")

    assert pressed(opened(hostile_page), *figures) == dict.fromkeys(figures, ([], set(), 0))
    assert pressed(opened(hostile_view), *of_view) == dict.fromkeys(of_view, ([], set(), 0))
    assert browser[1].visits() == []


@pytest.mark.parametrize("width", [1280, 390])
def test_all_payloads_at_once_stand_there_as_text(
    hostile_page: Path, browser: tuple[Any, Any], opened: Callable[..., Any], width: int
) -> None:
    """All clients, methods and URIs in the address; lists open; every name is seen whole in its table, its list and its kind."""
    fragment = "#" + urlencode(
        [
            (facet, name + suffix)
            for name in HOSTILE
            for facet, suffix in (("clients", " id"), ("methods", ""), ("uris", ""))
        ]
    )
    watch = opened(hostile_page, fragment, viewport={"width": width, "height": 800})
    page = watch.page
    page.evaluate(OPEN_ALL)
    page.locator("#client_requests .tools button", has_text="Show all").click()
    names = page.evaluate(
        "[...document.querySelectorAll('#client_requests tbody tr')].map(row => [...row.cells].slice(0, 3).map(cell => cell.textContent))"
    )

    assert sorted(names) == sorted([f"{name} id", name, name] for name in HOSTILE)
    assert set(HOSTILE) <= set(
        page.evaluate("[...document.querySelectorAll('.facet span')].map(label => label.textContent)")
    )
    assert f"Filtered by {len(HOSTILE)} OAuth clients" in page.inner_text(".told")
    assert (watch.wrongs(), elements(page) - MADE_BY_US, handlers(page)) == ([], set(), 0)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert browser[1].visits() == []


def test_hostile_addresses_do_nothing(hostile_page: Path, browser: tuple[Any, Any], opened: Callable[..., Any]) -> None:
    """A link with payloads where names should be: they are unknown, counted, and shown nowhere."""
    watch = opened(
        hostile_page,
        "#" + urlencode([("days", name) for name in HOSTILE] + [("__proto__", HOSTILE[0]), ("constructor", "x")]),
    )

    assert f"{len(HOSTILE)} of the names in the address are not in this report" in watch.page.inner_text(".told")
    assert (watch.wrongs(), elements(watch.page) - MADE_BY_US) == ([], set())
    assert browser[1].visits() == []


def test_the_file_holds_no_payload_but_as_text(hostile_page: Path) -> None:
    """Between the tags that the kit made there is no other: every payload is escaped or packed."""
    page = hostile_page.read_text(encoding="utf-8")

    assert not re.search(
        r"<(iframe|object|embed|form|base|link|math|video|audio|template|noscript|marquee|image|use|source)\b", page
    )
    assert page.count("<script") == 2
