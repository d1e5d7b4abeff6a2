"""Retention: what is old goes, never the newest of a report and organization, nor what `due` would make again."""

import shutil
from datetime import UTC, date, datetime, timedelta

from run_folders import write_run

from apiusage_helpers.errors import RunError
from apiusage_helpers.runs.catalog.retention import Keep, leftovers, old_reports, prune
from apiusage_helpers.runs.records.publish import publish_run
from apiusage_helpers.runs.records.run_facts import links
from apiusage_helpers.runs.scheduling.due import due
from apiusage_helpers.runs.scheduling.plans import read_plans

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def ends(stub) -> list[date]:
    return [date.fromisoformat(link.name[11:]) for link in sorted((stub.output / "daily" / "a").glob("2*"))]


def daily_reports(stub, params_file, count: int) -> None:
    params_file(max_staleness_days=0)
    for n in range(count, -1, -1):
        due(NOW - timedelta(days=n), stub.ports())


def test_days_weeks_and_months_are_kept(stub, params_file) -> None:
    """All of the last days, then the newest of each week and month, counted here in plain Python."""
    daily_reports(stub, params_file, 60)
    all_ends = ends(stub)
    weeks = sorted({day.isocalendar()[:2]: day for day in all_ends}.items())[-3:]
    months = sorted({(day.year, day.month): day for day in all_ends}.items())[-2:]
    expected = {day for _, day in weeks + months} | {day for day in all_ends if (NOW.date() - day).days <= 5}
    plans = read_plans(stub.output.parent / "params")[0]

    assert len(all_ends) == 61
    gone = old_reports(stub.output, plans, Keep(5, 3, 2), NOW)
    assert ends(stub) == all_ends
    assert len(gone) == 61 - len(expected)
    list(prune(stub.output, plans, Keep(5, 3, 2), NOW))
    assert set(ends(stub)) == expected
    runs = {path.resolve() for path in (stub.output / ".runs").glob("[!.]*") if path.is_dir()}
    assert runs == {link.resolve() for link in (stub.output / "daily" / "a").glob("2*")}
    assert (stub.output / "daily" / "a" / "latest.html").exists()


def test_the_last_good_report_is_never_taken(stub, params_file) -> None:
    """However old it is and however little is kept."""
    params_file()
    due(NOW, stub.ports())

    assert list(prune(stub.output, [], Keep(0, 0, 0, 0), NOW + timedelta(days=4000))) == []
    assert len(ends(stub)) == 1


def test_what_due_would_make_again_stays(stub, params_file) -> None:
    """Under `all`, what lies within max_staleness_days: pruning and `due` do not undo each other."""
    params_file(catch_up="all", max_staleness_days=5)
    for n in range(8, -1, -1):
        due(NOW - timedelta(days=n), stub.ports())
    plans = read_plans(stub.output.parent / "params")[0]
    list(prune(stub.output, plans, Keep(0, 0, 0, 0), NOW))
    made = len(stub.made)

    assert due(NOW, stub.ports()) == 0
    assert len(stub.made) == made
    assert len(ends(stub)) < 9


def test_replaced_and_failed_runs_go_after_their_time(stub, params_file) -> None:
    """The published one stays, whatever its age."""
    params_file()
    due(NOW, stub.ports())
    for place in (".runs/20250101T000000-x", ".failed/20250101T000000-y", ".failed/20261123T000000-z"):
        (stub.output / place).mkdir(parents=True)
    gone = list(prune(stub.output, [], Keep(), NOW))

    assert [path.name for path in gone] == ["20250101T000000-y", "20250101T000000-x"]
    assert (stub.output / ".failed" / "20261123T000000-z").is_dir()


def test_a_run_that_is_just_being_published_stays(stub) -> None:
    """Its files are in place, its link is not yet: whoever publishes it still has its work folder."""
    for name in (".runs/20261124T100000-x", ".runs/.20261124T100000-x.work"):
        (stub.output / name).mkdir(parents=True)

    assert list(prune(stub.output, [], Keep(rest=0), NOW)) == []
    (stub.output / ".runs" / ".20261124T100000-x.work").rmdir()
    assert [path.name for path in prune(stub.output, [], Keep(rest=0), NOW)] == ["20261124T100000-x"]


def test_a_run_that_is_published_during_the_look_stays(stub, params_file, monkeypatch) -> None:
    """The look at the links comes just before the swap, the end of its work folder just after it."""
    params_file()
    due(NOW, stub.ports())
    name, [link] = "20261124T100000-x", list((stub.output / "daily" / "a").glob("2*"))
    shutil.copytree(link, stub.output / ".runs" / name)
    work = stub.output / ".runs" / f".{name}.work"
    work.mkdir()
    looked = [link.resolve() for link in links(stub.output)]

    def swapped(*_: object):
        if work.is_dir():
            publish_run(stub.output, name, link.relative_to(stub.output))
            work.rmdir()
        return looked

    monkeypatch.setattr("apiusage_helpers.runs.catalog.retention.links", swapped)
    assert stub.output / ".runs" / name not in leftovers(stub.output, Keep(rest=0), NOW)
    assert link.resolve().name == name


def test_a_published_run_whose_facts_are_torn_stays(stub, params_file) -> None:
    """Its page is there to be read, and no link to it leads nowhere."""
    params_file()
    due(NOW, stub.ports())
    [link] = (stub.output / "daily" / "a").glob("2*")
    (link / "run.json").write_text("{")

    assert list(prune(stub.output, [], Keep(rest=0), NOW)) == []
    assert (link / "report.html").is_file()


def test_a_failed_run_leaves_list_and_roll_up_when_it_is_taken_away(stub, params_file) -> None:
    """At once, by --rest 0: neither names it any more, nor leads to what is gone."""
    params_file(parameters={"organization": ["a", "b", "c"]})
    told = {"organization": "c", "status": "failed", "started_at": "2026-11-24", "message": "canary"}
    scheduled = "2026-11-24T02:30:00+00:00"
    failed = write_run(stub.output / ".failed" / "20261124T110000-x", **told, scheduled=scheduled)

    def run(report, organization, **options):
        if organization == "c":
            raise RunError("canary")
        return stub.run(report, organization, **options)

    due(NOW, stub.ports(run=run))
    pages = [stub.output / "index.html", stub.output / "daily" / "_all" / "2026-11-17_2026-11-23.html"]
    assert ["canary" in page.read_text() for page in pages] == [True, True]

    assert list(prune(stub.output, [], Keep(rest=0), NOW)) == [failed]
    assert ["canary" in page.read_text() for page in pages] == [False, False]
    assert "2 of 2" in pages[1].read_text()
