"""Usage rows in an engine, as the store hands them out."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from apiusage_helpers.usage import usage_table


@pytest.fixture
def lazy_rows() -> Callable[..., Any]:
    """Short rows (day of November 2026, client_id, client_name, method, template URI, five statuses) as a relation."""

    def relation(*rows: tuple[int, str, str, str, str, int, int, int, int, int]) -> Any:
        table = usage_table((date(2026, 11, day), *rest, ok + moved + refused + broken, ok, moved, refused, many, broken)
                            for day, *rest, ok, moved, refused, many, broken in rows)  # fmt: skip
        return duckdb.connect().from_arrow(table)

    return relation
