"""Rows of a JSON result as columns: the same however its text is cut, and by how many processes."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from apiusage_helpers.sources import row_columns
from apiusage_helpers.sources.row_columns import RowsText
from apiusage_helpers.sources.rows import JOBS, LEGACY

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="a copy of a process works on Linux only")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts of any length are large, and cut after a few rows; there are two cores."""
    monkeypatch.setattr(row_columns, "LARGE", 0)
    monkeypatch.setattr(row_columns, "PIECE", 300)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})


def rows_text(rows: list[dict[str, Any]], service: str = LEGACY, indent: int | None = None) -> RowsText:
    text = json.dumps(rows, indent=indent).encode()
    return RowsText(memoryview(text), service, lambda: row_columns.ROWS[service].decode(text))


def table(rows: list[dict[str, Any]], service: str = LEGACY, indent: int | None = None) -> pa.Table:
    return pa.Table.from_batches(rows_text(rows, service, indent).batches(), row_columns.DELIVERED)


@pytest.fixture(params=[LEGACY, JOBS])
def delivered(request, legacy_row, jobs_row) -> tuple[str, list[dict[str, Any]]]:
    """Fifty rows of a service."""
    row = legacy_row if request.param == LEGACY else jobs_row
    return request.param, [row(templateUri=f"api/v2/{n}", status200=n) for n in range(50)]


@pytest.mark.parametrize("indent", [None, 2])
def test_two_processes_give_the_rows_of_one(delivered, small, monkeypatch: pytest.MonkeyPatch, indent) -> None:
    """In the same order, each once."""
    service, rows = delivered
    here = os.getpid()
    monkeypatch.setattr(row_columns, "_write_batches", noting(here))
    made = rows_text(rows, service, indent).batches()

    assert len(made) > 9
    assert pa.Table.from_batches(made)["template_uri"].to_pylist() == [row["templateUri"] for row in rows]
    assert pa.Table.from_batches(made)["status200"].to_pylist() == list(range(50))
    monkeypatch.setattr(row_columns, "LARGE", 10**9)
    assert pa.Table.from_batches(made) == table(rows, service, indent)


def noting(parent: int) -> Callable[..., None]:
    """`_write_batches`, which must run in another process."""
    write = row_columns._write_batches  # what the copy does

    def noted(*order: Any) -> None:
        assert os.getpid() != parent
        write(*order)

    return noted


@pytest.mark.parametrize("text", ["a},{b", '"},\n{"', "},{" * 200])
@pytest.mark.parametrize("field", ["clientName", "unknown"])
def test_what_looks_like_the_end_of_a_row_is_none_inside_a_text_or_a_field(legacy_row, small, text, field) -> None:
    """A cut there leaves pieces that are no rows, and the list is decoded whole."""
    nested = [{"a": text}, {"b": [{}, {}, {}]}]
    rows = [legacy_row(status200=n, **{field: text if field == "clientName" else nested}) for n in range(40)]

    assert table(rows)["status200"].to_pylist() == list(range(40))
    assert set(table(rows)["client_name"].to_pylist()) == {rows[0]["clientName"]}


@pytest.mark.parametrize(
    "mishap", [lambda *_: os._exit(9), lambda *_: time.sleep(600), lambda *_: os.kill(os.getpid(), 9)]
)
def test_the_work_of_a_copy_that_fails_is_done_here(
    delivered, small, monkeypatch: pytest.MonkeyPatch, mishap: Callable[..., None]
) -> None:
    """It was killed, for want of memory too, or does not end."""
    service, rows = delivered
    monkeypatch.setattr(row_columns, "_PATIENCE", 0.2)
    monkeypatch.setattr(row_columns, "_write_batches", mishap)

    assert table(rows, service)["status200"].to_pylist() == list(range(50))


def test_where_no_copy_is_to_be_had_one_process_does_it_all(delivered, small, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system has no process left."""
    service, rows = delivered

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refused)

    assert table(rows, service)["status200"].to_pylist() == list(range(50))


@pytest.mark.parametrize("wrong", [3, 45])
def test_a_row_that_is_none_is_a_fault_in_either_half(legacy_row, small, wrong) -> None:
    """`whole` raises it, with its place."""
    rows = [legacy_row(requests="many" if n == wrong else 10) for n in range(50)]

    with pytest.raises(row_columns.FAULTS, match=rf"\$\[{wrong}\]\.requests"):
        rows_text(rows).batches()


@pytest.mark.parametrize("rows", [[], [None], [5], ["},{"]])
def test_a_list_of_no_rows_has_none_or_is_a_fault(small, rows) -> None:
    """Nothing in it is taken for a row."""
    if rows:
        with pytest.raises(row_columns.FAULTS):
            rows_text(rows).batches()
    else:
        assert table(rows).num_rows == 0
