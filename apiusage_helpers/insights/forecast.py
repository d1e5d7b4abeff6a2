"""What the coming days will bring: the rhythm of weekdays and month ends on a level that may grow, with an 80 % range.

Several simple courses of the level (the mean of three days to six weeks, or a damped trend) are tried on the past few
months; each counts the more the better it did there. The range comes from the same past errors, widened, because ranges from
past errors come out too narrow. A series of 14 days is enough; what has not been seen (a release, a campaign) is not foreseen.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from apiusage_helpers.insights.rhythm import (
    Numbers,
    days_left,
    levels,
    median,
    month_ends,
    noise,
    outlying,
    regime_start,
    week_profile,
    weekdays,
)

LEAST_DAYS = 14
_LOOK_BACK = 182  # days
_COURSES = (
    (3, False),
    (7, False),
    (14, False),
    (42, False),
    (10, True),
    (21, True),
)  # days, and whether there is a trend
_DAMPING = 0.985  # of a trend, a day
_STEP, _TRIED, _LEAST_PAST = (
    4,
    100,
    20,
)  # days between the origins that are tried, how far back, and after how many days
_FAVOUR = 5  # the power by which a course counts the more the smaller its past error
_WIDER, _NOISE_PART = 1.4, 0.7
_USUAL_DRIFT, _ITS_WEIGHT = 0.006, 2  # of a level a day, and as many origins as it counts for
_TENTH = 1.2816  # standard deviations: a tenth of the outcomes lies beyond


@dataclass(frozen=True)
class Forecast:
    """The expected requests of each coming day, and the 80 % range of the running total after each of them."""

    daily: Numbers
    total_low: Numbers
    total_high: Numbers


@dataclass(frozen=True)
class _Past:
    """One day of the past on which a forecast is tried: the levels before it, and what came then."""

    level: Numbers
    scale: Numbers
    came: Numbers
    usual: Numbers


def forecast(history: Numbers, first_day: date, horizon: int) -> Forecast | None:
    """The forecast of the `horizon` days after `history`; None when fewer than 14 days of it are known.

    `history`: requests of consecutive UTC days from `first_day` on, NaN where a day is not known.
    """
    if np.count_nonzero(~np.isnan(history)) < LEAST_DAYS:
        return None
    recent = history[-_LOOK_BACK:]
    start = first_day + timedelta(days=len(history) - len(recent))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # medians of days that are all unknown are unknown
        return _forecast(recent, start, horizon)


def _forecast(counts: Numbers, start: date, horizon: int) -> Forecast:
    days, weekday = len(counts), weekdays(start, len(counts) + horizon)
    ends, usual = _usual(counts, start, horizon)
    profile = week_profile(usual, weekday[:days])
    level = levels(usual, profile[weekday[:days]])
    if not np.isfinite(level).any():
        nothing = np.zeros(horizon)
        return Forecast(nothing, nothing, nothing)
    scale = profile[weekday] * ends
    past = _past(counts, usual * ends[:days], level, scale, horizon)
    logs = [[_course(one.level, len(one.came), *course) for course in _COURSES] for one in past]
    weights = _weights(past, logs)
    now = level[regime_start(level) :]
    expected = np.exp(weights @ np.array([_course(now, horizon, *course) for course in _COURSES])) * scale[days:]
    width = _width(past, [weights @ np.array(tried) for tried in logs], noise(level), horizon)
    total = np.cumsum(expected)
    return Forecast(expected, total * np.exp(-width), total * np.exp(width))


def _usual(counts: Numbers, start: date, horizon: int) -> tuple[Numbers, Numbers]:
    """What month ends multiply each day by, also the coming ones; and the counts without that, NaN where they stand out."""
    days, weekday = len(counts), weekdays(start, len(counts) + horizon)
    shares = week_profile(counts, weekday[:days])[weekday[:days]]
    ends = month_ends(levels(counts, shares), days_left(start, days + horizon), days + horizon)
    plain = counts / ends[:days]
    return ends, np.where(outlying(levels(plain, shares)), np.nan, plain)


def _past(counts: Numbers, usual: Numbers, level: Numbers, scale: Numbers, horizon: int) -> list[_Past]:
    """The days of the past on which a forecast is tried; none on which it would have had to foresee the present level."""
    days, now = len(counts), regime_start(level)
    origins = range(days - 3, max(_LEAST_PAST, days - _TRIED), -_STEP)
    fair = [day for day in origins if not now or day >= now + 5 or day + horizon <= now]
    return [
        _Past(
            level[regime_start(level[:day]) : day],
            *(of_days[day : min(days, day + horizon)] for of_days in (scale, counts, usual)),
        )
        for day in fair
        if np.isfinite(level[:day]).any()
    ]


def _course(level: Numbers, horizon: int, window: int, trend: bool) -> Numbers:  # noqa: FBT001  # a pair of _COURSES
    """The level of each coming day: the mean of the last `window` days, or these along a damped trend."""
    place = np.flatnonzero(np.isfinite(level))
    known = level[place]
    if not len(known):
        return np.full(horizon, -np.inf)
    if not trend or len(known) < LEAST_DAYS:
        return np.full(horizon, known[-window:].mean())
    span = 2 * window + LEAST_DAYS
    slope = _slope(place[-span:].astype(np.float64), known[-span:])
    last = median(known[-window:] + slope * (len(level) - 1 - place[-window:]))
    return np.asarray(last + slope * np.cumsum(_DAMPING ** np.arange(1, horizon + 1)))


def _slope(place: Numbers, level: Numbers) -> float:
    """The slope of a level a day, shrunk towards 0 the less sure it is."""
    away = place - place.mean()
    spread = float(away @ away)
    slope = float(away @ (level - level.mean())) / spread
    rest = level - level.mean() - slope * away
    doubt = float(rest @ rest) / max(1, len(level) - 2) / spread
    return slope * max(0.0, 1 - 4 * doubt / slope**2) if slope else 0.0


def _weights(past: Sequence[_Past], logs: Sequence[Sequence[Numbers]]) -> Numbers:
    """How much each course counts (they add up to 1): by its errors on the usual days of the past."""
    errors = [
        [_log_error(one.usual, np.exp(tried) * one.scale) for tried in of_courses]
        for one, of_courses in zip(past, logs, strict=True)
    ]
    table = np.abs(np.array([row for row in errors if np.isfinite(row).all()]))
    if not len(table):
        return np.full(len(_COURSES), 1 / len(_COURSES))
    favour = (np.minimum(table, 1.0).mean(axis=0) + 1e-6) ** -float(_FAVOUR)
    return np.asarray(favour / favour.sum())


def _log_error(came: Numbers, expected: Numbers) -> float:
    """The logarithm of what came over what was expected, of the known days; less for few days; NaN where that says nothing."""
    known = np.isfinite(came)
    total, told = came[known].sum(), expected[known].sum()
    if np.count_nonzero(known) < 2 or total <= 0 or total * 1e-9 >= told:  # noqa: PLR2004  # one day is chance
        return float("nan")
    return float(np.log(total / told) * np.sqrt(np.count_nonzero(known) / 7))


def _width(past: Sequence[_Past], logs: Sequence[Numbers], usual: float, horizon: int) -> Numbers:
    """Half the 80 % range of the running totals, as a logarithm: the noise of single days, and the drift of the level."""
    ahead = np.arange(1, horizon + 1)
    by_noise = _NOISE_PART * max(usual, 0.01) ** 2 / ahead
    drifts = [drift for one, log in zip(past, logs, strict=True) if (drift := _drift(one, log, usual)) is not None]
    drift = (sum(drifts) + _ITS_WEIGHT * _USUAL_DRIFT**2) / (len(drifts) + _ITS_WEIGHT)
    return np.asarray(_TENTH * np.sqrt(by_noise + _WIDER * drift * ahead))


def _drift(one: _Past, log: Numbers, usual: float) -> float | None:
    """By how much the level drifted a day after a day of the past, squared, beyond the noise of single days."""
    known = np.isfinite(one.came)
    total, told = one.came[known].sum(), (np.exp(log) * one.scale)[known].sum()
    if total <= 0 or told <= 0:
        return None
    days = int(np.flatnonzero(known)[-1]) + 1
    error = min(abs(float(np.log(total / told))), 1.2)
    return max(0.0, error**2 - _NOISE_PART * max(usual, 0.01) ** 2 / days) / days
