"""Fair use: what an organization may request in a billing month, what it has used, and where it will end.

An organization's allowance is one pool: the sum over its licences. The month runs from the contract's day, not from the
1st. What the days until its end will bring is a forecast with an 80 % range; a month that is over stands as it was counted.
Nothing here knows where usage comes from: the jobs service counts requests that are not billed, and its reader must be told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from apiusage_helpers.insights.forecast import Forecast, forecast
from apiusage_helpers.interval import Interval, billing_month
from apiusage_helpers.settings.allowances import AllowanceTable, Contract, Licence

_DAY = timedelta(days=1)
_WEEK = 7
MOST_HISTORY = 400  # days
JOBS_SERVICE = "jobs"  # in the source of days that count what is not billed too


@dataclass(frozen=True)
class Exhaustion:
    """The day on which the month's requests pass the allowance; `earliest` and `latest` by the forecast's 80 % range.

    `likely` or `latest` is None where the allowance then lasts; all are None where it lasts in any case.
    """

    likely: date | None = None
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True)
class BillingMonth:
    """One billing month as of a day: counts are requests, None where they are unknown.

    `used` counts the days before `today` that the store has (None: it has none); `missing` are those it lacks.
    `projected` is the total at the end of the month with its 80 % range, `used` itself where the month is over.
    `jobs_days` counts its days from the jobs service, which also counts requests that are not billed. `daily` are the
    expected requests of its coming days, `running` the totals expected after each, `low` and `high` their range.
    """

    interval: Interval
    today: date
    used: int | None
    missing: tuple[date, ...]
    allowance: int | None
    projected: int | None
    projected_low: int | None
    projected_high: int | None
    exhausted: Exhaustion
    jobs_days: int = 0
    days: tuple[int | None, ...] = ()
    daily: tuple[float, ...] = ()
    running: tuple[float, ...] = ()
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def told(self) -> dict[str, int | None] | None:
        """What run.json tells of the month, ready for JSON; None where no day of it is known."""
        if self.used is None:
            return None
        return {"used": self.used, "allowance": self.allowance, "projected": self.projected}

    @property
    def over(self) -> bool:
        """Whether all days of the month lie before `today`."""
        return self.interval.end < self.today

    @property
    def remaining(self) -> int | None:
        """What is left of the allowance; 0 where more was used."""
        return None if self.allowance is None or self.used is None else max(0, self.allowance - self.used)

    @property
    def overage(self) -> int | None:
        """The requests above the allowance at the end of the month: counted where it is over, else expected.

        Without a forecast those above it so far; None where there are none yet.
        """
        if self.allowance is None or self.used is None:
            return None
        if self.projected is None:
            return self.used - self.allowance if self.used > self.allowance else None
        return max(0, self.projected - self.allowance)


def allowance(contract: Contract, table: AllowanceTable | None) -> int | None:
    """The requests a month that a contract's licences bring by `table`; None without licences, table, or a figure.

    Each licence counts the greater of committed and actual users. An add-on brings nothing to users whose base licence
    includes it (Genesys Cloud Fair Use Policy).

    >>> cx3 = Licence(licence="CX 3", kind="concurrent", committed=1, actual=1)
    >>> one = AllowanceTable(valid_from=date(2020, 1, 1), licences={"CX 3": {"concurrent": 182_000}})
    >>> allowance(Contract(licences=[cx3]), one)
    182000
    """
    if table is None or not contract.licences:
        return None
    brought = [_brought(licence, contract.licences, table) for licence in contract.licences]
    known = [requests for requests in brought if requests is not None]
    return sum(known) + contract.extra_allowance if len(known) == len(brought) else None


def _brought(one: Licence, mix: Sequence[Licence], table: AllowanceTable) -> int | None:
    """The requests a month that one licence of a mix brings."""
    if one.kind != "add_on":
        each = getattr(table.licences.get(one.licence), one.kind, None)
        return None if each is None else one.billable * each
    add_on = table.add_ons.get(one.licence)
    if add_on is None:
        return None
    bases = [one.base] if one.base else [licence.licence for licence in mix if licence.kind != "add_on"]
    included = bool(bases) and all(base in add_on.included_in for base in bases)
    return 0 if included else one.billable * add_on.requests


def billing_months(interval: Interval, billing_day: int) -> tuple[Interval, ...]:
    """The billing months that an interval touches, in order."""
    months = [billing_month(interval.start, billing_day)]
    while months[-1].end < interval.end:
        months.append(billing_month(months[-1].end + _DAY, billing_day))
    return tuple(months)


def month_of(history: "pd.Series[float]", interval: Interval, today: date, allowed: int | None) -> BillingMonth:
    """A billing month of `history` as of `today`.

    `history`: requests by date (a DatetimeIndex), of the days that the store has; days from `today` on are left out.
    """
    known = history[history.index < pd.Timestamp(today)]
    counted = [day for day in interval.days if day < today]
    figures = known.reindex(pd.DatetimeIndex(counted))
    days = tuple(None if np.isnan(n) else int(n) for n in figures)
    there = [n for n in days if n is not None]
    used = sum(there) if there else None
    told = _outlook(known, interval, today, used) if interval.end >= today else None
    running, low, high = _running(used or 0, told)
    over = interval.end < today
    return BillingMonth(
        interval=interval,
        today=today,
        used=used,
        missing=tuple(day for day, n in zip(counted, days, strict=True) if n is None),
        allowance=allowed,
        projected=used if over else _last(running),
        projected_low=used if over else _last(low),
        projected_high=used if over else _last(high),
        exhausted=_exhaustion(interval, days, allowed, running, low, high),
        days=days,
        daily=() if told is None else tuple(map(float, told.daily)),
        running=running,
        low=low,
        high=high,
    )


def client_forecast(history: pd.DataFrame, month: BillingMonth) -> pd.DataFrame:
    """What each client takes of a month: client_id, client_name, requests, share (of used), projected; greatest first.

    `history`: date, client_id, client_name, requests. The clients' forecasts are scaled, so that they add up to the
    month's own; `projected` is NA where the month has none.
    """
    known = history[history["date"] < pd.Timestamp(month.today)]
    start, end = pd.Timestamp(month.interval.start), pd.Timestamp(month.interval.end)
    of_month = known[known["date"].between(start, end)]
    sums = of_month.groupby("client_id")["requests"].sum()
    used = {str(client): int(n) for client, n in sums.items()}
    newest = known.sort_values("date").groupby("client_id")["client_name"].last()
    names = {str(client): str(name) for client, name in newest.items()}
    shares = _client_shares(known, month, list(used))
    rest, total = (month.projected or 0) - (month.used or 0), sum(used.values())
    coming = _whole_parts(np.array([rest * shares.get(client, 0.0) for client in used]), rest)
    projected = [n + int(more) for n, more in zip(used.values(), coming, strict=True)]
    table = pd.DataFrame({
        "client_id": list(used),
        "client_name": [names[client] for client in used],
        "requests": list(used.values()),
        "share": [n / total if total else float("nan") for n in used.values()],
        "projected": pd.array(projected if month.projected is not None else [pd.NA] * len(used), dtype="Int64"),
    })  # fmt: skip
    return table.sort_values(["requests", "client_name", "client_id"], ascending=[False, True, True], ignore_index=True)


def smallest_savings(savings: Sequence[int], overage: int) -> int:
    """How many of `savings` (requests a month, the largest first) it takes to save `overage`; 0 where all are too little.

    >>> smallest_savings([500, 300, 100], 700), smallest_savings([500, 300], 900)
    (2, 0)
    """
    totals = np.cumsum(savings) if savings else np.zeros(0)
    return int(np.argmax(totals >= overage)) + 1 if len(totals) and totals[-1] >= overage else 0


def _client_shares(known: pd.DataFrame, month: BillingMonth, clients: Sequence[str]) -> dict[str, float]:
    """The share that each client takes of the coming days: by a forecast of its own, which begins with its first day.

    A client of too few days for one goes on as in its last week.
    """
    horizon = len(month.daily)
    if not horizon or not clients:
        return {}
    days = pd.DatetimeIndex(sorted(known["date"].unique()))
    table = known.pivot_table(index="date", columns="client_id", values="requests", aggfunc="sum").reindex(days)
    weights = {}
    for one in clients:
        since = table[one].loc[table[one].first_valid_index() :].fillna(0.0)
        told = _forecast_of(since, month.today, horizon)
        weights[one] = float(since.tail(_WEEK).mean() * horizon if told is None else told.daily.sum())
    total = sum(weights.values())
    return (
        {one: weight / total for one, weight in weights.items()} if total else dict.fromkeys(clients, 1 / len(clients))
    )


def _whole_parts(parts: npt.NDArray[np.float64], total: int) -> npt.NDArray[np.int64]:
    """Whole numbers near `parts` that add up to `total`: the largest remainders get what is left."""
    if not len(parts):
        return np.zeros(0, np.int64)
    whole = np.floor(parts).astype(np.int64)
    left = total - int(whole.sum())
    for place in np.argsort(whole - parts, kind="stable")[: max(0, left)]:
        whole[place] += 1
    return whole


def _outlook(known: "pd.Series[float]", interval: Interval, today: date, used: int | None) -> Forecast | None:
    """The forecast of the days of a month from `today` on; None where the history is too short for one."""
    if used is None and known.empty:
        return None
    ahead = (interval.start - today).days
    horizon = (interval.end - today).days + 1
    return None if ahead > 0 else _forecast_of(known, today, horizon)


def _forecast_of(known: "pd.Series[float]", today: date, horizon: int) -> Forecast | None:
    first = max(known.index.min().date(), today - _DAY * MOST_HISTORY)
    days = pd.DatetimeIndex(pd.date_range(first, today - _DAY))
    counts: npt.NDArray[np.float64] = np.asarray(known.reindex(days), dtype=np.float64)
    return forecast(counts, first, horizon)


def _running(used: int, told: Forecast | None) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """The running totals of the coming days: expected, and the bounds of their range."""
    if told is None:
        return (), (), ()
    totals = (np.cumsum(told.daily), told.total_low, told.total_high)
    expected, low, high = (tuple(float(used + n) for n in total) for total in totals)
    return expected, low, high


def _last(running: Sequence[float]) -> int | None:
    return round(running[-1]) if running else None


def _exhaustion(  # noqa: PLR0913, PLR0917  # one day from each of three courses
    interval: Interval,
    days: Sequence[int | None],
    allowed: int | None,
    running: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
) -> Exhaustion:
    if allowed is None:
        return Exhaustion()
    so_far = [float(n) for n in np.cumsum([n or 0 for n in days])]
    passed = next((interval.days[n] for n, total in enumerate(so_far) if total > allowed), None)
    if passed is not None:
        return Exhaustion(passed, passed, passed)
    courses = (running, high, low)
    return Exhaustion(*(_passing(interval, len(days), course, allowed) for course in courses))


def _passing(interval: Interval, counted: int, course: Sequence[float], allowed: int) -> date | None:
    """The first day whose running total, to whole requests, is above the allowance."""
    return next((interval.days[counted + n] for n, total in enumerate(course) if round(total) > allowed), None)
