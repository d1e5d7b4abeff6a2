"""What the API Usage view shows at one moment: a selection, and the rows that were clicked in its two tables.

A state is a value. Every act of a visitor (a click, another date range, a reset) is a function from one state to the
next, so the view can be followed and tested without a browser. A state knows no rows: filters on clients and URLs that
made no request stay in it, and are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.selection import Selection, select

Table = Literal["clients", "urls"]
STATUSES = {
    "200": "2xx",
    "300": "3xx",
    "400": "4xx without 429",
    "429": "429",
    "500": "5xx",
}  # in the order of the outcomes
_FILTERS = ("filter_clients", "filter_urls", "filter_statuses")


@dataclass(frozen=True, kw_only=True)
class ViewState:
    """A selection with the words of its date range, and the filters: OAuth clients (ids or names) and URLs.

    A URL is written as `url_text` writes it, a status as `STATUSES` does. All filters hold together; an empty one filters
    nothing.
    """

    selection: Selection
    date_range: str
    filter_clients: tuple[str, ...] = ()
    filter_urls: tuple[str, ...] = ()
    filter_statuses: tuple[str, ...] = ()

    @property
    def filtered(self) -> bool:
        """Whether any row is clicked, or any status chosen."""
        return bool(self.filter_clients or self.filter_urls or self.filter_statuses)

    def parameters(self) -> dict[str, Any]:
        """The parameters of the view's notebook that bring this state back."""
        chosen = self.selection
        return {
            "organization": chosen.organization,
            "date_range": self.date_range,
            "display_timezone": chosen.display_timezone,
            "clients": list(chosen.clients),
            "client_template_uris": list(chosen.client_template_uris),
            "template_uris": list(chosen.template_uris),
            "http_methods": list(chosen.http_methods),
            "top": chosen.top,
            **chosen.counted_by,
            "filter_clients": list(self.filter_clients),
            "filter_urls": list(self.filter_urls),
            "filter_statuses": list(self.filter_statuses),
        }


def view_state(parameters: Mapping[str, Any], *, today: str | date = "") -> ViewState:
    """The state that the parameters of the view's notebook mean as of `today` (a UTC date; empty: now).

    ParameterError names the first value that cannot be used.
    """
    chosen = dict(parameters)
    filters = {name: tuple(chosen.pop(name, ())) for name in _FILTERS}
    for status in filters["filter_statuses"]:
        checked_status(status)
    return ViewState(selection=select(**chosen, today=today), date_range=chosen["date_range"], **filters)


def checked_status(status: str) -> None:
    """ParameterError when a view cannot be filtered by this status."""
    if status not in STATUSES:
        raise ParameterError(f"status {quoted(status)} is not one of {', '.join(STATUSES)}")


def url_text(http_method: str, template_uri: str) -> str:
    """A URL as filters and saved views write it: method and template URI.

    >>> url_text("GET", "api/v2/users"), url_text("", "api/v2/users")
    ('GET api/v2/users', 'api/v2/users')
    """
    return f"{http_method} {template_uri}" if http_method else template_uri


def clicked(state: ViewState, table: Table, key: str, *, several: bool = False) -> ViewState:
    """The state after a click on the row `key` (a client id or a URL) of one table.

    As on the platform a click filters by this one row alone, and a second click takes the filter off. With `several` the
    row joins the rows already clicked in either table, or leaves them.
    """
    filters = {"clients": state.filter_clients, "urls": state.filter_urls}
    chosen = filters[table]
    if several:
        left = tuple(other for other in chosen if other != key)
        filters[table] = left if key in chosen else (*chosen, key)
    else:
        only = filters == {"clients": (), "urls": ()} | {table: (key,)}
        filters = {"clients": (), "urls": ()} | ({} if only else {table: (key,)})
    return replace(state, filter_clients=filters["clients"], filter_urls=filters["urls"])


def reset(state: ViewState) -> ViewState:
    """The state without filters; the selection stays."""
    return replace(state, filter_clients=(), filter_urls=(), filter_statuses=())


def chosen(state: ViewState, **changes: Any) -> ViewState:
    """The state after other choices in the selectors, by the names of the parameters; ParameterError when they don't fit.

    Filters and chosen clients stay, but for another organization: its clients are others.
    """
    moved = changes.get("organization", state.selection.organization) != state.selection.organization
    kept = reset(state).parameters() | {"clients": []} if moved else state.parameters()
    return view_state(kept | changes, today=state.selection.today)


def as_of(state: ViewState, today: date) -> ViewState:
    """The same state on another day: its presets mean other days."""
    return view_state(state.parameters(), today=today)
