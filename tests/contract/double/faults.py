"""Faults on purpose: which of the next requests are spoiled, and how."""

import random
from collections.abc import Callable, Sequence

KINDS = (
    "429", "429 after", "429 date", "500", "502", "503", "503 after", "504", "reset", "slow", "drip", "torn", "cut", "html",
    "foreign", "wrong type", "expired", "Failed", "Cancelled", "unknown state", "lost", "echo", "other host", "repeated row",
    "outside", "no words",
)  # fmt: skip
PASSING = KINDS[: KINDS.index("Failed")]
Schedule = Callable[[str], str | None]


def none(_route: str) -> str | None:
    """No fault at all."""
    return None


def seeded(seed: int, *, requests: int = 40, share: float = 0.35, kinds: Sequence[str] = KINDS) -> Schedule:
    """Faults of random `kinds` for a `share` of the next `requests` requests, then none."""
    draw = random.Random(seed)
    planned = [draw.choice(list(kinds)) if draw.random() < share else None for _ in range(requests)]
    return in_turn(planned)


def in_turn(planned: Sequence[str | None], *, route: str = "") -> Schedule:
    """These faults, one a request (of routes that contain `route`), then none."""
    left = list(planned)

    def schedule(asked: str) -> str | None:
        return left.pop(0) if left and route in asked else None

    return schedule
