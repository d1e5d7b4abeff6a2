"""Inputs that went wrong where the kit was used: each is read with its right figures, or refused by a name.

The files are as they were met.
"""

import json
import re
import shutil
from datetime import date
from pathlib import Path

import pyarrow.compute as pc
import pytest

from apiusage_helpers.cli.messages import printable
from apiusage_helpers.errors import ParameterError, SourceError, UsageError
from apiusage_helpers.interval import Interval
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.sources.files import ImportedUsage, read_usage
from apiusage_helpers.store import organizations

CASES = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 24)
READ = {  # rows and requests, by file, with the days where the file alone does not tell them
    "utf16.json": (128, 1130, None),
    "excel_sep_line.csv": (128, 1130, None),
    "whole_floats.csv": (128, 1130, None),
    "rows_array.json": (128, 1130, "2020-02-02/2020-02-28"),
    "empty_rows.csv": (1, 5, None),
    "excel_errors.csv": (3, 15, None),
}
REFUSED = {
    (
        "middle_page_missing_1.json",
        "middle_page_missing_3.json",
    ): r"missing_1.json: .*'/j/1\?after=100', and is missing",
    ("middle_page_missing_1.json",): r"'/j/1\?after=100', and is missing",
    ("rows_without_keys.json",): r"results\[0\]: there is no templateUri",
    ("year_1.json",): r"results\[0\]: date 0001-01-01 is .*2010-01-01",
    ("deep.json",): "nested more than 100 levels deep",
    ("http_headers.json",): "begins with HTTP headers: save the body alone",
    ("zipped.zip",): "this is a ZIP archive: unpack it",
    ("escape_in_name.json",): r"contradict each other: one key \(2026-09-05, .{1,4}\[2J.*FAKE LINE, PUT",
    ("null.json",): r"this is JSON without a result \(null\)",
}
ELSEWHERE = {"yaml_aliases.yaml", "matplotlibrc"}


def _read(*names: str, days: str | None = None) -> ImportedUsage:
    interval = Interval(*map(date.fromisoformat, days.split("/"))) if days else None
    return read_usage([CASES / name for name in names], today=TODAY, interval=interval)


def test_each_case_is_here() -> None:
    """A file that nobody reads shows nothing."""
    assert {path.name for path in CASES.iterdir()} == READ.keys() | {
        name for names in REFUSED for name in names
    } | ELSEWHERE


@pytest.mark.parametrize("name", READ)
def test_a_case_is_read_with_its_right_figures(name: str) -> None:
    """As many rows and requests as were counted when it was met."""
    rows, requests, days = READ[name]
    usage = _read(name, days=days).usage

    assert (usage.num_rows, pc.sum(usage["requests"]).as_py()) == (rows, requests)


@pytest.mark.parametrize("names", REFUSED, ids=lambda names: "+".join(names))
def test_a_case_is_refused_by_its_name_and_stores_nothing(apiusage, names: tuple[str, ...]) -> None:
    """Exit 3 and one message with the file; the store is not even made."""
    with pytest.raises((SourceError, UsageError), match=REFUSED[names]) as refused:
        _read(*names)
    assert names[0] in str(refused.value)
    done = apiusage("import", *(CASES / name for name in names), "--organization", "acme")

    assert (done.returncode, done.stderr.splitlines()[1:]) == (3, [printable(str(refused.value))])
    assert not {letter for letter in done.stderr if ord(letter) < ord(" ")} - {"\n"}
    assert organizations(apiusage.store) == ()


def test_empty_records_and_error_words_of_a_spreadsheet_are_told() -> None:
    """What was passed over, and what stands in place of names."""
    assert any("2 empty" in note for note in _read("empty_rows.csv").notes)
    assert any("#N/A" in note for note in _read("excel_errors.csv").notes)


def test_aliases_are_refused_at_once_wherever_settings_are_read() -> None:
    """560 bytes that mean 10^12 values."""
    with pytest.raises(ParameterError, match=r"yaml_aliases.yaml: not YAML: line 6, column 5: anchors"):
        read_report(CASES / "yaml_aliases.yaml", today=TODAY)


def test_a_users_matplotlibrc_changes_no_byte(apiusage, tmp_path) -> None:
    """LaTeX and a font that is not there, beside no settings at all."""
    (tmp_path / "config").mkdir()
    shutil.copy(CASES / "matplotlibrc", tmp_path / "config")
    assert apiusage("sample").returncode == 0
    params = CASES.parents[2] / "params" / "daily.yaml"
    plain = apiusage.published(params, "--today", "2026-11-24").resolve()
    theirs = apiusage("report", params, "--today", "2026-11-24", MPLCONFIGDIR=str(tmp_path / "config"))

    assert theirs.returncode == 0, theirs.stderr
    again = Path(theirs.stdout.strip().splitlines()[-1]).resolve()
    assert again != plain
    assert len(_pictures(again)) > 3
    assert _pictures(again) == _pictures(plain)


def _pictures(run: Path) -> list[str]:
    return re.findall(r'src="(data:image/svg[^"]*)"', (run / "report.html").read_text())


def test_control_characters_of_a_name_are_shown_as_what_they_are(apiusage) -> None:
    """An escape sequence and a line end in a client's id reach no terminal, whichever command names it."""
    rows = json.loads((CASES / "escape_in_name.json").read_text())["results"]
    (apiusage.folder / "once.json").write_text(json.dumps({"results": rows[:-1], "queryStatus": "Complete"}))
    params = apiusage.folder / "acme.yaml"
    params.write_text(
        "notebook: api_usage_report\nparameters:\n  organization: acme\n  date_range: 2026-09-05/2026-09-05\n"
    )
    days = "2026-09-01/2026-09-05"
    done = [
        apiusage("import", "once.json", "--organization", "acme", "--interval", days),
        apiusage("report", params),
        apiusage("report", params, "-p", "clients", json.dumps([rows[-1]["clientId"]])),
        apiusage("report", params, "-p", "clients", json.dumps(["\x1b[2Jx"])),
        apiusage("runs", "acme"),
        apiusage("findings", "acme"),
        apiusage("doctor"),
        apiusage("forget", "--organization", "acme\x1b[2J"),
    ]

    assert [one.returncode for one in done[:3]] == [0, 0, 0], [one.stderr for one in done[:3]]
    for one in done:
        assert not {letter for letter in one.stdout + one.stderr if ord(letter) < ord(" ")} - {"\n"}, one.args
        assert "\nFAKE LINE" not in one.stdout + one.stderr
