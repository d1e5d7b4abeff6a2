"""A course is drawn to its end: what is expected goes on from what was counted, be it one day or all of them."""

import pytest

from apiusage_helpers.charts.course import Course, draw_course
from apiusage_helpers.charts.style import drawn


@pytest.mark.parametrize(
    ("counted", "expected", "places", "totals"),
    [
        ((10.0, 20.0, 30.0), (41.0,), [2, 3], [30.0, 41.0]),
        ((10.0,), (20.0, 30.0, 41.0), [0, 1, 2, 3], [10.0, 20.0, 30.0, 41.0]),
        ((), (10.0, 20.0, 30.0, 41.0), [0, 1, 2, 3], [10.0, 20.0, 30.0, 41.0]),
    ],
)
def test_what_is_expected_is_a_line_from_what_was_counted(counted, expected, places, totals) -> None:
    """Also on the last day but one, when a single day is left: its line and its range have two ends, and a dot is the last."""
    low, high = ([total - 2 for total in expected], [total + 3 for total in expected])
    figure, _ = drawn(
        2.5,
        lambda axes: draw_course(axes, Course(["1", "2", "3", "4"], counted, expected, low, high, 35.0, "allowance")),
    )
    [axes] = figure.axes
    [line] = [line for line in axes.lines if line.get_label() == "expected"]
    [band] = [shape for shape in axes.collections if shape.get_label() == "80 % range"]
    corners = {(x, y) for x, y in band.get_paths()[0].vertices.tolist()}
    [dot] = [line for line in axes.lines if line.get_marker() == "o"]

    assert (list(dot.get_xdata()), list(dot.get_ydata())) == ([3], [41.0])
    assert (list(line.get_xdata()), list(line.get_ydata())) == (places, totals)
    assert corners >= {(3.0, 39.0), (3.0, 44.0), (float(places[0]), counted[-1] if counted else 8.0)}


def test_a_month_that_is_over_has_no_line_of_what_is_expected() -> None:
    """Columns and the limit only."""
    figure, _ = drawn(
        2.5, lambda axes: draw_course(axes, Course(["1", "2"], (10.0, 20.0), limit=15.0, limit_word="allowance"))
    )
    [axes] = figure.axes

    assert [line.get_label() for line in axes.lines] == ["allowance"]
    assert [bar.get_height() for bar in axes.patches] == [10.0, 20.0]


def test_a_first_day_stands_under_the_other_axis() -> None:
    """A month of 31 days has a label below its first column, and the 0 of the counts beside that."""
    labels = [f"{day} Dec" for day in range(1, 32)]
    figure, _ = drawn(2.5, lambda axes: draw_course(axes, Course(labels, [1e6 * day for day in range(1, 32)])))
    [axes] = figure.axes
    figure.canvas.draw()
    first, zero = (ticks[0].get_window_extent() for ticks in (axes.get_xticklabels()[::-1], axes.get_yticklabels()))

    assert axes.get_xticklabels()[-1].get_text() == "1 Dec"
    assert axes.get_yticklabels()[0].get_text() == "0"
    assert not first.overlaps(zero)
    assert first.x0 < zero.x1
