"""The files of a report: its CSVs and the facts that its run tells, written where the run wants them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.errors import RunError
from apiusage_helpers.reports.checks import Check, failed_checks


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
