"""The training as a report: the figures that its questions are about, and the questions with their answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from apiusage_helpers.insights.analysis import findings_of
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.project import places
from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.training.answers import Asked, asked
from apiusage_helpers.reports.training.bank import FILE, TOPICS, Question, read_bank
from apiusage_helpers.reports.training.own_sample import NAME, TODAY, write_own_sample
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.selection import select
from apiusage_helpers.store import scan
from apiusage_helpers.tables.client_directory import known_clients
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.text import counted


@dataclass(frozen=True)
class TrainingReport:
    """The API usage of an organization, and the questions that can be asked about it."""

    usage: UsageReport
    bank: tuple[Question, ...]
    asked: Mapping[str, Asked]
    findings: tuple[Finding, ...] = ()
    own: TemporaryDirectory[str] | None = None  # the store of the training's own sample, as long as the report is there

    @property
    def files(self) -> Mapping[str, bytes]:
        """training_questions.csv: the questions without their answers."""
        rows = [(one.id, TOPICS[one.topic], one.kind, one.ask) for one in self.bank if one.id in self.asked]
        return {"training_questions.csv": csv_file(pd.DataFrame(rows, columns=["id", "topic", "kind", "question"]))}

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those of the figures, and whether every question has an answer in these data."""
        missing = [one.id for one in self.bank if one.id not in self.asked]
        told = f"{counted(len(self.asked), 'question')} of {len(self.bank)} have an answer in these data"
        more = f"; left out: {', '.join(missing)}" if missing else ""
        return (*self.usage.checks, Check("Questions", not missing, told + more, stops=False))

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        return self.usage.facts()


def training_report(
    organization: str, date_range: str, *, today: str | date = "", seed: int = 1, **counted_by: str
) -> TrainingReport:
    """The training on one organization's days, as of `today`; without an organization on a sample of its own.

    `counted_by`: `engine` and `spark_remote` as in `select`.

    ParameterError and StoreError as for all reports.
    """
    bank = read_bank(places.table_file(FILE))
    own = None if organization else TemporaryDirectory(prefix="training-", ignore_cleanup_errors=True)
    root = Path(own.name) if own else None
    if root:
        write_own_sample(root)
        organization, today = NAME, TODAY
    selection = select(organization, date_range, today=today, **counted_by)  # type: ignore[arg-type]  # text
    clients = {} if own else known_clients(organization)
    usage = usage_report(scan(selection, root=root), selection, clients, root=root)
    found = {one.id: told for one in bank if (told := asked(one, usage, seed)) is not None}
    return TrainingReport(usage, bank, found, findings_of(selection, root=root), own)
