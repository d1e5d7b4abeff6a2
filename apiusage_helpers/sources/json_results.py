"""Result files of the usage API as JSON: pages of the legacy service (`results`) and of the jobs service (`entities`).

A file holds one page, a list of pages, or JSON Lines (a page or a row a line). Rows are decoded straight into typed
structs, some at a time; a value of the wrong type or range is told with its path. Nothing is fetched here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, reduce
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from apiusage_helpers.errors import SourceError
from apiusage_helpers.sources.rows import JOBS, LEGACY, ROW_SCHEMA, Rows
from apiusage_helpers.sources.utc_days import date_column
from apiusage_helpers.usage import COUNTS, STATUSES

Count = Annotated[int, Meta(ge=0, le=2**53)]
_SAMPLE = 1 << 20
_SLICE = 5000  # rows whose lists stay in the cache
_REQUESTS = {LEGACY: "requests", JOBS: "request_count"}
_NOT_EMPTY = ("template_uri", "client_id", "http_method", *COUNTS)  # each row has them, or it is looked at
_FIELD = re.compile(rb'"([A-Za-z_][A-Za-z0-9_]*)"\s*:')


class LegacyRow(Struct, gc=False, rename="camel"):
    """A row of usage/query and simplesearch (model ApiUsageRow)."""

    date: str | None = None
    client_id: str | None = None
    client_name: str | None = None
    organization_id: str | None = ""
    user_id: str | None = ""
    template_uri: str | None = None
    http_method: str | None = None
    requests: Count | None = None
    status200: Count | None = None
    status300: Count | None = None
    status400: Count | None = None
    status429: Count | None = None
    status500: Count | None = None


class Named(Struct, gc=False):
    """A reference to a client or user."""

    id: str | None = None
    name: str | None = None


class JobsRow(Struct, gc=False, rename="camel"):
    """A row of usage/aggregates/query/jobs (models OrganizationPublicApiUsage, ClientPublicApiUsage)."""

    date: str | None = None
    oauth_client: Named | None = None
    organization_id: str | None = ""
    user: Named | None = None
    platform: str | None = ""
    template_uri: str | None = None
    http_method: str | None = None
    request_count: Count | None = None
    status200: Count | None = None
    status300: Count | None = None
    status400: Count | None = None
    status429: Count | None = None
    status500: Count | None = None


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


class _UnreadPage(Page):
    """A page whose rows are still JSON."""

    results: list[Raw] | UnsetType | None = UNSET  # type: ignore[assignment]  # `_read` makes rows of them
    entities: list[Raw] | UnsetType | None = UNSET  # type: ignore[assignment]  # as above


class _UnreadRows(Sequence[Any]):
    """The rows of a page, decoded when they are asked for: a million at once take a gigabyte.

    `whole` decodes all that they are a part of, for a fault with its place in that.
    """

    def __init__(self, texts: list[Raw], rows: "msgspec.json.Decoder[list[Any]]", whole: Callable[[], object]) -> None:
        self._texts, self._rows, self._whole = texts, rows, whole

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, part: Any) -> Any:
        """The rows of a slice; SourceError where one of them is no such row."""
        if isinstance(part, int):
            return self[part : part + 1][0]
        try:
            return self._rows.decode(b"[%b]" % b",".join(self._texts[part]))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self._whole()
            raise


_KNOWN_FIELDS = {
    *(
        field.encode_name
        for kind in (LegacyRow, JobsRow, Page, Named, Cursors)
        for field in msgspec.structs.fields(kind)
    ),
    *("executionId", "before", "selfUri", "previousUri", "firstUri", "lastUri", "pageSize", "total"),
}
_page = msgspec.json.Decoder(Page)
_pages = msgspec.json.Decoder(list[Page])
_unread_page = msgspec.json.Decoder(_UnreadPage)
_unread_pages = msgspec.json.Decoder(list[_UnreadPage])
_unread_rows = msgspec.json.Decoder(list[Raw])
_legacy_row = msgspec.json.Decoder(LegacyRow)
_jobs_row = msgspec.json.Decoder(JobsRow)
_legacy_rows = msgspec.json.Decoder(list[LegacyRow])
_jobs_rows = msgspec.json.Decoder(list[JobsRow])


def read_pages(content: bytes, file: str) -> list[tuple[Page, str, list[int]]]:
    """The pages of a JSON file, each with the label of its rows and, for JSON Lines of rows, their line numbers.

    SourceError names the file and the place of what is torn or of a wrong type.
    """
    text = content.lstrip()
    if text.startswith(b"["):
        pages = _decoded(_unread_pages.decode, text, file)
        if pages and not any(page.service for page in pages):
            return [(_page_of_list(text, file), "row [{}]", [])]
        for page in pages:
            _read(page, partial(_decoded, _pages.decode, text, file))
        return [(page, _label(page, f"page {n}, " if len(pages) > 1 else ""), []) for n, page in enumerate(pages, 1)]
    if _is_whole(text[: text.find(b"\n") + 1]):
        return _read_lines(content, file)
    page = _page_of(text, file)
    return [(page, _label(page, ""), [])]


def _page_of(text: bytes, place: str) -> Page:
    page: Page = _decoded(_unread_page.decode, text, place)
    _read(page, partial(_decoded, _page.decode, text, place))
    return page


def _page_of_list(text: bytes, file: str) -> Page:
    """The rows of a list without a page around it."""
    jobs = b'"requestCount"' in text[:_SAMPLE] or b'"oauthClient"' in text[:_SAMPLE]
    kind = _jobs_rows if jobs else _legacy_rows
    rows = _UnreadRows(_decoded(_unread_rows.decode, text, file), kind, partial(_decoded, kind.decode, text, file))
    return Page(entities=rows) if jobs else Page(results=rows)


def _read(page: Page, whole: Callable[[], object]) -> None:
    """The rows of a page can be asked for from now on."""
    for name, kind in (("results", _legacy_rows), ("entities", _jobs_rows)):
        texts = getattr(page, name)
        if isinstance(texts, list):
            setattr(page, name, _UnreadRows(texts, kind, whole))


def page_rows(page: Page, file: str, label: str, lines: list[int], notes: list[str]) -> Rows:
    """The rows of a page as a table.

    SourceError for a row without a date or with another instant than midnight UTC, and for the first row without something
    that nothing else in it tells.
    """
    rows = Rows(ROW_SCHEMA.empty_table(), file, label, lines)
    found = page.results if page.service == LEGACY else page.entities
    if not isinstance(found, Sequence) or not found:
        return rows
    columns = _legacy_columns if page.service == LEGACY else _jobs_columns
    requests = attrgetter(_REQUESTS[page.service or ""])
    summed = requests(found[0]) is None and all(requests(row) is None for row in found[:])
    if summed:
        notes.append(f"{file}: requests are not in this result; they are the sum of its statuses")
    tables, looked_at = [], False
    for start in range(0, len(found), _SLICE):
        arrays = {name: _array(name, values) for name, values in columns(found[start : start + _SLICE]).items()}
        if not looked_at and any(arrays[name].null_count for name in _NOT_EMPTY):
            looked_at = True
            _refuse_absent(found[:], rows, notes, summed=summed)
        tables.append(_table(arrays, partial(_place, rows, start), summed=summed))
    return replace(rows, table=pa.concat_tables(tables))


def _refuse_absent(found: Sequence[Any], rows: Rows, notes: list[str], *, summed: bool) -> None:
    """SourceError for the first row without something that nothing else in it tells: absent is not empty.

    That is a template URI, the id and name of a client, a method, the requests or a count of 429 that other rows have, and a
    status of a result whose requests are the sum of its statuses.
    """
    nobody = Named()
    for number, row in enumerate(found):
        if row.template_uri is None:
            raise SourceError(
                f"{rows.place(number)}: there is no templateUri: query with all groupings and save it again"
            )
        client = (row.client_id, row.client_name) if isinstance(row, LegacyRow) else _named(row.oauth_client or nobody)
        if client == (None, None):
            raise SourceError(f"{rows.place(number)}: there is no client id or name: query grouped by OAuth client")
    requests = "requests" if isinstance(found[0], LegacyRow) else "request_count"
    for name in ("http_method", requests, *STATUSES):
        absent = [number for number, row in enumerate(found) if getattr(row, name) is None]
        some = 0 < len(absent) < len(found) and name in {"http_method", requests, "status429"}
        if absent and (some or (summed and name in STATUSES)):
            why = (
                "other rows have it: save the result again, complete"
                if some
                else "the requests are the sum of the statuses: query again with all statuses"
            )
            raise SourceError(f"{rows.place(absent[0])}: there is no {_as_delivered(name)}, and {why}")
        if absent and name == "status429":
            notes.append(f"{rows.file}: status429 is not in this result: how many requests were throttled is not known")


def _as_delivered(name: str) -> str:
    """The name that a field of a row has in a result: `httpMethod` for `http_method`."""
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _named(client: Named) -> tuple[str | None, str | None]:
    return client.id, client.name


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
        return Page(entities=[_decoded(_jobs_row.decode, line, f"{file}: line {n}") for n, line in lines])
    return Page(results=[_decoded(_legacy_row.decode, line, f"{file}: line {n}") for n, line in lines])


def _decoded(decode: Callable[[bytes], Any], text: bytes, place: str) -> Any:
    try:
        return decode(text)
    except msgspec.ValidationError as fault:
        raise SourceError(f"{place}: {_path(str(fault))}; counts are whole numbers from 0, names are text") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise SourceError(f"{place}: not whole JSON ({_path(str(fault))}): save the result again, complete") from None


def _path(message: str) -> str:
    return message.replace(" - at `$.", " at `").replace(" - at `$", " at `")


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return bool(line.strip())


def _label(page: Page, prefix: str) -> str:
    return f"{prefix}{'results' if page.service == LEGACY else 'entities'}[{{}}]"


def _place(rows: Rows, start: int, row: int) -> str:
    return rows.place(start + row)


def _table(arrays: dict[str, pa.Array], place: Callable[[int], str], *, summed: bool) -> pa.Table:
    """The rows of a slice; slices keep the lists between structs and Arrow small, so their memory is used again.

    An absent text is empty, an absent count 0 (which then does not add up).
    """
    made = {name: array.fill_null("" if array.type == pa.string() else 0) for name, array in arrays.items()}
    made["date"] = date_column(arrays["date"], place)
    if summed:
        classes = [made[name] for name in STATUSES if name != "status429"]
        made["requests"] = reduce(pc.add, classes)
    return pa.Table.from_arrays([made[name] for name in ROW_SCHEMA.names], schema=ROW_SCHEMA)


def _legacy_columns(rows: Sequence[Any]) -> dict[str, list[Any]]:
    names = ("date", "client_id", "client_name", "http_method", "template_uri", "user_id", "organization_id", *COUNTS)
    return {name: _column(rows, name) for name in names} | {"platform": [""] * len(rows)}


def _jobs_columns(rows: Sequence[Any]) -> dict[str, list[Any]]:
    nobody = Named()
    clients = [row.oauth_client or nobody for row in rows]
    names = ("date", "http_method", "template_uri", "organization_id", "platform", *STATUSES)
    return {name: _column(rows, name) for name in names} | {
        "client_id": _column(clients, "id"),
        "client_name": _column(clients, "name"),
        "user_id": [(row.user or nobody).id or "" for row in rows],
        "requests": _column(rows, "request_count"),
    }


def _column(rows: Sequence[Any], name: str) -> list[Any]:
    return list(map(attrgetter(name), rows))


def _array(name: str, values: list[Any]) -> pa.Array:
    """The values of a column as they were delivered: dates are text, absent ones null."""
    return pa.array(values, pa.string() if name == "date" else ROW_SCHEMA.field(name).type)
