"""A range of UTC days as two date fields. Yesterday is the last day that can be picked: today is never complete."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import anywidget
import traitlets

from apiusage_helpers.view_state import ViewState


class DateRange(anywidget.AnyWidget):
    """The two fields; `picked` is told START/END, whatever was picked: the kernel checks it."""

    _esm = (Path(__file__).parent / "dates.js").read_text(encoding="utf-8")
    days = traitlets.Dict({"first": "", "last": "", "newest": "", "serial": 0}).tag(sync=True)

    def __init__(self, picked: Callable[[str], None]) -> None:
        super().__init__()
        self.on_msg(lambda _widget, days, _buffers: picked(f"{days.get('first')}/{days.get('last')}"))

    def show(self, state: ViewState) -> None:
        """Show the days of a state, also where the fields say something else that was refused."""
        interval, newest = state.selection.interval, state.selection.today - timedelta(days=1)
        shown = {"first": str(interval.start), "last": str(interval.end), "newest": str(newest)}
        self.days = shown | {"serial": self.days["serial"] + 1}
