"""The panels of the troubleshooting report: what to do first, all findings as a table, and the checks."""

from apiusage_helpers.charts.panel import Html, Panel
from apiusage_helpers.insights.finding import findings_table
from apiusage_helpers.reports.checks import checks_list
from apiusage_helpers.reports.findings import findings_list
from apiusage_helpers.reports.troubleshooting.report import TroubleshootingReport
from apiusage_helpers.text import CLIENT_CELLS, client_labels, counted

_SHOWN = ("severity", "kind", "client_name", "http_method", "template_uri", "start", "end", "requests", "saving")


def what_is_wrong(report: TroubleshootingReport) -> Html:
    """The findings that are more than a hint, worst first."""
    told = [one for one in report.findings if one.severity != "info" and not one.acknowledged]
    return findings_list(told, title="What is wrong")


def hints(report: TroubleshootingReport) -> Html:
    """What is worth knowing, or saving, though nothing is wrong; and what is acknowledged."""
    told = [one for one in report.findings if one.severity == "info" or one.acknowledged]
    return findings_list(told, title="Worth knowing", anchor="hints")


def findings(report: TroubleshootingReport) -> Panel:
    """All findings as a table."""
    table = findings_table(report.findings)
    clients = {one.client_id: one.client_name for one in report.findings if one.client_id}
    labels = dict(zip(clients, client_labels(clients.items(), CLIENT_CELLS), strict=True))
    table = table.assign(client_name=[labels.get(client, "") for client in table["client_id"]])[list(_SHOWN)]
    severe = sum(one.severity != "info" for one in report.findings)
    alt = f"{counted(len(table), 'finding')}, {severe} of them warnings or critical." if len(table) else "No findings."
    return Panel("findings", "All findings", table, alt, anchor="all_findings")


def checks(report: TroubleshootingReport) -> Html:
    """The checks with their figures."""
    return checks_list(report.checks)
