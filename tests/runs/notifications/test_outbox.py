"""The outbox: what is told to whom, once."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from run_folders import write_run

from apiusage_helpers.errors import DeliveryError, RunError, StoreError
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.runs.catalog.retention import Keep, prune
from apiusage_helpers.runs.notifications.delivery import Message
from apiusage_helpers.runs.notifications.messages import limits_passed
from apiusage_helpers.runs.records.run_facts import facts_of
from apiusage_helpers.runs.records.state_files import remembered
from apiusage_helpers.runs.scheduling.due import due
from apiusage_helpers.settings.schedule import Delivery

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def outcome(failed: int, throttled: int = 0, before: int = 100) -> dict[str, Any]:
    sums = {"successful": 100 - failed, "failed": failed, "throttled": throttled}
    return {"outcomes": sums, "previous": {"requests": before, "missing": 0}, "days": {"missing": []}}


def test_a_success_is_told_once_with_its_figures_and_path(stub, params_file) -> None:
    """To the variable that is named; the next look tells nothing."""
    params_file(deliver=[{"to": "TEAM", "on": "success"}])
    stub.facts = outcome(3, before=80)
    due(NOW, stub.ports())
    due(NOW, stub.ports())

    [(to, message)] = stub.sent
    assert to == "TEAM"
    assert message.title == "API Usage: daily of a, 17–23 Nov 2026: 100 requests, 25.0 % more than 10–16 Nov"
    assert "Failed: 3.0 %" in message.body
    assert message.body.endswith("output/daily/a/2026-11-17_2026-11-23/report.html")


def test_a_failure_is_told_once_until_it_ends(stub, params_file) -> None:
    """Three failing looks are one message; after a success the next failure is news again."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}], wait_hours=0)
    for n, fails in enumerate((True, True, True, False, True)):
        stub.faults = [RunError("cell 3 failed")] * 2 if fails else []
        due(NOW + n * DAY, stub.ports())

    assert [message.title for _, message in stub.sent] == ["API Usage: daily of a failed"] * 2
    assert "cell 3 failed" in stub.sent[0][1].body


def test_a_report_made_by_hand_works_again(stub, params_file) -> None:
    """Its next failure is news; a failure that nobody has mended is not told again."""
    plan = params_file(deliver=[{"to": "OPS", "on": "failure"}])
    due(NOW - 2 * DAY, stub.ports())
    for now, by_hand in ((NOW - DAY, False), (NOW, True), (NOW + DAY, False)):
        stub.faults = [RunError("cell 3 failed")]
        assert due(now, stub.ports()) == 4
        if by_hand:
            stub.run(read_report(plan, today=now.date()), "a", wanted=lambda: True, facts={})
            assert due(now, stub.ports()) == 0

    assert [message.title for _, message in stub.sent] == ["API Usage: daily of a failed"] * 2


def test_a_source_that_fails_is_told_once_although_reports_are_published(stub, params_file) -> None:
    """The gap is marked every day, the failing source is one message until it ends."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}], fetch=True)
    for n, fault in enumerate(("503", "503", "", "503")):
        stub.open = {"fetch": fault} if fault else {}
        due(NOW + n * DAY, stub.ports())

    assert len(stub.made) == 4
    assert [message.title for _, message in stub.sent] == ["API Usage: a could not be fetched for daily"] * 2


def broken_on(stub, *days: str):
    """A runner that cannot make the reports as of these days."""

    def run(report, organization, **options):
        if str(report.today) in days:
            raise RunError(f"{report.today} is broken")
        return stub.run(report, organization, **options)

    return run


def test_one_of_several_missed_reports_that_fails_is_told(stub, params_file) -> None:
    """Later ones that succeed in the same look do not hide it, and each look tries it without telling it again."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}], catch_up="all")
    due(NOW - 4 * DAY, stub.ports())
    for _ in range(2):
        assert due(NOW, stub.ports(run=broken_on(stub, "2026-11-21"))) == 4
    assert ["2026-11-21 is broken" in message.body for _, message in stub.sent] == [True]

    assert due(NOW + DAY, stub.ports(run=broken_on(stub, "2026-11-21", "2026-11-25"))) == 4
    assert ["2026-11-25 is broken" in message.body for _, message in stub.sent] == [False, True]
    assert due(NOW + 2 * DAY, stub.ports(run=broken_on(stub, "2026-11-25", "2026-11-26"))) == 4
    assert due(NOW + 2 * DAY, stub.ports()) == 0
    assert len(stub.sent) == 2
    assert due(NOW + 3 * DAY, stub.ports(run=broken_on(stub, "2026-11-27"))) == 4
    assert len(stub.sent) == 3


@pytest.mark.parametrize("catch_up", ["none", "latest", "all"])
def test_a_report_that_fails_for_days_is_one_alarm(stub, params_file, catch_up: str) -> None:
    """Looks at and between the instants, whatever the policy still tries; a new alarm after it worked."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}], catch_up=catch_up)
    due(NOW, stub.ports())
    days = [str((NOW + n * DAY).date()) for n in (1, 2, 4)]
    told = []
    for n in range(1, 5):
        for hour in (2, 5, 20):
            now = (NOW + n * DAY).replace(hour=hour, minute=45)
            due(now, stub.ports(run=broken_on(stub, *days)))
            told.append(len(stub.sent))

    assert told == [1] * 9 + [2] * 3


def test_a_failure_is_told_although_the_disk_is_full(stub, params_file, monkeypatch) -> None:
    """Nothing can be noted, the address answers; what cannot be remembered is told again until there is room."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}])
    due(NOW, stub.ports())
    with monkeypatch.context() as full:
        full.setattr("apiusage_helpers.runs.records.state_files.write_text", no_room)
        assert due(NOW + DAY, stub.ports()) == 5
        assert "No space left on device" in stub.sent[0][1].body
        assert due(NOW + DAY, stub.ports()) == 5
    assert any("cannot be noted, so it will be sent again" in line for line in stub.told)
    told = len(stub.sent)
    assert due(NOW + DAY, stub.ports()) == 0
    assert len(stub.sent) == told


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device", "output")


def test_an_alarm_ends_with_the_report_that_was_made_by_hand(stub, params_file) -> None:
    """Also where its instant is not due any more, so that no look makes it; an older one that failed is given up."""
    plan = params_file(deliver=[{"to": "OPS", "on": "failure"}], catch_up="none")
    due(NOW, stub.ports())
    told = []
    for n, by_hand in ((1, False), (2, True), (3, False)):
        now = (NOW + n * DAY).replace(hour=2, minute=45)
        stub.faults = [RunError("cell 3 failed")]
        assert due(now, stub.ports()) == 4
        if by_hand:
            stub.run(read_report(plan, today=now.date()), "a", wanted=lambda: True, facts={})
        assert due(now.replace(hour=9), stub.ports()) == 0
        told.append(len(stub.sent))

    assert told == [1, 1, 2]


def test_a_report_that_fails_again_after_it_was_made_is_told_again(stub, params_file) -> None:
    """One and the same interval, made anew for other parameters."""
    params_file()
    due(NOW - DAY, stub.ports())
    for top, fails in ((5, True), (5, True), (5, False), (4, True)):
        params_file(deliver=[{"to": "OPS", "on": "failure"}], parameters={"top": top})
        due(NOW, stub.ports(run=broken_on(stub, *["2026-11-24"] * fails)))

    assert len(stub.made) == 2
    assert len(stub.sent) == 2


@pytest.mark.parametrize("catch_up", ["none", "latest"])
def test_a_report_that_is_published_without_its_latest_page_is_told_as_both(stub, params_file, catch_up: str) -> None:
    """What readers open cannot follow: exit 5, told once; the report is there, told as well; the next fault is news again."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}, {"to": "TEAM", "on": "success"}], catch_up=catch_up)
    due(NOW, stub.ports())
    latest, now = stub.output / "daily" / "a" / "latest.html", (NOW + DAY).replace(hour=2, minute=45)
    latest.unlink()
    (latest / "in the way").mkdir(parents=True)
    codes = [due(now, stub.ports()), due(now + timedelta(hours=4), stub.ports())]
    shutil.rmtree(latest)
    codes += [due(now + n * DAY, stub.ports(run=broken_on(stub, "2026-11-27"))) for n in (1, 2)]

    assert codes == [5, 0, 0, 4]
    assert [to for to, _ in stub.sent] == ["TEAM", "OPS", "TEAM", "TEAM", "OPS"]
    assert "is published, but latest.html could not be updated" in stub.sent[1][1].body
    assert latest.readlink().parts == ("2026-11-19_2026-11-25", "report.html")


def test_news_of_a_report_that_was_taken_away_are_not_told(stub, params_file) -> None:
    """Pruned while its address was down: the others are told when it answers, and nothing stays noted for good."""
    params_file(deliver=[{"to": "TEAM", "on": "success"}], max_staleness_days=0)

    def down(*_: object) -> None:
        raise DeliveryError("TEAM: refused")

    for n in range(3):
        assert due(NOW + n * DAY, stub.ports(send=down)) == 6
    gone = list(prune(stub.output, [], Keep(0, 0, 0), NOW + 2 * DAY))
    assert [link.name for link in gone] == ["2026-11-17_2026-11-23", "2026-11-18_2026-11-24"]
    assert due(NOW + 2 * DAY, stub.ports()) == 0
    assert ["19–25 Nov 2026" in message.title for _, message in stub.sent] == [True]
    assert remembered(stub.output, "daily").outbox == {}


def test_an_organization_that_is_taken_out_takes_its_alarm_along(stub, params_file) -> None:
    """Put back, it is told again; the alarm of the one that stayed goes on. A source that is not asked any more as well."""

    def look(days: int, *organizations: str, fetch: bool) -> list[str]:
        params_file(deliver=[{"to": "OPS", "on": "failure"}], fetch=fetch, parameters={"organization": organizations})
        stub.open, told = {"fetch": "503"}, len(stub.sent)
        due(NOW + days * DAY, stub.ports(run=broken_on(stub, "2026-11-24", "2026-11-25", "2026-11-26")))
        return [message.title.removeprefix("API Usage: ") for _, message in stub.sent[told:]]

    assert look(0, "a", "b", fetch=True) == ["daily of a, b failed, a, b could not be fetched"]
    assert look(1, "a", fetch=False) == []
    assert look(2, "a", "b", fetch=True) == ["daily of b failed, a, b could not be fetched"]


def test_an_organization_that_cannot_be_looked_up_keeps_its_alarm(stub, params_file) -> None:
    """`all` of a damaged store is nobody for one look."""
    params_file(deliver=[{"to": "OPS", "on": "failure"}], parameters={"organization": "all"})
    (stub.output.parent / "store" / "usage" / "_delta_log").mkdir(parents=True)

    def damaged() -> tuple[str, ...]:
        raise StoreError("damaged")

    for n, organizations in enumerate((lambda: ("a",), damaged, lambda: ("a",))):
        (stub.output.parent / "store" / "usage" / "_delta_log" / f"{n:020d}.json").write_text("{}")
        broken = broken_on(stub, "2026-11-24", "2026-11-25", "2026-11-26")
        due(NOW + n * DAY, stub.ports(run=broken, organizations=organizations))

    assert len(stub.sent) == 1


def test_findings_are_told_when_they_appear_and_again_when_they_come_back(stub, params_file) -> None:
    """Nothing is told of a quiet report; an alarm that goes on is not repeated."""
    params_file(deliver=[{"to": "OPS", "on": "findings", "failed_share_over": 0.2}])
    for n, facts in enumerate((outcome(1), outcome(30), outcome(35, 20), outcome(1), outcome(30))):
        stub.facts = facts
        due(NOW + n * DAY, stub.ports())

    told = [message.title.rpartition(": ")[2] for _, message in stub.sent]
    assert told == ["30.0 % of requests failed", "20.0 % of requests were throttled (429)", "30.0 % of requests failed"]


def finding(kind: str, severity: str, acknowledged: str = "") -> dict[str, str]:
    return {
        "kind": kind, "severity": severity, "cause": f"About {kind}.", "remedy": "Look.", "client_id": "c",
        "acknowledged": acknowledged,
    }  # fmt: skip


def test_findings_of_a_severity_are_told_once_until_they_end(stub, params_file) -> None:
    """Those that are milder or acknowledged alarm nobody; without a severity none is told."""
    quiet = {"failed_share_over": None, "throttled_share_over": None, "change_over": None}
    params_file(
        deliver=[
            {"to": "OPS", "on": "findings", "severity": "warning", **quiet},
            {"to": "ALL", "on": "findings", **quiet},
        ]
    )
    days = (
        [finding("polling", "warning"), finding("new_url", "info"), finding("throttling", "critical", "known")],
        [finding("polling", "warning"), finding("throttling", "critical")],
        [],
        [finding("polling", "warning")],
    )
    for n, found in enumerate(days):
        stub.facts = outcome(n) | {"findings": found}
        due(NOW + n * DAY, stub.ports())

    told = [(to, message.title.rpartition(": ")[2]) for to, message in stub.sent]
    assert told == [
        ("OPS", "polling (warning), c"),
        ("OPS", "throttling (critical), c"),
        ("OPS", "polling (warning), c"),
    ]
    assert stub.sent[0][1].body.startswith("WARNING: About polling.\nWhat to do: Look.")


@pytest.mark.parametrize("order", [1, -1])
def test_two_kinds_of_findings_go_to_one_address(stub, params_file, order: int) -> None:
    """Each has its thresholds and its alarms, in whatever order they stand; an alarm under a threshold of before is none."""

    def thresholds(*shares: float) -> None:
        deliver = [{"to": "OPS", "on": "findings", "failed_share_over": share, "change_over": None} for share in shares]
        params_file(deliver=deliver[::order])

    told = []
    for n, (failed, *shares) in enumerate(
        [(30, 0.9, 0.2), (95, 0.9, 0.2), (95, 0.9, 0.2), (30, 0.9, 0.2), (95, 0.9, 0.2), (95, 0.2), (95, 0.9, 0.2)]
    ):
        thresholds(*shares)
        stub.facts = outcome(failed)
        due(NOW + n * DAY, stub.ports())
        told.append(len(stub.sent))

    assert told == [1, 2, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        (outcome(5), []), (outcome(6), ["failed"]), (outcome(1, 1), []), (outcome(2, 2), ["throttled"]),
        (outcome(0, 0, 60), ["change"]), (outcome(0, 0, 67), []), (outcome(0, 0, 201), ["change"]), (outcome(0, 0, 0), []),
    ],
)  # fmt: skip
def test_a_finding_is_what_is_over_its_threshold(tmp_path: Path, facts: dict[str, Any], kinds: list[str]) -> None:
    """Shares and changes, up or down; exactly at the threshold is not over it."""
    told = facts_of(write_run(tmp_path / "run", **facts))

    assert told is not None
    assert list(limits_passed(told, Delivery(to="X", on="findings"))) == kinds


def test_a_restated_report_is_told_again_only_with_other_totals(stub, params_file) -> None:
    """A report made again with the same totals is published, and nobody is bothered."""
    params_file(deliver=[{"to": "TEAM", "on": "success"}])
    due(NOW - DAY, stub.ports())
    for top, requests in ((5, 100), (4, 100), (3, 120)):
        params_file(parameters={"top": top}, deliver=[{"to": "TEAM", "on": "success"}])
        stub.facts = {"requests": requests}
        due(NOW, stub.ports())

    assert len(stub.made) == 4
    assert [message.title.rpartition(": ")[2] for _, message in stub.sent] == [
        "100 requests", "100 requests", "120 requests (made again; 100 before)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "word", "line"),
    [
        ({"restated": [{"date": "2026-11-20", "before": 1000, "after": 1020, "restated": True}]}, "restated",
         "restated 2026-11-20: 1,000 -> 1,020 requests"),
        ({"restated": [{"date": "2026-11-20", "before": None, "after": 20, "restated": True}]}, "completed",
         "2026-11-20 came in: 20 requests"),
        ({"restated": [], "other_source": [{"date": "2026-11-20", "was": "usage/query", "now": "CSV export", "before": 9, "after": 29}]},
         "from another source", "2026-11-20 now from CSV export, was from usage/query: 9 -> 29 requests"),
    ],
    ids=["restated", "came in", "another source"],
)  # fmt: skip
def test_why_figures_are_others_is_told(stub, params_file, facts: dict[str, Any], word: str, line: str) -> None:
    """In a word in the title and on the list of reports, by day in the text."""
    params_file(deliver=[{"to": "TEAM", "on": "success"}])
    due(NOW - DAY, stub.ports())
    due(NOW, stub.ports())
    params_file(parameters={"top": 3}, deliver=[{"to": "TEAM", "on": "success"}])
    stub.facts = {"requests": 120, **facts}
    due(NOW, stub.ports())

    message = stub.sent[-1][1]
    assert message.title.endswith(f": 120 requests ({word}; 100 before)")
    assert line in message.body.splitlines()
    assert f"<td>{word}</td>" in (stub.output / "index.html").read_text()


def test_news_that_cannot_be_delivered_are_kept(stub, params_file) -> None:
    """Exit 6 while it fails; the report is published; then each address is told once."""
    params_file(deliver=[{"to": "GOOD", "on": "success"}, {"to": "BAD", "on": "success"}])

    def broken(to: str, message: Message) -> None:
        if to == "BAD":
            raise DeliveryError("BAD: refused")
        stub.sent.append((to, message))

    assert due(NOW, stub.ports(send=broken)) == 6
    assert due(NOW, stub.ports(send=broken)) == 6
    assert due(NOW, stub.ports()) == 0
    assert due(NOW, stub.ports()) == 0
    assert [to for to, _ in stub.sent] == ["GOOD", "BAD"]
    assert len(stub.made) == 1


def test_new_totals_reach_everybody_although_one_address_is_down(stub, params_file) -> None:
    """Who was told before the restatement is told of it; who could not be reached hears the newest figures once."""
    params_file(deliver=[{"to": "GOOD", "on": "success"}, {"to": "BAD", "on": "success"}])

    def down(to: str, message: Message) -> None:
        if to == "BAD":
            raise DeliveryError("BAD: not delivered")
        stub.sent.append((to, message))

    stub.facts = outcome(3)
    due(NOW - DAY, stub.ports(send=down))
    due(NOW, stub.ports(send=down))
    params_file(deliver=[{"to": "GOOD", "on": "success"}, {"to": "BAD", "on": "success"}], parameters={"top": 3})
    stub.facts = {**outcome(4), "requests": 999}
    due(NOW, stub.ports(send=down))
    due(NOW, stub.ports())
    due(NOW, stub.ports())

    assert [(to, "999 requests" in message.title) for to, message in stub.sent] == [
        *(("GOOD", False), ("GOOD", False), ("GOOD", True)),
        *(("BAD", False), ("BAD", True)),
    ]


def test_a_kill_between_publishing_and_telling_loses_nothing(stub, params_file) -> None:
    """What was noted before the run is told by the next look."""
    params_file(deliver=[{"to": "TEAM", "on": "success"}])

    def killed(*arguments: Any, **options: Any) -> Any:
        stub.run(*arguments, **options)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        due(NOW, stub.ports(run=killed))
    assert stub.sent == []
    assert due(NOW, stub.ports()) == 0
    assert len(stub.sent) == len(stub.made) == 1
