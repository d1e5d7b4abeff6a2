"""A selection: what one report or view shows. Widgets, params files, saved views and report headers share it.

Section 1 of the report (the most active requests) follows the organization, the interval and the HTTP methods;
section 2 (OAuth client requests) also `clients` and `client_template_uris`; section 3 (URL requests) `template_uris`.
An empty choice means all. A selection knows no rows: it filters nothing by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.interval import Interval, resolve, utc_today, zone
from apiusage_helpers.names import METHODS, organization_name, plain_template_uri

MOST_TOP = 100


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What is shown of one organization: the interval, and the choices of each section of the report."""

    organization: str
    interval: Interval
    today: date
    display_timezone: str = "UTC"
    clients: tuple[str, ...] = ()
    client_template_uris: tuple[str, ...] = ()
    template_uris: tuple[str, ...] = ()
    http_methods: tuple[str, ...] = ()
    top: int = 5


def select(  # noqa: PLR0913  # these are the parameters of a report, by their names in the notebook
    organization: str,
    date_range: str,
    *,
    today: str | date = "",
    billing_day: int | None = None,
    display_timezone: str = "UTC",
    clients: Sequence[str] = (),
    client_template_uris: Sequence[str] = (),
    template_uris: Sequence[str] = (),
    http_methods: Sequence[str] = (),
    top: int = 5,
) -> Selection:
    """The checked selection of one organization.

    `date_range` is a preset or START/END in UTC days; `today` the UTC date as of which the selection stands (a date or
    its ISO text; empty: now); a `billing_day` allows the presets of billing months. ParameterError names the first value
    that cannot be used.
    """
    day = utc_today() if today == "" else checked_today(today)
    zone(display_timezone)
    return Selection(
        organization=organization_name(organization),
        interval=resolve(date_range, day, billing_day=billing_day),
        today=day,
        display_timezone=display_timezone,
        clients=tuple(clients),
        client_template_uris=tuple(map(plain_template_uri, client_template_uris)),
        template_uris=tuple(map(plain_template_uri, template_uris)),
        http_methods=tuple(map(checked_http_method, http_methods)),
        top=checked_top(top),
    )


def checked_today(today: str | date) -> date:
    """The UTC date that `today` means; ParameterError when it is no date."""
    try:
        return today if isinstance(today, date) else date.fromisoformat(today)
    except ValueError:
        raise ParameterError(f"today {quoted(today)} is not a date: write YYYY-MM-DD") from None


def checked_http_method(method: str) -> str:
    """The HTTP method in capitals; ParameterError when the platform counts no such method."""
    if method.upper() not in METHODS:
        raise ParameterError(f"HTTP method {quoted(method)} is unknown: use {', '.join(METHODS)}")
    return method.upper()


def checked_top(top: int) -> int:
    """The number of ranks that a top panel shows; ParameterError outside 1 to 100."""
    if not 1 <= top <= MOST_TOP:
        raise ParameterError(f"top {top} is not allowed: a whole number from 1 to {MOST_TOP}")
    return top
