"""The processes of a run: what they may know, how they die with it, and how none is left behind.

A kernel has a session of its own and may start children, so neither a process group nor a parent's death ends them all.
A run's process therefore adopts what is started below it, and ends all of that when it ends. Should it be killed, what it
leaves bears the run's id in its environment, or works in the run's private folder; it is found by either.
"""

import ctypes
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress

import psutil

RUN_MARK = "APIUSAGE_RUN"
_KEPT = frozenset({
    "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "XDG_CACHE_HOME",
    "PYTHONPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
    "JAVA_HOME", "SPARK_HOME", "SPARK_CONF_DIR", "SPARK_LOCAL_IP", "SPARK_LOCAL_DIRS", "HADOOP_CONF_DIR",
})  # fmt: skip
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_WORK_FOLDER = re.compile(r"(?P<output>.+)/\.runs/\.(?P<run>[^/]+)\.work(?:/|$)")  # as Run.work has it


def clean_environment(environment: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a run needs, and `more`; nothing that could hold a secret is passed on."""
    kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith("LC_")}
    return kept | dict(more)


def die_with_parent() -> None:
    """This process is killed when the process that started it ends, however it ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Whatever is started below this process stays below it, also when what started it has ended (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def end_children() -> None:
    """All processes below this one are killed, and are gone when this returns."""
    _kill_all(psutil.Process().children(recursive=True))


def end_with_input() -> None:
    """This process and all below it are killed when its standard input closes: when its supervisor is gone."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        _end_all()

    threading.Thread(target=wait, daemon=True).start()


def end_with_supervisor() -> None:
    """As `end_with_input`, for a process of the fork server: it ends when the process that asked for it is gone."""
    supervisor = multiprocessing.parent_process()

    def wait() -> None:
        if supervisor is not None:
            supervisor.join()
        _end_all()

    threading.Thread(target=wait, daemon=True).start()


def _end_all() -> None:
    end_children()
    os.kill(os.getpid(), signal.SIGKILL)


def begin_in(folder: str, environment: Mapping[str, str]) -> None:
    """This process works in a run's folder from now on, with its environment, and writes its log there."""
    os.chdir(folder)
    os.environ.update(environment)
    tempfile.tempdir = None  # TMPDIR may be another now
    log = os.open("log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def kill_run(run_id: str) -> int:
    """The number of processes of a run that were still there; they are killed."""
    return _kill_all(process for process in psutil.process_iter() if _run_of(process)[0] == run_id)


def kill_strays(alive: Iterable[str], output: str) -> int:
    """The number of processes of runs below the folder `output` that no supervisor looks after any more; they are killed.

    `alive` are the ids of runs that are going on.
    """
    keep = {*alive, None}
    found = ((process, *_run_of(process)) for process in psutil.process_iter())
    return _kill_all(process for process, run, place in found if run not in keep and place == output)


def _kill_all(processes: Iterable[psutil.Process]) -> int:
    found = list(processes)
    for process in found:
        _kill(process)
    psutil.wait_procs(found, timeout=5)
    return len(found)


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return


def _run_of(process: psutil.Process) -> tuple[str | None, str | None]:
    """The run that a process belongs to, and the output folder of it; by its environment, else by its working folder."""
    if process.pid == os.getpid():
        return None, None
    with suppress(psutil.Error, OSError):
        environment = process.environ()
        if RUN_MARK in environment:
            return environment[RUN_MARK], environment.get("APIUSAGE_OUTPUT")
        inside = _WORK_FOLDER.match(process.cwd())
        if inside:
            return inside["run"], inside["output"]
    return None, None
