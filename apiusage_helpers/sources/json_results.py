"""Result files of the usage API as JSON: pages of the legacy service (`results`) and of the jobs service (`entities`).

A file holds one page, a list of pages, or JSON Lines (a page or a row a line). A value of the wrong type or range is told
with its path. Nothing is fetched here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Raw, Struct, UnsetType

from apiusage_helpers.errors import SourceError
from apiusage_helpers.sources.row_columns import (
    DELIVERED,
    FAULTS,
    ROWS,
    JobsRow,
    LegacyRow,
    Named,
    RowsText,
    record_batch,
)
from apiusage_helpers.sources.rows import JOBS, LEGACY, ROW_SCHEMA, Rows
from apiusage_helpers.sources.utc_days import date_column
from apiusage_helpers.usage import COUNTS, STATUSES

_SAMPLE = 1 << 20
_NOT_EMPTY = ("template_uri", "client_id", "http_method", *COUNTS)  # each row has them, or it is looked at
_FIELD = re.compile(rb'"([A-Za-z_][A-Za-z0-9_]*)"\s*:')


class Cursors(Struct):
    """Cursors of a page of simplesearch."""

    after: str | None = None


class Page(Struct, rename="camel"):
    """A page of a result of either service."""

    results: Sequence[LegacyRow] | UnsetType | None = UNSET
    entities: Sequence[JobsRow] | UnsetType | None = UNSET
    query_status: str | None = None
    next_uri: str | None = None
    self_uri: str | None = None
    cursors: Cursors | None = None
    error_body: Any = None
    code: Any = None
    error: Any = None
    message: Any = None
    description: Any = None
    results_uri: Any = None
    execution_id: Any = None

    @property
    def error_words(self) -> str:
        """What an error answer of the service says; empty where this is none."""
        return ": ".join(
            str(part)[:200] for part in (self.code or self.error, self.message or self.description) if part
        )

    @property
    def service(self) -> str | None:
        """The service that gave this page, by its rows or its word for finished; None when it bears neither."""
        if self.results is not UNSET or (self.entities is UNSET and self.query_status == "Complete"):
            return LEGACY
        return JOBS if self.entities is not UNSET or self.query_status == "Succeeded" else None

    @property
    def has_next(self) -> bool:
        """Whether another page follows."""
        return bool(self.next_uri or (self.cursors and self.cursors.after))


class LooseRows(Page):
    """Rows without a page around them, such as `jq .results` leaves them."""


_ABSENT = Raw()


class _UnreadPage(Page):
    """A page whose rows are still JSON."""

    results: Raw = _ABSENT  # type: ignore[assignment]  # `_read` makes rows of them
    entities: Raw = _ABSENT  # type: ignore[assignment]  # as above

    @property
    def is_page(self) -> bool:
        """Whether this bears what a page of either service does, and is no row."""
        return (
            self.results is not _ABSENT
            or self.entities is not _ABSENT
            or self.query_status in {"Complete", "Succeeded"}
        )


_KNOWN_FIELDS = {
    *(
        field.encode_name
        for kind in (LegacyRow, JobsRow, Page, Named, Cursors)
        for field in msgspec.structs.fields(kind)
    ),
    *("executionId", "before", "selfUri", "previousUri", "firstUri", "lastUri", "pageSize", "total"),
}
_WHOLE_FLOAT = re.compile(
    rb'("(?:status\d{3}|requests|requestCount)"\s*:\s*\d+)\.0+(?=\s*[,}])'
)  # as pandas writes counts
_page = msgspec.json.Decoder(Page)
_pages = msgspec.json.Decoder(list[Page])
_unread_page = msgspec.json.Decoder(_UnreadPage)
_unread_pages = msgspec.json.Decoder(list[_UnreadPage])
_legacy_row = msgspec.json.Decoder(LegacyRow)
_jobs_row = msgspec.json.Decoder(JobsRow)


def read_pages(content: bytes, file: str) -> list[tuple[Page, str, list[int]]]:
    """The pages of a JSON file, each with the label of its rows and, for JSON Lines of rows, their line numbers.

    SourceError names the file and the place of what is torn or of a wrong type.
    """
    if b".0" in content:
        content = _WHOLE_FLOAT.sub(rb"\1", content)
    text = content.lstrip()
    if text.startswith(b"["):
        pages = _decoded(_unread_pages.decode, text, file)
        if pages and not any(page.is_page for page in pages):
            return [(_page_of_list(text, file), "row [{}]", [])]
        for number, page in enumerate(pages):
            _read(page, lambda: _decoded(_pages.decode, text, file), at=number)
        return [(page, _label(page, f"page {n}, " if len(pages) > 1 else ""), []) for n, page in enumerate(pages, 1)]
    if _is_whole(text[: text.find(b"\n") + 1]):
        return _read_lines(content, file)
    page = _page_of(text, file)
    return [(page, _label(page, ""), [])]


def _page_of(text: bytes, place: str) -> Page:
    page: Page = _decoded(_unread_page.decode, text, place)
    _read(page, lambda: [_decoded(_page.decode, text, place)])
    return page


def _page_of_list(text: bytes, file: str) -> Page:
    """The rows of a list without a page around it."""
    jobs = b'"requestCount"' in text[:_SAMPLE] or b'"oauthClient"' in text[:_SAMPLE]
    service = JOBS if jobs else LEGACY
    page, rows = (
        LooseRows(),
        RowsText(memoryview(text.rstrip()), service, partial(_decoded, ROWS[service].decode, text, file)),
    )
    setattr(page, "entities" if jobs else "results", rows)
    return page


def _read(page: Page, whole: Callable[[], list[Page]], at: int = 0) -> None:
    """The rows of a page can be asked for from now on; `whole` decodes all of the file, in which it is the page `at`."""
    for name, service in (("results", LEGACY), ("entities", JOBS)):
        text = getattr(page, name)
        if text is _ABSENT:
            setattr(page, name, UNSET)
            continue
        rows = RowsText(memoryview(text), service, partial(_rows_of, whole, at, name))
        setattr(page, name, rows if rows.text[0] == ord("[") else rows.whole())


def _rows_of(whole: Callable[[], list[Page]], at: int, name: str) -> Any:
    return getattr(whole()[at], name)


def page_rows(page: Page, file: str, label: str, lines: list[int], notes: list[str]) -> Rows:
    """The rows of a page as a table.

    SourceError for a row without a date or with another instant than midnight UTC, and for the first row without something
    that nothing else in it tells.
    """
    rows = Rows(ROW_SCHEMA.empty_table(), file, label, lines)
    found = page.results if page.service == LEGACY else page.entities
    if not isinstance(found, (Sequence, RowsText)) or not found:
        return rows
    service = page.service or ""
    batches = found.batches() if isinstance(found, RowsText) else [record_batch(found, service)]
    delivered = pa.Table.from_batches(batches, DELIVERED)
    if not len(delivered):
        return rows
    summed = delivered["requests"].null_count == len(delivered)
    if summed:
        notes.append(f"{file}: requests are not in this result; they are the sum of its statuses")
    if any(delivered[name].null_count for name in _NOT_EMPTY):
        _refuse_absent(delivered, rows, notes, service=service, summed=summed)
    return replace(rows, table=_typed(delivered, rows.place, summed=summed))


def _refuse_absent(found: pa.Table, rows: Rows, notes: list[str], *, service: str, summed: bool) -> None:
    """SourceError for the first row without something that nothing else in it tells: absent is not empty.

    That is a template URI, the id and name of a client, a method, the requests or a count of 429 that other rows have, and a
    status of a result whose requests are the sum of its statuses.
    """
    no_uri = found["template_uri"].is_null()
    no_client = pc.and_(found["client_id"].is_null(), found["client_name"].is_null())
    first = pc.index(pc.or_(no_uri, no_client), value=True).as_py()
    if first >= 0:
        what = (
            "there is no templateUri: query with all groupings and save it again"
            if no_uri[first].as_py()
            else "there is no client id or name: query grouped by OAuth client"
        )
        raise SourceError(f"{rows.place(first)}: {what}")
    for name in ("http_method", "requests", *STATUSES):
        absent = found[name].null_count
        some = 0 < absent < len(found) and name in {"http_method", "requests", "status429"}
        if absent and (some or (summed and name in STATUSES)):
            why = (
                "other rows have it: save the result again, complete"
                if some
                else "the requests are the sum of the statuses: query again with all statuses"
            )
            place = rows.place(pc.index(found[name].is_null(), value=True).as_py())
            raise SourceError(f"{place}: there is no {_as_delivered(name, service)}, and {why}")
        if absent and name == "status429":
            notes.append(f"{rows.file}: status429 is not in this result: how many requests were throttled is not known")


def _as_delivered(name: str, service: str) -> str:
    """The name that a column has in a result: `httpMethod` for `http_method`."""
    first, *others = ("request_count" if (name, service) == ("requests", JOBS) else name).split("_")
    return first + "".join(map(str.capitalize, others))


def unknown_fields(content: bytes) -> list[str]:
    """The fields of a file's first and last megabyte that no row or page is known to have."""
    found = {*_FIELD.findall(content[:_SAMPLE]), *_FIELD.findall(content[-_SAMPLE:])}
    return sorted({name.decode() for name in found} - _KNOWN_FIELDS)


def _read_lines(content: bytes, file: str) -> list[tuple[Page, str, list[int]]]:
    lines = [(n, line) for n, line in enumerate(content.split(b"\n"), 1) if line.strip()]
    pages = [(_page_of(line, f"{file}: line {n}"), n) for n, line in lines]
    if all(page.service for page, _ in pages):
        return [(page, _label(page, f"line {n}, "), []) for page, n in pages]
    return [(_page_of_rows(lines, file), "line {}", [n for n, _ in lines])]


def _page_of_rows(lines: Sequence[tuple[int, bytes]], file: str) -> Page:
    if b'"requestCount"' in lines[0][1] or b'"oauthClient"' in lines[0][1]:
        return LooseRows(entities=[_decoded(_jobs_row.decode, line, f"{file}: line {n}") for n, line in lines])
    return LooseRows(results=[_decoded(_legacy_row.decode, line, f"{file}: line {n}") for n, line in lines])


def _decoded(decode: Callable[[bytes], Any], text: bytes, place: str) -> Any:
    try:
        return decode(text)
    except msgspec.ValidationError as fault:
        raise SourceError(f"{place}: {_path(str(fault))}; counts are whole numbers from 0, names are text") from None
    except FAULTS as fault:
        raise SourceError(f"{place}: not whole JSON ({_path(str(fault))}): save the result again, complete") from None


def _path(message: str) -> str:
    return message.replace(" - at `$.", " at `").replace(" - at `$", " at `")


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except FAULTS:
        return False
    return bool(line.strip())


def _label(page: Page, prefix: str) -> str:
    return f"{prefix}{'results' if page.service == LEGACY else 'entities'}[{{}}]"


def _typed(delivered: pa.Table, place: Callable[[int], str], *, summed: bool) -> pa.Table:
    """Rows in the columns of all sources: an absent text is empty, an absent count 0 (which then does not add up)."""
    columns = {name: delivered[name] for name in delivered.column_names}
    made = {
        name: column.fill_null("" if column.type == pa.string() else 0) if column.null_count else column
        for name, column in columns.items()
    }
    made["date"] = date_column(columns["date"].combine_chunks(), place)
    if summed:
        classes = [made[name] for name in STATUSES if name != "status429"]
        made["requests"] = reduce(pc.add, classes)
    return pa.Table.from_arrays([made[name] for name in ROW_SCHEMA.names], schema=ROW_SCHEMA)
