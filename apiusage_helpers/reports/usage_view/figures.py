"""The figures of the API Usage view: two tables that filter each other, and requests per day under both filters.

Overall figures follow the interval and the HTTP methods. A filter on clients acts on the table of URLs, one on URLs on
the table of clients, one on statuses on both, all of them on the days: so a table never hides the rows among which one
chooses. `share` is of all requests, `filtered_share` of all requests under the filter that acts on the table.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from apiusage_helpers.errors import quoted
from apiusage_helpers.reports.usage_view.state import STATUSES, ViewState, url_text
from apiusage_helpers.tables.cube import MEASURES, Codes, Flags, UsageCube
from apiusage_helpers.tables.outcomes import FAILED, OUTCOMES, with_share
from apiusage_helpers.text import did_you_mean

Counts = npt.NDArray[np.int64]
_Filter = tuple[Flags | None, Sequence[str]]


@dataclass(frozen=True)
class Ranked:
    """One table in numbers: requests of every row, and how many failed and were throttled; those under the filter that acts
    on it (None: no such filter), what is chosen here, and the places of the rows that are shown, in their order.
    """

    requests: Counts
    failed: Counts
    throttled: Counts
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


def view_figures(cube: UsageCube, state: ViewState, before: ViewFigures | None = None) -> ViewFigures:
    """The figures of `state` over the rows of `cube`; `before` are those of another state with the same HTTP methods."""
    of_methods = _of_methods(cube, state.selection.http_methods)
    clients, urls = chosen_client_flags(cube, state.filter_clients), chosen_url_flags(cube, state.filter_urls)
    of_clients = clients[cube.client] if state.filter_clients else None
    of_urls = urls[cube.url] if state.filter_urls else None
    counted = [outcome for status, outcome in zip(STATUSES, OUTCOMES, strict=True) if status in state.filter_statuses]
    both = of_methods & (True if of_clients is None else of_clients) & (True if of_urls is None else of_urls)
    return ViewFigures(
        clients=_ranked(
            cube, "client", of_methods, _under(of_urls, counted), clients, before.clients if before else None
        ),
        urls=_ranked(cube, "url", of_methods, _under(of_clients, counted), urls, before.urls if before else None),
        days=_sums(cube, cube.day, len(cube.interval), both, counted),
        by_client=_sums(cube, cube.client, len(cube.clients), both, counted),
    )


def _under(rows: Flags | None, counted: Sequence[str]) -> _Filter | None:
    """What filters a table: its rows and outcomes; None where nothing does."""
    return None if rows is None and not counted else (rows, counted)


def _sums(cube: UsageCube, by: Codes, size: int, keep: Flags, counted: Sequence[str]) -> Counts:
    """`MEASURES` by number; with some outcomes `counted` only these, and requests are their sum."""
    if not counted:
        return cube.sums(by, size, keep)
    found = dict(zip(counted, cube.sums(by, size, keep, counted), strict=True))
    nothing = np.zeros(size, np.int64)
    return np.array([sum(found.values(), nothing), *(found.get(outcome, nothing) for outcome in OUTCOMES)])


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
        *(
            f"filter_clients: {quoted(one)} {why[one in excluded]}{did_you_mean(one, () if one in excluded else clients)}"
            for one in state.filter_clients
            if one not in clients
        ),
        *(
            f"filter_urls: {quoted(one)} was not requested in this interval{did_you_mean(one, urls)}"
            for one in state.filter_urls
            if one not in urls
        ),
    ]


def clients_table(cube: UsageCube, figures: ViewFigures, kinds: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The rows of the table OAuth Clients: client_id, client_name, kind, requests, failed, throttled, share, filtered_requests,
    filtered_share.
    """
    keys = pd.DataFrame(list(cube.clients), columns=["client_id", "client_name"], dtype=str)
    keys = keys.assign(kind=pd.Series([(kinds or {}).get(one, "") for one in keys["client_id"]], dtype=str))
    return _table(keys, figures.clients, figures.total)


def urls_table(cube: UsageCube, figures: ViewFigures) -> pd.DataFrame:
    """The rows of the table API Requests: http_method, template_uri, requests, failed, throttled, share, filtered_requests,
    filtered_share.
    """
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


def _ranked(  # noqa: PLR0913, PLR0917  # what a table is made of
    cube: UsageCube, axis: str, of_methods: Flags, under: _Filter | None, chosen: Flags, before: Ranked | None
) -> Ranked:
    """One table: `under` marks the rows that the other table's filter keeps, and outcomes. Codes stand in the order of ties.

    The overall figures are those of `before`, where they have been counted.
    """
    codes = getattr(cube, axis)
    counted = (before.requests, before.failed, before.throttled) if before else None
    requests, failed, throttled = counted or _overall(cube, codes, len(chosen), of_methods)
    filtered = None if under is None else _requests(cube, codes, len(chosen), of_methods, under)
    ranking = requests if filtered is None else filtered
    order = np.argsort(-ranking, kind="stable")
    shown = order[((ranking > 0) | chosen)[order]]
    return Ranked(requests, failed, throttled, filtered, chosen, shown)


def _overall(cube: UsageCube, codes: Codes, size: int, of_methods: Flags) -> tuple[Counts, Counts, Counts]:
    """Requests, and those that failed and were throttled, whatever filters."""
    counts = cube.sums(codes, size, of_methods, ("requests", *FAILED))
    return counts[0], counts[1:].sum(axis=0), counts[1 + FAILED.index("throttled")]


def _requests(cube: UsageCube, codes: Codes, size: int, of_methods: Flags, under: _Filter) -> Counts:
    """The requests by number under a filter."""
    rows, counted = under
    keep = of_methods if rows is None else of_methods & rows
    found: Counts = cube.sums(codes, size, keep, counted or ("requests",)).sum(axis=0)
    return found


def _table(keys: pd.DataFrame, ranked: Ranked, total: int) -> pd.DataFrame:
    counts = {"requests": ranked.requests, "failed": ranked.failed, "throttled": ranked.throttled}
    rows = with_share(keys.assign(**counts), total)
    if ranked.filtered is None:
        rows = rows.assign(filtered_requests=pd.array([pd.NA] * len(rows), "Int64"), filtered_share=float("nan"))
    else:
        under = ranked.total
        rows = rows.assign(
            filtered_requests=pd.array(ranked.filtered, "Int64"),
            filtered_share=ranked.filtered / under if under else float("nan"),
        )
    return rows.iloc[ranked.order].reset_index(drop=True)
