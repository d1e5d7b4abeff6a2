"""The rows inside a page: what its reader filters by, without a kernel, packed into one small block of text.

The block is base64 of a zlib stream, so nothing in it can be read as HTML or run. In the stream: the length of a JSON
head (4 bytes), the head (names, days, choices of the report), then whole numbers as varints, column after column:

- pairs of client and URL, by client then URL: how many each client has; the URL as its distance from the one before
- per pair the number of its rows; per row its span of days, as the distance from the one before
- per row the five outcomes, and what its requests exceed their sum by; what may be negative is zigzag-coded

Clients and URLs stand in the order that ties go by, so that their numbers order them. Where the rows of single days
would make the page too large, days are put together in spans of equal length: all figures stay exact, but the page
then filters by spans and says so. Where even one span is too large, there is no block, and the page says that.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from apiusage_helpers.page.media import PAGE_ROWS
from apiusage_helpers.tables.cube import MEASURES, UsageCube
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.text import counted

_SPANS = (1, 2, 7, 14, 28, 91)
_SIGNED = ("client_errors", "excess")
_Numbers = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class FilterableRows:
    """What a page is to filter: the rows as a cube of `days` days, and what the page must know beside them.

    `head` is ready for JSON; its key `span` is filled in. The packed block takes at most `most_bytes`.
    """

    cube: UsageCube
    days: int
    head: Mapping[str, Any]
    most_bytes: int


@dataclass(frozen=True)
class PageRows:
    """The rows of a report for its page, by spans of `days_a_span` days; `block` is empty where they would be too many."""

    block: str
    days_a_span: int
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002  # IPython's signature
        html = f'<div id="filters"></div>{"" if self.block else f"<p class=note>{self.text}</p>"}'
        return {"text/html": html, "text/plain": self.text, **({PAGE_ROWS: self.block} if self.block else {})}


def packed(rows: FilterableRows) -> PageRows:
    """The rows by single days, or by the shortest span of days with which they take at most `most_bytes`."""
    table = _rows(rows.cube)
    for span in [*(span for span in _SPANS if span < rows.days), rows.days]:
        block = zlib.compress(_head({**rows.head, "span": span}) + _numbers(rows.cube, table, span), 9)
        if len(block) <= rows.most_bytes:
            exact = "by single days" if span == 1 else f"in spans of {span} days"
            text = f"The page filters {counted(len(table), 'row')} {exact}."
            return PageRows(base64.b64encode(block).decode(), span, text)
    text = "This page has no filters: its rows are too many for one file. The tables hold every figure of the report."
    return PageRows("", rows.days, text)


def _rows(cube: UsageCube) -> pd.DataFrame:
    """The rows by client, URL and day, with their outcomes and what their requests exceed these by."""
    counts = dict(zip(MEASURES, cube.counts, strict=True))
    excess = counts.pop("requests") - sum(counts.values())
    rows = pd.DataFrame({"client": cube.client, "url": cube.url, "day": cube.day, **counts, "excess": excess})
    return rows.sort_values(["client", "url", "day"], ignore_index=True)


def _numbers(cube: UsageCube, rows: pd.DataFrame, span: int) -> bytes:
    """The columns of whole numbers, days put together in spans."""
    counts = [*OUTCOMES, "excess"]
    spanned = (
        rows.assign(day=rows["day"] // span).groupby(["client", "url", "day"], sort=True)[counts].sum().reset_index()
    )
    pairs = spanned[["client", "url"]].drop_duplicates()
    columns = [
        pairs["client"].value_counts().reindex(range(len(cube.clients)), fill_value=0).to_numpy(),
        _distances(pairs["url"], pairs["client"]),
        spanned.groupby(["client", "url"]).size().to_numpy(),
        _distances(spanned["day"], spanned["client"] * len(cube.urls) + spanned["url"]),
        *(_zigzag(spanned[name].to_numpy()) if name in _SIGNED else spanned[name].to_numpy() for name in counts),
    ]
    return b"".join(varints(column) for column in columns)


def _head(told: dict[str, Any]) -> bytes:
    """What the page must know beside its rows, as JSON after its length."""
    head = json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()
    return len(head).to_bytes(4, "little") + head


def _distances(column: "pd.Series[int]", groups: "pd.Series[int]") -> _Numbers:
    """Each number less the one before it in its group; the first of a group as it is."""
    before = column.shift(fill_value=0).where(groups == groups.shift(), 0)
    return (column - before).to_numpy(dtype=np.int64)


def _zigzag(numbers: _Numbers) -> _Numbers:
    return np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)


def varints(numbers: _Numbers) -> bytes:
    """Whole numbers from 0 on, seven bits a byte, the lowest first; all bytes of a number but its last bear the high bit.

    >>> varints(np.array([1, 300])).hex()
    '01ac02'
    """
    left = numbers.astype(np.uint64)
    bytes_of, kept = [], [np.ones(len(left), dtype=bool)]
    while True:
        more = left >> np.uint64(7) > 0
        bytes_of.append((left & np.uint64(127)) | np.where(more, np.uint64(128), np.uint64(0)))
        if not more.any():
            return bytes(np.stack(bytes_of, axis=1).astype(np.uint8)[np.stack(kept, axis=1)])
        kept.append(more)
        left = left >> np.uint64(7)
