"""Reads that may be spared: answers that seldom change and could be kept, and single reads where one request brings many.

Which is which stands in two small tables of template URIs of the Genesys Cloud Public API (SDK PureCloudPlatformClientV2 269).
How often an answer really changes no daily total can tell, so these findings are never more than a hint (info). Only reads
that brought an answer count, and a month is counted from a usual week: days of trouble and refused requests save nothing here.
"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from apiusage_helpers.insights.finding import MONTH, Finding
from apiusage_helpers.insights.history import Counts, Flags, History
from apiusage_helpers.insights.rhythm import medians
from apiusage_helpers.insights.troubles.rates import Shares
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import whole

BULK: Mapping[str, str] = {
    "api/v2/users/{userId}": "GET api/v2/users (100 a page), or a list of ids",
    "api/v2/users/{userId}/routingstatus": "a notification channel (v2.users.{id}.routingStatus)",
    "api/v2/users/{userId}/presences/{sourceId}": "GET api/v2/users/presences/purecloud/bulk",
    "api/v2/users/{userId}/queues": "GET api/v2/routing/queues with its members",
    "api/v2/routing/queues/{queueId}": "GET api/v2/routing/queues (100 a page)",
    "api/v2/conversations/{conversationId}": "a notification channel, or POST api/v2/analytics/conversations/details/query",
    "api/v2/conversations/{conversationId}/recordings": "POST api/v2/recording/batchrequests",
    "api/v2/conversations/{conversationId}/recordingmetadata": "POST api/v2/recording/batchrequests",
    "api/v2/externalcontacts/contacts/{contactId}": "GET api/v2/externalcontacts/contacts (100 a page)",
    "api/v2/scim/v2/users/{userId}": "GET api/v2/scim/v2/users",
    "api/v2/analytics/conversations/{conversationId}/details": "POST api/v2/analytics/conversations/details/query",
}
SELDOM_CHANGED = frozenset({
    "api/v2/authorization/divisions", "api/v2/authorization/roles", "api/v2/flows", "api/v2/flows/datatables",
    "api/v2/flows/datatables/{datatableId}/rows/{rowId}", "api/v2/groups", "api/v2/locations",
    "api/v2/notifications/availabletopics", "api/v2/oauth/clients", "api/v2/organizations/me", "api/v2/outbound/campaigns",
    "api/v2/routing/languages", "api/v2/routing/queues", "api/v2/routing/skills", "api/v2/routing/wrapupcodes",
    "api/v2/scim/v2/users", "api/v2/tokens/me", "api/v2/users", "api/v2/users/{userId}/profileskills",
})  # fmt: skip
_ONCE_AN_HOUR = 24
_PART_OF_BULK = 0.9
_WEEK, _WEEKDAYS = 7, 5
_LOOK_BACK = 28  # days


def reads(history: History, limits: Thresholds, polled: Collection[int]) -> Iterator[Finding]:
    """Findings on pairs of client and URL with many reads that a cache or a bulk request may spare; not on `polled` pairs."""
    answered = history.by_pair("succeeded") + history.by_pair("redirected")
    usual, mostly = _usual_days(answered, history), _mostly_answered(answered, history)
    here = answered[:, history.first :].any(axis=1)
    for pair in np.flatnonzero(here & mostly & (usual >= limits.read_a_day)).tolist():
        method, uri = history.cube.urls[int(history.pairs[1][pair])]
        if method != "GET" or pair in polled:
            continue
        if uri in SELDOM_CHANGED:
            yield _cacheable(history, pair, answered[pair], float(usual[pair]))
        elif uri in BULK:
            yield _bulk(history, pair, answered[pair], float(usual[pair]))


def _mostly_answered(answered: Counts, history: History) -> Flags:
    """Whether at least half of a row's requests of the last week brought an answer: what is refused is another finding's."""
    last = history.last_known(_WEEK)
    sums, requests = (counts[:, last].sum(axis=1) for counts in (answered, history.by_pair("requests")))
    mostly: Flags = (sums > 0) & (2 * sums >= requests)
    return mostly


def _usual_days(counts: Counts, history: History) -> Shares:
    """The mean day of a usual week of each row, by medians over the interval and at least four weeks, since its first count."""
    place = history.last_known(max(_LOOK_BACK, history.known_days(history.first, len(history.days))))
    begun = counts.cumsum(axis=1)[:, place] > 0
    figures, weekend = np.where(begun, counts[:, place], np.nan), history.weekend[place]
    weekdays, weekends = medians(figures[:, ~weekend]), medians(figures[:, weekend])
    of_both = (_WEEKDAYS * weekdays + (_WEEK - _WEEKDAYS) * weekends) / _WEEK
    return np.where(np.isnan(of_both), medians(figures), of_both)


def _cacheable(history: History, pair: int, counts: Counts, a_day: float) -> Finding:
    saving = max(0, round((a_day - _ONCE_AN_HOUR) * MONTH))
    return _finding(
        history, pair, counts, "cacheable_reads",
        "What it reads seldom changes, so most of these reads may bring nothing new.",
        f"Keep the answer for a while. Read once an hour by one place that keeps it, about {whole(saving)} requests a month "
        f"would be saved (({whole(a_day)} - {_ONCE_AN_HOUR}) a day x {MONTH} days); with one answer for each id, less.",
        saving, a_day, f"(requests_a_day - {_ONCE_AN_HOUR}) * {MONTH}",
    )  # fmt: skip


def _bulk(history: History, pair: int, counts: Counts, a_day: float) -> Finding:
    saving = round(a_day * MONTH * _PART_OF_BULK)
    instead = BULK[history.cube.urls[int(history.pairs[1][pair])][1]]
    return _finding(
        history, pair, counts, "bulk_available",
        "Each request brings one item, where one request may bring many.",
        f"Use {instead} instead. If ten items come with each request, about {whole(saving)} requests a month would be saved "
        f"({whole(a_day)} a day x {MONTH} days x {_PART_OF_BULK}).",
        saving, a_day, f"requests_a_day * {MONTH} * {_PART_OF_BULK}",
    )  # fmt: skip


def _finding(  # noqa: PLR0913, PLR0917  # what the two kinds differ in
    history: History,
    pair: int,
    counts: Counts,
    kind: str,
    why: str,
    remedy: str,
    saving: int,
    a_day: float,
    formula: str,
) -> Finding:
    client, url = int(history.pairs[0][pair]), int(history.pairs[1][pair])
    place = np.flatnonzero(counts[history.first :]) + history.first
    total = int(counts[place].sum())
    return Finding(
        kind=kind,
        severity="info",
        start=history.day(int(place[0])),
        end=history.day(int(place[-1])),
        requests=total,
        cause=(
            f"{history.labels[client]} got {whole(total)} answers to {history.url_label(url)}, about {whole(a_day)} on a usual "
            f"day. {why}"
        ),
        remedy=remedy,
        saving=saving,
        evidence={"requests": total, "requests_a_day": a_day, "saving_formula": formula},
        **history.client(client),
        **history.url(url),
    )
