"""Python and the page's script say the same of the same: one list of cases, and every character of Unicode."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from apiusage_helpers import text
from apiusage_helpers.project import formula_guard
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.tables.panel_spec import KEYS
from apiusage_helpers.tables.rankings import ranking

CASES = json.loads((Path(__file__).parents[1] / "contract" / "cases.json").read_text(encoding="utf-8"))
PYTHON = {
    "whole": text.whole,
    "human": text.human,
    "percent": text.percent,
    "counted": text.counted,
    "listed": text.listed,
    "visible": text.visible,
    "cells": text.width,
    "cut": text.cut,
    "broken": text.broken,
    "urlLabel": text.url_label,
    "markOf": text.mark_of,
    "csvCell": formula_guard.guarded,
}
TABLE_CASES = [(name, *case) for name, cases in CASES["texts"].items() for case in cases]
EVERY_SIGN = """() => {
    let told = "";
    for (let point = 0; point < 0x110000; point += 1) {
        if (point < 0xd800 || point > 0xdfff) told += textModule.cells(String.fromCodePoint(point));
    }
    return told;
}"""
TOP = """(columns, by, block, total) => {
    const pairs = block.counts.map(([client, url, ...outcomes]) => (
        {client, url, sums: [outcomes.reduce((sum, count) => sum + count, 0), ...outcomes]}));
    const entries = countsModule.top(countsModule.ranked(pairs, by), block.top);
    return entries.map(entry => columns.map(column => figuresModule.valueOf(column, entry, block, {total})));
}"""


@pytest.mark.parametrize(("name", "arguments", "expected"), TABLE_CASES)
def test_a_text_is_the_same_in_both(
    in_script: Callable[..., Any], name: str, arguments: list[Any], expected: Any
) -> None:
    """Numbers, shares, names and cells of a CSV file, to the sign."""
    assert PYTHON[name](*arguments) == expected
    assert in_script(f"textModule.{name}", *arguments) == expected


@pytest.mark.parametrize("case", CASES["rankings"], ids=lambda case: case["title"])
def test_a_ranking_is_the_same_in_both(in_script: Callable[..., Any], case: dict[str, Any]) -> None:
    """Order, ties, Other and shares of the clients and URLs with the most requests."""
    names = ("succeeded", "redirected", "client_errors", "throttled", "server_errors")
    rows = pd.DataFrame(case["rows"], columns=["client_id", "client_name", "http_method", "template_uri", *names])
    rows["requests"] = rows[[*names]].sum(axis=1)
    rows["successful"] = rows["succeeded"] + rows["redirected"]
    rows["failed"] = rows["requests"] - rows["successful"]
    clients = sorted({(name, client) for client, name, *_ in case["rows"]})
    urls = sorted({(uri, method) for _, _, method, uri, *_ in case["rows"]})
    counts = [[clients.index((n, c)), urls.index((u, m)), *of] for c, n, m, u, *of in case["rows"]]
    block = {"clients": [[client, name] for name, client in clients], "urls": [[method, uri] for uri, method in urls],
             "counts": counts, "top": case["top"]}  # fmt: skip
    total = int(rows["requests"].sum())

    for panel in PANELS:
        if panel.top:
            counts = ("requests", "successful", "failed")
            table = ranking(rows, KEYS[panel.by], counts, total, top=case["top"])[list(panel.columns)]
            assert plain(table) == case[panel.name]
            assert in_script(TOP, panel.columns, panel.by, block, total) == case[panel.name]


def plain(table: pd.DataFrame) -> list[list[Any]]:
    """The records of a table; None where it has nothing."""
    return table.astype(object).where(table.notna(), None).to_numpy().tolist()


@pytest.mark.load
def test_every_character_is_as_wide_in_both(in_script: Callable[..., Any]) -> None:
    """All code points that text can hold, each alone."""
    points = [point for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
    told = in_script(EVERY_SIGN)

    assert len(told) == len(points) == 1_112_064
    assert [hex(p) for p, cells in zip(points, told, strict=True) if text.width(chr(p)) != int(cells)] == []


def test_a_share_of_nothing_is_a_dash_in_both(in_script: Callable[..., Any]) -> None:
    """What JSON cannot hold: a share that is no number."""
    assert text.percent(float("nan")) == in_script("() => textModule.percent(NaN)") == "–"


@pytest.mark.parametrize(("share", "number"), [(0.2, 20), (-0.2, -20), (-0.0004, -0.1), (0, 0), (12.5, 1250)])
def test_a_table_sorts_by_changes_as_python_writes_them(
    in_script: Callable[..., Any], share: float, number: float
) -> None:
    """A fall is below 0, whatever sign stands for minus."""
    assert in_script("gridModule.numberIn", text.signed_percent(share)) == number


def test_every_case_has_both_sides() -> None:
    """No function of the cases is left out, and each has cases."""
    assert CASES["texts"].keys() == PYTHON.keys()
    assert all(CASES["texts"].values())
