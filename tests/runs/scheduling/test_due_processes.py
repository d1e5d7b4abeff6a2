"""`due` as real processes: killed at random moments, ten at once, and started by the real cron daemon."""

import getpass
import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

KILLS = int(os.environ.get("APIUSAGE_KILLS", "8"))
COMMAND = ("due", "--now", "2026-11-24T12:00")
CRON_SECONDS = 150
CRONTABS = Path("/var/spool/cron/crontabs")


@pytest.fixture
def scheduled(project: Any) -> Any:
    """The tiny project with a due report that waits for no days."""
    path = project.line.folder / "params" / "daily.yaml"
    path.write_text(path.read_text().replace("wait_hours: 12", "wait_hours: 0"))
    return project


def started(project: Any, *more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        project.line.command(*COMMAND, *more), env=project.line.environment, cwd=project.line.folder,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def whole(link: Path) -> bool:
    """Whether the published report has every file that its run.json names."""
    facts = json.loads((link / "run.json").read_text())
    return {path.name for path in link.iterdir()} == {file["name"] for file in facts["files"]} | {"run.json"}


def published_runs(project: Any) -> list[Path]:
    return list((project.line.output / ".runs").glob("[!.]*/run.json"))


@pytest.mark.kills
def test_kills_leave_no_half_report_and_the_next_due_completes(scheduled) -> None:
    """SIGKILL at random moments from the start of `due` to after its end; whatever is visible is whole."""
    draw, finished = random.Random(11), 0
    for _ in range(KILLS):
        if os.path.lexists(scheduled.link):
            shutil.rmtree(scheduled.line.output)  # else the next one finds what the killed one left
        run = started(scheduled)
        try:
            run.communicate(timeout=draw.choice([draw.uniform(0.05, 1), draw.uniform(0.5, 8)]))
            finished += 1
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGKILL)
            run.communicate()
        assert not os.path.lexists(scheduled.link) or whole(scheduled.link)
        page = scheduled.line.output / "index.html"
        assert not page.exists() or page.read_text().endswith("</html>")
    assert finished < KILLS
    assert scheduled.processes_that_stay() == []

    done = scheduled.warm.line(*COMMAND)
    assert done.returncode == 0, done.stderr
    assert whole(scheduled.link)
    assert len(published_runs(scheduled)) == 1
    assert scheduled.leftovers() == []


@pytest.mark.kills
def test_ten_at_once_make_each_report_once(scheduled) -> None:
    """Every one of them ends with 0; the report has one run."""
    with ThreadPoolExecutor(10) as pool:
        ends = [*pool.map(lambda _: scheduled.warm.line(*COMMAND), range(10))]

    assert [end.returncode for end in ends] == [0] * 10, ends
    assert sum(bool(end.stdout.strip()) for end in ends) == 1
    assert len(published_runs(scheduled)) == 1
    assert whole(scheduled.link)


def test_after_days_of_downtime_the_real_runner_makes_what_the_policy_says(scheduled) -> None:
    """`all`: each missed interval once, oldest first; nothing is left for the look after that."""
    scheduled = scheduled.warm
    path = scheduled.line.folder / "params" / "daily.yaml"
    path.write_text(path.read_text().replace("catch_up: latest", "catch_up: all"))
    assert scheduled.line(*COMMAND).returncode == 0
    late = scheduled.line("due", "--now", "2026-11-27T12:00")
    assert late.returncode == 0, late.stderr
    assert [Path(line).name for line in late.stdout.splitlines()] == [
        "2026-11-18_2026-11-24", "2026-11-19_2026-11-25", "2026-11-20_2026-11-26",
    ]  # fmt: skip
    assert len(published_runs(scheduled)) == 4
    assert scheduled.line("due", "--now", "2026-11-27T12:30").stdout == ""


def test_a_failed_run_keeps_its_notebook_with_the_failing_cell_on_top(scheduled) -> None:
    """A cell that raises, and one that takes its kernel along."""
    for project, cell in ((scheduled.warm, "1/0"), (scheduled, "import os; os.kill(os.getpid(), 15)")):
        scheduled.notebook("'before'", cell)
        shutil.rmtree(scheduled.line.output / ".failed", ignore_errors=True)
        assert project.report().returncode == 4
        [kept] = (scheduled.line.output / ".failed").glob("*/executed.ipynb")
        top, failed = json.loads(kept.read_text())["cells"][:2]
        assert "This run failed" in top["source"]
        assert "".join(failed["source"]) == cell


@pytest.fixture
def crontab(apiusage) -> Iterator[Callable[[str], None]]:
    """Debian's cron with a crontab of this user; both are as before afterwards."""
    if shutil.which("cron") is None or shutil.which("crontab") is None or os.geteuid() != 0:
        pytest.skip("cron cannot be driven here (Debian: apt-get install cron; the tests must be root to start it)")
    before = subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False)
    found = psutil.process_iter(["name", "status"])
    running = any(it.info["name"] == "cron" and it.info["status"] != psutil.STATUS_ZOMBIE for it in found)
    daemons: list[subprocess.Popen[bytes]] = []

    def install(line: str) -> None:
        subprocess.run(["crontab", "-"], input=f"{line}\n", text=True, check=True)
        if not running:  # only now, so that its first look finds the whole crontab
            daemons.append(subprocess.Popen(["cron", "-f"], start_new_session=True))

    yield install
    ended = [daemon.poll() for daemon in daemons]
    if before.returncode == 0 and "test_the_real_cron" not in before.stdout:  # a killed test's own line is not put back
        subprocess.run(["crontab", "-"], input=before.stdout, text=True, check=True)
    else:
        subprocess.run(["crontab", "-r"], check=False)
    for daemon in daemons:
        daemon.terminate()
        daemon.wait(20)
    assert ended in ([], [None]), f"cron ended by itself with {ended}"


@pytest.mark.cron
def test_the_real_cron_daemon_produces_a_report(scheduled, crontab) -> None:
    """With cron's own bare environment, from a user's crontab, at the next full minute."""
    line = scheduled.line
    names = ("APIUSAGE_STORE", "APIUSAGE_OUTPUT", "PYTHONPATH")
    settings = " ".join(f"{name}={line.environment[name]}" for name in names)
    command = " ".join(line.command(*COMMAND))
    crontab(f"* * * * * cd {line.folder} && {settings} {command} >> {line.folder}/cron.log 2>&1")
    deadline = time.monotonic() + CRON_SECONDS
    while not (scheduled.link / "report.html").is_file() and time.monotonic() < deadline:
        # cron reads a crontab again only when the folder's time, in whole seconds, is another one than at its last look;
        # a look in the very second of the change would miss it for ever
        os.utime(CRONTABS)
        time.sleep(0.5)

    log = line.folder / "cron.log"
    assert (scheduled.link / "report.html").is_file(), (
        log.read_text() if log.is_file() else f"cron of {getpass.getuser()} started nothing"
    )
    assert whole(scheduled.link)
