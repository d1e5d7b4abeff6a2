"""What the kit's reports declare: a notebook, its title, and the parameters that it takes.

This is the one door to a params file: it hands the parameter models to `settings`, which knows no report.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from apiusage_helpers.reports.api_usage.parameters import ReportParameters
from apiusage_helpers.reports.fair_use.parameters import FairUseParameters
from apiusage_helpers.reports.training.parameters import TrainingParameters
from apiusage_helpers.reports.troubleshooting.parameters import TroubleshootingParameters
from apiusage_helpers.reports.usage_view.parameters import ViewParameters
from apiusage_helpers.settings.report_file import (
    CommonParameters,
    Models,
    Report,
    ReportFile,
    checked_report_file,
    checked_report_text,
)


@dataclass(frozen=True)
class Declared:
    """One kind of report: the name of its notebook, the title of its pages, and its parameter model."""

    notebook: str
    title: str
    parameters: type[CommonParameters]


REPORTS = (
    Declared("api_usage_report", "API Usage", ReportParameters),
    Declared("api_usage_view", "API Usage", ViewParameters),
    Declared("fair_use", "API fair use", FairUseParameters),
    Declared("troubleshooting", "API troubleshooting", TroubleshootingParameters),
    Declared("training", "API usage training", TrainingParameters),
)
PARAMETERS: Models = {declared.notebook: declared.parameters for declared in REPORTS}


def title_of(notebook: str) -> str:
    """The title of a notebook's pages."""
    return next((declared.title for declared in REPORTS if declared.notebook == notebook), "API Usage")


def read_report(
    path: Path,
    overrides: Sequence[tuple[str, str]] = (),
    *,
    today: date,
    check_cron: Callable[[str], object] = lambda _: None,
) -> Report:
    """The report that a params file and `-p NAME VALUE` pairs describe as of the UTC date `today`.

    ParameterError tells all faults at once.
    """
    return checked_report_file(path, overrides, models=PARAMETERS, today=today, check_cron=check_cron).as_of(today)


def read_report_text(content: bytes, name: str, *, today: date) -> Report:
    """As `read_report`, of the bytes of a params file that messages call `name`."""
    return checked_report_text(content, name, models=PARAMETERS, today=today).as_of(today)


def read_scheduled(path: Path, *, check_cron: Callable[[str], object]) -> ReportFile:
    """What a params file describes, whatever the day; ParameterError tells all faults at once."""
    return checked_report_file(path, models=PARAMETERS, check_cron=check_cron)
