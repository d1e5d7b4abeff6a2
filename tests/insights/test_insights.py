"""What an analyst imports, and the story of the API Usage report, against plain counts over raw rows."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apiusage_helpers.errors import StoreError
from apiusage_helpers.insights import compare, findings, usage_rows
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.api_usage import story
from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.selection import select
from apiusage_helpers.store import Origin, forget_days, scan, write_days
from apiusage_helpers.usage import usage_table

TODAY = date(2026, 11, 24)


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """Two weeks of acme in a store of its own: crm and bi, whose failures grow on the last seven days."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path / "params"))
    days = [TODAY - timedelta(days=n) for n in range(14, 0, -1)]
    made = [
        (day, client, client.upper(), "GET", uri, 100 + n, 90 + n - late, 0, 10 + late, 4 + late, 0)
        for n, day in enumerate(days)
        for client, uri, late in (("crm", "users", 20 * (n >= 7)), ("crm", "queues", 0), ("bi", "users", 0))
    ]
    write_days("acme", usage_table(made), days, Origin("usage", datetime(2026, 11, 24, tzinfo=UTC)))
    return made


def test_rows_under_every_choice(rows) -> None:
    """By client name and URL, with failures that count 429 once."""
    table = usage_rows("acme", "previous_7_days", clients=["CRM"], template_uris=["users"], today=TODAY)
    plain = [row for row in rows if row[0] >= date(2026, 11, 17) and row[1] == "crm" and row[4] == "users"]

    assert len(table) == len(plain) == 7
    assert table["failed"].sum() == sum(row[8] + row[10] for row in plain)
    assert table["throttled"].sum() == sum(row[9] for row in plain)
    assert table["client_errors"].sum() == sum(row[8] - row[9] for row in plain)
    assert usage_rows("acme", "previous_7_days", http_methods=["POST"], today=TODAY).empty


def test_whose_failures_grew_most_by_url_is_one_line(rows) -> None:
    """Of the contributions to the change, the first that is a failure."""
    table = compare("acme", "previous_7_days", today=TODAY)
    first = table[table["outcome"] == "throttled"].iloc[0]
    total = {side: sum(row[5] for row in rows if (row[0] >= date(2026, 11, 17)) == side) for side in (False, True)}

    assert (first["client_id"], first["template_uri"], first["change"]) == ("crm", "users", 140)
    assert table["change"].sum() == total[True] - total[False]


def test_a_gap_is_not_compared(rows) -> None:
    """What is missing would look like a fall."""
    forget_days("acme", Interval(date(2026, 11, 12), date(2026, 11, 12)))

    with pytest.raises(StoreError, match="such as 2026-11-12"):
        compare("acme", "previous_7_days", today=TODAY)


def test_findings_of_an_organization(rows) -> None:
    """The storm of 429 is told with its figures."""
    (first, *_) = findings("acme", "previous_7_days", today=TODAY)

    assert (first.kind, first.client_id, first.template_uri) == ("throttling", "crm", "users")
    with pytest.raises(StoreError, match="no day of 2025-01-01/2025-01-02 is in the store"):
        findings("acme", "2025-01-01/2025-01-02", today=TODAY)


def test_the_report_tells_its_story_and_adds_its_files(rows) -> None:
    """findings.csv, findings.json, and changes.csv whose changes add up to that of all requests."""
    selection = select("acme", "previous_7_days", today=TODAY, top=2)
    report = story.with_story(usage_report(scan(selection), selection))
    table = list(csv.DictReader(io.StringIO(report.files["changes.csv"].decode(), newline="")))
    plain = Counter(row[0] >= date(2026, 11, 17) for row in rows for _ in range(row[5]))

    assert {"findings.csv", "findings.json", "changes.csv", "api_usage.csv"} <= set(report.files)
    assert sum(int(row["change"]) for row in table) == plain[True] - plain[False]
    assert sum(int(row["requests"]) for row in table) == plain[True]
    assert "were refused with 429" in story.findings(report).text
    assert "more requests than before" in story.what_changed(report).text


def test_without_the_days_before_nothing_is_compared(rows) -> None:
    """The page says why, and changes.csv has no row."""
    forget_days("acme", Interval(date(2026, 11, 12), date(2026, 11, 12)))
    selection = select("acme", "previous_7_days", today=TODAY)
    report = story.with_story(usage_report(scan(selection), selection))

    assert report.story.changes is None
    assert "Not compared" in story.what_changed(report).text
    assert len(report.files["changes.csv"].splitlines()) == 1
    assert b"requests," in report.files["summary.csv"]
