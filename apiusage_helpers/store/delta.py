"""The Delta table itself: its columns, how it is opened, written and kept small, and which files hold which days.

A stored row is a usage row with its organization, month, source and time. A marker row stands for a whole day: it has
no client and no requests, but the day's number of rows and their totals. DuckDB reads the files of one snapshot by
name; nothing is found by a glob.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import unquote

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError
from filelock import FileLock, Timeout

from apiusage_helpers.errors import StoreError, first_line, quoted, why_unwritable
from apiusage_helpers.project import places
from apiusage_helpers.project.native_stderr import held_back
from apiusage_helpers.store import witness
from apiusage_helpers.store.engines.duck import read_parquet
from apiusage_helpers.usage import COUNTS, USAGE_SCHEMA

NAME, SCHEMA_VERSION = "api usage", "schema 1"
IDENTITIES = "organizations.json"
MARKS = ("day_rows", *(f"day_{name}" for name in COUNTS))
STORED_SCHEMA = pa.schema(
    [
        pa.field("organization", pa.string()),
        pa.field("month", pa.string()),
        *(pa.field(field.name, field.type) for field in USAGE_SCHEMA),
        pa.field("source", pa.string()),
        pa.field("fetched_at", pa.string()),
        pa.field("provisional", pa.bool_()),
        *(pa.field(name, pa.int64()) for name in MARKS),
    ]
)
TABLES = {"usage": ["organization", "month"], "files": ["organization", "month"], "clients": ["organization"]}
MOST_FILES = 4
KEPT_HOURS = 168
LOCK_SECONDS = 60.0
TIDY_EVERY = 10  # commits
SHORT_TEXT = 32  # bytes; longer ones may be cut in the log
FAULTS = (DeltaError, OSError, pa.ArrowException)
_TOLD = frozenset({"path", "size_bytes", "partition.organization", "partition.month", "min.date", "max.date"})
_CONFIGURATION = {"delta.checkpointInterval": "10"}  # opening a store reads few log entries, however old it is


@dataclass(frozen=True)
class StoredFile:
    """One file of a snapshot: where it is, how large the log says it is, and the UTC days it may hold."""

    path: str
    size: int
    organization: str
    month: str
    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.path} (days {self.first} to {self.last})"


def store_root(root: Path | None) -> Path:
    """The folder given, else the project's store; StoreError when deltalake cannot use a folder of such a name."""
    folder = root or places.store_folder()
    if _UNUSABLE.search(str(folder.absolute())):
        raise StoreError(
            f"{folder}: no [ ] ^ | \\ and no % before two hex digits may stand in the path of a store; "
            "name another folder by APIUSAGE_STORE"
        )
    return folder


def open_table(root: Path, name: str = "usage") -> DeltaTable | None:
    """The newest snapshot of one of the store's tables; None where there is no store yet.

    StoreError when the folder holds something else, or a table that this kit did not write, cannot read, or left in a newer
    version.
    """
    folder, noted = root / name, witness.seen(root)
    if not has_table(root, name):
        _refuse_foreign(root)
        witness.refuse_behind(root, name, -1, noted)
        return None
    try:
        table = _opened(folder, _log_state(folder))
        metadata, protocol = table.metadata(), table.protocol()
    except Exception as fault:  # noqa: BLE001  # deltalake's Rust core raises many kinds for a damaged log
        raise StoreError(
            f"{folder}: its log cannot be read ({first_line(str(fault)) or type(fault).__name__}); {_remedy(root, name)}"
        ) from None
    if (metadata.name, metadata.description) != (NAME, SCHEMA_VERSION):
        raise StoreError(f"{folder} is a table of another program: name another folder by APIUSAGE_STORE")
    if "deletionVectors" in (protocol.reader_features or []):
        raise StoreError(f"{folder}: deletion vectors were switched on by another program; such rows are not read")
    witness.refuse_behind(root, name, table.version(), noted)
    return table


def _remedy(root: Path, name: str) -> str:
    """What helps where the log of a table cannot be read."""
    if name == "usage":
        return witness.anew(root)
    repair = witness.REPAIR.removeprefix("try: ")
    return f"remove the folder {root / name}, then {repair}" if name == "files" else witness.REPAIR


@lru_cache(maxsize=2 * len(TABLES))
def _opened(folder: Path, log: tuple[tuple[str, int, int, int], ...]) -> DeltaTable:  # noqa: ARG001  # the key
    """The table, opened once for a state of its log: a report asks for it a dozen times. Only read through it."""
    return DeltaTable(folder)


def _log_state(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What tells one state of a log from any other: its files, each with its inode, size and time."""
    found = []
    with os.scandir(folder / "_delta_log") as entries:
        for entry in entries:
            with suppress(FileNotFoundError):  # a writer beside has moved it
                stat = entry.stat()
                found.append((entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(sorted(found))


def stored_files(table: DeltaTable, organization: str, months: Sequence[str] = ()) -> list[StoredFile]:
    """The files of a snapshot that hold an organization's months (none named: all), in order of their paths."""
    wanted = (
        action
        for action in _actions(table)
        if action["partition.organization"] == organization and (not months or action["partition.month"] in months)
    )
    return sorted(map(_stored_file, wanted), key=lambda file: file.path)


def logged_bounds(root: Path, organization: str) -> dict[str, dict[str, object]]:
    """What the log says each file of an organization holds, by path and SQL aggregate: `count(*)`, `min(requests)`, ...

    Long texts are not told: the log cuts them.
    """
    table = open_table(root)
    return {unquote(str(path)): bounds for path, bounds in _bounds(table, organization)} if table else {}


def _bounds(table: DeltaTable, organization: str) -> Iterator[tuple[object, dict[str, object]]]:
    read = _add_actions(table)
    aggregates = {"num_records": "count(*)"} | {
        name: f"{name[:3]}({name[4:]})" for name in read.column_names if name.startswith(("min.", "max."))
    }
    for action in read.filter(pc.equal(read["partition.organization"], organization)).to_pylist():
        yield action["path"], {sql: action[name] for name, sql in aggregates.items() if _is_exact(action[name])}


def _is_exact(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and len(value.encode()) >= SHORT_TEXT)


def partition_values(table: DeltaTable) -> list[str]:
    """The organizations that a snapshot holds files of."""
    return sorted({str(action["partition.organization"]) for action in _actions(table)})


def read_files(
    connection: duckdb.DuckDBPyConnection, root: Path, files: Sequence[StoredFile]
) -> duckdb.DuckDBPyRelation:
    """The stored rows of these files, marker rows among them, as a lazy relation."""
    if not files:
        return connection.from_arrow(STORED_SCHEMA.empty_table())
    return read_parquet(connection, [root / "usage" / file.path for file in files])


@contextmanager
def writing(root: Path, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """The right to write, one writer at a time; a fault on the way leaves the snapshot and the files as they were.

    StoreError where the store is behind its witness.
    """
    try:
        _refuse_foreign(root)
        places.make_private(root)
        with FileLock(root / "write.lock", timeout=seconds), held_back(), _no_dead_files(root):
            _begin(root)
            yield
    except Timeout:
        raise StoreError(
            f"{root}: another import has been writing for {seconds:.0f} s; try again when it has ended"
        ) from None
    except FAULTS as fault:
        raise StoreError(f"{root} cannot be written: {why_unwritable(fault)}; its days are as they were") from None


def _begin(root: Path) -> None:
    """Note that a write has begun; what the tables hold now is the least that they will hold."""
    noted = witness.seen(root)
    if noted is None:
        open_table(root)  # a table of another program is told as such
    versions = {name: version(root, name) for name in ("usage", "files")}
    for name, found in versions.items():
        witness.refuse_behind(root, name, found, noted)
    witness.begin(root, **versions)


def settle(root: Path) -> None:
    """Note that a write has ended, and what the tables hold from now on."""
    witness.settle(root, version(root, "usage"), version(root, "files"), clients=has_table(root, "clients"))


def version(root: Path, name: str) -> int:
    """The newest version in the log of one of the store's tables; -1 where there is none."""
    return max(_commits(root / name), default=-1)


@contextmanager
def tidying(root: Path) -> Iterator[None]:
    """Work that may fail: the commit before it stands, and the next write or scan does what was left undone."""
    with suppress(*FAULTS), _no_dead_files(root):
        yield


@contextmanager
def _no_dead_files(root: Path) -> Iterator[None]:
    """A fault on the way takes its new files along, but none that a commit has made part of the store."""
    before = _data_files(root)
    try:
        yield
    except FAULTS:
        with suppress(StoreError):  # a log that cannot be read tells nothing: its files stay
            for path in _data_files(root) - before - _live_files(root):
                path.unlink(missing_ok=True)
        raise


def commit(root: Path, rows: pa.Table, predicate: str | None, name: str = "usage") -> None:
    """One atomic commit: `rows` take the place of what `predicate` names (None: they are added)."""
    table = partial(
        write_deltalake,
        root / name,
        rows,
        partition_by=TABLES[name],
        name=NAME,
        description=SCHEMA_VERSION,
        configuration=_CONFIGURATION,
    )
    if predicate:
        table(mode="overwrite", predicate=predicate)
    else:
        table(mode="append")


def compact(root: Path, organization: str, months: Sequence[str]) -> None:
    """Each month's partition as one file again where it has more than `MOST_FILES`."""
    folder = root / "usage"
    # those who read next have this one too, so it is not the one that is changed
    seen = _opened(folder, _log_state(folder))
    for month in [month for month in months if len(stored_files(seen, organization, [month])) > MOST_FILES]:
        partition = [("organization", "=", organization), ("month", "=", month)]
        DeltaTable(folder).optimize.compact(partition_filters=partition)


def sweep(root: Path) -> None:
    """Files that no snapshot of the last week needs are gone, once in `TIDY_EVERY` commits; a damaged table keeps its own."""
    for name in TABLES:
        commits = _commits(root / name)
        if commits and max(commits) % TIDY_EVERY == 0:
            with suppress(*FAULTS):
                DeltaTable(root / name).vacuum(retention_hours=KEPT_HOURS, dry_run=False)


def days_predicate(organization: str, days: Sequence[date]) -> str:
    """The Delta predicate of an organization's days; names are checked text, days are dates: nothing to quote."""
    months = ", ".join(sorted({f"'{day:%Y-%m}'" for day in days}))
    listed = ", ".join(f"DATE '{day}'" for day in days)
    return f"organization = '{organization}' AND month IN ({months}) AND date IN ({listed})"


def _refuse_foreign(root: Path) -> None:
    """StoreError when the folder exists and holds anything that is not the store's."""
    if root.exists() and not root.is_dir():
        raise StoreError(f"{root} is a file, not a store: name a folder by APIUSAGE_STORE")
    names = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    strangers = [name for name in names if name not in _OURS and not name.startswith(".")]
    if strangers:
        raise StoreError(
            f"{root} holds {quoted(strangers[0])}, which is no part of a store: name another folder by APIUSAGE_STORE"
        )


_OURS = frozenset(
    {*TABLES, "write.lock", witness.FILE, IDENTITIES, "lost+found"}
)  # the last is a file system's; so are hidden files
_UNUSABLE = re.compile(r"[\[\]^|\\\x00-\x1f]|%[0-9A-Fa-f]{2}")


def has_table(root: Path, name: str) -> bool:
    """Whether one of the store's tables was ever written: a writer killed on its first commit leaves a log without entries."""
    return bool(_commits(root / name))


def _commits(folder: Path) -> list[int]:
    """The versions of which the log of a table still has an entry or a checkpoint."""
    entries = (path for path in (folder / "_delta_log").glob("[0-9]*") if path.suffix in {".json", ".parquet"})
    return [int(path.name.split(".")[0]) for path in entries]


def _add_actions(table: DeltaTable) -> pa.Table:
    """All that the log says of the files of a snapshot. Nothing is handed to pyarrow, which imports pandas to see what it got."""
    return pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True)).read_all()


def _actions(table: DeltaTable) -> Iterator[dict[str, object]]:
    """What is asked of each file of a snapshot: where it lies, how large it is, and its days."""
    read = _add_actions(table)
    told = [name for name in read.column_names if name in _TOLD]
    return (dict(zip(told, row, strict=True)) for row in zip(*(read[name].to_pylist() for name in told), strict=True))


def _stored_file(action: dict[str, object]) -> StoredFile:
    month = str(action["partition.month"])
    first = action.get("min.date") or date.fromisoformat(f"{month}-01")
    last = action.get("max.date") or first
    return StoredFile(
        path=unquote(str(action["path"])),
        size=int(str(action["size_bytes"])),
        organization=str(action["partition.organization"]),
        month=month,
        first=first,  # type: ignore[arg-type]  # the log's statistics of a date column are dates
        last=last,  # type: ignore[arg-type]  # as above
    )


def _live_files(root: Path) -> set[Path]:
    """The files of the newest snapshots, as paths."""
    tables = {name: open_table(root, name) for name in TABLES}
    return {
        root / name / unquote(str(path))
        for name, table in tables.items()
        if table is not None
        for path in (action["path"] for action in _actions(table))
    }


def _data_files(root: Path) -> set[Path]:
    return {path for name in TABLES for path in (root / name).rglob("*.parquet")}
