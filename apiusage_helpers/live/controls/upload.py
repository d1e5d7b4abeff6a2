"""A button for a file that somebody brings: the browser reads it, the kernel gets its bytes.

ipywidgets' FileUpload tells how many files it holds, so its button reads "Open a file (0)".
"""

from collections.abc import Callable
from pathlib import Path

import anywidget
import traitlets

from apiusage_helpers.reports.usage_view.saved import MOST_BYTES


class FileOpener(anywidget.AnyWidget):
    """The button; `opened` gets the bytes of each file, of a large one only as many as tell that it is too large."""

    _esm = (Path(__file__).parent / "upload.js").read_text(encoding="utf-8")
    text = traitlets.Unicode("Open a file").tag(sync=True)
    accept = traitlets.Unicode(".yaml,.yml").tag(sync=True)
    most_bytes = traitlets.Int(MOST_BYTES + 1).tag(sync=True)

    def __init__(self, opened: Callable[[bytes], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, _content, buffers: opened(bytes(buffers[0])))
