"""Client errors: requests refused with 4xx other than 429, against the client's own past and against a constant limit."""

from collections.abc import Iterator

import numpy as np

from apiusage_helpers.insights.finding import MONTH, Finding
from apiusage_helpers.insights.history import Counts, Flags, History
from apiusage_helpers.insights.troubles.rates import (
    Shares,
    Trouble,
    lower_bounds,
    main_url,
    narrowed,
    troubles,
    usual_shares,
)
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import counted, percent, whole

_SPREADS = 6  # of its usual days: what lies beyond is no usual day
_ONE_DAY_SHARE = 0.2  # on one day alone; lower shares must last
_TIMES = 2.5


def client_errors(history: History, limits: Thresholds) -> Iterator[Finding]:
    """A finding for each client, else for each of its URLs, with far more refused requests than is usual or tolerable."""
    by_client = (history.by_client("client_errors"), history.by_client("requests"))
    found = {one.row: one for one in _lasting(history, *by_client, limits)}
    for client, one in found.items():
        url = main_url(history, client, "client_errors", one.first, one.last)
        yield _finding(history, narrowed(history, one, client, url, "client_errors"), client, url, limits)
    clients, urls, _ = history.pairs
    for one in _lasting(history, history.by_pair("client_errors"), history.by_pair("requests"), limits):
        if int(clients[one.row]) not in found:
            yield _finding(history, one, int(clients[one.row]), int(urls[one.row]), limits)


def _lasting(history: History, refused: Counts, requests: Counts, limits: Thresholds) -> list[Trouble]:
    bounds = lower_bounds(refused, requests)
    bad = _bad(history, refused, requests, bounds, limits) & (refused >= limits.least_failures)
    strong = bounds >= _ONE_DAY_SHARE
    return [
        one
        for one in troubles(refused, requests, bad, history.first)
        if one.bad_days > 1 or strong[one.row, one.first : one.last + 1].any()
    ]


def _bad(history: History, refused: Counts, requests: Counts, bounds: Shares, limits: Thresholds) -> Flags:
    """Which days are bad: above the row's usual share by far where that is known, else above the constant limit."""
    constant = bounds >= limits.constant_client_error_share
    if not history.has_past:
        return constant
    usual, spread = usual_shares(refused, requests, history.first)
    least = np.full(len(usual), limits.client_error_share)
    limit = np.maximum.reduce([least, usual + limits.client_error_rise, usual + _SPREADS * spread, _TIMES * usual])
    limit = np.where(np.isfinite(limit), limit, np.inf)
    return constant | (bounds >= limit[:, None])


def _finding(history: History, found: Trouble, client: int, url: int | None, limits: Thresholds) -> Finding:
    where = f" on {history.url_label(url)}" if url is not None else ""
    days = history.known_days(found.first, found.last)
    before = f", against a usual {percent(found.past_share)}" if np.isfinite(found.past_share) else ""
    almost_all = found.share >= limits.critical_client_error_share
    why = (
        "Its credentials, permissions or configuration may have changed."
        if almost_all
        else "It may send malformed requests, or request what does not exist or is not permitted."
    )
    return Finding(
        kind="client_errors",
        severity="critical" if almost_all else "warning",
        start=history.day(found.first),
        end=history.day(found.last),
        requests=found.failed,
        cause=(
            f"{history.labels[client]}: {whole(found.failed)} of {whole(found.requests)} requests{where} "
            f"({percent(found.share)}) were refused with 4xx other than 429 in {counted(days, 'day')}{before}. {why}"
        ),
        remedy=(
            "Check the URL and the format of the request, then the client's credentials and roles under "
            "Admin > Integrations > OAuth."
        ),
        saving=None if almost_all else round(found.failed / days * MONTH),  # with the right credentials it still makes them
        evidence={
            "client_errors": found.failed, "requests": found.requests, "share": found.share, "days": days,
            "bad_days": found.bad_days, **({} if almost_all else {"saving_formula": "client_errors / days * 30"}),
            **({"usual_share": found.past_share} if np.isfinite(found.past_share) else {}),
        },
        **history.client(client),
        **(history.url(url) if url is not None else {}),
    )  # fmt: skip
