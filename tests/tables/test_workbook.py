"""A workbook read back by another program: types, names as text, and the same bytes twice."""

import io
from datetime import date

import openpyxl
import pandas as pd

from apiusage_helpers.tables.workbook import workbook

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "http://example.com",
    "+41",
    "@SUM(A1)",
    "\x01bell",
    "0012",
    "通話",
    "a" * 40_000,
]
TABLE = pd.DataFrame(
    {
        "client_name": HOSTILE,
        "requests": range(len(HOSTILE)),
        "share": [0.5, float("nan"), *[0.0] * (len(HOSTILE) - 2)],
        "filtered_requests": pd.array([1, pd.NA, *[0] * (len(HOSTILE) - 2)], "Int64"),
        "date": pd.DatetimeIndex([date(2026, 11, 1)] * len(HOSTILE)),
        "complete": [True, *[False] * (len(HOSTILE) - 1)],
    }
)


def written():
    return workbook({"Clients": TABLE}, {"organization": "=acme"}, as_of=date(2026, 11, 24))


def test_every_cell_comes_back_with_its_type() -> None:
    """Numbers, dates and truth are such; empty is empty; a share is formatted in percent; no cell is a formula or link."""
    book = openpyxl.load_workbook(io.BytesIO(written()))
    rows = list(book["Clients"].iter_rows())
    names = [row[0] for row in rows[1:]]

    assert book.sheetnames == ["Clients", "Facts"]
    assert [cell.value for cell in rows[0]] == list(TABLE.columns)
    assert [cell.value for cell in names[:5]] == HOSTILE[:5]
    assert names[6].value == "0012"
    assert len(names[8].value) == 32_767
    assert all(cell.data_type == "s" and cell.hyperlink is None for cell in names)
    assert [cell.value for cell in rows[1][1:]] == [0, 0.5, 1, pd.Timestamp("2026-11-01"), True]
    assert [rows[2][2].value, rows[2][3].value] == [None, None]
    assert rows[1][2].number_format == "0.0%"
    assert [cell.data_type for cell in book["Facts"]["B"]] == ["s", "s"]


def test_the_same_tables_give_the_same_bytes() -> None:
    assert written() == written()
