"""The way onto the clipboard, the same for the page of a report and for widgets: a script with one function, `toClipboard`."""

from pathlib import Path

SCRIPT = (Path(__file__).parent / "clipboard.js").read_text(encoding="utf-8")
