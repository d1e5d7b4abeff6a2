"""Which days of an organization a fetch asks for, and which of them an answer may replace.

Without an interval that is, of the last 90 days to yesterday (UTC, by the server's clock), every day that the store
lacks or holds as provisional, and the last 3 days again. Nothing is asked for the current day. This module reads the
store and asks nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.fetching import fetch_progress
from apiusage_helpers.genesys_cloud.queries import SERVICES, ServiceName, oldest_day
from apiusage_helpers.interval import Interval, previous_days, refuse_early, refuse_length
from apiusage_helpers.store import stored_days

LOOKED_BACK, AGAIN = 90, 3  # days
SAMPLE = "sample"


@dataclass(frozen=True)
class Order:
    """What is asked for: the service, the interval (None: what is missing), and whether the other service is asked too.

    `rebind`: the store's name is to stand for the organization that answers now, whatever it stood for.
    """

    service: ServiceName = "usage"
    interval: Interval | None = None
    compare: bool = False
    rebind: bool = False


def refuse_interval(order: Order, today: date) -> None:
    """ParameterError when the interval touches the server's today, or starts before the platform did or the service goes back."""
    if order.interval is None:
        return
    if order.interval.end >= today:
        newest = today - timedelta(days=1)
        raise ParameterError(
            f"interval {order.interval} touches {today} or later: the newest complete UTC day is {newest}"
        )
    refuse_length(order.interval)
    refuse_early(order.interval)
    for service in SERVICES if order.compare else (order.service,):
        oldest = oldest_day(service, today)
        if oldest is not None and order.interval.start < oldest:
            raise ParameterError(
                f"interval {order.interval}: {SERVICES[service].source} goes back one year: start on {oldest} or later"
            )


def wanted_days(
    organization: str, order: Order, today: date, begun: fetch_progress.Begun | None, *, root: Path | None = None
) -> list[date]:
    """The days to ask for, in order: of an interval those not yet dealt with since it was begun, else what is missing.

    ParameterError where the store holds invented days of that organization, also outside the interval.
    """
    interval = order.interval or previous_days(LOOKED_BACK, today)
    stored = {day.date: day for day in stored_days(organization, root=root)}
    if any(day.source == SAMPLE for day in stored.values()):
        raise ParameterError(
            f"{organization} holds invented days (apiusage sample): name another organization, or take them out first "
            f"(apiusage forget --organization {organization})"
        )
    if order.interval is None:
        again = set(previous_days(AGAIN, today).days)
        return [day for day in interval.days if day not in stored or stored[day].provisional or day in again]
    reached = begun.reached if begun else date.min
    return [day for day in interval.days if day > reached or day not in stored or stored[day].provisional]


def by_month(days: Sequence[date]) -> list[list[date]]:
    """The days by calendar month."""
    return [list(month) for _, month in groupby(days, key=lambda day: (day.year, day.month))]


def no_longer_given(
    organization: str, today: date, usage: pa.Table, days: Sequence[date], *, root: Path | None = None
) -> list[date]:
    """The `days` before those looked back on that the store holds settled and with requests, without a row in the answer.

    The store is their only archive: a service that has let go of a day answers as if the day had had no traffic. Of the
    last 90 days an answer without a row is what it says.
    """
    oldest = previous_days(LOOKED_BACK, today).start
    silent = {day for day in days if day < oldest} - set(usage["date"].unique().to_pylist())
    if not silent:
        return []
    stored = stored_days(organization, Interval(min(silent), max(silent)), root=root)
    return [day.date for day in stored if day.date in silent and day.requests and not day.provisional]
