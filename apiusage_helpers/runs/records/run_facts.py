"""What is published: the run that a link leads to, and the few figures that pages and news tell of it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from apiusage_helpers.interval import Interval
from apiusage_helpers.settings.report_file import ReportFile

Facts = Mapping[str, Any]
OF_THE_RUN = ("organization", "date_range")  # they stand in the place of a report, not among its settings


def place(report: str, organization: str, interval: Interval) -> Path:
    """Where a report is published, below the output folder."""
    return Path(report) / organization / f"{interval.start}_{interval.end}"


def run_id(link: Path) -> str | None:
    """The id of the run that a link leads to; None where nothing is published."""
    try:
        return link.readlink().name if (link / "run.json").is_file() else None
    except OSError:
        return None


def facts_of(folder: Path) -> dict[str, Any] | None:
    """What the run.json in a folder tells; None where there is none that can be read."""
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return facts if isinstance(facts, dict) and {"report", "organization", "interval"} <= set(facts) else None


def published(output: Path, report: str, organization: str = "*") -> Iterator[tuple[Path, dict[str, Any]]]:
    """The link and the facts of each published run of a report, in order of organization and interval."""
    for link in sorted((output / report).glob(f"{organization}/[!.]*_*")):
        facts = facts_of(link) if link.is_symlink() else None
        if facts is not None:
            yield link, facts


def made_of(facts: Facts | None, report: ReportFile) -> bool:
    """Whether a run was made with the very notebook and parameters that `report` has now."""
    if facts is None or facts.get("notebook") != report.notebook:
        return False
    now = report.parameters.model_dump(mode="json")
    of_now = {name: now[name] for name in OF_THE_RUN}
    try:
        then = type(report.parameters).model_validate({**facts["parameters"], **of_now})
    except (ValueError, KeyError, TypeError):  # parameters of another time
        return False
    return then.model_dump(mode="json") == now


def totals(facts: Facts) -> dict[str, int]:
    """Requests and how they ended, as far as the run tells."""
    return {"requests": int(facts.get("requests") or 0), **(facts.get("outcomes") or {})}


def share(facts: Facts, outcome: str) -> float | None:
    """The share (0-1) of requests with an outcome (failed, throttled); None without requests."""
    sums = totals(facts)
    return sums[outcome] / sums["requests"] if sums["requests"] and outcome in sums else None


def change(facts: Facts) -> float | None:
    """The change of requests against the interval before (0.5: half as many more); None where days of either are missing."""
    before = facts.get("previous") or {}
    whole = not before.get("missing", 1) and not (facts.get("days") or {}).get("missing")
    return totals(facts)["requests"] / before["requests"] - 1 if whole and before.get("requests") else None


def by_schedule(facts: Facts) -> bool:
    """Whether `due` started a run, at its instant or for a restated day; else somebody did by hand."""
    return "scheduled" in facts or "restated" in facts


def made_again(facts: Facts) -> str:
    """Why a run was made in place of another, in a word or two; nothing where its days have not changed."""
    restated = facts.get("restated") or ()
    if any(day["before"] is not None for day in restated):
        return "restated"
    return "from another source" if facts.get("other_source") else "completed" if restated else ""


def changed_days(facts: Facts) -> Iterator[str]:
    """A line for each day that is not as the run before saw it."""
    for day in facts.get("restated") or ():
        come = day["before"] is None
        yield f"{day['date']} came in: {day['after']:,} requests" if come else f"restated {day['date']}: {_moved(day)}"
    for day in facts.get("other_source") or ():
        yield f"{day['date']} now from {day['now']}, was from {day['was']}: {_moved(day)}"


def _moved(day: Facts) -> str:
    return f"{day['before']:,} -> {day['after']:,} requests"
