"""What stands around the panels."""

import json
import shlex
from dataclasses import replace

import pytest

from apiusage_helpers.errors import RunError
from apiusage_helpers.reports.agreement import files_agree, panels_agree
from apiusage_helpers.reports.api_usage import head
from apiusage_helpers.reports.export import export
from apiusage_helpers.reports.headline import headline
from apiusage_helpers.reports.panels import panel
from apiusage_helpers.selection import select
from apiusage_helpers.tables.client_directory import Client

ROW = (1, "a", "CRM", "GET", "u", 6, 0, 4, 1, 0)
PATCH = (2, "b", "<b>Bot</b>", "PATCH", "v", 5, 0, 0, 0, 0)


def test_the_head_is_one_line(report) -> None:
    """Organization, days in words, the interval in the display zone, methods, age, and a badge."""
    made = report(ROW, PATCH, display_timezone="Asia/Kolkata", http_methods=["GET", "PATCH"])

    assert headline(made).text == (
        "acme · 1–3 Nov 2026, 3 UTC days · Asia/Kolkata: 2026-11-01 05:30 to 2026-11-04 05:29 · GET, PATCH only · "
        "as of 2026-11-05 00:00 UTC · complete"
    )
    assert "usage/query; as of 2026-11-05 00:00 UTC, newest day 2026-11-03" in head.source(made).text


@pytest.mark.parametrize(
    ("days", "badge"),
    [({"missing": (3,)}, "1 day missing"), ({"provisional": (2, 3)}, "2 days provisional"),
     ({"missing": (1,), "provisional": (3,)}, "1 day missing, 1 day provisional"), ({}, "complete"),
     ({"clients": ["gone"]}, "notes on the data")],
)  # fmt: skip
def test_the_badge_tells_what_a_reader_must_know_first(report, days, badge) -> None:
    """Missing days before provisional ones, these before any other note; it leads to the checks."""
    made = headline(report(ROW, PATCH, **days))

    assert made.text.endswith(f" · {badge}")
    assert f'href="#checks">{badge}</a>' in made.html


def test_each_section_is_headed_by_its_own_counts(report) -> None:
    """Requests x of y, clients a of b, under its choice, and what the choice does not meet."""
    made = report(ROW, PATCH, clients=["CRM", "gone"], template_uris=["v"])

    assert head.section_counts(made, 1).text == "Requests 15 of 15 · OAuth clients 2 of 2"
    assert head.section_counts(made, 2).text.startswith("Requests 10 of 15 · OAuth clients 1 of 2")
    assert "'gone' made no request" in head.section_counts(made, 2).text
    assert head.section_counts(made, 3).text.startswith("Requests 5 of 15 · OAuth clients 1 of 2")


def test_several_choices_that_nothing_meets_are_one_note(report) -> None:
    """A question ends a sentence by itself."""
    made = report(ROW, PATCH, clients=["CRN", "gone"], template_uris=["w"])
    (detail,) = [check.detail for check in made.checks if check.name == "Choices"]

    assert detail == (
        "clients: 'CRN' made no request in this interval; did you mean 'CRM'? clients: 'gone' made no request in this interval; "
        "template_uris: 'w' made no request in this interval"
    )


def test_chosen_clients_are_told_by_name(report) -> None:
    """Also where the choice gives an id; one that is not met stays as it was written."""
    made = report(ROW, PATCH, clients=["a", "gone"])

    assert "Chosen OAuth clients: CRM, gone" in head.section_counts(made, 2).text


def test_the_comparison_tells_the_platforms_400_and_other_methods(report) -> None:
    """Its 400 holds 429; PATCH is a method that its text does not list."""
    text = head.comparison(report(ROW, PATCH)).text

    assert "reads 4 where this report shows 3 (4xx without 429) and 1 (429)" in text
    assert "PATCH 5 (33.3 % of all)" in text


def test_all_checks_hold_and_notes_tell_the_gaps(report) -> None:
    """Agreement of panels, files and rows; a missing day is a note that stops nothing."""
    made = report(ROW, PATCH, missing=(3,))
    checks = {check.name: check for check in made.checks}

    assert all(check.ok for check in made.checks if check.stops)
    assert not checks["Days"].ok
    assert "missing: 2026-11-03" in checks["Days"].detail
    assert "All 8 checks of agreement hold" in head.checks(made).text


def test_a_panel_that_disagrees_stops_the_report(report, tmp_path) -> None:
    """One request too many in one table: the check fails with both figures, and nothing is written."""
    made = report(ROW, PATCH)
    wrong = made.tables["top_clients"].assign(requests=lambda table: table["requests"] + [1, 0])
    tables = {**made.tables, "top_clients": wrong}
    made = replace(made, tables=tables, checks=panels_agree(made.panels, tables, made.sums, {}))

    with pytest.raises(RunError, match=r"16 requests, 11 successful, 4 failed.*but the rows: 15 requests") as fault:
        export(made, str(tmp_path))
    assert fault.value.exit_code == 4
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_disagrees_stops_the_report(report, tmp_path) -> None:
    """A row lost from a CSV is found when it is read back."""
    made = report(ROW, PATCH)
    files = made.files | {"client_urls.csv": made.files["client_urls.csv"].rsplit(b"\r\n", 2)[0] + b"\r\n"}
    made = replace(made, checks=(files_agree(made.tables, made.sums.report, files),))

    with pytest.raises(RunError, match="client_urls"):
        export(made, str(tmp_path))


def test_names_are_escaped(report) -> None:
    """A choice that is HTML is shown as text."""
    assert "<b>" not in head.section_counts(report(ROW, PATCH, clients=["<b>Bot</b>"]), 2).html


def test_the_same_report_can_be_made_again(report) -> None:
    """The command bears every choice, quoted for a shell, and the page names the files."""
    made = report(ROW, PATCH, clients=["CRM", "<b>'s"], top=3, display_timezone="Asia/Kolkata")
    command = shlex.split(head.again(made).text.splitlines()[-1])

    assert command[:4] == ["apiusage", "report", "params/daily.yaml", "--today"]
    choices = dict(zip(command[6::3], command[7::3], strict=True))
    assert choices["clients"] == json.dumps(["CRM", "<b>'s"])
    assert (choices["date_range"], choices["top"]) == ("2026-11-01/2026-11-03", "3")
    assert "<b>" not in head.again(made).html
    assert "client_urls.csv" in head.again(made).html
    assert head.again(made, "apiusage report mine.yaml").text.endswith("\napiusage report mine.yaml")


def test_kinds_stand_beside_the_clients_and_in_no_file(report) -> None:
    """A known kind is a column of the page's tables; the CSV keeps its columns."""
    made = replace(report(ROW, PATCH), clients={"a": Client("a", kind="<i>code</i>")})

    assert '<td>CRM</td><td class="kind">&lt;i&gt;code&lt;/i&gt;</td>' in panel(made, "client_requests").html()
    assert b"kind" not in made.files["client_requests.csv"]
    assert "Kind" not in panel(report(ROW), "client_requests").html()


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("UTC", "in UTC the dates are the same."), ("Asia/Tokyo", "in Asia/Tokyo the dates are the same."),
        ("America/New_York", "in America/New_York it shows the UTC day 2026-10-24 as 2026-10-23."),
        ("Atlantic/Azores", "in Atlantic/Azores it shows each UTC day of 26–31 Oct 2026 as the day before, and the other days under the same date."),
    ],
)  # fmt: skip
def test_the_platforms_dates_are_told_for_all_days(report, zone: str, told: str) -> None:
    """Also where a clock change lies between them: on the Azores the dates are others from 25 October 2026, 01:00 UTC, on."""
    made = report(ROW)
    other = replace(made, selection=select("acme", "2026-10-24/2026-10-31", today="2026-11-24", display_timezone=zone))

    assert head.comparison(other).text.count(told) == 1
