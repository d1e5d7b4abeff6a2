"""The kernel of a run: it imports what reports need while the runner imports papermill, then waits to be told its
connection file. So start-up, the larger part of a report's time, goes on in two processes at once.
"""

import importlib
import sys
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from apiusage_helpers.runs.execution.processes import die_with_parent

_LOADED_EARLY = (
    "ipykernel.kernelapp",
    "apiusage_helpers.reports.api_usage.panels",
    "apiusage_helpers.reports.api_usage.head",
    "apiusage_helpers.reports.export",
    "matplotlib.backends.backend_svg",
)


class ReadyKernel(LocalProvisioner):  # type: ignore[misc]  # jupyter_client is untyped here
    """A provisioner whose kernel is a process that already waits; `ready` is its Popen."""

    ready: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:  # noqa: ARG002  # jupyter_client's signature
        """The connection info, after the waiting process has been told its connection file."""
        self.process = self.ready
        self.pid = self.ready.pid
        self.process.stdin.write(f"{self.parent.connection_file}\n".encode())
        self.process.stdin.flush()
        return self.connection_info


def main() -> None:
    """Import, wait for a connection file on standard input, and be the kernel of it."""
    die_with_parent()
    for module in _LOADED_EARLY:
        importlib.import_module(module)
    connection_file = sys.stdin.readline().strip()
    from ipykernel.kernelapp import IPKernelApp  # noqa: PLC0415  # imported above, on purpose in that order

    IPKernelApp.launch_instance(argv=["-f", connection_file, "--InteractiveShell.history_load_length=0"])


if __name__ == "__main__":
    main()
