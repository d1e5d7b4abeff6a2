"""The rows inside a page: unpacked again in plain Python, they are the rows of the report."""

import base64
import json
import zlib
from dataclasses import replace
from datetime import date

import numpy as np
from hypothesis import given, strategies as st

from apiusage_helpers.page.rows import varints
from apiusage_helpers.reports.page_rows import page_rows
from apiusage_helpers.tables.client_directory import Client

ROWS = [
    (1, "b", "CRM", "GET", "u", 6, 0, 4, 1, 2), (2, "b", "CRM", "GET", "u", 7, 1, 0, 0, 0), (3, "b", "CRM", "GET", "u", 300, 0, 0, 0, 0),
    (1, "a", "CRM", "POST", "u", 1, 0, 0, 0, 0), (3, "c", "Bot", "GET", "v", 0, 0, 9, 9, 0),
]  # fmt: skip


def numbers(packed):
    """The whole numbers of a stream of varints."""
    found, number, weight = [], 0, 1
    for byte in packed:
        number, weight = number + (byte & 127) * weight, weight * 128
        if byte < 128:
            found.append(number)
            number, weight = 0, 1
    return found


def unpacked(block):
    """The head, and the rows as (span, client id, method, template URI, five outcomes, excess)."""
    stream = zlib.decompress(base64.b64decode(block))
    length = int.from_bytes(stream[:4], "little")
    head, left = json.loads(stream[4 : 4 + length]), iter(numbers(stream[4 + length :]))
    pairs = [(client, None) for client in head["clients"] for _ in range(next(left))]
    urls = []
    for n, (client, _) in enumerate(pairs):
        urls.append(next(left) + (urls[-1] if n and pairs[n - 1][0] is client else 0))
    rows = [pair for pair in zip((client for client, _ in pairs), urls, strict=True) for _ in range(next(left))]
    spans = []
    for n, row in enumerate(rows):
        spans.append(next(left) + (spans[-1] if n and rows[n - 1] is row else 0))
    columns = [[next(left) for _ in rows] for _ in range(6)]
    columns = [
        [-(n + 1) // 2 if n % 2 else n // 2 for n in column] if place in {2, 5} else column
        for place, column in enumerate(columns)
    ]
    assert next(left, None) is None
    return head, [
        (span, client[0], *head["urls"][url], *counts)
        for span, (client, url), *counts in zip(spans, rows, *columns, strict=True)
    ]


def test_the_block_holds_the_rows_of_the_report(report) -> None:
    """By day, client and URL; clients and URLs in the order of ties; 429 apart from the rest of 4xx."""
    made = page_rows(report(*ROWS, missing=(2,)))
    head, rows = unpacked(made.block)

    assert (made.days_a_span, head["span"]) == (1, 1)
    assert [client[:2] for client in head["clients"]] == [["c", "Bot"], ["a", "CRM"], ["b", "CRM"]]
    assert head["urls"] == [["GET", "u"], ["POST", "u"], ["GET", "v"]]
    assert head["missing"] == [1]
    assert sorted(rows) == sorted((d - 1, client, method, uri, ok, moved, no - many, many, down, 0)
                                  for d, client, _, method, uri, ok, moved, no, many, down in ROWS)  # fmt: skip


def test_rows_that_are_too_many_are_told_by_spans_of_days(report) -> None:
    """Where single days take too much, all days of a span are summed, the day totals stay, and the page is told."""
    made = report(*ROWS)
    most = len(base64.b64decode(page_rows(made).block)) - 1
    spanned = page_rows(made, most_bytes=most)
    head, rows = unpacked(spanned.block)

    assert spanned.days_a_span == head["span"] == 2
    assert "in spans of 2 days" in spanned.text
    assert head["totals"][0] == [13, 8, 309]
    assert (0, "b", "GET", "u", 13, 1, 3, 1, 2, 0) in rows


def test_a_page_without_room_has_no_filters_and_says_so(report) -> None:
    """No block at all, and a sentence in the page."""
    made = page_rows(report(*ROWS), most_bytes=10)

    assert made.block == ""
    assert set(made._repr_mimebundle_()) == {"text/html", "text/plain"}
    assert "This page has no filters" in made._repr_mimebundle_()["text/html"]


def test_requests_that_miss_their_statuses_and_kinds_are_kept(report) -> None:
    """The kind of a client stands in the block; the same report gives the same block."""
    made = replace(report(*ROWS), clients={"c": Client("c", kind="code")})

    assert [client[3] for client in unpacked(page_rows(made).block)[0]["clients"]] == ["code", "", ""]
    assert page_rows(made) == page_rows(made)


@given(st.lists(st.integers(0, 2**53)))
def test_varints_are_read_back(values) -> None:
    """Whatever the numbers."""
    assert numbers(varints(np.array(values, dtype=np.int64))) == values


def test_an_empty_report_has_an_empty_block(report) -> None:
    """No row, no client, all days."""
    head, rows = unpacked(page_rows(report()).block)

    assert (head["clients"], rows, head["days"]) == ([], [], [str(date(2026, 11, day)) for day in (1, 2, 3)])


def test_a_choice_that_nobody_meets_chooses_nobody(report) -> None:
    """A client that made no request leaves section 2 without clients; without a choice it has all of them."""
    chosen, everybody = (unpacked(page_rows(report(*ROWS, clients=clients)).block)[0] for clients in (["nobody"], []))

    assert chosen["chosen"]["clients"] == [[], None]
    assert everybody["chosen"]["clients"] == [None, None]
