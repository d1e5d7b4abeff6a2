"""The dates of usage rows: whole UTC days, written as a date or as its midnight in UTC."""

import re
from collections.abc import Callable
from datetime import date, datetime, time

import pyarrow as pa

from apiusage_helpers.errors import SourceError

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0{1,9})?)?(?:Z|\+00:?00)?)?", re.ASCII)


def date_column(
    texts: pa.Array, place: Callable[[int], str], *, date_format: str | None = None, hint: str = ""
) -> pa.Array:
    """The dates that `texts` (strings) mean, by `date_format` (as of strptime) where there is one, else in ISO form.

    SourceError names the `place` of the first that is none, or is another instant, and gives the `hint`.
    """
    written = texts.dictionary_encode()
    days = [
        _day(text) if date_format is None else _day_by(date_format, text) for text in written.dictionary.to_pylist()
    ]
    column = pa.array(days, pa.date32()).take(written.indices)
    if column.null_count:
        row = column.is_null().index(value=True).as_py()
        raise SourceError(f"{place(row)}: {_fault(texts[row].as_py(), date_format)}{hint}")
    return column


def _day(text: str) -> date | None:
    found = _MIDNIGHT.fullmatch(text.strip())
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _day_by(date_format: str, text: str) -> date | None:
    """The day that a text means by a format, where it is the day's midnight in UTC."""
    try:
        instant = datetime.strptime(text.strip(), date_format).replace(tzinfo=None)  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return None
    return instant.date() if instant.time() == time.min else None


def _fault(text: str | None, date_format: str | None) -> str:
    if not text:
        return "there is no date: query with granularity Day"
    if date_format is not None:
        return f"date {text[:40]!r} is not a day by --date-format {date_format}"
    return f"date {text[:40]!r} is not a UTC day: write YYYY-MM-DD, or its midnight as YYYY-MM-DDT00:00:00Z"
