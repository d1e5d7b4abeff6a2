"""Fair use: the allowance of a licence mix, billing months, and where they end."""

from datetime import date, timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.insights.fair_use import allowance, billing_months, client_forecast, month_of, smallest_savings
from apiusage_helpers.interval import Interval, billing_month
from apiusage_helpers.settings.allowances import AllowanceTable, Contract, Licence

TABLE = AllowanceTable.model_validate({
    "valid_from": date(2020, 1, 1),
    "licences": {"CX 1": {"named": 75_000, "hourly": 676}, "CX 3": {"named": 140_000, "concurrent": 182_000}},
    "add_ons": {"WEM": {"requests": 5_000, "included_in": ["CX 3"]}},
})  # fmt: skip
DAYS = st.dates(date(2019, 1, 1), date(2030, 12, 31))


def mix(*licences: tuple[Any, ...], extra: int = 0) -> Contract:
    names = ("licence", "kind", "committed", "actual", "base")
    made = [Licence.model_validate(dict(zip(names, one, strict=False))) for one in licences]
    return Contract(licences=made, extra_allowance=extra)


def history(start: date, counts: list[float]) -> "pd.Series[float]":
    return pd.Series(counts, pd.DatetimeIndex([start + timedelta(days=n) for n in range(len(counts))]), dtype="float64")


@pytest.mark.parametrize(
    ("contract", "expected"),
    [
        (mix(("CX 3", "concurrent", 1, 1)), 182_000),
        (mix(("CX 3", "named", 10, 12)), 12 * 140_000),
        (mix(("CX 3", "named", 12, 10)), 12 * 140_000),
        (mix(("CX 3", "named", 1, 0), ("CX 1", "named", 2, 0)), 140_000 + 150_000),
        (mix(("CX 1", "hourly", 100, 50)), 67_600),
        (mix(("CX 1", "named", 1, 0), ("WEM", "add_on", 1, 0)), 80_000),
        (mix(("CX 3", "named", 1, 0), ("WEM", "add_on", 1, 0)), 140_000),
        (mix(("CX 3", "named", 1, 0), ("CX 1", "named", 1, 0), ("WEM", "add_on", 1, 0, "CX 1")), 220_000),
        (mix(("CX 3", "named", 1, 0), extra=1_000), 141_000),
        (mix(), None),
        (mix(("CX 1", "concurrent", 1, 0)), None),
    ],
)
def test_an_allowance_is_the_sum_of_the_licences(contract: Contract, expected: int | None) -> None:
    """The greater of committed and actual; add-ons only where the base licence does not include them."""
    assert allowance(contract, TABLE) == expected


@given(st.lists(st.integers(1, 100), max_size=6), st.integers(1, 300))
def test_the_fewest_savings_that_do_it(saved: list[int], overage: int) -> None:
    """As a look at all subsets says."""
    saved = sorted(saved, reverse=True)
    enough = [
        size for size in range(1, len(saved) + 1) if any(sum(some) >= overage for some in combinations(saved, size))
    ]

    assert smallest_savings(saved, overage) == min(enough, default=0)


def test_without_a_table_there_is_no_allowance() -> None:
    """It is unknown, not 0."""
    assert allowance(mix(("CX 3", "named", 1, 0)), None) is None


@given(DAYS, st.integers(1, 31))
def test_billing_months_follow_each_other(day: date, billing_day: int) -> None:
    """Each day lies in one billing month; the next begins on the day after its end, and on the billing day or a month's last."""
    month = billing_month(day, billing_day)
    following = billing_month(month.end + timedelta(days=1), billing_day)

    assert day in month
    assert following.start == month.end + timedelta(days=1)
    assert 28 <= len(month) <= 31
    assert following.start.day == billing_day or (following.start + timedelta(days=1)).day == 1


def test_an_interval_touches_several_billing_months() -> None:
    """From the one that holds its first day to the one that holds its last."""
    months = billing_months(Interval(date(2026, 1, 31), date(2026, 3, 1)), 31)

    assert [str(month) for month in months] == ["2026-01-31/2026-02-27", "2026-02-28/2026-03-30"]


def test_the_official_example_comes_out() -> None:
    """1 CX 3 concurrent, 505,992 used, 182,000 allowed: 323,992 above (Genesys Cloud, resource usage on your invoice)."""
    counts = [505_992 // 31] * 30
    month = month_of(
        history(date(2026, 10, 1), [*counts, 505_992 - sum(counts)]), Interval(date(2026, 10, 1), date(2026, 10, 31)),
        date(2026, 11, 5), allowance(mix(("CX 3", "concurrent", 1, 1)), TABLE),
    )  # fmt: skip

    assert (month.used, month.allowance, month.remaining, month.overage) == (505_992, 182_000, 0, 323_992)
    assert (month.projected, month.projected_low, month.projected_high) == (505_992,) * 3
    assert month.exhausted.likely == date(2026, 10, 12)  # 16,322 a day: 11 days are 179,542, 12 are 195,864


def test_a_running_month_ends_where_a_steady_history_leads() -> None:
    """1,000 requests every day: 30,000 at the end, and the allowance of 25,500 is passed on the 26th."""
    month = month_of(
        history(date(2026, 8, 1), [1_000.0] * 110),
        Interval(date(2026, 11, 1), date(2026, 11, 30)),
        date(2026, 11, 19),
        25_500,
    )

    assert month.used == 18_000
    assert month.projected == 30_000
    assert month.projected_low <= month.projected <= month.projected_high
    assert month.exhausted.likely == date(2026, 11, 26)
    assert month.exhausted.earliest <= month.exhausted.likely
    assert (month.remaining, month.overage) == (7_500, 4_500)


def test_days_from_today_on_are_unknown() -> None:
    """Whatever the store holds of them."""
    month = month_of(
        history(date(2026, 10, 1), [10.0] * 61),
        Interval(date(2026, 11, 1), date(2026, 11, 30)),
        date(2026, 11, 3),
        None,
    )

    assert (month.used, len(month.days), len(month.daily)) == (20, 2, 28)


def test_a_short_history_has_no_forecast() -> None:
    """13 days are too few; what was used is told all the same."""
    month = month_of(
        history(date(2026, 11, 1), [10.0] * 13),
        Interval(date(2026, 11, 1), date(2026, 11, 30)),
        date(2026, 11, 14),
        1_000,
    )

    assert (month.used, month.projected, month.overage, month.exhausted.likely) == (130, None, None, None)


def test_missing_days_are_named_and_not_counted() -> None:
    """A gap is no day of 0."""
    counts = [10.0] * 20
    counts[4] = np.nan
    month = month_of(
        history(date(2026, 11, 1), counts), Interval(date(2026, 11, 1), date(2026, 11, 30)), date(2026, 11, 21), None
    )

    assert (month.used, month.missing) == (190, (date(2026, 11, 5),))


def test_a_month_that_the_store_does_not_know_has_no_figures() -> None:
    """Nothing is not 0."""
    month = month_of(
        history(date(2026, 11, 1), [1.0] * 20), Interval(date(2026, 9, 1), date(2026, 9, 30)), date(2026, 11, 21), 100
    )

    assert (month.used, month.projected, month.remaining, month.overage) == (None, None, None, None)


def test_a_client_that_has_just_come_goes_on_as_it_began() -> None:
    """Five days of 100 beside sixty of 1,000: two days more of each; a client that has been silent for weeks stays so."""
    today = date(2026, 11, 29)
    days = [today - timedelta(days=n) for n in range(1, 61)]
    begun = {"old": days, "new": days[:5], "gone": days[25:]}
    rows = pd.DataFrame(
        [(pd.Timestamp(day), one, one, 100 if one == "new" else 1_000) for one, its in begun.items() for day in its],
        columns=["date", "client_id", "client_name", "requests"],
    )
    known = rows.groupby("date")["requests"].sum().astype(float).sort_index()
    month = month_of(known, Interval(date(2026, 11, 1), date(2026, 11, 30)), today, None)
    table = client_forecast(rows, month).set_index("client_id")
    more = table["projected"] - table["requests"]

    assert more.sum() == month.projected - month.used
    assert 180 <= more["new"] <= 220
    assert more["gone"] <= 5


@pytest.mark.load
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)), min_size=20, max_size=40))
def test_what_clients_will_take_adds_up_to_the_month(counts: list[tuple[int, int]]) -> None:
    """Used and projected, to the request."""
    start = date(2026, 11, 1) - timedelta(days=10)
    days = pd.DatetimeIndex([start + timedelta(days=n) for n in range(len(counts))])
    rows = pd.concat([
        pd.DataFrame({"date": days, "client_id": one, "client_name": one.upper(), "requests": [pair[n] for pair in counts]})
        for n, one in enumerate("ab")
    ])  # fmt: skip
    today = min(start + timedelta(days=len(counts)), date(2026, 11, 30))
    month = month_of(
        history(start, [float(a + b) for a, b in counts]), Interval(date(2026, 11, 1), date(2026, 11, 30)), today, None
    )
    table = client_forecast(rows, month)

    assert table["requests"].sum() == month.used
    assert month.projected is None or table["projected"].sum() == month.projected
