"""Commands of the kit without their start-up: a process that has imported the kit forks for each of them.

Imports are the larger part of what a command or a run takes, and few tests ask about them. A fork has arguments,
environment, folder, streams and an end of its own, as a process that is started has; the processes of a run come from the
same source, and so may the kernels of a server. What tests ask about processes themselves (kills, marks, locales, seeds of
hashes) and of the fork server is asked of started ones.
"""

import atexit
import functools
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
LIGHT = (
    "import runpy, sys; from apiusage_helpers.runs.execution.start_up import leave_out; leave_out(); "
    "del sys.argv[0]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)
MOST_BYTES = 200_000  # of a request: its arguments and its environment
KERNEL = "ipykernel_launcher"
RUN = "apiusage_helpers.runs.execution"
LOADED = (
    "apiusage_helpers.reports.page_rows", "apiusage_helpers.reports.api_usage.head", "apiusage_helpers.reports.api_usage.story",
    "apiusage_helpers.reports.export",
    "apiusage_helpers.live.report_view", "apiusage_helpers.live.usage_view", "apiusage_helpers.page.html", "apiusage_helpers.fetching.fetch",
    "matplotlib.backends.backend_svg", "ipykernel.kernelapp", "papermill", "apiusage_helpers.cli", f"{RUN}.engine", f"{RUN}.run", f"{RUN}.execute", f"{RUN}.start_up",
)  # fmt: skip


def light(module: str) -> list[str]:
    """The command of somebody else's program, which loads for itself but for the grammar and the debugger that no run loads."""
    return [sys.executable, "-c", LIGHT, module]


class Forked:
    """A process that was forked instead of started, with as much of Popen as a run asks of one."""

    def __init__(
        self, command: Sequence[str], *, stdin: int | None = None, stdout: Any = None, stderr: Any = None,
        cwd: Any = None, env: Mapping[str, str] | None = None, start_new_session: bool = False,
    ) -> None:  # fmt: skip
        read, write = os.pipe() if stdin == subprocess.PIPE else (os.open(os.devnull, os.O_RDONLY), None)
        self.args, self.returncode = command, None
        self.stdin = None if write is None else os.fdopen(write, "wb", buffering=0)
        self.stdout = self.stderr = None
        asked = {
            "command": [*map(str, command)], "env": dict(os.environ if env is None else env),
            "cwd": str(cwd or Path.cwd()), "session": start_new_session,
        }  # fmt: skip
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.line.connect(os.environ.get("WARM_ADDRESS") or source())
        streams = [read, *(number if one is None else one.fileno() for number, one in ((1, stdout), (2, stderr)))]
        socket.send_fds(self.line, [json.dumps(asked).encode()], streams)
        self.pid = int(self.line.recv(32))
        os.close(read)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, negative for a signal."""
        if self.returncode is None:
            self.line.settimeout(timeout)
            try:
                self.returncode = int(self.line.recv(32) or -signal.SIGKILL)
            except TimeoutError:
                raise subprocess.TimeoutExpired(self.args, timeout or 0) from None
            self.line.close()
        return self.returncode

    def poll(self) -> int | None:
        with suppress(subprocess.TimeoutExpired, BlockingIOError):
            return self.wait(0)
        return None

    def communicate(self) -> tuple[None, None]:
        """Its end, with the input closed, as Popen has it."""
        self.__exit__()
        return None, None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stdin:
            self.stdin.close()
        self.wait()


# in place of the module subprocess, where runs start their processes
FORKS = SimpleNamespace(Popen=Forked, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)


@contextmanager
def forked() -> Iterator[Callable[[Any], Any]]:
    """In place of the fork server of several runs, which would load the kit anew: side by side, each is a fork of this source."""
    yield lambda order: importlib.import_module(f"{RUN}.run_process")._ColdProcess().told(order)


def run(command: Sequence[str], env: Mapping[str, str], cwd: Path) -> "subprocess.CompletedProcess[str]":
    """What a command of the kit says and ends with."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as told:
        with Forked(command, stdout=said, stderr=told, cwd=cwd, env=env) as process:
            try:
                process.wait(300)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(command, process.wait(), _text(said), _text(told))


def _text(file: Any) -> str:
    file.seek(0)
    return file.read().decode().replace("\r\n", "\n")


def kernels(folder: Path) -> Path:
    """The folder, with a kernel "python3" for JUPYTER_PATH that is a fork; its server ends a process that stands for it."""
    place = folder / "kernels" / "python3" / "kernel.json"
    place.parent.mkdir(parents=True)
    told = {
        "argv": [sys.executable, __file__, KERNEL, "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    place.write_text(json.dumps(told | {"env": {"WARM_ADDRESS": source()}}), encoding="utf-8")
    return folder


def kernel(arguments: list[str]) -> int:
    """The exit code of a fork that is a kernel; it ends when this process does."""
    return Forked([sys.executable, "-m", KERNEL, *arguments], stdin=subprocess.PIPE).wait()


@functools.cache
def source() -> str:
    """The address of this process's source of forks; it ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="warm-")
    address = f"{folder.name}/s"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("APIUSAGE_", "GENESYSCLOUD_"))}
    environment = kept | {
        "PYTHONPATH": str(ROOT), "MATPLOTLIBRC": str(ROOT / "apiusage_helpers" / "charts" / "matplotlibrc"),
    }  # fmt: skip
    source = subprocess.Popen(
        [sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    )
    assert source.stdout is not None
    assert source.stdout.readline() == b"ready\n"
    atexit.register(lambda: (source.kill(), source.wait(), folder.cleanup()))
    return address


def serve(address: str) -> tuple[dict[str, Any], list[int]]:
    """Forks for requests until standard input closes; returns in the forks only, with their request and streams."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server.bind(address)
    server.listen(64)
    woken, waker = socket.socketpair()
    for end in (woken, waker):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
    lines: dict[int, socket.socket] = {}
    print("ready", flush=True)
    with selectors.DefaultSelector() as events:
        for one in (server, woken, 0):
            events.register(one, selectors.EVENT_READ)
        while True:
            for key, _ in events.select():
                if key.fileobj == 0:
                    os._exit(0)
                if key.fileobj is woken:
                    woken.recv(4096)
                    _tell_ends(lines)
                    continue
                line, _ = server.accept()
                request, streams, *_ = socket.recv_fds(line, MOST_BYTES, 3)
                if not request:  # whoever asked was killed before it said what for
                    line.close()
                    continue
                pid = os.fork()
                if pid == 0:
                    for one in (server, woken, waker, line, *lines.values()):
                        one.detach()
                    return json.loads(request), streams
                lines[pid] = line
                _answer(line, pid, streams)


def _answer(line: socket.socket, pid: int, streams: Sequence[int]) -> None:
    """Whoever asked is told its fork. One that was killed since then is not: its fork ends by its closed input, as if started."""
    for stream in streams:
        os.close(stream)
    with suppress(OSError):
        line.send(str(pid).encode())


def _tell_ends(lines: dict[int, socket.socket]) -> None:
    """Whoever waits for a fork is told how it ended."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            with lines.pop(ended[0]) as line, suppress(OSError):
                line.send(str(os.waitstatus_to_exitcode(ended[1])).encode())


def become(request: dict[str, Any], streams: list[int]) -> None:
    """The process that was asked for; never returns."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if request["session"]:
        os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 1024)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"] | {"WARM_ADDRESS": sys.argv[1]})
    time.tzset()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  # the streams of a process
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)  # noqa: SIM115
    code: Any = 0
    try:
        _main(request["command"])()
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001  # as the interpreter ends a program
        traceback.print_exc()
        code = 1
    with suppress(Exception):
        atexit._run_exitfuncs()
        sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)


def _main(command: list[str]) -> Callable[[], object]:
    """What a command runs: the command line, one of the two processes of a run, a kernel, or papermill."""
    sys.argv = command
    if command[1:2] != ["-m"]:
        return importlib.import_module("apiusage_helpers.cli").main
    _, _, name, *rest = command
    if name == KERNEL:
        importlib.import_module(f"{RUN}.processes").end_with_input()
        sys.argv = [name, *rest]
        launch = importlib.import_module("ipykernel.kernelapp").launch_new_instance
        importlib.import_module("ipywidgets").register_comm_target()  # which it does itself where a kernel imports it
        return launch
    if name == "papermill":
        sys.argv = [name, *rest]
        return importlib.import_module("papermill.cli").papermill
    module = importlib.import_module(name)
    sys.argv = [str(module.__file__), *rest]
    return functools.partial(module.main, *map(Path, rest))


if __name__ == "__main__":
    if sys.argv[1] == KERNEL:
        sys.exit(kernel(sys.argv[2:]))
    importlib.import_module(f"{RUN}.start_up").leave_out()
    for name in LOADED:
        importlib.import_module(name)
    for name in ("run_process", "start_up"):
        module = importlib.import_module(f"{RUN}.{name}")
        module.subprocess = FORKS  # type: ignore[attr-defined]
    importlib.import_module(f"{RUN}.run_process")._forked = forked  # type: ignore[attr-defined]
    importlib.import_module("apiusage_helpers.page.html").make_ready()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)  # as in a run: no fork walks over what it was forked with
    become(*serve(sys.argv[1]))
