"""Invented organizations as cubes: 200 ways to be in good order, and troubles that can be planted in any of them."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np

from apiusage_helpers.insights.history import History, Naming
from apiusage_helpers.interval import Interval
from apiusage_helpers.tables.client_directory import Client
from apiusage_helpers.tables.cube import UsageCube

END = date(2026, 11, 22)
URLS = (
    ("GET", "api/v2/users/{userId}"), ("GET", "api/v2/routing/queues"), ("GET", "api/v2/conversations/{conversationId}"),
    ("POST", "api/v2/analytics/conversations/details/query"), ("POST", "api/v2/conversations/callbacks"),
    ("PATCH", "api/v2/scim/v2/users/{userId}"), ("GET", "api/v2/analytics/conversations/details/jobs/{jobId}/results"),
    ("PUT", "api/v2/externalcontacts/contacts/{contactId}"), ("GET", "api/v2/users/presences/purecloud/bulk"),
    ("POST", "api/v2/notifications/channels"), ("GET", "api/v2/workforcemanagement/adherence"),
    ("POST", "api/v2/integrations/actions/{actionId}/execute"), ("GET", "api/v2/recording/batchrequests/{jobId}"),
    ("DELETE", "api/v2/outbound/contactlists/{contactListId}/contacts"),
)  # fmt: skip
_SHOWN = 40  # failures: fewer may be chance
_WEEKS = ((1, 1, 1, 1, 0.9, 0.2, 0.1), (1, 1, 1, 1, 1.1, 1.05, 0.7), (1,) * 7, (1, 1, 1, 1, 1, 0, 0))


@dataclass
class Organization:
    """Daily requests and outcomes by client, URL and day, before they become a cube."""

    draw: np.random.Generator
    length: int
    requests: np.ndarray  # client x url x day
    failed: dict[str, np.ndarray]
    days: int = 90
    directory: dict[str, Client] = field(default_factory=dict)
    namings: list[Naming] = field(default_factory=list)
    planted: list[tuple[str, str, str]] = field(default_factory=list)  # kind, client id, template URI ("" for any)

    @property
    def start(self) -> date:
        return END - timedelta(days=self.days - 1)

    @property
    def first(self) -> int:
        return self.days - self.length

    def history(self) -> History:
        client, url, day = np.nonzero(self.requests)
        counts = {name: self.failed[name][client, url, day] for name in self.failed}
        total = self.requests[client, url, day]
        succeeded = total - sum(counts.values())
        rows = (
            total,
            succeeded,
            np.zeros_like(total),
            *(counts[n] for n in ("client_errors", "throttled", "server_errors")),
        )
        cube = UsageCube(
            Interval(self.start, END), frozenset(), tuple((f"c{n}", f"Client {n}") for n in range(len(self.requests))), URLS,
            day.astype(np.intp), client.astype(np.intp), url.astype(np.intp), np.array(rows, dtype=np.int64),
        )  # fmt: skip
        interval = Interval(END - timedelta(days=self.length - 1), END)
        return History(cube, interval, self.directory, tuple(self.namings))


def clean(seed: int) -> Organization:
    """An organization in good order: growth, weekends, holidays, noise, bursts of batch work, month-end jobs."""
    return deepcopy(_clean(seed))


@cache
def _clean(seed: int) -> Organization:
    draw = np.random.default_rng([seed, 7])
    clients, length = int(draw.integers(3, 40)), int(draw.choice((7, 30)))
    days = int(draw.choice((length, 60, 90))) if length == 30 else int(draw.choice((7, 45, 90)))
    one = Organization(draw, length, np.zeros((clients, len(URLS), days), np.int64), {}, days)
    total = 10 ** draw.uniform(3, 6.7)
    parts = draw.dirichlet(np.full(clients, 0.6)) * total
    weekday = np.array([(one.start + timedelta(days=n)).weekday() for n in range(days)])
    calm = np.ones(days)
    calm[draw.integers(0, days, 2)] = draw.choice((0.1, 0.3, 1.0), 2)  # holidays
    for client in range(clients):
        rhythm = np.array(_WEEKS[draw.integers(4)], dtype=float)[weekday] * (calm if draw.random() < 0.8 else 1)
        growth = np.exp(np.linspace(0, draw.uniform(-0.2, 0.7) * days / 90, days))
        noise = np.exp(draw.normal(0, draw.uniform(0.06, 0.2), days))
        batch = np.where(draw.random(days) < 0.03, draw.uniform(3, 8), 1) if draw.random() < 0.2 else 1
        ends = [(one.start + timedelta(days=n + 1)).day == 1 for n in range(days)]
        month_end = np.where(ends, draw.uniform(2, 4), 1) if draw.random() < 0.15 else 1
        chosen = draw.choice(len(URLS), int(draw.integers(1, 6)), replace=False)
        weights = draw.dirichlet(np.ones(len(chosen)) * 2)
        a_day = parts[client] * rhythm * growth * noise * batch * month_end
        one.requests[client, chosen] = draw.poisson(
            np.outer(weights, a_day) * np.exp(draw.normal(0, 0.05, (len(chosen), days)))
        )
    one.failed = {
        "client_errors": _background(one, draw.uniform(0.005, 0.04, (clients, 1, 1)), 0.35),
        "throttled": _background(one, np.full((1, 1, 1), 0.001), 0.5),
        "server_errors": _background(one, np.full((1, 1, 1), 0.001), 0.5),
    }
    one.directory = {
        f"c{n}": Client(f"c{n}", "Team", name=f"Client {n}", state="active", as_of="2026-11-22") for n in range(clients)
    }
    return one


def _background(one: Organization, rate: np.ndarray, spread: float) -> np.ndarray:
    """Failures at a rate that differs from day to day."""
    daily = rate * np.exp(one.draw.normal(0, spread, (len(one.requests), 1, one.days)))
    return one.draw.binomial(one.requests, np.minimum(daily, 0.3))


def _busiest(one: Organization, least: int = 300) -> tuple[int, int] | None:
    """A client and URL with at least so many requests on each workday of the interval, or None."""
    recent = one.requests[:, :, one.first :]
    usual = np.median(recent, axis=2)
    places = np.argwhere(usual >= least)
    return tuple(int(n) for n in places[one.draw.integers(len(places))]) if len(places) else None


def _last_days(one: Organization, most: int) -> slice:
    count = int(one.draw.integers(1, most + 1))
    end = one.days - int(one.draw.integers(0, max(1, one.length - count)))
    return slice(end - count, end)


def _refuse(one: Organization, measure: str, where: tuple, share: float) -> bool:
    """Refuse a share of the requests; False where these are too few to show it (a client that rests on weekends)."""
    one.failed[measure][where] = one.draw.binomial(one.requests[where], share)
    rest = one.requests[where] - one.failed[measure][where]
    for name in one.failed:
        if name != measure:
            one.failed[name][where] = np.minimum(one.failed[name][where], rest)
            rest = rest - one.failed[name][where]
    return int(one.failed[measure][where].sum()) >= _SHOWN


def throttled(one: Organization) -> bool:
    """A storm of 429 for a client, on one to seven days."""
    place = _busiest(one)
    if place is None:
        return False
    shown = _refuse(one, "throttled", (place[0], slice(None), _last_days(one, 7)), float(one.draw.uniform(0.05, 0.6)))
    one.planted.append(("throttling", f"c{place[0]}", ""))
    return shown


def expired(one: Organization) -> bool:
    """A client most of whose requests are refused, since two to seven days."""
    place = _busiest(one)
    if place is None or one.first < 14:
        return False
    days = slice(one.days - int(one.draw.integers(2, 8)), one.days)
    shown = _refuse(one, "client_errors", (place[0], slice(None), days), float(one.draw.uniform(0.15, 0.97)))
    one.planted.append(("client_errors", f"c{place[0]}", ""))
    return shown


def broken_platform(one: Organization) -> bool:
    """A URL that fails for all of at least three clients on one day."""
    used = np.argwhere((one.requests[:, :, -3:] >= 60).all(axis=2))
    urls = [url for url in range(len(URLS)) if np.count_nonzero(used[:, 1] == url) >= 3]
    if not urls:
        return False
    url = int(one.draw.choice(urls))
    shown = _refuse(
        one, "server_errors", (slice(None), url, slice(one.days - 2, one.days - 1)), float(one.draw.uniform(0.08, 0.3))
    )
    one.planted.append(("server_errors_platform", "", URLS[url][1]))
    return shown


def broken_integration(one: Organization) -> bool:
    """A client for which everything fails in part, on one to three days."""
    place = _busiest(one)
    if place is None:
        return False
    shown = _refuse(
        one, "server_errors", (place[0], slice(None), _last_days(one, 3)), float(one.draw.uniform(0.08, 0.5))
    )
    one.planted.append(("server_errors_integration", f"c{place[0]}", ""))
    return shown


def polled(one: Organization) -> bool:
    """A client that reads one URL every 1 to 60 seconds, day and night."""
    client, url = int(one.draw.integers(len(one.requests))), 8
    a_day = 86_400 / one.draw.uniform(1, 60)
    one.requests[client, url] = one.draw.poisson(a_day * np.exp(one.draw.normal(0, 0.01, one.days)))
    for name in one.failed:
        one.failed[name][client, url] = one.draw.binomial(one.requests[client, url], 0.001)
    one.planted.append(("polling", f"c{client}", URLS[url][1]))
    return True


def _known(one: Organization, kind: str, **changed: object) -> bool:
    place = _busiest(one, 20)
    if place is None:
        return False
    name = f"c{place[0]}"
    one.directory[name] = replace(one.directory[name], **changed)
    one.planted.append((kind, name, ""))
    return True


def unknown(one: Organization) -> bool:
    """A client that the platform does not list."""
    return _known(one, "unknown_client", as_of="", name="")


def deleted(one: Organization) -> bool:
    """A client that is deleted and calls."""
    return _known(one, "deleted_client", state="deleted")


def unowned(one: Organization) -> bool:
    """A client without an owner."""
    return _known(one, "unowned_client", owner="")


def _without(one: Organization, client: int, days: slice) -> None:
    one.requests[client, :, days] = 0
    for name in one.failed:
        one.failed[name][client, :, days] = 0


def new(one: Organization) -> bool:
    """A client that begins inside the interval."""
    place = _busiest(one, 50)
    if place is None or one.first < 14:
        return False
    _without(one, place[0], slice(0, one.first + int(one.draw.integers(0, one.length - 2))))
    one.planted.append(("new_client", f"c{place[0]}", ""))
    return True


def silent(one: Organization) -> bool:
    """A client that worked every workday, and is gone since six to nine days."""
    place = _busiest(one, 50)
    if place is None or one.days < 60:
        return False
    _without(one, place[0], slice(one.days - int(one.draw.integers(6, 10)), one.days))
    one.planted.append(("silent_client", f"c{place[0]}", ""))
    return True


def renamed(one: Organization) -> bool:
    """A client that bears another name since a day of the interval."""
    place = _busiest(one, 20)
    if place is None or one.first < 2:
        return False
    at = one.start + timedelta(days=one.first + 2)
    one.namings += [
        Naming(f"c{place[0]}", "Old name", one.start, at - timedelta(days=1)),
        Naming(f"c{place[0]}", "New name", at, END),
    ]
    one.planted.append(("renamed_client", f"c{place[0]}", ""))
    return True


def new_url(one: Organization) -> bool:
    """A URL that a client uses for the first time inside the interval."""
    place = _busiest(one, 50)
    if place is None or one.first < 14:
        return False
    url = next(n for n in range(len(URLS)) if not one.requests[place[0], n].any())
    at = one.first + int(one.draw.integers(0, one.length - 1))
    one.requests[place[0], url, at:] = one.draw.poisson(40, one.days - at) + 20
    one.planted.append(("new_url", f"c{place[0]}", URLS[url][1]))
    return True


def changed_mix(one: Organization) -> bool:
    """A client that asks for other URLs of its own than before."""
    several = [n for n in range(len(one.requests)) if (one.requests[n].sum(axis=1) > 3000).sum() >= 2]
    if not several or one.first < 28:
        return False
    client = int(one.draw.choice(several))
    first, second = np.argsort(one.requests[client].sum(axis=1))[::-1][:2]
    now = slice(one.first, one.days)
    one.requests[client, [first, second], now] = one.requests[client, [second, first], now] // np.array([[4], [1]])
    for name in one.failed:
        one.failed[name][client, :, now] = np.minimum(
            one.failed[name][client, :, now], one.requests[client, :, now] // 50
        )
    before = one.requests[client, [first, second], : one.first].sum(axis=1)
    after = one.requests[client, [first, second], one.first :].sum(axis=1)
    total = [max(1, one.requests[client, :, s].sum()) for s in (slice(0, one.first), now)]
    if abs(before[0] / total[0] - after[0] / total[1]) < 0.35:
        return False
    one.planted.append(("changed_mix", f"c{client}", ""))
    return True


def large(one: Organization) -> bool:
    """A client that makes at least a third of all requests."""
    sums = one.requests[:, :, one.first :].sum(axis=(1, 2))
    if sums.max() < 0.35 * sums.sum():
        return False
    one.planted.append(("high_volume", f"c{int(sums.argmax())}", ""))
    return True


def _much_read(one: Organization, url: int, kind: str) -> bool:
    client = int(one.draw.integers(len(one.requests)))
    rhythm = np.array([1 if (one.start + timedelta(days=n)).weekday() < 5 else 0.3 for n in range(one.days)])
    one.requests[client, url] = one.draw.poisson(one.draw.uniform(6_000, 60_000) * rhythm)
    for name in one.failed:
        one.failed[name][client, url] = one.draw.binomial(one.requests[client, url], 0.001)
    one.planted.append((kind, f"c{client}", URLS[url][1]))
    return True


def much_cacheable(one: Organization) -> bool:
    """Queues read many thousand times a day."""
    return _much_read(one, 1, "cacheable_reads")


def much_single(one: Organization) -> bool:
    """Users read one by one, many thousand times a day."""
    return _much_read(one, 0, "bulk_available")


TROUBLES: tuple[Callable[[Organization], bool], ...] = (
    throttled, expired, broken_platform, broken_integration, polled, unknown, deleted, unowned, new, silent, renamed, new_url,
    changed_mix, large, much_cacheable, much_single,
)  # fmt: skip
