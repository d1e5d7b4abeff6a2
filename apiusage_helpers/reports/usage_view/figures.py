"""The figures of the API Usage view: two tables that filter each other, and requests per day under both filters.

Overall figures follow the interval and the HTTP methods. A filter on clients acts on the table of URLs, one on URLs on
the table of clients, both on the days: so a table never hides the rows among which one chooses. `share` is of all
requests, `filtered_share` of all requests under the filter that acts on the table.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from apiusage_helpers.reports.usage_view.state import ViewState, url_text
from apiusage_helpers.tables.cube import MEASURES, Flags, UsageCube
from apiusage_helpers.tables.outcomes import with_share

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranked:
    """One table in numbers: requests of every row, those under the other table's filter (None: no such filter), what is
    chosen here, and the places of the rows that are shown, in their order.
    """

    requests: Counts
    filtered: Counts | None
    chosen: Flags
    order: npt.NDArray[np.intp]

    @property
    def total(self) -> int:
        """The requests of all rows under the filter that acts on the table."""
        return int((self.requests if self.filtered is None else self.filtered).sum())


@dataclass(frozen=True)
class ViewFigures:
    """What a state of the view says: both tables, and the counts (`MEASURES`) by day and by client under both filters."""

    clients: Ranked
    urls: Ranked
    days: Counts
    by_client: Counts

    @property
    def requests(self) -> int:
        """The requests under both filters."""
        return int(self.days[0].sum())

    @property
    def total(self) -> int:
        """All requests of the interval and the chosen methods."""
        return int(self.clients.requests.sum())


def view_figures(cube: UsageCube, state: ViewState) -> ViewFigures:
    """The figures of `state` over the rows of `cube`."""
    of_methods = _of_methods(cube, state.selection.http_methods)
    clients, urls = chosen_client_flags(cube, state.filter_clients), chosen_url_flags(cube, state.filter_urls)
    of_clients = clients[cube.client] if state.filter_clients else None
    of_urls = urls[cube.url] if state.filter_urls else None
    both = of_methods & (True if of_clients is None else of_clients) & (True if of_urls is None else of_urls)
    return ViewFigures(
        clients=_ranked(cube, "client", of_methods, of_urls, clients),
        urls=_ranked(cube, "url", of_methods, of_clients, urls),
        days=cube.sums(cube.day, len(cube.interval), both),
        by_client=cube.sums(cube.client, len(cube.clients), both),
    )


def chosen_client_flags(cube: UsageCube, clients: Collection[str]) -> Flags:
    """One boolean a client: whether `clients` names it, by id or by display name."""
    wanted = set(clients)
    return np.fromiter((not wanted.isdisjoint(client) for client in cube.clients), bool, len(cube.clients))


def chosen_url_flags(cube: UsageCube, urls: Collection[str]) -> Flags:
    """One boolean a URL: whether `urls` names it."""
    wanted = set(urls)
    return np.fromiter((url_text(*url) in wanted for url in cube.urls), bool, len(cube.urls))


def cube_of(cube: UsageCube, state: ViewState) -> UsageCube:
    """The rows of `cube` that count in `state`, those of its methods; with the clients and URLs that it filters by."""
    clients, urls = chosen_client_flags(cube, state.filter_clients), chosen_url_flags(cube, state.filter_urls)
    return cube.narrowed(_of_methods(cube, state.selection.http_methods), clients=clients, urls=urls)


def unmet_filters(cube: UsageCube, state: ViewState) -> list[str]:
    """Sentences on filters that no row of the interval bears; they stay in the state."""
    clients = {text for client in cube.clients for text in client}
    excluded = {text for client in cube.excluded for text in client}
    urls = {url_text(*url) for url in cube.urls}
    why = {True: "is marked excluded in clients.csv and left out", False: "made no request in this interval"}
    return [
        *(f"filter_clients: {one!r} {why[one in excluded]}" for one in state.filter_clients if one not in clients),
        *(f"filter_urls: {one!r} was not asked for in this interval" for one in state.filter_urls if one not in urls),
    ]


def clients_table(cube: UsageCube, figures: ViewFigures, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The rows of the table OAuth Clients: client_id, client_name, kind, requests, share, filtered_requests, filtered_share."""
    keys = pd.DataFrame(list(cube.clients), columns=["client_id", "client_name"], dtype=str)
    keys = keys.assign(kind=pd.Series([(kinds or {}).get(one, "") for one in keys["client_id"]], dtype=str))
    return _table(keys, figures.clients, figures.total)


def urls_table(cube: UsageCube, figures: ViewFigures) -> pd.DataFrame:
    """The rows of the table API Requests: http_method, template_uri, requests, share, filtered_requests, filtered_share."""
    keys = pd.DataFrame(list(cube.urls), columns=["http_method", "template_uri"], dtype=str)
    return _table(keys, figures.urls, figures.total)


def days_table(cube: UsageCube, figures: ViewFigures) -> pd.DataFrame:
    """One row a UTC day: date, requests and the five outcomes under both filters, complete (False: not in the store)."""
    table = pd.DataFrame(figures.days.T, columns=list(MEASURES))
    table.insert(0, "date", pd.DatetimeIndex(cube.interval.days))
    return table.assign(complete=[day not in cube.missing for day in cube.interval.days])


def single_day_table(cube: UsageCube, figures: ViewFigures) -> pd.DataFrame:
    """One row a client with requests under both filters: client_id, client_name, requests and the five outcomes."""
    order = [n for n in np.argsort(-figures.by_client[0], kind="stable") if figures.by_client[0][n] > 0]
    table = pd.DataFrame({name: figures.by_client[place][order] for place, name in enumerate(MEASURES)})
    table.insert(0, "client_id", pd.Series([cube.clients[n][0] for n in order], dtype=str))
    table.insert(1, "client_name", pd.Series([cube.clients[n][1] for n in order], dtype=str))
    return table


def _of_methods(cube: UsageCube, http_methods: Collection[str]) -> Flags:
    wanted = np.array([not http_methods or method in http_methods for method, _ in cube.urls], bool)
    return wanted[cube.url]


def _ranked(cube: UsageCube, axis: str, of_methods: Flags, of_others: Flags | None, chosen: Flags) -> Ranked:
    """One table: `of_others` marks the rows that the other table's filter keeps. Codes stand in the order of ties."""
    codes = getattr(cube, axis)

    def requests(keep: Flags) -> Counts:
        counts: Counts = cube.sums(codes, len(chosen), keep, ("requests",))[0]
        return counts

    overall = requests(of_methods)
    filtered = None if of_others is None else requests(of_methods & of_others)
    ranking = overall if filtered is None else filtered
    order = np.argsort(-ranking, kind="stable")
    return Ranked(overall, filtered, chosen, order[((ranking > 0) | chosen)[order]])


def _table(keys: pd.DataFrame, ranked: Ranked, total: int) -> pd.DataFrame:
    rows = with_share(keys.assign(requests=ranked.requests), total)
    if ranked.filtered is None:
        rows = rows.assign(filtered_requests=pd.array([pd.NA] * len(rows), "Int64"), filtered_share=float("nan"))
    else:
        under = ranked.total
        rows = rows.assign(
            filtered_requests=pd.array(ranked.filtered, "Int64"),
            filtered_share=ranked.filtered / under if under else float("nan"),
        )
    return rows.iloc[ranked.order].reset_index(drop=True)
