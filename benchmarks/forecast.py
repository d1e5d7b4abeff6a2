"""The forecast of one organization against "same weekdays last week" and, where they are there, statsmodels and statsforecast.

Promises: under 50 ms for one organization; on series that move, nearer than last week in at least 75 % of the cases and with
at most 0.6 of its error. The two libraries belong to no environment of the kit; make one for them (statsforecast asks for
pandas below 3):

    python3 -m venv other && other/bin/pip install numpy 'pandas<3' statsmodels statsforecast
    other/bin/python benchmarks/forecast.py
"""

import importlib.util
import statistics
import sys
import time
import types
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "insights")]
SEEDS = range(95_000, 95_015)


def without_the_rest(*names: str) -> None:
    """The packages by their folders alone: the forecast needs numpy only, and not what its room imports beside it."""
    for name in names:
        package = types.ModuleType(name)
        package.__path__ = [str(ROOT / name.replace(".", "/"))]
        sys.modules[name] = package


without_the_rest("apiusage_helpers", "apiusage_helpers.insights")

from series import KINDS, MOVING, judged, series  # noqa: E402  # after the packages

from apiusage_helpers.insights.forecast import forecast  # noqa: E402


@dataclass(frozen=True)
class Told:
    """What another library told, in the words of the kit's own forecast."""

    daily: Any
    total_low: Any
    total_high: Any


def by_ets(history: Any, _first: date, horizon: int) -> Told:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # noqa: PLC0415  # where it is there

    model = ETSModel(
        np.maximum(history, 1e-3), error="add", trend="add", damped_trend=True, seasonal="add", seasonal_periods=7
    )
    daily = np.maximum(model.fit(disp=False).forecast(horizon), 0)
    return Told(daily, np.cumsum(daily), np.cumsum(daily))


def by_statsforecast(name: str) -> Callable[[Any, date, int], Told]:
    from statsforecast import models  # noqa: PLC0415  # as above

    made = models.AutoETS(season_length=7) if name == "AutoETS" else models.MSTL(season_length=7)

    def told(history: Any, _first: date, horizon: int) -> Told:
        daily = np.maximum(made.forecast(y=history.astype(float), h=horizon)["mean"], 0)
        return Told(daily, np.cumsum(daily), np.cumsum(daily))

    return told


def measure(name: str, tool: Callable[[Any, date, int], Any]) -> None:
    """One line a tool: how often it was nearer than last week, its error as a part of last week's, and its time."""
    seconds, found = [], []
    for kind in KINDS:
        for seed in SEEDS:
            one = series(kind, seed)
            started = time.perf_counter()
            found += judged(one, tool)
            seconds.append((time.perf_counter() - started) / 4)
    print(
        f"{name:24}"
        + "".join(f" {part:>14}" for part in parts(found))
        + f" {statistics.median(seconds) * 1000:8.1f} ms"
    )


def parts(found: list[Any]) -> list[str]:
    groups = (MOVING, ("steady", "wandering"), ("come_and_go",), ("month_end",))
    return [figures([one for one in found if one.kind in kinds]) for kinds in groups]


def figures(found: list[Any]) -> str:
    error, base = (
        statistics.mean(float(getattr(one, name)) / one.total for one in found) for name in ("error", "baseline")
    )
    return f"{statistics.mean(float(one.error < one.baseline) for one in found):.0%} {error / base:.2f}"


def main() -> None:
    print(
        f"{len(KINDS) * len(SEEDS)} series, 4 days each: nearer than last week, error as a part of last week's; median time"
    )
    print(f"{'':24}" + "".join(f" {name:>14}" for name in ("moving", "steady, wander", "come and go", "month's end")))
    measure("the kit's", forecast)
    for package, tools in (
        ("statsmodels", {"statsmodels ETS": lambda: by_ets}),
        (
            "statsforecast",
            {f"statsforecast {name}": lambda name=name: by_statsforecast(name) for name in ("AutoETS", "MSTL")},
        ),
    ):
        if importlib.util.find_spec(package) is None:
            print(f"NOT MEASURED: {package} is not installed here; the top of this file tells how")
            continue
        for name, tool in tools.items():
            measure(name, tool())


if __name__ == "__main__":
    main()
