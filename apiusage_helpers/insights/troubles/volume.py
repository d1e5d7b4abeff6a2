"""High volume: clients that make a large part of all requests. Size alone is no fault, so it is only told."""

from collections.abc import Iterator

import numpy as np

from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import History
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import percent, whole

_LEAST_CLIENTS = 3


def high_volume(history: History, limits: Thresholds) -> Iterator[Finding]:
    """A finding for each client with a large share of the interval's requests; none among fewer than three clients."""
    requests = history.by_client("requests")[:, history.first :]
    sums = requests.sum(axis=1)
    total = int(sums.sum())
    if np.count_nonzero(sums) < _LEAST_CLIENTS:
        return
    for client in np.flatnonzero(sums >= limits.high_volume_share * total):
        count, place = int(sums[client]), np.flatnonzero(requests[client]) + history.first
        yield Finding(
            kind="high_volume",
            severity="info",
            start=history.day(int(place[0])),
            end=history.day(int(place[-1])),
            requests=count,
            cause=f"{history.labels[client]} made {whole(count)} of {whole(total)} requests ({percent(count / total)}).",
            remedy="To save requests, look here first: which URLs it requests, and how often it needs them.",
            evidence={"requests": count, "all_requests": total, "share": count / total},
            **history.client(int(client)),
        )
