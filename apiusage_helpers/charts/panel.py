"""A panel: a small table, its picture, and the picture in words. It shows itself in any notebook, once.

The HTML is the same in JupyterLab, on a served page and in the exported report: a figure with the picture, a line on
what stands out, and the table beside it. All text that comes from data is escaped here.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from types import MappingProxyType
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from apiusage_helpers.text import mark_of, percent, visible, whole

MOST_ROWS = 1000
_UNIT = re.compile(r"(\d) (%|s\b|min\b)")
_LEFT_OUT_ON_PAPER = frozenset({"client_id", "kind"})  # a sheet has no room for them; the page and the file do

_HEADINGS = {
    "rank": "Rank",
    "client_id": "Client id",
    "client_name": "OAuth client",
    "kind": "Kind",
    "http_method": "Method",
    "template_uri": "Template URI",
    "requests": "Requests",
    "successful": "Successful",
    "failed": "Failed",
    "share": "Share of all",
    "filtered_share": "Share of filtered",
    "status": "Status",
    "meaning": "Meaning",
    "outcome": "Outcome",
    "date": "UTC day",
    "local_date": "Shown by the platform as",
    "complete": "In the store",
    "succeeded": "2xx",
    "redirected": "3xx",
    "client_errors": "4xx without 429",
    "throttled": "429",
    "server_errors": "5xx",
    "failed_share": "Failed share",
    "throttled_share": "429 share",
}


@dataclass(frozen=True)
class Panel:
    """One panel of a report: `name` is that of its CSV file, `alt` says in a sentence what the picture shows.

    `table` holds the columns of the CSV; `svg` is None where there is nothing to draw. `takeaway` is what the table says, in
    a line. `anchor` is the panel's place in the page, where its name is another's. `kinds` are the kinds of clients
    by id, shown beside their names; `labels` what they are called where names are shared.
    """

    name: str
    title: str
    table: pd.DataFrame
    alt: str
    figure: Figure | None = None
    svg: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    takeaway: str = ""
    anchor: str = ""

    def html(self) -> str:
        """The panel as one `<figure>` element; every text from data escaped."""
        table = table_html(with_kinds(self.table, self.kinds), caption=self.title, name=self.name, labels=self.labels)
        name, place, takeaway = escape(self.name), escape(self.anchor or self.name), sentence(self.takeaway)
        return (
            f'<figure class="panel" id="{place}" data-panel="{name}"><h3>{escape(self.title)}</h3>'
            f'<p class="takeaway">{takeaway}</p>{self._picture()}'
            f"<details><summary>Table</summary>{table}</details></figure>"
        )

    def _picture(self) -> str:
        if self.svg is None:
            return f'<p class="nothing">{escape(self.alt)}</p>'
        data = base64.b64encode(self.svg.encode()).decode()
        return f'<img alt="{escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002  # IPython's signature
        return {"text/html": self.html(), "text/plain": f"{self.title}: {self.alt}"}


@dataclass(frozen=True)
class Html:
    """A piece of the report that is no picture: facts, checks, counts."""

    html: str
    text: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:  # noqa: ARG002  # IPython's signature
        return {"text/html": self.html, "text/plain": self.text}


def sentence(text: str) -> str:
    """`text` as safe HTML; a template URI in it may be broken after a slash, and no line end divides a figure from its unit.

    >>> sentence("a/b: 5.0 % every 9 s")
    'a/<wbr>b: 5.0&nbsp;% every 9&nbsp;s'
    """
    return _UNIT.sub(r"\1&nbsp;\2", escape(visible(text)).replace("/", "/<wbr>"))


def with_kinds(table: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """`table` with the column `kind` after the clients' names; as it is where it has no clients, or no kind is known."""
    if not kinds or "client_name" not in table:
        return table
    shown, place = table.copy(), list(table.columns).index("client_name") + 1
    shown.insert(place, "kind", [kinds.get(client, "") for client in table["client_id"]])
    return shown


def table_html(
    table: pd.DataFrame, *, caption: str, name: str = "", labels: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The table as accessible HTML: scoped headings, numbers with separators, shares in percent, text escaped.

    `name` is that of its CSV file. Of more than `MOST_ROWS` rows the first are shown, and a line says how many more the CSV
    file holds. The page's script (page/template/report) gives each such table its tools: sort, search, copy, CSV, show all.
    A sheet has no room for ids; there a client whose name is shared bears what its label (by id) adds.
    """
    columns = list(table.columns)
    heads = "".join(f'<th scope="col"{_class(one, table[one])}>{escape(_heading(one))}</th>' for one in columns)
    first = table.head(MOST_ROWS).itertuples(index=False, name=None)
    rows = "".join(_row_html(dict(zip(columns, row, strict=True)), labels) for row in first)
    more = len(table) - MOST_ROWS
    note = f'<p class="note more">{whole(more)} more rows are in the CSV file.</p>' if more > 0 else ""
    return (
        f'<div class="table-box" data-file="{escape(name)}" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f'<caption class="unseen">{escape(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{note}"
    )


def _row_html(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    label = labels.get(row.get("client_id", ""), "")
    mark = mark_of(label, row.get("client_name", "")) if label else ""
    return "<tr>" + "".join(_cell_html(name, value, mark) for name, value in row.items()) + "</tr>"


def _cell_html(name: str, value: Any, mark: str) -> str:
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, str):
        kind = f' class="{name}"' if name in _LEFT_OUT_ON_PAPER else ""
        told = f' data-mark="{escape(mark)}"' if mark and name == "client_name" else ""
        return f"<td{kind}{told}>{_text_html(name, value)}</td>"
    if isinstance(value, date):
        return f"<td>{value:%Y-%m-%d}</td>"
    if value is pd.NA or value is None:
        return '<td class="number"></td>'
    text = percent(value) if name.endswith("share") else str(value) if name == "status" else whole(value)
    return f'<td class="number">{text}</td>'


def _text_html(name: str, text: str) -> str:
    """A cell's text: a template URI may be broken after a slash, a kind between its words."""
    match name:
        case "template_uri":
            return sentence(text)
        case "kind":
            return escape(visible(text)).replace("_", "_<wbr>")
        case _:
            return escape(visible(text))


def _class(name: str, column: "pd.Series[Any]") -> str:
    if name in _LEFT_OUT_ON_PAPER:
        return f' class="{name}"'
    return ' class="number"' if pd.api.types.is_numeric_dtype(column) and column.dtype != bool else ""


def _heading(name: str) -> str:
    return _HEADINGS.get(name, name.replace("_", " ").capitalize())
