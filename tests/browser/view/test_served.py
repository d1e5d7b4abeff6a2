"""The served page as a server: no code from visitors, no files, no secrets, kernels that end, and errors one can read."""

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import websocket

from tests.browser.view.conftest import act, until_shown

pytestmark = pytest.mark.browser


PAGES = int(os.environ.get("APIUSAGE_PAGES", "4"))
CANARY = "canary-1234567890"
SECRETS = {"GENESYSCLOUD_OAUTHCLIENT_SECRET": CANARY, "TEAM_MAIL": f"mailto://a:{CANARY}@b"}


def visit(url: str) -> str:
    """The kernel that a visitor of the page got."""
    text = urllib.request.urlopen(url, timeout=60).read().decode()
    return re.search(r'"kernelId": "([0-9a-f-]{36})"', text)[1]


def message(kind: str, content: dict[str, Any]) -> tuple[str, str]:
    """A message on the kernel's socket, and its id."""
    header = {
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "session": "visitor",
        "username": "",
        "version": "5.3",
        "date": "",
    }
    channel = {"execute_request": "shell", "kernel_info_request": "shell", "input_reply": "stdin"}.get(kind, "control")
    sent = {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "content": content,
        "channel": channel,
        "buffers": [],
    }
    return json.dumps(sent), header["msg_id"]


def replies(socket: Any, kind: str, content: dict[str, Any], seconds: float) -> list[str]:
    """The types of the messages that answer one."""
    text, name = message(kind, content)
    socket.send(text)
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        socket.settimeout(max(0.1, end - time.monotonic()))
        try:
            told = json.loads(socket.recv())
        except websocket.WebSocketTimeoutException:
            break
        if told["parent_header"].get("msg_id") == name:
            found.append(told["msg_type"])
            if told["msg_type"].endswith("_reply"):
                break
    return found


def test_code_from_a_visitor_is_refused(page_url: str, tmp_path: Path) -> None:
    """The socket answers a harmless question before and after, and code sent in between neither runs nor is answered."""
    trace = tmp_path / "ran"
    address = page_url.replace("http", "ws") + f"api/kernels/{visit(page_url)}/channels?session_id=visitor"
    code = {"code": f"open({str(trace)!r}, 'w').close()", "silent": False, "store_history": False, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": True}  # fmt: skip
    socket = websocket.create_connection(address, timeout=30)

    assert "kernel_info_reply" in replies(socket, "kernel_info_request", {}, 30)
    assert replies(socket, "execute_request", code, 2) == []
    for other in ("debug_request", "inspect_request", "complete_request"):
        assert replies(socket, other, {"code": "x", "cursor_pos": 1}, 0.5) == []
    assert "kernel_info_reply" in replies(socket, "kernel_info_request", {}, 30)
    assert not trace.exists()
    socket.close()


@pytest.mark.parametrize(
    ("path", "method"),
    [("api/kernels", "POST"), ("api/contents/", "GET"), ("voila/files/api_usage_view.ipynb", "GET"), ("voila/files/..%2Fparams%2Fdaily.yaml", "GET"),
     ("api/terminals", "POST"), ("no/such/page", "GET")],
)  # fmt: skip
def test_nothing_but_the_page_is_served(page_url: str, path: str, method: str) -> None:
    """No way to start kernels, read files or open terminals."""
    request = urllib.request.Request(page_url + path, method=method, data=b"{}" if method == "POST" else None)
    try:
        text = urllib.request.urlopen(request, timeout=30).read().decode(errors="replace")
    except urllib.error.HTTPError as refusal:
        assert refusal.code in {403, 404, 405}  # noqa: PT017
    else:
        assert "nbformat" not in text
        assert "schedule:" not in text


@pytest.mark.parametrize(
    ("path", "codes"),
    [("voila/files/nothing.txt", {403}), ("voila/templates/", {404}), ("voila/templates/usage/static/../../x", {404}),
     ("voila/templates/%2e%2e/%2e%2e/x", {404}), ("voila/templates/usage/static/%00", {404}),
     ("voila/templates/a%00b/static/x", {404}), ("voila/static/%00", {403, 404})],
)  # fmt: skip
def test_an_error_page_can_be_read(page_url: str, path: str, codes: set[int]) -> None:
    """A sentence and a way back, no traceback; also for paths that are made to break the server."""
    connection = http.client.HTTPConnection(urlsplit(page_url).netloc, timeout=30)
    with closing(connection):
        connection.request("GET", f"/{path}")  # as it stands: other clients tidy paths
        refusal = connection.getresponse()
        text = refusal.read().decode()

    assert refusal.status in codes

    assert "This page cannot be shown" in text
    assert "Traceback" not in text


@pytest.fixture(scope="module")
def bare_url(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page that has no store, served under a name of a proxy's as well."""
    none = tmp_path_factory.mktemp("bare") / "none"
    with serve(APIUSAGE_STORE=str(none), APIUSAGE_APP_HOSTS="reports.example.org") as url:
        yield url


def test_an_empty_store_is_told_on_the_page(bare_url: str, new_page: Callable[..., Any]) -> None:
    """Not a broken page: what is missing, and the command to try."""
    page, seen = new_page(bare_url)
    page.goto(bare_url)
    page.wait_for_function("document.querySelector('.au-message')?.innerText.includes('apiusage sample')")

    assert "there is no store yet" in page.inner_text(".au-message")
    assert seen.nothing(), seen


def test_save_writes_only_where_it_is_allowed_and_visitors_are_apart(
    serve: Callable[..., Any], new_page: Callable[..., Any], line: Any
) -> None:
    """With APIUSAGE_APP_SAVE=1 a view lands in params/views; another visitor opens it; a click of one is not seen by the other."""
    places = {"APIUSAGE_APP_SAVE": "1", "APIUSAGE_APP_KERNELS": "2"}  # and one: none is prepared for a fourth visitor
    with serve(**places, **SECRETS) as url:
        (first, _), (second, _) = new_page(url), new_page(url)
        for page in (first, second):
            page.goto(url)
            until_shown(page)
        act(first, lambda: first.locator(".au-clients tbody button").nth(1).click())
        first.get_by_label("View name").fill("../evil")
        act(first, lambda: first.get_by_role("button", name="Save", exact=True).click())
        assert "view name '../evil'" in first.inner_text(".au-message")
        first.get_by_label("View name").fill("shared")
        act(first, lambda: first.get_by_role("button", name="Save", exact=True).click())
        assert second.inner_text(".au-headline").endswith("nothing filtered")

        third, _ = new_page(url)
        third.goto(url)
        until_shown(third)
        third.get_by_label("Saved views").select_option("shared")
        act(third, lambda: third.get_by_role("button", name="Open", exact=True).click())
        assert third.inner_text(".au-headline") == first.inner_text(".au-headline")
        kernels = _that_know_no_secret()
        assert len(kernels) >= 3
    saved = line.folder / "params" / "views" / "shared.yaml"
    done = line("report", saved, APIUSAGE_PARAMS=str(line.folder / "params"))
    saved.unlink()
    assert done.returncode == 0, done.stderr
    assert "views.shared" in done.stdout
    assert not any(_saves(process) for process in kernels)


def test_kernels_know_no_secret_and_end_with_their_server(serve: Callable[..., Any]) -> None:
    """As `make app` starts them, with credentials in the environment of the server."""
    with serve(cold=True, APIUSAGE_APP_SAVE="1", APIUSAGE_APP_KERNELS="1", **SECRETS) as url:
        visit(url)
        kernels = _that_know_no_secret()
        assert kernels
    assert not any(_saves(process) for process in kernels)


def test_a_kernel_ends_soon_after_its_page(page_url: str) -> None:
    """A page that is closed, or that crashes without a word, leaves no kernel behind after 15 s; an open one keeps its own."""
    gone, stays = visit(page_url), visit(page_url)
    sockets = [websocket.create_connection(f"ws{page_url[4:]}api/kernels/{one}/channels") for one in (gone, stays)]
    sockets[0].shutdown()  # no goodbye, as of a crash
    end = time.monotonic() + 20  # the tests' machine is busy
    while time.monotonic() < end and _answers(f"{page_url}api/kernels/{gone}"):
        time.sleep(0.5)

    assert not _answers(f"{page_url}api/kernels/{gone}")
    assert _answers(f"{page_url}api/kernels/{stays}")
    sockets[1].close()


def test_a_page_whose_kernel_died_says_so(page_url: str, new_page: Callable[..., Any]) -> None:
    """A sentence and a button, where clicks would do nothing; the button brings the page back."""
    page, _ = new_page(page_url)
    page.goto(page_url)
    until_shown(page)
    page.wait_for_timeout(6_000)
    assert page.locator(".au-lost").inner_text() == ""
    kernel = re.search(r'"kernelId": "([0-9a-f-]{36})"', page.content())[1]
    next(process for process in psutil.process_iter() if f"kernel-{kernel}.json" in _command(process)).kill()
    page.wait_for_selector(".au-lost button", timeout=40_000)
    assert page.locator(".au-lost").inner_text() == "This page has lost its connection, so clicks do nothing. Reload"
    page.locator(".au-lost button").click()
    until_shown(page)


def test_a_page_asks_once_for_all_its_widgets(page_url: str, new_page: Callable[..., Any]) -> None:
    """Not for one after another, as where the kernel knows no answer for all: a page that does may show none of them."""
    page, _ = new_page(page_url)
    asked: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(str(frame))))
    page.goto(page_url)
    until_shown(page)

    assert sum("request_states" in one for one in asked) == 1
    assert not [one for one in asked if "request_state" in one and "request_states" not in one]


def test_only_so_many_pages_are_open(serve: Callable[..., Any]) -> None:
    """The visitor that is one too many gets a page that says so and tries again; no kernel is started for it."""
    with serve(APIUSAGE_APP_KERNELS="1") as url:
        visit(url)
        answer, end = 200, time.monotonic() + 60
        while answer == 200 and time.monotonic() < end:
            try:
                answer = urllib.request.urlopen(url, timeout=60).status
            except urllib.error.HTTPError as refusal:
                answer, text = refusal.code, refusal.read().decode()

        assert answer == 503
        assert "<h1>Too many pages are open</h1>" in text
        assert 'http-equiv="refresh"' in text


@pytest.mark.load
def test_many_pages_leave_nothing_behind(serve: Callable[..., Any]) -> None:
    """Opened and closed side by side: never more kernels than pages may be open and one prepared; 30 s later only that one."""
    most = 3
    with serve(APIUSAGE_APP_KERNELS=str(most)) as url, ThreadPoolExecutor(4) as visitors:
        counts, pages = [], [visitors.submit(_come_and_go, url, number) for number in range(PAGES)]
        while not all(page.done() for page in pages):
            counts.append(_kernels_of(url))
            time.sleep(0.5)
        end = time.monotonic() + 30
        while time.monotonic() < end and _kernels_of(url) > 1:
            time.sleep(0.5)

        assert [page.result() for page in pages] == list(range(PAGES))
        assert 1 <= max(counts) <= most + 1
        assert _kernels_of(url) <= 1


def _come_and_go(url: str, number: int) -> int:
    """A visitor who waits for a page, speaks to its kernel, and leaves, each other one without a goodbye."""
    end = time.monotonic() + 300
    while True:
        try:
            kernel = visit(url)
            break
        except urllib.error.HTTPError as refusal:
            if refusal.code != 503 or time.monotonic() > end:
                raise
            time.sleep(1)
    socket = websocket.create_connection(f"ws{url[4:]}api/kernels/{kernel}/channels")
    if number % 2:
        socket.shutdown()
    else:
        socket.close()
    return number


def _kernels_of(url: str) -> int:
    """How many kernels the server of this address has."""
    port = url.rsplit(":", 1)[1].strip("/")
    servers = [process for process in psutil.process_iter() if f"--port={port}" in _command(process)]
    return sum("kernel-" in _command(child) for server in servers for child in server.children(recursive=True))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7"])
def test_a_page_of_a_stranger_does_not_reach_the_server(page_url: str, host: str) -> None:
    """A name that somebody made to lead here (DNS rebinding) gets neither the page, a kernel, nor its socket."""
    port = page_url.rsplit(":", 1)[1].strip("/")
    kernel = visit(page_url)
    for path in ("", f"api/kernels/{kernel}"):
        request = urllib.request.Request(page_url + path, headers={"Host": f"{host}:{port}"})
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=60)
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(
            f"ws{page_url[4:]}api/kernels/{kernel}/channels", host=f"{host}:{port}", origin=f"http://{host}:{port}"
        )


def test_a_host_that_is_named_is_served(bare_url: str) -> None:
    """As a proxy passes it on."""
    request = urllib.request.Request(bare_url, headers={"Host": "reports.example.org"})

    assert urllib.request.urlopen(request, timeout=60).status == 200


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address, timeout=10).status == 200
    except urllib.error.HTTPError:
        return False


def _that_know_no_secret() -> list[psutil.Process]:
    """The kernels of pages that may save, none of which was handed a credential of its server."""
    kernels = [process for process in psutil.process_iter() if _saves(process)]
    assert all(CANARY not in str(process.environ()) for process in kernels)
    return kernels


def _saves(process: psutil.Process) -> bool:
    """Whether a process is a living kernel of a page that may save."""
    return _marked(process, "APIUSAGE_APP_SAVE", "1")


def _marked(process: psutil.Process, variable: str, value: str) -> bool:
    """Whether a process is a living kernel with this variable."""
    try:
        return "ipykernel_launcher" in _command(process) and process.environ().get(variable) == value
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:
    """The command line of a process; empty where it has gone."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
