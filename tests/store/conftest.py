"""A small store."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.store import Origin, Written, write_days
from apiusage_helpers.usage import usage_table

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def november(*days: int) -> list[date]:
    return [date(2026, 11, day) for day in days]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the store will be."""
    return tmp_path / "store"


@pytest.fixture
def write(root: Path) -> Callable[..., Written]:
    """Days of acme, each with one row of `requests` (0: a day without traffic)."""
    return writer(root)


def writer(root: Path) -> Callable[..., Written]:
    """What `write` does, for any store."""

    def written(
        days: Sequence[int],
        requests: int = 10,
        *,
        name: str = "CRM sync",
        organization: str = "acme",
        origin: Origin | None = None,
    ) -> Written:
        rows: list[tuple[Any, ...]] = [
            (day, "a", name, "GET", "api/v2/users", requests, requests, 0, 0, 0, 0)
            for day in november(*days)
            if requests
        ]
        return write_days(organization, usage_table(rows), november(*days), origin or Origin("sample", AT), root=root)

    return written
