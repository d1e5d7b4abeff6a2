"""Requests per day as stepped areas, one an outcome: a hundred days are five shapes, not five hundred bars."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import cast

from matplotlib.axes import Axes
from matplotlib.patches import StepPatch

from apiusage_helpers.charts.bars import Days, day_axis, day_marks, place_days
from apiusage_helpers.charts.style import COLOURS, HATCHES, LEGENDS, PAPER

_ROOM_ABOVE = 1.16


def draw_areas(axes: Axes, days: Days) -> None:
    """The outcomes of each day on top of each other as steps; missing days hatched, silent ones a bare 0."""
    count, tops = len(days.labels), _tops(days.series)
    highest = max(tops[-1], default=0) or 1
    place_days(axes, [LEGENDS[outcome] for outcome in days.series])
    axes.set_xlim(-0.6, count - 0.4)
    axes.set_ylim(0, highest * _ROOM_ABOVE)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    edges = [place - 0.5 for place in range(count + 1)]
    for outcome, base, top in zip(days.series, tops, tops[1:], strict=False):
        steps = StepPatch(
            top, edges, baseline=cast("float", base), fill=True, linewidth=0, facecolor=COLOURS[outcome], hatch=HATCHES[outcome],
            edgecolor=PAPER, label=LEGENDS[outcome],
        )  # fmt: skip
        axes.add_artist(steps)  # `axes.stairs` would also walk along each edge for limits that stand already
    day_marks(axes, days, tops[-1], highest)
    day_axis(axes, days)


def _tops(series: Mapping[str, Sequence[float]]) -> list[list[float]]:
    """The lower edge of the first outcome, then the upper edge of each."""
    count = len(next(iter(series.values())))
    return list(
        accumulate(
            series.values(), lambda below, values: [a + b for a, b in zip(below, values, strict=True)], initial=[0.0] * count
        )
    )  # fmt: skip
