"""A real JupyterLab and a real Voila over a store of their own, and a real Chromium that keeps what it sees."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import warm

from apiusage_helpers.interval import utc_today
from apiusage_helpers.sources.sample import sample_usage
from tests.browser.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(sys.executable).parent
DAYS, START_SECONDS = 45, 90
SCREEN = {"width": 1280, "height": 1500}
KERNEL_IS_CONNECTED = (
    "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"
)
SETTLED = """() => {
    const shown = document.querySelector('.au')?.innerHTML;
    if (window.settled?.shown !== shown) window.settled = {shown, since: performance.now()};
    return performance.now() - window.settled.since > 300;
}"""
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "{{7*7}} $x^2$",
)


@dataclass
class Seen:
    """What a page did beside showing itself: console errors, dialogs, requests to other hosts."""

    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def watch(self, page: Any, url: str) -> None:
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self.answer)
        own = (url, url.replace("http", "ws", 1), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else self.strangers.append(request.url))

    def answer(self, dialog: Any) -> None:
        """Leaving a page with unsaved cells is meant; any other dialog is kept as a sign."""
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def nothing(self) -> bool:
        return (self.errors, self.dialogs, self.strangers) == ([], [], [])


@pytest.fixture(scope="session")
def line(make_command_line: Callable[[str], Any]) -> Any:
    """A store with the sample (one day taken out), and an organization whose clients have hostile names."""
    line = make_command_line("view")
    assert line("sample", "--days", DAYS).returncode == 0
    gone = utc_today() - timedelta(days=5)
    assert line("forget", "--organization", "sample", "--interval", f"{gone}/{gone}").returncode == 0
    day = utc_today() - timedelta(days=1)
    rows = "".join(f'{day},"c{n}","{name.replace(chr(34), chr(34) * 2)}",GET,"api/v2/{name.replace(chr(34), chr(34) * 2)}",{n + 1},{n + 1},0,0,0,0\n'
                   for n, name in enumerate(HOSTILE))  # fmt: skip
    header = "date,client_id,client_name,http_method,template_uri,requests,status200,status300,status400,status429,status500\n"
    (line.folder / "hostile.csv").write_text(header + rows, encoding="utf-8")
    done = line("import", line.folder / "hostile.csv", "--organization", "hostile")
    assert done.returncode == 0, done.stderr
    shutil.copytree(ROOT / "params" / "views", line.folder / "params" / "views", ignore=shutil.ignore_patterns(".*"))
    return line


@pytest.fixture(scope="session")
def rows() -> list[dict[str, Any]]:
    """The rows of that sample, as the generator gives them, without the day that was taken out."""
    usage, _ = sample_usage(today=utc_today(), days=DAYS)
    gone = utc_today() - timedelta(days=5)
    return [row | {"date": str(row["date"])} for row in usage.to_pylist() if row["date"] != gone]


@contextmanager
def server(
    command: list[str], environment: dict[str, str], log: Path, port: int, ready: str = "voila/static/voila.js"
) -> Iterator[str]:
    """The address of a server that answers on the path `ready`; it and all its kernels are gone afterwards."""
    with (
        log.open("wb") as file,
        subprocess.Popen(command, env=environment, stdout=file, stderr=file, cwd=ROOT) as process,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/{ready}", process, log)
            yield f"http://127.0.0.1:{port}/"
        finally:
            family = (
                [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
                if process.poll() is None
                else []
            )
            for member in family:
                with suppress(psutil.Error):
                    member.terminate()
            for member in psutil.wait_procs(family, timeout=10)[1]:
                with suppress(psutil.Error):
                    member.kill()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            return urllib.request.urlopen(url, timeout=5).close()
        time.sleep(0.2)
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-2000:])


@pytest.fixture(scope="session")
def serve(line: Any, warm_kernels: str) -> Callable[..., Any]:
    """Serve the view as `make app` does, with other variables and options where a test needs them; `cold` with its own kernels."""

    def started(*options: str, base: str = "", cold: bool = False, **variables: str) -> Any:
        port = free_port()
        kernels = "" if cold else f"{warm_kernels}{os.pathsep}"
        environment = line.environment | {
            "JUPYTER_PATH": f"{kernels}{ROOT / 'app'}", "JUPYTER_CONFIG_PATH": str(ROOT / "app"),
            "APIUSAGE_PARAMS": str(line.folder / "params"), "IPYTHONDIR": str(line.folder / "ipython"), **variables,
        }  # fmt: skip
        program = [str(BIN / "voila")] if cold else warm.light("voila")
        command = [*program, str(ROOT / "notebooks" / "api_usage_view.ipynb"), f"--port={port}", *options]
        log, ready = line.folder / f"voila-{port}.log", f"{base}voila/static/voila.js"
        return server([*command, *([f"--base_url=/{base}"] if base else [])], environment, log, port, ready)

    return started


@pytest.fixture(scope="session")
def warm_kernels(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A kernel for servers whose pages are what is tested: a fork, which needs no start-up."""
    return str(warm.kernels(tmp_path_factory.mktemp("kernels")))


@pytest.fixture(scope="session")
def page_url(serve: Callable[..., Any]) -> Iterator[str]:
    """The served page."""
    with serve() as url:
        yield url


@pytest.fixture(scope="session")
def lab_url(line: Any, warm_kernels: str) -> Iterator[str]:
    """A JupyterLab on a copy of the notebooks."""
    port, folder = free_port(), line.folder / "lab"
    shutil.copytree(ROOT / "notebooks", folder, ignore=shutil.ignore_patterns(".*"))
    settings = line.folder / "jupyter" / "labconfig" / "default_setting_overrides.json"
    settings.parent.mkdir(parents=True)
    overrides = {  # every cell stays in the page, wherever it is scrolled to, and no output gets into the files by itself
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    }
    settings.write_text(json.dumps(overrides), encoding="utf-8")
    (settings.parent / "page_config.json").write_text(  # no page asks whether JupyterLab could be built anew
        json.dumps({"buildAvailable": False, "buildCheck": False}), encoding="utf-8"
    )
    environment = line.environment | {
        "APIUSAGE_PARAMS": str(line.folder / "params"), "IPYTHONDIR": str(line.folder / "ipython"),
        "JUPYTER_CONFIG_DIR": str(line.folder / "jupyter"), "JUPYTER_DATA_DIR": str(line.folder / "jupyter-data"),
        "JUPYTER_PATH": warm_kernels, "PATH": str(BIN),  # without Node, which is asked only how to build JupyterLab
    }  # fmt: skip
    options = [
        f"--notebook-dir={folder}", f"--port={port}", "--no-browser", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root",
        "--expose-app-in-browser", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate", "--LabApp.news_url=None",
        "--LabApp.extension_manager=readonly", "--ServerApp.port_retries=0",
    ]  # fmt: skip
    with server([*warm.light("jupyterlab"), *options], environment, line.folder / "lab.log", port, "api") as url:
        yield url


@pytest.fixture(scope="package")
def chromium(launch: Callable[[str], Any]) -> Iterator[Any]:
    """Debian's Chromium, which finds the server behind the proxy's name."""
    browser = launch("MAP usage.example.com 127.0.0.1")
    yield browser
    browser.close()


class Lab:
    """A window of JupyterLab, loaded once, and what is seen of it."""

    def __init__(self, page: Any, url: str) -> None:
        self.page, self.seen, self.url = page, Seen(), url
        self.seen.watch(page, url)
        self.load()

    def load(self) -> None:
        """The page anew, with nothing open, and return when all its commands are there."""
        self.page.goto(f"{self.url}lab?reset")
        self.page.wait_for_function("window.jupyterapp !== undefined")
        self.page.evaluate("window.jupyterapp.restored.then(() => null)")

    def run_all(self, notebook: str, shows: str) -> None:
        """Open the notebook anew, with a kernel of its own, and run its cells until they show what is wanted.

        JupyterLab drops cells that are run while it still connects to their kernel, so they are run again.
        """
        self.leave()
        self.page.evaluate("path => void window.jupyterapp.commands.execute('docmanager:open', {path})", notebook)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(KERNEL_IS_CONNECTED)
        self.page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
        for _ in range(4):
            self.page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
            with suppress(Exception):
                self.page.wait_for_selector(shows, state="attached", timeout=20_000)
                return

    def run_again(self, number: int) -> None:
        """Run one of the notebook's cells, counted from 0, once more."""
        self.page.evaluate(
            "number => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = number; }", number
        )
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-cell')")

    def leave(self) -> None:
        """No kernel runs and no notebook is open; what was not saved is gone."""
        self.page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
        self.page.evaluate("[...window.jupyterapp.shell.widgets('main')].forEach(widget => widget.dispose())")

    def all_is_well(self) -> bool:
        """Whether it opened no dialog, asked no other host, and said nothing of errors but of files that are not there."""
        errors = [error for error in self.seen.errors if "Failed to load resource" not in error]
        return (self.seen.dialogs, self.seen.strangers, errors) == ([], [], [])


@pytest.fixture(scope="package")
def lab(chromium: Any, lab_url: str) -> Iterator[Lab]:
    """JupyterLab in a window that tests use one after another."""
    with chromium.new_context(viewport={"width": 1500, "height": 1600}) as context:
        context.set_default_timeout(60_000)
        lab = Lab(context.new_page(), lab_url)
        yield lab
        lab.leave()


@pytest.fixture
def new_page(chromium: Any) -> Iterator[Callable[..., tuple[Any, Seen]]]:
    """A page of a visitor of its own, and what is seen of it."""
    with visitors(chromium) as opened:
        yield opened


@contextmanager
def visitors(chromium: Any) -> Iterator[Callable[..., tuple[Any, Seen]]]:
    """Pages, each of a visitor of its own, with what is seen of it; all are closed in the end."""
    contexts = []

    def opened(url: str, **options: Any) -> tuple[Any, Seen]:
        context = chromium.new_context(**{"viewport": SCREEN} | options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page, seen = context.new_page(), Seen()
        seen.watch(page, url)
        return page, seen

    yield opened
    for context in contexts:
        context.close()


@contextmanager
def visit(chromium: Any, url: str, **options: Any) -> Iterator[tuple[Any, Seen]]:
    """The view, opened and shown, and what is seen of it."""
    with visitors(chromium) as opened:
        page, seen = opened(url, **options)
        page.goto(url)
        until_shown(page)
        yield page, seen


@pytest.fixture(scope="module")
def one_page(chromium: Any, page_url: str) -> Iterator[tuple[Any, Any]]:
    """A page that tests use one after another, and what is seen of it."""
    with visit(chromium, page_url) as found:
        yield found


def resize(page: Any, width: int, height: int) -> None:
    """The page in a window of this size; it may hear of a new size a moment later than whoever set it."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function("size => innerWidth === size[0] && innerHeight === size[1]", arg=[width, height])
    page.evaluate("window.settled = null")
    page.wait_for_function(SETTLED)  # the view may be drawn anew for its width, and a click in between be lost


def until_shown(page: Any) -> None:
    """Wait until the view shows its figures; where it does not, tell what stands there instead."""
    try:
        page.wait_for_selector(".au[data-serial]")
    except Exception as late:
        found = "[document.querySelector('.au')?.outerHTML.slice(0, 2000), document.body.innerText.slice(0, 1000)]"
        raise AssertionError(page.evaluate(found)) from late


def act(page: Any, do: Callable[[], object]) -> None:
    """Do something, and wait until the view shows its next state."""
    before = page.get_attribute(".au", "data-serial")
    do()
    page.wait_for_function("before => document.querySelector('.au').dataset.serial !== before", arg=before)


def table(page: Any, name: str) -> list[list[str]]:
    """The cells of the rows that a table shows."""
    cells = "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
    return page.locator(f".au-{name} tbody tr").evaluate_all(cells)


def headline(page: Any) -> str:
    """What is filtered, and how many requests that are."""
    return page.inner_text(".au-headline")


def download(page: Any, button: str) -> tuple[str, bytes]:
    with page.expect_download() as handed:
        page.get_by_role("button", name=button, exact=True).click()
    return handed.value.suggested_filename, Path(handed.value.path()).read_bytes()
