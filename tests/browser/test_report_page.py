"""The report page in a real Chromium, opened from disk: nothing asked for, nothing run, nothing wider than the window."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

SHORTEST_ALT = 25


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_asks_for_nothing_and_fits(page_file: Path, browser: tuple[Any, Any], width: int, scheme: str) -> None:
    """No request but the file itself, no console message, no dialog, nothing wider than the window."""
    chromium, trap = browser
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    requests, messages, dialogs = [], [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")

    assert [url for url in requests if not url.startswith("data:")] == [page_file.as_uri()]
    assert (messages, dialogs, trap.visits()) == ([], [], [])
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate("[...document.scripts].map(script => script.src || script.type)") == [
        "application/octet-stream",
        "",
    ]
    page.close()


def test_the_trap_catches_what_a_page_asks_for(browser: tuple[Any, Any], tmp_path: Path) -> None:
    """A page that does call out is seen by the very trap that sees nothing of the report."""
    (tmp_path / "caller.html").write_text('<img src="http://elsewhere.example/x.png">')
    chromium, trap = browser
    page = chromium.new_page()
    page.goto((tmp_path / "caller.html").as_uri(), wait_until="load")
    page.close()

    assert any(b"elsewhere.example" in said for said in trap.visits())
    trap.said.clear()


@pytest.mark.parametrize("java_script_enabled", [True, False], ids=["script", "no script"])
def test_every_picture_is_drawn_and_told_in_words(
    page_file: Path, opened: Callable[..., Any], java_script_enabled: bool
) -> None:
    """Ten pictures, published or drawn anew, with a sentence as alternative text and its table in the same figure."""
    page = opened(page_file, java_script_enabled=java_script_enabled).page
    pictures = page.locator("figure svg[role=img]" if java_script_enabled else "figure > img").all()
    told = [picture.get_attribute("aria-label" if java_script_enabled else "alt") for picture in pictures]

    assert len(pictures) == 10
    assert all(len(alt) >= SHORTEST_ALT and alt.endswith(".") for alt in told)
    assert all(picture.bounding_box()["width"] > 300 for picture in pictures)
    assert page.locator("figure:has(table)").count() == 10


def test_hostile_names_stand_there_as_text(page_file: Path, browser: tuple[Any, Any]) -> None:
    """A client called like a script is text in its table, and no element of its making exists."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())

    assert page.locator("td", has_text="<script>alert('bot middleware')</script>").count() >= 1
    assert page.locator("main script").count() == 0
    page.close()


def test_the_page_has_landmarks_headings_and_scopes(page_file: Path, browser: tuple[Any, Any]) -> None:
    """One main, one first heading, a language, a skip link, and a scope on every heading of a table."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())

    assert page.evaluate("document.documentElement.lang") == "en"
    assert [page.locator(selector).count() for selector in ("main", "h1", "footer", "a.skip")] == [1, 1, 1, 1]
    assert page.locator("th:not([scope])").count() == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    page.close()


def test_the_missing_day_and_the_local_dates_are_seen(page_file: Path, browser: tuple[Any, Any]) -> None:
    """The strip names the missing day, and the box says how the display zone shifts the dates."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())
    text = page.inner_text("main")

    assert "missing: 2026-11-21" in text
    assert "in America/New_York it shows the UTC day 2026-11-17 as 2026-11-16" in text
    assert "2026-11-16 19:00 to 2026-11-23 18:59" in text
    page.close()


def test_the_page_is_small(page_file: Path) -> None:
    """At most 450 KB, all of it in the one file."""
    assert page_file.stat().st_size <= 450_000
