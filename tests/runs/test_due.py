"""`due`: what is due is made once, what cannot be made is told, and nothing else is touched."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from apiusage_helpers.errors import RunError, StoreError
from apiusage_helpers.runs.due import due
from apiusage_helpers.runs.restated import DayNow, Look, store_stamp

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAYS = [date(2026, 11, 17) + timedelta(days=n) for n in range(7)]
INTERVAL = "2026-11-17/2026-11-23"


def test_a_due_report_is_made_once(stub, params_file) -> None:
    """The interval follows from the scheduled instant; the next look finds nothing to do."""
    params_file()

    assert due(NOW, stub.hands()) == 0
    assert due(NOW + timedelta(hours=1), stub.hands()) == 0
    assert stub.made == [("daily", "a", INTERVAL)]
    facts = json.loads((stub.output / "daily" / "a" / "2026-11-17_2026-11-23" / "run.json").read_text())
    assert (facts["scheduled"], facts["today"]) == ("2026-11-24T02:30:00+00:00", "2026-11-24")


def test_other_parameters_make_it_due_again(stub, params_file) -> None:
    """The key is report, organization, interval and parameters."""
    params_file()
    due(NOW - timedelta(days=1), stub.hands())
    due(NOW, stub.hands())
    params_file(parameters={"top": 3})
    due(NOW, stub.hands())

    assert stub.made[1:] == [("daily", "a", INTERVAL)] * 2


def test_a_dry_run_changes_nothing(stub, params_file) -> None:
    """It shows what would run and why, and not even the schedule begins."""
    params_file()

    assert due(NOW, stub.hands(), dry_run=True) == 0
    assert stub.told == ["daily/a/2026-11-17_2026-11-23: due since 2026-11-24 02:30 UTC"]
    assert not stub.output.exists()


def test_a_failure_leaves_the_others_and_is_tried_again(stub, params_file) -> None:
    """The worst code is told; organizations are apart; the next look makes what failed."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.faults = [RunError("cell 3 failed", exit_code=4)]

    assert due(NOW, stub.hands()) == 4
    assert stub.made == [("daily", "b", INTERVAL)]
    assert "daily/a/2026-11-17_2026-11-23: cell 3 failed" in stub.told
    assert due(NOW, stub.hands()) == 0
    assert stub.made[1:] == [("daily", "a", INTERVAL)]


def test_what_may_pass_is_tried_again_after_a_pause(stub, params_file) -> None:
    """A killed kernel twice; a cell that fails is not tried again in the same look."""
    params_file()
    pauses: list[float] = []
    stub.faults = [RunError("killed", may_pass=True), RunError("killed", may_pass=True)]

    assert due(NOW, stub.hands(sleep=pauses.append)) == 0
    assert (len(stub.made), pauses) == (1, [20.0, 90.0])


def test_work_that_another_run_does_is_passed_over(stub, params_file) -> None:
    """Exit 75 of a run is no fault of `due`."""
    params_file()
    stub.faults = [RunError("another run", exit_code=75)]

    assert due(NOW, stub.hands()) == 0


def test_a_bad_params_file_does_not_stop_the_others(stub, params_file) -> None:
    """It is told, with all its faults, and the code is 2."""
    params_file()
    bad = params_file("broken", cron="61 * * * *", colour="red")

    assert due(NOW, stub.hands()) == 2
    assert len(stub.made) == 1
    assert any(str(bad) in line and "colour" in line for line in stub.told)


def test_a_params_folder_that_is_not_there_is_said(stub) -> None:
    """A mistyped APIUSAGE_PARAMS in a crontab would else be silent for ever."""
    (stub.output.parent / "params").rmdir()

    assert due(NOW, stub.hands()) == 2
    assert any("params: there is none" in line for line in stub.told)


def test_the_longest_times_that_a_schedule_may_name_can_be_reckoned_with(stub, params_file) -> None:
    """A century back, and as long to wait; more is refused as a fault of the file, and the others are made."""
    params_file("a", catch_up="all", max_staleness_days=36_500, wait_hours=876_000)
    params_file("b", catch_up="all", max_staleness_days=999_999)
    params_file("c", wait_hours=1e12)
    assert due(NOW, stub.hands()) == 2
    assert stub.made == [("a", "a", INTERVAL)]
    assert [name for name in ("max_staleness_days", "wait_hours") if any(name in line for line in stub.told)] == [
        "max_staleness_days", "wait_hours",
    ]  # fmt: skip


def test_a_full_disk_while_fetching_is_told_as_that(stub, params_file) -> None:
    """Not as a defect; the report is made of what there is."""
    params_file(fetch=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "store")

    assert due(NOW, stub.hands(fetch=full)) == 3
    assert "a: not fetched: store: No space left on device" in stub.told
    assert len(stub.made) == 1


def test_hidden_files_are_no_reports(stub, params_file) -> None:
    """An editor's lock and draft beside a params file: `due` ends with 0."""
    (params_file().parent / ".#daily.yaml").symlink_to("somebody@somewhere:1")
    (params_file().parent / ".daily.yaml").write_text("half a")

    assert due(NOW, stub.hands()) == 0
    assert len(stub.made) == 1


def test_missing_days_are_waited_for_then_published_with_the_gap(stub, params_file) -> None:
    """Up to wait_hours after the instant, under `none` too; the waiting is told."""
    params_file(wait_hours=12, catch_up="none")
    due(datetime(2026, 11, 20, 12, tzinfo=UTC), stub.hands())
    stub.open = {"a": "1 missing"}

    assert [due(datetime(2026, 11, 24, hour, 45, tzinfo=UTC), stub.hands()) for hour in (2, 9, 14)] == [0, 0, 0]
    assert stub.told[-1] == str(stub.output / "daily" / "a" / "2026-11-17_2026-11-23")
    assert any("waits until 2026-11-24 14:30 UTC for days: 1 missing" in line for line in stub.told)
    assert stub.made[1:] == [("daily", "a", INTERVAL)]


def test_days_that_come_in_end_the_waiting(stub, params_file) -> None:
    """The next look makes the report."""
    params_file(wait_hours=12)
    stub.open = {"a": "1 provisional"}
    due(NOW, stub.hands())
    assert stub.made == []
    stub.open = {}
    due(NOW, stub.hands())
    assert len(stub.made) == 1


def test_fetching_comes_first_and_once(stub, params_file) -> None:
    """Once an organization and look; nothing is fetched when nothing is due."""
    params_file("one", fetch=True)
    params_file("two", fetch=True)
    due(NOW, stub.hands())
    due(NOW, stub.hands())

    assert stub.fetched == ["a"]
    assert len(stub.made) == 2


def test_what_is_not_to_be_fetched_is_told_and_reported_as_it_is(stub, params_file) -> None:
    """The source says which; a report that names the organization alone still fetches it, in the same look."""
    params_file("alone", fetch=True, parameters={"organization": "b"})
    params_file(fetch=True, parameters={"organization": "all"})
    due(NOW - timedelta(days=1), stub.hands())
    stub.told.clear()
    stub.fetched.clear()
    asked = []

    def why_not(name: str, named: object) -> str:
        asked.append((name, named))
        return "no profile" if named == "all" else ""

    assert due(NOW, stub.hands(why_not_fetched=why_not)) == 0
    assert stub.fetched == ["b"]
    assert ("a", "all") in asked
    assert "a: not fetched, its days are taken as they are: no profile" in stub.told
    assert {("daily", "a", INTERVAL), ("daily", "b", INTERVAL), ("alone", "b", INTERVAL)} <= set(stub.made)


def test_a_source_that_fails_is_told_and_the_report_waits(stub, params_file) -> None:
    """Exit 3; after wait_hours it is published as it is, still with 3."""
    params_file(fetch=True, wait_hours=12)
    stub.open = {"a": "7 missing", "fetch": "503 of the platform"}

    assert due(NOW, stub.hands()) == 3
    assert stub.made == []
    assert "a: not fetched: 503 of the platform" in stub.told
    assert due(NOW + timedelta(hours=3), stub.hands()) == 3
    assert len(stub.made) == 1


def test_all_means_the_organizations_of_the_store(stub, params_file) -> None:
    """A failed look at the store is told; the opening instant is not lost by it."""

    def damaged() -> tuple[str, ...]:
        raise StoreError("damaged")

    params_file(parameters={"organization": "all"}, catch_up="none")
    assert due(NOW, stub.hands(organizations=damaged)) == 3
    assert due(NOW, stub.hands()) == 0
    assert [organization for _, organization, _ in stub.made] == ["a", "b"]


def test_an_instant_without_a_complete_day_is_skipped_and_told(stub, params_file) -> None:
    """this_month on the first of a month."""
    params_file(parameters={"date_range": "this_month"})

    assert due(datetime(2026, 11, 1, 12, tzinfo=UTC), stub.hands()) == 0
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
    assert due(NOW, stub.hands()) == 0
    days = {day: DayNow(10, bool(before), "t0") for day in DAYS} | {DAYS[3]: now}
    looks: list[int] = []

    def look() -> Look:
        looks.append(1)
        return look_at(days, dict.fromkeys(DAYS, "d0") | {DAYS[3]: digest})

    stub.facts = {"seen": {str(d): vars(days[d]) | {"digest": "d0"} for d in DAYS}}
    stub.facts["seen"][str(DAYS[3])]["digest"] = digest
    move_store(stub, 1)
    assert due(NOW, stub.hands(look=look)) == 0
    assert len(stub.made) == (1 if restated is None else 2)
    if restated is not None:
        facts = json.loads((stub.output / "daily" / "a" / "2026-11-17_2026-11-23" / "run.json").read_text())
        assert facts["restated"] == [{"date": "2026-11-20"} | change for change in restated]
    due(NOW, stub.hands(look=look))
    assert len(looks) == 1


def test_a_day_of_another_source_is_told_as_such(stub, params_file) -> None:
    """Its report is made again for its figures; days that came in or were restated stand beside it, each by its kind."""
    params_file()
    stub.facts = {"seen": seen(source="usage/query")}
    del stub.facts["seen"][str(DAYS[0])]
    due(NOW, stub.hands())
    move_store(stub, 1)
    days = dict.fromkeys(DAYS, DayNow(10, False, "t0", "usage/query")) | {
        DAYS[0]: DayNow(8, False, "t1", "CSV export"),
        DAYS[1]: DayNow(11, False, "t1", "usage/query"),
        DAYS[2]: DayNow(12, False, "t1", "CSV export"),
        DAYS[3]: DayNow(10, False, "t1", "CSV export"),
    }
    digests = dict.fromkeys(DAYS, "d0") | dict.fromkeys(DAYS[:3], "d1")

    assert due(NOW, stub.hands(look=lambda: look_at(days, digests))) == 0
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
    due(NOW, stub.hands())
    move_store(stub, 1)
    look = look_at(dict.fromkeys(DAYS, DayNow(11, False, "t1")), dict.fromkeys(DAYS, "d1"))
    stub.faults = [RunError("full", exit_code=5)]

    assert due(NOW, stub.hands(look=lambda: look)) == 5
    assert due(NOW, stub.hands(look=lambda: look)) == 0
    assert len(stub.made) == 2


def test_nothing_to_do_loads_nothing_heavy(apiusage, tmp_path: Path) -> None:
    """Neither engines nor notebooks nor drawing, although there are params files, published reports and a store."""
    (tmp_path / "params").mkdir()
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params" / "daily.yaml").write_text(
        "notebook: api_usage_report\nschedule: {cron: '30 2 * * *'}\nparameters: {organization: all, date_range: previous_7_days}"
    )
    (tmp_path / "notebooks" / "api_usage_report.ipynb").write_bytes(
        (Path(__file__).parents[2] / "notebooks" / "api_usage_report.ipynb").read_bytes()
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
    due(datetime(2026, 11, 20, 12, tzinfo=UTC), stub.hands())
    stub.open = {"a": "1 missing"}
    assert due(datetime(2026, 11, 24, 2, 45, tzinfo=UTC), stub.hands()) == 0
    stub.open, stub.faults = {}, [RunError("cell 3 failed", exit_code=4)]

    assert due(datetime(2026, 11, 24, 14, 45, tzinfo=UTC), stub.hands()) == 4
    assert due(datetime(2026, 11, 24, 15, tzinfo=UTC), stub.hands()) == 0
    assert stub.made[1:] == [("daily", "a", INTERVAL)]
    assert due(datetime(2026, 11, 24, 16, tzinfo=UTC), stub.hands()) == 0
    assert len(stub.made) == 2


def test_a_defect_in_one_report_leaves_the_others(stub, params_file) -> None:
    """Whatever is raised: its kind is told, its text is not, and the next report is made."""
    params_file(parameters={"organization": ["a", "b"]})
    stub.faults = [KeyError("canary")]

    assert due(NOW, stub.hands()) == 1
    assert stub.made == [("daily", "b", INTERVAL)]
    assert any("a defect of this program (KeyError)" in line for line in stub.told)
    assert not any("canary" in line for line in stub.told)


def test_a_store_that_cannot_be_looked_at_is_looked_at_again(stub, params_file) -> None:
    """A damaged file is told, and the restated day is found once it is mended."""
    params_file()
    stub.facts = {
        "seen": {str(day): {"requests": 5, "provisional": False, "fetched_at": "1", "digest": "x"} for day in DAYS}
    }
    due(NOW - timedelta(days=1), stub.hands())
    due(NOW, stub.hands())
    made = len(stub.made)
    log = stub.output.parent / "store" / "usage" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000001.json").write_text("{}")

    def damaged(_: str) -> dict[date, DayNow]:
        raise StoreError("a file is not as it was written")

    restated = {day: DayNow(9, provisional=False, fetched_at="2") for day in DAYS}
    assert due(NOW, stub.hands(look=lambda: Look(damaged, lambda *_: {}))) == 3
    assert due(NOW, stub.hands(look=lambda: Look(lambda _: restated, lambda *_: dict.fromkeys(DAYS, "y")))) == 0
    assert len(stub.made) > made


def test_the_shelf_lists_what_was_published_before_a_kill(stub, params_file, monkeypatch) -> None:
    """A `due` killed between publishing and the pages leaves them to the next one."""
    params_file()
    monkeypatch.setattr("apiusage_helpers.runs.due.rebuild_pages", lambda *_: None)
    due(NOW - timedelta(days=1), stub.hands())
    (stub.output / "index.html").write_text("old")
    monkeypatch.undo()
    for name in ("store", "output", "params"):
        monkeypatch.setenv(f"APIUSAGE_{name.upper()}", str(stub.output.parent / name))
    os.utime(stub.output / "index.html", (1, 1))

    assert due(NOW - timedelta(days=1), stub.hands()) == 0
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
