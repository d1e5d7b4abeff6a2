"""`due`: what is due is made once, what cannot be made is told, and nothing else is touched."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from run_folders import write_run

from apiusage_helpers.errors import RunError, StoreError
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.runs.records.store_stamp import store_stamp
from apiusage_helpers.runs.scheduling.due import due
from apiusage_helpers.runs.scheduling.ports import Ports
from apiusage_helpers.runs.scheduling.restated import DayNow, Look

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = [date(2026, 11, 17) + timedelta(days=n) for n in range(7)]
INTERVAL = "2026-11-17/2026-11-23"


def test_a_due_report_is_made_once(stub, params_file) -> None:
    """The interval follows from the scheduled instant; the next look finds nothing to do."""
    params_file()

    assert due(NOW, stub.ports()) == 0
    assert due(NOW + timedelta(hours=1), stub.ports()) == 0
    assert stub.made == [("daily", "a", INTERVAL)]
    facts = json.loads((stub.output / "daily" / "a" / "2026-11-17_2026-11-23" / "run.json").read_text())
    assert (facts["scheduled"], facts["today"]) == ("2026-11-24T02:30:00+00:00", "2026-11-24")


def test_other_parameters_make_it_due_again(stub, params_file) -> None:
    """The key is report, organization, interval and parameters."""
    params_file()
    due(NOW - timedelta(days=1), stub.ports())
    due(NOW, stub.ports())
    params_file(parameters={"top": 3})
    due(NOW, stub.ports())

    assert stub.made[1:] == [("daily", "a", INTERVAL)] * 2


def test_a_dry_run_changes_nothing(stub, params_file) -> None:
    """It shows what would run and why, and not even the schedule begins."""
    params_file()

    assert due(NOW, stub.ports(), dry_run=True) == 0
    assert stub.told == ["daily/a/2026-11-17_2026-11-23: due since 2026-11-24 02:30 UTC"]
    assert not stub.output.exists()


@pytest.mark.parametrize("catch_up", ["none", "latest", "all"])
def test_a_schedule_that_was_begun_by_a_clock_ahead_begins_anew(stub, params_file, catch_up) -> None:
    """That is said once; from then on what is due is made, not only after the time that the clock had."""
    params_file(catch_up=catch_up)
    assert due(NOW + timedelta(days=400), stub.ports()) == 0
    stub.told.clear()

    for day in range(3):
        for _ in range(2):
            assert due(datetime(2026, 11, 24 + day, 2, 45, tzinfo=UTC), stub.ports()) == 0
    assert [interval[-2:] for _, _, interval in stub.made[1:]] == ["23", "24", "25"]
    told = "daily: its schedule started at 2027-12-29T12:00:00+00:00, which is in the future: it starts over now"
    assert [line for line in stub.told if "starts over" in line] == [told]


def test_a_changed_schedule_loses_neither_what_waits_nor_what_was_missed(stub, params_file) -> None:
    """Of the old one, by the policy; the new one begins with its own instant before now, and nothing older than that is due."""
    params_file(catch_up="all", wait_hours=48)
    assert due(datetime(2026, 11, 18, 12, tzinfo=UTC), stub.ports()) == 0
    stub.open = {"a": "1 missing"}
    assert due(datetime(2026, 11, 19, 12, tzinfo=UTC), stub.ports()) == 0
    stub.open = {}
    stub.told.clear()
    params_file(catch_up="all", wait_hours=48, cron="35 2 * * *", timezone="Asia/Tokyo")

    assert due(NOW, stub.ports(), dry_run=True) == 0
    assert len([line for line in stub.told if ": due since" in line]) == 6
    assert due(NOW, stub.ports()) == 0
    assert [interval[-2:] for _, _, interval in stub.made] == ["17", "18", "19", "20", "21", "22", "23"]
    assert due(NOW + timedelta(hours=1), stub.ports()) == 0
    assert len(stub.made) == 7


def test_a_weekly_report_that_becomes_a_daily_one_begins_with_the_day(stub, params_file) -> None:
    """The days before are no instants of the old one that were missed."""
    params_file(catch_up="all", cron="30 2 * * 1")
    due(NOW, stub.ports())
    params_file(catch_up="all")
    due(NOW, stub.ports())
    assert [interval[-2:] for _, _, interval in stub.made] == ["22", "23"]


def test_looks_that_start_together_do_not_begin_a_schedule_anew(stub, params_file) -> None:
    """The one that comes second may have read the clock first."""
    params_file()
    due(NOW, stub.ports())
    due(NOW - timedelta(seconds=1), stub.ports())
    assert not any("anew" in line for line in stub.told)


def test_a_dry_run_is_read_by_programs(stub, params_file) -> None:
    """A record for each report that would be made; nothing is, and nothing else is on stdout."""
    params_file(fetch=True, wait_hours=48)
    stub.open, said = {"a": "2 missing"}, []

    assert due(NOW, stub.ports(show=said.append), dry_run=True, as_json=True) == 0
    [record] = json.loads("\n".join(said))
    assert record["waits"].endswith(" UTC for days: 2 missing")
    assert {name: record[name] for name in ("report", "organization", "fetches")} == {
        "report": "daily", "organization": "a", "fetches": True,
    }  # fmt: skip
    assert record["interval"] == {"start": "2026-11-17", "end": "2026-11-23"}
    assert stub.made == []


@pytest.mark.parametrize(
    ("missing", "then"), [({}, ""), ({"a": "7 missing"}, "; waits until 2026-11-24 14:30 UTC for days: 7 missing, unless they are fetched")]
)  # fmt: skip
def test_a_dry_run_says_what_is_fetched_first(stub, params_file, missing, then) -> None:
    """It fetches nothing, and what it would wait for may be there after the fetching."""
    params_file(fetch=True, wait_hours=12)
    stub.open = missing

    assert due(NOW, stub.ports(), dry_run=True) == 0
    assert stub.told == [f"daily/a/2026-11-17_2026-11-23: due since 2026-11-24 02:30 UTC; fetches first{then}"]
    assert stub.fetched == []


def test_a_dry_run_shows_the_others_beside_a_damaged_organization(stub, params_file) -> None:
    """Its fault is told, with 3, and every piece of work is shown, that of the damaged one too."""
    params_file(parameters={"organization": ["a", "b"]}, wait_hours=12)

    def open_days(organization: str, _: object) -> str:
        return raised(StoreError("a file of a is not as it was written")) if organization == "a" else "1 missing"

    assert due(NOW, stub.ports(open_days=open_days), dry_run=True) == 3
    assert stub.told == [
        "daily/a/2026-11-17_2026-11-23: a file of a is not as it was written",
        "daily/a/2026-11-17_2026-11-23: due since 2026-11-24 02:30 UTC",
        "daily/b/2026-11-17_2026-11-23: due since 2026-11-24 02:30 UTC; waits until 2026-11-24 14:30 UTC for days: 1 missing",
    ]


def test_a_failure_leaves_the_others_and_is_tried_again(stub, params_file) -> None:
    """The worst code is told; organizations are apart; the next look makes what failed."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.faults = [RunError("cell 3 failed", exit_code=4)]

    assert due(NOW, stub.ports()) == 4
    assert stub.made == [("daily", "b", INTERVAL)]
    assert "daily/a/2026-11-17_2026-11-23: cell 3 failed" in stub.told
    assert due(NOW, stub.ports()) == 0
    assert stub.made[1:] == [("daily", "a", INTERVAL)]


def test_what_may_pass_is_tried_again_after_a_pause(stub, params_file) -> None:
    """A killed kernel twice; a cell that fails is not tried again in the same look."""
    params_file()
    pauses: list[float] = []
    stub.faults = [RunError("killed", may_pass=True), RunError("killed", may_pass=True)]

    assert due(NOW, stub.ports(sleep=pauses.append)) == 0
    assert (len(stub.made), pauses) == (1, [20.0, 90.0])


def test_work_that_another_run_does_is_passed_over(stub, params_file) -> None:
    """Exit 75 of a run is no fault of `due`."""
    params_file()
    stub.faults = [RunError("another run", exit_code=75)]

    assert due(NOW, stub.ports()) == 0


def test_a_bad_params_file_does_not_stop_the_others(stub, params_file) -> None:
    """It is told, with all its faults, and the code is 2."""
    params_file()
    bad = params_file("broken", cron="61 * * * *", colour="red")

    assert due(NOW, stub.ports()) == 2
    assert len(stub.made) == 1
    assert any(str(bad) in line and "colour" in line for line in stub.told)


def test_a_params_folder_that_is_not_there_is_said(stub) -> None:
    """A mistyped APIUSAGE_PARAMS in a crontab would else be silent for ever."""
    (stub.output.parent / "params").rmdir()

    assert due(NOW, stub.ports()) == 2
    assert any("params: there is none" in line for line in stub.told)


def test_a_params_folder_without_params_files_is_said(stub) -> None:
    """As one that is not there; a file of another ending is none."""
    (stub.output.parent / "params" / "daily.yml").write_text("notebook: api_usage_report")

    assert due(NOW, stub.ports()) == 2
    assert [line.partition("params: ")[2] for line in stub.told] == [
        "no params file (NAME.yaml) is in it, so no report is made by schedule"
    ]


def test_reports_without_any_schedule_are_said(stub, params_file) -> None:
    """That is no fault."""
    path = params_file()
    written = json.loads(path.read_text())
    path.write_text(json.dumps({name: written[name] for name in ("notebook", "parameters")}))

    assert due(NOW, stub.ports()) == 0
    assert [line.partition("params: ")[2] for line in stub.told] == ["no report in it has a schedule"]


@pytest.mark.parametrize("dry_run", [True, False])
def test_all_of_an_empty_store_is_said(stub, params_file, dry_run) -> None:
    """With 3 and what to do, as by hand; there is nothing that it could fetch. A store that cannot be looked at is not empty."""
    params_file(parameters={"organization": "all"}, fetch=True)

    assert due(NOW, stub.ports(organizations=lambda: ()), dry_run=dry_run) == 3
    assert "daily: organization all: the store has none yet; try: apiusage fetch" in stub.told[0]
    stub.told.clear()
    move_store(stub, 1)
    assert due(NOW, stub.ports(organizations=lambda: raised(StoreError("damaged"))), dry_run=dry_run) == 3
    assert not any("none yet" in line for line in stub.told)


def test_the_longest_times_that_a_schedule_may_name_can_be_reckoned_with(stub, params_file) -> None:
    """A century back, and as long to wait; more is refused as a fault of the file, and the others are made.

    So are thresholds that are never reached: 5 for 5 %.
    """
    params_file("a", catch_up="all", max_staleness_days=36_500, wait_hours=876_000)
    params_file("b", catch_up="all", max_staleness_days=999_999)
    params_file("c", wait_hours=1e12)
    params_file("d", deliver=[{"to": "OPS", "on": "findings", "failed_share_over": 5}])
    endless = params_file("e", deliver=[{"to": "OPS", "on": "findings", "change_over": 0.5}])
    endless.write_text(endless.read_text().replace("0.5", ".inf"))
    assert due(NOW, stub.ports()) == 2
    assert stub.made == [("a", "a", INTERVAL)]
    names = ("max_staleness_days", "wait_hours", "failed_share_over", "change_over")
    assert [any(name in line for line in stub.told) for name in names] == [True] * 4


def test_a_full_disk_while_fetching_is_told_as_that(stub, params_file) -> None:
    """Not as a defect; the report is made of what there is."""
    params_file(fetch=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "store")

    assert due(NOW, stub.ports(fetch=full)) == 3
    assert "a: not fetched: store: No space left on device" in stub.told
    assert len(stub.made) == 1


def test_hidden_files_are_no_reports(stub, params_file) -> None:
    """An editor's lock and draft beside a params file: `due` ends with 0."""
    (params_file().parent / ".#daily.yaml").symlink_to("somebody@somewhere:1")
    (params_file().parent / ".daily.yaml").write_text("half a")

    assert due(NOW, stub.ports()) == 0
    assert len(stub.made) == 1


def test_missing_days_are_waited_for_then_published_with_the_gap(stub, params_file) -> None:
    """Up to wait_hours after the instant, under `none` too; the waiting is told."""
    params_file(wait_hours=12, catch_up="none")
    due(datetime(2026, 11, 20, 12, tzinfo=UTC), stub.ports())
    stub.open = {"a": "1 missing"}

    assert [due(datetime(2026, 11, 24, hour, 45, tzinfo=UTC), stub.ports()) for hour in (2, 9, 14)] == [0, 0, 0]
    assert stub.told[-1] == str(stub.output / "daily" / "a" / "2026-11-17_2026-11-23")
    assert any("waits until 2026-11-24 14:30 UTC for days: 1 missing" in line for line in stub.told)
    assert stub.made[1:] == [("daily", "a", INTERVAL)]


def test_days_that_come_in_end_the_waiting(stub, params_file) -> None:
    """The next look makes the report."""
    params_file(wait_hours=12)
    stub.open = {"a": "1 provisional"}
    due(NOW, stub.ports())
    assert stub.made == []
    stub.open = {}
    due(NOW, stub.ports())
    assert len(stub.made) == 1


@pytest.mark.parametrize("gap", ["missing", "provisional"])
def test_a_report_by_hand_with_gaps_ends_neither_fetching_nor_waiting(stub, params_file, gap) -> None:
    """The one that is due is made at its time, once; one by hand whose days are all there and settled stands for it."""
    path = params_file(fetch=True, wait_hours=12)
    for day, days in ((23, {"missing": [], "provisional": []}), (24, {gap: ["2026-11-23"]})):
        stub.facts = {"days": days}
        stub.run(read_report(path, today=date(2026, 11, day)), "a", wanted=lambda: True, facts={})
    stub.open = {"a": f"1 {gap}"}

    assert due(datetime(2026, 11, 23, 12, tzinfo=UTC), stub.ports()) == 0
    assert (stub.fetched, len(stub.made)) == ([], 2)
    assert due(NOW, stub.ports()) == 0
    assert (stub.fetched, len(stub.made)) == (["a"], 2)
    assert any("waits until 2026-11-24 14:30 UTC" in line for line in stub.told)
    assert [due(NOW + timedelta(hours=n), stub.ports()) for n in (3, 4)] == [0, 0]
    assert stub.made[2:] == [("daily", "a", INTERVAL)]


def test_fetching_comes_first_and_once(stub, params_file) -> None:
    """Once an organization and look; nothing is fetched when nothing is due."""
    params_file("one", fetch=True)
    params_file("two", fetch=True)
    due(NOW, stub.ports())
    due(NOW, stub.ports())

    assert stub.fetched == ["a"]
    assert len(stub.made) == 2


def test_what_is_not_to_be_fetched_is_told_and_reported_as_it_is(stub, params_file) -> None:
    """The source says which; a report that names the organization alone still fetches it, in the same look."""
    params_file("alone", fetch=True, parameters={"organization": "b"})
    params_file(fetch=True, parameters={"organization": "all"})
    due(NOW - timedelta(days=1), stub.ports())
    stub.told.clear()
    stub.fetched.clear()
    asked = []

    def why_not(name: str, named: object) -> str:
        asked.append((name, named))
        return "no profile" if named == "all" else ""

    assert due(NOW, stub.ports(why_not_fetched=why_not)) == 0
    assert stub.fetched == ["b"]
    assert ("a", "all") in asked
    assert "a: not fetched; the report uses the days that are stored: no profile" in stub.told
    assert {("daily", "a", INTERVAL), ("daily", "b", INTERVAL), ("alone", "b", INTERVAL)} <= set(stub.made)


def test_a_source_that_fails_is_told_and_the_report_waits(stub, params_file) -> None:
    """Exit 3; after wait_hours it is published as it is, still with 3."""
    params_file(fetch=True, wait_hours=12)
    stub.open = {"a": "7 missing", "fetch": "503 of the platform"}

    assert due(NOW, stub.ports()) == 3
    assert stub.made == []
    assert "a: not fetched: 503 of the platform" in stub.told
    assert due(NOW + timedelta(hours=3), stub.ports()) == 3
    assert len(stub.made) == 1


def test_all_means_the_organizations_of_the_store(stub, params_file) -> None:
    """A failed look at the store is told; the opening instant is not lost by it."""

    def damaged() -> tuple[str, ...]:
        raise StoreError("damaged")

    params_file(parameters={"organization": "all"}, catch_up="none")
    assert due(NOW, stub.ports(organizations=damaged)) == 3
    assert due(NOW, stub.ports()) == 0
    assert [organization for _, organization, _ in stub.made] == ["a", "b"]


def test_an_instant_without_a_complete_day_is_skipped_and_told(stub, params_file) -> None:
    """this_month on the first of a month."""
    params_file(parameters={"date_range": "this_month"})

    assert due(datetime(2026, 11, 1, 12, tzinfo=UTC), stub.ports()) == 0
    assert stub.made == []
    assert any("skipped" in line and "use last_month" in line for line in stub.told)


def look_at(days: dict[date, DayNow], digests: dict[date, str]) -> Look:
    return Look(lambda _: days, lambda *_: digests)


def move_store(stub, version: int) -> None:
    log = stub.output.parent / "store" / "usage" / "_delta_log"
    log.mkdir(parents=True, exist_ok=True)
    (log / f"{version:020d}.json").write_text("{}")


def seen(**others: object) -> dict[str, dict[str, object]]:
    day = {"requests": 10, "provisional": False, "fetched_at": "t0", "digest": "d0"}
    return {str(day_of): day | others for day_of in DAYS}


@pytest.mark.parametrize(
    ("before", "now", "digest", "restated"),
    [
        ({}, DayNow(12, False, "t1"), "d1", [{"before": 10, "after": 12, "restated": True}]),
        ({}, DayNow(10, False, "t1"), "d1", [{"before": 10, "after": 10, "restated": True}]),
        ({}, DayNow(10, False, "t1"), "d0", None),
        ({}, DayNow(10, False, "t0"), "d0", None),
        ({"provisional": True}, DayNow(10, False, "t1"), "d0", []),
    ],
    ids=["other total", "same total, other rows", "written again, same rows", "untouched", "settled"],
)
def test_restated_days_make_their_reports_due_again(stub, params_file, before, now, digest, restated) -> None:
    """Judged by the day's data, found without a look at a store that has not moved."""
    params_file()
    stub.facts = {"seen": seen(**before)}
    assert due(NOW, stub.ports()) == 0
    days = {day: DayNow(10, bool(before), "t0") for day in DAYS} | {DAYS[3]: now}
    looks: list[int] = []

    def look() -> Look:
        looks.append(1)
        return look_at(days, dict.fromkeys(DAYS, "d0") | {DAYS[3]: digest})

    stub.facts = {"seen": {str(d): vars(days[d]) | {"digest": "d0"} for d in DAYS}}
    stub.facts["seen"][str(DAYS[3])]["digest"] = digest
    move_store(stub, 1)
    assert due(NOW, stub.ports(look=look)) == 0
    assert len(stub.made) == (1 if restated is None else 2)
    if restated is not None:
        facts = json.loads((stub.output / "daily" / "a" / "2026-11-17_2026-11-23" / "run.json").read_text())
        assert facts["restated"] == [{"date": "2026-11-20"} | change for change in restated]
    due(NOW, stub.ports(look=look))
    assert len(looks) == 1


@pytest.mark.parametrize(
    ("digest", "now", "restated"),
    [("2:d9", 10, False), ("2:d9", 12, True), ("", 0, True)],
    ids=["another rule, same total", "another rule, other total", "no rows any more"],
)
def test_digests_of_another_rule_do_not_restate_a_day(stub, params_file, digest, now, restated) -> None:
    """Published before the rule changed and written again since, a day counts as restated by its requests alone."""
    params_file()
    stub.facts = {"seen": seen()}
    due(NOW, stub.ports())
    move_store(stub, 1)
    days = dict.fromkeys(DAYS, DayNow(10, False, "t0")) | {DAYS[3]: DayNow(now, False, "t1")}

    assert due(NOW, stub.ports(look=lambda: look_at(days, {DAYS[3]: digest}))) == 0
    assert len(stub.made) == (2 if restated else 1)


def test_a_day_of_another_source_is_told_as_such(stub, params_file) -> None:
    """Its report is made again for its figures; days that came in or were restated stand beside it, each by its kind."""
    params_file()
    stub.facts = {"seen": seen(source="usage/query")}
    del stub.facts["seen"][str(DAYS[0])]
    due(NOW, stub.ports())
    move_store(stub, 1)
    days = dict.fromkeys(DAYS, DayNow(10, False, "t0", "usage/query")) | {
        DAYS[0]: DayNow(8, False, "t1", "CSV export"),
        DAYS[1]: DayNow(11, False, "t1", "usage/query"),
        DAYS[2]: DayNow(12, False, "t1", "CSV export"),
        DAYS[3]: DayNow(10, False, "t1", "CSV export"),
    }
    digests = dict.fromkeys(DAYS, "d0") | dict.fromkeys(DAYS[:3], "d1")

    assert due(NOW, stub.ports(look=lambda: look_at(days, digests))) == 0
    why = "came in: 2026-11-17; restated: 2026-11-18; now from CSV export, was from usage/query: 2026-11-19"
    assert f"daily/a/2026-11-17_2026-11-23: {why}" in stub.told
    facts = json.loads((stub.output / "daily" / "a" / "2026-11-17_2026-11-23" / "run.json").read_text())
    assert [(day["date"], day["before"], day["after"]) for day in facts["restated"]] == [
        ("2026-11-17", None, 8), ("2026-11-18", 10, 11),
    ]  # fmt: skip
    assert facts["other_source"] == [
        {"date": "2026-11-19", "was": "usage/query", "now": "CSV export", "before": 10, "after": 12}
    ]


def test_a_restated_report_that_fails_is_made_by_the_next_look(stub, params_file) -> None:
    """The state of the store counts as dealt with only when all of it has been."""
    params_file()
    stub.facts = {"seen": seen()}
    due(NOW, stub.ports())
    move_store(stub, 1)
    look = look_at(dict.fromkeys(DAYS, DayNow(11, False, "t1")), dict.fromkeys(DAYS, "d1"))
    stub.faults = [RunError("full", exit_code=5)]

    assert due(NOW, stub.ports(look=lambda: look)) == 5
    assert due(NOW, stub.ports(look=lambda: look)) == 0
    assert len(stub.made) == 2


def restated_days() -> Look:
    """The store after each day of 10 requests has become one of 11."""
    return look_at(dict.fromkeys(DAYS, DayNow(11, False, "t1")), dict.fromkeys(DAYS, "d1"))


@pytest.mark.parametrize("meanwhile", ["broken", "taken out", "other parameters", "other organizations"])
def test_a_restated_day_is_not_forgotten_while_its_params_file_is_away(stub, params_file, meanwhile) -> None:
    """Whatever was looked at without it, the report is made again once the file is as it was."""
    path = params_file()
    params_file("other", parameters={"organization": "b"})
    stub.facts = {"seen": seen()}
    assert [due(NOW - timedelta(days=ago), stub.ports()) for ago in (1, 0)] == [0, 0]
    written = path.read_text()
    move_store(stub, 1)
    {
        "broken": lambda: path.write_text(written.replace("}", "")),
        "taken out": path.unlink,
        "other parameters": lambda: params_file(parameters={"http_methods": ["GET"]}),
        "other organizations": lambda: params_file(parameters={"organization": ["b"]}),
    }[meanwhile]()
    due(NOW, stub.ports(look=restated_days))
    assert ("daily", "a", "2026-11-16/2026-11-22") not in stub.made[4:]
    path.write_text(written)

    assert due(NOW, stub.ports(look=restated_days)) == 0
    assert ("daily", "a", "2026-11-16/2026-11-22") in stub.made[4:]


def test_a_damaged_organization_leaves_the_restated_days_of_others(stub, params_file) -> None:
    """It is told at every look until it is mended; the report of the other is made, once, and its own after that."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.facts = {"seen": seen()}
    due(NOW, stub.ports())
    move_store(stub, 1)

    def days(organization: str) -> dict[date, DayNow]:
        if organization == "a":
            raise StoreError("a file of a is not as it was written")
        return restated_days().days(organization)

    damaged = Look(days, restated_days().digests)
    stub.facts = {"seen": seen(requests=11, digest="d1", fetched_at="t1")}
    assert [due(NOW, stub.ports(look=lambda: damaged)) for _ in range(2)] == [3, 3]
    assert stub.made[2:] == [("daily", "b", INTERVAL)]
    assert due(NOW, stub.ports(look=restated_days)) == 0
    assert stub.made[3:] == [("daily", "a", INTERVAL)]


def test_nothing_to_do_loads_nothing_heavy(apiusage, tmp_path: Path) -> None:
    """Neither engines nor notebooks nor drawing, although there are params files, published reports and a store."""
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params" / "daily.yaml").write_text(
        "notebook: api_usage_report\nschedule: {cron: '30 2 * * *'}\nparameters: {organization: all, date_range: previous_7_days}"
    )
    (tmp_path / "notebooks" / "api_usage_report.ipynb").write_bytes(
        (Path(__file__).parents[3] / "notebooks" / "api_usage_report.ipynb").read_bytes()
    )
    assert apiusage("sample", "--today", "2026-11-24", "--days", "20").returncode == 0
    done = apiusage("due", "--now", "2026-11-24T12:00")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1), done.stderr
    code = (
        "import sys\nfrom apiusage_helpers.cli import main\n"
        "try: main(['due', '--now', '2026-11-24T12:01'])\nexcept SystemExit as end: print(end.code)\n"
        "print([name for name in ('matplotlib', 'papermill', 'pandas', 'duckdb', 'deltalake', 'pyarrow', 'jinja2', 'apprise') "
        "if name in sys.modules])"
    )
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=apiusage.environment, cwd=tmp_path, check=True
    )

    assert again.stdout.splitlines() == ["0", "[]"], again.stderr


def test_what_waited_is_made_although_its_first_run_fails(stub, params_file) -> None:
    """Under `none` too, where an instant more than an hour late is not due any more by itself."""
    params_file(wait_hours=12, catch_up="none")
    due(datetime(2026, 11, 20, 12, tzinfo=UTC), stub.ports())
    stub.open = {"a": "1 missing"}
    assert due(datetime(2026, 11, 24, 2, 45, tzinfo=UTC), stub.ports()) == 0
    stub.open, stub.faults = {}, [RunError("cell 3 failed", exit_code=4)]

    assert due(datetime(2026, 11, 24, 14, 45, tzinfo=UTC), stub.ports()) == 4
    assert due(datetime(2026, 11, 24, 15, tzinfo=UTC), stub.ports()) == 0
    assert stub.made[1:] == [("daily", "a", INTERVAL)]
    assert due(datetime(2026, 11, 24, 16, tzinfo=UTC), stub.ports()) == 0
    assert len(stub.made) == 2


@pytest.mark.parametrize(
    ("catch_up", "tried", "made"), [("latest", 9, [23, 24]), ("none", 9, [23, 24]), ("all", 16, [22, 23, 24])]
)
def test_an_interval_without_a_day_is_not_tried_for_ever(stub, params_file, catch_up, tried, made) -> None:
    """An empty store for five days: each instant is tried after its wait and once more beside a newer one, or until stale."""
    params_file(wait_hours=12, catch_up=catch_up, max_staleness_days=2)
    stub.open, tries = {"a": "7 missing"}, []

    def nothing_there(report, *_: object, **__: object) -> Path:
        tries.append(report.today.day)
        raise StoreError("no day")

    for day in range(19, 24):
        for hour, minute in ((2, 45), (15, 0)):
            due(datetime(2026, 11, day, hour, minute, tzinfo=UTC), stub.ports(run=nothing_there))
    assert (len(tries), set(tries)) == (tried, set(range(19, 24)))
    stub.open = {}
    assert due(datetime(2026, 11, 24, 2, 45, tzinfo=UTC), stub.ports()) == 0
    assert [interval[-2:] for _, _, interval in stub.made] == [f"{day - 1}" for day in made]


def test_the_instant_before_the_beginning_waits_for_the_first_days(stub, params_file) -> None:
    """It is tried until a newer one has come, then given up, and that is said."""
    params_file(cron="30 2 * * 1", catch_up="none")  # Mondays: the 23rd, the 30th
    empty = {"run": lambda *_, **__: raised(StoreError("no day"))}
    assert [due(NOW + timedelta(days=n), stub.ports(**empty)) for n in range(3)] == [3, 3, 3]
    assert not any("given up" in line for line in stub.told)
    assert due(NOW + timedelta(days=6), stub.ports(**empty)) == 3
    assert stub.told[-1] == "daily, due 2026-11-23 02:30 UTC: given up: a newer one has come"

    assert due(NOW + timedelta(days=7), stub.ports()) == 0
    assert stub.made == []


def raised(fault: Exception) -> Any:
    raise fault


def test_a_run_is_not_kept_again_where_there_is_still_no_day(stub, params_file) -> None:
    """The first failed run is kept and stands on the list of reports; the next looks tell why without one, until a day comes in."""
    path = params_file()
    report = read_report(path, today=NOW.date())
    kept = write_run(stub.output / ".failed" / "20261124T100000-1", status="failed")

    with pytest.raises(StoreError, match="there is no store yet"):
        Ports().run(report, "a")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert not (stub.output / ".runs").exists()


def test_a_defect_in_one_report_leaves_the_others(stub, params_file) -> None:
    """Whatever is raised: its kind is told, its text is not, and the next report is made."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.faults = [KeyError("canary")]

    assert due(NOW, stub.ports()) == 1
    assert stub.made == [("daily", "b", INTERVAL)]
    assert any("a defect of this program (KeyError)" in line for line in stub.told)
    assert not any("canary" in line for line in stub.told)


def test_a_store_that_cannot_be_looked_at_is_looked_at_again(stub, params_file) -> None:
    """A damaged file is told, and the restated day is found once it is mended."""
    params_file()
    stub.facts = {
        "seen": {str(day): {"requests": 5, "provisional": False, "fetched_at": "1", "digest": "x"} for day in DAYS}
    }
    due(NOW - timedelta(days=1), stub.ports())
    due(NOW, stub.ports())
    made = len(stub.made)
    log = stub.output.parent / "store" / "usage" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000001.json").write_text("{}")

    def damaged(_: str) -> dict[date, DayNow]:
        raise StoreError("a file is not as it was written")

    restated = {day: DayNow(9, provisional=False, fetched_at="2") for day in DAYS}
    assert due(NOW, stub.ports(look=lambda: Look(damaged, lambda *_: {}))) == 3
    assert due(NOW, stub.ports(look=lambda: Look(lambda _: restated, lambda *_: dict.fromkeys(DAYS, "y")))) == 0
    assert len(stub.made) > made


def test_the_list_lists_what_was_published_before_a_kill(stub, params_file, monkeypatch) -> None:
    """A `due` killed between publishing and the pages leaves them to the next one."""
    params_file()
    monkeypatch.setattr("apiusage_helpers.runs.scheduling.due.rebuild_pages", lambda *_: None)
    due(NOW - timedelta(days=1), stub.ports())
    (stub.output / "index.html").write_text("old")
    monkeypatch.undo()
    for name in ("store", "output", "params"):
        monkeypatch.setenv(f"APIUSAGE_{name.upper()}", str(stub.output.parent / name))
    os.utime(stub.output / "index.html", (1, 1))

    assert due(NOW - timedelta(days=1), stub.ports()) == 0
    assert "2026-11-16_2026-11-22/report.html" in (stub.output / "index.html").read_text()


def test_a_store_made_anew_is_another_store(tmp_path) -> None:
    """The stamp of one commit is not that of another first commit."""
    log = tmp_path / "usage" / "_delta_log"
    log.mkdir(parents=True)
    assert store_stamp(tmp_path) == ""
    entry = log / "00000000000000000000.json"
    entry.write_text("{}")
    os.utime(entry, (1, 1))
    first = store_stamp(tmp_path)
    entry.unlink()
    entry.write_text("{}")

    assert store_stamp(tmp_path) != first
