"""Charts: each `draw_*` puts one small table on an Axes and returns nothing.

Bars stand on whole positions and get their labels afterwards, so that equal or empty names never fall together. Labels
are laid out here by counting their cells, which needs no renderer and gives the same picture on every machine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from apiusage_helpers.charts.style import COLOURS, GRID, HATCHES, INK, LEGENDS, MUTED, PAPER, WIDTH
from apiusage_helpers.text import human, width

ROW = 0.29
TALL_ROW = 0.42
_CELL = 0.077
_LEAST_DAYS, _FEW_DAYS, _MOST_MARKS, _MOST_BARS, _MOST_LABELS = 7, 16, 62, 124, 12
_ROOM_FOR_WORD = 0.45  # of the highest column: a lower one has a word above it, not in it
_LEGEND = 0.32


@dataclass(frozen=True)
class Bars:
    """Rows of a horizontal bar chart: one label a row, one series of counts an outcome, and a text at each bar's end.

    `muted` rows (the rest of a top n) are drawn in grey; `above` puts long labels over their bars instead of beside them.
    """

    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    ends: Sequence[str]
    muted: frozenset[int] = frozenset()
    legend: bool = True
    above: bool = False

    @property
    def height(self) -> float:
        """The height in inches that the rows need."""
        return len(self.labels) * (TALL_ROW if self.above else ROW) + 0.1 + (_LEGEND if self.legend else 0)


def draw_bars(axes: Axes, bars: Bars) -> None:
    """Stacked horizontal bars, the first row on top, labels beside or above them, texts at the ends."""
    longest = max((sum(values) for values in zip(*bars.series.values(), strict=True)), default=0) or 1
    _place(axes, bars, longest)
    shift, thickness = (0.14, 0.42) if bars.above else (0, 0.66)
    starts = [0.0] * len(bars.labels)
    for outcome, values in bars.series.items():
        axes.barh([row + shift for row in range(len(values))], values, left=starts, height=thickness, edgecolor=PAPER,
                  color=_row_colours(bars, outcome), hatch=HATCHES[outcome], linewidth=0, label=LEGENDS[outcome])  # fmt: skip
        starts = [start + value for start, value in zip(starts, values, strict=True)]
    for row, (start, text) in enumerate(zip(starts, bars.ends, strict=True)):
        axes.text(start + longest * 0.012, row + shift, text, va="center", ha="left", fontsize=8.5, color=INK)
    _row_labels(axes, bars)
    if bars.legend:
        _legend(axes)


def _row_colours(bars: Bars, outcome: str) -> list[str]:
    grey = outcome == "successful"
    return [COLOURS["other"] if grey and n in bars.muted else COLOURS[outcome] for n in range(len(bars.labels))]


def _row_labels(axes: Axes, bars: Bars) -> None:
    if bars.above:
        axes.set_yticks([])
        for row, label in enumerate(bars.labels):
            axes.text(0, row - 0.26, label, ha="left", va="center", color=MUTED if row in bars.muted else INK)
        return
    axes.set_yticks(range(len(bars.labels)), bars.labels)
    for row in bars.muted:
        axes.get_yticklabels()[row].set_color(MUTED)


def draw_share(axes: Axes, series: Mapping[str, float], texts: Sequence[str]) -> None:
    """One bar of 100 %, cut by outcome, each part labelled below."""
    total = sum(series.values()) or 1
    axes.set_position((0.01, 0.45, 0.98, 0.5))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    start = 0.0
    for outcome, value in series.items():
        axes.barh(0, value / total, left=start, height=0.8, color=COLOURS[outcome], hatch=HATCHES[outcome],
                  edgecolor=PAPER, linewidth=0, label=LEGENDS[outcome])  # fmt: skip
        start += value / total
    for place, text in enumerate(texts):
        side = "left" if place == 0 else "right"
        axes.text(float(place), -0.62, text, ha=side, va="top", color=INK, fontsize=9.5)


def draw_days(axes: Axes, days: "Days") -> None:
    """Columns per day, stacked by outcome (steps where there are many); missing days are hatched, silent ones a bare 0."""
    count = len(days.labels)
    highest = max((a + b for a, b in zip(*days.series.values(), strict=True)), default=0) or 1
    axes.set_position((0.075, 0.15, 0.895, 0.72))
    spare = max(0, _LEAST_DAYS - count) / 2
    axes.set_xlim(-0.6 - spare, count - 0.4 + spare)
    axes.set_ylim(0, highest * 1.16)
    axes.grid(axis="y")
    axes.spines["left"].set_visible(False)
    base = [0.0] * count
    for outcome, values in days.series.items():
        tops = [b + v for b, v in zip(base, values, strict=True)]
        look: dict[str, Any] = {
            "facecolor": COLOURS[outcome], "hatch": HATCHES[outcome], "edgecolor": PAPER, "label": LEGENDS[outcome],
        }  # fmt: skip
        if count > _MOST_BARS:
            axes.fill_between(range(count), base, tops, step="mid", linewidth=0, **look)
        else:
            axes.bar(range(count), values, bottom=base, width=0.72, linewidth=0, **look)
        base = tops
    day_marks(axes, days, base, highest)
    day_axis(axes, days)


@dataclass(frozen=True)
class Days:
    """One column a day: its label, counts by outcome, and whether it is missing, silent or provisional."""

    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    missing: frozenset[int] = frozenset()
    provisional: frozenset[int] = frozenset()


def day_marks(axes: Axes, days: Days, tops: Sequence[float], highest: float) -> None:
    """Missing days hatched, each run as one block; on few days their counts, silent days and provisional ones."""
    for first, last in _runs(days.missing):
        middle, width_of_run = (first + last) / 2, last - first + 0.9
        axes.bar(middle, highest, width=width_of_run, color=GRID, hatch="////", edgecolor=PAPER, linewidth=0)
        if len(tops) <= _MOST_MARKS or width_of_run * 12 > len(tops):
            axes.text(middle, highest * 0.5, "missing", rotation=90, ha="center", va="center", fontsize=8, color=INK)
    if len(tops) <= _MOST_MARKS:
        _day_texts(axes, days, tops, highest)


def _day_texts(axes: Axes, days: Days, tops: Sequence[float], highest: float) -> None:
    """The counts of few days, the 0 of silent ones, and what is provisional."""
    for place, top in enumerate(tops):
        if place not in days.missing and (len(tops) <= _FEW_DAYS or top == 0):
            axes.text(place, top + highest * 0.015, human(top), ha="center", va="bottom", fontsize=8.5, color=INK)
        if place in days.provisional:
            inside = top > highest * _ROOM_FOR_WORD
            base = highest * 0.03 if inside else top + highest * 0.11
            word = axes.text(place, base, "provisional", rotation=90, ha="center", va="bottom", fontsize=8, color=INK)
            if inside:  # whatever the colours of the column
                word.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 1.5})


def _runs(places: Collection[int]) -> list[tuple[int, int]]:
    """First and last of each run of neighbours."""
    starts = sorted(place for place in places if place - 1 not in places)
    ends = sorted(place for place in places if place + 1 not in places)
    return list(zip(starts, ends, strict=True))


def day_axis(axes: Axes, days: Days) -> None:
    """At most as many labels as fit, the newest day among them, and short whole counts on the other axis."""
    count = len(days.labels)
    widest = max((width(line) for label in days.labels for line in label.splitlines()), default=0)
    step = max(1, -(-count // min(_MOST_LABELS, int(WIDTH * 0.895 / (widest * _CELL + 0.06)))))
    places = range(count - 1, -1, -step)
    axes.set_xticks(list(places), [days.labels[place] for place in places], fontsize=8.5)
    axes.tick_params(length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, steps=[1, 2, 5, 10]))  # whose short counts are exact
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: human(value).replace(".0", "")))
    _legend(axes)


def _place(axes: Axes, bars: Bars, longest: float) -> None:
    """The Axes beside the labels: margins by the widest label and end text."""
    left = 0.02 if bars.above else max(map(width, bars.labels), default=0) * _CELL + 0.12
    right = max(map(width, bars.ends), default=0) * _CELL * 0.95 + 0.1
    legend = _LEGEND if bars.legend else 0
    axes.set_position((left / WIDTH, 0.02, (WIDTH - left - right) / WIDTH, (bars.height - legend) / bars.height - 0.02))
    axes.set_xlim(0, longest)
    axes.set_ylim(len(bars.labels) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _legend(axes: Axes) -> None:
    """The legend at the upper left of the whole picture."""
    axes.figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=5, borderaxespad=0.2, handlelength=1.4,
                             columnspacing=1.1)  # fmt: skip
