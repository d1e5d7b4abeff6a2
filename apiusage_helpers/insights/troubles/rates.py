"""Failure rates day by day: which days are beyond doubt above a limit, and since when that goes on.

A share of few requests is uncertain, and among thousands of client-days some look bad by chance. So a day counts only where the
lower Wilson bound of its share is above the limit, at a level that allows for the number of days looked at together.
"""

from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from apiusage_helpers.insights.history import Counts, Flags, History
from apiusage_helpers.insights.rhythm import medians

Shares = npt.NDArray[np.float64]
_ERROR = 0.001  # chance of one false day among all that are looked at
_MOST_OF_IT = 0.8  # of the failures of a client: on one URL
_GAP = 2  # quiet days that do not end a trouble
_LEAST_PAST_DAYS = 5


@dataclass(frozen=True)
class Trouble:
    """A run of bad days of one row of a table: places of its first and last day, and the sums over them."""

    row: int
    first: int
    last: int
    bad_days: int
    failed: int
    requests: int
    past_share: float

    @property
    def share(self) -> float:
        """Failed of requests (0-1), from the first to the last day."""
        return self.failed / self.requests if self.requests else 0.0


def lower_bounds(failed: Counts, requests: Counts) -> Shares:
    """The lower Wilson bound of each share, at a level that allows for how many there are."""
    looked_at = max(1, int(np.count_nonzero(requests)))
    z = NormalDist().inv_cdf(1 - _ERROR / looked_at)
    n = np.maximum(requests, 1).astype(np.float64)
    share = np.minimum(failed / n, 1.0)
    middle, half = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.where(requests > 0, np.maximum(0.0, (middle - half) / (1 + z * z / n)), 0.0)


def usual_shares(failed: Counts, requests: Counts, before: int) -> tuple[Shares, Shares]:
    """The usual share of each row before the day at place `before`, and how far its days spread; NaN with too few days."""
    past_failed, past = failed[:, :before], requests[:, :before]
    shares = np.where(past > 0, past_failed / np.maximum(past, 1), np.nan)
    enough = np.count_nonzero(past, axis=1) >= _LEAST_PAST_DAYS
    usual, spread = np.full(len(failed), np.nan), np.full(len(failed), np.nan)
    if enough.any():
        usual[enough] = medians(shares[enough])
        spread[enough] = 1.4826 * medians(np.abs(shares[enough] - usual[enough][:, None]))
    return usual, spread


def troubles(failed: Counts, requests: Counts, bad: Flags, first_day: int) -> list[Trouble]:
    """The run of bad days of each row that reaches into the interval (from place `first_day` on); the last of several."""
    rows = np.flatnonzero(bad[:, first_day:].any(axis=1))
    usual, _ = usual_shares(np.where(bad, 0, failed), np.where(bad, 0, requests), bad.shape[1])
    return [_run(int(row), failed[row], requests[row], bad[row], float(usual[row])) for row in rows]


def main_url(history: History, client: int, measure: str, first: int, last: int) -> int | None:
    """The URL on which a client had most of its failures of a kind; None where they are spread over several."""
    clients, urls, _ = history.pairs
    mine = np.flatnonzero(clients == client)
    sums = history.by_pair(measure)[mine, first : last + 1].sum(axis=1)
    place = int(sums.argmax())
    return int(urls[mine[place]]) if sums[place] >= _MOST_OF_IT * sums.sum() else None


def narrowed(history: History, found: Trouble, client: int, url: int | None, measure: str) -> Trouble:
    """A client's trouble with the sums of one URL alone, which most of it is on; as it is for None."""
    if url is None:
        return found
    (pair,) = np.flatnonzero((history.pairs[0] == client) & (history.pairs[1] == url))
    span = slice(found.first, found.last + 1)
    failed, requests = (int(history.by_pair(name)[pair, span].sum()) for name in (measure, "requests"))
    return replace(found, failed=failed, requests=requests)


def _run(row: int, failed: Counts, requests: Counts, bad: Flags, usual: float) -> Trouble:
    """The last run of bad days; days without requests, and up to two quiet ones, do not end it."""
    places = np.flatnonzero(bad)
    last = first = int(places[-1])
    for place in places[-2::-1]:
        between = requests[place + 1 : first]
        if np.count_nonzero(between) > _GAP:
            break
        first = int(place)
    span = slice(first, last + 1)
    return Trouble(row, first, last, int(bad[span].sum()), int(failed[span].sum()), int(requests[span].sum()), usual)
