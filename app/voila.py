"""How `make app` serves the API Usage view as a web page: read by Voila as its configuration.

Nobody sees or runs code there: sources are stripped, and the socket takes messages of widgets only. Each visitor has a kernel
of their own, one is prepared ahead, and those whose page is closed are ended. The kernels get the few variables that they need.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from jinja2 import Environment, FileSystemLoader
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.web import HTTPError, StaticFileHandler
from voila.static_file_handler import AllowListFileHandler, MultiStaticFileHandler, TemplateStaticFileHandler

from apiusage_helpers.runs.execution.processes import clean_environment

_own = {name: value for name, value in os.environ.items() if name.startswith(("APIUSAGE_", "JUPYTER_", "IPYTHONDIR"))}
_kept = clean_environment(os.environ, _own)  # no credentials, and no addresses of messages
os.environ.clear()
os.environ.update(_kept)

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "voila" / "templates" / "usage"), autoescape=True
)


def _write_error(self: Any, _code: int, **_: object) -> None:
    """The page of errors, where Voila's own says "403: Forbidden"."""
    self.finish(_TEMPLATES.get_template("error.html").render(base_url=self.settings["base_url"]))


for _files in (AllowListFileHandler, MultiStaticFileHandler, TemplateStaticFileHandler):
    _files.write_error = _write_error


async def _get(self: Any, *path: Any, answered: Any = StaticFileHandler.get, **options: Any) -> None:
    """404 for an address that no file can have, which the handler itself would answer as a defect of the server."""
    try:
        await answered(self, *path, **options)
    except (ValueError, AssertionError):
        raise HTTPError(404) from None


StaticFileHandler.get = _get

_KERNEL_BYTES = 400_000_000  # what a visitor's kernel may need
_LOADING_SECONDS = 120  # how long a page may take to load before it speaks to its kernel
_LONGEST_FOLDER = 32  # of temporary files, so that the path of a socket below it has its 103 characters at most
_HOSTS = os.environ.get("APIUSAGE_APP_HOSTS", "").split(",")


class VisitorKernels(AsyncMappingKernelManager):
    """The kernels of visitors: at most so many (by memory, or APIUSAGE_APP_KERNELS), each ended soon after its page has gone."""

    most = int(os.environ.get("APIUSAGE_APP_KERNELS") or max(2, psutil.virtual_memory().available // _KERNEL_BYTES))

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.starting: set[str] = set()
        self.begun: dict[str, float] = {}
        self.visited: set[str] = set()

    async def start_kernel(self, **options: object) -> str:
        """A kernel's id; 503 where as many pages are open as this machine can hold (one kernel more is prepared ahead)."""
        if len({*self.list_kernel_ids(), *self.starting}) > self.most:
            raise HTTPError(503)
        name = str(options.setdefault("kernel_id", self.new_kernel_id()))
        self.starting.add(name)  # it counts from now on: others may ask before it has started
        try:
            await super().start_kernel(**options)
        finally:
            self.starting.discard(name)
        self.begun[name] = time.monotonic()
        return name

    def notify_connect(self, kernel_id: str) -> None:
        """A page speaks to its kernel: from now on it is ended when the page has gone."""
        self.visited.add(kernel_id)
        super().notify_connect(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel without a page, but not while its page is still loading."""
        loading = time.monotonic() - self.begun.get(kernel_id, 0) < _LOADING_SECONDS
        if kernel_id in self.visited or not loading:
            await super().cull_kernel_if_idle(kernel_id)


c = get_config()  # noqa: F821  # Voila gives it
c.Voila.ip = "127.0.0.1"
c.Voila.open_browser = False
c.Voila.tornado_settings = {
    "allow_remote_access": False,  # a page of somebody else's that resolves to this machine is refused
    "local_hostnames": ["localhost", *filter(None, _HOSTS)],
    "headers": {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: blob: data:; "
            "form-action 'none'; base-uri 'self'; frame-ancestors 'self'"
        )
    },
}
c.VoilaConfiguration.template = "usage"
c.VoilaConfiguration.allow_template_override = "NO"
c.VoilaConfiguration.allow_theme_override = "NO"
c.VoilaConfiguration.strip_sources = True
c.VoilaConfiguration.show_tracebacks = False
c.VoilaConfiguration.file_allowlist = []  # no file of the project is served
c.VoilaConfiguration.multi_kernel_manager_class = VisitorKernels
if len(tempfile.gettempdir()) < _LONGEST_FOLDER:
    c.KernelManager.transport = "ipc"  # sockets in Voila's own folder: a port may be taken before a kernel has it
c.VoilaConfiguration.preheat_kernel = True
c.VoilaConfiguration.default_pool_size = 1
c.VoilaExecutor.cell_error_instruction = "The page cannot be shown. Whoever runs it finds the reason in its log."
c.TagRemovePreprocessor.remove_cell_tags = {"panel", "static", "export"}  # what a report shows without a kernel
c.TagRemovePreprocessor.enabled = True
c.MappingKernelManager.cull_interval = 3
c.MappingKernelManager.cull_idle_timeout = 10
c.MappingKernelManager.cull_busy = True
c.MappingKernelManager.cull_connected = False  # a page that is open keeps its kernel
