"""Invented series of daily requests, of the kinds that organizations show, each followed to the end of a billing month."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

KINDS = ("steady", "wandering", "growth", "decline", "shift", "outliers", "come_and_go", "month_end")
MOVING = ("growth", "decline", "shift", "outliers")  # last week is a weak forecast of these
JUDGED = (8, 12, 17, 23)  # days of the billing month on which the rest of it is forecast
_WEEKS = (
    (1.0, 1.04, 1.02, 0.98, 0.9, 0.22, 0.12),
    (0.95, 0.95, 0.97, 1.0, 1.1, 1.05, 0.7),
    (1.0,) * 7,
    (1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0),
    (0.7, 1.2, 1.1, 1.0, 1.0, 0.4, 0.3),
)
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Requests of each day from `start` on; the billing month starts at `month` (a place in them) and ends with them."""

    kind: str
    start: date
    requests: Numbers
    month: int


def series(kind: str, seed: int) -> Series:
    """An invented series of a kind; the same seed gives the same one."""
    draw = np.random.default_rng([seed, KINDS.index(kind)])
    days = int(draw.integers(60, 240))
    start = date(2025, int(draw.integers(1, 13)), int(draw.integers(1, 29)))
    length = int(draw.integers(28, 32))
    total, place = days + length, np.arange(days + length)
    dates = [start + timedelta(days=int(n)) for n in place]
    week = np.array(_WEEKS[draw.integers(len(_WEEKS))])
    level = 10 ** draw.uniform(2.5, 6.3)
    course = np.ones(total) * _COURSES[kind](draw, place, days, dates)
    noise = np.exp(draw.normal(0, draw.uniform(0.02, 0.12), total))
    expected = level * course * week[[day.weekday() for day in dates]] * noise
    return Series(kind, start, draw.poisson(np.maximum(expected, 0)).astype(np.float64), days)


def _steady(_draw: np.random.Generator, place: Numbers, _days: int, _dates: list[date]) -> Numbers:
    return np.ones(len(place))


def _wandering(draw: np.random.Generator, place: Numbers, _days: int, _dates: list[date]) -> Numbers:
    return np.exp(np.cumsum(draw.normal(0, draw.uniform(0.01, 0.04), len(place))))


def _growth(draw: np.random.Generator, place: Numbers, _days: int, _dates: list[date]) -> Numbers:
    return np.exp(place * draw.uniform(0.004, 0.02))


def _decline(draw: np.random.Generator, place: Numbers, _days: int, _dates: list[date]) -> Numbers:
    return np.exp(-place * draw.uniform(0.004, 0.015))


def _shift(draw: np.random.Generator, place: Numbers, days: int, _dates: list[date]) -> Numbers:
    at = days + int(draw.integers(-20, 6))
    return np.where(place >= at, draw.choice((0.4, 0.6, 1.5, 2.2)), 1.0)


def _outliers(draw: np.random.Generator, place: Numbers, days: int, _dates: list[date]) -> Numbers:
    course = np.ones(len(place))
    for at in draw.choice(len(place), max(4, len(place) // 14), replace=False):
        course[at] = draw.choice((0.05, 0.15, 2.5, 4.0))
    for judged in JUDGED:
        course[days + judged - int(draw.integers(2, 7))] = draw.choice((0.05, 0.15, 2.5, 4.0))
    return course


def _come_and_go(draw: np.random.Generator, place: Numbers, days: int, _dates: list[date]) -> Numbers:
    came, went = sorted(int(n) for n in draw.integers(days // 3, days + 4, 2))
    return 1 + draw.uniform(0.2, 0.8) * (place >= came) - draw.uniform(0.1, 0.5) * (place >= went)


def _month_end(draw: np.random.Generator, place: Numbers, _days: int, dates: list[date]) -> Numbers:
    last, more = int(draw.integers(1, 4)), draw.uniform(1.0, 3.0)
    left = np.array([((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day).days for day in dates])
    return 1 + more * (left <= last)


_COURSES = {
    "steady": _steady, "wandering": _wandering, "growth": _growth, "decline": _decline, "shift": _shift,
    "outliers": _outliers, "come_and_go": _come_and_go, "month_end": _month_end,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """How one forecast of a month's `total` did: its error and that of "same weekdays last week", in requests."""

    kind: str
    total: float
    error: float
    baseline: float
    inside: bool


def judged(one: Series, forecast: object) -> list[Outcome]:
    """The outcomes of `forecast` (a function as `insights.forecast.forecast`) on the judged days of a series."""
    outcomes = []
    for day in JUDGED:
        known, actual = one.requests[: one.month + day - 1], one.requests[one.month + day - 1 :]
        told = forecast(known, one.start, len(actual))  # type: ignore[operator]
        last_week = known[-7:][np.arange(len(actual)) % 7]
        inside = told.total_low[-1] <= actual.sum() <= told.total_high[-1]
        outcomes.append(
            Outcome(
                one.kind,
                float(one.requests[one.month :].sum()),
                abs(told.daily.sum() - actual.sum()),
                abs(last_week.sum() - actual.sum()),
                bool(inside),
            )
        )
    return outcomes
