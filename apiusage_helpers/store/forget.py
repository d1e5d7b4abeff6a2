"""Taking days back out of the store, also those of a file that cannot be read any more."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from deltalake import DeltaTable

from apiusage_helpers.errors import StoreError
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import checksums, delta
from apiusage_helpers.store.days import month_names, read_days, tidy
from apiusage_helpers.store.engines.duck import connect
from apiusage_helpers.usage import organization_name


def forget_days(organization: str, interval: Interval | None = None, *, root: Path | None = None) -> tuple[date, ...]:
    """The days of an organization (in `interval`) taken out of the store, in order.

    A damaged file is dropped whole, with every day that it may hold. StoreError when the store has no such day.
    """
    folder = delta.store_root(root)
    organization_name(organization)
    if delta.open_table(folder) is None:
        raise StoreError(f"{folder}: there is no store, so there are no days to forget")
    with delta.writing(folder):
        gone = drop_damaged(folder, organization, interval) | _delete(folder, organization, interval)
        tidy(folder, organization, sorted(gone))
    if not gone:
        raise StoreError(f"{folder}: no day of {organization}{f' in {interval}' if interval else ''} to forget")
    return tuple(sorted(gone))


def drop_damaged(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days that went with files which are not as they were written."""
    files = _files(root, organization, interval)
    damaged = [file for file in files if _touches(file, interval) and checksums.is_damaged(root, file)]
    if not damaged:
        return set()
    for file in damaged:
        (root / "usage" / file.path).unlink(missing_ok=True)
    DeltaTable(root / "usage").repair()
    torn = drop_torn(root, organization, interval)
    rest = _sound_files(root, organization, interval)
    whole = {day.date for day in read_days(delta.read_files(connect(), root, rest))}
    gone = {day for file in damaged for day in Interval(file.first, file.last).days}
    return (gone - whole) | torn


def drop_torn(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days that went because they were torn."""
    torn = torn_days(root, organization, interval)
    delete_days(root, organization, sorted(torn))
    return torn


def torn_days(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days whose rows in sound files do not agree with exactly one marker row of the day."""
    stored = delta.read_files(connect(), root, _sound_files(root, organization, interval))
    return {date.fromisoformat(day) for day in checksums.disagreeing_days(stored)}


def _delete(root: Path, organization: str, interval: Interval | None) -> set[date]:
    """The days that were deleted out of sound files, also rows without a marker."""
    stored = delta.read_files(connect(), root, _sound_files(root, organization, interval))
    days = {day for (day,) in stored.project("date").distinct().fetchall() if interval is None or day in interval}
    delete_days(root, organization, sorted(days))
    return days


def delete_days(root: Path, organization: str, days: Sequence[date]) -> None:
    """The rows of an organization's days leave the snapshot; the writer's lock must be held."""
    if days:
        DeltaTable(root / "usage").delete(delta.days_predicate(organization, days))


def _files(root: Path, organization: str, interval: Interval | None) -> list[delta.StoredFile]:
    table = delta.open_table(root)
    return delta.stored_files(table, organization, month_names(interval)) if table else []


def _sound_files(root: Path, organization: str, interval: Interval | None) -> list[delta.StoredFile]:
    return [file for file in _files(root, organization, interval) if not checksums.is_damaged(root, file)]


def _touches(file: delta.StoredFile, interval: Interval | None) -> bool:
    return interval is None or (file.first <= interval.end and interval.start <= file.last)
