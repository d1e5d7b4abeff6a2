"""No process of a run is left behind, however it came into being."""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from apiusage_helpers.runs.execution.processes import RUN_MARK, kill_run, kill_strays

FORKS = """
import os, signal, sys, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies, which would be waited for
if os.fork() == 0:
    os.chdir(sys.argv[1])
    print(os.getpid(), flush=True)
time.sleep(60)
"""


def started(code: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    clean = {name: value for name, value in os.environ.items() if name != RUN_MARK}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, env=clean | environment
    )


def forked(parent: subprocess.Popen[str]) -> psutil.Process:
    assert parent.stdout is not None
    return psutil.Process(int(parent.stdout.readline()))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_forked_process_is_found_by_its_folder(tmp_path: Path) -> None:
    """A worker that a process of nobody's forked bears no mark; what it was forked from lives on."""
    work = tmp_path / ".runs" / ".forked.work"
    work.mkdir(parents=True)
    with started(FORKS, str(work)) as parent:
        child = forked(parent)

        assert kill_run("other") == 0
        assert kill_run("forked") == 1

        assert (is_gone(child), parent.poll()) == (True, None)
        parent.kill()


def test_strays_are_those_of_this_output_folder_that_nobody_looks_after(tmp_path: Path) -> None:
    """By mark or by folder: runs that go on, and those of another output folder, stay."""
    folders = [tmp_path / place / ".runs" / f".{run}.work" for place, run in (("a", "r1"), ("a", "r2"), ("b", "r3"))]
    for folder in folders:
        folder.mkdir(parents=True)
    parents = [started(FORKS, str(folder)) for folder in folders]
    children = [forked(parent) for parent in parents]
    marked = started(
        "import time; print(1, flush=True); time.sleep(60)", **{RUN_MARK: "r4", "APIUSAGE_OUTPUT": str(tmp_path / "a")}
    )
    assert marked.stdout is not None
    assert marked.stdout.readline()  # a process that has not begun its program has the environment of the one before

    assert kill_strays(["r2"], str(tmp_path / "a")) == 2

    assert [is_gone(child) for child in children] == [True, False, False]
    assert not psutil.pid_exists(marked.pid)  # killed, and reaped by psutil
    for process in (*children[1:], *parents):
        process.kill()
    for parent in (*parents, marked):
        parent.communicate()
