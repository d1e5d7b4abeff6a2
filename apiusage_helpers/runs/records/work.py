"""Work: one report of one organization and interval that is to be made, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.interval import Interval
from apiusage_helpers.runs.records.run_facts import place, run_id
from apiusage_helpers.settings.report_file import Report, ReportFile
from apiusage_helpers.settings.schedule import Schedule


@dataclass(frozen=True)
class Work:
    """One report to be made: as of the UTC date of its instant, and why; `replaces` is the run that is published now."""

    report: Report
    organization: str
    why: str
    instant: datetime | None = None
    replaces: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """The UTC days that it reports on."""
        return self.report.selection(self.organization).interval

    @property
    def place(self) -> Path:
        """Where it is published, below the output folder."""
        return place(self.report.name, self.organization, self.interval)

    @property
    def schedule(self) -> Schedule:
        """The schedule of its report."""
        return schedule_of(self.report)

    @property
    def fetches(self) -> bool:
        """Whether its organization is fetched first; a restated day is there already."""
        return self.schedule.fetch and self.instant is not None

    def still_wanted(self, output: Path) -> bool:
        """Whether nobody has published it since it was found to be due."""
        return run_id(output / self.place) == self.replaces

    def waits_until(self) -> datetime | None:
        """How long it may wait for its days; None for one without an instant."""
        return self.instant + timedelta(hours=self.schedule.wait_hours) if self.instant else None


def schedule_of(report: ReportFile) -> Schedule:
    """The schedule of a report that has one."""
    if report.schedule is None:
        raise ParameterError(f"{report.name}: it has no schedule")
    return report.schedule
