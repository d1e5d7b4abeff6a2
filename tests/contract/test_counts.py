"""The same figures as an independent count, for every column of every CSV, and in the page."""

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from plain_count import STATUSES, expected_files, expected_summary

from apiusage_helpers.sources.sample import sample_usage

ROOT = Path(__file__).resolve().parents[2]
DAILY = ROOT / "params" / "daily.yaml"
TODAY = "2026-11-24"
WEEK = ("2026-11-17", "2026-11-23")


def read_records(path: Path) -> list[tuple[str, ...]]:
    """The records of a CSV file, after a look at its bytes: UTF-8, CRLF, no byte order mark."""
    content = path.read_bytes()
    assert content.endswith(b"\r\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(record) for record in csv.reader(file)]


def assert_same(folder: Path, expected: dict[str, list[tuple[Any, ...]]]) -> None:
    """Each file holds the expected records; a share is the same number, in its shortest form without exponent."""
    for name, records in expected.items():
        found = read_records(folder / name)
        if name == "api_usage.csv":
            found = [found[0], *sorted(found[1:])]
        assert [len(record) for record in found] == [len(record) for record in records], name
        for seen, wanted in zip(found, records, strict=True):
            assert_same_record(name, seen, wanted)


def assert_same_record(name: str, seen: Iterable[str], wanted: Iterable[Any]) -> None:
    for text, value in zip(seen, wanted, strict=True):
        if isinstance(value, float):
            assert float(text) == value, (name, seen, wanted)
            assert re.fullmatch(r"\d+(\.\d+)?", text), text
        else:
            assert text == (value or ""), (name, seen, wanted)


@pytest.fixture(scope="module")
def sample(make_command_line: Callable[[str], Any]) -> Any:
    """A command line whose store holds the sample, and its raw rows."""
    line = make_command_line("sample")
    assert line("sample", "--hostile", "--today", TODAY).returncode == 0
    return line


@pytest.fixture(scope="module")
def sample_rows() -> list[dict[str, Any]]:
    """The rows of the sample as the generator gives them."""
    from datetime import date

    usage, _ = sample_usage(today=date.fromisoformat(TODAY), hostile=True)
    return [row | {"date": str(row["date"])} for row in usage.to_pylist()]


@pytest.fixture(scope="module")
def daily(sample: Any) -> Path:
    """The folder of the daily report of the sample."""
    return sample.published(DAILY, "--today", TODAY)


FILTERS: list[dict[str, Any]] = [
    {"clients": ["CRM sync"]},
    {
        "clients": ["Data actions"],
        "client_template_uris": ["api/v2/users/{userId}/queues", "/api/v2/conversations/callbacks"],
    },
    {"clients": ["nobody"], "template_uris": ["api/v2/users"]},
    {"template_uris": ["api/v2/users", "api/v2/oauth/clients"], "top": 2},
    {"http_methods": ["PATCH", "HEAD"], "top": 100},
    {"http_methods": ["GET"], "clients": ["通話録音アーカイブ", "=IMPORT(campaign lists)"], "top": 1},
]


def test_the_daily_report_is_what_plain_python_counts(daily: Path, sample_rows: list[dict[str, Any]]) -> None:
    """Every column of every CSV of the sample's daily report."""
    assert_same(daily, expected_files(sample_rows, *WEEK))


def test_the_key_figures_are_what_plain_python_counts(
    daily: Path, sample: Any, sample_rows: list[dict[str, Any]]
) -> None:
    """summary.csv of the week against the week before; a single day against the same weekday; fair use as its own report tells."""
    fair_use = read_records(sample.published(ROOT / "params" / "fair_use.yaml", "--today", TODAY) / "fair_use.csv")[1]
    day = sample.published(DAILY, "--today", TODAY, "-p", "date_range", "2026-11-20/2026-11-20")
    for folder, days, before in (
        (daily, WEEK, ("2026-11-10", "2026-11-16")),
        (day, ("2026-11-20",) * 2, ("2026-11-13",) * 2),
    ):
        records = read_records(folder / "summary.csv")
        for seen, wanted in zip(records[:7], expected_summary(sample_rows, *days, before), strict=True):
            for text, value in zip(seen, wanted, strict=True):
                assert (
                    float(text) == pytest.approx(value, abs=1e-15)
                    if isinstance(value, float)
                    else text == (value or "")
                )
        assert [record[:2] for record in records[7:]] == [
            ("fair_use_used", fair_use[2]), ("fair_use_allowance", fair_use[3]), ("fair_use_projected", fair_use[5]),
        ]  # fmt: skip


@pytest.mark.parametrize("choice", FILTERS, ids=lambda choice: "+".join(choice))
def test_each_filter_is_what_plain_python_counts(
    sample: Any, sample_rows: list[dict[str, Any]], choice: dict[str, Any]
) -> None:
    """Every column of every CSV under choices of clients, template URIs, methods and top."""
    overrides = [part for name, value in choice.items() for part in ("-p", name, json.dumps(value))]
    folder = sample.published(DAILY, "--today", TODAY, *overrides)

    assert re.fullmatch(r"daily@[0-9a-f]{8}", folder.parent.parent.name)
    plain = {
        name: [uri.removeprefix("/") for uri in value] if "uris" in name else value for name, value in choice.items()
    }
    assert_same(folder, expected_files(sample_rows, *WEEK, **plain))


def test_the_real_result_is_what_plain_python_counts(
    make_command_line: Callable[[str], Any], real_result: Path
) -> None:
    """Every column of every CSV of the platform's own result of February 2020, silent days included."""
    line = make_command_line("real")
    imported = line("import", real_result, "--organization", "real", "--interval", "2020-02-01/2020-02-28")
    assert imported.returncode == 0, imported.stderr
    folder = line.published(DAILY, "-p", "organization", "real", "-p", "date_range", "2020-02-01/2020-02-28")

    raw = json.loads(real_result.read_text(encoding="utf-8"))["results"]
    rows = [
        {"date": row["date"][:10], "client_id": row["clientId"], "client_name": row["clientName"], "http_method": row["httpMethod"],
         "template_uri": row["templateUri"], "requests": row["requests"], **{name: row[name] for name in STATUSES}}
        for row in raw
    ]  # fmt: skip
    assert sum(row["requests"] for row in rows) == 1130
    assert_same(folder, expected_files(rows, "2020-02-01", "2020-02-28"))
    assert folder == line.output / "daily" / "real" / "2020-02-01_2020-02-28"


def test_missing_days_and_excluded_clients_are_counted_so(
    make_command_line: Callable[[str], Any], sample_rows: list[dict[str, Any]]
) -> None:
    """A day taken out of the store is not complete; an excluded client leaves every file and stands in run.json alone."""
    line = make_command_line("gaps")
    assert line("sample", "--hostile", "--today", TODAY).returncode == 0
    assert line("forget", "--organization", "sample", "--interval", "2026-11-19/2026-11-20").returncode == 0
    crm = next(row["client_id"] for row in sample_rows if row["client_name"] == "CRM sync")
    tables = line.folder / "params" / "tables"
    tables.mkdir(parents=True)
    (tables / "clients.csv").write_text(f"client_id,owner,kind,excluded\r\n{crm},,,true\r\n", encoding="utf-8")
    done = line("report", DAILY, "--today", TODAY, APIUSAGE_PARAMS=str(line.folder / "params"))
    assert done.returncode == 0, done.stderr

    folder = Path(done.stdout.strip())
    rows = [row for row in sample_rows if row["date"] not in {"2026-11-19", "2026-11-20"}]
    present = [f"2026-11-{day}" for day in (17, 18, 21, 22, 23)]
    assert_same(folder, expected_files(rows, *WEEK, present=present, excluded=[crm]))
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    left_out = sum(row["requests"] for row in rows if row["client_id"] == crm and row["date"] >= WEEK[0])
    assert facts["excluded"] == {"requests": left_out, "clients": 1}
    assert facts["days"]["missing"] == ["2026-11-19", "2026-11-20"]
    assert facts["days"]["present"] == present
    assert crm not in (folder / "report.html").read_text(encoding="utf-8")


def test_an_organization_without_requests_has_a_report_that_says_so(
    apiusage: Any, result_file: Callable[..., Path]
) -> None:
    """Days present without a request: empty files with their headers, shares empty, exit 0."""
    assert (
        apiusage("import", result_file(), "--organization", "calm", "--interval", "2026-10-01/2026-10-03").returncode
        == 0
    )
    folder = apiusage.published(DAILY, "-p", "organization", "calm", "-p", "date_range", "2026-10-01/2026-10-03")

    assert_same(folder, expected_files([], "2026-10-01", "2026-10-03"))
    assert "No requests" in (folder / "report.html").read_text(encoding="utf-8")


def test_renamed_clients_ties_and_hostile_names_are_what_plain_python_counts(
    apiusage: Any, result_file: Callable[..., Path]
) -> None:
    """Newest names, ties by name then id, clients without id or name, and guarded text."""

    def row(
        day: int, client: str, name: str, method: str, uri: str, requests: int, refused: int = 0, many: int = 0
    ) -> dict[str, Any]:
        return {"date": f"2026-10-{day:02d}T00:00:00Z", "clientId": client, "clientName": name, "httpMethod": method,
                "templateUri": uri, "requests": requests, "status200": requests - refused, "status300": 0,
                "status400": refused, "status429": many, "status500": 0}  # fmt: skip

    raw = [
        row(1, "a", "Old", "GET", "api/v2/users", 10, 4, 3),
        row(2, "a", "'=New", "GET", "api/v2/users", 10),
        row(2, "a", "'=Mew", "PUT", "api/v2/users", 1),
        row(1, "b", "", "GET", "api/v2/users", 21),
        row(1, "c", "Twin", "GET", "@evil", 21),
        row(1, "d", "Twin", "POST", "@evil", 21, 21, 21),
        row(3, "", "Only a name", "GET", "api/v2/users", 5),
    ]
    path = result_file(*raw)
    assert apiusage("import", path, "--organization", "odd").returncode == 0
    folder = apiusage.published(
        DAILY, "-p", "organization", "odd", "-p", "date_range", "2026-10-01/2026-10-03", "-p", "top", "3"
    )

    rows = [
        {"date": r["date"][:10], "client_id": r["clientId"] or f"name:{r['clientName']}", "client_name": r["clientName"],
         "http_method": r["httpMethod"], "template_uri": r["templateUri"], "requests": r["requests"], **{s: r[s] for s in STATUSES}}
        for r in raw
    ]  # fmt: skip
    assert_same(folder, expected_files(rows, "2026-10-01", "2026-10-03", top=3))


class Tables(HTMLParser):
    """The cells of every table of a page, row by row, under the id of its panel."""

    def __init__(self) -> None:
        super().__init__()
        self.panel, self.rows, self.cell = "", {}, None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "figure":
            self.panel = dict(attrs)["id"]
        if tag == "tr":
            self.rows.setdefault(self.panel, []).append([])
        if tag in {"td", "th"}:
            self.cell = ""

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self.rows[self.panel][-1].append(self.cell)
            self.cell = None


def test_the_figures_stand_in_the_page(daily: Path) -> None:
    """Each row of each table of the page is that of its CSV, with separators; ten panels, each with all its rows."""
    parser = Tables()
    parser.feed((daily / "report.html").read_text(encoding="utf-8"))

    assert len(parser.rows) == 10
    for panel, rows in parser.rows.items():
        records = read_records(daily / f"{panel}.csv")
        assert len(rows) == len(records), panel
        for shown, record in zip(rows[1:], records[1:], strict=True):
            for head, cell, text in zip(records[0], shown, record, strict=True):
                assert_shown(head, cell, text)


def assert_shown(head: str, cell: str, text: str) -> None:
    if head.endswith("share"):
        assert cell in {f"{float(text) * 100:.1f} %", "<0.1 %", ">99.9 %", "0 %", "100 %"}
    elif head == "complete":
        assert cell == {"True": "yes", "False": "no"}[text]
    elif head in {"client_name", "template_uri"}:
        assert cell == re.sub(r"^'(?='*[=@+\-])", "", text)
    else:
        assert cell.replace(",", "") == text


def test_run_json_tells_the_run_and_its_files(sample: Any, daily: Path, sample_rows: list[dict[str, Any]]) -> None:
    """All keys of the contract; each file of the folder but itself, with its size and SHA-256."""
    facts = json.loads((daily / "run.json").read_text(encoding="utf-8"))

    assert set(facts) >= {
        "report", "notebook", "organization", "interval", "parameters", "status", "started_at", "finished_at", "source",
        "store_version", "requests", "clients", "excluded", "days", "checks", "files", "versions",
    }  # fmt: skip
    rows = [row for row in sample_rows if WEEK[0] <= row["date"] <= WEEK[1]]
    assert facts["requests"] == sum(row["requests"] for row in rows)
    assert facts["clients"] == len({row["client_id"] for row in rows})
    assert facts["interval"] == {"start": WEEK[0], "end": WEEK[1]}
    assert all(check["ok"] for check in facts["checks"])
    listed = {file["name"]: (file["bytes"], file["sha256"]) for file in facts["files"]}
    there = {path.name: path.read_bytes() for path in daily.iterdir() if path.name != "run.json"}
    assert listed == {name: (len(content), hashlib.sha256(content).hexdigest()) for name, content in there.items()}


def test_the_same_store_parameters_and_today_give_the_same_bytes(sample: Any, daily: Path) -> None:
    """CSVs and pictures of a second run are byte-identical; its folder takes the place of the first in one step."""
    first = {path.name: path.read_bytes() for path in daily.iterdir()}
    before = daily.resolve()
    started = replace(sample, cold=True)  # with another seed of hashes
    again = started.published(DAILY, "--today", TODAY, "-p", "date_range", "/".join(WEEK))

    assert again == daily
    assert again.resolve() != before
    assert (again.parent / "latest.html").resolve() == again.resolve() / "report.html"
    for path in again.iterdir():
        if path.name != "run.json":
            assert path.read_bytes() == first[path.name], path.name


def test_api_usage_csv_comes_back_by_import(sample: Any, daily: Path) -> None:
    """Imported under another name, the exported rows give the same files, byte for byte."""
    done = sample("import", daily / "api_usage.csv", "--organization", "copy", "--interval", "/".join(WEEK))
    assert done.returncode == 0, done.stderr
    copy = sample.published(DAILY, "--today", TODAY, "-p", "organization", "copy")

    look_back = {"changes.csv", "findings.csv", "summary.csv"}  # to days before the week, which the copy lacks
    for path in (path for path in daily.glob("*.csv") if path.name not in look_back):
        assert (copy / path.name).read_bytes() == path.read_bytes(), path.name
