"""How the pictures look: colours, hatches, type, and an SVG that follows the reader's light or dark mode.

Colours are Okabe and Ito's, which colour-blind readers tell apart; every outcome also has a hatch of its own, so that
nothing is said by colour alone. Text stays text in the SVG. Nothing is drawn through pyplot: no global state, no
window, the same bytes for the same table.
"""

import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from apiusage_helpers.charts.hatches import LineHatchRenderer

INK, MUTED, GRID, PAPER = "#101418", "#5b6672", "#dfe3e8", "#fffffe"
_DARK = {INK: "#eef1f4", MUTED: "#a3adb8", GRID: "#343c46", PAPER: "#14181d"}
_NAMES = {INK: "ink", MUTED: "muted", GRID: "grid", PAPER: "paper"}

COLOURS = {
    "succeeded": "#009e73",
    "redirected": "#56b4e9",
    "client_errors": "#e69f00",
    "throttled": "#f0e442",
    "server_errors": "#d55e00",
    "successful": "#009e73",
    "failed": "#d55e00",
    "other": "#8d99a6",
    "filtered": "#0072b2",
    "unfiltered": "#8d99a6",
    "other_failures": "#d55e00",
}
HATCHES = {
    "succeeded": "",
    "redirected": "----",
    "client_errors": "////",
    "throttled": "xxxx",
    "server_errors": "\\\\\\\\",
    "successful": "",
    "failed": "////",
    "other": "",
    "filtered": "",
    "unfiltered": "",
    "other_failures": "////",
}
LEGENDS = {
    "succeeded": "2xx succeeded",
    "redirected": "3xx redirected",
    "client_errors": "4xx without 429",
    "throttled": "429 too many requests",
    "server_errors": "5xx server error",
    "successful": "successful (2xx, 3xx)",
    "failed": "failed (4xx, 5xx)",
    "filtered": "under the filter",
    "unfiltered": "the rest",
    "other_failures": "other failures (4xx, 5xx)",
}

WIDTH = 4.2  # inches of a card's picture, whose letters a phone still shows at 11 pixels
WIDE = 9.5  # inches of a picture that has a row of its own
_DPI = 72
FONT = 10.0
_SETTINGS = {
    "font.family": ["DejaVu Sans"],
    "font.size": FONT,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "api-usage",
    "hatch.color": PAPER,
    "hatch.linewidth": 0.8,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": FONT,
}
_FONTS = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans CJK SC', sans-serif"


@contextmanager
def _own_settings() -> Iterator[None]:
    """The library's defaults and the kit's settings: what a user has set for other pictures changes nothing."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_SETTINGS)
        yield


def drawn(height: float, draw: Callable[[Axes], None], width: float = WIDTH) -> tuple[Figure, str]:
    """The figure of `width` and `height` inches that `draw` makes on one Axes, and its SVG text."""
    with _own_settings(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # names in scripts that the measuring font lacks
        logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
        figure = Figure(figsize=(width, height), dpi=_DPI)
        axes = figure.add_axes((0, 0, 1, 1))
        figure.patch.set_visible(False)
        axes.patch.set_visible(False)
        draw(axes)
        written = io.StringIO()
        size = {"width": width * _DPI, "height": height * _DPI}
        renderer = LineHatchRenderer(**size, svgwriter=written, metadata={"Date": None, "Creator": None})
        figure.draw(renderer)
        renderer.finalize()
    return figure, _themed(written.getvalue())


def _themed(svg: str) -> str:
    """The SVG with its ink and paper as variables, and the reader's own fonts."""
    for colour, name in _NAMES.items():
        svg = svg.replace(colour, f"var(--{name})")
    svg = svg.replace("font-family: 'DejaVu Sans'", f"font-family: {_FONTS}")
    light = ";".join(f"--{name}:{colour}" for colour, name in _NAMES.items())
    dark = ";".join(f"--{_NAMES[colour]}:{shade}" for colour, shade in _DARK.items())
    theme = f"<style>svg{{{light}}}@media screen and (prefers-color-scheme:dark){{svg{{{dark}}}}}</style>"
    body = re.sub(r"<\?xml.*?<svg ", "<svg ", svg, count=1, flags=re.DOTALL)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.DOTALL)
    body = re.sub(r'(?<=<path d=")[^"]+', _short, body)
    return re.sub(r">\s+<", "><", body.replace("<defs>", theme + "<defs>", 1)).strip()


def _short(outline: re.Match[str]) -> str:
    """A path's text with its numbers to a hundredth of a point."""
    return re.sub(r"\d+\.\d{3,}", lambda number: f"{round(float(number[0]), 2):g}", " ".join(outline[0].split()))
