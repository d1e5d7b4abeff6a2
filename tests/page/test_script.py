"""The script counts what plain Python counts: random choices on the rows of real pages, in an engine without a browser.

The browser tests do the same for a few choices, and with them what only a page has: pictures, lines, the address.
"""

import base64
import json
import random
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from plain_choice import as_read, as_shown, chosen_rows, random_choice
from plain_count import STATUSES
from plain_page import END, SAVED, START, expected, shown_columns, view_files
from py_mini_racer import MiniRacer

from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.api_usage.report import usage_report
from apiusage_helpers.reports.page_rows import page_rows
from apiusage_helpers.reports.panels import panel
from apiusage_helpers.reports.usage_report import shown_report
from apiusage_helpers.reports.usage_view.state import view_state
from apiusage_helpers.reports.usage_view.view import usage_view, with_view
from apiusage_helpers.selection import select
from apiusage_helpers.store import StoredUsage, scan
from apiusage_helpers.store.engines import duck
from apiusage_helpers.usage import COLUMNS, usage_table

STATES = 48
BROWSERS_OWN = """
globalThis.TextDecoder = class {
    decode(bytes) {
        return decodeURIComponent(Array.from(bytes, byte => `%${byte.toString(16).padStart(2, "0")}`).join(""));
    }
};
globalThis.URLSearchParams = class {
    constructor(text) { this.text = text; }
    *[Symbol.iterator]() {
        for (const pair of this.text.split("&")) {
            yield pair.split("=").map(part => decodeURIComponent(part.replaceAll("+", " ")));
        }
    }
};
"""
UNPACK = """bytes => {
    globalThis.block = filtersModule.numbered(blockModule.unpacked(Uint8Array.from(bytes)));
    globalThis.options = filtersModule.optionsOf(block);
}"""
CHOOSE = """fragment => {
    const {chosen, unknown} = filtersModule.choiceIn(fragment, options);
    const found = figuresModule.figures(block, chosen);
    const specs = Object.fromEntries(block.panels.map(spec => [spec.name, spec]));
    const modelOf = name => tablesModule.tableModel(specs[name], found, block, {kinds: false, heads: new Map()}, null);
    const names = Object.keys(found.tables);
    return {
        tables: Object.fromEntries(names.map(name => [name, modelOf(name).rows.map(row => row.texts)])),
        files: Object.fromEntries(names.map(name => [name, modelOf(name).csv()])),
        requests: found.requests, total: found.total, clients: found.counts[0].clients, unknown,
        line: block.view ? viewModule.viewLine(found, chosen, block, ["this"]) : "",
    };
}"""


TAKEAWAYS = """fragment => {
    const {chosen} = filtersModule.choiceIn(fragment, options);
    const found = figuresModule.figures(block, chosen);
    const label = entry => [entry.client === undefined ? null : wordsModule.clientLabel(block, entry),
        entry.url === undefined ? null : wordsModule.urlOf(block, entry, entry.client === undefined ? 84 : 56)].filter(text => text !== null).join(" · ")
        || (entry.other ? "Other" : "");
    return Object.fromEntries(block.panels.map(spec => [spec.name, wordsModule.takeaway(spec, found, label)]));
}"""


def raw_rows(usage: StoredUsage, http_methods: list[str]) -> list[dict[str, Any]]:
    """The stored rows of these methods (none: of all), each under its client's newest name."""
    read = [row | {"date": str(row["date"])[:10]} for row in usage.rows.df().to_dict("records")]
    newest = {
        row["client_id"]: row["client_name"] for row in sorted(read, key=lambda row: (row["date"], row["client_name"]))
    }
    return [
        row | {name: int(row[name]) for name in ("requests", *STATUSES)} | {"client_name": newest[row["client_id"]]}
        for row in read
        if not http_methods or row["http_method"] in http_methods
    ]


def unpack(engine: MiniRacer, block: str) -> None:
    """Gives the script the block of a page, as its browser would after inflating it."""
    engine.eval(BROWSERS_OWN)
    engine.eval(f"({UNPACK})({json.dumps([*zlib.decompress(base64.b64decode(block))])})")


@pytest.mark.usefixtures("week")
def test_random_choices_on_a_report_are_counted_as_in_plain_python(
    engine: MiniRacer, in_script: Callable[..., Any]
) -> None:
    """Every table as shown and as a file, and the two totals."""
    selection = select("sample", f"{START}/{END}", today="2026-11-24", display_timezone="America/New_York")
    usage = scan(selection)
    rows, dice = raw_rows(usage, []), random.Random("report")
    unpack(engine, page_rows(usage_report(usage, selection)).block)

    for _ in range(STATES):
        choice = random_choice(rows, dice)
        wanted, kept, found = expected(rows, choice), chosen_rows(rows, choice), in_script(CHOOSE, urlencode(choice))

        assert {f"{name}.csv": as_read(text) for name, text in found["files"].items()} == wanted, choice
        for name, table in found["tables"].items():
            header, *records = wanted[f"{name}.csv"]
            assert table == [as_shown(record, header) for record in records], (choice, name)
        assert (found["total"], found["requests"], found["clients"]) == (
            sum(row["requests"] for row in rows),
            sum(row["requests"] for row in kept),
            len({row["client_id"] for row in kept}),
        )


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize("saved", ["nothing", "a client", "a client and a request", "what nothing meets"])
def test_random_choices_on_a_view_are_counted_as_in_plain_python(
    engine: MiniRacer, in_script: Callable[..., Any], saved: str
) -> None:
    """Graph and both tables as shown and as files, and the line above them, on top of the saved clicks."""
    settings = {"organization": "sample", "date_range": f"{START}/{END}"} | SAVED[saved]
    shown = usage_view(view_state(settings, today="2026-11-24"), {})
    report = with_view(usage_report(shown.usage, shown.state.selection), shown)
    rows, dice = raw_rows(shown.usage, SAVED[saved].get("http_methods", [])), random.Random(saved)
    unpack(engine, page_rows(report, shown).block)
    total = sum(row["requests"] for row in rows)

    for _ in range(STATES):
        choice = random_choice(rows, dice)
        wanted, found = view_files(rows, choice, SAVED[saved]), in_script(CHOOSE, urlencode(choice))

        for name, records in wanted.items():
            assert as_read(found["files"][name]) == records, (choice, name)
            header, table = shown_columns(records)
            assert found["tables"][name] == [as_shown(record, header) for record in table], (choice, name)
        requests = sum(int(record[1]) for record in wanted["view_days"][1:])
        assert f": {requests:,} of {total:,} requests (" in found["line"]


@pytest.mark.usefixtures("week")
def test_takeaways_are_the_same_in_both(engine: MiniRacer, in_script: Callable[..., Any]) -> None:
    """As published, and under random choices of anything but days; Python draws the chosen rows as a report of their own."""
    selection = select("sample", f"{START}/{END}", today="2026-11-24")
    usage = scan(selection)
    rows, dice = raw_rows(usage, []), random.Random("takeaways")
    unpack(engine, page_rows(usage_report(usage, selection)).block)

    for choice in ([], *(random_choice(rows, dice) for _ in range(STATES // 12))):
        choice = [(facet, value) for facet, value in choice if facet != "days"]  # noqa: PLW2901  # a view on it
        kept = usage_table(
            (date.fromisoformat(row["date"]), *(row[name] for name in COLUMNS[1:])) for row in chosen_rows(rows, choice)
        )
        chosen = replace(usage, rows=duck.connect().from_arrow(kept))
        published_report = shown_report(chosen, selection, PANELS)
        published = {spec.name: panel(published_report, spec.name).takeaway for spec in PANELS}
        # Two clients of one name are told apart in the page also where one of them is not chosen.
        found = {
            name: re.sub(r"Data actions \(\w{8}\)", "Data actions", text)
            for name, text in in_script(TAKEAWAYS, urlencode(choice)).items()
        }

        assert found == {
            name: re.sub(r"Data actions \(\w{8}\)", "Data actions", text) for name, text in published.items()
        }, choice
