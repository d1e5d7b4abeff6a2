"""Repair: a store that lost something becomes one that can be trusted again, and says which days it lost.

What is sound stays. Days of damaged files go, and so do days that a lost part of the log may have held: the store would show
their older rows. Files whose checksum is lost stay when their figures agree with their own totals; their names cannot be
checked, and that is said.
"""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from apiusage_helpers.errors import StoreError, why_unwritable
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import checksums, delta, witness
from apiusage_helpers.store.days import differing_days
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.store.forget import delete_days, drop_damaged, drop_torn, torn_days
from apiusage_helpers.store.oauth_clients import drop_lost
from apiusage_helpers.store.scan import how_to_fill
from apiusage_helpers.text import counted
from apiusage_helpers.usage import COLUMNS


@dataclass(frozen=True)
class Repaired:
    """What became of one organization: its days that are gone, and its files that are kept without a checksum.

    `clients`: whether the list of its OAuth clients was lost.
    """

    organization: str
    gone: tuple[date, ...]
    unproven: int
    clients: bool = False


def repair_store(root: Path | None = None) -> tuple[tuple[Repaired, ...], bool]:
    """What was repaired, by organization, and whether entries of the log were lost without a trace of their days.

    StoreError where there is no store, or its log is gone or cannot be read at all: what helps then is said.
    """
    folder = delta.store_root(root)
    before = witness.seen(folder)
    if not delta.has_table(folder, "usage"):
        witness.refuse_behind(folder, "usage", -1, before)
    if not any(delta.has_table(folder, name) for name in delta.TABLES):
        raise StoreError(f"{folder}: there is no store to repair; fetch or import your days")
    behind = before is None or delta.version(folder, "usage") < before.usage
    with witness.set_aside(), delta.writing(folder):
        lost = _lost_days(folder, behind=behind)
        names = sorted(_organizations(folder) | lost.keys())
        found = {name: _repaired(folder, name, lost.get(name, set())) for name in names}
        for name in drop_lost(folder):
            found[name] = replace(found.get(name, Repaired(name, (), 0)), clients=True)
        delta.settle(folder)
    changed = tuple(one for _, one in sorted(found.items()) if one.gone or one.unproven or one.clients)
    return changed, before is not None and behind and not lost


def planned_repair(root: Path | None = None) -> tuple[tuple[Repaired, ...], bool]:
    """What `repair_store` would do, tried on a copy: the store itself stays as it is. StoreError as there.

    Nobody writes while the copy is made, so that it looks no more damaged than the store is.
    """
    folder = delta.store_root(root)
    with TemporaryDirectory(prefix="apiusage-") as place:
        copy = Path(place) / folder.name
        if folder.is_dir():
            with witness.set_aside(), delta.writing(folder):
                _copy(folder, copy)
        try:
            return repair_store(copy)
        except StoreError as fault:
            raise StoreError(str(fault).replace(str(copy), str(folder))) from None


def _copy(folder: Path, copy: Path) -> None:
    """The store in another place; StoreError where there is no room for it, or a part of it cannot be read."""
    try:
        shutil.copytree(folder, copy)
    except OSError as fault:
        raise StoreError(f"{folder}: cannot be copied to try the repair: {why_unwritable(fault)}") from None


def _repaired(root: Path, organization: str, lost: set[date]) -> Repaired:
    known = checksums.recorded(root, organization)
    gone = drop_damaged(root, organization, None) | drop_torn(root, organization, None)
    delete_days(root, organization, sorted(lost))
    files = _files(root, organization)
    checksums.record(root, organization, sorted({file.month for file in files} | _months(known)))
    unproven = sum(file.path not in known for file in files)
    return Repaired(organization, tuple(sorted(gone | lost)), unproven)


def _months(known: dict[str, str]) -> set[str]:
    """The months of files that have a checksum."""
    return {path.split("/")[1].removeprefix("month=") for path in known}


def _organizations(root: Path) -> set[str]:
    """The organizations that either table knows: of one whose files have all left the log there may be checksums."""
    tables = (delta.open_table(root, name) for name in ("usage", "files"))
    return {name for table in tables if table for name in delta.partition_values(table)}


def _files(root: Path, organization: str) -> list[delta.StoredFile]:
    table = delta.open_table(root)
    return delta.stored_files(table, organization) if table else []


def _lost_days(root: Path, *, behind: bool) -> dict[str, set[date]]:
    """The days whose rows in data files that the log does not name are others than in the snapshot, by organization.

    Looked at are files that have a checksum and, where the log is `behind`, those that are newer than what is left of it. Where
    sound files hold a day twice, the log is wrong, and any other file may hold what is newest.
    """
    wrong = any(torn_days(root, one, None) for one in _organizations(root))
    live = {file.path for one in _organizations(root) for file in _files(root, one)}
    listed = {path for one in _organizations(root) for path in checksums.recorded(root, one)}
    left = max((path.stat().st_mtime_ns for path in (root / "usage" / "_delta_log").glob("[0-9]*.json")), default=0)
    orphans: dict[str, list[Path]] = {}
    for path in sorted((root / "usage").glob("organization=*/month=*/*.parquet")):
        name = path.relative_to(root / "usage").as_posix()
        if name not in live and (wrong or name in listed or (behind and path.stat().st_mtime_ns > left)):
            orphans.setdefault(path.parts[-3].removeprefix("organization="), []).append(path)
    return {organization: _other_days(root, organization, paths) for organization, paths in orphans.items()}


def _other_days(root: Path, organization: str, orphans: Sequence[Path]) -> set[date]:
    """The days of data files whose rows are not those of the snapshot: a merged file holds what its parts hold.

    A file that is not as it was written may have held any day of its month.
    """
    connection, found = connect(), set[date]()
    known = checksums.recorded(root, organization)
    sound = [file for file in _files(root, organization) if not checksums.is_damaged(root, file)]
    stored = delta.read_files(connection, root, sound)
    for orphan in orphans:
        name = orphan.relative_to(root / "usage").as_posix()
        try:
            changed = name in known and checksums.sha256(orphan) != known[name]
            arriving = connection.read_parquet(str(orphan), hive_partitioning=False)
            days = {day for (day,) in arriving.project("date").distinct().fetchall()}
            found |= differing_days(stored, arriving, sorted(days), COLUMNS)
        except (duckdb.Error, OSError):
            changed = True
        if changed:
            found |= _stored_in_month(stored, orphan.parent.name.removeprefix("month="))
    return found


def _stored_in_month(stored: duckdb.DuckDBPyRelation, month: str) -> set[date]:
    """The days of the snapshot in a month such as 2026-11."""
    return {day for (day,) in stored.project("date").distinct().fetchall() if f"{day:%Y-%m}" == month}


def told(repaired: tuple[Repaired, ...], *, unknown: bool, planned: bool = False) -> Iterator[str]:
    """What was repaired, or would be where it is `planned`, in lines, with the command that brings days back."""
    for one in repaired:
        if one.gone:
            span = Interval(one.gone[0], one.gone[-1])
            drop = "would be dropped" if planned else "was dropped" if len(one.gone) == 1 else "were dropped"
            what = f"{drop}. Bring {'it' if len(one.gone) == 1 else 'them'} back"
            how = how_to_fill(one.organization, span).removeprefix("try: ")
            yield f"{one.organization}: {counted(len(one.gone), 'day')} of {span} {what}: {how}"
        if one.unproven:
            yield (
                f"{one.organization}: the checksums of {counted(one.unproven, 'file')} were lost. The figures agree with their "
                "totals, but the names cannot be checked; fetch or import these days again to be sure"
            )
        if one.clients:
            yield (
                f"{one.organization}: the list of its OAuth clients is lost. Bring it back: "
                f"{witness.fetch_command(one.organization)}"
            )
    if unknown:
        yield "entries of the log were lost, and nothing shows which days they held: fetch or import the last days again"
    if not repaired and not unknown:
        yield f"nothing {'has' if planned else 'had'} to be repaired: every file of usage is as it was written"
