"""A list to search and tick: many names, of which several are chosen; none chosen means all.

What is chosen stays chosen while a search hides it, and also where the list does not have it.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

_HERE = Path(__file__).parent


class TickList(anywidget.AnyWidget):
    """The list: `options` as [value, label], `chosen` the values that are ticked; `change` is told each other choice."""

    _esm = (_HERE / "tick_list.js").read_text(encoding="utf-8")
    _css = (_HERE / "tick_list.css").read_text(encoding="utf-8")
    title = traitlets.Unicode().tag(sync=True)
    options = traitlets.List().tag(sync=True)
    chosen = traitlets.List().tag(sync=True)

    def __init__(
        self,
        title: str,
        options: Sequence[tuple[str, str]],
        chosen: Sequence[str],
        change: Callable[[list[str]], None],
    ) -> None:
        known = {value for _, value in options}
        gone = [(f"{value} (no request in this interval)", value) for value in chosen if value not in known]
        told = [[value, label] for label, value in [*gone, *options]]
        super().__init__(title=title, options=told, chosen=list(chosen))
        self.change = change
        self.on_msg(lambda _widget, event, _buffers: self.hear(event))

    def hear(self, event: Mapping[str, Any]) -> None:
        """Another choice in the browser; what the list does not have cannot be chosen."""
        known = {value for value, _ in self.options}
        wanted = event.get("chosen")
        if isinstance(wanted, list):
            self.chosen = [value for value in wanted if value in known]
            self.change(list(self.chosen))
