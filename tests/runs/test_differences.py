"""What changed between two runs: by the rows of their files, not by what they look like."""

import json
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.runs.differences import differences, find_run, told

HEAD = "rank,client_id,client_name,requests,successful,failed,share\r\n"
DAYS = "date,requests,successful,failed,complete\r\n"


def run_folder(folder: Path, clients: str, days: str, start: str = "2026-11-01", requests: int = 30) -> Path:
    folder.mkdir()
    facts = {
        "report": "daily",
        "organization": "a",
        "interval": {"start": start, "end": "2026-11-03"},
        "requests": requests,
    }
    (folder / "run.json").write_text(json.dumps(facts))
    (folder / "top_clients.csv").write_text(HEAD + clients, newline="")
    (folder / "requests_per_day.csv").write_text(DAYS + days, newline="")
    return folder


def test_rows_are_added_removed_and_changed(tmp_path: Path) -> None:
    """A new rank, share or name of the same client is no change; the largest change stands first."""
    before = run_folder(
        tmp_path / "x", "1,a,A,20,20,0,0.7\r\n2,b,B,10,9,1,0.3\r\n3,c,C,1,1,0,0\r\n", "2026-11-02,30,30,0,True\r\n"
    )
    after = run_folder(
        tmp_path / "y",
        "1,b,New B,50,49,1,0.7\r\n2,a,A,20,20,0,0.3\r\n3,d,D,4,4,0,0\r\n",
        "2026-11-02,30,30,0,True\r\n",
        requests=74,
    )
    found = differences(before, after)

    [file] = found["files"]
    assert [row["client_id"] for row in file.added] == ["d"]
    assert [row["client_id"] for row in file.removed] == ["c"]
    assert [(old["requests"], new["requests"]) for old, new in file.changed] == [("10", "50")]
    assert "requests: 30 -> 74 (+44)" in list(told(found))
    assert "top_clients.csv: 1 rows added, 1 rows removed, 1 rows changed" in list(told(found))


def test_days_are_compared_where_both_runs_have_them(tmp_path: Path) -> None:
    """A day before the later start is neither added nor removed."""
    before = run_folder(tmp_path / "x", "", "2026-11-01,5,5,0,True\r\n2026-11-02,6,6,0,True\r\n")
    after = run_folder(tmp_path / "y", "", "2026-11-02,7,7,0,True\r\n", start="2026-11-02")

    [file] = differences(before, after)["files"]
    assert [(old["requests"], new["requests"]) for old, new in file.changed] == [("6", "7")]
    assert file.added == file.removed == ()


def test_equal_runs_differ_in_nothing(tmp_path: Path) -> None:
    """And that is said."""
    one, other = (run_folder(tmp_path / name, "1,a,A,20,20,0,1\r\n", "") for name in "xy")
    assert list(told(differences(one, other)))[-1] == "no file differs in its data"


def test_a_run_is_found_by_path_or_id(tmp_path: Path) -> None:
    """Its page, its folder, its place below the output folder, its id; what is none is said."""
    folder = tmp_path / ".runs" / "20261124T120000-1"
    folder.parent.mkdir()
    run_folder(folder, "", "")
    assert {find_run(tmp_path, Path(name)) for name in (str(folder), f"{folder}/report.html", folder.name)} == {folder}
    with pytest.raises(ParameterError, match="apiusage runs"):
        find_run(tmp_path, Path("nothing"))
