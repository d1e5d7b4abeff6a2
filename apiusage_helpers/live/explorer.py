"""The graph and the two tables as one widget: what it shows is set as one value, so nothing flickers or lags behind.

Names travel once an interval (`listing`); a click moves only numbers and the picture (`shown`). The browser sets all
text as text (`explorer.js`). Measured with ITable (itables 2.9): redrawing a table of 2,000 rows took 210 to 740 ms in the
browser, lost its page, search and order, and no row could be reached by keyboard; this table takes some 20 ms.
"""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from apiusage_helpers.reports.usage_view import panels
from apiusage_helpers.reports.usage_view.figures import Ranked
from apiusage_helpers.reports.usage_view.state import url_text
from apiusage_helpers.reports.usage_view.view import UsageView
from apiusage_helpers.text import client_labels, percent, visible

_HERE = Path(__file__).parent
_NAME_CELLS = 60
_PIXELS_AN_INCH, _NARROWEST, _WIDEST = 96, 300, 2600


class Explorer(anywidget.AnyWidget):
    """The widget. It sends {"event": "click" | "reset" | "opened" | "width", ...}; `pixels` is the room of its graph."""

    _esm = (_HERE / "explorer.js").read_text(encoding="utf-8")
    _css = (_HERE / "explorer.css").read_text(encoding="utf-8")
    listing = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)

    pixels = 1300

    def fit(self, pixels: object) -> bool:
        """Whether the graph has to be drawn again for the room that the browser has."""
        wanted = min(_WIDEST, max(_NARROWEST, pixels)) if isinstance(pixels, int) else self.pixels
        self.pixels, before = wanted, self.pixels
        return wanted != before

    def show(self, view: UsageView, *, relist: bool) -> None:
        """Show a view; `relist` when its rows or overall figures are others than before."""
        with self.hold_sync():
            if relist:
                self.listing = listing(view)
            self.shown = shown(view, self.pixels / _PIXELS_AN_INCH) | {"serial": self.shown.get("serial", 0) + 1}

    def redraw(self, view: UsageView) -> None:
        """The graph for another width; all else stays as it is."""
        self.shown = self.shown | {"graph": _graph(view, self.pixels / _PIXELS_AN_INCH)}

    def tell(self, message: str) -> None:
        """Show a message above the figures (empty: none), which stay as they are."""
        if not self.listing:
            self.listing = dict.fromkeys(("clients", "urls"), _NO_LIST)
        before = self.shown or _NOTHING
        self.shown = before | {"message": message, "serial": before["serial"] + 1}


_NO_ROWS: dict[str, Any] = {"rows": [], "filtered": None, "shares": [], "chosen": []}
_NO_LIST: dict[str, Any] = {
    "names": [],
    "search": [],
    "keys": [],
    "requests": [],
    "failed": [],
    "throttled": [],
    "shares": [],
}
_NOTHING: dict[str, Any] = {
    "headline": "", "filtered": False, "notes": [], "graph": {"svg": "", "alt": "", "title": "", "marks": {}},
    "clients": _NO_ROWS, "urls": _NO_ROWS, "serial": 0,
}  # fmt: skip


def listing(view: UsageView) -> dict[str, Any]:
    """What both tables say whatever is filtered: names, keys, and overall figures, in the cube's order."""
    clients, urls, total = view.cube.clients, view.cube.urls, view.figures.total
    kinds = [view.kinds.get(one, "") for one, _ in clients]
    return {
        "clients": {
            "names": client_labels(clients, _NAME_CELLS),
            "search": [
                visible(f"{name} {one} {kind}").lower() for (one, name), kind in zip(clients, kinds, strict=True)
            ],
            "keys": [one for one, _ in clients],
            "kinds": [visible(kind) for kind in kinds],
            **_overall(view.figures.clients, total),
        },
        "urls": {
            "names": panels.url_labels(view),
            "search": [text.lower() for text in panels.url_labels(view)],
            "keys": [url_text(*url) for url in urls],
            **_overall(view.figures.urls, total),
        },
    }


def shown(view: UsageView, wide: float) -> dict[str, Any]:
    """What changes with a click: headline, picture (`wide` inches), the rows of both tables, their figures under the filter."""
    return {
        "message": "",
        "headline": panels.headline(view),
        "filtered": view.state.filtered,
        "notes": [visible(note) for note in view.notes()],
        "graph": _graph(view, wide),
        "clients": _rows(view.figures.clients),
        "urls": _rows(view.figures.urls),
    }


def _graph(view: UsageView, wide: float) -> dict[str, Any]:
    graph = panels.graph(view, wide)
    marks = panels.graph_marks(view, graph)
    return {"svg": graph.svg or "", "alt": graph.alt, "title": graph.title, "marks": marks}


def _overall(ranked: Ranked, total: int) -> dict[str, Any]:
    counts = ranked.requests.tolist()
    failures = {"failed": ranked.failed.tolist(), "throttled": ranked.throttled.tolist()}
    return {"requests": counts, **failures, "shares": [percent(count / total) if total else "–" for count in counts]}


def _rows(ranked: Ranked) -> dict[str, Any]:
    """The rows that are shown, in order, and those that are chosen; figures under the filter where there is one."""
    order = ranked.order.tolist()
    told = {"rows": order, "chosen": ranked.chosen.nonzero()[0].tolist(), "filtered": None, "shares": []}
    if ranked.filtered is None:
        return told
    counts = ranked.filtered[ranked.order].tolist()
    return told | {"filtered": counts, "shares": [percent(n / ranked.total) if ranked.total else "–" for n in counts]}
