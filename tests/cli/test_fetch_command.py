"""The command `apiusage fetch` against the double on loopback: what it says, stores and ends with."""

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from double import faults
from double.server import serving
from double.service import USAGE, Service
from double.truth import DAY, Organization, Row, invented

from apiusage_helpers.store import Origin, stored_days, write_days
from apiusage_helpers.usage import usage_table
from tests.runs.conftest import Project

ROOT = Path(__file__).resolve().parents[2]


def today() -> date:
    return datetime.now(UTC).date()


@contextmanager
def double(*organizations: Organization, **settings: Any) -> Iterator[tuple[Service, dict[str, str]]]:
    """The double, and the environment that leads to it for its first organization."""
    service = Service(list(organizations), **settings)
    with serving(service) as address:
        first = organizations[0]
        yield service, {
            "GENESYSCLOUD_API_URL": address, "GENESYSCLOUD_LOGIN_URL": address, "HOME": "/nonexistent",
            "GENESYSCLOUD_OAUTHCLIENT_ID": first.client_id, "GENESYSCLOUD_OAUTHCLIENT_SECRET": first.secret,
        }  # fmt: skip


def week() -> str:
    return f"{today() - DAY * 9}/{today() - DAY * 3}"


def no_secret(done: subprocess.CompletedProcess[str], folder: Path) -> None:
    assert "canary" not in done.stdout + done.stderr
    assert not any(b"canary" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def profiles(home: Path, *organizations: Organization, more: str = "") -> None:
    (home / ".gc").mkdir()
    told = [
        f'[{org.name}]\nclient_credentials = "{org.client_id}"\nclient_secret = "{org.secret}"\ngrant_type = "1"\n'
        for org in organizations
    ]
    (home / ".gc" / "config.toml").write_text("\n".join(told) + more)


def test_fetch_then_report(apiusage) -> None:
    """The next command that it names makes the report; rows that do not add up are shown in the strip of checks."""
    acme = invented("acme", today(), days=20)
    acme.rows.append(Row(today() - DAY * 5, next(iter(acme.clients)), "GET", "api/v2/odd", 5, more=3))
    with double(acme) as (service, environment):
        done = apiusage("fetch", "--organization", "acme", "--interval", week(), **environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    *_, days, command = done.stderr.strip().splitlines()
    assert days == f"the store has 7 days of acme: {week().replace('/', ' to ')}"
    folder = Path(
        apiusage(*command.removeprefix("next: apiusage ").replace("params/", f"{ROOT}/params/").split()).stdout.strip()
    )
    page = (folder / "report.html").read_text()

    assert "usage/query" in page
    assert "1 rows do not; requests exceed their statuses by 3" in page
    assert service.violations == []
    no_secret(done, apiusage.folder)


@pytest.mark.parametrize("debug", [[], ["--debug"]])
@pytest.mark.parametrize("fault", ["echo", "lost"])
def test_no_secret_in_a_message_or_traceback(apiusage, fault: str, debug: list[str]) -> None:
    """Also where the service echoes what it was sent, and with --debug."""
    with double(invented("acme", today(), days=5)) as (service, environment):
        service.schedule = faults.in_turn([fault] * 3, route="usage/query/")
        done = apiusage(*debug, "fetch", "--organization", "acme", "--interval", week(), **environment)
        service.organizations[0].client_id = "other"
        refused = apiusage(*debug, "fetch", "--organization", "acme", "--interval", week(), **environment)

    assert (done.returncode != 0) == (fault == "lost")
    assert refused.returncode == (1 if debug else 3)
    assert ("Traceback" in refused.stderr) == bool(debug)
    assert "invalid_client" in refused.stderr
    no_secret(done, apiusage.folder)
    no_secret(refused, apiusage.folder)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--organization", "acme"), 2, "GENESYSCLOUD_OAUTHCLIENT_ID"),
        (("--organization", "Acme"), 2, "cannot be used"),
        (("--organization", "all"), 2, "no profiles"),
        (("--organization", "acme", "--interval", "yesterday"), 2, "START/END"),
        (("--organization", "acme", "--service", "soap"), 2, "soap"),
        ((), 2, "--organization"),
    ],
)
def test_wrong_parameters_end_with_2(apiusage, arguments, code: int, message: str) -> None:
    """Nothing is asked, nothing is stored."""
    done = apiusage("fetch", *arguments, HOME="/nonexistent")

    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert message in done.stderr
    assert not apiusage.store.exists()


def test_an_interval_that_touches_today_ends_with_2(apiusage) -> None:
    """By the server's date."""
    with double(invented("acme", today(), days=5)) as (service, environment):
        done = apiusage("fetch", "--organization", "acme", "--interval", f"{today()}/{today()}", **environment)

    assert done.returncode == 2
    assert service.asked == []


def test_all_organizations_one_failing(apiusage, tmp_path) -> None:
    """Each profile has its own; the failing one does not stop the rest; the worst code; a line each at the end."""
    three = [invented(name, today(), days=10) for name in ("acme", "globex", "initech")]
    profiles(tmp_path, *three, more='\n[browser]\ngrant_type = "3"\n')
    three[1].permissions = frozenset()
    with double(*three) as (_, environment):
        done = apiusage("fetch", "--organization", "all", "--interval", week(), **environment | {"HOME": str(tmp_path)})
    summary = done.stderr.split("fetched 4 organizations:\n")[1].splitlines()

    assert done.returncode == 3, done.stderr
    assert [line.split(":")[0].strip() for line in summary] == ["acme", "browser", "globex", "initech"]
    assert "missing.any.permissions" in summary[2]
    assert "7 added" in summary[3]
    for organization in (three[0], three[2]):
        truth = organization.requests_by_day()
        found = stored_days(organization.name, root=apiusage.store)
        assert {day.date: day.requests for day in found} == {day.date: truth.get(day.date, 0) for day in found}
    assert stored_days("globex", root=apiusage.store) == ()
    assert "canary" not in done.stdout + done.stderr


def test_compare_prints_where_the_services_differ(apiusage) -> None:
    """By client, on stdout."""
    with double(invented("acme", today(), days=20)) as (_, environment):
        done = apiusage("fetch", "--organization", "acme", "--interval", week(), "--compare", **environment)

    assert "1 OAuth client with other requests" in done.stdout
    assert re.search(r"^ +0 +[\d,]+ +\+[\d,]+  Developer Tools", done.stdout, re.MULTILINE)


def test_ctrl_c_stops_cleanly(apiusage) -> None:
    """One word, exit code 130, the days that had arrived in the store."""
    acme = invented("acme", today(), days=60)
    with double(acme, query_seconds=3600) as (service, environment):
        command = apiusage.command("fetch", "--organization", "acme", "--interval", week())
        process = subprocess.Popen(
            command, env=apiusage.environment | environment, stderr=subprocess.PIPE, text=True, cwd=apiusage.folder,
        )  # fmt: skip
        for _ in range(200):
            if f"POST {USAGE}" in service.requests:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)

    assert process.returncode == 130, errors
    assert errors.strip().splitlines()[-1] == "stopped"
    assert "Traceback" not in errors


def test_real_sockets_break_as_in_the_field(apiusage) -> None:
    """Reset, cut, torn and late answers over HTTP are got over, and the store is the truth."""
    acme = invented("acme", today(), days=20)
    with double(acme) as (service, environment):
        service.schedule = faults.in_turn(["reset", None, "cut", "torn", "html", "slow", "reset"])
        done = apiusage("fetch", "--organization", "acme", "--interval", week(), **environment)
    truth = acme.requests_by_day()

    assert done.returncode == 0, done.stderr
    found = stored_days("acme", root=apiusage.store)
    assert {day.date: day.requests for day in found} == {day.date: truth.get(day.date, 0) for day in found}
    assert len(found) == 7


def test_doctor_tries_the_credentials(apiusage) -> None:
    """A token, permissions in the platform's spelling, the clock; a wrong region and refused clients end with 3."""
    acme = invented("acme", today(), days=3)
    with double(acme) as (service, environment):
        fine = apiusage("doctor", **environment)
        acme.permissions = frozenset({"oauth:client:view"})
        lacking = apiusage("doctor", **environment)
        service.organizations[0].client_id = "other"
        refused = apiusage("doctor", **environment)
    wrong = apiusage(
        "doctor",
        GENESYSCLOUD_OAUTHCLIENT_ID="i",
        GENESYSCLOUD_OAUTHCLIENT_SECRET="canary",
        GENESYSCLOUD_REGION="mypurecloud.dee",
        HOME="/nonexistent",
    )

    assert [done.returncode for done in (fine, lacking, refused, wrong)] == [0, 0, 3, 3]
    assert "gives a token" in fine.stdout
    assert fine.stdout.count("allowed") == 3
    assert re.search(r"clock: within \d+ s", fine.stdout)
    assert "usage:organization:view" in lacking.stdout
    assert "invalid_client" in refused.stdout
    assert "did you mean mypurecloud.de" in wrong.stdout
    assert not any("canary" in done.stdout + done.stderr for done in (fine, lacking, refused, wrong))


def test_a_schedule_of_all_never_takes_one_organizations_days_for_another(apiusage, tmp_path) -> None:
    """Only organizations with a profile of their own are fetched; the environment's replaces nobody's days."""
    (apiusage.folder / "notebooks").mkdir()
    Project(apiusage).notebook("'nothing is asked of the reports'")
    report = {
        "notebook": "api_usage_report", "schedule": {"cron": "0 0 * * *", "fetch": True, "wait_hours": 0},
        "parameters": {"organization": "all", "date_range": "previous_7_days"},
    }  # fmt: skip
    (apiusage.folder / "params").mkdir()
    (apiusage.folder / "params" / "daily.yaml").write_text(json.dumps(report))
    days = [today() - DAY * back for back in range(1, 8)]
    kept = {"acme": "usage/query", "globex": "CSV export", "sample": "sample"}
    for name, source in kept.items():
        rows = usage_table([(day, "a", "A", "GET", "u", 7, 7, 0, 0, 0, 0) for day in days])
        write_days(name, rows, days, Origin(source, datetime.now(UTC)), root=apiusage.store)
    initech = invented("initech", today(), days=20)
    write_days("initech", usage_table([]), days[-1:], Origin("usage/query", datetime.now(UTC)), root=apiusage.store)
    profiles(tmp_path, initech)
    with double(invented("acme", today(), days=20), initech) as (_, environment):
        done = apiusage("due", **environment | {"HOME": str(tmp_path)})

    assert done.returncode == 0, done.stderr
    for name, source in kept.items():
        found = stored_days(name, root=apiusage.store)
        assert {(day.source, day.requests) for day in found} == {(source, 7)}, name
        assert f"{name}: not fetched; the report uses the days that are stored: no profile '{name}'" in done.stderr
    assert len(stored_days("initech", root=apiusage.store)) == 90
    assert len(done.stdout.splitlines()) == 4


def test_a_schedule_fetches_first_and_waits_for_days_that_may_grow(apiusage) -> None:
    """Without patience it publishes with yesterday marked provisional; with some it waits; no secret is left anywhere."""
    shutil.copytree(ROOT / "notebooks", apiusage.folder / "notebooks")
    schedule = {"cron": "0 0 * * *", "fetch": True, "wait_hours": 0}
    parameters = {"organization": "acme", "date_range": "previous_7_days"}
    report = {"notebook": "api_usage_report", "schedule": schedule, "parameters": parameters}
    (apiusage.folder / "params").mkdir()
    (apiusage.folder / "params" / "daily.yaml").write_text(json.dumps(report))
    (apiusage.folder / "params" / "patient.yaml").write_text(
        json.dumps(report | {"schedule": schedule | {"wait_hours": 72}})
    )
    with double(invented("acme", today(), days=20)) as (service, environment):
        done = apiusage("due", **environment)
        asked = len(service.requests)
        again = apiusage("due", **environment)
    yesterday = str(today() - DAY)
    facts = json.loads((Path(done.stdout.strip()) / "run.json").read_text())

    assert done.returncode == 0, done.stderr
    assert (facts["report"], facts["source"]) == ("daily", "usage/query")
    assert (facts["days"]["provisional"], facts["days"]["missing"]) == ([yesterday], [])
    assert re.search(rf"patient/acme/\S+: waits until \S+ 00:00 UTC for days: 1 provisional \({yesterday}", done.stderr)
    assert (again.returncode, again.stdout) == (0, "")
    assert 0 < asked < len(service.requests)
    assert service.violations == []
    no_secret(done, apiusage.folder)
