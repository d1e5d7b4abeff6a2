"""Delivery: over a real mail server and a real webhook, without a secret in sight."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from apiusage_helpers.errors import DeliveryError
from apiusage_helpers.runs.notifications.delivery import Message, send

_LARGEST = 200_000  # bytes of a mail that the server takes


class Mailbox:
    """What aiosmtpd hands over."""

    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802  # aiosmtpd's name
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server on loopback."""
    from aiosmtpd.controller import Controller

    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, data_size_limit=_LARGEST)
    controller.start()
    yield box, port
    controller.stop()


class Hook(BaseHTTPRequestHandler):
    """A webhook receiver that answers as it is told, and keeps what it got."""

    answers: list[int]
    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.answers.pop(0) if self.answers else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def webhook() -> Iterator[tuple[type[Hook], int]]:
    """A real HTTP server on loopback."""
    kind = type("KeptHook", (Hook,), {"answers": [], "got": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield kind, server.server_port
    server.shutdown()
    server.server_close()


def test_mail_reaches_a_real_server(mail_server, monkeypatch, tmp_path) -> None:
    """With subject, text and the report attached."""
    box, port = mail_server
    (tmp_path / "report.html").write_text("<p>the report</p>")
    address = f"mailto://127.0.0.1:{port}/?from=kit@example.com&to=team@example.com&mode=insecure"
    monkeypatch.setenv("MAIL", address)
    send("MAIL", Message("A title", "A body", tmp_path / "report.html"), pauses=())

    [mail] = box.mails
    text = mail.content.decode()
    assert mail.rcpt_tos == ["team@example.com"]
    assert "Subject: A title" in text
    assert "report.html" in text


@pytest.fixture
def mail(mail_server, monkeypatch, tmp_path) -> Any:
    """Sends a mail with a page of some bytes; gives the mail as the server got it."""
    box, port = mail_server
    monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{port}/?from=kit@example.com&to=team@example.com&mode=insecure")

    def of(size: int, **message: Any) -> str:
        (tmp_path / "report.html").write_bytes(b"<p>" + b"x" * size)
        send("MAIL", Message("A title", "A body", tmp_path / "report.html", **message), pauses=())
        [mail] = box.mails
        return mail.content.decode()

    return of


def test_a_page_that_the_server_refuses_stays_behind(mail) -> None:
    """The mail goes without it, says why in the server's own words, and counts as delivered."""
    text = mail(_LARGEST)

    assert "552" in text
    assert "the server refused the message" in text.replace("=\n", "")
    assert 'filename="report.html"' not in text


def test_a_page_over_the_limit_of_the_delivery_stays_behind(mail) -> None:
    """As a mail carries it, a third larger; one within the limit goes along."""
    text = mail(9_000, attach_mb=0.01).replace("=\n", "")

    assert "it has 0.012 MB as a mail carries it" in text
    assert 'filename="report.html"' not in text


def test_a_page_within_the_limit_goes_along(mail) -> None:
    """Just below it."""
    assert 'filename="report.html"' in mail(7_000, attach_mb=0.01)


@pytest.mark.parametrize("kind", ["info", "success", "warning", "failure"])
def test_how_bad_it_is_reaches_the_receiver(webhook, monkeypatch, kind: str) -> None:
    """As Apprise's type, which chats show as a colour or a sign."""
    hook, port = webhook
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{port}/")
    send("HOOK", Message("A title", "A body", kind=kind), pauses=())

    assert [got["type"] for got in hook.got] == [kind]


def test_what_the_mail_server_answers_is_told_without_the_address(mail_server, monkeypatch) -> None:
    """Refused for its size even without a page: the code and the words, and no recipient."""
    _, port = mail_server
    monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{port}/?from=kit@example.com&to=team@example.com&mode=insecure")

    with pytest.raises(DeliveryError, match="552 ") as fault:
        send("MAIL", Message("A title", "x" * _LARGEST), pauses=())
    assert "example.com" not in str(fault.value)


def test_a_webhook_that_fails_for_a_while_is_tried_again(webhook, monkeypatch) -> None:
    """Twice 503, then taken; the pauses are those that are given."""
    hook, port = webhook
    hook.answers += [503, 503]
    pauses: list[float] = []
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{port}/news")
    send("HOOK", Message("A title", "A body"), pauses=(1, 2), sleep=pauses.append)

    assert [(got["title"], got["message"]) for got in hook.got] == [("A title", "A body")] * 3
    assert pauses == [1, 2]


def test_a_fault_names_the_variable_and_no_part_of_the_address(webhook, monkeypatch, capfd) -> None:
    """Unset, no address at all, refused: the secret is in no message and on no screen."""
    hook, port = webhook
    hook.answers += [403, 403]
    for value in ("", "canary-4711", f"json://user:canary-4711@127.0.0.1:{port}/canary-4711"):
        monkeypatch.setenv("HOOK", value)
        with pytest.raises(DeliveryError, match="HOOK") as fault:
            send("HOOK", Message("A title", "A body"), pauses=())
        assert "canary" not in str(fault.value)
    assert "canary" not in "".join(capfd.readouterr())
