"""A sparkline: the requests of each day as a thin line, small enough to stand in a row of a table."""

import base64
from collections.abc import Callable, Sequence
from html import escape
from itertools import groupby

from apiusage_helpers.text import whole

WIDTH, HEIGHT = 120, 24
_STYLE = (
    "polyline{fill:none;stroke:#0b5cad;stroke-width:1.5;stroke-linejoin:round}circle{fill:#0b5cad}"
    "@media(prefers-color-scheme:dark){polyline{stroke:#7cb8ff}circle{fill:#7cb8ff}}"
)


def sparkline(
    days: Sequence[float | None], told: str = "Requests per day", form: Callable[[float], str] = whole
) -> str:
    """An <img> of one figure a day, with a gap where a day is missing (None); nothing without days.

    In words it is `told`, with the lowest, highest and last figure as `form` writes them.
    """
    known = [count for count in days if count is not None]
    if not known:
        return ""
    alt = f"{told}: lowest {form(min(known))}, highest {form(max(known))}, last {form(known[-1])}"
    data = base64.b64encode(sparkline_svg(days).encode()).decode()
    return f'<img width="{WIDTH}" height="{HEIGHT}" alt="{escape(alt)}" src="data:image/svg+xml;base64,{data}">'


def sparkline_svg(days: Sequence[float | None]) -> str:
    """The picture itself: a line from zero up, one point a day."""
    top = max((count for count in days if count is not None), default=0) or 1
    step = (WIDTH - 4) / max(1, len(days) - 1)
    places = [
        None if count is None else (round(2 + step * n, 1), round(HEIGHT - 2 - (HEIGHT - 4) * count / top, 1))
        for n, count in enumerate(days)
    ]
    shapes = "".join(
        _shape([place for place in run if place])
        for there, run in groupby(places, key=lambda p: p is not None)
        if there
    )
    box = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box}><style>{_STYLE}</style>{shapes}</svg>'


def _shape(points: Sequence[tuple[float, float]]) -> str:
    """A line through the points; one alone is a dot."""
    if len(points) == 1:
        return f'<circle cx="{points[0][0]}" cy="{points[0][1]}" r="1.8"/>'
    return f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}"/>'
