"""The commands of reports on schedule, as a user types them."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apiusage_helpers.runs.scheduling.daemon import MOST_SECONDS, seconds_to_sleep, stay

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sample(apiusage):
    """A sample with the real daily report, in a project of its own."""
    shutil.copytree(ROOT / "notebooks", apiusage.folder / "notebooks")
    (apiusage.folder / "params").mkdir()
    shutil.copy(ROOT / "params" / "daily.yaml", apiusage.folder / "params")
    assert apiusage("sample", "--today", "2026-11-24", "--days", "30").returncode == 0
    return apiusage


def test_a_restated_day_is_made_again_from_real_data(sample) -> None:
    """Import, due, restate with the same total, due: made again, told which day; then diff tells what changed.

    The first import takes the day from another source, which is told as such; the second restates it.
    """
    assert sample("due", "--now", "2026-11-24T12:00").returncode == 0
    link = sample.output / "daily" / "sample" / "2026-11-17_2026-11-23"
    first, facts = link.resolve(), json.loads((link / "run.json").read_text())
    assert facts["previous"]["missing"] == 0
    assert sum(facts["requests_per_day"]) == facts["requests"]
    day = "2026-11-20"
    total = facts["seen"][day]["requests"]
    row = {"clientId": "x", "clientName": "X", "templateUri": "u", "httpMethod": "GET", "status200": total, "status300": 0,
           "status400": 0, "status500": 0, "status429": 0, "requests": total, "date": f"{day}T00:00:00Z"}  # fmt: skip
    file = sample.folder / "r.json"
    file.write_text(json.dumps({"results": [row], "queryStatus": "Complete"}))
    assert sample("import", file, "--organization", "sample").returncode == 0

    done = sample("due", "--now", "2026-11-24T13:00")
    assert done.stdout.splitlines() == [str(link)], done.stderr
    again = json.loads((link / "run.json").read_text())
    assert again["restated"] == []
    assert again["other_source"] == [
        {"date": day, "was": "sample", "now": "usage/query", "before": total, "after": total}
    ]
    assert sample("due", "--now", "2026-11-24T14:00").stdout == ""
    file.write_text(json.dumps({"results": [row | {"clientId": "y"}], "queryStatus": "Complete"}))
    assert sample("import", file, "--organization", "sample").returncode == 0
    assert sample("due", "--now", "2026-11-24T15:00").stdout.splitlines() == [str(link)]
    again = json.loads((link / "run.json").read_text())
    assert again["restated"] == [{"date": day, "before": total, "after": total, "restated": True}]
    assert "other_source" not in again
    told = sample("diff", first, link)
    assert told.returncode == 0
    assert "api_usage.csv" in told.stdout
    assert json.loads(sample("diff", first, link, "--json").stdout)["totals"]["after"]["requests"] == facts["requests"]
    assert {run["status"] for run in json.loads(sample("runs", "--json").stdout)} == {"replaced", "succeeded"}


def test_days_that_are_not_there_are_waited_for(sample) -> None:
    """Due and prune tell what they would do, and do nothing on a dry run."""
    would = sample("due", "--now", "2026-11-25T12:00", "--dry-run")
    assert "waits until 2026-11-25 21:30 UTC for days: 1 missing (2026-11-24 ...)" in would.stdout
    assert not sample.output.exists()
    assert sample("prune", "--dry-run").stderr.strip() == "0 runs would go"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("prune", "--rest", "999999999"), "36500"), (("prune", "--days", "999999999"), "36500"),
        (("prune", "--now", "0001-01-01"), "1900 to 2999"), (("due", "--now", "9999-12-31T23:59-05:00"), "1900 to 2999"),
    ],
)  # fmt: skip
def test_a_time_that_no_date_can_hold_is_refused(apiusage, command: tuple[str, ...], told: str) -> None:
    """As a wrong option, with what is allowed; not as a defect."""
    (apiusage.folder / "params").mkdir()
    done = apiusage(*command)

    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    assert apiusage(*command[:-1], "2999-01-01" if "--now" in command else "36500", "--dry-run").returncode == 0


def test_an_output_folder_that_cannot_be_written_is_said(sample) -> None:
    """One message, exit code 5, whether the work or the list of reports fails."""
    (sample.folder / "blocked").write_text("a file")
    done = sample("due", "--now", "2026-11-24T12:00", APIUSAGE_OUTPUT=str(sample.folder / "blocked"))

    assert (done.returncode, done.stdout) == (5, "")
    assert "blocked" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("due", "--now", "noon"), 2, "not an instant"),
        (("diff", "a", "b"), 2, "there is no run"),
        (("prune", "--days", "-1"), 2, "--days"),
    ],
)
def test_wrong_arguments_end_with_two(apiusage, arguments, code, message) -> None:
    """One message, no traceback."""
    done = apiusage(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_where_a_defect_is_also_where_the_work_goes_on(apiusage) -> None:
    """Only then: its text may hold anything."""
    for folder in ("params", "notebooks"):
        (apiusage.folder / folder).mkdir()
    shutil.copy(ROOT / "params" / "daily.yaml", apiusage.folder / "params")
    code = (
        "import sys, apiusage_helpers.runs.scheduling.due as d\nfrom apiusage_helpers.cli import main\n"
        "def broken(*_): raise KeyError('canary')\nd.deliver = broken\n"
        "main([*sys.argv[1:], 'due', '--now', '2026-11-24T00:00'])"
    )
    for flags, seen in (((), False), (("--debug",), True)):
        done = subprocess.run(
            [sys.executable, "-c", code, *flags], capture_output=True, text=True, env=apiusage.environment,
            cwd=apiusage.folder, check=False,
        )  # fmt: skip
        assert done.returncode == 6
        assert "a defect of this program (KeyError); --debug shows where" in done.stderr
        assert ("canary" in done.stderr, "Traceback" in done.stderr) == (seen, seen)


def test_schedule_does_what_due_does_at_each_instant(stub, params_file) -> None:
    """It sleeps until the next instant, a quarter of an hour at most; a fault of one look does not end it."""
    params_file()
    now = [datetime(2026, 11, 24, 2, 29, tzinfo=UTC)]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] = datetime.fromtimestamp(now[0].timestamp() + seconds, UTC)
        if len(slept) == 3:
            raise KeyboardInterrupt

    stub.facts = {"days": {}}
    with pytest.raises(KeyboardInterrupt):
        stay(stub.ports(), clock=lambda: now[0], sleep=sleep)
    assert slept == [60.0, MOST_SECONDS, MOST_SECONDS]
    assert [interval for _, _, interval in stub.made] == ["2026-11-16/2026-11-22", "2026-11-17/2026-11-23"]
    assert seconds_to_sleep(datetime(2026, 11, 24, 2, 20, tzinfo=UTC)) == 600
