"""Taking days back out of the store, also those of a file that cannot be read any more."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from deltalake import DeltaTable

from apiusage_helpers.errors import StoreError
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import checksums, delta
from apiusage_helpers.store.days import month_names, read_days


def forget_days(organization: str, interval: Interval | None = None, *, root: Path | None = None) -> tuple[date, ...]:
    """The days of an organization (in `interval`) taken out of the store, in order.

    A damaged file is dropped whole, with every day that it may hold. StoreError when the store has no such day.
    """
    folder = delta.store_root(root)
    if delta.open_table(folder) is None:
        raise StoreError(f"{folder}: there is no store, so there are no days to forget")
    with delta.writing(folder):
        gone = _drop_damaged(folder, organization, interval) | _delete(folder, organization, interval)
        checksums.record(folder, organization, sorted({f"{day:%Y-%m}" for day in gone}))
    if not gone:
        raise StoreError(f"{folder}: no day of {organization}{f' in {interval}' if interval else ''} to forget")
    return tuple(sorted(gone))


def _drop_damaged(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days that went with files which are not as they were written."""
    files = _files(root, organization, interval)
    damaged = [file for file in files if _is_damaged(root, file) and _touches(file, interval)]
    if not damaged:
        return set()
    for file in damaged:
        (root / "usage" / file.path).unlink(missing_ok=True)
    DeltaTable(root / "usage").repair()
    rest = [file for file in _files(root, organization, interval) if not _is_damaged(root, file)]
    torn = checksums.disagreeing_days(delta.read_files(delta.connect(), root, rest))
    _delete_days(root, organization, [date.fromisoformat(day) for day in torn])
    whole = {day.date for day in read_days(delta.read_files(delta.connect(), root, rest))}
    return {day for file in damaged for day in Interval(file.first, file.last).days} - (whole - set(torn))


def _delete(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days that were deleted out of sound files."""
    files = _files(root, organization, interval)
    days = [day.date for day in read_days(delta.read_files(delta.connect(), root, files), interval)]
    _delete_days(root, organization, days)
    return set(days)


def _delete_days(root: Path, organization: str, days: Sequence[date]) -> None:
    if days:
        DeltaTable(root / "usage").delete(delta.days_predicate(organization, days))


def _files(root: Path, organization: str, interval: Interval | None) -> list[delta.StoredFile]:
    table = delta.open_table(root)
    return delta.stored_files(table, organization, month_names(interval)) if table else []


def _is_damaged(root: Path, file: delta.StoredFile) -> bool:
    try:
        checksums.verify(root, [file])
    except StoreError:
        return True
    return False


def _touches(file: delta.StoredFile, interval: Interval | None) -> bool:
    return interval is None or (file.first <= interval.end and interval.start <= file.last)
