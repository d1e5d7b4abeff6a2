"""Panels: asserted on their artists, their words and their tables."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pandas as pd
import pytest
from matplotlib.colors import to_hex

from apiusage_helpers.charts.bars import Days, draw_days
from apiusage_helpers.charts.panel import table_html
from apiusage_helpers.charts.style import COLOURS, drawn
from apiusage_helpers.insights.finding import Finding
from apiusage_helpers.reports.api_usage.panels import PANELS
from apiusage_helpers.reports.findings import address_of
from apiusage_helpers.reports.panels import finding_days, panel as panel_of
from apiusage_helpers.reports.usage_report import Story
from apiusage_helpers.text import client_labels

ALL = tuple(spec.name for spec in PANELS)
HOSTILE = [
    "<script>alert(1)</script>", "Cost $ave $ync", "_hidden", "", "日本語", "=1+1", 'say "hi"', "a\nb", "\u202egnp", "x" * 300, "&amp;",
    "{format}", "%s", "\\n", "👩‍👩‍👧", "Zoë", "'", "null", "$\\frac{", "Client Creds", "Client Creds",
]  # fmt: skip


def labels(panel) -> list[str]:
    """The labels above the bars, each in one line again."""
    return [text.get_text().replace("\n", "") for text in panel.figure.axes[0].texts if text.get_va() == "bottom"]


def bars(panel) -> list[list[float]]:
    """The lengths of the bars of each series, as drawn."""
    return [[round(bar.get_width()) for bar in container] for container in panel.figure.axes[0].containers]


def test_top_clients_are_bars_in_order(report) -> None:
    """The first client on top, successful and failed stacked, the rest muted and last."""
    rows = [(1, f"id{n}", f"Client {n}", "GET", "u", 10 * n, 0, n, 0, 0) for n in range(1, 5)]
    panel = panel_of(report(*rows, top=2), "top_clients")

    assert labels(panel) == ["Client 4", "Client 3", "Other"]
    assert bars(panel) == [[40, 30, 30], [4, 3, 3]]
    assert to_hex(panel.figure.axes[0].containers[0][2].get_facecolor()) == COLOURS["other"]
    assert panel.title == "Top 2 Requests by OAuth Client"


def test_a_long_top_has_a_bar_for_each_rank_and_one_for_the_rest(report) -> None:
    """Also above ten."""
    rows = [(1, f"id{n}", f"Client {n}", "GET", "u", 100 - n, 0, 0, 0, 0) for n in range(15)]
    panel = panel_of(report(*rows, top=12), "top_clients")

    assert labels(panel) == [*(f"Client {n}" for n in range(12)), "Other"]
    assert bars(panel)[0] == [*(100 - n for n in range(12)), sum(100 - n for n in range(12, 15))]
    assert "The picture shows" not in panel.alt


def test_most_failures_may_be_below_the_ranks(report) -> None:
    """Then nobody in the ranking is said to have them."""
    rows = [
        (1, "a", "A", "GET", "u", 90, 0, 1, 0, 0),
        (1, "b", "B", "GET", "u", 50, 0, 2, 0, 0),
        (1, "c", "C", "GET", "u", 0, 0, 7, 0, 0),
    ]

    assert (
        panel_of(report(*rows, top=2), "top_clients").takeaway
        == "A made 60.7 % of the requests and 10.0 % of the failures. Most failures: Other, 70.0 %."
    )
    assert panel_of(report(*rows, top=3), "top_clients").takeaway.endswith("Most failures: C, 70.0 %.")


def test_few_requests_a_day_are_told_with_a_decimal(report) -> None:
    """Two in three days are not 1 a day, and never 0."""
    rows = [(1, "a", "A", "GET", "u", 1, 0, 0, 0, 0), (2, "a", "A", "GET", "u", 1, 0, 0, 0, 0)]

    assert panel_of(report(*rows), "requests_per_day").takeaway == "0.7 a day on average; most on 1 Nov: 1."


def test_a_day_is_named_as_its_column_is(report) -> None:
    """West of UTC by the date that the platform shows, with the UTC day."""
    made = report(
        (2, "a", "A", "GET", "u", 30, 0, 3, 0, 0),
        (3, "a", "A", "GET", "u", 30, 0, 0, 0, 0),
        display_timezone="America/New_York",
    )

    assert panel_of(made, "requests_per_day").takeaway.endswith("most on 1 Nov (UTC 2 Nov): 33.")
    assert panel_of(made, "failures_per_day").takeaway.endswith("the worst day was 1 Nov (UTC 2 Nov) with 9.1 %.")


def test_clients_of_one_name_are_two_bars(report) -> None:
    """Told apart by the start of their ids."""
    rows = [(1, client, "Sync", "GET", "u", 5, 0, 0, 0, 0) for client in ("aaaaaaaa-1", "bbbbbbbb-2")]

    assert labels(panel_of(report(*rows), "client_requests")) == ["Sync (aaaaaaaa)", "Sync (bbbbbbbb)"]


def test_statuses_are_told_apart_without_colour(report) -> None:
    """Every outcome but the plain one has a hatch of its own."""
    panel = panel_of(report((1, "a", "A", "GET", "u", 5, 1, 4, 2, 1)), "client_status_codes")
    hatches = [container[0].get_hatch() for container in panel.figure.axes[0].containers]

    assert len(set(hatches)) == 5
    assert bars(panel) == [[0], [0], [0], [0], [0]] or sum(
        bar[0].get_width() for bar in panel.figure.axes[0].containers
    ) == pytest.approx(1)


def test_days_show_silence_and_gaps(report) -> None:
    """A silent day is a 0, a missing day a marked column, a provisional day says so."""
    panel = panel_of(
        report((1, "a", "A", "GET", "u", 5, 0, 0, 0, 0), missing=(3,), provisional=(1,)), "requests_per_day"
    )
    texts = [text.get_text() for text in panel.figure.axes[0].texts]

    assert {"missing", "provisional", "0", "5"} <= set(texts)
    assert "1 day missing" in panel.alt


def test_the_days_before_are_a_line_and_findings_a_strip() -> None:
    """A line with a gap where a day is missing, behind the figures; a strip for each run of days with findings; both in the legend."""
    days = Days(
        ["1", "2", "3", "4"], {"successful": [1, 2, 3, 4], "failed": [0] * 4}, before=[5, None, 7, 8], before_word="last week",
        marked=frozenset({0, 2, 3}),
    )  # fmt: skip
    figure, _ = drawn(2.3, lambda axes: draw_days(axes, days))
    lines = {str(line.get_label()): line for line in figure.axes[0].lines}
    strips = [line.get_xdata().tolist() for line in figure.axes[0].lines if line.get_linewidth() == 3]

    assert [n if n == n else None for n in lines["last week"].get_ydata()] == [5, None, 7, 8]  # noqa: PLR0124  # NaN
    assert strips == [[-0.4, 0.4], [1.6, 3.4]]
    assert [text.get_text() for text in figure.axes[0].texts if text.get_bbox_patch()] == ["1", "2", "3", "4"]
    assert "days of findings" in lines
    assert figure.axes[0].get_ylim()[1] > 8


def test_a_day_before_alone_lies_across_its_column() -> None:
    """A line of one point would be a dot in the column."""
    days = Days(["1"], {"successful": [4], "failed": [0]}, before=[3], before_word="last week")
    figure, _ = drawn(2.3, lambda axes: draw_days(axes, days))
    [line] = figure.axes[0].lines
    column = figure.axes[0].containers[0][0]

    assert line.get_ydata().tolist() == [3, 3]
    assert line.get_xdata()[0] < column.get_x() < column.get_x() + column.get_width() < line.get_xdata()[1]


def test_the_failed_share_of_each_day_is_cut_into_429_and_the_rest(report) -> None:
    """Throttled requests at the foot, other failures on them; a day without failures has 0 %, a silent one no share."""
    panel = panel_of(
        report((1, "a", "A", "GET", "u", 5, 0, 4, 1, 1), (2, "a", "A", "GET", "u", 8, 0, 0, 0, 0)), "failures_per_day"
    )
    heights = [[round(bar.get_height(), 6) for bar in container] for container in panel.figure.axes[0].containers]

    assert heights == [[0.1, 0, 0], [0.4, 0, 0]]
    assert [text.get_text() for text in panel.figure.axes[0].texts] == ["0 %"]
    assert panel.takeaway == "27.8 % failed; the worst day was 1 Nov with 50.0 %."


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([(1, 3, 1), (2, 3, 1)], {"failures_per_day": "25.0 % failed.", "client_status_codes": "25.0 % of the requests of A failed"}),
        ([(1, 0, 4), (2, 0, 9)], {"failures_per_day": "100 % failed.", "url_requests": "Failures of GET u, 13 of 13."}),
    ],
)  # fmt: skip
def test_one_alone_is_not_called_the_worst(report, rows, told) -> None:
    """Where every day failed alike, and where there is one client or URL."""
    made = report(*((day, "a", "A", "GET", "u", ok, 0, no, 0, 0) for day, ok, no in rows))

    assert {name: panel_of(made, name).takeaway[: len(text)] for name, text in told.items()} == told


def test_the_strip_marks_days_that_a_finding_tells_apart(report) -> None:
    """Of findings above info that nobody has acknowledged, also of those that began before; not of those on most days or a month."""
    spans = [
        ("critical", date(2026, 10, 20), date(2026, 11, 1), ""), ("warning", date(2026, 11, 2), date(2026, 11, 9), ""),
        ("info", date(2026, 11, 2), date(2026, 11, 2), ""), ("warning", date(2026, 11, 2), date(2026, 11, 2), "known"),
    ]  # fmt: skip
    found = tuple(
        Finding(kind="throttling", severity=severity, start=start, end=end, requests=1, cause="", remedy="", acknowledged=known)
        for severity, start, end, known in spans
    )  # fmt: skip
    of_a_month = replace(found[0], kind="allowance", start=date(2026, 11, 3), end=date(2026, 11, 3))
    made = replace(
        report((1, "a", "A", "GET", "u", 5, 0, 0, 0, 0)), story=Story((*found, of_a_month), None, None, None)
    )

    assert finding_days(made) == {date(2026, 11, 1)}
    assert [address_of(one, made.selection.interval) for one in (found[0], of_a_month)] == ["days=2026-11-01", ""]


def test_a_word_has_room_in_its_column_or_stands_above_it(report) -> None:
    """The word provisional stands in a high column, and over the count of a low one."""
    panel = panel_of(report((1, "a", "A", "GET", "u", 50, 0, 0, 0, 0), provisional=(1, 2)), "requests_per_day")
    axes = panel.figure.axes[0]
    high, low = (text.get_position()[1] for text in axes.texts if text.get_text() == "provisional")
    (zero, *_) = (text.get_position()[1] for text in axes.texts if text.get_text() == "0")

    assert high < 50 * 0.1
    assert low > zero + 50 * 0.08


def test_days_bear_the_dates_of_the_display_zone(report) -> None:
    """West of UTC each label is the day before."""
    panel = panel_of(
        report((1, "a", "A", "GET", "u", 5, 0, 0, 0, 0), display_timezone="America/New_York"), "requests_per_day"
    )

    assert [label.get_text() for label in panel.figure.axes[0].get_xticklabels()][::-1] == [
        "31 Oct\nUTC 1 Nov", "1 Nov\nUTC 2 Nov", "2 Nov\nUTC 3 Nov",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ALL)
def test_hostile_names_neither_break_nor_hide(report, name) -> None:
    """Every panel is drawn, valid XML, the same each time, with each name escaped."""
    from xml.dom import minidom

    rows = [(1, f"id{n:06d}", client, "GET", client or "u", 100 + n, 1, 9, 3, 2) for n, client in enumerate(HOSTILE)]
    made = panel_of(report(*rows, top=100), name)

    assert minidom.parseString(made.svg).documentElement.tagName == "svg"  # noqa: S318  # our own picture
    assert made.svg == panel_of(report(*rows, top=100), name).svg
    assert "<script>" not in made.html()
    assert len(made.alt) >= 25
    assert "\n" not in re.sub(r"<[^>]*>", "", made.html())


@pytest.mark.parametrize("name", ALL)
def test_nothing_to_draw_is_said(report, name) -> None:
    """Days without a request: a sentence in place of an empty box."""
    made = panel_of(report(), name)

    assert "No requests" in made.alt
    assert "No requests" in made.html()


def test_long_lists_are_cut_in_the_picture_and_whole_in_the_table(report) -> None:
    """Ten bars, all rows below, and the description says so."""
    rows = [(1, f"id{n}", f"Client {n}", "GET", "u", n, 0, 0, 0, 0) for n in range(1, 31)]
    panel = panel_of(report(*rows), "client_requests")

    assert len(labels(panel)) == 10
    assert panel.html().count("<tr>") == 31
    assert "first 10 of 30 rows" in panel.alt


@pytest.mark.filterwarnings("ignore:Glyph")  # scripts that the measuring font lacks
def test_no_label_leaves_the_picture(report) -> None:
    """Whatever the names, every label of a bar lies within the figure's width."""
    rows = [
        (1, f"id{n:06d}", name, "GET", f"api/v2/{'y' * 9 * n}", 10**n if n < 9 else n, 0, 1, 0, 0)
        for n, name in enumerate(HOSTILE)
    ]
    for spec in PANELS:
        if spec.chart.kind != "bars":
            continue
        figure = panel_of(report(*rows), spec.name).figure
        renderer = figure.canvas.get_renderer() if hasattr(figure.canvas, "get_renderer") else None
        for text in [*figure.axes[0].texts, *figure.axes[0].get_yticklabels()]:
            box = text.get_window_extent(renderer)
            assert box.x0 >= -2, (spec.name, text.get_text())
            assert box.x1 <= figure.bbox.x1 + 2, (spec.name, text.get_text())


def test_many_days_are_steps_with_their_gaps_as_runs() -> None:
    """A year is drawn as two areas; a long gap is one hatched column, told once."""
    days = Days(
        labels=[str(n) for n in range(366)],
        series={"successful": [n % 90 + 1 for n in range(366)], "failed": [n % 7 for n in range(366)]},
        missing=frozenset({*range(100, 190), 200}),
    )
    figure, svg = drawn(2.6, lambda axes: draw_days(axes, days))

    assert len(figure.axes[0].collections) == 2
    assert len(figure.axes[0].patches) == 2
    assert [text.get_text() for text in figure.axes[0].texts] == ["missing"]
    assert len(svg) < 100_000


@pytest.mark.parametrize("highest", [1, 2, 7, 10, 1_250_000, 2_500_000])
def test_the_numbers_beside_the_days_are_true(highest) -> None:
    """Each line says its own count: no two alike, none rounded."""
    units = {"k": 1e3, "M": 1e6}
    figure, _ = drawn(
        2.6, lambda axes: draw_days(axes, Days(["1", "2"], {"successful": [1, highest], "failed": [0, 0]}))
    )
    axes = figure.axes[0]
    told = [label.get_text() for label in axes.get_yticklabels()]
    lines = [line for line in axes.get_yticks() if line <= axes.get_ylim()[1]]

    assert [float(text.rstrip("kM")) * units.get(text[-1], 1) for text in told][: len(lines)] == pytest.approx(lines)


@pytest.mark.parametrize("count", [7, 9, 12, 31, 92])
@pytest.mark.parametrize("label", ["13 Nov", "13 Nov\nUTC 14 Nov"])
def test_labels_of_days_do_not_touch(count, label) -> None:
    """However many days, and in a display zone with its two lines."""
    days = Days([label] * count, {"successful": [1] * count, "failed": [0] * count})
    figure, _ = drawn(2.6, lambda axes: draw_days(axes, days))
    figure.canvas.draw()
    boxes = sorted((tick.get_window_extent() for tick in figure.axes[0].get_xticklabels()), key=lambda box: box.x0)

    assert len(boxes) >= min(count, 3)
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_urls_and_kinds_are_broken_between_their_words() -> None:
    """A narrow table breaks a template URI after a slash and a kind after a word; other texts may hold either."""
    table = pd.DataFrame({"template_uri": ["a/b"], "kind": ["server_errors_platform"], "client_name": ["a_b/<c>"]})
    cells = re.findall(r"<td[^>]*>(.*?)</td>", table_html(table, caption="Findings"))

    assert cells == ["a/<wbr>b", "server_<wbr>errors_<wbr>platform", "a_b/&lt;c&gt;"]


def test_clients_of_one_name_bear_what_tells_them_apart() -> None:
    """Ids are left out on paper: who shares a name, or has none, bears what its label adds; the row of the rest bears nothing."""
    clients = [("0123456789", "Bot"), ("abcdefghij", "Bot"), ("c", "CRM (EU)"), ("<d>", ""), ("", "Other")]
    labels = dict(zip((client for client, _ in clients), client_labels(clients[:-1], 30), strict=False))
    table = pd.DataFrame(clients, columns=["client_id", "client_name"])
    cells = re.findall("<td[^>]*>(?=[^<]*</td></tr>)", table_html(table, caption="Clients", labels=labels))

    assert cells == ['<td data-mark="01234567">', '<td data-mark="abcdefgh">', "<td>", '<td data-mark="&lt;d&gt;">', "<td>"]  # fmt: skip
