"""The processes of a run: what they may know, how they die with it, and how none is left behind.

A kernel has a session of its own and may start children, so neither a process group nor a parent's death ends them all.
Every process of a run therefore bears the run's id in its environment, and is found by it.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Iterable, Mapping

import psutil

RUN_MARK = "APIUSAGE_RUN"
_KEPT = frozenset({
    "PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "MPLCONFIGDIR", "XDG_CACHE_HOME",
    "PYTHONPATH", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE",
})  # fmt: skip
_PR_SET_PDEATHSIG = 1


def clean_environment(environment: Mapping[str, str], more: Mapping[str, str]) -> dict[str, str]:
    """The few variables that a run needs, and `more`; nothing that could hold a secret is passed on."""
    kept = {name: value for name, value in environment.items() if name in _KEPT or name.startswith("LC_")}
    return kept | dict(more)


def die_with_parent() -> None:
    """This process is killed when the process that started it ends, however it ends (Linux; elsewhere nothing happens)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def end_with_input() -> None:
    """This process and all below it are killed when its standard input closes: when its supervisor is gone."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        for child in psutil.Process().children(recursive=True):
            _kill(child)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def kill_run(run_id: str) -> int:
    """The number of processes of a run that were still there; they are killed."""
    return _kill_all(process for process in psutil.process_iter() if _run_of(process) == run_id)


def kill_strays(alive: Iterable[str], output: str) -> int:
    """The number of processes of runs below the folder `output` that no supervisor looks after any more; they are killed.

    `alive` are the ids of runs that are going on.
    """
    keep = set(alive)
    return _kill_all(
        process
        for process in psutil.process_iter()
        if (run := _run_of(process)) and run not in keep and _environment(process).get("APIUSAGE_OUTPUT") == output
    )


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


def _run_of(process: psutil.Process) -> str | None:
    return None if process.pid == os.getpid() else _environment(process).get(RUN_MARK)


def _environment(process: psutil.Process) -> Mapping[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}
