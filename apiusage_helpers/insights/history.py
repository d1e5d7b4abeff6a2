"""The days that findings are judged by: an interval, what came before it, and daily totals by client and URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from apiusage_helpers.interval import Interval
from apiusage_helpers.tables.client_directory import Client
from apiusage_helpers.tables.cube import MEASURES, UsageCube
from apiusage_helpers.text import CLIENT_CELLS, TOLD_CELLS, client_labels, url_label

Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
LEAST_PAST = 14  # known days before the interval, for what needs a past


@dataclass(frozen=True)
class Naming:
    """A name that a client bore from `first` to `last`, by its rows."""

    client_id: str
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class History:
    """Usage by day over `cube.interval`, of which `interval` is the end that is judged.

    `directory`: what is known of clients by id, `as_of` an instant where the platform listed them; `namings`: the names
    that clients bore.
    """

    cube: UsageCube
    interval: Interval
    directory: Mapping[str, Client] = field(default_factory=dict)
    namings: tuple[Naming, ...] = ()

    @property
    def days(self) -> tuple[date, ...]:
        """All days, the interval's last."""
        return self.cube.interval.days

    @property
    def first(self) -> int:
        """The place of the interval's first day."""
        return (self.interval.start - self.cube.interval.start).days

    @cached_property
    def known(self) -> Flags:
        """One flag a day: whether the store has it."""
        return np.array([day not in self.cube.missing for day in self.days])

    @cached_property
    def weekend(self) -> Flags:
        """One flag a day: Saturday or Sunday."""
        return np.array([day.weekday() > 4 for day in self.days])  # noqa: PLR2004  # Friday

    @property
    def fetched(self) -> bool:
        """Whether the platform's directory of OAuth clients is known."""
        return any(client.as_of for client in self.directory.values())

    @property
    def has_past(self) -> bool:
        """Whether enough days before the interval are known."""
        return int(self.known[: self.first].sum()) >= LEAST_PAST

    @cached_property
    def pairs(self) -> tuple[Counts, Counts, Counts]:
        """The client and the URL of each pair that occurs, and the pair of each row."""
        codes = self.cube.client * max(1, len(self.cube.urls)) + self.cube.url
        pairs, of_rows = np.unique(codes, return_inverse=True)
        width = max(1, len(self.cube.urls))
        return (pairs // width).astype(np.int64), (pairs % width).astype(np.int64), of_rows.astype(np.int64)

    def by_pair(self, measure: str) -> Counts:
        """`measure` by pair and day."""
        return self._by(self.pairs[2], len(self.pairs[0]), measure)

    def by_client(self, measure: str) -> Counts:
        """`measure` by client and day."""
        return self._by(self.cube.client.astype(np.int64), len(self.cube.clients), measure)

    def by_url(self, measure: str) -> Counts:
        """`measure` by URL and day."""
        return self._by(self.cube.url.astype(np.int64), len(self.cube.urls), measure)

    @cached_property
    def labels(self) -> list[str]:
        """The label of each client, no two alike."""
        return client_labels(self.cube.clients, CLIENT_CELLS * 2)

    def url_label(self, url: int) -> str:
        """A URL as a sentence names it."""
        return url_label(*self.cube.urls[url], TOLD_CELLS)

    def client(self, client: int) -> dict[str, Any]:
        """The id and name of a client, as a finding bears them."""
        client_id, name = self.cube.clients[client]
        return {"client_id": client_id, "client_name": name}

    def url(self, url: int) -> dict[str, Any]:
        """The method and template URI of a URL, as a finding bears them."""
        method, uri = self.cube.urls[url]
        return {"http_method": method, "template_uri": uri}

    def day(self, place: int) -> date:
        """The day of a place."""
        return self.cube.interval.start + timedelta(days=int(place))

    def last_known(self, days: int) -> Counts:
        """The places of the last so many days that the store has, of all where there are fewer."""
        return np.flatnonzero(self.known)[-days:]

    def known_days(self, first: int, last: int) -> int:
        """How many days from one place to another the store has, both included."""
        return int(self.known[first : last + 1].sum())

    def _by(self, codes: Counts, size: int, measure: str) -> Counts:
        days = len(self.days)
        row = self.cube.counts[MEASURES.index(measure)]
        return (
            np.bincount(codes * days + self.cube.day, weights=row, minlength=size * days)
            .astype(np.int64)
            .reshape(size, days)
        )
