"""Answers: those of the data against a plain count, and what counts as right."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.training.answers import Asked, asked, is_right
from apiusage_helpers.reports.training.bank import Question

ROWS = [
    (1, "a", "CRM", "GET", "u", 6, 1, 4, 3, 1), (2, "b", "Bot", "GET", "v", 30, 0, 2, 0, 0), (3, "a", "CRM", "PUT", "u", 2, 0, 9, 0, 0),
]  # fmt: skip


def question(kind: str, **more: object) -> Question:
    return Question(id="q", topic="lab", kind=kind, ask="?", reason="r", source="kit", where="w", **more)  # type: ignore[arg-type]


def plain(name: str) -> str:
    """The answer by plain Python: rows are day, client, name, method, URI, 2xx, 3xx, 4xx, 429 of them, 5xx."""
    requests, failed, many, by_url, by_day = Counter(), Counter(), Counter(), Counter(), {}
    for day, _, client, method, uri, ok, moved, no, throttled, down in ROWS:
        requests[client] += ok + moved + no + down
        failed[client] += no + down
        many[client] += throttled
        by_url[f"{method} {uri}"] += ok + moved + no + down
        by_day[f"2026-11-0{day}"] = (no + down) / (ok + moved + no + down)
    return {
        "requests": str(sum(requests.values())), "clients": str(len(requests)), "failed": str(sum(failed.values())),
        "throttled": str(sum(many.values())), "platform_400": str(sum(row[7] for row in ROWS)),
        "top_client": requests.most_common(1)[0][0], "most_throttled": many.most_common(1)[0][0],
        "most_refused": max(requests, key=lambda client: failed[client] / requests[client]),
        "top_url": by_url.most_common(1)[0][0], "worst_day": max(by_day, key=lambda day: by_day[day]),
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", ["requests", "clients", "failed", "throttled", "platform_400"])
def test_a_number_is_counted_in_the_data(report, name: str) -> None:
    """As plain Python counts it."""
    one = asked(question("number", computed=name), report(*ROWS), 1)

    assert one is not None
    assert one.right == (plain(name),)
    assert is_right(one, f" {plain(name)} ")
    assert not is_right(one, "7777")


@pytest.mark.parametrize("name", ["top_client", "most_throttled", "most_refused", "top_url", "worst_day"])
def test_what_is_to_be_found_is_the_first_in_its_ranking(report, name: str) -> None:
    """As plain Python ranks it; the others of the ranking are the wrong choices."""
    one = asked(question("find", computed=name), report(*ROWS), 1)

    assert one is not None
    assert one.right == (plain(name),)
    assert len(one.choices) == len(set(one.choices)) > 1
    assert plain(name) in one.choices


def test_silent_and_steady_clients_are_found(report) -> None:
    """Who was there before and is not now; who keeps its pace; nobody is silent where nothing before is stored."""
    now = [(day, "a", "Steady", "GET", "u", 50, 0, 0, 0, 0) for day in (1, 2, 3)]
    now += [(day, "b", "Workdays", "GET", "u", count, 0, 0, 0, 0) for day, count in ((1, 90), (2, 5), (3, 60))]
    before = Before(
        Interval(date(2026, 10, 29), date(2026, 10, 31)),
        (),
        report((1, "c", "Gone", "GET", "u", 9, 0, 0, 0, 0)).summary,
    )
    made = replace(report(*now), before=before)

    assert asked(question("find", computed="silent_client"), made, 1).right == ("Gone",)  # type: ignore[union-attr]
    assert asked(question("find", computed="steadiest"), made, 1).right == ("Steady",)  # type: ignore[union-attr]
    assert asked(question("find", computed="silent_client"), report(*now), 1) is None


def test_without_requests_there_is_nothing_to_find(report) -> None:
    """Numbers are 0; a ranking of nothing is not asked."""
    one = asked(question("number", computed="requests"), report(), 1)

    assert one is not None
    assert one.right == ("0",)
    assert asked(question("find", computed="top_client"), report(), 1) is None


def test_choices_come_in_an_order_of_the_seed(report) -> None:
    """The same for the same seed, and all of them."""
    wanted = question("single", choices=list("abcdefgh"), right="a")
    orders = [asked(wanted, report(*ROWS), seed).choices for seed in (1, 1, 2)]  # type: ignore[union-attr]

    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == list("abcdefgh")


@pytest.mark.parametrize(
    ("more", "right", "wrong"),
    [
        ({"kind": "single", "choices": ["a", "b"], "right": "a"}, "a", "b"),
        ({"kind": "multiple", "choices": ["a", "b", "c"], "right": ["a", "c"]}, ["c", "a"], ["a"]),
        ({"kind": "match", "pairs": {"x": "1", "y": "2"}}, {"x": "1", "y": "2"}, {"x": "2", "y": "1"}),
    ],
)
def test_an_answer_is_right_only_whole(report, more, right, wrong) -> None:
    """One of several, in any order; each pair."""
    one = asked(question(**more), report(*ROWS), 1)

    assert one is not None
    assert is_right(one, right)
    assert not is_right(one, wrong)
    assert one.told == {"single": "a", "multiple": "a, c", "match": "x: 1; y: 2"}[more["kind"]]


def test_a_number_may_be_written_with_separators() -> None:
    """12,345 is 12345 is 12 345."""
    one = Asked(question("number", computed="requests"), (), ("12,345",))

    assert all(is_right(one, text) for text in ("12345", "12,345", "12 345", "12.345"))
