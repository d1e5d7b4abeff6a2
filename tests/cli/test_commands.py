"""The command line: exit codes, one readable message, the store as it was."""

import ast
import json
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import warm
from run_folders import write_run

from apiusage_helpers.store import Origin, write_days
from apiusage_helpers.usage import usage_table

ROOT = Path(__file__).resolve().parents[2]
DAILY = ROOT / "params" / "daily.yaml"
GOOD = {
    "clientId": "a", "clientName": "A", "templateUri": "api/v2/users", "httpMethod": "GET", "status200": 10, "status300": 0,
    "status400": 0, "status500": 0, "status429": 0, "requests": 10, "date": "2026-10-05T00:00:00Z",
}  # fmt: skip


def store_bytes(line: Any) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in line.store.rglob("*") if path.is_file() and path.suffix != ".lock"}


def test_an_import_ends_with_the_days_and_the_next_command(apiusage, result_file) -> None:
    """And the next command works as it stands there."""
    done = apiusage("import", result_file(GOOD), "--organization", "acme")

    assert done.returncode == 0, done.stderr
    *_, days, command = done.stderr.strip().splitlines()
    assert days == "the store has 1 day of acme: 2026-10-05 to 2026-10-05"
    shutil.copytree(ROOT / "params", apiusage.folder / "params")
    assert apiusage(*command.removeprefix("next: apiusage ").split(), PYTHONPATH=str(ROOT)).returncode == 0


@pytest.mark.parametrize(
    "content",
    ['{"results": [', "<html></html>", "", '{"results": [{"requests": -1}]}', '{"results": [], "queryStatus": "Running"}',
     json.dumps({"results": [GOOD | {"requests": 11}]}), json.dumps({"results": [GOOD, GOOD | {"requests": 11, "status200": 11}]}),
     json.dumps({"results": [GOOD | {"date": "2999-01-01T00:00:00Z"}]}), json.dumps({"results": [GOOD], "nextUri": "/x"})],
)  # fmt: skip
def test_a_bad_file_leaves_the_store_as_it_was(apiusage, result_file, content: str) -> None:
    """Exit 3, one message with the file, no traceback, not a byte of the store changed."""
    assert apiusage("import", result_file(GOOD), "--organization", "acme").returncode == 0
    before = store_bytes(apiusage)
    bad = apiusage.folder / "bad.json"
    bad.write_text(content)
    done = apiusage("import", bad, "--organization", "acme")

    assert done.returncode == 3, done.stderr
    assert "bad.json" in done.stderr
    assert "Traceback" not in done.stderr
    assert store_bytes(apiusage) == before


def test_restated_days_are_told_with_both_totals(apiusage, result_file) -> None:
    """A day that is imported again with other figures."""
    apiusage("import", result_file(GOOD), "--organization", "acme")
    done = apiusage("import", result_file(GOOD | {"requests": 12, "status200": 12}), "--organization", "acme")

    assert "2026-10-05 restated: 10 -> 12 requests" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("report", "missing.yaml"), 2, "no such params file"),
        (("report", DAILY, "-p", "top", "0", "-p", "colour", "red"), 2, "2 faults"),
        (("report", DAILY, "-p", "organization", "../../x"), 2, "organization"),
        (("report", DAILY), 3, "try: apiusage sample\n"),
        (("report", DAILY, "-p", "organization", "nobody"), 3, "apiusage import"),
        (("report", DAILY, "-p", "organization", "all"), 3, "the store has none"),
        (("report", DAILY, "--today", "yesterday"), 2, "YYYY-MM-DD"),
        (("import", "missing.json", "--organization", "a"), 3, "no such file"),
        (("import", ".", "--organization", "a"), 3, "is a folder"),
        (("import", "x.json", "--organization", "All"), 2, "organization"),
        (
            ("import", "x.json", "--organization", "a", "--interval", "2026-10-09/2026-10-01"),
            2,
            "start is after the end",
        ),
        (("import", "x.json", "--organization", "a", "--interval", "2026-10-01/2999-10-01"), 2, "touches"),
        (("import", "x.csv", "--organization", "a", "--interval", "1999-01-01/1999-01-03"), 2, "2010-01-01"),
        (("findings", "--organization", "a", "--interval", "0001-01-01/0001-01-05"), 2, "2010-01-01"),
        (("import", "--organization", "a"), 2, "FILE"),
        (("forget", "--organization", "a"), 3, "no store"),
        (("sample", "--days", "0"), 2, "--days"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_exit_codes(apiusage, arguments: tuple[Any, ...], code: int, message: str) -> None:
    """Wrong parameters 2, wrong or missing data 3; one message, nothing on stdout, no traceback."""
    done = apiusage(*arguments)

    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_days_before_the_platform_existed_can_be_forgotten(apiusage) -> None:
    """A store that has them, whoever wrote them, gets rid of them by the days."""
    day = date(1999, 1, 1)
    write_days("acme", usage_table([]), [day], Origin("CSV export", datetime.now(UTC)), root=apiusage.store)
    done = apiusage("forget", "--organization", "acme", "--interval", f"{day}/{day}")

    assert (done.returncode, done.stderr) == (0, f"forgot 1 day of acme: {day} to {day}\n")


def test_what_a_report_notes_is_told_where_it_was_asked_for(apiusage, result_file) -> None:
    """A client that made no request and a day that is missing are no faults; whoever typed them learns of it at once."""
    apiusage("import", result_file(GOOD | {"clientName": "CRM sync"}), "--organization", "acme")
    order = {"organization": "acme", "date_range": "2026-10-05/2026-10-06", "clients": "[CRM snyc]"}
    done = apiusage("report", DAILY, *(word for pair in order.items() for word in ("-p", *pair)))

    assert done.returncode == 0, done.stderr
    assert "Choices: clients: 'CRM snyc' made no request in this interval; did you mean 'CRM sync'?" in done.stderr
    assert "Days: 1 of 2 in the store; missing: 2026-10-06" in done.stderr
    plain = apiusage("report", DAILY, "-p", "organization", "acme", "-p", "date_range", "2026-10-05/2026-10-05")
    assert [line for line in plain.stderr.splitlines() if "Choices" in line or "Days" in line] == []


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        (
            "organization",
            "acmee",
            "acmee: organization acmee is not in the store (it has acme); did you mean 'acme'? For a new organization try:",
        ),
        ("date_range", "2026-10-01/2026-10-02", "it has 1 day from 2026-10-05"),
    ],
)
def test_what_the_store_cannot_give_leaves_nothing(apiusage, result_file, parameter, value, message) -> None:
    """A mistyped organization or interval is told at once: no run is kept, none is listed, the list of reports fails in nothing."""
    apiusage("import", result_file(GOOD), "--organization", "acme")
    order = {"organization": "acme", "date_range": "2026-10-05/2026-10-05"} | {parameter: value}
    done = apiusage("report", DAILY, *(word for pair in order.items() for word in ("-p", *pair)))

    assert (done.returncode, done.stdout) == (3, "")
    assert message in done.stderr
    assert json.loads(apiusage("runs", "--json").stdout) == []
    assert not list(apiusage.output.glob(".failed/*"))


def test_wrong_parameters_are_told_before_a_kernel_starts(apiusage) -> None:
    """Nothing is made below the output folder, and no heavy package is waited for."""
    started = time.monotonic()
    done = apiusage("report", DAILY, "-p", "top", "many")

    assert done.returncode == 2
    assert not apiusage.output.exists()
    assert time.monotonic() - started < 30  # a guard against hanging, not a measure


@pytest.mark.parametrize("place", ["", "/reports"])
@pytest.mark.parametrize(
    "command",
    [("report", DAILY), ("runs",), ("runs", "--json"), ("prune",), ("prune", "--dry-run"), ("due",), ("diff", "a", "b"), ("training", "list"), ("doctor",)],
    ids=lambda command: command[0],
)  # fmt: skip
def test_an_output_folder_that_is_a_file_is_said(apiusage, command, place: str) -> None:
    """Or lies below one: one message with what to do, the file as it was."""
    (file := apiusage.folder / "file").write_text("mine")
    done = apiusage(*command, APIUSAGE_OUTPUT=f"{file}{place}", HOME="/nonexistent")

    said = done.stdout if command == ("doctor",) else done.stderr
    assert done.returncode == (2 if command == ("doctor",) else 5), said
    assert (
        f"output folder {file}{place} cannot be written: {file} is a file; name another folder by APIUSAGE_OUTPUT"
        in said
    )
    assert command == ("doctor",) or len(said.splitlines()) == 1
    assert file.read_text() == "mine"


def test_findings_need_no_output_folder(apiusage) -> None:
    """They are found anew where they cannot be kept."""
    apiusage("sample", "--today", "2026-11-24")
    asked = ("findings", "--organization", "sample", "--today", "2026-11-24")
    (file := apiusage.folder / "file").write_text("mine")

    assert apiusage(*asked, APIUSAGE_OUTPUT=str(file)).stdout == apiusage(*asked).stdout != ""


def test_several_organizations_are_one_a_line_with_the_worst_code(apiusage, result_file) -> None:
    """A failing one does not stop the rest."""
    for name in ("a", "b"):
        assert apiusage("import", result_file(GOOD), "--organization", name).returncode == 0
    done = apiusage("report", DAILY, "-p", "organization", "a,nobody,b", "-p", "date_range", "2026-10-05/2026-10-05")

    places = [apiusage.output / "daily" / name / "2026-10-05_2026-10-05" for name in ("a", "b")]
    assert done.stdout.splitlines() == [str(place) for place in places]
    assert done.returncode == 3
    assert "nobody" in done.stderr


def test_runs_lists_what_has_run(apiusage, result_file) -> None:
    """Published, replaced and failed, as a table and as JSON."""
    apiusage("import", result_file(GOOD), "--organization", "a")
    order = (DAILY, "-p", "organization", "a", "-p", "date_range", "2026-10-05/2026-10-05")
    for _ in range(2):
        apiusage.published(*order)
    broken = apiusage.folder / "notebooks" / "api_usage_report.ipynb"
    broken.parent.mkdir()
    (apiusage.folder / "params").mkdir()  # a project of its own, whose notebook is none
    broken.write_text("{}")
    assert apiusage("report", *order).returncode == 4
    found = json.loads(apiusage("runs", "--json").stdout)

    assert sorted(run["status"] for run in found) == ["failed", "replaced", "succeeded"]
    assert {"report", "organization", "interval", "status", "path"} <= set(found[0])
    assert "2026-10-05/2026-10-05" in apiusage("runs").stdout


def test_runs_says_what_it_does_not_list(apiusage) -> None:
    """A published run or a folder whose run.json is torn, and a link that leads nowhere; `latest.html` is none of them."""
    for name in ("good", "torn", "loose"):
        write_run(apiusage.output / ".runs" / name)
    place = apiusage.output / "daily" / "a"
    place.mkdir(parents=True)
    for interval, run in (
        ("2026-11-17_2026-11-23", "good"),
        ("2026-11-16_2026-11-22", "torn"),
        ("2026-11-15_2026-11-21", "gone"),
    ):
        (place / interval).symlink_to(f"../../.runs/{run}")
    (place / "latest.html").symlink_to("2026-11-17_2026-11-23/report.html")
    for name in ("torn", "loose"):
        (apiusage.output / ".runs" / name / "run.json").write_text("{")
    done = apiusage("runs", "--json")

    assert (done.returncode, [Path(run["path"]).name for run in json.loads(done.stdout)]) == (
        0,
        ["2026-11-17_2026-11-23"],
    )
    lack = "its run.json is missing or cannot be read, so this run is not listed"
    assert done.stderr.splitlines() == [
        f"{place / '2026-11-15_2026-11-21'}: {lack}; make the report again, or remove this link",
        f"{place / '2026-11-16_2026-11-22'}: {lack}; make the report again, or remove this link",
        f"{apiusage.output / '.runs' / 'loose'}: {lack}; remove this folder",
    ]


@pytest.mark.parametrize("interval", ["2020-01-06/2020-01-12", "2024-01-01/2024-12-31", "2031-05-01/2031-05-07"])
def test_the_sample_has_the_days_that_are_asked_for_after_the_command_that_is_told(apiusage, interval: str) -> None:
    """Of any time, with a store or without; the next command that the sample tells shows its days."""
    asked = ("findings", "--organization", "sample", "--interval", interval, "--today", "2031-05-09")
    without_a_store = apiusage(*asked)
    assert apiusage("sample", "--days", "2", "--today", "2031-01-03").returncode == 0
    commands = [
        done.stderr.strip().partition("try: apiusage ")[2].split() for done in (without_a_store, apiusage(*asked))
    ]
    assert commands[0] == commands[1]
    told = apiusage(*commands[0]).stderr.strip().splitlines()[-1]

    assert apiusage(*asked).returncode == 0
    assert told.endswith(f"/{interval[-10:]} --today {commands[0][2]}")
    if interval.startswith("2031"):  # which only a report as of a day to come can show
        shutil.copytree(ROOT / "params", apiusage.folder / "params")
        assert apiusage(*told.removeprefix("next: apiusage ").split(), PYTHONPATH=str(ROOT)).returncode == 0


def test_a_sample_is_written_only_where_it_is_needed(apiusage) -> None:
    """An empty store, or a sample that does not reach yesterday; never beside an organization of one's own."""
    apiusage("sample", "--today", "2026-11-20")
    assert "added" in apiusage("sample", "--if-needed", "--today", "2026-11-24").stderr
    assert apiusage("sample", "--if-needed", "--today", "2026-11-24").stderr == ""


def test_a_sample_is_not_added_beside_other_organizations(apiusage, result_file) -> None:
    """A store that holds something is the user's own."""
    apiusage("import", result_file(GOOD), "--organization", "acme")

    assert apiusage("sample", "--if-needed").stderr == ""


def test_doctor_tells_and_hides(apiusage, result_file) -> None:
    """Days, folders, credentials present but never shown; half of them, and a damaged store, end with 3."""
    apiusage("import", result_file(GOOD), "--organization", "acme")
    done = apiusage("doctor", GENESYSCLOUD_OAUTHCLIENT_SECRET="canary-77")  # a canary

    assert done.returncode == 3
    assert "GENESYSCLOUD_OAUTHCLIENT_SECRET is set and GENESYSCLOUD_OAUTHCLIENT_ID is not: set both" in done.stdout
    assert "acme: 1 day," in done.stdout
    assert "GENESYSCLOUD_OAUTHCLIENT_SECRET is set" in done.stdout
    assert "canary" not in done.stdout + done.stderr
    next((apiusage.store / "usage").rglob("*.parquet")).write_bytes(b"PAR1")
    assert apiusage("doctor").returncode == 3


def test_doctor_tells_of_a_list_of_clients_that_is_gone(apiusage) -> None:
    """Reports go on without the names it held, so nobody else would say so."""
    apiusage("sample", "--days", "2")
    shutil.rmtree(apiusage.store / "clients")
    done = apiusage("doctor", HOME="/nonexistent")

    assert done.returncode == 3
    assert "the lists of OAuth clients are gone; try: apiusage repair" in done.stdout
    assert "the list of its OAuth clients is lost. Bring it back: apiusage sample" in apiusage("repair").stdout
    assert apiusage("doctor", HOME="/nonexistent").returncode == 0


def test_doctor_is_read_by_programs(apiusage) -> None:
    """A record a line, with the same words."""
    lines = json.loads(apiusage("doctor", "--json").stdout)
    told = apiusage("doctor").stdout

    assert {line["state"] for line in lines} <= {"ok", "attention", "note"}
    assert [line["text"] for line in lines if f"{line['state']:<10}{line['text']}".splitlines()[0] not in told] == []


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"GENESYSCLOUD_OAUTHCLIENT_ID": "i"}, 3),
        ({"GENESYSCLOUD_REGION": "mypurecloud.dee"}, 3),
        ({"GENESYSCLOUD_REGION": "mypurecloud.de"}, 0),
        ({}, 0),
    ],
)
def test_doctor_ends_with_3_where_nothing_could_be_fetched(apiusage, variables, code: int) -> None:
    """With an id alone or a wrong region; who sets no OAuth client at all reports from files."""
    done = apiusage("doctor", HOME="/nonexistent", **variables)

    assert done.returncode == code, done.stdout


def test_doctor_reads_every_params_file_and_saved_view(apiusage, result_file) -> None:
    """All faults by file, code 2; the store's 3 is worse; what `due` never reads is said; sound files are counted."""
    apiusage("import", result_file(GOOD), "--organization", "acme")
    shutil.copytree(ROOT / "params", apiusage.folder / "params")
    (apiusage.folder / "notebooks").mkdir()
    sound = apiusage("doctor")
    names = sorted(path.stem for path in (ROOT / "params").glob("*.yaml"))
    scheduled = sum("\nschedule:" in (ROOT / "params" / f"{name}.yaml").read_text() for name in names)
    assert sound.returncode == 0, sound.stdout
    assert f"{len(names)} params files in {apiusage.folder}/params, {scheduled} with a schedule" in sound.stdout
    assert f"1 saved view in {apiusage.folder}/params/views" in sound.stdout

    bad, view = (apiusage.folder / "params" / name for name in ("bad.yaml", "views/old.yaml"))
    bad.write_text(
        "notebook: api_usage_report\nschedule: {cron: '61 * * * *', colour: red}\nparameters: {organization: a}\n"
    )
    view.write_text(
        "notebook: api_usage_view\nparameters: {organization: a, date_range: last_month, client_secret: canary}\n"
    )
    (apiusage.folder / "params" / "weekly.yml").write_text("")
    done = apiusage("doctor")
    assert done.returncode == 2
    told = [line.strip() for line in done.stdout.splitlines()]
    place = told.index(f"attention {bad}: 3 faults, nothing was run")
    assert {line.split(":")[0] for line in told[place + 1 : place + 4]} == {
        "schedule.colour", "schedule.cron", "parameters.date_range",
    }  # fmt: skip
    assert f"attention {view}: 1 fault, nothing was run" in told
    assert "canary" not in done.stdout
    assert any(line.endswith("weekly.yml: not read: name it .yaml") for line in told)
    next((apiusage.store / "usage").rglob("*.parquet")).write_bytes(b"PAR1")
    assert apiusage("doctor").returncode == 3


def test_a_store_that_lost_its_newest_entry_is_told_and_repaired(apiusage, result_file) -> None:
    """Report and doctor refuse older figures (3); repair drops the days that were lost and says how to bring them back."""
    for requests in (10, 20):
        row = {"clientId": "c", "clientName": "C", "templateUri": "u", "httpMethod": "GET", "status200": requests, "status300": 0,
               "status400": 0, "status429": 0, "status500": 0, "requests": requests, "date": "2026-10-05"}  # fmt: skip
        days = ("--interval", "2026-10-05/2026-10-05")
        assert apiusage("import", result_file(row), "--organization", "acme", *days).returncode == 0
    max((apiusage.store / "usage" / "_delta_log").glob("[0-9]*.json")).unlink()

    asked = [apiusage("report", ROOT / "params" / "daily.yaml", "-p", "organization", "acme"), apiusage("doctor")]
    assert [done.returncode for done in asked] == [3, 3]
    assert "entry" in asked[0].stderr
    assert "try: apiusage repair" in asked[0].stderr
    assert "try: apiusage repair" in asked[1].stdout
    as_it_is = store_bytes(apiusage)
    planned = apiusage("repair", "--dry-run")
    assert (planned.returncode, store_bytes(apiusage)) == (0, as_it_is)
    assert "acme: 1 day of 2026-10-05/2026-10-05 would be dropped. Bring it back: " in planned.stdout
    done = apiusage("repair")
    assert done.returncode == 0
    assert (
        "acme: 1 day of 2026-10-05/2026-10-05 was dropped. Bring it back: apiusage fetch --organization acme --interval 2026-10-05/2026-10-05"
        in done.stdout
    )
    assert "nothing had to be repaired" in apiusage("repair").stdout
    assert "nothing has to be repaired" in apiusage("repair", "--dry-run").stdout


def test_findings_that_are_kept_are_not_told_of_a_store_that_went_back(apiusage, result_file) -> None:
    """An older copy of its tables is refused, also where the same question was answered when they were new."""
    asked = ("findings", "--organization", "acme", "--interval", "2026-10-05/2026-10-05")
    apiusage("import", result_file(GOOD), "--organization", "acme")
    assert apiusage(*asked).returncode == 0
    for name in ("usage", "files"):
        shutil.copytree(apiusage.store / name, apiusage.folder / name)
    apiusage("import", result_file(GOOD | {"date": "2026-10-06"}), "--organization", "acme")
    for name in ("usage", "files"):
        shutil.rmtree(apiusage.store / name)
        shutil.copytree(apiusage.folder / name, apiusage.store / name)
    done = apiusage(*asked)

    assert (done.returncode, done.stdout) == (3, "")
    assert "try: apiusage repair" in done.stderr


@pytest.mark.parametrize("command", ["forget", "import", "fetch", "findings"])
def test_an_interval_that_came_out_empty_is_not_all_days(apiusage, result_file, command: str) -> None:
    """A variable of a shell that is not set must not take every day of an organization."""
    apiusage("import", file := result_file(GOOD), "--organization", "acme")
    before = store_bytes(apiusage)
    files = [file] if command == "import" else []
    done = apiusage(command, *files, "--organization", "acme", "--interval", "")

    assert (done.returncode, store_bytes(apiusage)) == (2, before)
    assert "''" in done.stderr


def test_doctor_reads_the_table_of_clients(apiusage) -> None:
    """A fault of it is named as a report would name it, and ends with 2."""
    tables = apiusage.folder / "params" / "tables"
    tables.mkdir(parents=True)
    (tables / "clients.csv").write_text("client_id,owner\na,Team A\na,Team B\n")
    done = apiusage("doctor", APIUSAGE_PARAMS=str(tables.parent))

    assert "client_id 'a' appears twice" in done.stdout
    assert done.returncode == 2


def test_a_store_and_an_output_folder_that_are_made_here_are_private(apiusage) -> None:
    """Nobody else may look into them; folders that were there keep their mode."""
    apiusage.output.mkdir(mode=0o755)
    assert apiusage("sample", "--days", "40").returncode == 0
    assert apiusage("due", APIUSAGE_PARAMS=str(apiusage.folder / "nowhere")).returncode == 2

    assert apiusage.store.stat().st_mode & 0o777 == 0o700
    assert apiusage.output.stat().st_mode & 0o777 == 0o755


def test_doctor_misses_a_params_folder(apiusage) -> None:
    """A schedule whose folder is not there makes nothing, and says nothing by itself."""
    done = apiusage("doctor", APIUSAGE_PARAMS=str(apiusage.folder / "nowhere"))
    assert f"params folder {apiusage.folder}/nowhere: it does not exist" in done.stdout


def test_help_is_quick_and_names_every_command(apiusage) -> None:
    """And a defect is one line unless --debug asks for more."""
    done = apiusage("--help")

    assert all(command in done.stdout for command in ("sample", "import", "forget", "report", "runs", "doctor"))


def test_findings_are_told_in_a_terminal_and_as_json(apiusage) -> None:
    """Worst first, as findings.json; an unknown organization ends with 3, an interval that is none with 2."""
    assert apiusage("sample", "--today", "2026-11-24").returncode == 0
    asked = ("findings", "--organization", "sample", "--today", "2026-11-24")
    told, entries = apiusage(*asked), json.loads(apiusage(*asked, "--json").stdout)

    assert told.returncode == 0
    assert told.stdout.startswith("critical: throttling")
    assert [entry["severity"] for entry in entries][:2] == ["critical", "critical"]
    assert all(entry["cause"] in told.stdout for entry in entries)
    assert apiusage("findings", "--organization", "nobody").returncode == 3
    assert apiusage(*asked, "--interval", "lately").returncode == 2


def test_days_that_the_store_lacks_are_no_good_news(apiusage, result_file) -> None:
    """`findings` refuses an interval of which it has no day, as a report does, and says how to bring them."""
    done = apiusage("import", result_file(GOOD), "--organization", "acme")
    assert "writing 1 row of 1 day" in done.stderr
    asked = apiusage(
        "findings", "--organization", "acme", "--interval", "2026-11-01/2026-11-02", "--today", "2026-11-24"
    )

    assert (asked.returncode, asked.stdout) == (3, "")
    assert "no day of 2026-11-01/2026-11-02 is in the store for acme" in asked.stderr
    assert "try: apiusage fetch" in asked.stderr


def test_doctor_says_what_a_report_would_stumble_over(apiusage, result_file) -> None:
    """Names that no row bears, variables that are not set, a mix without a table, and what has run out."""
    assert apiusage("import", result_file(GOOD), "--organization", "acme").returncode == 0
    params = apiusage.folder / "params"
    (params / "tables").mkdir(parents=True)
    (params / "one.yaml").write_text(
        "notebook: api_usage_report\nschedule: {cron: 0 9 * * *, deliver: [{to: NOT_SET, on: success}]}\n"
        "parameters: {organization: acme, date_range: yesterday, clients: [AA], template_uris: [api/v2/user]}\n"
    )
    (params / "tables" / "acknowledged.yaml").write_text("[{kind: polling, until: 2026-01-01, reason: old}]")
    (params / "tables" / "allowances.yaml").write_text(
        "tables: [{valid_from: 2020-01-01, valid_until: 2020-12-31, licences: {EX: {named: 1}}}]\n"
        "organizations: {acme: {licences: [{licence: EX, kind: named}]}}\n"
    )
    told = apiusage("doctor", APIUSAGE_PARAMS=str(params)).stdout

    assert "NOT_SET is not set here" in told
    assert "no row in the store has 'api/v2/user'; did you mean 'api/v2/users'?" in told
    assert "no row in the store has 'AA'" in told
    assert "acknowledged.yaml: polling: expired on 2026-01-01 (old)" in told
    assert "so the allowance of acme is unknown" in told


HEAVY = {"pandas", "numpy", "matplotlib", "papermill", "nbconvert", "duckdb", "deltalake", "pyarrow", "httpx"}
SAYS_WHAT_IT_LOADED = """
import sys
from apiusage_helpers.cli import main
try:
    main(sys.argv[1:])
finally:
    print(sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""
RUNS_ARE_FORKS = f"""
import sys
sys.path.append({str(ROOT / "tests" / "contract")!r})
import warm
from apiusage_helpers.runs.execution import run_process
run_process.subprocess = warm.FORKS
"""


@pytest.fixture(scope="module")
def reported(make_command_line) -> Any:
    """The sample with a published report and kept findings, and a schedule with nothing to do."""
    line = make_command_line("reported")
    line.environment["APIUSAGE_PARAMS"] = str(line.folder / "params")
    assert line("sample", "--today", "2026-11-24").returncode == 0
    line.published(DAILY, "--today", "2026-11-24")
    assert line("findings", "--organization", "sample", "--today", "2026-11-24").returncode == 0
    (line.folder / "params").mkdir()
    shutil.copy(DAILY, line.folder / "params")
    assert line("due", "--now", "2026-11-24T12:00").returncode == 0
    return line


@pytest.mark.parametrize(
    "command",
    [("--help",), ("runs",), ("runs", "--json"), ("due", "--now", "2026-11-24T12:01"), ("findings", "--organization", "sample", "--today", "2026-11-24")],
    ids=" ".join,
)  # fmt: skip
def test_a_command_loads_what_it_needs(reported, command) -> None:
    """What lists, an idle look and findings that are known load neither figures nor pictures nor notebooks."""
    done = subprocess.run(
        [sys.executable, "-c", SAYS_WHAT_IT_LOADED, *command], cwd=reported.folder, env=reported.environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    *_, loaded = done.stderr.splitlines()

    assert done.returncode == 0, done.stderr
    assert HEAVY & set(ast.literal_eval(loaded)) == set()


def test_the_supervisor_of_a_report_loads_no_figures(reported) -> None:
    """It asks the store whether there is something to report; what counts, draws and writes the page is loaded by its run."""
    done = subprocess.run(
        [sys.executable, "-c", RUNS_ARE_FORKS + SAYS_WHAT_IT_LOADED, "report", DAILY, "--today", "2026-11-24"], cwd=reported.folder,
        env=reported.environment | {"WARM_ADDRESS": warm.source()}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    *_, loaded = done.stderr.splitlines()

    assert done.returncode == 0, done.stderr
    assert {"pandas", "matplotlib", "papermill", "nbconvert"} & set(ast.literal_eval(loaded)) == set()


def test_known_findings_are_those_that_would_be_found(reported) -> None:
    """The same text again without the store; found anew when a day, a table or the date has changed, or what was kept is torn."""
    asked = ("findings", "--organization", "sample", "--json")
    first = reported(*asked, "--today", "2026-11-24")
    kept = reported.output / ".findings" / "sample.json"
    tables = reported.folder / "params" / "tables"
    assert reported(*asked, "--today", "2026-11-24").stdout == first.stdout
    assert len(json.loads(kept.read_text())) == 1

    kept.write_text("{torn")
    assert reported(*asked, "--today", "2026-11-24").stdout == first.stdout
    assert reported(*asked, "--today", "2026-11-23").stdout != first.stdout
    tables.mkdir()
    client = next(one["client_id"] for one in json.loads(first.stdout) if one["client_id"])
    (tables / "clients.csv").write_text(f"client_id,owner,kind,excluded\r\n{client},,,true\r\n", encoding="utf-8")
    without = reported(*asked, "--today", "2026-11-24")
    assert client not in {one["client_id"] for one in json.loads(without.stdout)}
    assert reported("forget", "--organization", "sample", "--interval", "2026-11-20/2026-11-23").returncode == 0
    assert reported(*asked, "--today", "2026-11-24").stdout != without.stdout
    (tables / "clients.csv").unlink()
