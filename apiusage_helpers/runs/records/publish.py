"""Publishing: a report appears whole or not at all, and replaces the one before it in one step.

A run's files lie in an immutable folder below `.runs/`; what readers open is a relative symbolic link to it, swapped by
one rename after everything has reached the disk.
"""

import os
from pathlib import Path

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.records.state_files import locked

_LATEST = "latest.html"


def publish_run(output: Path, run_id: str, place: Path) -> Path:
    """The link `place` (below `output`), which leads to the run's folder from now on; and `latest.html` beside it.

    RunError (exit code 5) when it cannot be published: the report before it stays; or when only `latest.html` cannot.
    """
    link, folder = output / place, output / ".runs" / run_id
    if not (folder / "report.html").is_file():
        raise RunError(f"{folder}: the run is gone, so it cannot be published; the last report stays", exit_code=5)
    try:
        _sync_folder(output / ".runs")
        link.parent.mkdir(parents=True, exist_ok=True)
        _swap(link, folder)
    except OSError as fault:
        raise RunError(f"{link}: cannot be published: {fault}; the last report stays", exit_code=5) from None
    try:
        _lead_to_newest(output, place.parent)
    except OSError as fault:
        raise RunError(f"{link} is published, but latest.html could not be updated: {fault}", exit_code=5) from None
    return link


def _lead_to_newest(output: Path, organization: Path) -> None:
    """`latest.html` of a report's organization leads to its newest interval; others who publish there wait meanwhile."""
    folder = output / organization
    with locked(output, "+".join((*organization.parts, _LATEST))):
        # a hidden link is a killed run's draft
        links = (path for path in folder.glob("[!.]*_*") if path.is_symlink())
        newest = max((path for path in links if path.is_dir()), key=_end)
        _swap(folder / _LATEST, newest / "report.html")
        _sync_folder(folder)


def settle(folder: Path) -> None:
    """Everything in `folder` is on the disk when this returns."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    _sync_folder(folder)


def _swap(link: Path, target: Path) -> None:
    """`link` leads to `target` by a relative path, in one rename."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(target, link.parent))
    fresh.replace(link)


def _end(interval: Path) -> tuple[str, str]:
    """What orders the intervals beside each other: the end, then the start."""
    start, _, end = interval.name.partition("_")
    return end, start


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
