"""The files of a report: its CSVs and the facts that its run tells, written where the run wants them."""

import json
from pathlib import Path

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.errors import RunError
from apiusage_helpers.reports.api_usage.head import failed_checks
from apiusage_helpers.reports.api_usage.report import UsageReport, previous_total


def export(report: UsageReport, folder: str) -> Html:
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
    facts = report.facts() | {"previous": previous_total(report)}
    (Path(folder) / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return Html(f"<p>{len(report.files)} files written.</p>", f"{len(report.files)} files written.")
