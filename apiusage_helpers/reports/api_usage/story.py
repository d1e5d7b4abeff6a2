"""What the API Usage report says of its figures: the findings on them, and what changed from the interval before.

Both look back beyond the interval, so they need the store and not only the report's rows; the page does not filter them.
"""

from dataclasses import replace
from html import escape

from apiusage_helpers.charts.panel import Html
from apiusage_helpers.insights.analysis import changes_of, findings_of
from apiusage_helpers.insights.changes import COLUMNS, changes_in_words, changes_table
from apiusage_helpers.reports.api_usage.panels import labels_of
from apiusage_helpers.reports.api_usage.report import UsageReport
from apiusage_helpers.reports.findings_files import findings_files
from apiusage_helpers.reports.findings_list import findings_list
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.text import counted, visible

_MOST_FINDINGS, _MOST_CHANGES = 5, 5


def with_story(report: UsageReport) -> UsageReport:
    """The report with its findings and changes, and their files: findings.csv, findings.json, changes.csv."""
    found = findings_of(report.selection)
    everything = replace(report.selection, clients=(), template_uris=())
    moved = None if report.usage.missing else changes_of(everything, report.summary)
    nothing = report.summary.requests.head(0).reindex(columns=list(COLUMNS))
    table = nothing if moved is None else changes_table(moved, _MOST_CHANGES)
    files = {**report.files, **findings_files(found), "changes.csv": csv_file(table)}
    return replace(report, findings=found, changes=moved, files=files)


def findings(report: UsageReport) -> Html:
    """At most five findings, worst first; those that are acknowledged stand in the file only."""
    told = [one for one in report.findings if not one.acknowledged]
    return findings_list(told, most=_MOST_FINDINGS)


def what_changed(report: UsageReport) -> Html:
    """How requests and failures changed from the interval before, and which clients and URLs explain it."""
    before = report.selection.interval.previous()
    title = (
        f"What changed since {before.start} to {before.end}"
        if len(before) > 1
        else f"What changed since {before.start}"
    )
    lines = [visible(line) for line in _changes(report)]
    first, rest = lines[:2], lines[2:]
    items = "".join(f"<li>{escape(line)}</li>" for line in rest)
    told = "".join(f"<p>{escape(line)}</p>" for line in first) + (f"<ul>{items}</ul>" if items else "")
    html = f'<section class="box published" id="changes" aria-label="What changed"><h3>{title}</h3>{told}</section>'
    return Html(html, "\n".join([title, *lines]))


def _changes(report: UsageReport) -> list[str]:
    if report.changes is not None:
        return changes_in_words(report.changes, labels_of(report), _MOST_CHANGES)
    missing = len(report.usage.missing)
    if missing:
        verb = "is" if missing == 1 else "are"
        return [
            f"Not compared: {counted(missing, 'day')} of this interval {verb} missing, and a gap would look like a fall."
        ]
    return ["Not compared: the store lacks days of the interval before, and a gap would look like growth."]
