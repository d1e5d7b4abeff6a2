"""The other engines that readers have: Debian's Firefox and WebKitGTK, whose engine is Safari's.

Playwright drives builds of its own only, and Selenium would need a geckodriver, which Debian and PyPI don't have. Both
browsers speak W3C protocols: Firefox WebDriver BiDi on a socket of its own, WebKit WebDriver through Debian's
WebKitWebDriver. Opening a page and evaluating a function is all that is asked of them here.
"""

import functools
import itertools
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import websocket

from tests.browser.conftest import SECONDS, free_port, reached

MINI_BROWSER = next(iter(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")), None)
QUIET = {
    "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9, "app.normandy.enabled": False, "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False, "remote.log.level": "Error",
}  # fmt: skip


class Firefox:
    """A headless Firefox; what its pages say and ask for is kept."""

    def __init__(self, port: int) -> None:
        self.socket = websocket.create_connection(
            f"ws://127.0.0.1:{port}/session", timeout=SECONDS, suppress_origin=True
        )
        self.numbers, self.told = itertools.count(), []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.context = self.call("browsingContext.getTree")["contexts"][0]["context"]

    def call(self, method: str, **params: Any) -> Any:
        """The answer to a command; events that come before it are kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while (answer := json.loads(self.socket.recv())).get("id") != number:
            self.told.append(answer)
        assert answer["type"] == "success", answer
        return answer["result"]

    def open(self, url: str) -> None:
        self.call("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def evaluate(self, function: str) -> Any:
        """What a JavaScript function gives, as JSON tells it."""
        expression = f"(async () => JSON.stringify(await ({function})()))()"
        answer = self.call(
            "script.evaluate", expression=expression, target={"context": self.context}, awaitPromise=True
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def wrongs(self) -> list[str]:
        """What its pages said, and what they asked for beside themselves and their pictures."""
        said = [event["params"]["text"] for event in self.told if event["method"] == "log.entryAdded"]
        asked = [
            event["params"]["request"]["url"] for event in self.told if event["method"] == "network.beforeRequestSent"
        ]
        return [*said, *(url for url in asked if not url.startswith(("data:", "blob:", "file:", "about:")))]


class WebKit:
    """WebKitGTK's own small browser, driven through Debian's WebKitWebDriver."""

    def __init__(self, driver: str) -> None:
        self.client = httpx.Client(base_url=driver, timeout=SECONDS)
        options = {"binary": str(MINI_BROWSER), "args": ["--automation"]}
        made = self.call("/session", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}})
        self.session = f"/session/{made['sessionId']}"

    def call(self, path: str, **body: Any) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()["value"]

    def open(self, url: str) -> None:
        self.call(f"{self.session}/url", url=url)

    def evaluate(self, function: str) -> Any:
        """What a JavaScript function gives, as JSON tells it."""
        script = f"const done = arguments[0]; Promise.resolve(({function})()).then(found => done(JSON.stringify(found ?? null)));"
        return json.loads(self.call(f"{self.session}/execute/async", script=script, args=[]))

    def wrongs(self) -> list[str]:
        """Nothing: WebDriver has no word for what a page says."""
        return []


@contextmanager
def started(*command: str, **environment: str) -> Iterator[None]:
    """A program that is ended afterwards."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=os.environ | environment, **quiet) as program:
        yield
        program.terminate()


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Debian's Firefox with a profile of its own and no way out."""
    if shutil.which("firefox-esr") is None:
        pytest.skip("Firefox is not installed (Debian: apt-get install firefox-esr)")
    (folder / "user.js").write_text(
        "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in QUIET.items())
    )
    port = free_port()
    with started("firefox-esr", "--headless", "--profile", str(folder), f"--remote-debugging-port={port}"):
        yield reached(lambda: Firefox(port))


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """WebKitGTK on a screen that nobody sees."""
    if not (MINI_BROWSER and shutil.which("WebKitWebDriver") and shutil.which("Xvfb")):
        pytest.skip("WebKit is not installed (Debian: apt-get install webkit2gtk-driver xvfb)")
    port, screen = free_port(), f":{free_port()}"
    own = {"DISPLAY": screen, "HOME": str(folder), "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    if os.geteuid() == 0:
        own["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # its sandbox wants a user who is not root
    with started("Xvfb", screen, "-screen", "0", "1400x1000x24", "-nolisten", "tcp"):
        reached(lambda: socket.socket(socket.AF_UNIX).connect(f"/tmp/.X11-unix/X{screen[1:]}"))  # noqa: S108  # where X puts its sockets
        with started("WebKitWebDriver", f"--port={port}", **own):
            engine = reached(lambda: WebKit(f"http://127.0.0.1:{port}"))
            yield engine
            engine.client.delete(engine.session)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Any], Any]]:
    """Engines by what starts them; each is started once, when it is first asked for."""
    with ExitStack() as started_ones:
        yield functools.cache(lambda start: started_ones.enter_context(start(tmp_path_factory.mktemp("profile"))))


@pytest.fixture(params=[firefox, webkit], ids=["firefox", "webkit"])
def engine(request: pytest.FixtureRequest, running: Callable[[Any], Any]) -> Any:
    """Firefox, then WebKit."""
    return running(request.param)
