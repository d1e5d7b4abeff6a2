"""What was written is recognised: a checksum for every file, in a small table beside the data.

DuckDB takes a flipped bit for another figure, so files are held against their SHA-256 before they are read, and the
rows of every day against its marker row: a sound file may still hold a day twice. A file without a checksum (its writer
was killed between two commits) is adopted when its days agree and it holds what the log says of it; otherwise it is
foreign and nothing of it is reported.
"""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from apiusage_helpers.errors import StoreError
from apiusage_helpers.store import witness
from apiusage_helpers.store.delta import (
    StoredFile,
    commit,
    has_table,
    logged_bounds,
    open_table,
    read_files,
    stored_files,
    writing,
)
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.usage import COUNTS

_SCHEMA = pa.schema([(name, pa.string()) for name in ("organization", "month", "path", "sha256")])


def record(root: Path, organization: str, months: Sequence[str]) -> None:
    """The checksums of an organization's months as their files are now; the writer's lock must be held."""
    table = open_table(root)
    if table is None or not months:
        return
    before = recorded(root, organization)
    rows = [
        (file.organization, file.month, file.path, before.get(file.path) or sha256(root / "usage" / file.path))
        for file in stored_files(table, organization, months)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(column, pa.string()) for column in columns]
    listed = ", ".join(f"'{month}'" for month in months)
    predicate = f"organization = '{organization}' AND month IN ({listed})"
    exists = has_table(root, "files")
    commit(root, pa.Table.from_arrays(arrays, schema=_SCHEMA), predicate if exists else None, "files")


def verify(root: Path, organization: str, months: Sequence[str], files: Sequence[StoredFile]) -> None:
    """Nothing, when the `files` of an organization's months (none named: all) are those that were written, and as they were.

    StoreError names the first file that is not, and its days. Files of a write that was killed before their checksums were
    noted get them when they agree with their markers.
    """
    known = recorded(root, organization)
    written = witness.seen(root)
    begun = written is None or written.writing
    for file in files:
        _refuse_changed(root, file, known.get(file.path))
    states = _states(root, files, known)
    strangers = [file for file in files if file.path not in known]
    if strangers and not begun:  # or the store has been written to since the snapshot was opened
        known = recorded(root, organization)
        strangers = [file for file in files if file.path not in known]
        begun = _moved_on(root, files, organization, months)
    if strangers or not states <= _EVEN:
        _refuse_uneven(root, files, strangers, foreign=not begun)
        _EVEN.update(states if not strangers else ())
    if not begun:
        _refuse_lost(root, organization, months, files, known)
    if strangers:
        _refuse_other_rows(root, strangers)
        _adopt(root, strangers)


# months whose files have agreed with their markers in this process, by their checksums
_EVEN: set[tuple[str, ...]] = set()


def _states(root: Path, files: Sequence[StoredFile], known: Mapping[str, str]) -> set[tuple[str, ...]]:
    """What each month of these files holds: the same checksums are the same rows, which need not be added up again."""
    months: dict[str, list[str]] = {}
    for file in files:
        months.setdefault(f"{file.organization}/{file.month}", []).append(f"{file.path} {known.get(file.path)}")
    return {(str(root), month, *sorted(held)) for month, held in months.items()}


def _refuse_lost(
    root: Path, organization: str, months: Sequence[str], files: Sequence[StoredFile], known: Mapping[str, str]
) -> None:
    """StoreError where the log lacks a file that has a checksum: rows of its days would be missing."""
    wanted = tuple(f"organization={organization}/month={month}/" for month in months) or (
        f"organization={organization}/",
    )
    lost = {path for path in known if path.startswith(wanted)} - {file.path for file in files}
    if lost and lost <= recorded(root, organization).keys() and not _moved_on(root, files, organization, months):
        raise StoreError(f"store file {min(lost)} was written and is not in the log any more; {witness.REPAIR}")


def _moved_on(root: Path, files: Sequence[StoredFile], organization: str, months: Sequence[str]) -> bool:
    """Whether the store has been written to since the snapshot of these files was opened."""
    table = open_table(root)
    now = {file.path for file in stored_files(table, organization, months)} if table else set()
    return now != {file.path for file in files}


def is_damaged(root: Path, file: StoredFile) -> bool:
    """Whether a file is not as it was written; one without a checksum has to agree with its own markers."""
    known = recorded(root, file.organization)
    try:
        _refuse_changed(root, file, known.get(file.path))
        if file.path not in known:
            _refuse_uneven(root, [file], [file])
            _refuse_other_rows(root, [file])
    except StoreError:
        return True
    return False


def _refuse_changed(root: Path, file: StoredFile, expected: str | None) -> None:
    path = root / "usage" / file.path
    if not file.path.startswith(f"organization={file.organization}/month={file.month}/"):
        raise StoreError(_advice(file, "is listed in the log under another organization or month"))
    if not path.is_file():
        raise StoreError(_advice(file, "is missing"))
    if path.stat().st_size != file.size or (expected is not None and sha256(path) != expected):
        raise StoreError(_advice(file, "is not as it was written"))


def _refuse_uneven(
    root: Path, files: Sequence[StoredFile], strangers: Sequence[StoredFile], *, foreign: bool = False
) -> None:
    """StoreError when the days of `files` do not agree with their marker rows; `strangers` are the first suspects.

    `foreign`: no write was under way, so that a stranger is a fault by itself.
    """
    if not files:
        return
    try:
        uneven = disagreeing_days(read_files(connect(), root, files))
    except duckdb.Error:
        raise StoreError(_advice((*strangers, *files)[0], "cannot be read")) from None
    if uneven:
        holds = [file for file in (*strangers, *files) if str(file.first) <= uneven[0] <= str(file.last)]
        fault = "was not written by this kit" if holds and holds[0] in strangers else "does not agree with its markers"
        raise StoreError(_advice((*holds, *files)[0], f"{fault} (see {', '.join(uneven)})"))
    if foreign and strangers:
        raise StoreError(
            _advice(strangers[0], "has no checksum: it was not written by this kit, or its checksum is lost")
        )


def _refuse_other_rows(root: Path, strangers: Sequence[StoredFile]) -> None:
    """StoreError when a file does not hold what the log says of it: an older file of the same size may lie in its place."""
    logged = logged_bounds(root, strangers[0].organization)
    for file in strangers:
        bounds = logged.get(file.path, {})  # none: the store has been written to since
        try:
            held = read_files(connect(), root, [file]).aggregate(", ".join(bounds)).fetchall() if bounds else []
        except duckdb.Error:
            raise StoreError(_advice(file, "cannot be read")) from None
        if held and held != [(*bounds.values(),)]:
            raise StoreError(_advice(file, "holds other rows than the log says"))


def _adopt(root: Path, strangers: Sequence[StoredFile]) -> None:
    """Checksums for files that have none and agree with their markers, where the store can be written."""
    with suppress(StoreError), writing(root, seconds=0):  # whoever holds the lock records them
        record(root, strangers[0].organization, sorted({file.month for file in strangers}))


def disagreeing_days(stored: duckdb.DuckDBPyRelation) -> list[str]:
    """The days whose rows do not add up to exactly one marker row, as ISO dates."""
    row = "filter (day_rows is null)"
    differences = [
        "count(*) filter (day_rows is not null) <> 1",
        f"count(*) {row} is distinct from any_value(day_rows)",
        *(f"coalesce(sum({name}) {row}, 0) is distinct from any_value(day_{name})" for name in COUNTS),
    ]
    wrong = stored.aggregate(f"date, {' or '.join(differences)} as wrong", "date").filter("wrong")
    return [str(day) for (day, _) in sorted(wrong.fetchall())]


def recorded(root: Path, organization: str) -> dict[str, str]:
    """The checksums of an organization's files by path; none where they cannot be read."""
    table = open_table(root, "files")
    if table is None:
        return {}
    paths = [root / "files" / file.path for file in stored_files(table, organization)]
    try:
        listed = pa.concat_tables([pq.ParquetFile(path).read() for path in paths]) if paths else None
        return dict(zip(listed["path"].to_pylist(), listed["sha256"].to_pylist(), strict=True)) if listed else {}
    except (OSError, pa.ArrowException, UnicodeDecodeError, KeyError):
        return {}  # files without a checksum are held against their markers


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _advice(file: StoredFile, fault: str) -> str:
    return f"store file {file.path} {fault}: it may hold {file.first} to {file.last} of {file.organization}; {witness.REPAIR}"
