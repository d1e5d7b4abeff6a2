"""Result files on disk: what kind each is, and all of one import as one checked usage table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pyarrow as pa

from apiusage_helpers.errors import SourceError, UsageError, quoted, shown
from apiusage_helpers.interval import Interval
from apiusage_helpers.sources.csv_exports import AS_USUAL, Written, read_csv
from apiusage_helpers.sources.file_kinds import file_content, is_json
from apiusage_helpers.sources.json_results import LooseRows, Page, page_rows, read_pages, unknown_fields
from apiusage_helpers.sources.rows import CSV_EXPORT, Result, Rows, Rules, checked_rows, days_covered, identified
from apiusage_helpers.sources.spellings import told_spellings
from apiusage_helpers.text import visible

_FINISHED = frozenset({None, "Complete", "Succeeded"})


@dataclass(frozen=True)
class ImportedUsage:
    """What the files of one import hold: a checked usage table, the UTC days covered, the source, and what to tell."""

    usage: pa.Table
    days: tuple[date, ...]
    source: str
    notes: tuple[str, ...]


def read_usage(
    paths: Sequence[Path],
    *,
    today: date,
    interval: Interval | None = None,
    granularity: str | None = None,
    written: Written = AS_USUAL,
) -> ImportedUsage:
    """The usage of all `paths` together: result JSON of one service, or CSV, each also as .gz.

    `today` is the UTC date before which all rows lie; `interval` what the query covered; `granularity` "day" confirms
    that dates which look weekly are days; `written` is how CSV files write dates and counts. SourceError for a file that
    cannot be read, UsageError for rows that break the rules of `rows.py`; both name file and place.
    """
    notes: list[str] = []
    parts, services, pages = _parts(paths, notes, written)
    result = Result(tuple(map(identified, parts)), _one_service(services))
    _refuse_unfinished(pages)
    if not result.table.num_rows and interval is None:
        raise UsageError(
            f"{paths[0]}: a complete result without rows: say which days it covers with --interval START/END"
        )
    usage = checked_rows(result, Rules(today, interval, granularity), notes)
    if interval is None:
        _refuse_loose(pages)
    if not usage.num_rows and interval is None:
        raise UsageError(f"{paths[0]}: all rows have 0 requests: say which days it covers with --interval START/END")
    notes.extend(told_spellings(usage))
    return ImportedUsage(usage, days_covered(usage, interval, notes), result.source, tuple(dict.fromkeys(notes)))


def _parts(
    paths: Sequence[Path], notes: list[str], written: Written
) -> tuple[list[Rows], list[str], list[tuple[str, Page]]]:
    """The rows of each part, the service of each, and the JSON pages with their files."""
    parts: list[Rows] = []
    services: list[str] = []
    pages: list[tuple[str, Page]] = []
    for path in paths:
        content, file = file_content(path), str(path)
        if not is_json(content):
            parts.append(read_csv(content, file, notes, written))
            services.append(CSV_EXPORT)
            continue
        found = read_pages(content, file)
        _tell_unknown(content, file, notes)
        del content
        for page, label, lines in found:
            services.append(_service(page, file))
            parts.append(page_rows(page, file, label, lines, notes))
            pages.append((file, page))
            page.results = page.entities = None  # their rows are a table now; a large result need not stand twice
    return parts, services, pages


def _tell_unknown(content: bytes, file: str, notes: list[str]) -> None:
    unknown = unknown_fields(content)
    if unknown:
        notes.append(f"{file}: fields ignored: {', '.join(unknown)}")


def _service(page: Page, file: str) -> str:
    if page.service is None and page.query_status in _FINISHED:
        if page.error_words:
            raise SourceError(
                f"{file}: this is an error answer of the service ({visible(page.error_words)}), not a result: mend what it says "
                "and query again"
            )
        if page.results_uri or page.execution_id:
            raise SourceError(
                f"{file}: this is the receipt of a query, not its result: get the results of its executionId until they are "
                "complete, and import that answer"
            )
        raise SourceError(f"{file}: neither results nor entities: this is no result of a usage query")
    return page.service or ""


def _one_service(services: Sequence[str]) -> str:
    kinds = sorted({service for service in services if service})
    if len(kinds) > 1:
        raise UsageError(
            f"the files mix {' and '.join(kinds)}: a day never mixes sources; import them one after another"
        )
    return kinds[0] if kinds else ""


def _refuse_loose(pages: Sequence[tuple[str, Page]]) -> None:
    """UsageError where rows stand without a page around them: nothing tells which days they are the whole result of."""
    loose = [file for file, page in pages if isinstance(page, LooseRows)]
    if loose:
        raise UsageError(
            f"{loose[0]}: rows without the result around them do not tell which days the query covered: say so with "
            "--interval START/END"
        )


def _refuse_unfinished(pages: Sequence[tuple[str, Page]]) -> None:
    for file, page in pages:
        if page.query_status not in _FINISHED:
            detail = f" ({str(page.error_body)[:200]})" if page.error_body else ""
            raise UsageError(
                f"{file}: queryStatus is {quoted(page.query_status)}{detail}: only a finished result is whole; query again"
            )
    _refuse_gaps(pages)
    if pages and all(page.has_next for _, page in pages):
        raise UsageError(
            f"{pages[-1][0]}: a further page follows (nextUri or cursor): name the files of all pages in one import"
        )


def _refuse_gaps(pages: Sequence[tuple[str, Page]]) -> None:
    """Every nextUri is met by the selfUri of another page, and every page that goes on from a cursor by a nextUri."""
    selves, nexts = ([_page(getattr(page, name)) for _, page in pages] for name in ("self_uri", "next_uri"))
    for number, (file, page) in enumerate(pages):
        others = [name for place, name in enumerate(selves) if place != number]
        if nexts[number] and nexts[number] not in others:
            raise UsageError(
                f"{file}: a further page follows (nextUri or cursor), {shown('nextUri', page.next_uri)}, and is missing: "
                "name the files of all pages in one import"
            )
        if _goes_on(selves[number]) and selves[number] not in nexts:
            raise UsageError(
                f"{file}: this is a later page, {shown('selfUri', page.self_uri)}, and the one before it is missing: name the "
                "files of all pages in one import"
            )


def _page(uri: str | None) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """What an address of a page means, however its host is written and its parameters are ordered."""
    if not uri:
        return None
    parts = urlsplit(uri)
    return parts.path, tuple(sorted(parse_qsl(parts.query)))


def _goes_on(page: tuple[str, tuple[tuple[str, str], ...]] | None) -> bool:
    """Whether a page begins after another one's last row."""
    return page is not None and dict(page[1]).get("after", "0") != "0"
