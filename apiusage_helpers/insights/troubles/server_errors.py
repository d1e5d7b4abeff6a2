"""Server errors (5xx): one URL that fails for all its clients points at the platform, one client alone at its integration."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import Counts, History
from apiusage_helpers.insights.troubles.rates import Trouble, lower_bounds, main_url, narrowed, troubles
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import counted, percent, whole

_LEAST_OF_A_CLIENT = 20  # requests, to say how it fares
_ALIKE = 0.4  # of the URL's share: a client below it does not share the trouble
_MOST_CLIENTS = 0.6
_SEVERAL = 3  # URLs or clients that fail together are one trouble
_BEYOND, _LEAST_SHARE = 3, 0.05  # times the share of a wide trouble, from which on something is more than a part of it
_HEARD_OF = 200  # requests, for a client to count among those that should have met an incident


def server_errors(history: History, limits: Thresholds) -> Iterator[Finding]:
    """Findings on URLs that failed with 5xx for all their clients, and on single clients for which something failed."""
    failed, requests = history.by_pair("server_errors"), history.by_pair("requests")
    of_urls = _bad_runs(history, history.by_url("server_errors"), history.by_url("requests"), limits)
    platform = [one for one in of_urls if _for_all(history, one, failed, requests)]
    yield from _platform(history, platform, limits)
    _, urls, _ = history.pairs
    for one in platform:
        failed[urls == one.row, one.first : one.last + 1] = 0
    rest = np.zeros_like(history.by_client("requests"))
    np.add.at(rest, history.pairs[0], failed)
    by_client = [_whole(history, one) for one in _bad_runs(history, rest, history.by_client("requests"), limits)]
    yield from _incidents(history, by_client, limits)
    for one in _alone(history, rest, by_client, limits):
        yield _integration(history, one, limits)
    for one in _single_urls(history, rest, failed, requests, limits):
        if not any(_part_of(one, wide) for wide in _wide(history, platform, by_client)):
            yield _integration(history, one, limits, client=int(history.pairs[0][one.row]), url=int(urls[one.row]))


def _reaches(one: Trouble, first: int, last: int) -> bool:
    """Whether a trouble reaches into the days from `first` to `last`."""
    return one.first <= last and first <= one.last


def _alone(history: History, rest: Counts, by_client: Sequence[Trouble], limits: Thresholds) -> list[Trouble]:
    """What clients met by themselves: their bad runs without the days on which most clients failed."""
    rest, requests = rest.copy(), history.by_client("requests")
    for one in by_client:
        if _in_an_incident(history, one, by_client):
            rest[:, one.first : one.last + 1] = requests[:, one.first : one.last + 1] = 0
    return [_whole(history, one) for one in _bad_runs(history, rest, requests, limits)]


def _wide(history: History, platform: Sequence[Trouble], by_client: Sequence[Trouble]) -> list[Trouble]:
    """The troubles that several URLs, or most clients, met on the same days."""
    days = Counter((one.first, one.last) for one in platform)
    of_urls = [one for one in platform if days[one.first, one.last] >= _SEVERAL]
    return of_urls + [one for one in by_client if _in_an_incident(history, one, by_client)]


def _part_of(one: Trouble, wide: Trouble) -> bool:
    """Whether what one client met on one URL is no more than a wide trouble of these days explains."""
    return wide.first <= one.first and one.last <= wide.last and one.share < _BEYOND * max(wide.share, _LEAST_SHARE)


def _whole(history: History, found: Trouble) -> Trouble:
    """A client's trouble with all its failures, also those on URLs that failed for everybody: what a reader counts."""
    span = slice(found.first, found.last + 1)
    failed, requests = (int(history.by_client(name)[found.row, span].sum()) for name in ("server_errors", "requests"))
    return replace(found, failed=failed, requests=requests)


def _in_an_incident(history: History, one: Trouble, by_client: Sequence[Trouble]) -> bool:
    """Whether at least half of the clients heard of on these days, and three or more, failed on the very same days."""
    alike = sum((other.first, other.last) == (one.first, one.last) for other in by_client)
    asked = history.by_client("requests")[:, one.first : one.last + 1].sum(axis=1)
    return bool(alike >= _SEVERAL and alike >= np.count_nonzero(asked >= _HEARD_OF) / 2)


def _incidents(history: History, by_client: Sequence[Trouble], limits: Thresholds) -> Iterator[Finding]:
    """One finding for each span of days on which most clients failed, whatever they asked for."""
    met = [one for one in by_client if _in_an_incident(history, one, by_client)]
    for first, last in sorted({(one.first, one.last) for one in met}):
        span = [
            _whole(history, replace(one, first=first, last=last)) for one in by_client if _reaches(one, first, last)
        ]
        group = [one for one in span if one.share >= limits.server_error_share]  # also those that had failed before
        yield _of_the_platform(history, group, first, last, limits, what=f"{len(group)} OAuth clients")


def _single_urls(
    history: History, rest: Counts, failed: Counts, requests: Counts, limits: Thresholds
) -> Iterator[Trouble]:
    """What fails on one URL of a client whose other requests hide it."""
    told = {one.row for one in _bad_runs(history, rest, history.by_client("requests"), limits)}
    clients, _, _ = history.pairs
    for one in _bad_runs(history, failed, requests, limits):
        if int(clients[one.row]) not in told:
            yield one


def _bad_runs(history: History, failed: Counts, requests: Counts, limits: Thresholds) -> list[Trouble]:
    bad = (lower_bounds(failed, requests) >= limits.server_error_share) & (failed >= limits.least_failures)
    return troubles(failed, requests, bad, history.first)


def _for_all(history: History, found: Trouble, failed: Counts, requests: Counts) -> bool:
    """Whether most clients of a URL, and at least two, met its failures."""
    span = slice(found.first, found.last + 1)
    pairs = np.flatnonzero(history.pairs[1] == found.row)
    asked, met = requests[pairs, span].sum(axis=1), failed[pairs, span].sum(axis=1)
    heard = asked >= _LEAST_OF_A_CLIENT
    alike = met[heard] >= _ALIKE * found.share * asked[heard]
    return bool(np.count_nonzero(alike) > 1 and alike.mean() >= _MOST_CLIENTS)


def _platform(history: History, found: Sequence[Trouble], limits: Thresholds) -> Iterator[Finding]:
    """One finding a URL, or one for several URLs that failed on the same days."""
    by_days: dict[tuple[int, int], list[Trouble]] = defaultdict(list)
    for one in found:
        by_days[one.first, one.last].append(one)
    for (first, last), together in by_days.items():
        groups = [together] if len(together) >= _SEVERAL else [[one] for one in together]
        for group in groups:
            yield _of_the_platform(history, group, first, last, limits)


def _of_the_platform(  # noqa: PLR0913  # what it is of
    history: History, group: Sequence[Trouble], first: int, last: int, limits: Thresholds, *, what: str = ""
) -> Finding:
    failed, requests = sum(one.failed for one in group), sum(one.requests for one in group)
    share, days = failed / requests, history.known_days(first, last)
    clients, one_url = bool(what), len(group) == 1 and not what
    what = what or (history.url_label(group[0].row) if one_url else f"{len(group)} URLs")
    whom = (
        "Most clients failed at once" if clients else f"{'It fails' if one_url else 'They fail'} for all clients alike"
    )
    return Finding(
        kind="server_errors_platform",
        severity="critical" if share >= limits.critical_server_error_share else "warning",
        start=history.day(first),
        end=history.day(last),
        requests=failed,
        cause=(
            f"{what}: {whole(failed)} of {whole(requests)} requests ({percent(share)}) failed with 5xx in "
            f"{counted(days, 'day')}. {whom}, so the platform may have had an incident."
        ),
        remedy=(
            "Check these days on the Genesys Cloud status page. If nothing is listed there, open a case with the URL and "
            "the days."
        ),
        evidence={
            "server_errors": failed,
            "requests": requests,
            "share": share,
            "days": days,
            "clients" if clients else "urls": len(group),
        },
        **(history.url(group[0].row) if one_url else {}),
    )


def _integration(
    history: History, found: Trouble, limits: Thresholds, *, client: int | None = None, url: int | None = None
) -> Finding:
    client = found.row if client is None else client
    if url is None:
        url = main_url(history, client, "server_errors", found.first, found.last)
        found = narrowed(history, found, client, url, "server_errors")
    where = f" on {history.url_label(url)}" if url is not None else ""
    days = history.known_days(found.first, found.last)
    return Finding(
        kind="server_errors_integration",
        severity="critical" if found.share >= limits.critical_server_error_share else "warning",
        start=history.day(found.first),
        end=history.day(found.last),
        requests=found.failed,
        cause=(
            f"{history.labels[client]}: {whole(found.failed)} of {whole(found.requests)} requests{where} "
            f"({percent(found.share)}) failed with 5xx in {counted(days, 'day')}. Not all clients met that, so "
            "what this one sends may cause it."
        ),
        remedy=(
            f"Review what the client sends{where and ' to this URL'}; if that is right, check the Genesys Cloud status page. "
            "Find the client under Admin > Integrations > OAuth."
        ),
        evidence={
            "server_errors": found.failed, "requests": found.requests, "share": found.share, "days": days,
            "bad_days": found.bad_days,
        },
        **history.client(client),
        **(history.url(url) if url is not None else {}),
    )  # fmt: skip
