"""Delivery: one message to one address, through Apprise (mail, Slack, Teams, webhooks and more).

An address holds secrets, so it stands in the environment only; a message of this module names the variable, never its
value. Nothing is sent twice on purpose: whether something is to be told is decided elsewhere (`outbox.py`). A file that is
too large, or that the server does not take, stays behind: the message goes without it and says why.
"""

import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self
from urllib.parse import unquote

from apiusage_helpers.errors import DeliveryError

PAUSES = (2.0, 10.0)  # seconds between tries: a mail server that is just restarting
Kind = Literal["info", "success", "warning", "failure"]  # as Apprise calls them: the colour or sign of a message
_LONGEST_HARMLESS = 3
_MEGABYTE, _ENCODED = 1e6, 4 / 3  # a file grows by a third on its way
_SAID = re.compile(r"Socket Exception: (.*)", re.DOTALL)
_ANSWER = re.compile(r"""\((\d{3}), b(['"])(.*?)\2.*""", re.DOTALL)


@dataclass(frozen=True)
class Message:
    """What is told: a line, a text, a file that may go with it (with its largest size, MB as encoded), and how bad it is."""

    title: str
    body: str
    attach: Path | None = None
    kind: Kind = "info"
    attach_mb: float = 10

    def without_file(self, why: str) -> "Message":
        """The message for who does not get the file: its text says why."""
        return replace(self, body=f"{self.body}\n\nThe page is not attached: {why}", attach=None)


def send(
    variable: str, message: Message, *, pauses: tuple[float, ...] = PAUSES, sleep: Callable[[float], None] = time.sleep
) -> None:
    """The message is delivered to the address in an environment variable when this returns; else DeliveryError."""
    address = os.environ.get(variable)
    if not address:
        raise DeliveryError(f"{variable} is not set: give it the Apprise address that the messages go to")
    message = _of_a_size_that_goes(message)
    reason = _tried(variable, address, message, pauses, sleep)
    if reason and message.attach:
        lasting = _sent(variable, address, message.without_file(f"with it, the server refused the message: {reason}"))
        reason = reason if lasting else None
    if reason:
        raise DeliveryError(f"{variable}: {message.title!r} was not delivered: {reason}; the next due tries again")


def _of_a_size_that_goes(message: Message) -> Message:
    if message.attach is None:
        return message
    size = message.attach.stat().st_size * _ENCODED / _MEGABYTE
    if size <= message.attach_mb:
        return message
    return message.without_file(
        f"it has {size:.3g} MB as a mail carries it, and attach_mb allows {message.attach_mb:g}."
    )


def _tried(
    variable: str, address: str, message: Message, pauses: tuple[float, ...], sleep: Callable[[float], None]
) -> str | None:
    """Why the message was not delivered, however often it was tried; None when it was."""
    for pause in pauses:
        if _sent(variable, address, message) is None:
            return None
        sleep(pause)
    return _sent(variable, address, message)


def _sent(variable: str, address: str, message: Message) -> str | None:
    """Why the message was not delivered; None when it was."""
    from apprise import Apprise, NotifyFormat, NotifyType  # noqa: PLC0415  # when there is something to tell

    with _Heard() as heard:
        apprise = Apprise()
        if not apprise.add(address):
            raise DeliveryError(f"{variable} holds no Apprise address: its form is like mailtos://... or slack://...")
        attach = str(message.attach) if message.attach else None
        kind, text = NotifyType(message.kind), NotifyFormat.TEXT
        done = apprise.notify(message.body, message.title, notify_type=kind, body_format=text, attach=attach)
    return None if done else heard.reason(address)


class _Heard(logging.Handler):
    """What Apprise says while it sends; it goes nowhere else, since it may hold parts of the address."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self.logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep warnings, and what a mail server answered, which Apprise only says while it is debugged."""
        told = record.getMessage()
        answer = _SAID.match(told)
        if answer:
            self.said.insert(0, _ANSWER.sub(r"\1 \3", answer[1]))
        elif record.levelno >= logging.WARNING:
            self.said.append(told)

    def __enter__(self) -> Self:
        self.before = self.logger.propagate, self.logger.level
        self.logger.propagate = False
        self.logger.setLevel(logging.DEBUG)
        self.logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.logger.propagate = self.before[0]
        self.logger.setLevel(self.before[1])
        self.logger.removeHandler(self)

    def reason(self, address: str) -> str:
        """The first thing said, any part of the address replaced."""
        parts = {part for text in (address, unquote(address)) for part in re.findall(r"[\w.-]+(?![\w.-]|=)", text)}
        secret = sorted((re.escape(part) for part in parts if len(part) > _LONGEST_HARMLESS), key=len, reverse=True)
        told = " ".join(next(iter(self.said), "no answer").split())
        return re.sub("|".join(secret), "…", told)[:200] if secret else told[:200]
