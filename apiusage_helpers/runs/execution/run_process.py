"""The processes that runs happen in: one that begins to load while its supervisor still checks, or forks of a loaded one.

A run alone starts cold: its process and its kernel import side by side. Several runs start from one process that has
imported all they need (the standard library's fork server), as many at once as there are cores. Either way each run has a
process, a kernel and a folder of its own, an environment without secrets, and ends with its supervisor.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from apiusage_helpers.project import places

_PRELOADED = "apiusage_helpers.runs.execution.preload"
_CLEAR_UP_SECONDS = 5.0
_NO_THREADS = {  # of libraries that are only imported: a process with threads is not forked
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "_RJEM_MALLOC_CONF": "background_thread:false",
}
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class StoppedError(BaseException):
    """The runs are to end at once, since their supervisor is told to: nothing is kept of them, as if it had been killed."""


@dataclass(frozen=True)
class Limits:
    """How long a run may take, in seconds: one cell, and all of it."""

    cell: float = 600
    run: float = 1800


@dataclass(frozen=True)
class Order:
    """What a run process is told: the private folder of the run, and the environment that it adds to its own."""

    folder: Path
    environment: Mapping[str, str]


class RunProcess(Protocol):
    """A process that works on an order."""

    def wait(self, seconds: float) -> int:
        """Its exit code, negative for a signal; TimeoutError when it takes longer."""

    def kill(self) -> None:
        """It ends at once; its kernel with it."""


Start = Callable[[Order], RunProcess]


@dataclass
class Workers:
    """Where runs begin, and how many of their processes go on at once."""

    begin: Start
    count: int = 1
    slots: threading.Semaphore = field(init=False)
    stopped: threading.Event = field(default_factory=threading.Event)
    running: set[RunProcess] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.slots = threading.Semaphore(self.count)

    def run(self, order: Order, seconds: float) -> int:
        """The exit code of a run process; TimeoutError after `seconds`, StoppedError when all are to end."""
        with self.slots:
            process = self.begin(order)
            self.running.add(process)
            try:
                if self.stopped.is_set():
                    raise StoppedError
                code = process.wait(seconds)
            finally:
                process.kill()
                self.running.discard(process)
        if self.stopped.is_set():
            raise StoppedError
        return code

    def each(self, do: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        """What `do` gives for each item, in their order; all end when one is stopped.

        One item more than there are workers is being done, so that a process goes on while what came before is published.
        """
        if self.count == 1:
            yield from map(do, items)
            return
        results: list[Future[_Result]] = [Future() for _ in items]
        left: SimpleQueue[tuple[Future[_Result], _Item]] = SimpleQueue()
        for pair in zip(results, items, strict=True):
            left.put(pair)
        threads = [threading.Thread(target=self._work, args=(do, left), daemon=True) for _ in range(self.count + 1)]
        for thread in threads:
            thread.start()
        try:
            for result in results:
                yield result.result()
        except BaseException:
            self._stop(threads)
            raise

    def _work(self, do: Callable[[_Item], _Result], left: "SimpleQueue[tuple[Future[_Result], _Item]]") -> None:
        """Do what is left, one after the other; a daemon, so that no wait in it (of a fetch, of a pause) holds up the end."""
        while not self.stopped.is_set():
            try:
                result, item = left.get_nowait()
            except Empty:
                return
            try:
                result.set_result(do(item))
            except BaseException as fault:  # noqa: BLE001  # whoever asks for the result gets it
                result.set_exception(fault)

    def _stop(self, threads: Sequence[threading.Thread]) -> None:
        """All runs end; their threads have a few seconds to clear up behind them."""
        self.stopped.set()
        for process in [*self.running]:
            process.kill()
        latest = time.monotonic() + _CLEAR_UP_SECONDS
        for thread in threads:
            thread.join(max(0, latest - time.monotonic()))


def base_environment() -> dict[str, str]:
    """The environment that all runs share: where things lie, and how libraries are set up; nothing secret."""
    folders = {
        "APIUSAGE_STORE": str(places.store_folder()),
        "APIUSAGE_OUTPUT": str(places.output_folder()),
        "APIUSAGE_PARAMS": str(places.params_folder()),
        "MATPLOTLIBRC": str(places.PACKAGE / "charts" / "matplotlibrc"),
        **_NO_THREADS,
    }
    from apiusage_helpers.runs.execution.processes import clean_environment  # noqa: PLC0415  # when something is to be run

    search = os.pathsep.join(filter(None, (str(places.SOURCE_ROOT), os.environ.get("PYTHONPATH"))))
    return clean_environment(os.environ, {"PYTHONPATH": search, **folders})


@contextmanager
def first_process() -> Iterator[list["_ColdProcess"]]:
    """A process that begins to load at once, for `workers_for`, which takes it out of the list; one not taken is ended."""
    waiting = [_ColdProcess()]
    try:
        yield waiting
    finally:
        for process in waiting:
            process.kill()


@contextmanager
def workers_for(runs: int, *, waiting: list["_ColdProcess"] | None = None) -> Iterator[Workers]:
    """Workers for so many runs; nothing of them is left when the block ends. A process that is `waiting` takes the first run."""
    waiting = [] if waiting is None else waiting
    if runs > 1 and _can_fork():
        while waiting:
            waiting.pop().kill()
        with _forked() as begin:
            yield Workers(begin, min(runs, cores()))
    else:

        def begin_cold(order: Order) -> RunProcess:
            return (waiting.pop() if waiting else _ColdProcess()).told(order)

        yield Workers(begin_cold)


def _can_fork() -> bool:
    import multiprocessing  # noqa: PLC0415  # when several runs are to be made

    return "forkserver" in multiprocessing.get_all_start_methods()


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _ColdProcess:
    """A fresh interpreter that imports, then waits for its order on standard input, which stays open as long as we live."""

    def __init__(self) -> None:
        self.said = tempfile.TemporaryFile()  # noqa: SIM115  # what it says before it has a log of its own
        self.process = subprocess.Popen(
            [sys.executable, "-m", "apiusage_helpers.runs.execution.start_up"],
            stdin=subprocess.PIPE, stdout=self.said, stderr=self.said, env=base_environment(), start_new_session=True,
        )  # fmt: skip
        self.order: Order | None = None

    def told(self, order: Order) -> "_ColdProcess":
        """The same process, which begins with its order now."""
        self.order = order
        assert self.process.stdin is not None  # noqa: S101  # a pipe, as asked for
        line = json.dumps({"folder": str(order.folder), "environment": dict(order.environment)})
        with suppress(BrokenPipeError):  # it died while it was loading: `wait` tells
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()
        return self

    def wait(self, seconds: float) -> int:
        """Its exit code; what it said before it had its order goes into the log."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimeoutError from None
        log = self.order.folder / "log.txt" if self.order else None
        if log and not log.exists():
            self.said.seek(0)
            log.write_bytes(self.said.read())
        return code

    def kill(self) -> None:
        """It ends, and its kernel with it."""
        self.process.kill()
        self.process.communicate()
        self.said.close()


@contextmanager
def _forked() -> Iterator[Start]:
    """Forks of a process that has imported what runs need; it starts at once, with an environment of its own."""
    from multiprocessing import forkserver, get_context  # noqa: PLC0415  # as above

    context: Any = get_context("forkserver")
    context.set_forkserver_preload([_PRELOADED])
    with _only(base_environment()):
        forkserver.ensure_running()

    def begin(order: Order) -> RunProcess:
        from apiusage_helpers.runs.execution.execute import forked  # noqa: PLC0415  # it starts runs through this module

        return _ForkedProcess(context.Process(target=forked, args=(str(order.folder), dict(order.environment))))

    try:
        yield begin
    finally:
        forkserver._forkserver._stop()  # type: ignore[attr-defined]  # noqa: SLF001  # else it stays as long as this process


@contextmanager
def _only(environment: Mapping[str, str]) -> Iterator[None]:
    """What is started inside has this environment."""
    kept = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(environment)
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


class _ForkedProcess:
    """A process of the fork server; the pipe that its start leaves open is its life line."""

    def __init__(self, process: Any) -> None:
        self.process = process
        process.start()

    def wait(self, seconds: float) -> int:
        """Its exit code."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            raise TimeoutError
        return int(self.process.exitcode)

    def kill(self) -> None:
        """It ends, and its kernel with it."""
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
