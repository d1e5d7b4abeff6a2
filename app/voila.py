"""How `make app` serves the API Usage view as a web page: read by Voila as its configuration.

Nobody sees or runs code there: sources are stripped, and the socket takes messages of widgets only. Each visitor has a kernel
of their own, one is prepared ahead, and those whose page is closed are ended. The kernels get no secret of the environment.
"""

import os
from pathlib import Path

from voila.static_file_handler import AllowListFileHandler

from apiusage_helpers.errors import looks_secret

for name in [name for name in os.environ if looks_secret(name)]:
    del os.environ[name]

_ERROR = (Path(__file__).parent / "voila" / "templates" / "usage" / "error.html").read_text(encoding="utf-8")
AllowListFileHandler.write_error = lambda self, _code, **_: self.finish(_ERROR)  # Voila's own says "403: Forbidden"

c = get_config()  # noqa: F821  # Voila gives it
c.Voila.ip = "127.0.0.1"
c.Voila.open_browser = False
c.Voila.tornado_settings = {
    "headers": {
        "Content-Security-Policy": (
            "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws: wss: blob: data:; "
            "form-action 'none'; base-uri 'self'; frame-ancestors 'self'"
        )
    }
}
c.VoilaConfiguration.template = "usage"
c.VoilaConfiguration.allow_template_override = "NO"
c.VoilaConfiguration.allow_theme_override = "NO"
c.VoilaConfiguration.strip_sources = True
c.VoilaConfiguration.show_tracebacks = False
c.VoilaConfiguration.file_allowlist = []  # no file of the project is served
c.VoilaConfiguration.preheat_kernel = True
c.VoilaConfiguration.default_pool_size = 1
c.VoilaExecutor.cell_error_instruction = "The page cannot be shown. Whoever runs it finds the reason in its log."
c.TagRemovePreprocessor.remove_cell_tags = {"panel", "static", "export"}  # what a report shows without a kernel
c.TagRemovePreprocessor.enabled = True
c.MappingKernelManager.cull_interval = 30
c.MappingKernelManager.cull_idle_timeout = 300
c.MappingKernelManager.cull_connected = False  # a page that is open keeps its kernel
