"""The key figures of the report, each with what it was before: summary.csv, and what the tiles show.

Nothing is compared where a day of this interval, or of the one before, is missing: a gap would look like a fall.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.tables.summary import Summary
from apiusage_helpers.text import counted, days_in_words


@dataclass(frozen=True)
class Metric:
    """One key figure: requests, clients, or a share (0-1); None where there is none, or nothing to compare it with."""

    name: str
    value: float | None
    previous: float | None = None

    @property
    def change(self) -> float | None:
        """The value less the one before."""
        return None if self.value is None or self.previous is None else self.value - self.previous


def comparable(report: UsageReport) -> Before | None:
    """What the report is compared with; None where a day of either is missing."""
    before = report.before
    return None if before is None or before.missing or report.usage.missing else before


def not_compared(report: UsageReport) -> str:
    """Why nothing is compared; empty where it is."""
    if comparable(report):
        return ""
    before = days_in_words(report.selection.interval.compared_with(), year=False)
    if report.usage.missing:
        return _lacking(len(report.usage.missing), f"{len(report.usage.missing)} of these days")
    if report.before is None:
        return f"Not compared: nothing of {before} is stored"
    missing = len(report.before.missing)
    return _lacking(missing, f"{counted(missing, 'day')} of {before}")


def _lacking(missing: int, what: str) -> str:
    return f"Not compared: {what} {'is' if missing == 1 else 'are'} missing"


def metrics(report: UsageReport) -> dict[str, Metric]:
    """The key figures by name, in the order of summary.csv."""
    return {one.name: one for one in (*_of_requests(report), *_of_clients(report), *_of_fair_use(report))}


def summary_table(found: Sequence[Metric]) -> pd.DataFrame:
    """One row a metric: metric, value, previous, change; empty where there is none."""
    rows = [(one.name, one.value, one.previous, one.change) for one in found]
    return pd.DataFrame(rows, columns=["metric", "value", "previous", "change"], dtype=object)


def _of_requests(report: UsageReport) -> Iterator[Metric]:
    before = comparable(report)
    now, then = report.summary, before.summary if before else None
    yield Metric("requests", now.total, then.total if then else None)
    for name, outcome in (("failed_share", "failed"), ("throttled_share", "throttled")):
        yield Metric(name, _share(now, outcome), _share(then, outcome) if then else None)
    yield Metric("active_clients", now.clients, then.clients if then else None)


def _of_clients(report: UsageReport) -> Iterator[Metric]:
    new, silent = new_and_silent(report) or (None, None)
    yield Metric("new_clients", None if new is None else len(new))
    yield Metric("silent_clients", None if silent is None else len(silent))


def _of_fair_use(report: UsageReport) -> Iterator[Metric]:
    month = report.story.month if report.story else None
    yield Metric("fair_use_used", month.used if month else None)
    yield Metric("fair_use_allowance", month.allowance if month else None)
    yield Metric("fair_use_projected", month.projected if month else None)


def new_and_silent(report: UsageReport) -> tuple[dict[str, str], dict[str, str]] | None:
    """The clients, id to name, with requests now and none before, and the other way round; None where not comparable."""
    before = comparable(report)
    if before is None:
        return None
    now, then = _clients(report.summary), _clients(before.summary)
    new = {client: name for client, name in now.items() if client not in then}
    return new, {client: name for client, name in then.items() if client not in now}


def _clients(summary: Summary) -> dict[str, str]:
    return dict(zip(summary.requests["client_id"], summary.requests["client_name"], strict=True))


def _share(summary: Summary, outcome: str) -> float | None:
    return int(summary.requests[outcome].sum()) / summary.total if summary.total else None
