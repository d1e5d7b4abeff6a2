"""The watch list: OAuth clients that are new, silent, renamed, unknown, deleted or without an owner, and clients with new habits.

Silence is judged against a client's own rhythm: a client that works on workdays is not silent on a Sunday, one that works once
a month not in between. What is new needs a past to be new against.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.insights.history import Counts, Flags, History
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import counted, listed, percent, visible, whole

_OAUTH = "Admin > Integrations > OAuth"
_REGULAR, _CHANCE, _LEAST_OF_A_WEEKDAY = 0.75, 1e-3, 2
_LARGE = 0.01  # of all requests
_FEW_URLS = 3
_HOLIDAY = 0.4  # of a usual day: a day on which all were quiet
_PAST = 28  # days


def watch_list(history: History, limits: Thresholds) -> Iterator[Finding]:
    """All findings on who calls, and on what is new in what they call."""
    yield from _of_the_directory(history)
    yield from _renamed(history)
    if history.has_past:
        yield from _new_clients(history)
        yield from _silent_clients(history, limits)
        yield from _new_urls(history, limits)
        yield from _changed_mixes(history, limits)


def _of_the_directory(history: History) -> Iterator[Finding]:
    """Unknown, deleted and unowned clients among those with requests in the interval."""
    for client in np.flatnonzero(history.by_client("requests")[:, history.first :].sum(axis=1)):
        known = history.directory.get(history.cube.clients[client][0])
        if history.fetched and (known is None or not known.as_of):
            yield _told(history, int(client), "unknown_client", "warning", _UNKNOWN, f"Investigate it under {_OAUTH}.")
        elif history.fetched and known is not None and known.state == "deleted":
            yield _told(history, int(client), "deleted_client", "warning", _DELETED, f"Check its state under {_OAUTH}.")
        if known is not None and not known.owner:
            yield _told(
                history,
                int(client),
                "unowned_client",
                "info",
                _UNOWNED,
                "Write its owner into params/tables/clients.csv.",
            )


_UNKNOWN = "It is not among the OAuth clients that the platform lists."
_DELETED = "The platform no longer lists it: it was deleted, or is about to be, and something still uses it."
_UNOWNED = "It has no owner, so there is nobody to ask."


def _told(history: History, client: int, kind: str, severity: str, why: str, remedy: str) -> Finding:  # noqa: PLR0913, PLR0917  # the parts of a finding
    counts = history.by_client("requests")[client]
    place = np.flatnonzero(counts[history.first :]) + history.first
    total = int(counts[history.first :].sum())
    return Finding(
        kind=kind,
        severity=severity,
        start=history.day(int(place[0])),
        end=history.day(int(place[-1])),
        requests=total,
        cause=f"{history.labels[client]} made {counted(total, 'request')}. {why}",
        remedy=remedy,
        evidence={"requests": total, "days": len(place)},
        **history.client(client),
    )


def _renamed(history: History) -> Iterator[Finding]:
    """Clients that bear another name since a day of the interval."""
    numbers = {client_id: place for place, (client_id, _) in enumerate(history.cube.clients)}
    ordered = sorted(history.namings, key=lambda one: (one.client_id, one.last, one.first))
    for old, new in pairwise(ordered):
        same = old.client_id == new.client_id and old.name and new.name and old.name != new.name
        if not same or new.first not in history.interval or old.last >= new.last or old.client_id not in numbers:
            continue
        why = f"It was called {visible(old.name)} until {old.last}, and {visible(new.name)} since {new.first}."
        remedy = "If that was not planned, find out who changed it. Filters by name need the new name."
        yield _told(history, numbers[old.client_id], "renamed_client", "info", why, remedy)


def _new_clients(history: History) -> Iterator[Finding]:
    counts = history.by_client("requests")
    new = (counts[:, : history.first].sum(axis=1) == 0) & (counts[:, history.first :].sum(axis=1) > 0)
    why = f"It made none in the {counted(history.first, 'day')} before the interval."
    remedy = f"Make sure that your team knows it: see {_OAUTH}."
    for client in np.flatnonzero(new):
        yield _told(history, int(client), "new_client", "info", why, remedy)


def _silent_clients(history: History, limits: Thresholds) -> Iterator[Finding]:
    counts = history.by_client("requests")
    total = counts.sum(axis=0)
    usual = np.median(total[history.known]) if history.known.any() else 0
    heard = history.known & (total >= _HOLIDAY * usual * np.where(history.weekend, 0, 1))
    weekdays = np.array([day.weekday() for day in history.days])
    for client in np.flatnonzero(counts.sum(axis=1)):
        last = int(np.flatnonzero(counts[client])[-1])
        silent = _missed(counts[client], last, heard, weekdays, len(counts))
        if silent >= limits.silent_days:
            yield _silent(history, int(client), last, silent)


def _missed(counts: Counts, last: int, heard: Flags, weekdays: Counts, clients: int) -> int:
    """On how many days after its `last` one a client should have been heard of; 0 where that may be chance."""
    regular = np.zeros(len(counts), dtype=bool)
    seen, active = 0, 0
    for weekday in range(7):
        before = np.flatnonzero(heard & (weekdays == weekday))
        before = before[(before <= last) & (before > last - _PAST - 7)]
        if len(before) >= _LEAST_OF_A_WEEKDAY and np.count_nonzero(counts[before]) >= _REGULAR * len(before):
            regular |= weekdays == weekday
            seen, active = seen + len(before), active + int(np.count_nonzero(counts[before]))
    missed = int(np.count_nonzero(regular[last + 1 :] & heard[last + 1 :]))
    chance = (1 - (active + 0.5) / (seen + 1)) ** missed if seen else 1.0
    return missed if chance < _CHANCE / clients else 0


def _silent(history: History, client: int, last: int, missed: int) -> Finding:
    counts = history.by_client("requests")
    before = slice(max(0, last - _PAST + 1), last + 1)
    mine, total = int(counts[client, before].sum()), int(counts[:, before].sum())
    days = int(history.known[before].sum())
    return Finding(
        kind="silent_client",
        severity="warning" if mine >= _LARGE * total else "info",
        start=history.day(last + 1),
        end=history.interval.end,
        requests=0,
        cause=(
            f"{history.labels[client]} has made no request since {history.day(last)}, on {counted(missed, 'day')} on which it "
            f"usually calls. Before, it made {whole(mine / max(1, days))} a day."
        ),
        remedy=f"Ask its owner whether it was switched off or has failed. Its state is under {_OAUTH}.",
        evidence={
            "last_seen": str(history.day(last)),
            "days_missed": missed,
            "requests_a_day_before": mine / max(1, days),
        },
        **history.client(client),
    )


def _new_urls(history: History, limits: Thresholds) -> Iterator[Finding]:
    """First uses of URLs by clients that were there before: one finding each, or one for many of a client."""
    pairs, counts = history.pairs, history.by_pair("requests")
    old_clients = history.by_client("requests")[:, : history.first].sum(axis=1) > 0
    inside = counts[:, history.first :].sum(axis=1)
    new = (counts[:, : history.first].sum(axis=1) == 0) & (inside >= limits.new_url_requests) & old_clients[pairs[0]]
    for client in np.unique(pairs[0][new]):
        mine = np.flatnonzero(new & (pairs[0] == client))
        groups = [mine] if len(mine) > _FEW_URLS else [np.array([pair]) for pair in mine]
        for group in groups:
            yield _new_url(history, int(client), group, counts)


def _new_url(history: History, client: int, group: Counts, counts: Counts) -> Finding:
    by_day = counts[group].sum(axis=0)
    place, total = np.flatnonzero(by_day), int(by_day.sum())
    urls = [int(history.pairs[1][pair]) for pair in group]
    what, since = listed([history.url_label(url) for url in urls], 3), history.day(int(place[0]))
    return Finding(
        kind="new_url",
        severity="info",
        start=history.day(int(place[0])),
        end=history.day(int(place[-1])),
        requests=total,
        cause=f"{history.labels[client]} uses {what} for the first time: {counted(total, 'request')}, the first on {since}.",
        remedy="If that was not planned, ask its owner what has changed.",
        evidence={"requests": total, "urls": len(urls)},
        **history.client(client),
        **(history.url(urls[0]) if len(urls) == 1 else {}),
    )


def _changed_mixes(history: History, limits: Thresholds) -> Iterator[Finding]:
    """Clients whose mix of URLs is another than in the four weeks before, by far more than it changes from day to day."""
    counts, first = history.by_pair("requests"), history.first
    for client in range(len(history.cube.clients)):
        mine = counts[history.pairs[0] == client]
        before, now = mine[:, max(0, first - _PAST) : first], mine[:, first:]
        old = before.sum(axis=1) > 0
        if now.sum() < 100 or before.sum() < 100 or old.sum() < 2:  # noqa: PLR2004  # too few to have a mix
            continue
        moved = _distance(before[old].sum(axis=1), now[old].sum(axis=1))
        if moved >= limits.mix_change and moved >= 2 * _usual_distance(before[old]):
            yield _mix(history, client, moved)


def _usual_distance(counts: Counts) -> float:
    """How far the mix of a day (a column) is from that of all; nine of ten days are no further."""
    total = counts.sum(axis=1)
    return float(np.quantile([_distance(total, day) for day in counts.T if day.sum()], 0.9))


def _distance(one: Counts, other: Counts) -> float:
    """The share of requests (0-1) that would have to go to another URL to make one mix the other."""
    if not one.sum() or not other.sum():
        return 0.0
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def _mix(history: History, client: int, moved: float) -> Finding:
    why = f"Compared with the four weeks before, {percent(moved)} of them moved from some of its URLs to others."
    remedy = "If that was not planned, ask its owner what has changed."
    told = _told(history, client, "changed_mix", "info", why, remedy)
    return Finding(**{**vars(told), "evidence": {**told.evidence, "moved_share": moved}})
