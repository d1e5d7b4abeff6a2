"""The kernel of a run: a process that has imported what reports need, and waits to be told its connection file.

Cold, it imports while the runner imports papermill, so that the larger part of start-up goes on in two processes at
once. Warm, it is forked from the runner, which was forked from a process that has imported everything.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol

from apiusage_helpers.runs.execution.processes import begin_in, die_with_parent
from apiusage_helpers.runs.execution.start_up import leave_out, loading

LOADED_EARLY = (
    "ipykernel.kernelapp",
    "apiusage_helpers.reports.page_rows",
    "apiusage_helpers.reports.panels",
    "apiusage_helpers.reports.api_usage.head",
    "apiusage_helpers.reports.api_usage.report",
    "apiusage_helpers.reports.api_usage.story",
    "apiusage_helpers.reports.export",
    "matplotlib.backends.backend_svg",
)


class Kernel(Protocol):
    """A kernel that waits for its connection file; else as jupyter_client knows a process."""

    pid: int

    def connect(self, connection_file: str) -> None:
        """It serves this connection from now on."""

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it lives."""


class StartedKernel:
    """A kernel that was started as a process of its own, for a run in `order`: folder and environment."""

    def __init__(self, process: "subprocess.Popen[bytes]", order: Mapping[str, Any]) -> None:
        self.process, self.order, self.pid = process, order, process.pid

    def connect(self, connection_file: str) -> None:
        """It goes to its folder and serves this connection; whether it lives, `poll` tells."""
        assert self.process.stdin is not None  # noqa: S101  # a pipe, as asked for
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{json.dumps({**self.order, 'connection': connection_file})}\n".encode())
            self.process.stdin.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.process, name)


class ForkedKernel:
    """A kernel that was forked from this process; it waits at the other end of `pipe`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pipe: int) -> None:
        self.pid, self.pipe, self.returncode = pid, pipe, None

    returncode: int | None

    def connect(self, connection_file: str) -> None:
        """It serves this connection; whether it lives, `poll` tells."""
        with suppress(BrokenPipeError):
            os.write(self.pipe, connection_file.encode())
        os.close(self.pipe)

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; None while it lives."""
        return self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        """Its exit code, when it has ended."""
        return self._ended(0)

    def _ended(self, how: int) -> int | None:
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, how)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to it, where it still lives."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """It ends at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """It is asked to end."""
        self.send_signal(signal.SIGTERM)


def fork_kernel() -> ForkedKernel:
    """A kernel forked from this process, which must have no threads yet."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(writes)
        _serve_and_end(reads)
    os.close(reads)
    return ForkedKernel(pid, writes)


def _serve_and_end(pipe: int) -> None:
    """The life of a forked kernel; it never comes back to what it was forked from."""
    code = 1
    try:
        die_with_parent()
        os.setsid()
        with os.fdopen(pipe) as line:
            connection_file = line.read()
        if connection_file:
            _serve(connection_file)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve(connection_file: str) -> None:
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415  # imported before, on purpose in that order

    IPKernelApp.launch_instance(argv=["-f", connection_file, "--HistoryManager.enabled=False"])


def main() -> None:
    """Import, wait for an order on standard input, and be the kernel of its connection; without one, end."""
    die_with_parent()
    leave_out()
    with loading():
        for module in LOADED_EARLY:
            importlib.import_module(module)
    line = sys.stdin.readline()
    if line:
        order = json.loads(line)
        begin_in(order["folder"], order["environment"])
        _serve(order["connection"])


if __name__ == "__main__":
    main()
