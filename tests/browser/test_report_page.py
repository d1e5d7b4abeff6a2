"""The report page in a real Chromium, opened from disk: nothing asked for, nothing run, nothing wider than the window."""

import itertools
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SHORTEST_ALT = 25


class Trap(threading.Thread):
    """A listening socket to which every host name leads; it keeps what each visitor says first.

    The browser's own services come too (their names are in the first bytes, as HTTP host or TLS server name).
    """

    OWN = (b"google", b"gstatic", b"gvt1")

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.said: list[bytes] = []

    def run(self) -> None:
        while True:
            try:
                visitor, _ = self.socket.accept()
            except OSError:
                return
            with visitor:
                visitor.settimeout(2)
                try:
                    self.said.append(visitor.recv(4096))
                except OSError:
                    self.said.append(b"")

    def visits(self) -> list[bytes]:
        """What visitors other than the browser itself said."""
        return [said for said in self.said if not any(name in said for name in self.OWN)]


@pytest.fixture(scope="module")
def page_file(make_command_line: Callable[[str], Any]) -> Path:
    """The published page of the sample, in a display zone west of UTC, with a missing day."""
    line = make_command_line("browser")
    assert line("sample", "--today", "2026-11-24").returncode == 0
    assert line("forget", "--organization", "sample", "--interval", "2026-11-21/2026-11-21").returncode == 0
    zone = ("-p", "display_timezone", "America/New_York")
    return line.published(ROOT / "params" / "daily.yaml", "--today", "2026-11-24", *zone) / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[tuple[Any, Trap]]:
    """Debian's Chromium, all of whose names lead to the trap."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    trap = Trap()
    trap.start()
    arguments = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", f"--host-resolver-rules=MAP * 127.0.0.1:{trap.port}",
    ]  # fmt: skip
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium, trap
        chromium.close()
    trap.socket.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_asks_for_nothing_and_fits(
    page_file: Path, browser: tuple[Any, Trap], width: int, scheme: str
) -> None:
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
    assert page.evaluate("document.scripts.length") == 0
    page.close()


def test_the_trap_catches_what_a_page_asks_for(browser: tuple[Any, Trap], tmp_path: Path) -> None:
    """A page that does call out is seen by the very trap that sees nothing of the report."""
    (tmp_path / "caller.html").write_text('<img src="http://elsewhere.example/x.png">')
    chromium, trap = browser
    page = chromium.new_page()
    page.goto((tmp_path / "caller.html").as_uri(), wait_until="load")
    page.close()

    assert any(b"elsewhere.example" in said for said in trap.visits())
    trap.said.clear()


def test_every_picture_is_drawn_and_told_in_words(page_file: Path, browser: tuple[Any, Trap]) -> None:
    """Nine pictures, each loaded, with a sentence as alternative text and its table in the same figure."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())
    pictures = page.evaluate(
        "[...document.images].map(i => ({alt: i.alt, width: i.naturalWidth, table: !!i.closest('figure').querySelector('table')}))"
    )

    assert len(pictures) == 9
    assert all(len(picture["alt"]) >= SHORTEST_ALT and picture["alt"].endswith(".") for picture in pictures)
    assert all(picture["width"] > 0 and picture["table"] for picture in pictures)
    page.close()


def test_hostile_names_stand_there_as_text(page_file: Path, browser: tuple[Any, Trap]) -> None:
    """A client called like a script is text in its table, and no element of its making exists."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())

    assert page.locator("td", has_text="<script>alert('bot middleware')</script>").count() >= 1
    assert page.locator("main script").count() == 0
    page.close()


def test_the_page_has_landmarks_headings_and_scopes(page_file: Path, browser: tuple[Any, Trap]) -> None:
    """One main, one first heading, a language, a skip link, and a scope on every heading of a table."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())

    assert page.evaluate("document.documentElement.lang") == "en"
    assert [page.locator(selector).count() for selector in ("main", "h1", "footer", "a.skip")] == [1, 1, 1, 1]
    assert page.locator("th:not([scope])").count() == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(h => Number(h.tagName[1]))")
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    page.close()


def test_the_missing_day_and_the_local_dates_are_seen(page_file: Path, browser: tuple[Any, Trap]) -> None:
    """The strip names the missing day, and the box says how the display zone shifts the dates."""
    page = browser[0].new_page()
    page.goto(page_file.as_uri())
    text = page.inner_text("main")

    assert "missing: 2026-11-21" in text
    assert "in America/New_York it shows the UTC day 2026-11-17 as 2026-11-16" in text
    assert "2026-11-16 19:00 to 2026-11-23 18:59" in text
    page.close()


def test_the_page_is_small(page_file: Path) -> None:
    """At most 600 KB, all of it in the one file."""
    assert page_file.stat().st_size <= 600_000
