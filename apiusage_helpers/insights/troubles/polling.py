"""Polling: as many reads of one URL by one client on weekends as on weekdays, with little spread from day to day."""

from collections.abc import Iterator

import numpy as np

from apiusage_helpers.insights.finding import MONTH, Finding
from apiusage_helpers.insights.history import Counts, History
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import whole

_LOOK_BACK = 28  # days
_LEAST_WEEKENDS, _LEAST_WEEKDAYS = 2, 5
_FEW_DAYS = 14
_SECONDS = 86_400
_CHANCE = 1.5  # times the variance that chance alone gives a count
_WEEKEND_APART = 0.08
_SLOWER = 0.1  # of the present pace


def polled_pairs(history: History, limits: Thresholds) -> list[int]:
    """The pairs of client and URL that look polled, by their last four weeks."""
    requests = history.by_pair("requests")
    last = history.last_known(_LOOK_BACK)
    weekend = history.weekend[last]
    if weekend.sum() < _LEAST_WEEKENDS or (~weekend).sum() < _LEAST_WEEKDAYS:
        return []
    reads = np.array([history.cube.urls[url][0] == "GET" for url in history.pairs[1]], dtype=bool)
    recent = requests[:, last]
    started = _since_steady(recent)
    return [
        int(pair)
        for pair in np.flatnonzero(reads & (recent[:, -1] > 0) & (recent[:, -7:].mean(axis=1) >= limits.polled_a_day))
        if _steady(recent[pair, started[pair] :], weekend[started[pair] :], limits)
    ]


def polling(history: History, limits: Thresholds) -> Iterator[Finding]:
    """A finding for each pair that looks polled."""
    requests = history.by_pair("requests")
    for pair in polled_pairs(history, limits):
        yield _finding(history, pair, requests[pair], limits)


def _since_steady(recent: Counts) -> list[int]:
    """The place of the first day of each row from which on no day is empty."""
    empty = recent == 0
    return [int(np.flatnonzero(row)[-1]) + 1 if row.any() else 0 for row in empty]


def _steady(counts: Counts, weekend: "np.ndarray[tuple[int], np.dtype[np.bool_]]", limits: Thresholds) -> bool:
    if weekend.sum() < _LEAST_WEEKENDS or (~weekend).sum() < _LEAST_WEEKDAYS:
        return False
    mean = float(np.median(counts))
    if not mean:
        return False
    few = len(counts) < _FEW_DAYS  # of which a median may look calm by chance
    spread = (float(counts.std(ddof=1)) if few else 1.4826 * float(np.median(np.abs(counts - mean)))) / mean
    apart = abs(float(np.median(counts[weekend])) / float(np.median(counts[~weekend])) - 1)
    chance = np.sqrt(limits.polling_spread**2 + _CHANCE / max(mean, 1.0))
    return bool(spread <= chance and apart <= max(_WEEKEND_APART, 2 * chance / np.sqrt(weekend.sum())))


def _finding(history: History, pair: int, counts: Counts, limits: Thresholds) -> Finding:
    client, url = int(history.pairs[0][pair]), int(history.pairs[1][pair])
    place = np.flatnonzero(history.known & (counts > 0))
    inside = place[place >= history.first]
    a_day = float(counts[inside].mean()) if len(inside) else float(counts[place].mean())
    seconds, saving = _SECONDS / a_day, round(a_day * MONTH * (1 - _SLOWER))
    start = _start(counts, history, a_day)
    return Finding(
        kind="polling",
        severity="warning" if a_day >= limits.much_polled_a_day else "info",
        start=history.day(start),
        end=history.day(int(place[-1])),
        requests=int(counts[start : int(place[-1]) + 1].sum()),
        cause=(
            f"{history.labels[client]} reads {history.url_label(url)} {whole(a_day)} times a day, on weekends as on weekdays: "
            f"it may poll about every {_spoken(seconds)}."
        ),
        remedy=(
            "Let it be notified instead (POST api/v2/notifications/channels), or poll less often and keep the answer. "
            f"At a tenth of the pace, about every {_spoken(seconds / _SLOWER)}, about {whole(saving)} requests a month would "
            f"be saved ({whole(a_day)} a day x {MONTH} days x 0.9)."
        ),
        saving=saving,
        evidence={"requests_a_day": a_day, "seconds_between": seconds, "saving_formula": "requests_a_day * 30 * 0.9"},
        **history.client(client),
        **history.url(url),
    )


def _start(counts: Counts, history: History, a_day: float) -> int:
    """The first day from which on every known day had about as many requests."""
    far = np.flatnonzero(history.known & (np.abs(counts - a_day) > a_day / 4))
    before_last = far[far < np.flatnonzero(counts)[-1]]
    first = int(before_last[-1]) + 1 if len(before_last) else 0
    known = np.flatnonzero(history.known[first:])
    return first + int(known[0])


def _spoken(seconds: float) -> str:
    """Seconds as one says them: 10 s, 5 min.

    >>> _spoken(9.8), _spoken(301), _spoken(0.4)
    ('10 s', '5 min', '0.4 s')
    """
    if seconds < 2:  # noqa: PLR2004  # below, a tenth matters
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"  # noqa: PLR2004  # two minutes
