"""What a report hands to its run: its files, and the facts of the data that run.json tells, written where the run wants them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.errors import RunError
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.checks import Check, failed_checks
from apiusage_helpers.store import StoredUsage, day_digests
from apiusage_helpers.tables.requests_per_day import by_day
from apiusage_helpers.tables.summary import Summary


class Exported(Protocol):
    """What every report hands over: its checks, its files by name, and what run.json tells of its data."""

    @property
    def checks(self) -> Sequence[Check]:
        """Its checks of agreement and notes on the data."""

    @property
    def files(self) -> Mapping[str, bytes]:
        """The content of its files by name."""

    def facts(self) -> Mapping[str, Any]:
        """What run.json tells of its data, ready for JSON."""


def export(report: Exported, folder: str) -> Html:
    """The CSV files and facts.json of `report` in `folder` (empty: nothing is written).

    RunError (exit code 4) when a check of agreement fails: such figures are not handed on.
    """
    failed = failed_checks(report.checks)
    if failed:
        raise RunError("checks of agreement failed; nothing is published\n" + "\n".join(failed))
    if not folder:
        return Html("<p>No files are written: give export_folder a folder.</p>", "No files are written.")
    for name, content in report.files.items():
        (Path(folder) / name).write_bytes(content)
    (Path(folder) / "facts.json").write_text(json.dumps(report.facts(), indent=1), encoding="utf-8")
    return Html(f"<p>{len(report.files)} files written.</p>", f"{len(report.files)} files written.")


def data_facts(usage: StoredUsage, summary: Summary, interval: Interval, checks: Sequence[Check]) -> dict[str, Any]:
    """The facts of the `usage` of an interval, ready for JSON."""
    return {
        "source": ", ".join(sorted({day.source for day in usage.days})),
        "store_version": usage.version,
        "requests": summary.total,
        "clients": summary.clients,
        "excluded": {"requests": sum(summary.excluded.values()), "clients": len(summary.excluded)},
        "days": {
            "present": [str(day.date) for day in usage.days],
            "missing": [str(day) for day in usage.missing],
            "provisional": [str(day.date) for day in usage.days if day.provisional],
        },
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
        "outcomes": {name: int(summary.requests[name].sum()) for name in ("successful", "failed", "throttled")},
        "requests_per_day": _requests_per_day(usage, summary, interval),
        "seen": _seen(usage),
    }


def _requests_per_day(usage: StoredUsage, summary: Summary, interval: Interval) -> list[int | None]:
    """One figure a day of the interval; None for a missing day."""
    days = by_day(summary.days, ("requests", "complete"), interval, usage.missing)
    return [int(n) if there else None for n, there in zip(days["requests"], days["complete"], strict=True)]


def _seen(usage: StoredUsage) -> dict[str, dict[str, Any]]:
    """What each day looked like, so that it is known again when it is restated."""
    digests = day_digests(usage)
    return {
        str(day.date): {
            "requests": day.requests,
            "provisional": day.provisional,
            "fetched_at": day.fetched_at.isoformat(),
            "source": day.source,
            "digest": digests[day.date],
        }
        for day in usage.days
    }
