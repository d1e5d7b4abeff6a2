"""The rhythm of daily requests: weekdays, month ends, days that stand out, and the day from which the present level holds.

All by medians, so that a holiday, an outage or a batch changes little. Figures are requests a day; NaN is a day that is
not known. A level is the logarithm of requests a day without the rhythm of the week.
"""

from datetime import date, timedelta
from itertools import groupby

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
_WEEK, _HALF_WEEK = 7, 3
_PROFILE_DAYS, _REGIME_DAYS = 70, 42
_QUIET = 0.03  # of a mean day: a weekday below it says nothing of the level
_FLOOR = 1e-3  # of the highest day: a lower one counts as this, so that a day of 0 has a level
_LAST_DAYS, _LEAST_ENDS = (1, 2, 3), 2
_LEAST_RISE = 0.25  # in a logarithm: what a month's end must bring to be one
_FAR, _LEAST_FAR = 4.5, 0.25
_LEAST_SHIFT, _SURE = 0.12, 3.5


def weekdays(first_day: date, days: int) -> Places:
    """The weekday (Monday 0) of each of so many days."""
    return (np.arange(days) + first_day.weekday()) % _WEEK


def days_left(first_day: date, days: int) -> Places:
    """How many days of its month are left on each day, itself among them: 1 on the last."""
    dates = [first_day + timedelta(days=place) for place in range(days)]
    firsts = [(day.replace(day=28) + timedelta(days=4)).replace(day=1) for day in dates]
    return np.array([(first - day).days for first, day in zip(firsts, dates, strict=True)], dtype=np.intp)


def week_profile(counts: Numbers, weekday: Places) -> Numbers:
    """What each weekday has of a mean day (seven figures whose mean is 1), by the last ten weeks."""
    week = _windows(counts, _HALF_WEEK)
    mean = np.nanmean(week, axis=1)
    place = np.arange(len(counts))
    inner = (place >= _HALF_WEEK) & (place < len(counts) - _HALF_WEEK) & (place >= len(counts) - _PROFILE_DAYS)
    ratio = np.where(inner & (mean > 0), counts / mean, np.nan)
    medians = np.array(
        [np.nanmedian(ratio[weekday == day]) if (weekday == day).any() else np.nan for day in range(_WEEK)]
    )
    profile = np.where(np.isfinite(medians), medians, 1.0)
    return profile / profile.mean() if profile.mean() > 0 else np.ones(_WEEK)


def levels(counts: Numbers, shares: Numbers) -> Numbers:
    """The level of each day, `shares` being what its weekday has of a mean day; NaN where a day says nothing of it."""
    plain = np.where(shares > _QUIET, counts / np.maximum(shares, _QUIET), np.nan)
    known = plain[np.isfinite(plain)]
    highest = known[-_PROFILE_DAYS:].max() if len(known) else 0.0
    return np.log(np.maximum(plain, highest * _FLOOR)) if highest > 0 else np.full(len(counts), np.nan)


def month_ends(level: Numbers, left: Places, days: int) -> Numbers:
    """By what each of `days` days is multiplied because the month ends: 1, unless two or more months showed the same."""
    above = level - medians(_windows(level, _WEEK))
    factors = np.ones(days)
    for last in _LAST_DAYS:
        seen = above[(left[: len(level)] == last) & np.isfinite(above)]
        if len(seen) >= _LEAST_ENDS and seen.min() > _LEAST_RISE:
            factors[left == last] = np.exp(np.median(seen))
    return factors


def noise(level: Numbers) -> float:
    """How much a level changes from day to day: a standard deviation, by the last six weeks."""
    steps = np.diff(level[np.isfinite(level)][-_REGIME_DAYS - 1 :])
    if not len(steps):
        return 0.0
    return float(1.4826 * median(np.abs(steps - median(steps))) / np.sqrt(2))


def outlying(level: Numbers) -> npt.NDArray[np.bool_]:
    """Which days stand far off the days around them, and are no more than two in a row: holidays, outages, batches."""
    off = level - medians(_windows(level, 5))
    known = np.abs(off[np.isfinite(off)])
    usual = max(1.4826 * median(known) if len(known) else 0.0, 0.02)
    side = np.where(np.abs(off) > max(_LEAST_FAR, _FAR * usual), np.sign(off), 0.0)
    runs = [list(run) for _, run in groupby(np.nan_to_num(side))]
    return np.concatenate([np.full(len(run), run[0] != 0 and len(run) <= 2) for run in runs])  # noqa: PLR2004  # as it says


def regime_start(level: Numbers) -> int:
    """The place of the day since which the present level holds: after the sharpest lasting jump of six weeks, else 0."""
    first = max(0, len(level) - _REGIME_DAYS - 2 * _WEEK)
    recent = _filled(level[first:])
    if len(recent) < 2 * _WEEK:
        return 0
    threes = np.sort(np.lib.stride_tricks.sliding_window_view(recent, _HALF_WEEK), axis=1)[:, _HALF_WEEK // 2]
    places = np.arange(max(5, len(recent) - _REGIME_DAYS), len(recent) - 2)
    jumps = threes[places] - threes[places - _HALF_WEEK]
    usual = max(noise(level), 0.01)
    large = np.abs(jumps) > max(_LEAST_SHIFT, _SURE * usual * np.sqrt(2 / 3))
    sharpness = {
        int(place): _sharpness(recent, int(place), float(jump), usual)
        for place, jump in zip(places[large], jumps[large], strict=True)
    }
    best = max(sharpness, key=sharpness.__getitem__, default=0)
    return first + best if sharpness.get(best, 0.0) > 0 else 0


def _sharpness(recent: Numbers, place: int, jump: float, usual: float) -> float:
    """How sharp the jump at `place` is; 0 where the levels of two weeks on either side do not differ by it."""
    before, after = recent[max(0, place - 2 * _WEEK) : place], recent[place : place + 2 * _WEEK]
    lasting = median(after) - median(before)
    sure = _SURE * usual * np.sqrt(1 / len(after) + 1 / len(before))
    same = np.sign(lasting) == np.sign(jump) and abs(lasting) >= abs(jump) / 2 and abs(jump) >= 0.6 * abs(lasting)
    if not same or abs(lasting) < max(_LEAST_SHIFT, sure):
        return 0.0
    return float(abs(after[:3].mean() - before[-3:].mean()) + abs(after[0] - before[-1]))


def median(figures: Numbers) -> float:
    """The median of a few figures, none of them NaN; numpy's own asks so much first that it takes several times as long.

    >>> median(np.array([3.0, 1.0, 2.0])), median(np.array([4.0, 1.0]))
    (2.0, 2.5)
    """
    ordered, half = np.sort(figures), len(figures) // 2
    return float(ordered[half] if len(figures) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def medians(rows: Numbers) -> Numbers:
    """The median of each row without its NaN; NaN where there is nothing else. numpy's own goes by masked arrays, slowly.

    >>> medians(np.array([[3.0, np.nan, 1.0], [2.0, 4.0, 9.0], [np.nan, np.nan, np.nan]]))
    array([ 2.,  4., nan])
    """
    if not rows.shape[1]:
        return np.full(len(rows), np.nan)
    ordered, last = np.sort(rows, axis=1), np.count_nonzero(~np.isnan(rows), axis=1) - 1
    place = np.arange(len(rows))
    middle: Numbers = (ordered[place, last // 2] + ordered[place, (last + 1) // 2]) / 2
    return middle


def _windows(figures: Numbers, half: int) -> Numbers:
    """For each figure those from `half` before to `half` after it; NaN beyond the ends."""
    edge = np.full(half, np.nan)
    return np.lib.stride_tricks.sliding_window_view(np.concatenate([edge, figures, edge]), 2 * half + 1)


def _filled(level: Numbers) -> Numbers:
    """The level with unknown days between their neighbours; nothing where too few days are known."""
    known = np.isfinite(level)
    if np.count_nonzero(known) < 10:  # noqa: PLR2004  # fewer show no two levels
        return np.empty(0)
    place = np.arange(len(level))
    return np.interp(place, place[known], level[known])
