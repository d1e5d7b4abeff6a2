"""A range of UTC days: two date fields, and the days of a month that tell which of them the store has.

Yesterday is the last day that can be picked: today is never complete. The marks are those of one month at a time, so
that an archive of years costs no more than one of weeks.
"""

from calendar import monthrange
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.usage_view.state import ViewState
from apiusage_helpers.store import stored_days

_HERE = Path(__file__).parent
PRESENT, PROVISIONAL, MISSING, OPEN = "+~x-"


class DateRange(anywidget.AnyWidget):
    """The fields and the days; `picked` is told START/END, whatever was picked: who is told checks it."""

    _esm = (_HERE / "dates.js").read_text(encoding="utf-8")
    _css = (_HERE / "dates.css").read_text(encoding="utf-8")
    days = traitlets.Dict({"first": "", "last": "", "newest": "", "month": "", "marks": "", "serial": 0}).tag(sync=True)

    def __init__(self, picked: Callable[[str], None]) -> None:
        super().__init__()
        self.picked = picked
        self.state: ViewState
        self.on_msg(lambda _widget, event, _buffers: self.hear(event))

    def hear(self, event: Mapping[str, Any]) -> None:
        """What the browser tells: two days, or another month that it wants to show."""
        if "month" not in event:
            self.picked(f"{event.get('first')}/{event.get('last')}")
            return
        with suppress(ValueError):
            self.days = self.days | self._month(str(event["month"]))

    def show(self, state: ViewState) -> None:
        """Show the days of a state, also where the fields say something else that was refused."""
        interval, newest = state.selection.interval, state.selection.today - timedelta(days=1)
        shown = {"first": str(interval.start), "last": str(interval.end), "newest": str(newest)}
        stays = shown.items() <= self.days.items()
        self.state = state
        month = self._month(self.days["month"] if stays else f"{interval.end:%Y-%m}")
        self.days = shown | month | {"serial": self.days["serial"] + 1}

    def _month(self, name: str) -> dict[str, str]:
        return {"month": name, "marks": month_marks(self.state, date.fromisoformat(f"{name}-01"))}


def month_marks(state: ViewState, month: date) -> str:
    """A sign for each day of the month: in the store, provisional, missing, or not complete before `today`.

    Where the store cannot be read, all days are missing; whoever shows its rows says why.
    """
    last = month.replace(day=monthrange(month.year, month.month)[1])
    try:
        stored = {day.date: day for day in stored_days(state.selection.organization, Interval(month, last))}
    except ApiUsageError:
        stored = {}

    def mark(day: date) -> str:
        if day >= state.selection.today:
            return OPEN
        if day not in stored:
            return MISSING
        return PROVISIONAL if stored[day].provisional else PRESENT

    return "".join(map(mark, Interval(month, last).days))
