"""Runs: a report is published only when every cell ran; what fails leaves the last good one and no process."""

import json
import os
import random
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
import warm

from apiusage_helpers.errors import RunError
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.runs.execution import run_process
from apiusage_helpers.runs.execution.run import run_report
from apiusage_helpers.runs.execution.run_process import Limits

KILLS = int(os.environ.get("APIUSAGE_KILLS", "5"))

FAILURES = {
    "raises": ("1/0", 4, "ZeroDivisionError"),
    "exits with 0": ("import sys; sys.exit(0)", 4, "."),
    "exits with 3": ("import sys; sys.exit(3)", 4, "."),
    "leaves the process": ("import os; os._exit(0)", 4, "kernel died"),
    "kills itself": ("import os; os.kill(os.getpid(), 9)", 4, "kernel died"),
    "has no memory": ("raise MemoryError", 4, "MemoryError"),
    "has no disk": ("raise OSError(28, 'No space left on device')", 5, "No space left"),
    "store fault": (
        "from apiusage_helpers.errors import StoreError\nraise StoreError('no such day')",
        3,
        "no such day",
    ),
    "engine fault": (
        "import duckdb\nduckdb.connect().read_parquet('no such file.parquet').fetchall()",
        3,
        "the store cannot be read",
    ),
    "disagrees": (
        "from apiusage_helpers.errors import RunError\nraise RunError('checks of agreement failed')",
        4,
        "checks of",
    ),
    "leaves a child": (
        "import subprocess; subprocess.Popen(['sleep', '300'], start_new_session=True)\n1/0",
        4,
        "ZeroDivision",
    ),
    "prints a false seal": (
        "print('sealed'); get_ipython().kernel.do_shutdown(False)\nimport os; os._exit(0)",
        4,
        "kernel died",
    ),
}
# run by started processes, as reports are; the others, whose cell raises too, by forks
_ABOUT_PROCESSES = {"raises", "leaves the process", "kills itself", "leaves a child", "prints a false seal"}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failed_notebook_publishes_nothing(published, kind) -> None:
    """The exit code is that of its cause, the last good report stays, the run is kept, and nothing runs on."""
    project = published if kind in _ABOUT_PROCESSES else published.warm
    good = project.link.resolve()
    cell, code, message = FAILURES[kind]
    project.notebook(cell)

    done = project.report()

    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert project.link.resolve() == good
    assert [run["status"] for run in project.kept] == ["failed"]
    assert project.leftovers() == []


@pytest.mark.parametrize("limits", [Limits(cell=1), Limits(run=3)], ids=["cell", "run"])
def test_a_run_that_takes_too_long_is_stopped(project, monkeypatch, limits) -> None:
    """Also one that holds the interpreter in a loop; no process is left."""
    project.notebook("while True: pass")
    for name, value in project.line.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.line.folder)
    report = read_report(Path("params/daily.yaml"), today=date(2026, 11, 24))
    with pytest.raises(Exception, match=r"longer than \d s") as fault:
        run_report(report, "sample", limits=limits)
    assert fault.value.exit_code == 4
    assert project.leftovers() == []


def test_a_users_matplotlibrc_does_not_reach_a_run(project, tmp_path) -> None:
    """One that is not even text breaks no report."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "matplotlibrc").write_bytes(b"text.usetex: True\n# \xff\xfe\n")
    project.notebook("import matplotlib\nassert matplotlib.rcParams['text.usetex'] is False")

    done = project.report(MPLCONFIGDIR=str(tmp_path / "config"))

    assert done.returncode == 0, done.stderr


def test_a_full_disk_is_named_where_the_run_process_could_not_say_so(project, monkeypatch) -> None:
    """It cannot even write why it ended."""
    project.notebook("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    for name, value in project.line.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.line.folder)
    report = read_report(Path("params/daily.yaml"), today=date(2026, 11, 24))
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=4096))

    with pytest.raises(RunError, match=r"the disk of .* is full; free some space") as fault:
        run_report(report, "sample")

    assert fault.value.exit_code == 5


def test_live_cells_are_not_executed(project) -> None:
    """A cell tagged live is for hands; a scheduled run leaves it out."""
    path = project.line.folder / "notebooks" / "api_usage_report.ipynb"
    story = json.loads(path.read_text())
    live = {
        "cell_type": "code",
        "id": "l",
        "metadata": {"tags": ["live"]},
        "source": "1/0",
        "outputs": [],
        "execution_count": None,
    }
    story["cells"].insert(2, live)
    path.write_text(json.dumps(story))

    assert project.warm.report().returncode == 0


def test_the_same_report_runs_once_at_a_time(project, tmp_path) -> None:
    """A second run that starts meanwhile ends with 75; the first, which waits for that, publishes."""
    ended = tmp_path / "ended"
    project.notebook(f"import pathlib, time\nwhile not pathlib.Path({str(ended)!r}).exists(): time.sleep(0.05)")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(project.warm.report)
        while not (first.done() or [*project.line.output.glob(".runs/.*.work")]):
            time.sleep(0.05)
        second = project.warm.report()
        ended.touch()

    assert second.returncode == 75
    assert "going on" in second.stderr
    assert first.result().returncode == 0


def test_secrets_reach_neither_kernel_nor_files(project) -> None:
    """The kernel's environment has none of the credentials, and a file that holds one is not published."""
    secret = {"GENESYSCLOUD_OAUTHCLIENT_SECRET": "canary-7391-secret"}
    project.notebook(
        "import os; pathlib_text = repr(dict(os.environ)); open(export_folder + '/env.txt', 'w').write(pathlib_text)"
    )
    assert project.report(**secret).returncode == 0
    seen = (project.link / "env.txt").read_text()
    assert "canary" not in seen
    assert "GENESYSCLOUD" not in seen

    project.notebook("open(export_folder + '/leak.txt', 'w').write('canary-7391-' + 'secret')")
    done = project.warm.report(**secret)
    assert done.returncode == 5
    assert "leak.txt holds a secret" in done.stderr
    assert f"the value of {next(iter(secret))}" in done.stderr
    assert "canary-7391-secret" not in done.stderr
    assert not (project.link / "leak.txt").exists()


def test_an_output_folder_that_cannot_be_written_is_said(project) -> None:
    """One message, exit code 5."""
    (project.line.folder / "blocked").write_text("a file")
    done = project.warm.report(APIUSAGE_OUTPUT=str(project.line.folder / "blocked"))

    assert done.returncode == 5
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_latest_leads_to_the_newest_interval(project) -> None:
    """Also when an older interval is run afterwards."""
    assert project.warm.report().returncode == 0
    assert project.warm.report("-p", "date_range", "2026-11-01/2026-11-02").returncode == 0

    latest = project.link.parent / "latest.html"
    assert str(latest.readlink()) == "2026-11-17_2026-11-23/report.html"
    assert str(project.link.readlink()).startswith("../../.runs/")


def test_a_kernel_that_is_killed_may_pass_and_a_cell_that_fails_may_not(project, monkeypatch) -> None:
    """Whoever asked for the run is told, so that `due` tries the first again."""
    for name, value in project.line.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.line.folder)
    report = read_report(Path("params/daily.yaml"), today=date(2026, 11, 24))
    for cell, may_pass in (("import os; os.kill(os.getpid(), 9)", True), ("1/0", False)):
        project.notebook(cell)
        with pytest.raises(RunError) as fault:
            run_report(report, "sample")
        monkeypatch.setattr(run_process, "subprocess", warm.FORKS)  # a cell that fails asks nothing about processes
        assert fault.value.may_pass is may_pass


def test_a_kernel_that_dies_before_its_first_cell_is_told(project, tmp_path) -> None:
    """It is killed as it loads what draws: told as any death of a kernel, with the run kept, and nothing is left of it."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "matplotlib.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGKILL)\n")
    search = f"{tmp_path / 'broken'}{os.pathsep}{project.line.environment['PYTHONPATH']}"
    done = project.report(PYTHONPATH=search)

    assert done.returncode == 4
    assert "the kernel died of signal 9 (SIGKILL): out of memory, or killed by hand" in done.stderr
    assert "Traceback" not in done.stderr
    assert [run["exit_code"] for run in project.kept] == [4]
    assert project.leftovers() == []


def test_a_notebook_that_exports_nothing_is_a_failed_run(project) -> None:
    """Told as what it is, with the run kept."""
    project.notebook()
    path = project.line.folder / "notebooks" / "api_usage_report.ipynb"
    story = json.loads(path.read_text())
    story["cells"].pop()
    path.write_text(json.dumps(story))
    done = project.warm.report()

    assert done.returncode == 4
    assert "its cell tagged `export` is missing" in done.stderr
    assert [run["exit_code"] for run in project.kept] == [4]


def test_a_notebook_cannot_say_for_itself_how_its_run_ended(project) -> None:
    """What a notebook hands over overrides neither status, organization, interval nor files of run.json."""
    false = ', "status": "failed", "organization": "other", "interval": {}, "files": [], "more": 1}'
    project.notebook(
        "import pathlib\nhonest = pathlib.Path.write_text\n"
        f"pathlib.Path.write_text = lambda path, text: honest(path, text[:-1] + {false!r})"
    )

    assert project.warm.report().returncode == 0

    told = json.loads((project.link / "run.json").read_text(encoding="utf-8"))
    assert (told["status"], told["organization"], told["more"]) == ("succeeded", "sample", 1)
    assert told["interval"] == {"start": "2026-11-17", "end": "2026-11-23"}


def test_a_report_that_cannot_be_published_is_a_failed_run(project) -> None:
    """Kept as such with its notebook; nothing below .runs/ tells of a run that nobody has seen."""
    project.line.output.mkdir()
    (project.line.output / "daily").write_text("a file where the reports should be")
    done = project.warm.report()

    assert (done.returncode, done.stdout) == (5, "")
    assert "cannot be published" in done.stderr
    assert [(run["status"], run["exit_code"]) for run in project.kept] == [("failed", 5)]
    assert [path.name for path in (project.line.output / ".failed").glob("*/executed.ipynb")] == ["executed.ipynb"]
    assert list((project.line.output / ".runs").iterdir()) == []


def test_a_report_stays_published_although_latest_cannot_follow(project) -> None:
    """Exit code 5, and what is said is true: the link leads to a whole report, the run is none that failed."""
    (project.link.parent / "latest.html").mkdir(parents=True)
    done = project.warm.report()

    assert done.returncode == 5
    assert "is published, but latest.html" in done.stderr
    assert (project.link / "report.html").is_file()
    assert project.kept == []


@pytest.mark.kills
def test_a_killed_run_leaves_no_half_report_and_no_process(project) -> None:
    """SIGKILL of the command at random moments: the link leads to a whole report, and soon nothing of the run is left."""
    assert project.warm.report().returncode == 0
    project.notebook("import subprocess; subprocess.Popen(['sleep', '300'])", "sum(range(10**7))")
    draw = random.Random(5)
    for _ in range(KILLS):
        run = subprocess.Popen(
            project.line.command("report", "params/daily.yaml", "--today", "2026-11-24"),
            env=project.line.environment, cwd=project.line.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(draw.uniform(0.1, 3.5))
        run.send_signal(signal.SIGKILL)
        run.wait()
        facts = json.loads((project.link / "run.json").read_text())
        assert {path.name for path in project.link.iterdir()} == {file["name"] for file in facts["files"]} | {
            "run.json"
        }
    assert project.processes_that_stay() == []
    project.notebook("'good'")
    assert project.warm.report().returncode == 0
    assert project.leftovers() == []
