"""The view and the reports behind nginx, as the example has it: a log-in, TLS, a path of its own, clicks that work."""

import http.client
import shutil
import socket
import ssl
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.browser.conftest import free_port, reached
from tests.browser.view.conftest import ROOT, act, table, until_shown

pytestmark = pytest.mark.browser
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


def _configured(folder: Path, port: int, view: str) -> Path:
    """The example in a configuration of its own, its names and addresses replaced and nothing else."""
    text = (ROOT / "examples" / "nginx.conf").read_text(encoding="utf-8")
    for written, meant in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "http://127.0.0.1:8866": view.rstrip("/"),
        "/etc/ssl/certs/usage.example.com.pem": f"{folder}/certificate.pem",
        "/etc/ssl/private/usage.example.com.key": f"{folder}/key.pem",
        "/etc/nginx/usage.htpasswd": f"{folder}/users",
        "/srv/api-usage-kit/output/": f"{folder}/output/",
    }.items():
        assert text.count(written) >= 1, written
        text = text.replace(written, meant)
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "nginx.conf"
    whole.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; user root;\n"
        f"events {{}} http {{ include /etc/nginx/mime.types; access_log off; {places}\n{text}\n}}"
    )
    return whole


@pytest.fixture(scope="module")
def proxied(serve: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of nginx before a served view; one user is known to it."""
    if NGINX is None:
        pytest.skip("Debian's nginx is not installed: the example for it was not tried")
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=usage.example.com", "-days", "2",
         "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    hashed = subprocess.run(["openssl", "passwd", "-apr1", "right"], check=True, capture_output=True, text=True).stdout
    (folder / "users").write_text(f"analyst:{hashed}")
    (folder / "output").mkdir()
    (folder / "output" / "index.html").write_text("<h1>All reports</h1>")
    with (
        serve(base="usage/", APIUSAGE_APP_HOSTS="usage.example.com") as view,
        subprocess.Popen([NGINX, "-p", folder, "-c", _configured(folder, port, view)], cwd=folder) as nginx,
    ):
        try:
            reached(lambda: socket.create_connection(("127.0.0.1", port)).close())
            yield f"https://usage.example.com:{port}/"
        finally:
            nginx.terminate()


def test_the_view_works_behind_the_example(proxied: str, new_page: Callable[..., tuple[Any, Any]]) -> None:
    """A click reaches the kernel through the proxy, and its answer the page; nothing is asked of another address."""
    known = {"username": "analyst", "password": "right"}
    page, seen = new_page(proxied, ignore_https_errors=True, http_credentials=known)
    page.goto(f"{proxied}usage/")
    until_shown(page)
    whole = len(table(page, "clients"))

    act(page, lambda: page.locator(".au-clients tbody tr").first.click())

    assert whole > 1
    assert page.locator(".au-clients tbody tr[aria-selected=true], .au-clients tbody tr.au-chosen").count() == 1
    assert seen.nothing(), seen
    for nowhere in ("voila/templates/", "no/such/page"):
        page.goto(f"{proxied}usage/{nowhere}")
        assert page.get_by_role("link").evaluate("link => link.href") == f"{proxied}usage/"
    page.goto(f"{proxied}reports/")
    assert page.inner_text("h1") == "All reports"


@pytest.mark.parametrize("path", ["/usage/", "/usage/api/kernels", "/reports/", "/reports/index.html"])
def test_nothing_is_there_without_the_log_in(proxied: str, path: str) -> None:
    """Neither a page nor the programs behind it."""
    assert _status(proxied, path, {}) == 401
    assert _status(proxied, path, {"Authorization": f"Basic {b64encode(b'analyst:wrong').decode()}"}) == 401


def test_another_host_name_is_refused_behind_the_log_in(proxied: str) -> None:
    """A page of a stranger that leads its name here reaches no kernel, whoever is logged in."""
    known = {"Authorization": f"Basic {b64encode(b'analyst:right').decode()}"}

    assert _status(proxied, "/usage/", known | {"Host": "evil.example"}) == 403


def _status(proxied: str, path: str, headers: dict[str, str]) -> int:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = urlsplit(proxied).port
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    with closing(connection):
        connection.request("GET", path, headers={"Host": f"usage.example.com:{port}"} | headers)
        return connection.getresponse().status
