"""Hatches as plain lines in an SVG.

matplotlib writes a hatch as an SVG pattern. Printers and PDF writers turn patterns into images: a printed page of the
report was 15 MB. Here the lines of a hatch are cut by the outline of what they fill, so a picture is nothing but paths and text.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.transforms import Transform

STEP = 4.0  # points between two lines, across or down
_TENTH = 10
# For each sign of a hatch: a line is where across * x + down * y is the same (y grows downwards).
_LINES = {"/": (1, 1), "\\": (1, -1), "-": (0, 1), "x": (1, 1), "x'": (1, -1)}
Points = np.ndarray[Any, np.dtype[np.float64]]


class LineHatchRenderer(RendererSVG):  # type: ignore[misc]  # matplotlib is untyped here
    """matplotlib's own writer of SVG, but for hatches."""

    def draw_path(self, gc: Any, path: Path, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803  # as in matplotlib
        """The filled path, and its hatch as a path of lines upon it."""
        hatch = gc.get_hatch()
        gc.set_hatch(None)
        super().draw_path(gc, path, transform, rgbFace)
        gc.set_hatch(hatch)
        if hatch is None:
            return
        outlines: Any = path.to_polygons(self._make_flip_transform(transform))
        lines = hatch_lines(outlines, hatch)
        if lines:
            style = f"fill: none; stroke: {to_hex(gc.get_hatch_color())}; stroke-width: {gc.get_hatch_linewidth()}"
            self.writer.element("path", d=lines, style=style)


def hatch_lines(polygons: Sequence[Points], hatch: str) -> str:
    """The lines of a hatch inside polygons (of x, y in points) as the text of an SVG path, to a tenth of a point.

    >>> hatch_lines([np.array([(0, 0), (8, 0), (8, 6), (0, 6), (0, 0)])], "----")
    'M0 4h8'
    """
    kinds = ("x", "x'") if "x" in hatch else (hatch[0],)
    return "".join(_lines(polygon, *_LINES[kind]) for polygon in polygons for kind in kinds)


def _lines(polygon: Points, across: int, down: int) -> str:
    """The pieces of one family of parallel lines, on a grid that starts at 0: neighbours go on in each other."""
    starts, ends = polygon[:-1], polygon[1:]
    a, b = (edge @ (across, down) for edge in (starts, ends))
    grid = np.arange(np.floor(min(a) / STEP) + 1, np.ceil(max(a) / STEP)) * STEP if len(a) else np.array([])
    places, edges = np.nonzero((a <= grid[:, None]) != (b <= grid[:, None]))
    part = (grid[places] - a[edges]) / (b - a)[edges]
    crossings = starts[edges] + part[:, None] * (ends - starts)[edges]
    crossings = crossings[np.lexsort((crossings[:, 0], places))]
    tenths = np.rint(crossings * _TENTH).astype(int).reshape(-1, 2, 2).tolist()
    return "".join(_piece(x, y, right - x, low - y) for (x, y), (right, low) in tenths if (x, y) != (right, low))


def _piece(x: int, y: int, right: int, low: int) -> str:
    rest = f"l{_short(right)}{'' if low < 0 else ' '}{_short(low)}" if low else f"h{_short(right)}"
    return f"M{_short(x)} {_short(y)}{rest}"


def _short(tenths: int) -> str:
    return f"{tenths / _TENTH:g}"
