"""A real Chromium all of whose names lead to a trap, and pages of the kit for it to open from disk."""

import hashlib
import json
import os
import shutil
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from tests.conftest import command_line

ROOT = Path(__file__).resolve().parents[2]
# the one without windows is the same build, and takes a quarter of the processor time for a page
_BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, _BROWSERS)), None)
SECONDS = 60  # in which whatever was started listens


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def reached(reach: Callable[[], Any]) -> Any:
    """What `reach` gives once nobody refuses it."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return reach()
        except (OSError, httpx.TransportError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], Path]], Path]:
    """What `make` gives for a folder of this name: made by the first of all workers that asks, and seen by the others."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared

    def made(name: str, make: Callable[[Path], Path]) -> Path:
        folder = shared / name
        folder.mkdir(exist_ok=True)
        with FileLock(folder / "lock"):
            told = folder / "made"
            if not told.exists():
                told.write_text(str(make(folder)), encoding="utf-8")
        return Path(told.read_text(encoding="utf-8"))

    return made


@pytest.fixture(scope="session")
def page_file(made_once: Callable[..., Path]) -> Path:
    """The published page of the sample, in a display zone west of UTC, with a missing day."""

    def make(folder: Path) -> Path:
        line = command_line(folder)
        assert line("sample", "--hostile", "--today", "2026-11-24").returncode == 0
        assert line("forget", "--organization", "sample", "--interval", "2026-11-21/2026-11-21").returncode == 0
        zone = ("-p", "display_timezone", "America/New_York")
        return line.published(ROOT / "params" / "daily.yaml", "--today", "2026-11-24", *zone) / "report.html"

    return made_once("browser", make)


@pytest.fixture(scope="session")
def published(page_file: Path, made_once: Callable[..., Path]) -> Callable[[dict[str, Any]], Path]:
    """The page of a saved view of the same week; made once for the same settings, from the store of `page_file`."""
    store = str(page_file.parents[4] / "store")

    def page(settings: dict[str, Any]) -> Path:
        parameters = json.dumps({"organization": "sample", "date_range": "2026-11-17/2026-11-23"} | settings)

        def make(folder: Path) -> Path:
            line = command_line(folder)
            line.environment["APIUSAGE_STORE"] = store
            (folder / "view.yaml").write_text(f"notebook: api_usage_view\nparameters: {parameters}\n")
            return line.published(folder / "view.yaml", "--today", "2026-11-24") / "report.html"

        return made_once(f"view-{hashlib.sha256(parameters.encode()).hexdigest()[:12]}", make)

    return page


@pytest.fixture(scope="session", params=["report", "view"])
def any_page(request: pytest.FixtureRequest, page_file: Path, published: Callable[[dict[str, Any]], Path]) -> Path:
    """The report, and the page of a view that was saved with a click."""
    return page_file if request.param == "report" else published({"filter_clients": ["CRM sync"]})


@pytest.fixture(scope="package")
def launch() -> Iterator[Callable[[str], Any]]:
    """Start Debian's Chromium with these rules for host names; it ends with the last test of a browser.

    Playwright is one for all of them: it takes as long to start as a browser, and there is room for one event loop.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium-headless-shell)")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    arguments = [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ]  # fmt: skip
    with sync_api.sync_playwright() as playwright:
        yield lambda rules: playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*arguments, f"--host-resolver-rules={rules}"]
        )


@pytest.fixture(scope="package")
def browser(launch: Callable[[str], Any]) -> Iterator[tuple[Any, Trap]]:
    """Debian's Chromium, all of whose names lead to the trap."""
    trap = Trap()
    trap.start()
    chromium = launch(f"MAP * 127.0.0.1:{trap.port}")
    yield chromium, trap
    chromium.close()
    trap.socket.close()


@dataclass
class Watch:
    """An open page, and all that it should not do: ask, talk to the console, open dialogs, fail."""

    page: Any
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listeners: dict[str, Callable[[Any], Any]] = {
            "request": lambda request: self.asked.append(request.url),
            "console": lambda message: self.said.append(message.text),
            "pageerror": lambda error: self.said.append(str(error)),
            "dialog": lambda dialog: (self.said.append(dialog.message), dialog.dismiss()),
        }
        for event, listener in self.listeners.items():
            self.page.on(event, listener)

    def wrongs(self) -> list[str]:
        """What it asked for beside itself and its pictures, and what it said."""
        own = ("data:", "blob:", self.page.url.split("#")[0])
        return [*(url for url in self.asked if not url.startswith(own)), *self.said]

    def leave(self) -> None:
        """The window is empty again, as a new one is: another document, no listener, no permission, no pointer over it."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.context.clear_permissions()
        self.page.mouse.move(0, 0)
        self.page.goto("about:blank")


@pytest.fixture(scope="package")
def windows(browser: tuple[Any, Trap]) -> dict[str, list[Any]]:
    """Empty windows by the options that they were made with; a new one takes as long as a page of the kit."""
    return defaultdict(list)


@pytest.fixture
def opened(browser: tuple[Any, Trap], windows: dict[str, list[Any]]) -> Iterator[Callable[..., Watch]]:
    """Pages opened from disk, watched from their first byte and ready for their reader; their windows are left after the test."""
    used: list[tuple[list[Any], Watch]] = []

    def open_page(path: Path, fragment: str = "", **options: Any) -> Watch:
        empty = windows[json.dumps(options, sort_keys=True)]
        watch = Watch(empty.pop() if empty else browser[0].new_context(**options).new_page())
        used.append((empty, watch))
        watch.page.goto(path.as_uri() + fragment)
        if options.get("java_script_enabled", True):
            watch.page.wait_for_selector("html.ready")
        return watch

    yield open_page
    for empty, watch in used:
        watch.leave()
        empty.append(watch.page)


CSV_FILES = """() => [...document.querySelectorAll('figure.panel')].reduce(async (before, figure) => {
    const files = await before, make = URL.createObjectURL, press = HTMLAnchorElement.prototype.click;
    let kept, name;
    URL.createObjectURL = blob => { kept = blob; return 'blob:none'; };
    HTMLAnchorElement.prototype.click = function () { name = this.download; };
    [...figure.querySelectorAll('button')].find(button => button.textContent === 'CSV').click();
    Object.assign(URL, {createObjectURL: make});
    HTMLAnchorElement.prototype.click = press;
    return {...files, [name]: await kept.text()};
}, Promise.resolve({}))"""


@pytest.fixture
def csv_script() -> str:
    """The function behind `csv_files`, for any browser."""
    return CSV_FILES


@pytest.fixture
def shown_script() -> str:
    """The function behind `shown_tables`, for any browser."""
    return SHOWN_TABLES


@pytest.fixture
def csv_files() -> Callable[[Any], dict[str, str]]:
    """The CSV files that a page's tables offer, by name, without the way over the disk."""
    return lambda page: page.evaluate(CSV_FILES)


SHOWN_TABLES = """() => Object.fromEntries([...document.querySelectorAll('figure.panel')].map(figure => {
        const all = [...figure.querySelectorAll('.tools button')].find(button => button.textContent.startsWith('Show all'));
        if (all && !all.hidden) all.click();
        return [figure.id, [...figure.querySelectorAll('tbody tr')].map(row => [...row.cells].map(cell => cell.textContent))];
    }))"""


@pytest.fixture
def shown_tables() -> Callable[[Any], dict[str, list[list[str]]]]:
    """What stands in a page's tables, all rows shown."""
    return lambda page: page.evaluate(SHOWN_TABLES)
