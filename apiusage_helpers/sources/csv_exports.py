"""CSV files of usage rows: exports of the platform, of other tools, and this kit's own api_usage.csv.

Headers are matched through `params/tables/csv_columns.yaml`, which users extend; what matched what is always told.
Commas, semicolons and tabs, a byte order mark and UTF-16 are read. Dates in another form than ISO's and counts with
separators are read where the user says how they are written, never guessed.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from apiusage_helpers.errors import ParameterError, SourceError, quoted, shown
from apiusage_helpers.project import places
from apiusage_helpers.project.formula_guard import unguarded
from apiusage_helpers.settings.yaml_file import read_yaml
from apiusage_helpers.sources.rows import DROPPED, ROW_SCHEMA, Rows
from apiusage_helpers.sources.utc_days import date_column
from apiusage_helpers.usage import COLUMNS, COUNTS, STATUSES

_MOST_COUNT = 2**53
_HINT = "; other forms by --date-format, such as --date-format %d.%m.%Y"
_REQUIRED = ("date", "template_uri", "requests", *STATUSES)
_OPTIONAL_KEYS = ("client_id", "http_method")
_SEPARATOR = re.compile(r"\Asep=[,;\t]\r?\n", re.IGNORECASE)
_TYPE_LINE = re.compile(r"\A#TYPE [^\n]*\n")
_EXCEL_ERRORS = frozenset({"#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!"})
_DIGITS = re.compile(r"(\d{1,16})(?:\.0+)?", re.ASCII)


@dataclass(frozen=True)
class Written:
    """How a CSV file is written where that is not told by itself: dates by a format of strptime, a separator of thousands.

    ParameterError for a format that names no whole day, and a separator that could be part of a number.
    """

    date_format: str | None = None
    thousands: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        form = (self.date_format or "%Y%m%d").replace("%%", "")
        if not (
            re.search(r"%[Yy]", form) and ((re.search(r"%d", form) and re.search(r"%[mbB]", form)) or "%j" in form)
        ):
            example = "--date-format %d.%m.%Y"
            raise ParameterError(f"--date-format {shown('format', form)} names no year, month and day: write {example}")
        if self.thousands is not None and (
            len(self.thousands) != 1 or self.thousands.isalnum() or self.thousands in "-+"
        ):
            raise ParameterError(f"--thousands {shown('thousands', self.thousands)} is not one sign such as . or ,")


AS_USUAL = Written()


def read_csv(content: bytes, file: str, notes: list[str], written: Written = AS_USUAL) -> Rows:
    """The rows of a CSV file; `notes` gets which header was taken for which column, and what was ignored.

    SourceError names the file and line of what cannot be read, and every column that is missing.
    """
    text = _text(content, file)
    if text.lstrip().startswith("<"):
        raise SourceError(f"{file}: this is HTML, not CSV: a log-in or error page was saved in its place; export again")
    records = _records(_SEPARATOR.sub("", _TYPE_LINE.sub("", text, 1), 1), file)
    header = next(records, (1, []))[1]
    columns = _matched(header, file, notes)
    lines, values = _values(records, header, file, notes)
    _tell_excel_errors(columns, values, file, notes)
    rows = Rows(ROW_SCHEMA.empty_table(), file, "line {}", lines, tuple(n for n in _OPTIONAL_KEYS if n not in columns))
    return Rows(_table(columns, values, rows.place, written), file, "line {}", lines, rows.absent)


def column_aliases() -> dict[str, str]:
    """Each known header, in plain form, and the column that it means; ParameterError when the table is not usable."""
    path = places.table_file("csv_columns.yaml")
    if path is None:
        return {}
    written = read_yaml(path)
    known = {*COLUMNS, *DROPPED}
    if not isinstance(written, dict) or not all(
        name in known and isinstance(also, list) for name, also in written.items()
    ):
        raise ParameterError(
            f"{path}: wanted lines such as `client_id: [client id, application id]`; columns: {sorted(known)}"
        )
    return {_plain(str(alias)): name for name, also in written.items() for alias in (name, *also)}


def _text(content: bytes, file: str) -> str:
    encoding = "utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        byte = content[fault.start]
        raise SourceError(
            f"{file}: line {line}: byte 0x{byte:02x} is not {encoding.removesuffix('-sig').upper()}: save the file as CSV UTF-8"
        ) from None


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each record that is not blank, with the line on which it ends."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for record in reader:
            if record:
                yield reader.line_num, record
    except csv.Error as fault:
        raise SourceError(f"{file}: line {reader.line_num}: not whole CSV ({fault}): save the file again") from None


def _matched(header: list[str], file: str, notes: list[str]) -> dict[str, int]:
    """The place of each known column in the header."""
    aliases = column_aliases()
    columns: dict[str, int] = {}
    for place, head in enumerate(header):
        name = aliases.get(_plain(unguarded(head)))
        if name in columns:
            raise SourceError(
                f"{file}: line 1: {quoted(header[columns[name]])} and {quoted(head)} both mean {name}: keep one of them"
            )
        if name is not None:
            columns[name] = place
    if not columns:
        raise SourceError(
            f"{file}: neither JSON nor CSV with usage: line 1 reads {quoted(','.join(header))}; export the result again, or "
            "name its columns in params/tables/csv_columns.yaml"
        )
    missing = [name for name in _REQUIRED if name not in columns]
    missing += [] if {"client_id", "client_name"} & set(columns) else ["client_id or client_name"]
    if missing:
        raise SourceError(
            f"{file}: line 1: no column for {', '.join(missing)}; the headers are {', '.join(map(repr, header[:15]))}: name them "
            "in params/tables/csv_columns.yaml"
        )
    _tell_matches(header, columns, file, notes)
    return columns


def _tell_matches(header: list[str], columns: Mapping[str, int], file: str, notes: list[str]) -> None:
    matches = ", ".join(
        f"{header[place]} = {name}" if header[place] != name else name for name, place in columns.items()
    )
    notes.append(f"{file}: columns read: {matches}")
    ignored = [head for place, head in enumerate(header) if place not in columns.values()]
    if ignored:
        notes.append(f"{file}: columns ignored: {', '.join(map(repr, ignored))}")


def _values(
    records: Iterator[tuple[int, list[str]]], header: list[str], file: str, notes: list[str]
) -> tuple[list[int], list[list[str]]]:
    lines, rows, empty = [], [], 0
    for line, record in records:
        if not any(map(str.strip, record)):
            empty += 1
            continue
        if len(record) != len(header):
            raise SourceError(
                f"{file}: line {line}: {len(record)} fields, but {len(header)} headers: the file is torn or unquoted"
            )
        lines.append(line)
        rows.append(record)
    if empty:
        notes.append(f"{file}: {empty:,} empty rows were skipped")
    return lines, [list(column) for column in zip(*rows, strict=True)] or [[] for _ in header]


def _tell_excel_errors(columns: Mapping[str, int], values: list[list[str]], file: str, notes: list[str]) -> None:
    names = [name for name in ("client_id", "client_name", "http_method", "template_uri") if name in columns]
    found = sorted({word for name in names for word in _EXCEL_ERRORS.intersection(values[columns[name]])})
    if found:
        notes.append(f"{file}: a spreadsheet put its error words ({', '.join(found)}) in place of names: export again")


def _table(
    columns: Mapping[str, int], values: list[list[str]], place: Callable[[int], str], written: Written
) -> pa.Table:
    count = len(values[0]) if values else 0
    arrays: dict[str, Any] = {
        "date": date_column(
            pa.array(values[columns["date"]], pa.string()), place, date_format=written.date_format, hint=_HINT
        )
    }
    for name in ROW_SCHEMA.names[1:]:
        if name in COUNTS:
            arrays[name] = _counts(values[columns[name]], name, place, written.thousands)
        else:
            texts = [unguarded(text) for text in values[columns[name]]] if name in columns else [""] * count
            arrays[name] = pa.array(texts, pa.string())
    return pa.Table.from_arrays([arrays[name] for name in ROW_SCHEMA.names], schema=ROW_SCHEMA)


def _counts(texts: list[str], name: str, place: Callable[[int], str], thousands: str | None) -> pa.Array:
    counts = []
    for row, text in enumerate(texts):
        found = _DIGITS.fullmatch(_ungrouped(text.strip(), thousands))
        if not found or int(found[1]) > _MOST_COUNT:
            raise SourceError(
                f"{place(row)}: {name} {text[:40]!r} is not a whole number from 0 without separators (name theirs by "
                "--thousands)"
            )
        counts.append(int(found[1]))
    return pa.array(counts, pa.int64())


def _ungrouped(text: str, thousands: str | None) -> str:
    """A count without its separators of thousands; one that is grouped otherwise stays as it is."""
    if thousands is None or not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", text, re.ASCII):
        return text
    return text.replace(thousands, "")


def _plain(head: str) -> str:
    return re.sub(r"[\s._-]+", "", head.strip().lower())
