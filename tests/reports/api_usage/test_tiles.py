"""Tiles: value, change in sign, figure and word, and what is missing; the figures are those of summary.csv."""

import re
from dataclasses import replace
from datetime import date

import pytest

from apiusage_helpers.insights.analysis import Before
from apiusage_helpers.insights.fair_use import BillingMonth, Exhaustion
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.api_usage import tiles
from apiusage_helpers.reports.usage_report import Story

NOW = [(1, "a", "CRM", "GET", "u", 6, 0, 4, 1, 0), (2, "b", "<b>Bot</b>", "GET", "u", 10, 0, 0, 0, 0)]
THEN = [(1, "a", "CRM", "GET", "u", 8, 0, 2, 2, 0), (2, "c", "Old", "GET", "u", 2, 0, 0, 0, 0)]
DAYS = Interval(date(2026, 10, 29), date(2026, 10, 31))


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.replace("&nbsp;", " ")))


def compared(report, **choices):
    return replace(report(*NOW, **choices), before=Before(DAYS, (), report(*THEN).summary))


def month(**more) -> BillingMonth:
    november = Interval(date(2026, 11, 1), date(2026, 11, 30))
    given = {"used": 90, "missing": (), "allowance": 100, "projected": 120, "projected_low": 110, "projected_high": 130,
             "exhausted": Exhaustion(date(2026, 11, 26), date(2026, 11, 25), date(2026, 11, 28)), "days": (45, 45)}  # fmt: skip
    return BillingMonth(november, date(2026, 11, 3), **given | more)


def fair_use(report, found: BillingMonth | None) -> str:
    made = report(*NOW)
    history = type("History", (), {"by_client": lambda *_: __import__("numpy").zeros((1, 1)), "days": (1,),
                                   "known": __import__("numpy").array([True])})()  # fmt: skip
    return text(tiles.tiles(replace(made, story=Story((), None, history, found))).html)


def test_a_change_has_a_sign_a_figure_and_a_word(report) -> None:
    """Requests in percent, shares in points, clients by name."""
    made = tiles.tiles(compared(report))
    told = text(made.html)

    assert "Requests 20 66.7 % more than 29–31 Oct (12)" in told
    assert "Failed 20.0 % 4 requests 3.3 points higher : was 16.7 %" in told
    assert "Throttled (429) 5.0 % 1 request 11.7 points lower : was 16.7 %" in told
    assert "Active OAuth clients 2 As many as 29–31 Oct" in told
    assert "1 new: &lt;b&gt;Bot&lt;/b&gt;" in told
    assert "1 silent: Old" in told
    assert made.text.splitlines()[0] == "Requests: 20. 66.7 % more than 29–31 Oct (12)."


def test_a_share_that_reads_otherwise_is_not_called_the_same(report) -> None:
    """0.08 % beside 0.04 %: about as before."""
    made, then = (
        report((1, "a", "A", "GET", "u", 9992, 0, 8, 0, 0)),
        report((1, "a", "A", "GET", "u", 9996, 0, 4, 0, 0)),
    )
    told = text(tiles.tiles(replace(made, before=Before(DAYS, (), then.summary))).html)

    assert "Failed 0.1 % 8 requests About as before (&lt;0.1 %)" in told


def test_programs_read_the_figures_of_the_file(report) -> None:
    """One element a metric, in full precision."""
    found = dict(re.findall(r'data-metric="(\w+)" data-value="([^"]*)"', tiles.tiles(compared(report)).html))

    assert found == {
        "requests": "20", "failed_share": "0.2", "throttled_share": "0.05", "active_clients": "2", "new_clients": "1",
        "silent_clients": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "before", "told"),
    [((), None, "Not compared: nothing of 29–31 Oct is stored"), ((3,), (), "2 of 3 days only Not compared: 1 of these days is missing"),
     ((), (date(2026, 10, 30),), "Not compared: 1 day of 29–31 Oct is missing")],
)  # fmt: skip
def test_what_is_missing_is_said_on_the_tile(report, missing, before, told) -> None:
    """A total that lacks days is never shown as if whole, and nothing is compared."""
    then = None if before is None else Before(DAYS, before, report(*THEN).summary)
    made = tiles.tiles(replace(report(*NOW, missing=missing), before=then))

    assert told in text(made.html)
    assert 'data-previous=""' in made.html
    assert re.findall(r'data-previous="([^"]+)"', made.html) == []


def test_fair_use_tells_what_is_used_where_it_ends_and_when_it_runs_out(report) -> None:
    """Of a month with an allowance."""
    assert (
        "Fair use, 1–30 Nov 90 of 100 requests (90.0 %) 120 expected by 30 Nov, 20 too many The allowance runs out around 26 Nov"
        in fair_use(report, month())
    )
    assert "The allowance lasts" in fair_use(report, month(projected=99, exhausted=Exhaustion()))
    assert "The allowance ran out on 2 Nov" in fair_use(
        report, month(used=101, exhausted=Exhaustion(*[date(2026, 11, 2)] * 3))
    )


def test_fair_use_says_where_it_is_counted_beyond_the_days_of_the_report(report) -> None:
    """A report of 1 to 3 Nov that is made later; none that is made the day after."""
    november = Interval(date(2026, 11, 1), date(2026, 11, 30))
    later, next_day = (
        replace(month(), interval=november, today=date(2026, 11, day), days=(30,) * (day - 1)) for day in (20, 4)
    )

    assert "(90.0 %) Counted up to 19 Nov, beyond the days of this report 120 expected" in fair_use(report, later)
    assert "Counted up to" not in fair_use(report, next_day)


def test_fair_use_of_a_month_that_is_over_expects_nothing(report) -> None:
    """It says what was too much, and since when."""
    ended = {"today": date(2026, 12, 5), "used": 120, "projected": 120, "days": (4,) * 30}
    told = fair_use(report, replace(month(), **ended, exhausted=Exhaustion(*[date(2026, 11, 26)] * 3)))

    assert (
        "of 100 requests (120.0 %) Counted up to 30 Nov, beyond the days of this report 20 too many The allowance ran out on 26 Nov"
        in told
    )
    assert "expected" not in told
    within = fair_use(report, replace(month(), **ended | {"used": 90, "projected": 90}, exhausted=Exhaustion()))
    assert "The allowance lasted" in within


def test_fair_use_says_what_it_does_not_know(report) -> None:
    """No licences, no history, no day, missing days, days of the jobs service."""
    unknown = month(allowance=None, exhausted=Exhaustion())

    assert "Allowance unknown: name the licences in params/tables/allowances.yaml" in fair_use(report, unknown)
    assert "A forecast needs 14 days of history" in fair_use(report, month(projected=None, exhausted=Exhaustion()))
    assert "No day of the billing month is stored yet" in fair_use(report, None)
    assert "1 of 2 days only" in fair_use(report, month(missing=(date(2026, 11, 1),)))
    assert "Careful: 2 days from the jobs service" in fair_use(report, month(jobs_days=2))
