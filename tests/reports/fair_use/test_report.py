"""The fair-use report from a store: its files against a plain count, its sentences, its notes, and what it refuses."""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.reports.fair_use import head, panels
from apiusage_helpers.reports.fair_use.report import FairUseReport, fair_use_report
from apiusage_helpers.reports.fair_use.sentences import cost_in_words, invoice_in_words
from apiusage_helpers.reports.headline import headline
from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.usage import usage_table

TODAY = date(2026, 11, 19)
CX3 = {"licence": "CX 3", "kind": "named", "committed": 0, "actual": 1}


def rows_of(days: Interval, more: int = 0) -> list[tuple[Any, ...]]:
    """Two clients on each day: one with 5,000 requests and one with as many as its day of the month."""
    return [
        (day, client, client.upper(), "GET", "api/v2/users", count, count, 0, 0, 0, 0)
        for day in days.days
        for client, count in (("crm", 5_000 + more), ("bi", day.day))
    ]


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A store in which acme has the days from 1 August to 18 November; writes further days when called."""
    monkeypatch.setenv("APIUSAGE_STORE", str(tmp_path / "store"))

    def write(days: Interval, source: str = "usage", more: int = 0) -> list[tuple[Any, ...]]:
        rows = rows_of(days, more)
        write_days("acme", usage_table(rows), days.days, Origin(source, datetime(2026, 12, 1, tzinfo=UTC)))
        return rows

    write.rows = write(Interval(date(2026, 8, 1), date(2026, 11, 18)))
    return write


def records(report: FairUseReport, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.files[f"{name}.csv"].decode(), newline="")))


def test_used_is_a_plain_count_of_the_billing_month(stored) -> None:
    """By month and by client, whatever the interval is inside it."""
    report = fair_use_report("acme", "2026-10-20/2026-11-02", today=TODAY, billing_day=15, licences=[CX3])
    plain, by_client = Counter(), Counter()
    for day, client, *_, count, _, _, _, _, _ in stored.rows:
        month = "2026-10-15" if date(2026, 10, 15) <= day <= date(2026, 11, 14) else ""
        plain[month] += count
        by_client[client] += count * (month != "")

    (only,) = records(report, "fair_use")
    assert (only["start"], only["end"], only["used"]) == ("2026-10-15", "2026-11-14", str(plain["2026-10-15"]))
    assert (only["projected"], only["projected_low"], only["projected_high"]) == (only["used"],) * 3
    assert {row["client_id"]: int(row["requests"]) for row in records(report, "fair_use_clients")} == dict(by_client)
    assert only["remaining"] == "0"
    assert int(only["overage"]) == plain["2026-10-15"] - 140_000
    assert all(check.ok for check in report.checks if check.stops)


def test_the_days_of_the_month_add_up(stored) -> None:
    """Counted days, then expected ones, to the end of the month."""
    report = fair_use_report("acme", "this_billing_month", today=TODAY)
    days = records(report, "fair_use_days")

    assert len(days) == 30
    assert int(days[17]["running_total"]) == sum(int(day["requests"]) for day in days[:18]) == report.month.used
    assert [day["requests"] for day in days[18:]] == [""] * 12
    assert int(days[-1]["expected"]) == report.month.projected
    assert [day["expected"] for day in days[:18]] == [""] * 18


def test_the_page_says_what_was_used_and_what_will_be(stored) -> None:
    """Used of allowed, expected, the day it runs out, and the money."""
    report = fair_use_report(
        "acme", "this_billing_month", today=TODAY, licences=[CX3], overage_rate=0.5, currency="EUR"
    )
    used = sum(count for day, *_, count, _, _, _, _, _ in stored.rows if day >= date(2026, 11, 1))
    text = head.overview(report).text

    assert f"{used:,} of 140,000 requests" in text
    assert f"about {report.month.projected:,} are expected" in text
    assert f"{report.month.overage * 0.5:,.2f} EUR" in text
    assert "The allowance runs out" in text
    for panel in (panels.days_of_the_month, panels.clients, panels.months):
        assert "<svg" in (panel(report).svg or "")


def test_months_before_that_had_too_many_are_told(stored) -> None:
    """The last first, as plain counts and with what they cost; of the others the store has all days, of July none."""
    report = fair_use_report(
        "acme", "2026-07-20/2026-11-02", today=TODAY, licences=[CX3], overage_rate=0.5, currency="EUR"
    )
    used = Counter()
    for day, *_, count, _, _, _, _, _ in stored.rows:
        used[day.month] += count
    ends = {8: 31, 9: 30, 10: 31}
    told = [
        f"{used[month]:,} of 140,000 requests ({used[month] / 1400:.1f} %) of the billing month from 2026-{month:02}-01 to "
        f"2026-{month:02}-{ends[month]} were used. That is {used[month] - 140_000:,} more than the allowance. "
        for month in (10, 9, 8)
    ]
    lines = [line for line in head.overview(report).text.splitlines() if " were used. " in line]

    assert [line[: len(start)] for line, start in zip(lines, told, strict=True)] == told
    assert lines[0].endswith(f"requests cost {(used[10] - 140_000) * 0.5:,.2f} EUR.")


def test_a_first_day_is_no_number(stored) -> None:
    """The second day of the month: one day is counted."""
    report = fair_use_report("acme", "this_billing_month", today=date(2026, 11, 2), licences=[CX3])

    assert (
        "5,001 of 140,000 requests (3.6 %) of the billing month from 2026-11-01 to 2026-11-30 were used, in its first day."
        in (head.overview(report).text)
    )


def test_the_page_begins_with_whose_month_it_is(stored) -> None:
    """Organization, days, age, and a badge."""
    made = headline(fair_use_report("acme", "this_billing_month", today=TODAY, licences=[CX3]))

    assert re.fullmatch(r"acme · 1–18 Nov 2026, 18 UTC days · as of [-\d]+ [:\d]+ UTC · complete", made.text), made.text
    assert 'href="#checks">complete</a>' in made.html


def test_run_json_tells_the_findings_that_are_on_the_page(stored) -> None:
    """On the allowance, and those that name a saving; the list of reports leads to them."""
    report = fair_use_report("acme", "this_billing_month", today=TODAY, licences=[CX3])
    day = report.month.interval.start
    large = Finding(kind="high_volume", severity="info", start=day, end=day, requests=1, cause="", remedy="")
    told = replace(report, findings=(*report.findings, large)).facts()["findings"]
    (allowance,) = [one for one in report.findings if one.kind == "allowance"]

    assert sorted(one["kind"] for one in told) == ["allowance", "polling"]
    assert allowance.evidence["allowance"] == report.month.allowance  # by the licences of the params file
    assert allowance.evidence["projected"] == report.month.projected
    assert 'id="findings"' in head.savings(report).html


def test_the_page_says_what_may_be_saved(stored) -> None:
    """By the findings of the month, and whether that is enough."""
    report = fair_use_report("acme", "this_billing_month", today=TODAY, licences=[CX3])
    saved = sorted((one.saving for one in report.findings if one.saving), reverse=True)
    text = head.savings(report).text

    assert saved
    assert f"{sum(saved):,} requests a month" in text
    assert "Over a whole month, the first finding alone saves" in text
    assert head.savings(fair_use_report("acme", "2026-10-01/2026-10-02", today=TODAY)).text


def of_findings(found: list[Finding], overage: int) -> Any:
    """What the page on savings reads of a report in the middle of November."""
    month = SimpleNamespace(overage=overage, today=TODAY, interval=Interval(date(2026, 11, 1), date(2026, 11, 30)))
    return SimpleNamespace(findings=found, month=month)


def test_what_is_not_listed_is_counted() -> None:
    """Seven findings name a saving, and one, which has ended, none."""
    last = TODAY - timedelta(days=1)
    found = [
        Finding(
            kind="polling", severity="info", start=last, end=last, requests=1, cause=f"c{n}.", remedy="Do.", client_id=str(n),
            saving=100 - n if n < 7 else None,
        )
        for n in range(8)
    ]  # fmt: skip
    text = head.savings(of_findings(found, overage=0)).text.splitlines()

    assert text[0].startswith(f"7 findings of these days may save {sum(range(94, 101))} requests a month")
    assert [line.partition(" a month")[0] for line in text[1:6]] == ["100", "99", "98", "97", "96"]
    assert text[6:] == ["189 a month: 2 findings more."]


def test_requests_that_two_findings_are_about_are_saved_once() -> None:
    """The largest of those on one URL of a client counts, and of a client whose URLs are not named; other clients add to it."""
    last = TODAY - timedelta(days=1)
    given = [
        ("crm", "GET", "u", 500), ("crm", "GET", "u", 300), ("crm", "POST", "u", 200), ("crm", "", "", 100), ("bi", "GET", "u", 50),
        ("bot", "", "", 40), ("bot", "GET", "u", 30),
    ]  # fmt: skip
    found = [
        Finding(
            kind="polling", severity="info", start=last, end=last, requests=1, cause=f"{client}.", remedy="Do.", client_id=client,
            http_method=method, template_uri=uri, saving=saving,
        )
        for client, method, uri, saving in given
    ]  # fmt: skip
    text = head.savings(of_findings(found, overage=790)).text.splitlines()

    assert text[0].startswith("4 findings of these days may save 790 requests a month")
    assert text[1] == "Over a whole month, the first 4 findings together save the 790 requests above the allowance."
    assert text[2] == "Where findings are about the same requests, only the largest saving counts."
    assert [line.partition(" a month")[0] for line in text[3:]] == ["500", "200", "50", "40"]


def test_without_licences_there_is_no_allowance_and_the_page_says_how_to_name_them(stored) -> None:
    """Then remaining, overage and the day are empty."""
    report = fair_use_report("acme", "this_billing_month", today=TODAY)
    (only,) = records(report, "fair_use")

    assert [only[name] for name in ("allowance", "remaining", "overage", "exhausted_on")] == [""] * 4
    assert "params/tables/allowances.yaml" in head.checks(report).text


def test_days_of_the_jobs_service_are_never_compared_without_a_warning(stored) -> None:
    """They hold requests that are not billed."""
    stored(Interval(date(2026, 11, 3), date(2026, 11, 4)), "jobs", more=10)
    report = fair_use_report("acme", "this_billing_month", today=TODAY, licences=[CX3])

    assert "the figures of 2 days are from the jobs service" in head.overview(report).text
    assert "2 days from the jobs service" in head.checks(report).text


def test_days_from_today_on_are_unknown(stored) -> None:
    """A report as of an earlier day does not see what came later."""
    before = fair_use_report("acme", "this_billing_month", today=date(2026, 11, 10)).files
    stored(Interval(date(2026, 11, 19), date(2026, 11, 25)))

    assert fair_use_report("acme", "this_billing_month", today=date(2026, 11, 10)).files == before


def test_missing_days_are_told(stored) -> None:
    """The month before the store begins is known in part."""
    report = fair_use_report("acme", "2026-08-01/2026-08-05", today=TODAY, billing_day=20)

    assert len(report.month.missing) == 12
    assert "12 days" in head.overview(report).text


def test_an_invoice_is_compared(stored) -> None:
    """With the newest billing month that is over."""
    report = fair_use_report("acme", "2026-10-01/2026-10-31", today=TODAY, licences=[CX3], invoiced_overage=20_000)
    overage = 31 * 5_000 + sum(range(1, 32)) - 140_000

    assert report.month.overage == overage
    assert f"{20_000 - overage:,} more on the invoice" in head.invoice(report).text
    assert "agree" in invoice_in_words(report.month, overage)
    assert not cost_in_words(report.month, None, "")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("billing_day: 32", "billing_day"),
        ("licences: [{licence: CX 77, kind: named}]", "'CX 77'"),
        ("licences: [{licence: CX 3, kind: named, actual: -1}]", "licences.0.actual"),
        ("licences: [{licence: CX 3, kind: personal}]", "licences.0.kind"),
        ("overage_rate: -0.1", "overage_rate"),
        ("overage_rate: .nan", "overage_rate"),
        ("invoiced_overage: -1", "invoiced_overage"),
        ("http_methods: [GET]", "counts all requests"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_in_one_message(tmp_path: Path, wrong: str, told: str) -> None:
    """With all other faults, before anything runs."""
    path = tmp_path / "fair.yaml"
    path.write_text(
        f"notebook: fair_use\nparameters:\n  organization: acme\n  date_range: yesteryear\n  {wrong}\n",
        encoding="utf-8",
    )
    with pytest.raises(ParameterError) as fault:
        read_report(path, today=TODAY)

    assert told in str(fault.value)
    assert "yesteryear" in str(fault.value)


def test_a_billing_month_has_no_day_on_its_first(tmp_path: Path) -> None:
    """The message names the preset to take instead."""
    path = tmp_path / "fair.yaml"
    path.write_text(
        "notebook: fair_use\nparameters: {organization: acme, date_range: this_billing_month, billing_day: 19}\n"
    )
    with pytest.raises(ParameterError, match="no complete day yet: use last_billing_month"):
        read_report(path, today=TODAY)

    assert read_report(path, today=TODAY + timedelta(days=1)).selection("acme").interval == Interval(TODAY, TODAY)


def test_a_wrong_term_by_hand_is_told_as_in_a_params_file(stored) -> None:
    """As a ParameterError, without the value."""
    with pytest.raises(ParameterError, match="billing_day"):
        fair_use_report("acme", "this_billing_month", today=TODAY, billing_day=40)
