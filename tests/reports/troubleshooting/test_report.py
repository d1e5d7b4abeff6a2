"""The troubleshooting report of the sample: its findings and files, against a plain count of the sample's rows."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.names import FINDING_KINDS
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.reports.findings import NOTHING, findings_list
from apiusage_helpers.reports.headline import headline
from apiusage_helpers.reports.troubleshooting import panels
from apiusage_helpers.reports.troubleshooting.report import troubleshooting_report
from apiusage_helpers.sources.sample import sample_usage
from apiusage_helpers.store import ListedClient, Origin, write_clients, write_days

TODAY = date(2026, 11, 24)
WEEK = "previous_7_days"


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """The sample in a store of its own, and its rows."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path / "params"))
    usage, days = sample_usage(today=TODAY)
    write_days("sample", usage, days.days, Origin("sample", datetime(2026, 11, 24, tzinfo=UTC)))
    return usage.to_pylist()


def allow(folder: Path, each: int) -> None:
    """Two licences that bring the sample so many requests a month each."""
    tables = folder / "params" / "tables"
    tables.mkdir(parents=True)
    licence = "{licence: CX 1, kind: named, committed: 2}"
    (tables / "allowances.yaml").write_text(
        f"tables: [{{valid_from: 2020-01-01, licences: {{CX 1: {{named: {each}}}}}}}]\norganizations: {{sample: {{licences: [{licence}]}}}}"
    )


def test_the_troubles_of_the_sample_are_told(sample) -> None:
    """The storm of 429, the expired credentials, the poller, the incident, and the client that fell silent."""
    report = troubleshooting_report("sample", WEEK, today=TODAY)
    told = {(one.kind, one.client_name) for one in report.findings if one.severity != "info"}

    assert told == {
        ("throttling", "CRM sync"), ("client_errors", "Identity provider (SCIM)"), ("polling", "Wallboard Europe"),
        ("server_errors_platform", ""), ("server_errors_integration", "Campaign lists"), ("silent_client", "Recording archive"),
        ("allowance", ""),
    }  # fmt: skip
    assert all(check.ok for check in report.checks)


def test_the_sample_that_the_command_writes_holds_each_kind_of_finding(apiusage) -> None:
    """With the tables of the project: a client in the directory without an owner, one unknown to it, one deleted."""
    assert apiusage("sample", "--today", str(TODAY)).returncode == 0
    told = apiusage("findings", "--organization", "sample", "--interval", "2026-11-17/2026-11-23", "--json")

    assert {one["kind"] for one in json.loads(told.stdout)} == set(FINDING_KINDS)


def test_the_figures_are_a_plain_count(sample) -> None:
    """Throttled and refused requests of a client from the start to the end of its finding."""
    for one in troubleshooting_report("sample", WEEK, today=TODAY).findings:
        counts: Counter[str] = Counter()
        for row in sample:
            if row["client_id"] == one.client_id and one.start <= row["date"] <= one.end:
                if one.template_uri not in {"", row["template_uri"]} or one.http_method not in {"", row["http_method"]}:
                    continue
                counts["requests"] += row["requests"]
                counts["throttling"] += row["status429"]
                counts["client_errors"] += row["status400"] - row["status429"]
                counts["answers"] += row["status200"] + row["status300"]
        if one.kind in {"throttling", "client_errors"}:
            assert (one.requests, one.evidence["requests"]) == (counts[one.kind], counts["requests"])
        elif one.kind in {"cacheable_reads", "bulk_available"}:
            assert one.requests == counts["answers"]
        elif one.kind in {"polling", "high_volume"}:
            assert one.requests == counts["requests"]


def test_savings_of_reads_are_those_of_a_usual_week(sample) -> None:
    """Answers alone, by medians of weekdays and of weekends over four weeks; nothing of a client that is mostly refused."""
    first = TODAY - timedelta(days=28)
    spare = {"cacheable_reads": lambda a_day: (a_day - 24) * 30, "bulk_available": lambda a_day: a_day * 30 * 0.9}
    found = [one for one in troubleshooting_report("sample", WEEK, today=TODAY).findings if one.kind in spare]
    for one in found:
        days = {first + timedelta(days=n): 0 for n in range(28)}
        for row in sample:
            of_it = (row["client_id"], row["http_method"], row["template_uri"]) == (
                one.client_id, one.http_method, one.template_uri,
            )  # fmt: skip
            if of_it and row["date"] in days:
                days[row["date"]] += row["status200"] + row["status300"]
        weekdays = median(count for day, count in days.items() if day.weekday() < 5)
        weekends = median(count for day, count in days.items() if day.weekday() >= 5)
        a_day = (5 * weekdays + 2 * weekends) / 7
        assert one.evidence["requests_a_day"] == pytest.approx(a_day)
        assert one.saving == round(spare[one.kind](a_day))

    assert {one.client_name for one in found} == {"CRM sync", "Data actions"}


def test_the_page_begins_with_whose_days_these_are(sample) -> None:
    """Organization, days, methods, age, and a badge."""
    made = headline(troubleshooting_report("sample", WEEK, today=TODAY, http_methods=["GET"]))

    assert made.text == "sample · 17–23 Nov 2026, 7 UTC days · GET only · as of 2026-11-24 00:00 UTC · complete"


def test_a_billing_month_that_is_over_is_told_as_such(sample, tmp_path: Path) -> None:
    """With what was too much, and what may still be done; and one that goes on as of the newest day, as the tile has it."""
    allow(tmp_path, 4_000_000)
    used = sum(row["requests"] for row in sample if row["date"].month == 10)
    (told,) = [
        one
        for one in troubleshooting_report("sample", "2026-10-01/2026-10-31", today=TODAY).findings
        if one.kind == "allowance"
    ]

    assert told.cause.endswith(
        f"{used:,} of 8,000,000 requests ({used / 80_000:.1f} %) of the billing month were used, {used - 8_000_000:,} too many."
    )
    assert told.remedy.startswith("The month is over")
    (running,) = [
        one
        for one in troubleshooting_report("sample", "2026-11-02/2026-11-08", today=TODAY).findings
        if one.kind == "allowance"
    ]
    assert (running.requests, running.end) == (
        sum(row["requests"] for row in sample if row["date"].month == 11),
        date(2026, 11, 23),
    )


def test_both_files_tell_the_same(sample) -> None:
    """A row and an entry a finding, in the same order; what does not apply is empty."""
    report = troubleshooting_report("sample", WEEK, today=TODAY)
    rows = list(csv.DictReader(io.StringIO(report.files["findings.csv"].decode(), newline="")))
    entries = json.loads(report.files["findings.json"])

    assert [(row["kind"], row["start"], row["requests"]) for row in rows] == [
        (entry["kind"], entry["start"], str(entry["requests"])) for entry in entries
    ]
    assert all(entry["evidence"] for entry in entries)
    assert "what to do" in panels.what_is_wrong(report).html.lower()
    assert len(panels.findings(report).table) == len(rows)


def test_an_acknowledged_finding_comes_last_and_is_told_as_such(sample, tmp_path: Path) -> None:
    """Until its day."""
    tables = tmp_path / "params" / "tables"
    tables.mkdir(parents=True)
    (tables / "acknowledged.yaml").write_text("[{kind: throttling, until: 2026-11-24, reason: Release 12}]")
    last = troubleshooting_report("sample", WEEK, today=TODAY).findings[-1]

    assert (last.kind, last.acknowledged) == ("throttling", "Release 12")


def test_the_directory_tells_unknown_deleted_and_unowned_clients(sample) -> None:
    """Once it was fetched: who is not listed, who was deleted, and who has no owner."""
    ids = sorted({row["client_id"] for row in sample})
    listed = [ListedClient(one, f"Client {one}", "CLIENT-CREDENTIALS", "active") for one in ids[1:]]
    write_clients("sample", listed, datetime(2026, 11, 20, tzinfo=UTC))
    write_clients("sample", listed[1:], datetime(2026, 11, 23, tzinfo=UTC))
    found = troubleshooting_report("sample", WEEK, today=TODAY).findings
    by_kind = {
        kind: [one.client_id for one in found if one.kind == kind] for kind in ("unknown_client", "deleted_client")
    }

    assert by_kind == {"unknown_client": ids[:1], "deleted_client": ids[1:2]}
    assert any(one.kind == "unowned_client" for one in found)


def test_the_allowance_is_a_finding_where_licences_are_named(sample, tmp_path: Path) -> None:
    """One that is passed is critical, and stands first among equals; without licences there is none."""
    allow(tmp_path, 75_000)
    (found,) = [one for one in troubleshooting_report("sample", WEEK, today=TODAY).findings if one.kind == "allowance"]
    used = sum(row["requests"] for row in sample if row["date"] >= date(2026, 11, 1))

    assert (found.severity, found.requests, found.evidence["allowance"]) == ("critical", used, 150_000)
    assert f"{used:,} of 150,000 requests" in found.cause


def test_thresholds_are_params(sample, tmp_path: Path) -> None:
    """A higher one tells less; an unknown one is refused."""
    report = troubleshooting_report("sample", WEEK, today=TODAY, thresholds={"throttled_share": 0.9})
    path = tmp_path / "trouble.yaml"
    path.write_text(
        "notebook: troubleshooting\nparameters: {organization: a, date_range: yesterday, thresholds: {throtled: 1}, clients: [x]}"
    )

    assert not any(one.kind == "throttling" for one in report.findings)
    with pytest.raises(ParameterError, match="is no threshold"):
        read_report(path, today=TODAY)


def test_nothing_to_report_is_one_quiet_line() -> None:
    """It says what was looked for."""
    assert NOTHING in findings_list(()).text
