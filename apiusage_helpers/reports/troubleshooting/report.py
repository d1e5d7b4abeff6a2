"""The troubleshooting report as figures, before anything is drawn: its findings, its files and its checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from apiusage_helpers.insights.analysis import findings_of
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.export import data_facts
from apiusage_helpers.reports.findings import findings_files, told_findings
from apiusage_helpers.reports.troubleshooting.parameters import TroubleshootingParameters
from apiusage_helpers.selection import Selection, select
from apiusage_helpers.settings.strict import checked
from apiusage_helpers.store import StoredUsage, scan
from apiusage_helpers.tables.client_directory import excluded_clients, known_clients
from apiusage_helpers.tables.csv_files import column_sums
from apiusage_helpers.tables.summary import Summary, chosen_rows, row_totals, summarise
from apiusage_helpers.text import counted

_FAILURES = frozenset({"throttling", "client_errors", "server_errors_integration"})


@dataclass(frozen=True)
class TroubleshootingReport:
    """What a troubleshooting report says: the findings on its interval, worst first, its files and checks."""

    selection: Selection
    usage: StoredUsage
    summary: Summary
    findings: tuple[Finding, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()

    def facts(self) -> dict[str, Any]:
        """What run.json tells of the data, ready for JSON."""
        facts = data_facts(self.usage, self.summary, self.selection.interval, self.checks)
        return facts | {"findings": told_findings(self.findings)}


def troubleshooting_report(
    organization: str,
    date_range: str,
    *,
    today: str | date = "",
    http_methods: list[str] | None = None,
    thresholds: Mapping[str, float] | None = None,
    **counted_by: str,
) -> TroubleshootingReport:
    """The troubleshooting report of one organization, as of `today`; `counted_by`: `engine` and `spark_remote` as in `select`.

    ParameterError and StoreError as for all reports.
    """
    told = {"organization": organization, "date_range": date_range, "thresholds": dict(thresholds or {})}
    limits = checked(TroubleshootingParameters, told, "parameters").limits()
    selection = select(organization, date_range, today=today, http_methods=http_methods or [], **counted_by)  # type: ignore[arg-type]  # text
    excluded = excluded_clients(known_clients(organization))
    usage = scan(selection)
    summary = summarise(usage.rows, http_methods=selection.http_methods, excluded=excluded)
    found = findings_of(selection, limits=limits)
    report = TroubleshootingReport(selection, usage, summary, found, findings_files(found))
    return replace(report, checks=(*_agreement(report), *_notes(report)))


def _agreement(report: TroubleshootingReport) -> tuple[Check, ...]:
    """The checks that stop a report: the failures that findings tell against the rows, and the file."""
    told = [one for one in report.findings if one.kind in _FAILURES and one.start >= report.selection.interval.start]
    wrong = [one.client_name for one in told if one.evidence["requests"] != _requests(report, one)]
    rows = column_sums(report.files["findings.csv"])["rows"]
    return (
        Check("Findings", not wrong, f"requests of {counted(len(told), 'finding')} on failures, and the rows"),
        Check("CSV files", rows == len(report.findings), f"findings.csv holds {counted(rows, 'row')}"),
    )


def _requests(report: TroubleshootingReport, one: Finding) -> int:
    """The requests that a finding is about, summed by the engine over the rows."""
    rows = chosen_rows(
        report.usage.rows, http_methods=[one.http_method] if one.template_uri else report.selection.http_methods,
        clients=[one.client_id], template_uris=[one.template_uri] if one.template_uri else [], days=Interval(one.start, one.end),
    )  # fmt: skip
    return row_totals(rows).requests


def _notes(report: TroubleshootingReport) -> tuple[Check, ...]:
    missing = len(report.usage.missing)
    told = f"{counted(missing, 'day')} missing: what happened then is not known" if missing else "no day is missing"
    return (Check("Days", not missing, told, stops=False),)
