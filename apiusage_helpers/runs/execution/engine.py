"""How papermill is driven: its own engine, handed a kernel that already waits, keeps the notebook of an early end.

papermill writes a notebook after its last cell, or at every cell, which costs more than the cells do. Here it is written
once, when nothing more will come.
"""

import time
from queue import Empty
from typing import Any

import nbformat
import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import LocalProvisioner
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines

NAME = "keeping"


class KeepingEngine(NBClientEngine):  # type: ignore[misc]  # papermill is untyped; an engine is a class by its rules
    """Executes like papermill; `kept` is where the notebook of an early end is written."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, *, kept: str, **kwargs: Any) -> None:
        """Execute all cells; a kernel's death or a time-out is raised after the notebook has been kept."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **kwargs)
        except (DeadKernelError, CellTimeoutError):
            nbformat.write(nb_man.nb, kept)
            raise


class ReadyKernel(LocalProvisioner):  # type: ignore[misc]  # jupyter_client is untyped here
    """A provisioner whose kernel is a process that already waits; `ready` is that process."""

    ready: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # noqa: ARG002  # jupyter_client's signature
        """The connection info, after the waiting process has been told its connection file."""
        self.process = self.ready
        self.pid = self.ready.pid
        self.ready.connect(self.parent.connection_file)
        return self.connection_info


class PromptClient(AsyncKernelClient):  # type: ignore[misc]  # as above
    """A client that is ready as soon as its kernel is.

    The library's own looks for the kernel ten times a second, and listens a fifth of a second longer for nothing.
    """

    def start_channels(self, *channels: Any, **named: Any) -> None:
        """Connect; where the kernel has not opened its sockets yet, look again every few milliseconds."""
        self.context.setsockopt(zmq.RECONNECT_IVL, 5)
        super().start_channels(*channels, **named)

    async def wait_for_ready(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  # the library's signature
        """Return when the kernel answers and its outputs arrive.

        DeadKernelError when it dies first, RuntimeError when it lives and has said nothing for `timeout` seconds.
        """
        latest = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < latest:
            if not await self.is_alive():
                raise DeadKernelError("the kernel died before its first cell")
            self.kernel_info()
            try:
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.05)
            except Empty:
                continue
            return
        raise RuntimeError(f"the kernel did not answer within {timeout:g} s")


papermill_engines.register(NAME, KeepingEngine)
