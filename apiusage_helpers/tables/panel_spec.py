"""What a panel declares: its rows, columns, ranking, chart and words; and the table that follows from it.

A report is a tuple of these. The table is made here, the picture in `charts/declared_panel.py`; `page/rows.py` ships the
same declaration to the page, whose script counts and draws by it under the reader's choices.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from apiusage_helpers.selection import Selection
from apiusage_helpers.tables.outcomes import OUTCOMES, by_outcome, by_status
from apiusage_helpers.tables.rankings import CLIENT, URL, ranking
from apiusage_helpers.tables.requests_per_day import by_day
from apiusage_helpers.tables.summary import Summary

RESULTS = ("successful", "failed")
Group = Literal["client", "url", "client_url", "status", "outcome", "day"]
Rows = Literal["all", "clients", "urls", "view"]
KEYS: dict[Group, tuple[str, ...]] = {"client": CLIENT, "url": URL, "client_url": (*CLIENT, *URL)}
_NOUNS: dict[Group, str] = {"client": "OAuth client", "url": "URL", "client_url": "OAuth client and URL pair"}


@dataclass(frozen=True)
class Chart:
    """How a panel is drawn.

    `series` are what each bar or column stacks; with `shares` as shares of its row's requests. `end` stands at a bar's
    end: its requests, with the failed share of those, or with the share of all. At `most` so many bars are drawn, with
    `rest` one more for the other rows. `compared` puts the days before behind the columns, and marks the days of
    findings; `joined` leaves no gap between days.
    """

    kind: Literal["bars", "days", "share"]
    series: tuple[str, ...]
    shares: bool = False
    end: Literal["requests", "failed", "share"] = "failed"
    most: int = 10
    rest: bool = False
    compared: bool = False
    joined: bool = False


@dataclass(frozen=True)
class PanelSpec:
    """A panel as a report declares it: `name` is that of its CSV file, which has these `columns`.

    One row per `by`: an OAuth client, a URL, a pair of both, a status, an outcome or a UTC day. Its `rows` follow the
    choices of section 2 (`clients`), of section 3 (`urls`), or neither (`all`); those of `view` are counted by the view. It
    is shown in `section`. With `top` the first `top` of the selection are ranked, and one row `Other` is the rest.
    `takeaway` names the sentence over its picture (`charts/takeaways.py`), `check` the check that holds its sums;
    panels with the same one are held together.
    """

    name: str
    title: str
    by: Group
    columns: tuple[str, ...]
    chart: Chart
    rows: Rows = "all"
    section: int = 0
    top: bool = False
    takeaway: str = ""
    check: str = ""
    noun: str = ""

    @property
    def file(self) -> str:
        """The name of its CSV file."""
        return f"{self.name}.csv"

    @property
    def what(self) -> str:
        """What one of its rows is called."""
        return self.noun or _NOUNS.get(self.by, "")

    def told(self) -> dict[str, Any]:
        """The declaration as the page's script reads it, ready for JSON."""
        return asdict(self) | {"noun": self.what}


def panel_tables(
    panels: Iterable[PanelSpec], summary: Summary, selection: Selection, missing: Collection[date] = ()
) -> dict[str, pd.DataFrame]:
    """The table of each panel by name, in the columns of its CSV; `missing` are days that the store does not have."""
    return {
        panel.name: panel_table(panel, summary, selection, missing)[list(panel.columns)]
        for panel in panels
        if panel.rows != "view"
    }


def panel_table(
    panel: PanelSpec, summary: Summary, selection: Selection, missing: Collection[date] = ()
) -> pd.DataFrame:
    """One row per `panel.by`, ranked by requests where it is a client or URL; every share is of all requests."""
    requests = summary.requests[shown_rows(summary.requests, selection, panel.rows)]
    match panel.by:
        case "day":
            return by_day(summary.days, panel.columns, selection.interval, missing)
        case "status":
            return by_status(requests, summary.total)
        case "outcome":
            return by_outcome(requests, summary.total)
        case _:
            counts = [name for name in panel.columns if name in {"requests", *RESULTS, *OUTCOMES}]
            top = selection.top if panel.top else None
            return ranking(requests, KEYS[panel.by], counts, summary.total, top=top)


def shown_rows(requests: pd.DataFrame, selection: Selection, rows: Rows) -> "pd.Series[bool]":
    """One boolean a row of the summary: whether panels of these rows show it."""
    match rows:
        case "clients":
            chosen = requests["client_id"].isin(chosen_clients(requests, selection.clients)) | (not selection.clients)
            return chosen & _one_of(requests["template_uri"], selection.client_template_uris)
        case "urls":
            return _one_of(requests["template_uri"], selection.template_uris)
        case _:
            return pd.Series(data=True, index=requests.index, dtype=bool)


def chosen_clients(requests: pd.DataFrame, clients: Collection[str]) -> list[str]:
    """The ids of the clients that are chosen by id or by display name; a name may stand for several clients."""
    chosen = requests["client_id"].isin(clients) | requests["client_name"].isin(clients)
    return sorted(requests.loc[chosen, "client_id"].unique())


def _one_of(column: "pd.Series[str]", values: Sequence[str]) -> "pd.Series[bool]":
    return column.isin(values) | (not values)
