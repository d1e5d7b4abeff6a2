"""Hatches as lines: inside what they fill, on one grid, no pattern in any picture."""

import re

import numpy as np
import pytest
from hypothesis import given, strategies as st

from apiusage_helpers.charts.hatches import STEP, hatch_lines
from apiusage_helpers.charts.style import HATCHES
from apiusage_helpers.reports.panels import panel

_PIECE = re.compile(r"M(\S+) (\S+?)(?:h(\S+?)|l([-\d.]+?) ?(-?[\d.]+))(?=M|$)")


def rectangle(left: float, top: float, right: float, low: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, low), (left, low), (left, top)])


def pieces(text: str) -> list[tuple[float, float, float, float]]:
    """Each line as x, y, x, y."""
    found = [[float(number or 0) for number in piece.groups()] for piece in _PIECE.finditer(text)]
    assert len(found) == text.count("M")
    return [(x, y, x + level + right, y + low) for x, y, level, right, low in found]


def test_lines_of_each_kind() -> None:
    """Rising, falling, level and crossed lines of a square of 8 points, by hand."""
    square = [rectangle(0, 0, 8, 8)]

    assert pieces(hatch_lines(square, "////")) == [(0, 4, 4, 0), (0, 8, 8, 0), (4, 8, 8, 4)]
    assert pieces(hatch_lines(square, "\\\\\\\\")) == [(0, 4, 4, 8), (0, 0, 8, 8), (4, 0, 8, 4)]
    assert pieces(hatch_lines(square, "----")) == [(0, 4, 8, 4)]
    assert len(pieces(hatch_lines(square, "xxxx"))) == 6


def test_a_line_is_cut_where_a_shape_has_a_gap() -> None:
    """Two steps with a valley between them: a level line in their upper half is two pieces."""
    steps = np.array([(0, 0), (10, 0), (10, 10), (20, 10), (20, 0), (30, 0), (30, 14), (0, 14), (0, 0)])

    assert pieces(hatch_lines([steps], "----")) == [
        (0, 4, 10, 4),
        (20, 4, 30, 4),
        (0, 8, 10, 8),
        (20, 8, 30, 8),
        (0, 12, 30, 12),
    ]


@given(
    st.lists(st.floats(0, 500), min_size=4, max_size=4),
    st.sampled_from(sorted({hatch for hatch in HATCHES.values() if hatch})),
)
def test_lines_lie_inside_and_on_the_grid(corners: list[float], hatch: str) -> None:
    """Whatever the rectangle: no piece leaves it by more than what is rounded, and all pieces lie on lines of the one grid."""
    left, right = sorted(corners[:2])
    top, low = sorted(corners[2:])
    for x, y, x_end, y_end in pieces(hatch_lines([rectangle(left, top, right, low)], hatch)):
        assert left - 0.051 <= min(x, x_end) <= max(x, x_end) <= right + 0.051
        assert top - 0.051 <= min(y, y_end) <= max(y, y_end) <= low + 0.051
        across = 0 if hatch[0] == "-" else 1
        off = {(across * one + sign * other) % STEP for one, other in ((x, y), (x_end, y_end)) for sign in (1, -1)}
        assert any(min(rest, STEP - rest) <= 0.11 for rest in off)


@pytest.mark.parametrize("name", ["requests_per_day", "client_status_codes", "url_requests"])
def test_no_picture_has_a_pattern(report, name) -> None:
    """Printers turn patterns into images; lines of the paper's colour stand in their place."""
    svg = panel(report((1, "a", "CRM", "GET", "u", 6, 0, 4, 1, 0), missing=(3,)), name).svg

    assert "<pattern" not in svg
    assert "stroke: var(--paper)" in svg
