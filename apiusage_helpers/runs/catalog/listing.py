"""The list of runs: what has run and where it stands, told by the run.json of each run. Nothing here changes a run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from apiusage_helpers.runs.records.run_facts import facts_of, lost


def runs(output: Path) -> list[dict[str, Any]]:
    """What has run below `output`, the newest first: report, organization, interval, status, path, started_at, message.

    `path` is the published link of a run that still is the one published, else the run's own folder.
    """
    found = [*(output / ".runs").glob("*/run.json"), *(output / ".failed").glob("*/run.json")]
    told = [_told(output, path) for path in found]
    return sorted((run for run in told if run), key=lambda run: str(run["started_at"]), reverse=True)


def not_listed(output: Path) -> Iterator[str]:
    """A sentence for each run below `output` that `runs` lacks, since it tells nothing of itself, and what to do."""
    for path in lost(output):
        remedy = "make the report again, or remove this link" if path.is_symlink() else "remove this folder"
        yield f"{path}: its run.json is missing or cannot be read, so this run is not listed; {remedy}"


def _told(output: Path, path: Path) -> dict[str, Any] | None:
    facts = facts_of(path.parent)
    if facts is None:
        return None  # a run folder that is just being removed, or another program's
    link = output / facts.place
    current = link.is_symlink() and link.resolve() == path.parent.resolve()
    return {
        "report": facts.report,
        "organization": facts.organization,
        "interval": str(facts.interval),
        "status": facts.status if current or facts.failed else "replaced",
        "requests": facts.requests,
        "started_at": facts.started_at,
        "message": facts.message,
        "path": str(link if current else path.parent),
    }
