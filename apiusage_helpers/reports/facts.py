"""What every report tells its run of the data: what run.json will say of sources, days, totals and checks."""

from collections.abc import Sequence
from typing import Any

from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.store import StoredUsage, day_digests
from apiusage_helpers.tables.requests_per_day import by_day
from apiusage_helpers.tables.summary import Summary


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
