"""What a report declares, and all that do: each folder of `reports` whose `parameters.py` holds a `REPORT`.

A report is a notebook, the title of its pages, and the parameters that it takes; nothing else names it. This is the one
door to a params file: it hands the parameter models to `settings`, which knows no report.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from apiusage_helpers import reports
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


@cache
def declared() -> tuple[Declared, ...]:
    """What the reports declare, in the order of their folders' names."""
    folders = [module.name for module in iter_modules(reports.__path__) if module.ispkg]
    return tuple(import_module(f"{reports.__name__}.{folder}.parameters").REPORT for folder in folders)


def models() -> Models:
    """The parameter model of each notebook."""
    return {one.notebook: one.parameters for one in declared()}


def title_of(notebook: str) -> str:
    """The title of a notebook's pages."""
    return next((one.title for one in declared() if one.notebook == notebook), "API Usage")


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
    return checked_report_file(path, overrides, models=models(), today=today, check_cron=check_cron).as_of(today)


def read_report_text(content: bytes, name: str, *, today: date) -> Report:
    """As `read_report`, of the bytes of a params file that messages call `name`."""
    return checked_report_text(content, name, models=models(), today=today).as_of(today)


def read_scheduled(path: Path, *, check_cron: Callable[[str], object]) -> ReportFile:
    """What a params file describes, whatever the day; ParameterError tells all faults at once."""
    return checked_report_file(path, models=models(), check_cron=check_cron)
