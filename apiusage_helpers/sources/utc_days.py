"""The dates of usage rows: whole UTC days, written as a date or as its midnight in UTC."""

import re
from collections.abc import Callable, Sequence
from datetime import date

import pyarrow as pa

from apiusage_helpers.errors import SourceError

_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0{1,9})?)?(?:Z|\+00:?00)?)?", re.ASCII)


def date_column(texts: Sequence[str | None], place: Callable[[int], str]) -> pa.Array:
    """The dates that `texts` mean; SourceError names the `place` of the first that is none, or is another instant."""
    written = pa.array(texts, pa.string()).dictionary_encode()
    days: list[date | None] = [_day(text) for text in written.dictionary.to_pylist()]
    column = pa.array(days, pa.date32()).take(written.indices)
    if column.null_count:
        row = column.is_null().index(value=True).as_py()
        raise SourceError(f"{place(row)}: {_fault(texts[row])}")
    return column


def _day(text: str) -> date | None:
    found = _MIDNIGHT.fullmatch(text.strip())
    try:
        return date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def _fault(text: str | None) -> str:
    if not text:
        return "there is no date: query with granularity Day"
    return f"date {text[:40]!r} is not a UTC day: write YYYY-MM-DD, or its midnight as YYYY-MM-DDT00:00:00Z"
