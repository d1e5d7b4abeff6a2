"""A report is declared, not wired: one folder and one notebook of five cells make a checked page with all that pages have."""

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plain_choice import raw_rows

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
TOY = Path(__file__).parent / "toy_report"
OUTCOMES = ("succeeded", "redirected", "client_errors", "throttled", "server_errors")


@pytest.fixture(scope="module")
def line(make_command_line: Callable[[str], Any]) -> Any:
    """The kit with one folder and one notebook more, nothing else changed, and the sample."""
    line = replace(make_command_line("toy"), cold=True)  # of a kit of its own
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "apiusage_helpers", line.folder / "apiusage_helpers", ignore=kept)
    shutil.copytree(
        TOY,
        line.folder / "apiusage_helpers" / "reports" / "refused_urls",
        ignore=shutil.ignore_patterns("__pycache__", "*.ipynb"),
    )
    (line.folder / "notebooks").mkdir()
    shutil.copy(TOY / "refused_urls.ipynb", line.folder / "notebooks")
    (line.folder / "params").mkdir()
    (line.folder / "params" / "refused.yaml").write_text(
        "notebook: refused_urls\nparameters: {organization: sample, date_range: previous_7_days}\n"
    )
    line.environment["PYTHONPATH"] = str(line.folder)
    assert line("sample", "--today", "2026-11-24").returncode == 0
    return line


@pytest.fixture(scope="module")
def runs(line: Any) -> list[Path]:
    """The folders of two published weeks."""
    return [line.published("params/refused.yaml", "--today", day) for day in ("2026-11-17", "2026-11-24")]


def counted(rows: list[dict[str, Any]]) -> list[list[str]]:
    """The records of answers_by_url.csv from raw rows, in plain Python."""
    sums: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        sums.setdefault((row["template_uri"], row["http_method"]), Counter()).update({
            "succeeded": row["status200"], "redirected": row["status300"], "client_errors": row["status400"] - row["status429"],
            "throttled": row["status429"], "server_errors": row["status500"], "requests": row["requests"],
        })  # fmt: skip
    ordered = sorted(sums.items(), key=lambda entry: (-entry[1]["requests"], entry[0]))
    return [[method, uri, *(str(count[name]) for name in (*OUTCOMES, "requests"))] for (uri, method), count in ordered]


def records(text: str) -> list[list[str]]:
    header, *rest = csv.reader(io.StringIO(text, newline=""))
    assert header == ["http_method", "template_uri", *OUTCOMES, "requests"]
    return rest


def test_it_is_published_and_checked(runs: list[Path]) -> None:
    """Its CSV holds what plain Python counts, and run.json its check, its files and its days."""
    facts = json.loads((runs[1] / "run.json").read_text(encoding="utf-8"))
    checks = {check["name"]: check["ok"] for check in facts["checks"]}

    assert records((runs[1] / "answers_by_url.csv").read_text(encoding="utf-8")) == counted(raw_rows(runs[1]))
    assert (facts["status"], checks["Answers by URL"], checks["CSV files"]) == ("succeeded", True, True)
    assert {file["name"] for file in facts["files"]} == {"answers_by_url.csv", "api_usage.csv", "report.html"}
    assert len(facts["days"]["present"]) == 7


def test_it_stands_in_the_catalog(line: Any, runs: list[Path]) -> None:
    """`apiusage runs` lists both weeks, and the page of all reports leads to them."""
    listed = json.loads(line("runs", "--json").stdout)

    assert [(run["report"], run["status"]) for run in listed] == [("refused", "succeeded")] * 2
    assert all(f"{run.parent.name}/{run.name}/report.html" in (line.output / "index.html").read_text() for run in runs)


def test_two_runs_are_compared(line: Any, runs: list[Path]) -> None:
    """`apiusage diff` tells what changed in its file."""
    told = line("diff", runs[0], runs[1])

    assert told.returncode == 0
    assert "answers_by_url.csv" in told.stdout


def test_its_page_filters(
    runs: list[Path], opened: Callable[..., Any], csv_files: Callable[[Any], dict[str, str]]
) -> None:
    """A choice of one client: table, picture and sentence follow, and its CSV is what plain Python counts."""
    rows = raw_rows(runs[1])
    client = Counter(row["client_id"] for row in rows).most_common(1)[0][0]
    watch = opened(runs[1] / "report.html", f"#clients={client}")
    page = watch.page

    (text,) = csv_files(page).values()
    assert records(text) == counted([row for row in rows if row["client_id"] == client])
    assert page.locator("#answers_by_url svg g.choice").count() == min(10, len(records(text)))
    assert "failed" in page.inner_text("#answers_by_url .takeaway")
    assert watch.wrongs() == []
