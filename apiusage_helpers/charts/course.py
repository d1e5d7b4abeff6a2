"""A course: running totals day by day against a limit, counted so far and expected with its range."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from apiusage_helpers.charts.bars import Days, day_axis, place_days
from apiusage_helpers.charts.style import COLOURS, FONT, INK, MUTED, PAPER
from apiusage_helpers.text import human

_ROOM_ABOVE = 1.2
_BELOW_ZERO = 7  # points: the label of a first day stands under the 0 of the other axis


@dataclass(frozen=True)
class Course:
    """One label a day; `counted` are the running totals of the first days, the others those of the days after them.

    `limit` is drawn as a line across, with the word `limit_word` (None: no line).
    """

    labels: Sequence[str]
    counted: Sequence[float]
    expected: Sequence[float] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    limit: float | None = None
    limit_word: str = ""


def draw_course(axes: Axes, course: Course) -> None:
    """The counted days as columns, the expected ones as a dashed line from there in its range to a dot, and the limit across."""
    count, done = len(course.labels), len(course.counted)
    highest = max((*course.counted, *course.high, course.limit or 0), default=0) or 1
    words = ["used", *(["80 % range", "expected"] if course.expected else ())]
    place_days(axes, words if course.limit is None else [*words, course.limit_word])
    axes.set_xlim(-0.6, count - 0.4)
    axes.set_ylim(0, highest * _ROOM_ABOVE)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    axes.bar(
        range(done), course.counted, width=0.72, linewidth=0, color=COLOURS["successful"], edgecolor=PAPER, label="used"
    )
    if course.expected:
        last = course.counted[-1:]  # where what is expected goes on, so that one coming day is a line too
        coming = range(done - len(last), done + len(course.expected))
        low, high, expected = ((*last, *totals) for totals in (course.low, course.high, course.expected))
        axes.fill_between(coming, low, high, color=COLOURS["other"], alpha=0.35, linewidth=0, label="80 % range")
        look: dict[str, Any] = {"color": INK, "zorder": 3}  # over the limit
        axes.plot(coming, expected, linewidth=1.6, linestyle="--", label="expected", **look)
        axes.plot(coming[-1], expected[-1], marker="o", markersize=4, **look)
    if course.limit is not None:
        axes.axhline(course.limit, color=COLOURS["failed"], linewidth=1.6, label=course.limit_word)
        axes.text(
            -0.5,
            course.limit + highest * 0.015,
            human(course.limit),
            ha="left",
            va="bottom",
            fontsize=FONT,
            color=MUTED,
        )
    day_axis(axes, Days(course.labels, {}))
    axes.tick_params(axis="x", pad=_BELOW_ZERO)
