"""What changed between two runs: by the rows of their files, not by what they look like."""

from pathlib import Path

import pytest
from run_folders import write_run

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.runs.catalog.compare import as_json, differences, find_run, told

HEAD = "rank,client_id,client_name,requests,successful,failed,share\r\n"
DAYS = "date,requests,successful,failed,complete\r\n"


def run_folder(
    folder: Path, clients: str, days: str, start: str = "2026-11-01", requests: int = 30, **others: object
) -> Path:
    write_run(folder, **{"interval": {"start": start, "end": "2026-11-03"}, "requests": requests, **others})
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
    assert "requests: 30 -> 74 (+44, +146.7 %)" in list(told(found))
    assert "top_clients.csv: 1 row added, 1 row removed, 1 row changed" in list(told(found))


def test_days_are_compared_where_both_runs_have_them(tmp_path: Path) -> None:
    """A day before the later start is neither added nor removed."""
    before = run_folder(tmp_path / "x", "", "2026-11-01,5,5,0,True\r\n2026-11-02,6,6,0,True\r\n")
    after = run_folder(tmp_path / "y", "", "2026-11-02,7,7,0,True\r\n", start="2026-11-02")

    [file] = differences(before, after)["files"]
    assert [(old["requests"], new["requests"]) for old, new in file.changed] == [("6", "7")]
    assert file.added == file.removed == ()


def test_key_figures_are_compared_by_their_name(tmp_path: Path) -> None:
    """A share is told in percent, what is not known as none; the change follows from the two others."""
    head = "metric,value,previous,change\r\n"
    files = ("requests,30,20,10\r\nfailed_share,0.05,,\r\n", "requests,30,20,10\r\nfailed_share,0.0481,0.1,-0.0519\r\n")
    one, other = (run_folder(tmp_path / name, "", "") for name in "xy")
    for folder, rows in zip((one, other), files, strict=True):
        (folder / "summary.csv").write_text(head + rows, newline="")

    lines = [*told(differences(one, other))]

    assert lines[-2:] == [
        "summary.csv: 1 row changed",
        "    failed_share: value 5.0 % -> 4.8 %, previous none -> 10.0 %",
    ]


def test_a_day_that_failed_more_is_a_changed_row(tmp_path: Path) -> None:
    """Its shares follow from its counts."""
    head, rows = (
        "date,requests,failed,throttled,failed_share,throttled_share,complete\r\n",
        ("10,1,0,0.1,0.0", "10,2,0,0.2,0.0"),
    )
    one, other = (run_folder(tmp_path / name, "", "") for name in "xy")
    for folder, row in zip((one, other), rows, strict=True):
        (folder / "failures_per_day.csv").write_text(f"{head}2026-11-02,{row},True\r\n", newline="")

    lines = [*told(differences(one, other))]

    assert lines[-2:] == ["failures_per_day.csv: 1 row changed", "    2026-11-02: failed 1 -> 2"]


def test_findings_are_told_by_their_kind(tmp_path: Path) -> None:
    """Two of one client and the same days are two rows; one that counts no requests is not told as 0 of them."""
    head = "kind,severity,client_id,client_name,http_method,template_uri,start,end,requests,cause,remedy,saving\r\n"
    row = "{},warning,a,A,,,2026-11-01,2026-11-02,{},c,r,\r\n"
    one, other = (run_folder(tmp_path / name, "", "") for name in "xy")
    (one / "findings.csv").write_text(head, newline="")
    (other / "findings.csv").write_text(head + row.format("polling", 8) + row.format("unowned_client", ""), newline="")

    lines = [*told(differences(one, other))]

    assert lines[-3:] == [
        "findings.csv: 2 rows added",
        "    polling A: added, 8 requests",
        "    unowned_client A: added",
    ]


def test_rows_without_a_client_or_a_day_are_named_too(tmp_path: Path) -> None:
    """A billing month by its days, and what explains a change by how much it does."""
    before, after = (run_folder(tmp_path / name, "", "") for name in "xy")
    for folder, months in ((before, ""), (after, "2026-11-01,2026-11-30,7,9\r\n")):
        (folder / "fair_use.csv").write_text(
            f"start,end,used,allowance\r\n2026-10-01,2026-10-31,5,9\r\n{months}", newline=""
        )
    for folder, rows in ((before, "1,a,A,GET,u,succeeded,28591,0,-28591\r\n"), (after, "")):
        head = "rank,client_id,client_name,http_method,template_uri,outcome,previous,requests,change\r\n"
        (folder / "changes.csv").write_text(head + rows, newline="")
    lines = list(told(differences(before, after)))

    assert "    2026-11-01 to 2026-11-30: added" in lines
    assert "    succeeded A GET u: removed, −28,591 requests" in lines


def test_equal_runs_differ_in_nothing(tmp_path: Path) -> None:
    """And that is said."""
    one, other = (run_folder(tmp_path / name, "1,a,A,20,20,0,1\r\n", "") for name in "xy")
    assert list(told(differences(one, other)))[-1] == "no file differs in its data"


def test_a_run_is_found_by_path_or_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its page, its folder, its place below the output folder, its id; what is none is said."""
    folder = tmp_path / ".runs" / "20261124T120000-1"
    folder.parent.mkdir()
    run_folder(folder, "", "")
    assert {find_run(tmp_path, Path(name)) for name in (str(folder), f"{folder}/report.html", folder.name)} == {folder}
    monkeypatch.chdir(folder)  # a name that is none is not taken for the folder that one stands in
    with pytest.raises(ParameterError, match="apiusage runs"):
        find_run(tmp_path, Path("nothing"))


def test_runs_of_one_kind_are_compared_without_a_word(tmp_path: Path) -> None:
    """The preset behind the same days, or another organization named beside it, makes no other kind."""
    one, other = (
        run_folder(tmp_path / name, "", "", parameters={"date_range": preset, "organization": who, "top": 5})
        for name, preset, who in (("x", "last_month", "a"), ("y", "2026-11-01/2026-11-03", ["a", "b"]))
    )
    assert differences(one, other)["in_kind"] == []


def test_what_differs_in_kind_is_said_above_the_figures(tmp_path: Path) -> None:
    """Organization, report, notebook, days, parameters and files, each in a sentence; the data is compared all the same."""
    before = run_folder(
        tmp_path / "x", "1,a,A,20,20,0,1\r\n", "", organization="acme", notebook="api_usage_report",
        parameters={"organization": "acme", "date_range": "last_month", "top": 5, "clients": []},
    )  # fmt: skip
    after = run_folder(
        tmp_path / "y", "1,a,A,2100,21,0,1\r\n", "", start="2026-11-02", organization="globex", report="weekly",
        notebook="api_usage_view", parameters={"top": 10, "clients": ["a"], "filter_clients": []},
    )  # fmt: skip
    (after / "view_days.csv").write_text("date,requests\r\n")
    lines = list(told(differences(before, after)))

    assert lines[2:8] == [
        "The first is of acme, the second of globex.",
        "The first is of the report daily, the second of weekly.",
        "The first is made by the notebook api_usage_report, the second by api_usage_view.",
        (
            "The first is of 2026-11-01 to 2026-11-03 (3 days), the second of 2026-11-02 to 2026-11-03 (2 days): "
            "files with dates are compared on 2 days of both."
        ),
        "The first has top 5, the second 10.",
        'The first has clients [], the second ["a"].',
    ]
    assert lines[8] == "Only the second has view_days.csv."
    assert lines[-2:] == ["top_clients.csv: 1 row changed", "    A: 20 -> 2,100 requests (+2,080, +10400.0 %)"]


def test_days_that_only_one_run_has_are_said(tmp_path: Path) -> None:
    """Two intervals without a common day."""
    before = run_folder(tmp_path / "x", "", "", interval={"start": "2026-10-01", "end": "2026-10-31"})
    [told_of] = differences(before, run_folder(tmp_path / "y", "", ""))["in_kind"]
    assert told_of.endswith("they have no day in common.")


def test_clients_of_one_name_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    """Also where only one of them has changed; a client without a name goes by its id."""
    rows = "1,a1,CRM,{},9,0,1\r\n2,a2,CRM,9,9,0,1\r\n3,b,Bot,{},9,0,1\r\n4,c,,{},9,0,1\r\n"
    before, after = (run_folder(tmp_path / name, rows.format(n, n, n), "") for name, n in (("x", 9), ("y", 8)))
    assert list(told(differences(before, after)))[-3:] == [
        "    CRM (a1): 9 -> 8 requests (−1, −11.1 %)", "    Bot: 9 -> 8 requests (−1, −11.1 %)", "    c: 9 -> 8 requests (−1, −11.1 %)",
    ]  # fmt: skip


def test_names_are_told_as_they_are_on_the_platform(tmp_path: Path) -> None:
    """Without the guard of CSV files, and on one line whatever they hold."""
    before, after = (run_folder(tmp_path / n, f"1,a,'=A\x1b[2J,{n},9,0,1\r\n", "") for n in ("8", "9"))
    found = differences(before, after)
    assert list(told(found))[-1] == "    =A␛[2J: 8 -> 9 requests (+1, +12.5 %)"
    assert as_json(found)["files"][0]["changed"][0]["after"]["client_name"] == "=A\x1b[2J"


def test_the_filtered_figures_of_a_view_are_figures(tmp_path: Path) -> None:
    """A row whose requests stay and whose filtered requests do not has changed, and how is told."""
    one, other = (run_folder(tmp_path / name, "", "") for name in "xy")
    head = "client_id,client_name,kind,requests,share,filtered_requests,filtered_share\r\n"
    for folder, row in ((one, "a,A,,9,1,4,0.5\r\n"), (other, "a,A,bot,9,1,3,0.4\r\n")):
        (folder / "view_clients.csv").write_text(head + row, newline="")
    assert list(told(differences(one, other)))[-2:] == [
        "view_clients.csv: 1 row changed", "    A: filtered_requests 4 -> 3",
    ]  # fmt: skip


def test_a_failed_run_is_not_compared(tmp_path: Path) -> None:
    """It has no data, which is not the same as no difference."""
    with pytest.raises(ParameterError, match="failed"):
        find_run(tmp_path, run_folder(tmp_path / "x", "", "", status="failed"))


TOP = "rank,client_id,client_name,requests\r\n"
SHORT = TOP + "1,a,A,50\r\n2,b,B,30\r\n,,Other,20\r\n"
LONG = TOP + "1,a,A,50\r\n2,b,B,30\r\n3,c,C,15\r\n,,Other,5\r\n"


@pytest.mark.parametrize(
    ("other", "alike"), [(LONG, True), (LONG.replace("15", "16"), False)], ids=["alike", "not alike"]
)
def test_rankings_that_differ_by_top_alone_are_said_to(tmp_path: Path, other: str, alike: bool) -> None:
    """No row is told of them; where a figure differs too, the rows are."""
    runs = [write_run(tmp_path / name, parameters={"top": top}) for name, top in (("old", 2), ("new", 3))]
    for folder, text in zip(runs, (SHORT, other), strict=True):
        (folder / "top_clients.csv").write_text(text, newline="")
    for pair in (runs, runs[::-1]):
        lines = list(told(differences(*pair)))
        assert ("top_clients.csv: the rows differ only because `top` does; the figures are the same." in lines) is alike
        assert (lines[-1] == "no other file differs in its data") is alike


def test_a_run_that_is_not_there_has_a_neighbour(tmp_path: Path) -> None:
    """The path that was meant is asked for; without one, where paths are listed."""
    write_run(tmp_path / ".runs" / "x", organization="acme", interval={"start": "2026-11-01", "end": "2026-11-02"})
    link = tmp_path / "daily" / "acme" / "2026-11-01_2026-11-02"
    link.parent.mkdir(parents=True)
    link.symlink_to("../../.runs/x")

    with pytest.raises(ParameterError, match="did you mean 'daily/acme/2026-11-01_2026-11-02'"):
        find_run(tmp_path, Path("dialy/acme/2026-11-01_2026-11-02"))
    with pytest.raises(ParameterError, match="`apiusage runs` lists the path of each"):
        find_run(tmp_path, Path("zzz"))


@pytest.mark.parametrize("text", ["{", None])
def test_a_run_that_tells_nothing_is_not_the_one_that_was_meant(tmp_path: Path, text: str | None) -> None:
    """Its path is no suggestion, and neither are a failed run and the link to the newest page: none can be compared."""
    torn = write_run(tmp_path / ".runs" / "x") / "run.json"
    write_run(tmp_path / ".runs" / "y", status="failed", interval={"start": "2026-11-03", "end": "2026-11-04"})
    (tmp_path / "daily" / "a").mkdir(parents=True)
    for name, run in (("2026-11-01_2026-11-02", "x"), ("2026-11-03_2026-11-04", "y"), ("latest.html", "x/report.html")):
        (tmp_path / "daily" / "a" / name).symlink_to(f"../../.runs/{run}")
    torn.unlink() if text is None else torn.write_text(text)

    with pytest.raises(
        ParameterError, match=r"a/2026-11-01_2026-11-02: the run.json of this run .*; make the report again"
    ):
        find_run(tmp_path, Path("daily/a/2026-11-01_2026-11-02"))
    with pytest.raises(ParameterError, match=r"there is no run; `apiusage runs` lists the path of each"):
        find_run(tmp_path, Path("daily/a/2026-11-01_2026-11-03"))
