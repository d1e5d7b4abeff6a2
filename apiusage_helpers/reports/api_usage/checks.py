"""The API Usage report's own checks: statuses, outcomes and failures, which the common check of sums does not know."""

from collections.abc import Mapping

import pandas as pd

from apiusage_helpers.reports.agreement import held
from apiusage_helpers.reports.checks import Check
from apiusage_helpers.reports.usage_report import UsageReport
from apiusage_helpers.tables.summary import RowTotals


def own_checks(report: UsageReport) -> dict[str, Check]:
    """The checks by the names that the panels give them."""
    found = (_statuses(report.tables, report.sums.report), _failures(report.tables, report.sums.report))
    return {check.name: check for check in found}


def _statuses(tables: Mapping[str, pd.DataFrame], rows: RowTotals) -> Check:
    codes, outcomes = (tables[name]["requests"] for name in ("status_codes", "success_and_failure"))
    pairs = (
        (int(codes[:2].sum()), int(codes[2:].sum())),
        (int(outcomes[0]), int(outcomes[1])),
        (rows.successful, rows.failed),
    )
    *seen, counted = ({"requests": sum(pair), "successful": pair[0], "failed": pair[1]} for pair in pairs)
    return held("HTTP Response Status Codes", "five statuses and two outcomes", seen, counted)


def _failures(tables: Mapping[str, pd.DataFrame], rows: RowTotals) -> Check:
    days, codes = tables["failures_per_day"], tables["status_codes"]["requests"]
    seen = (int(days["failed"].sum()), int(days["throttled"].sum()))
    told = f"the panel: {seen[0]:,} failed, {seen[1]:,} of them with 429; the rows: {rows.failed:,}, the statuses: {codes[3]:,}"
    return Check("Failures per day", seen == (rows.failed, int(codes[3])), told)
