"""All usage rows of an interval in memory, as numbers: what answers a click in a few milliseconds.

The summary's two small tables cannot tell the days of chosen clients and URLs. A cube can: each row is the number of its
day, of its client and of its URL, with its requests and outcomes. A hundred thousand rows are some megabytes; a filter is
a look-up in a table of booleans, a sum is one `bincount`. Names stand in the cube once, in the order that breaks ties.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from apiusage_helpers.interval import Interval
from apiusage_helpers.tables.outcomes import OUTCOMES, with_outcomes
from apiusage_helpers.tables.summary import chosen_rows, newest_names
from apiusage_helpers.usage import COUNTS, KEY

Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
MEASURES = ("requests", *OUTCOMES)


@dataclass(frozen=True)
class UsageCube:
    """The rows of one interval. Client and URL numbers are places in `clients` and `urls`, day numbers in `interval.days`.

    `clients` holds (client_id, client_name), ordered by name then id; `urls` (http_method, template_uri), ordered by
    template URI then method. `counts` has one row for each of `MEASURES`. `excluded` are the clients, as in `clients`,
    whose rows were left out.
    """

    interval: Interval
    missing: frozenset[date]
    clients: tuple[tuple[str, str], ...]
    urls: tuple[tuple[str, str], ...]
    day: Codes
    client: Codes
    url: Codes
    counts: npt.NDArray[np.int64]
    excluded: tuple[tuple[str, str], ...] = ()

    def sums(self, by: Codes, size: int, keep: Flags, measures: Collection[str] = MEASURES) -> npt.NDArray[np.int64]:
        """Sums of `measures` over the rows that `keep` marks, one column for each of the `size` numbers in `by`."""
        codes = by[keep]
        rows = [self.counts[MEASURES.index(name)][keep] for name in measures]
        return np.array([np.bincount(codes, weights=row, minlength=size) for row in rows]).astype(np.int64)

    def narrowed(self, keep: Flags, *, clients: Flags, urls: Flags) -> "UsageCube":
        """The cube of the rows that `keep` marks: their clients and URLs, and those that `clients` and `urls` mark."""
        named_clients, client = _kept(self.clients, self.client[keep], clients)
        named_urls, url = _kept(self.urls, self.url[keep], urls)
        counts = np.ascontiguousarray(self.counts[:, keep])
        return replace(
            self, clients=named_clients, urls=named_urls, day=self.day[keep], client=client, url=url, counts=counts
        )


def usage_cube(
    rows: Any,
    interval: Interval,
    *,
    missing: Collection[date] = (),
    http_methods: Collection[str] = (),
    excluded: Collection[str] = (),
) -> UsageCube:
    """The cube of lazy usage `rows` (an engine's relation with `usage.COLUMNS`) without the clients in `excluded`.

    `http_methods` keeps those methods only (empty: all). Every row comes home, since a page and the findings need them all:
    not for more rows than the memory holds.
    """
    names = newest_names(rows)
    chosen = chosen_rows(rows, http_methods=http_methods, excluded=excluded).select(*KEY, *COUNTS)
    usage = chosen.collect("pyarrow").to_native()
    ids, client = _encoded(usage["client_id"])
    clients, client = _ordered([(names[one], one) for one in ids], client)
    methods, method = _encoded(usage["http_method"])
    uris, uri = _encoded(usage["template_uri"])
    pairs, url = np.unique(uri * max(1, len(methods)) + method, return_inverse=True)
    urls, url = _ordered([(uris[pair // len(methods)], methods[pair % len(methods)]) for pair in pairs], url)
    counts = with_outcomes(pd.DataFrame({name: usage[name].to_numpy() for name in COUNTS}))
    return UsageCube(
        interval=interval,
        missing=frozenset(missing),
        clients=tuple((one, name) for name, one in clients),
        urls=tuple((method, uri) for uri, method in urls),
        day=(usage["date"].to_numpy() - np.datetime64(interval.start)).astype(np.intp),
        client=client,
        url=url,
        counts=np.ascontiguousarray(counts[list(MEASURES)].to_numpy(np.int64).T),
        excluded=tuple((one, name) for one, name in names.items() if one in excluded),
    )


def _encoded(column: Any) -> tuple[list[str], Codes]:
    """The distinct texts of an Arrow column, and the place among them of each of its values."""
    encoded = column.dictionary_encode().combine_chunks()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp)


def _ordered(keys: list[tuple[str, str]], codes: Codes) -> tuple[list[tuple[str, str]], Codes]:
    """The keys in order, and the codes that belong to them there."""
    order = sorted(range(len(keys)), key=keys.__getitem__)
    place = np.empty(len(keys), np.intp)
    place[order] = np.arange(len(keys))
    return [keys[n] for n in order], place[codes]


def _kept(keys: tuple[tuple[str, str], ...], codes: Codes, marked: Flags) -> tuple[tuple[tuple[str, str], ...], Codes]:
    """The keys that `codes` use or `marked` names, in their order, and the codes that belong to them there."""
    kept = marked.copy()
    kept[codes] = True
    return tuple(key for key, stays in zip(keys, kept, strict=True) if stays), (np.cumsum(kept) - 1)[codes]
