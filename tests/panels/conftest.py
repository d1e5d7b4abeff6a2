"""A report of few rows, without a store on disk."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import duckdb
import pytest

from apiusage_helpers.selection import select
from apiusage_helpers.store import Day, StoredUsage
from apiusage_helpers.tables.usage_report import UsageReport, usage_report
from apiusage_helpers.usage import usage_table


@pytest.fixture
def report() -> Callable[..., UsageReport]:
    """The report of rows (day, client_id, client_name, method, template URI, five statuses) over 1 to 3 November 2026."""

    def of(
        *rows: tuple[Any, ...], missing: tuple[int, ...] = (), provisional: tuple[int, ...] = (), **choices: Any
    ) -> UsageReport:
        table = usage_table((date(2026, 11, d), *k, ok + moved + no + down, ok, moved, no, many, down)
                            for d, *k, ok, moved, no, many, down in rows)  # fmt: skip
        at = datetime(2026, 11, 5, tzinfo=UTC)
        days = tuple(
            Day(date(2026, 11, d), "usage/query", at, d in provisional, 1, 1) for d in (1, 2, 3) if d not in missing
        )
        gaps = tuple(date(2026, 11, d) for d in missing)
        selection = select("acme", "2026-11-01/2026-11-03", today="2026-11-24", **choices)
        return usage_report(StoredUsage(duckdb.connect().from_arrow(table), days, gaps, 7), selection)

    return of
