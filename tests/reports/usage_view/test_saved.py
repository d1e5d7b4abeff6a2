"""Saved views: a state as a params file that a report can run, and back; nothing lost, nothing written elsewhere."""

import ast
import re
import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.contract import read_report
from apiusage_helpers.reports.usage_view import saved
from apiusage_helpers.reports.usage_view.state import view_state

TODAY = date(2026, 11, 24)
HOSTILE = ['=1+1: "x"\n- y', "<script>alert('x')</script>", "{{7*7}}", "'; rm -rf ~ #", "通話 \u202e", "yes", "123"]
STATE = view_state(
    {
        "organization": "acme", "date_range": "previous_30_days", "display_timezone": "Asia/Tokyo", "clients": HOSTILE,
        "http_methods": ["GET"], "top": 7, "filter_clients": HOSTILE, "filter_urls": ["GET api/v2/users/{userId}"],
    },
    today=TODAY,
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path))
    return tmp_path / "views"


def test_a_saved_view_opens_as_it_was(folder: Path) -> None:
    """Whatever its clients are called; the file is a params file that `apiusage report` reads, under its own name."""
    path = saved.save_view(" crm.errors ", STATE)

    assert path == folder / "crm.errors.yaml"
    assert saved.open_view("crm.errors", today=TODAY) == STATE
    assert saved.saved_views() == ("crm.errors",)
    assert read_report(path, today=TODAY).name == "views.crm.errors"
    assert [file.name for file in folder.iterdir()] == ["crm.errors.yaml"]


@pytest.mark.parametrize("name", ["", "../evil", "a/b", ".current", "a" * 59, "a\nb", "~x", "naïve"])
def test_names_that_lead_elsewhere_are_refused(folder: Path, name: str) -> None:
    """Nothing is written."""
    with pytest.raises(ParameterError, match="view name"):
        saved.save_view(name, STATE)

    assert not folder.exists()


def test_the_current_state_stays_until_it_is_forgotten() -> None:
    assert saved.current_view(today=TODAY) is None
    saved.keep_current(STATE)

    assert saved.current_view(today=TODAY) == STATE
    assert saved.saved_views() == ()
    saved.forget_current()
    assert saved.current_view(today=TODAY) is None


def test_a_damaged_current_state_is_as_none(folder: Path) -> None:
    saved.keep_current(STATE)
    (folder / ".current.yaml").write_text("notebook: [", encoding="utf-8")

    assert saved.current_view(today=TODAY) is None


def test_a_view_handed_over_as_a_file_is_checked() -> None:
    """The same state comes back; faults are told without a path; a huge file is not even read."""
    assert saved.read_view_text(saved.view_yaml(STATE).encode(), today=TODAY) == STATE

    with pytest.raises(ParameterError, match=r"^the file: 2 faults") as fault:
        saved.read_view_text(
            b"notebook: x\nparameters: {organization: a, date_range: last_month, evil: 1}", today=TODAY
        )
    assert "/" not in str(fault.value).splitlines()[0]
    with pytest.raises(ParameterError, match="at most"):
        saved.read_view_text(b"#" * (saved.MOST_BYTES + 1), today=TODAY)


def test_a_report_file_opens_as_a_view_and_several_organizations_do_not(folder: Path) -> None:
    """daily.yaml of the kit is a view without filters."""
    daily = Path(__file__).resolve().parents[3] / "params" / "daily.yaml"
    assert not saved.read_view(daily, today=TODAY).filtered

    folder.mkdir()
    (folder / "all.yaml").write_text(
        "notebook: api_usage_view\nparameters: {organization: all, date_range: last_month}", encoding="utf-8"
    )
    with pytest.raises(ParameterError, match="several"):
        saved.open_view("all", today=TODAY)


def test_a_full_or_read_only_folder_is_told(folder: Path) -> None:
    """A file where the folder should be: the message names the path, and nothing is left beside it."""
    folder.write_text("")
    with pytest.raises(ParameterError, match="cannot be written"):
        saved.save_view("x", STATE)
    saved.keep_current(STATE)  # says nothing: it is a convenience


@pytest.mark.parametrize("changed", [False, True])
def test_the_command_means_the_same_state(tmp_path: Path, monkeypatch, changed: bool) -> None:
    """A shell reads the words back, and the command line's own reader makes the same of them, whatever the file says."""
    base = tmp_path / "views" / "all.yaml"
    base.parent.mkdir()
    published = (Path(__file__).resolve().parents[3] / "params" / "views" / "all.yaml").read_text()
    other = re.sub(r"(filter_clients|http_methods): \[\]", r'\1: ["GET"]', published).replace("top: 5", "top: 9")
    base.write_text(other if changed else published)
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path))

    words = shlex.split(saved.as_command(STATE))
    overrides = list(zip(words[4::3], words[5::3], strict=True))
    report = read_report(base, overrides, today=TODAY)

    assert words[:3] == ["apiusage", "report", "params/views/all.yaml"]
    assert view_state(report.parameters.model_dump(), today=TODAY) == STATE


def test_the_command_names_only_what_the_file_does_not_say(tmp_path: Path, monkeypatch) -> None:
    """One other choice is one option; without the file all of them are named."""
    monkeypatch.setenv("APIUSAGE_PARAMS", str(tmp_path))
    whole = saved.as_command(STATE)
    (tmp_path / "views").mkdir()
    (tmp_path / "views" / "all.yaml").write_text(saved.view_yaml(STATE))

    assert whole.count(" -p ") == len(STATE.parameters())
    assert saved.as_command(STATE) == "apiusage report params/views/all.yaml"
    assert saved.as_command(replace(STATE, filter_statuses=("429",))).endswith(
        "all.yaml -p filter_statuses '[\"429\"]'"
    )


def test_the_parameters_are_lines_of_a_parameters_cell() -> None:
    lines = saved.as_parameters(STATE).splitlines()
    values = {line.split(":")[0]: ast.literal_eval(line.split(" = ", 1)[1]) for line in lines}

    assert values == STATE.parameters()
