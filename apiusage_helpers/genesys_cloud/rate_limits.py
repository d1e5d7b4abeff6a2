"""How politely the service is asked: how often, how long, and how many requests a minute.

The platform allows 300 requests a minute and token, and says in `inin-ratelimit-*` headers how many have been used.
All times are seconds of the event loop's clock, so that a test may run them on a clock of its own.
"""

import asyncio
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

WINDOW = 60.0
MOST_SKEW = timedelta(minutes=5)
_USED = 0.9  # of what is allowed: others may share the token


@dataclass(frozen=True)
class Pace:
    """Limits in seconds: polling, one call with its whole body, and all the tries of one call.

    The wait between two polls is `poll_share` of what the query has taken so far, from `poll_first` to `poll_most`.
    """

    poll_first: float = 2
    poll_most: float = 60
    poll_share: float = 0.1
    poll_for: float = 1800
    call: float = 300
    silence: float = 60
    connect: float = 15
    connect_for: float = 90
    retry_for: float = 900
    retry_first: float = 1
    retry_most: float = 60
    tries: int = 8

    def backoff(self, tries: int, draw: random.Random) -> float:
        """The wait after the try with this number (from 1): it doubles, and half of it is left to chance."""
        longest: float = min(self.retry_most, self.retry_first * 2 ** min(tries - 1, 10))
        return longest / 2 + draw.uniform(0, longest / 2)


@dataclass
class Rate:
    """When requests were sent with a token in the last minute, how many are allowed, and until when to send none."""

    allowed: int = 300
    sent: deque[float] = field(default_factory=deque)
    hold_until: float = 0.0

    def note(self, headers: Mapping[str, str], now: float) -> None:
        """Take over what an answer says of the rate."""
        allowed = number(headers.get("inin-ratelimit-allowed"))
        used = number(headers.get("inin-ratelimit-count"))
        reset = number(headers.get("inin-ratelimit-reset"))
        if allowed:
            self.allowed = int(allowed)
        if used is not None and used >= self.most:
            self.hold_until = max(self.hold_until, now + (WINDOW if reset is None else min(reset, WINDOW)))

    @property
    def most(self) -> int:
        """How many requests a minute are sent at most."""
        return max(1, int(self.allowed * _USED))


async def in_turn(rate: Rate) -> None:
    """Nothing, as soon as one more request keeps within the rate; it is counted as sent."""
    clock = asyncio.get_running_loop().time
    while True:
        now = clock()
        while rate.sent and rate.sent[0] <= now - WINDOW:
            rate.sent.popleft()
        crowded = rate.sent[0] + WINDOW - now if len(rate.sent) >= rate.most else 0.0
        wait = max(rate.hold_until - now, crowded)
        if wait <= 0:
            rate.sent.append(now)
            return
        await asyncio.sleep(wait + 0.001)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that an answer asks to wait: of Retry-After (seconds or a date); None when it does not say."""
    written = headers.get("retry-after", "").strip()
    seconds = number(written)
    if seconds is not None or not written:
        return seconds
    until = http_date(written)
    return max(0.0, (until - now).total_seconds()) if until else None


def skew_words(skew: timedelta) -> str:
    """How far this machine's clock is from the server's, which is `skew` ahead; empty within `MOST_SKEW`."""
    whole = timedelta(seconds=round(skew.total_seconds()))
    side = "behind" if whole > timedelta() else "ahead of"
    return f"this machine's clock is {abs(whole)} {side} the server's" if abs(whole) > MOST_SKEW else ""


def http_date(text: str) -> datetime | None:
    """The instant of an HTTP date; None when it is none."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def number(text: str | None) -> float | None:
    """A number of 0 or more that a header holds; None when it is none."""
    return float(text) if text and text.strip().isdecimal() and text.isascii() else None
