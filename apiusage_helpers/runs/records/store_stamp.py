"""A stamp of the store: whether it has changed is known from the names and times of its logs, without opening it."""

from pathlib import Path

_NOTE = "snapshot.json"  # of store/witness.py, which is not loaded for this


def store_stamp(store: Path, *, every_table: bool = False) -> str:
    """What changes with every commit, and with a store that was made anew or is damaged since: the newest entry of its log,
    its time, and that of what the store noted of its newest write.

    Of the usage rows, or of `every_table`: also of the OAuth clients that were fetched. Empty where there is no store.
    """
    folders = sorted(store.glob("*/_delta_log")) if every_table else [store / "usage" / "_delta_log"]
    newest = " ".join(filter(None, map(_newest, folders)))
    note = store / _NOTE
    return f"{newest} {note.stat().st_mtime_ns}" if newest and note.is_file() else newest


def _newest(log: Path) -> str:
    newest = max(log.glob("[0-9]*.json"), key=lambda path: path.stem, default=None)
    return f"{newest.stem} {newest.stat().st_mtime_ns}" if newest else ""
