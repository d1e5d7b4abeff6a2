"""Key figures: what is compared with what, and where nothing is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.api_usage.metrics import Metric, metrics, summary_table
from apiusage_helpers.tables.csv_files import csv_file

NOW = [(1, "a", "CRM", "GET", "u", 6, 0, 4, 1, 0), (2, "b", "Bot", "GET", "u", 10, 0, 0, 0, 0)]
THEN = [(1, "a", "CRM", "GET", "u", 8, 0, 0, 0, 0), (2, "c", "Old", "GET", "u", 2, 0, 0, 0, 0)]


@pytest.fixture
def compared(report):
    """A report, and what it is compared with: the same days with other rows stand for those before."""

    def of(missing: tuple[date, ...] = (), **choices):
        before = Before(Interval(date(2026, 10, 29), date(2026, 10, 31)), missing, report(*THEN).summary)
        return replace(report(*NOW, **choices), before=before)

    return of


def values(found: dict[str, Metric]) -> Iterator[tuple[float | None, ...]]:
    return ((one.value, one.previous, one.change) for one in found.values())


def test_each_figure_stands_beside_the_one_before(compared) -> None:
    """Requests, shares, active clients; of new and silent clients only how many there are now."""
    assert list(values(metrics(compared())))[:6] == [
        (20, 10, 10), (0.2, 0, 0.2), (0.05, 0, 0.05), (2, 2, 0), (1, None, None), (1, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("gap", ["now", "then", "nothing"])
def test_a_missing_day_leaves_nothing_to_compare(compared, report, gap) -> None:
    """Of these days, of those before, or nothing stored of those before."""
    made = {
        "now": compared(missing=()),
        "then": compared(missing=(date(2026, 10, 30),)),
        "nothing": replace(compared(), before=None),
    }[gap]
    if gap == "now":
        made = replace(report(*NOW, missing=(3,)), before=made.before)

    assert [one.previous for one in metrics(made).values()] == [None] * 9
    assert metrics(made)["requests"].value == 20
    assert metrics(made)["new_clients"].value is None


def test_without_a_request_there_is_no_share(report) -> None:
    """Counts are 0, shares empty."""
    table = summary_table(list(metrics(report()).values()))

    assert csv_file(table).decode().splitlines()[:5] == [
        "metric,value,previous,change", "requests,0,,", "failed_share,,,", "throttled_share,,,", "active_clients,0,,",
    ]  # fmt: skip


def test_the_file_holds_whole_numbers_and_full_shares() -> None:
    """A count has no decimal point, a share all its digits, nothing is empty."""
    table = summary_table([Metric("requests", 3, 5), Metric("failed_share", 1 / 3, 0.5), Metric("new_clients", None)])

    assert csv_file(table).decode().splitlines()[1:] == [
        "requests,3,5,-2", "failed_share,0.3333333333333333,0.5,-0.16666666666666669", "new_clients,,,",
    ]  # fmt: skip
    assert isinstance(table, pd.DataFrame)
