"""Charts: each `draw_*` puts one small table on an Axes and returns nothing.

Bars stand on whole positions and get their labels afterwards, so that equal or empty names never fall together. Labels
are laid out here by counting their cells, which needs no renderer and gives the same picture on every machine.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, cast

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from apiusage_helpers.charts.style import COLOURS, FONT, GRID, HATCHES, INK, LEGENDS, MUTED, PAPER, WIDTH
from apiusage_helpers.text import broken, human, width

ROW = 0.29
_BAR, _LINE, _GAP = 0.2, 0.165, 0.1  # inches: a bar under its label, a line of the label, what lies between two rows
_CELL = 0.086  # inches of one cell
_LABEL_CELLS = int(WIDTH / _CELL) - 1
_FINDINGS = "days of findings"
_LEAST_DAYS, _FEW_DAYS, _MOST_MARKS, _MOST_BARS, _MOST_LABELS = 7, 16, 62, 124, 12
_ROOM_FOR_WORD = 0.45  # of the highest column: a lower one has a word above it, not in it
_LEGEND_ROW, _LEGEND_GAP, _LEGEND_KEY = (
    0.19,
    0.13,
    0.42,
)  # inches: a row, what lies around them, and a key beside its word


@dataclass(frozen=True)
class Bars:
    """Rows of a horizontal bar chart: one label a row, one series of counts an outcome, and a text at each bar's end.

    `muted` rows (the rest of a top n) are drawn in grey; `above` puts long labels over their bars instead of beside them.
    The picture is `wide` inches.
    """

    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    ends: Sequence[str]
    muted: frozenset[int] = frozenset()
    legend: bool = True
    above: bool = False
    wide: float = WIDTH

    @cached_property
    def lines(self) -> list[list[str]]:
        """The lines of each label above its bar."""
        return [broken(label, _LABEL_CELLS) for label in self.labels]

    @property
    def row(self) -> float:
        """The height of a row in inches: the same for all."""
        return _BAR + _GAP + _LINE * max(map(len, self.lines), default=1) if self.above else ROW

    @property
    def legend_height(self) -> float:
        """The height of the legend in inches; 0 without one."""
        return legend_height([LEGENDS[outcome] for outcome in self.series], self.wide) if self.legend else 0

    @property
    def height(self) -> float:
        """The height in inches that the rows need."""
        return len(self.labels) * self.row + 0.1 + self.legend_height


def draw_bars(axes: Axes, bars: Bars) -> None:
    """Stacked horizontal bars, the first row on top, labels beside or above them, texts at the ends."""
    longest = max((sum(values) for values in zip(*bars.series.values(), strict=True)), default=0) or 1
    _place(axes, bars, longest)
    thickness = _BAR / bars.row if bars.above else 0.66
    shift = (1 - thickness) / 2 - _GAP / bars.row / 2 if bars.above else 0
    starts = [0.0] * len(bars.labels)
    for outcome, values in bars.series.items():
        axes.barh([row + shift for row in range(len(values))], values, left=starts, height=thickness, edgecolor=PAPER,
                  color=_row_colours(bars, outcome), hatch=HATCHES[outcome], linewidth=0, label=LEGENDS[outcome])  # fmt: skip
        starts = [start + value for start, value in zip(starts, values, strict=True)]
    for row, (start, text) in enumerate(zip(starts, bars.ends, strict=True)):
        axes.text(start + longest * 0.012, row + shift, text, va="center", ha="left", fontsize=FONT, color=INK)
    _row_labels(axes, bars, shift - thickness / 2)
    if bars.legend:
        _legend(axes)


def _row_colours(bars: Bars, outcome: str) -> list[str]:
    grey = outcome == "successful"
    return [COLOURS["other"] if grey and n in bars.muted else COLOURS[outcome] for n in range(len(bars.labels))]


def _row_labels(axes: Axes, bars: Bars, top: float) -> None:
    """The labels beside their bars, or above them: `top` is a bar's upper edge, from the middle of its row."""
    if bars.above:
        axes.set_yticks([])
        for row, lines in enumerate(bars.lines):
            colour = MUTED if row in bars.muted else INK
            axes.text(
                0, row + top - 0.03 / bars.row, "\n".join(lines), ha="left", va="bottom", color=colour, linespacing=1.05
            )
        return
    axes.set_yticks(range(len(bars.labels)), bars.labels)
    for row in bars.muted:
        axes.get_yticklabels()[row].set_color(MUTED)


def draw_share(axes: Axes, series: Mapping[str, float], texts: Sequence[str]) -> None:
    """One bar of 100 %, cut by outcome, each part labelled below."""
    total = sum(series.values()) or 1
    axes.set_position((0.01, 0.55, 0.98, 0.4))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    start = 0.0
    for outcome, value in series.items():
        axes.barh(0, value / total, left=start, height=0.8, color=COLOURS[outcome], hatch=HATCHES[outcome],
                  edgecolor=PAPER, linewidth=0, label=LEGENDS[outcome])  # fmt: skip
        start += value / total
    for place, text in enumerate(texts):
        axes.text(0, -0.62 - 0.62 * place, text, ha="left", va="top", color=INK)


def draw_days(axes: Axes, days: "Days") -> None:
    """Columns per day, stacked by outcome (steps where there are many); missing days are hatched, silent ones a bare 0."""
    count = len(days.labels)
    columns = (a + b for a, b in zip(*days.series.values(), strict=True))
    highest = max([*columns, *(n for n in days.before if n is not None)], default=0) or 1
    words = [*(LEGENDS[name] for name in days.series), *([days.before_word] if days.before else ())]
    place_days(axes, [*words, *([_FINDINGS] if days.marked else ())])
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
    _earlier(axes, days)
    day_marks(axes, days, base, highest)
    _findings(axes, days, highest)
    day_axis(axes, days)


@dataclass(frozen=True)
class Days:
    """One column a day: its label, counts by outcome, and whether it is missing, provisional or has no figure (`untold`).

    `before` are the counts of the days that it is compared with (None: missing), under the name `before_word`; `marked` the
    days of findings. `form` writes a figure.
    """

    labels: Sequence[str]
    series: Mapping[str, Sequence[float]]
    missing: frozenset[int] = frozenset()
    provisional: frozenset[int] = frozenset()
    untold: frozenset[int] = frozenset()
    before: Sequence[float | None] = ()
    before_word: str = ""
    marked: frozenset[int] = frozenset()
    form: Callable[[float], str] = human


def place_days(axes: Axes, words: Sequence[str]) -> None:
    """The Axes of a picture of days, with room for figures on the left, days below and the `words` of its legend above."""
    wide, high = _size(axes)
    left, right, low, top = 0.52, 0.22, 0.4, legend_height(words, wide)
    axes.set_position((left / wide, low / high, (wide - left - right) / wide, (high - low - top) / high))


def _size(axes: Axes) -> tuple[float, float]:
    """The width and height of the whole picture in inches."""
    wide, high = cast("Figure", axes.figure).get_size_inches()
    return float(wide), float(high)


def _earlier(axes: Axes, days: Days) -> None:
    """The days that these are compared with, as a thin line in the background; of one day it lies across its column."""
    if any(n is not None for n in days.before):
        counts = [float("nan") if n is None else n for n in days.before]
        look: dict[str, Any] = {"color": MUTED, "linewidth": 1.3, "label": days.before_word}
        if len(counts) == 1:
            axes.plot([-0.5, 0.5], counts * 2, **look)
        else:
            axes.plot(range(len(counts)), counts, marker="o", markersize=2.6, **look)


def _findings(axes: Axes, days: Days, highest: float) -> None:
    """A strip under the days of findings."""
    for n, (first, last) in enumerate(_runs(days.marked)):
        label = _FINDINGS if n == 0 else None
        axes.plot([first - 0.4, last + 0.4], [-highest * 0.02] * 2, color=INK, linewidth=3, clip_on=False, label=label,
                  solid_capstyle="butt")  # fmt: skip


def day_marks(axes: Axes, days: Days, tops: Sequence[float], highest: float) -> None:
    """Missing days hatched, each run as one block; on few days their counts, silent days and provisional ones."""
    for first, last in _runs(days.missing):
        middle, width_of_run = (first + last) / 2, last - first + 0.9
        axes.bar(middle, highest, width=width_of_run, color=GRID, hatch="////", edgecolor=PAPER, linewidth=0)
        if len(tops) <= _MOST_MARKS or width_of_run * 12 > len(tops):
            axes.text(middle, highest * 0.5, "missing", rotation=90, ha="center", va="center", fontsize=FONT, color=INK)
    if len(tops) <= _MOST_MARKS:
        _day_texts(axes, days, tops, highest)


def _day_texts(axes: Axes, days: Days, tops: Sequence[float], highest: float) -> None:
    """The figures of few days, those that are 0 of many, and what is provisional."""
    wide, _ = _size(axes)
    room = (wide - 0.6) / max(len(tops), _LEAST_DAYS)
    few = len(tops) <= _FEW_DAYS and max((width(days.form(top)) for top in tops), default=0) * _CELL <= room
    for place, top in enumerate(tops):
        if place not in days.missing | days.untold and (few or top == 0):
            count = axes.text(
                place, top + highest * 0.015, days.form(top), ha="center", va="bottom", fontsize=FONT, color=INK
            )
            if days.before:  # their line may run behind it
                count.set_bbox({"facecolor": PAPER, "edgecolor": "none", "pad": 0.5})
        if place in days.provisional:
            inside = top > highest * _ROOM_FOR_WORD
            base = highest * 0.03 if inside else top + highest * 0.11
            word = axes.text(
                place, base, "provisional", rotation=90, ha="center", va="bottom", fontsize=FONT, color=INK
            )
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
    step = max(1, -(-count // min(_MOST_LABELS, int((_size(axes)[0] - 0.6) / (widest * _CELL + 0.06)))))
    places = range(count - 1, -1, -step)
    axes.set_xticks(list(places), [days.labels[place] for place in places], fontsize=FONT)
    axes.tick_params(length=0)
    axes.yaxis.set_major_locator(
        MaxNLocator(5, integer=days.form is human, steps=[1, 2, 5, 10])
    )  # whose short counts are exact
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: days.form(value).replace(".0", "")))
    _legend(axes)


def _place(axes: Axes, bars: Bars, longest: float) -> None:
    """The Axes beside the labels: margins by the widest label and end text."""
    wide, _ = _size(axes)
    left = 0.02 if bars.above else max(map(width, bars.labels), default=0) * _CELL + 0.12
    right = max(map(width, bars.ends), default=0) * _CELL * 0.95 + 0.1
    high = (bars.height - bars.legend_height) / bars.height - 0.02
    axes.set_position((left / wide, 0.02, (wide - left - right) / wide, high))
    axes.set_xlim(0, longest)
    axes.set_ylim(len(bars.labels) - 0.5, -0.5)
    axes.tick_params(length=0)
    axes.set_xticks([])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def legend_height(words: Sequence[str], wide: float) -> float:
    """The height in inches of a legend of these words in a picture that is `wide` inches wide."""
    return -(-len(words) // _legend_columns(words, wide)) * _LEGEND_ROW + _LEGEND_GAP


def _legend_columns(words: Sequence[str], wide: float) -> int:
    """How many words of a legend fit beside each other, in columns."""
    rooms = [width(word) * _CELL + _LEGEND_KEY for word in words]
    for columns in range(len(words), 1, -1):
        long, rest = divmod(len(words), columns)
        starts = [n * long + min(n, rest) for n in range(columns + 1)]  # the first columns hold what is left over
        if sum(max(rooms[start:end]) for start, end in pairwise(starts)) <= wide:
            return columns
    return 1


def _legend(axes: Axes) -> None:
    """The legend at the upper left of the whole picture."""
    columns = _legend_columns(axes.get_legend_handles_labels()[1], _size(axes)[0])
    axes.figure.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2, handlelength=1.2,
                             handletextpad=0.5, columnspacing=0.9)  # fmt: skip
