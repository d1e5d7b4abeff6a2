"""Changes: the parts add up to the whole, the largest first, and the sentences tell their figures."""

import os
import random
from collections import Counter
from typing import Any

import pandas as pd
import pytest

from apiusage_helpers.insights.changes import COLUMNS, changes, changes_in_words, changes_table, rank_changes
from apiusage_helpers.tables.outcomes import OUTCOMES, with_outcomes

PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "240"))
STATUSES = ["status200", "status300", "status400", "status429", "status500"]


def summary(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """Rows of client, method, template URI, requests and the five statuses as a summary's table."""
    columns = ["client_id", "http_method", "template_uri", "requests", *STATUSES]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[3:], "int64"))
    return with_outcomes(table.assign(client_name=table["client_id"].str.upper()))


def test_a_client_that_is_refused_more_stands_first() -> None:
    """90 more GETs refused with 429, 10 fewer successful ones: 80 requests more in all."""
    before = summary(("crm", "GET", "u", 100, 95, 0, 5, 5, 0), ("bi", "POST", "q", 10, 10, 0, 0, 0, 0))
    after = summary(("crm", "GET", "u", 180, 85, 0, 95, 95, 0), ("bi", "POST", "q", 10, 10, 0, 0, 0, 0))
    found = changes(before, after)
    table = changes_table(found, 1)

    assert list(table.columns) == list(COLUMNS)
    assert table.iloc[0][["client_id", "outcome", "previous", "requests", "change"]].tolist() == [
        "crm",
        "throttled",
        5,
        95,
        90,
    ]
    assert table.iloc[1][["client_name", "previous", "requests", "change"]].tolist() == ["Other", 105, 95, -10]
    assert (found.change, found.failed, found.throttled) == (80, (5, 95), (5, 95))
    assert changes_in_words(found, {"crm": "CRM sync"})[:3] == [
        "80 more requests than before (+72.7 %): 190, up from 110.",
        "95 of 190 requests failed (50.0 %), up from 4.5 %.",
        "CRM sync: 90 more GET u refused with 429 (5 to 95).",
    ]


@pytest.mark.parametrize(
    ("others", "told"),
    [((70, 10), "make 10 fewer requests"), ((80, 40), "make 30 more requests"), ((50, 40), "cancel out")],
)
def test_what_is_not_told_one_by_one_is_told_together(others, told: str) -> None:
    """The first change is 90; b and c move from 40 and 50 to `others`."""
    before = summary(*((name, "GET", "u", n, n, 0, 0, 0, 0) for name, n in (("a", 10), ("b", 40), ("c", 50))))
    rows = zip("abc", (100, *others), strict=True)
    after = summary(*((name, "GET", "u", n, n, 0, 0, 0, 0) for name, n in rows))

    assert changes_in_words(changes(before, after), {}, most=1)[-1] == f"All other changes together {told}."


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            f"api/v2/conversations/{'{conversationId}/' * 7}{'x' * 4}",
            f"api/v2/conversations/{'{conversationId}/' * 7}xxxx",
        ),
        ("api/" + "x" * 200, f"api/{'x' * 69}…{'x' * 72}"),
    ],
)
def test_only_what_no_platform_has_is_cut(url: str, told: str) -> None:
    """A URL of 144 characters stands whole in a sentence; one of 204 has its first and its last."""
    found = changes(summary(("a", "GET", url, 1, 1, 0, 0, 0, 0)), summary(("a", "GET", url, 3, 3, 0, 0, 0, 0)))

    assert f"A: 2 more GET {told} successful (1 to 3)." in changes_in_words(found, {})


def test_new_and_vanished_clients_and_urls() -> None:
    """What stands on one side only."""
    before = summary(("a", "GET", "u", 1, 1, 0, 0, 0, 0))
    after = summary(("b", "GET", "v", 1, 1, 0, 0, 0, 0))
    found = changes(before, after)

    assert (found.new_clients, found.vanished_clients) == (("b",), ("a",))
    assert (found.new_urls, found.vanished_urls) == ((("GET", "v"),), (("GET", "u"),))


def test_equal_intervals_have_no_changes() -> None:
    """All requests are in Other, with a change of 0."""
    same = summary(("a", "GET", "u", 3, 1, 0, 2, 1, 0))
    found = changes(same, same)

    assert changes_table(found, 5)[["client_name", "previous", "requests", "change"]].values.tolist() == [
        ["Other", 3, 3, 0]
    ]
    assert len(changes_table(changes(same.head(0), same.head(0)), 5)) == 0
    assert changes_in_words(found, {})[0] == "As many requests as before: 3."


def test_ranks_that_moved() -> None:
    """Before and after, of clients in both."""
    before = summary(
        ("a", "GET", "u", 9, 9, 0, 0, 0, 0), ("b", "GET", "u", 5, 5, 0, 0, 0, 0), ("c", "GET", "u", 1, 1, 0, 0, 0, 0)
    )
    after = summary(
        ("a", "GET", "u", 4, 4, 0, 0, 0, 0), ("b", "GET", "u", 5, 5, 0, 0, 0, 0), ("c", "GET", "u", 1, 1, 0, 0, 0, 0)
    )

    assert rank_changes(before, after) == {"a": (1, 2), "b": (2, 1)}


def invented(draw: random.Random) -> list[tuple[Any, ...]]:
    rows = {}
    for _ in range(draw.randint(0, 12)):
        ok, moved, refused, broken = (draw.randint(0, 60) for _ in range(4))
        uneven = draw.choice((0, 0, 0, 2))  # requests stand as delivered, also where the statuses miss their sum
        key = (f"c{draw.randint(1, 4)}", draw.choice(("GET", "POST", "")), f"u{draw.randint(1, 4)}")
        rows[key] = (ok + moved + refused + broken + uneven, ok, moved, refused, draw.randint(0, refused), broken)
    return [(*key, *counts) for key, counts in rows.items()]


def plain_parts(rows: list[tuple[Any, ...]]) -> Counter[tuple[str, ...]]:
    parts: Counter[tuple[str, ...]] = Counter()
    for client, method, uri, _, ok, moved, refused, limited, broken in rows:
        counts = (ok, moved, refused - limited, limited, broken)
        for outcome, count in zip(OUTCOMES, counts, strict=True):
            parts[client, method, uri, outcome] += count
    return parts


@pytest.mark.load
@pytest.mark.parametrize("seed", range(4))
def test_the_parts_add_up_exactly(seed: int) -> None:
    """In random pairs of intervals, and each part equals a plain count; `make soak` draws 1,000."""
    draw = random.Random(seed)
    for _ in range(PAIRS // 4):
        before, after = invented(draw), invented(draw)
        found = changes(summary(*before), summary(*after))
        table = changes_table(found, draw.randint(1, 8))
        old, new = plain_parts(before), plain_parts(after)
        totals = [sum(row[3] for row in rows) for rows in (before, after)]

        assert (int(table["previous"].sum()), int(table["requests"].sum())) == tuple(totals)
        assert int(table["change"].sum()) == totals[1] - totals[0]
        seen = {
            (row["client_id"], row["http_method"], row["template_uri"], row["outcome"]): (
                row["previous"],
                row["requests"],
            )
            for row in found.contributions.to_dict("records")
        }
        assert seen == {key: (old[key], new[key]) for key in {**old, **new} if old[key] != new[key]}
