"""What the API Usage report says of its figures: the findings on them, and what changed from the days before.

Both look back beyond the interval, so they need the store and not only the report's rows; the page does not filter them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from apiusage_helpers.charts.panel import Html, sentence
from apiusage_helpers.insights.analysis import Before, findings_on, history_of, month_at_end
from apiusage_helpers.insights.changes import COLUMNS, Changes, changes, changes_in_words, changes_table, rank_changes
from apiusage_helpers.reports.api_usage.metrics import comparable, metrics, not_compared, summary_table
from apiusage_helpers.reports.api_usage.tiles import tiles
from apiusage_helpers.reports.findings import findings_files, findings_list
from apiusage_helpers.reports.usage_report import Story, UsageReport
from apiusage_helpers.tables.csv_files import csv_file
from apiusage_helpers.text import TOLD_CELLS, days_in_words, listed, percent, url_label, whole

_MOST_FINDINGS, _MOST_CHANGES, _MOST_NAMES = 5, 5, 3
_MOST_TOLD = 3
_LED = {
    "failed": (("client_errors", "throttled", "server_errors"), "failed most"),
    "throttled": (("throttled",), "was throttled most"),
}


def with_story(report: UsageReport) -> UsageReport:
    """The report with its story, and the files of it: findings.csv, findings.json, changes.csv, summary.csv."""
    history = history_of(report.selection, dict(report.clients))
    month = month_at_end(report.selection)
    found, before = findings_on(history, report.selection, month), comparable(report)
    moved = changes(before.summary.requests, report.summary.requests) if before else None
    told = replace(report, story=Story(found, moved, history, month))
    nothing = report.summary.requests.head(0).reindex(columns=list(COLUMNS))
    tables = {
        "changes.csv": nothing if moved is None else changes_table(moved, _MOST_CHANGES),
        "summary.csv": summary_table(list(metrics(told).values())),
    }
    files = {name: csv_file(table) for name, table in tables.items()}
    return replace(told, files={**report.files, **findings_files(found), **files}, words=_words(told))


def _words(report: UsageReport) -> dict[str, Any]:
    """The key figures, the changes, and who leads among failed and throttled requests, in sentences for messages."""
    moved, labels = report.story.changes if report.story else None, report.labels
    leaders = {kind: _leader(report, labels, outcomes, word) for kind, (outcomes, word) in _LED.items()}
    return {
        "key_figures": tiles(report).text.splitlines(),
        "changes": changes_in_words(moved, labels, _MOST_TOLD) if moved else [],
        "leaders": {kind: told for kind, told in leaders.items() if told},
    }


def _leader(report: UsageReport, labels: dict[str, str], outcomes: Sequence[str], word: str) -> str:
    """The client and URL with the most requests of some outcomes, and their share of all such requests."""
    requests = report.summary.requests
    counts = requests[list(outcomes)].sum(axis=1)
    total = int(counts.sum())
    if not total:
        return ""
    row = requests.iloc[int(counts.argmax())]
    url = url_label(row["http_method"], row["template_uri"], TOLD_CELLS)
    share = f"{whole(counts.max())} of {whole(total)} ({percent(counts.max() / total)})"
    return f"{labels[row['client_id']]} with {url} {word}: {share}."


def findings(report: UsageReport) -> Html:
    """At most five findings, worst first; those that are acknowledged stand in the file only."""
    found = report.story.findings if report.story else ()
    told = [one for one in found if not one.acknowledged]
    return findings_list(told, most=_MOST_FINDINGS, title="What needs attention", filtered=report.selection.interval)


def what_changed(report: UsageReport) -> Html:
    """How requests and failures changed from the days before, and which clients and URLs explain it."""
    title = f"What changed since {days_in_words(report.selection.interval.compared_with(), year=False)}"
    before, moved = comparable(report), report.story.changes if report.story else None
    if before and moved:
        first = changes_in_words(moved, report.labels, _MOST_CHANGES)
        further = [*_new_and_gone(report, before, moved), *_ranks(report, before)]
    else:
        first, further = [not_compared(report)], []
    told = "".join(f"<p>{sentence(line)}</p>" for line in first[:2]) + _items(first[2:])
    fold = f"<details><summary>New, gone, and other ranks</summary>{_items(further)}</details>" if further else ""
    html = (
        f'<section class="box published" id="changes" aria-label="What changed"><h2>{title}</h2>{told}{fold}</section>'
    )
    return Html(html, "\n".join([title, *first, *further]))


def _items(lines: list[str]) -> str:
    items = "".join(f"<li>{sentence(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""


def _new_and_gone(report: UsageReport, before: Before, moved: Changes) -> list[str]:
    """Which clients and URLs are new, and which made no request any more."""
    then = before.summary.requests[["client_id", "client_name"]].drop_duplicates()
    names = dict(zip(then["client_id"], then["client_name"], strict=True)) | report.labels
    lines = [
        ("New OAuth clients", [names[one] or one for one in moved.new_clients]),
        ("No longer calling", [names[one] or one for one in moved.vanished_clients]),
        ("New URLs", [url_label(*url, TOLD_CELLS) for url in moved.new_urls]),
        ("URLs no longer requested", [url_label(*url, TOLD_CELLS) for url in moved.vanished_urls]),
    ]
    return [f"{title}: {listed(found, _MOST_NAMES)}." for title, found in lines if found]


def _ranks(report: UsageReport, before: Before) -> list[str]:
    """The clients that now stand elsewhere in the order of requests, the first ranks first."""
    moved = rank_changes(before.summary.requests, report.summary.requests)
    labels = report.labels
    ordered = sorted(moved.items(), key=lambda one: min(one[1]))
    told = [f"{labels[client]} {old} to {new}" for client, (old, new) in ordered]
    return [f"Ranks by requests: {listed(told, _MOST_NAMES)}."] if told else []
