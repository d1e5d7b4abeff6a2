"""Delivery: one message to one address, through Apprise (mail, Slack, Teams, webhooks and more).

An address holds secrets, so it stands in the environment only; a message of this module names the variable, never its
value. Nothing is sent twice on purpose: whether something is to be told is decided elsewhere (`news.py`).
"""

import logging
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from apiusage_helpers.errors import DeliveryError

PAUSES = (2.0, 10.0)  # seconds between tries: a mail server that is just restarting
_LONGEST_HARMLESS = 3


@dataclass(frozen=True)
class Message:
    """What is told: a line, a text, and a file that may go with it."""

    title: str
    body: str
    attach: Path | None = None


def send(
    variable: str, message: Message, *, pauses: tuple[float, ...] = PAUSES, sleep: Callable[[float], None] = time.sleep
) -> None:
    """The message is delivered to the address in an environment variable when this returns; else DeliveryError."""
    address = os.environ.get(variable)
    if not address:
        raise DeliveryError(f"{variable} is not set: it must hold the Apprise address that news are delivered to")
    for pause in (*pauses, None):
        reason = _sent(variable, address, message)
        if reason is None:
            return
        if pause is None:
            raise DeliveryError(
                f"{variable}: {message.title!r} was not delivered: {reason}; it is tried again next time"
            )
        sleep(pause)


def _sent(variable: str, address: str, message: Message) -> str | None:
    """Why the message was not delivered; None when it was."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  # when there is something to tell

    with _Heard() as heard:
        apprise = Apprise()
        if not apprise.add(address):
            raise DeliveryError(f"{variable} holds no Apprise address: its form is like mailtos://... or slack://...")
        attach = str(message.attach) if message.attach else None
        done = apprise.notify(title=message.title, body=message.body, body_format=NotifyFormat.TEXT, attach=attach)
    return None if done else heard.reason(address)


class _Heard(logging.Handler):
    """What Apprise says while it sends; it goes nowhere else, since it may hold parts of the address."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []
        self.logger = logging.getLogger("apprise")

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what is said."""
        self.said.append(record.getMessage())

    def __enter__(self) -> Self:
        self.propagated, self.logger.propagate = self.logger.propagate, False
        self.logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.logger.propagate = self.propagated
        self.logger.removeHandler(self)

    def reason(self, address: str) -> str:
        """The first thing said, unless it holds a part of the address."""
        parts = [part for part in re.split(r"[^\w.-]+", address) if len(part) > _LONGEST_HARMLESS]
        told = next((line for line in self.said if not any(part in line for part in parts)), "no answer")
        return " ".join(told.split())[:200]
