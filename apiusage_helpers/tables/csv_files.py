"""Tables as CSV files that a spreadsheet, a program and this kit's own import read alike.

UTF-8, commas, a header, records ended by CRLF; whole numbers without a decimal point, shares in their shortest form
without exponent, nothing where there is nothing. Text that a spreadsheet would run is guarded by a leading `'`, which
the import takes off again (`project/formula_guard.py`).
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from apiusage_helpers.project.formula_guard import guarded
from apiusage_helpers.usage import COLUMNS


def csv_file(table: pd.DataFrame) -> bytes:
    """The CSV file of a table."""
    columns = [[_cell(value) for value in table[name].astype(object)] for name in table.columns]
    return _written(table.columns, zip(*columns, strict=True))


def usage_csv(rows: nw.LazyFrame[Any]) -> bytes:
    """The CSV file of usage rows in `usage.COLUMNS`, ordered by their key; 429 is inside 400, as delivered.

    The engine orders them, by the code points of their text; then every row comes home, since the file holds them all.
    """
    usage = (
        rows.select(*COLUMNS).sort("date", "client_id", "http_method", "template_uri").collect("pyarrow").to_native()
    )
    columns = [[_cell(value) for value in usage[name].to_pylist()] for name in COLUMNS]
    return _written(COLUMNS, zip(*columns, strict=True))


def column_sums(file: bytes) -> Mapping[str, int]:
    """The sums of the whole-number columns of a CSV file, read back from its bytes, and its `rows`."""
    records = list(csv.DictReader(io.StringIO(file.decode(), newline="")))
    counts = [name for name in records[0] if all(record[name].isdigit() for record in records)] if records else []
    return {name: sum(int(record[name]) for record in records) for name in counts} | {"rows": len(records)}


def _written(header: Iterable[str], records: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(records)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, float):
        return "" if np.isnan(value) else np.format_float_positional(value, trim="-")
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return "" if value is pd.NA or value is None else str(value)
