"""Runs that are forked from one loaded process: as good as cold ones, as isolated, and gone with their supervisor."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.runs.execution.test_run import FAILURES

KILLS = int(os.environ.get("APIUSAGE_KILLS", "4"))
PAIR = ("-p", "organization", "sample,other")


def started(project: Any, *arguments: str) -> subprocess.Popen[bytes]:
    command = project.line.command("report", "params/daily.yaml", "--today", "2026-11-24", *arguments)
    return subprocess.Popen(
        command, env=project.line.environment, cwd=project.line.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )  # fmt: skip


def test_forked_runs_give_the_bytes_of_cold_ones(make_command_line) -> None:
    """CSV files, pictures and page of two organizations, made side by side and one after the other."""
    line = make_command_line("forks")
    for number, name in enumerate(("north", "south")):
        assert line("sample", "--organization", name, "--seed", str(number), "--today", "2026-11-24").returncode == 0
    root = Path(__file__).resolve().parents[3]
    report = ("report", root / "params" / "daily.yaml", "--today", "2026-11-24", "-p", "organization")

    def files() -> dict[str, bytes]:
        found = (line.output / "daily").glob("*/2026-11-17_2026-11-23/*")
        return {f"{path.parts[-3]}/{path.name}": path.read_bytes() for path in found if path.name != "run.json"}

    assert replace(line, cold=True)(*report, "north,south").returncode == 0  # with a fork server of its own
    forked = files()
    assert [line(*report, name).returncode for name in ("north", "south")] == [0, 0]

    assert len(forked) == 2 * 16
    assert files() == forked


def test_a_failure_in_one_fork_reaches_no_other(project) -> None:
    """Each organization's notebook fails in its own way, side by side: codes and causes as in cold runs, and one that succeeds."""
    kinds = {f"kind-{number}": kind for number, kind in enumerate(FAILURES)}
    cells = {name: FAILURES[kind][0] for name, kind in kinds.items()}
    project.notebook(f"exec({cells!r}.get(organization, '1'))")

    done = project.report("-p", "organization", project.organizations(*kinds, "good"))

    kept = {run["organization"]: run for run in project.kept}
    assert (done.returncode, "Traceback" in done.stderr) == (5, False)
    assert done.stdout.splitlines() == [str(project.link_of("good"))]
    assert kept.keys() == kinds.keys()
    for name, kind in kinds.items():
        assert (kept[name]["exit_code"], FAILURES[kind][2] in kept[name]["message"] + ".") == (
            FAILURES[kind][1],
            True,
        ), kind
    assert project.leftovers() == []


def test_forks_know_no_secret_and_share_nothing_that_was_opened(project) -> None:
    """Neither a fork nor what it was forked from has a credential; that one has one thread, and no file of the store."""
    project.organizations("other")
    project.notebook(
        "import os, psutil, time; time.sleep(0.3)\n"
        "server = psutil.Process().parent().parent()\n"
        "told = [repr(dict(os.environ)), repr(server.environ()), str(server.num_threads()), repr(server.open_files())]\n"
        "open(export_folder + '/told.txt', 'w').write('\\n'.join(told))"
    )

    assert project.report(*PAIR, GENESYSCLOUD_OAUTHCLIENT_SECRET="canary-7391-secret").returncode == 0

    own, server, threads, files = (project.link / "told.txt").read_text().splitlines()
    assert "canary" not in own + server
    assert "GENESYSCLOUD" not in own + server
    assert threads == "1"
    assert str(project.line.store) not in files


@pytest.mark.parametrize("organizations", [(), PAIR], ids=["cold", "forked"])
def test_a_daemon_that_a_notebook_leaves_does_not_outlive_the_run(project, organizations) -> None:
    """Neither in the run's folder nor below its kernel any more, with nothing in its environment that names the run."""
    project.organizations("other")
    project.notebook(
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    if os.fork() == 0:\n"
        "        os.setsid(); os.chdir('/')\n"
        "        time.sleep(60)\n"
        "    os._exit(0)"
    )

    assert project.report(*organizations).returncode == 0
    assert project.leftovers() == []


@pytest.mark.kills
def test_killed_forks_leave_no_half_report_and_no_process(project) -> None:
    """SIGKILL of the command at random moments: links lead to whole reports, and soon no process is left."""
    for name in project.organizations("sample", "other").split(","):
        assert project.warm.report("-p", "organization", name).returncode == 0
    project.notebook("import subprocess; subprocess.Popen(['sleep', '300'])", "sum(range(10**7))")
    draw = random.Random(7)
    for _ in range(KILLS):
        run = started(project, *PAIR)
        time.sleep(draw.uniform(0.1, 4))
        run.send_signal(signal.SIGKILL)
        run.wait()
        for link in (project.link, project.link_of("other")):
            facts = json.loads((link / "run.json").read_text())
            assert {path.name for path in link.iterdir()} == {file["name"] for file in facts["files"]} | {"run.json"}

    assert project.processes_that_stay() == []
    project.notebook("'good'")
    assert project.report(*PAIR).returncode == 0
    assert project.leftovers() == []


def test_the_end_of_the_command_ends_its_forks(project) -> None:
    """SIGTERM: exit code 143 without waiting for the runs; none of them is kept as failed, nothing is left."""
    project.organizations("other")
    project.notebook("open('begun', 'w').close()", "import time; time.sleep(300)")
    run = started(project, *PAIR)
    deadline = time.monotonic() + 30
    while len([*project.line.output.glob(".runs/.*.work/begun")]) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)

    assert run.wait(20) == 143
    assert (project.kept, project.processes_that_stay()) == ([], [])


def test_a_wait_does_not_hold_up_the_end() -> None:
    """A worker that sleeps, as between two tries of a run, is left behind when another one is stopped."""
    code = (
        "import time\n"
        "from apiusage_helpers.runs.execution.run_process import Workers\n"
        "def do(item):\n"
        "    if item == 'stops': raise SystemExit(143)\n"
        "    time.sleep(300)\n"
        "list(Workers(None, 2).each(do, ['stops', 'sleeps']))"
    )

    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 143


def test_what_cannot_be_imported_is_told_by_each_run(project, tmp_path) -> None:
    """A library that breaks as it is imported breaks no fork server: its last line is the message, without a traceback."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "papermill.py").write_text("raise RuntimeError('half installed')\n")
    project.organizations("other")
    search = f"{tmp_path / 'broken'}{os.pathsep}{project.line.environment['PYTHONPATH']}"

    done = project.report(*PAIR, PYTHONPATH=search)

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.count("RuntimeError: half installed") == 2
    assert "Traceback" not in done.stderr
    assert project.processes_that_stay() == []


def test_a_worker_a_core(project) -> None:
    """No more runs at once than this machine has processors, however many organizations there are."""
    names = [f"o{number}" for number in range(2 * len(psutil.Process().cpu_affinity()))]
    project.notebook(
        "import os, pathlib, time, psutil\n"
        "time.sleep(0.5)\n"
        "folder = pathlib.Path.cwd().parent\n"
        "works = (process.info['cwd'] for process in psutil.process_iter(['cwd']))\n"
        "runs = {work for work in works if work and pathlib.Path(work).parent == folder}\n"
        "open(export_folder + '/at_once.txt', 'w').write(str(len(runs)))"
    )

    assert project.report("-p", "organization", project.organizations(*names)).returncode == 0
    at_once = [int((project.link_of(name) / "at_once.txt").read_text()) for name in names]
    assert max(at_once) == len(psutil.Process().cpu_affinity())
