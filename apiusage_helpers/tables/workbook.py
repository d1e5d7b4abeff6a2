"""Tables as one workbook with types: whole numbers, shares in percent, dates, and text that no spreadsheet runs.

Text cells are written as text: a name that looks like a formula or an address stays a name, so it needs no guard here.
"""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pandas as pd
import xlsxwriter

_MOST_TEXT = 32_767  # characters that a cell can hold
_WIDEST = 60
_FORMATS = {"whole": "#,##0", "percent": "0.0%"}


def workbook(sheets: Mapping[str, pd.DataFrame], facts: Mapping[str, object], *, as_of: date) -> bytes:
    """The XLSX file of `sheets` (title -> table) and a last sheet of facts; the same bytes for the same tables and day."""
    written = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(written, options) as book:
        book.set_properties({"title": "API Usage", "created": datetime.combine(as_of, time.min, UTC)})
        formats = {name: book.add_format({"num_format": code}) for name, code in _FORMATS.items()}
        bold = book.add_format({"bold": True})
        for title, table in sheets.items():
            _write(book.add_worksheet(title), table, formats, bold)
        told = pd.DataFrame({"fact": list(facts), "value": list(map(_fact, facts.values()))})
        _write(book.add_worksheet("Facts"), told, formats, bold)
    return written.getvalue()


def _fact(value: object) -> object:
    """Counts and days as such, all else as text."""
    return value if isinstance(value, int | date) else str(value)


def _write(sheet: Any, table: pd.DataFrame, formats: Mapping[str, Any], bold: Any) -> None:
    """One sheet: a frozen, bold header with filters, and a column as wide as its text."""
    for column, name in enumerate(table.columns):
        sheet.write_string(0, column, name, bold)
        values = list(table[name].astype(object))
        for row, value in enumerate(values, 1):
            _cell(sheet, (row, column), value, formats["percent" if str(name).endswith("share") else "whole"])
        longest = max([len(str(name)), *(len(value) for value in values if isinstance(value, str))])
        sheet.set_column(column, column, min(max(longest, 10), _WIDEST) + 2)
    sheet.freeze_panes(1, 0)
    if len(table):
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _cell(sheet: Any, place: tuple[int, int], value: Any, number: Any) -> None:
    if isinstance(value, str):
        sheet.write_string(*place, value[:_MOST_TEXT])
    elif value is pd.NA or value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124  # NaN
        sheet.write_blank(*place, None)
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value)
    elif isinstance(value, date):
        sheet.write_datetime(*place, datetime.combine(value, time.min))
    else:
        sheet.write_number(*place, value, number)
