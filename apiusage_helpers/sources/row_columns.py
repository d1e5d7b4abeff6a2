"""Rows of JSON results as Arrow columns, as they were delivered; the rows of a large file on two cores at once.

The text of a list is cut between rows before it is parsed. Where each piece decodes as rows, all pieces together are the
list: a cut inside a text or a field leaves pieces that are no JSON, and then the list is decoded whole.
"""

import gc
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from mmap import PROT_READ, mmap
from operator import attrgetter
from typing import Annotated, Any, BinaryIO

import msgspec
import pyarrow as pa
from msgspec import Meta, Struct

from apiusage_helpers.sources.rows import JOBS, LEGACY, ROW_SCHEMA
from apiusage_helpers.usage import COUNTS, STATUSES

Count = Annotated[int, Meta(ge=0, le=2**53)]
FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # what is told of a text that is no such rows
PIECE = 1_500_000  # bytes; what lies between text and Arrow stays small
LARGE = 64_000_000  # bytes from which a second process is worth its start
_BETWEEN = re.compile(rb"\}\s*,\s*\{")
_PATIENCE = 60.0  # seconds that a copy may take longer


class Named(Struct, gc=False):
    """A reference to a client or user."""

    id: str | None = None
    name: str | None = None


class Row(Struct, gc=False, rename="camel"):
    """What a row of either service has; what is absent is None."""

    date: str | None = None
    organization_id: str | None = ""
    template_uri: str | None = None
    http_method: str | None = None
    status200: Count | None = None
    status300: Count | None = None
    status400: Count | None = None
    status429: Count | None = None
    status500: Count | None = None


class LegacyRow(Row, gc=False, rename="camel"):
    """A row of usage/query and simplesearch (model ApiUsageRow)."""

    client_id: str | None = None
    client_name: str | None = None
    user_id: str | None = ""
    requests: Count | None = None


class JobsRow(Row, gc=False, rename="camel"):
    """A row of usage/aggregates/query/jobs (models OrganizationPublicApiUsage, ClientPublicApiUsage)."""

    oauth_client: Named | None = None
    user: Named | None = None
    platform: str | None = ""
    request_count: Count | None = None


ROWS: dict[str, "msgspec.json.Decoder[Any]"] = {
    LEGACY: msgspec.json.Decoder(list[LegacyRow]),
    JOBS: msgspec.json.Decoder(list[JobsRow]),
}
DELIVERED = pa.schema([pa.field(field.name, field.type) for field in ROW_SCHEMA]).set(
    ROW_SCHEMA.get_field_index("date"), pa.field("date", pa.string())
)


@dataclass(frozen=True)
class RowsText:
    """The rows of a page that are still JSON, a list; `whole` decodes all that they are a part of, and gives them.

    It raises the fault, with its place in the whole, where a row is none.
    """

    text: memoryview
    service: str
    whole: Callable[[], Sequence[Any]]

    def batches(self) -> list[pa.RecordBatch]:
        """The rows as they were delivered, in order: dates are text, what is absent is null."""
        try:
            return _decoded(self.text, self.service)
        except FAULTS:
            return [record_batch(self.whole(), self.service)]


def record_batch(rows: Sequence[Any], service: str) -> pa.RecordBatch:
    """Rows of a service as columns, as they were delivered."""
    columns = (_legacy_columns if service == LEGACY else _jobs_columns)(rows)
    return pa.RecordBatch.from_arrays(
        [pa.array(columns[field.name], field.type) for field in DELIVERED], schema=DELIVERED
    )


def _decoded(text: memoryview, service: str) -> list[pa.RecordBatch]:
    pieces = list(_pieces(text))
    half = len(pieces) // 2
    if len(text) >= LARGE and _can_share():
        with suppress(OSError), _beside(text, pieces[half:], service) as others:
            mine = [_batch_of(text[piece], service) for piece in pieces[:half]]
            return mine + others()
    return [_batch_of(text[piece], service) for piece in pieces]


def _can_share() -> bool:
    """Whether a second core is there, and a copy of this process can work on it."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _pieces(text: memoryview) -> Iterator[slice]:
    """Where the text of a list can be cut, without its brackets."""
    start, end = 1, len(text) - 1
    while start < end:
        cut = _BETWEEN.search(text, start + PIECE, end) if start + PIECE < end else None
        yield slice(start, cut.start() + 1 if cut else end)
        start = cut.end() - 1 if cut else end


def _batch_of(rows: memoryview, service: str) -> pa.RecordBatch:
    return record_batch(ROWS[service].decode(b"".join((b"[", rows, b"]"))), service)


@contextmanager
def _beside(text: memoryview, pieces: Sequence[slice], service: str) -> Iterator[Callable[[], list[pa.RecordBatch]]]:
    """A copy of this process decodes `pieces`, from now on; gives what to call for them.

    It uses no thread and no lock of the libraries loaded here. Where it fails or does not end, its work is done here.
    OSError where no copy is to be had.
    """
    with os.fdopen(os.memfd_create("rows"), "w+b") as file:
        copy = multiprocessing.get_context("fork").Process(
            target=_write_batches, args=(file, text, pieces, service), daemon=True
        )
        copy.start()

        def batches() -> list[pa.RecordBatch]:
            copy.join(_PATIENCE)
            if copy.exitcode == 0:
                return list(pa.ipc.open_stream(mmap(file.fileno(), 0, prot=PROT_READ)))
            return [_batch_of(text[piece], service) for piece in pieces]

        try:
            yield batches
        finally:
            copy.kill()
            copy.join()


def _write_batches(file: BinaryIO, text: memoryview, pieces: Sequence[slice], service: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a key press is for the process that was copied
    gc.disable()
    try:
        with pa.ipc.new_stream(file, DELIVERED) as stream:
            for piece in pieces:
                stream.write_batch(_batch_of(text[piece], service))
        file.flush()
    except (*FAULTS, OSError, MemoryError):
        sys.exit(1)


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
