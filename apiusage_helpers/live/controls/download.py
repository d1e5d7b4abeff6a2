"""What leaves a view: a file for download, a text for the clipboard. The browser does both, the kernel only hands over."""

from collections.abc import Callable
from pathlib import Path

import anywidget

from apiusage_helpers.page import clipboard


class Courier(anywidget.AnyWidget):
    """A widget that is not seen; it must stand on the page for its errands to be done."""

    _esm = clipboard.SCRIPT + (Path(__file__).parent / "download.js").read_text(encoding="utf-8")

    def __init__(self) -> None:
        super().__init__()
        self.copied: Callable[[bool], None] = lambda _: None
        self.on_msg(lambda _widget, told, _buffers: self.copied(bool(told.get("copied"))))

    def hand_over(self, name: str, kind: str, content: bytes) -> None:
        """Offer a file for download."""
        self.send({"do": "download", "name": name, "type": kind}, buffers=[content])

    def copy(self, text: str, copied: Callable[[bool], None]) -> None:
        """Put text on the clipboard; `copied` hears whether the browser did so."""
        self.copied = copied
        self.send({"do": "copy", "text": text})
