"""The training as a page: questions with their answers behind folds, and nothing of them in the notebook."""

import json
import re
from pathlib import Path

import pytest

from tests.reports.training.questions import BANK

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def line(make_command_line):
    """A command line with the sample in its store."""
    made = make_command_line("training")
    assert made("sample", "--today", "2026-11-24").returncode == 0
    return made


@pytest.fixture(scope="module")
def folder(line) -> Path:
    """The published training of the sample."""
    return line.published(ROOT / "params" / "training.yaml", "--today", "2026-11-24")


def test_every_question_is_a_card_whose_answer_is_folded(folder: Path) -> None:
    """All of the bank, each with reason, place and source; closed as published."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    cards = re.findall(r'<div class="question" id="q-([a-z0-9-]+)">(.*?)</details></div>', page, re.DOTALL)

    assert [name for name, _ in cards]
    assert sorted(name for name, _ in cards) == sorted(one.id for one in BANK)
    assert all("<details><summary>Answer</summary>" in card and "Where to look: " in card for _, card in cards)
    assert "All 8 checks of agreement hold" in page


def test_the_lab_holds_five_incidents_and_what_the_kit_found(folder: Path) -> None:
    """A client that is throttled, one that is refused, one that polls, one that is silent, and a day of server errors."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    found = page.split("<summary>What the kit found</summary>")[1].split("Check yourself")[0]

    assert {"throttling", "client_errors", "polling", "silent_client", "server_errors_platform"} <= set(
        re.findall(r'data-kind="(\w+)"', found)
    )
    assert found.count("What to do") >= 5


def test_a_fault_of_the_bank_is_told_before_anything_runs(line) -> None:
    """One message with file, question and key; exit 2."""
    table = line.folder / "params" / "tables" / "questions.yaml"
    table.parent.mkdir(parents=True)
    bank = (ROOT / "params" / "tables" / "questions.yaml").read_text(encoding="utf-8")
    table.write_text(
        bank.replace("  reason: It counts API requests and says which OAuth clients made them.\n", ""), encoding="utf-8"
    )
    done = line(
        "report",
        ROOT / "params" / "training.yaml",
        "--today",
        "2026-11-24",
        APIUSAGE_PARAMS=str(line.folder / "params"),
    )

    assert done.returncode == 2
    assert "questions.yaml" in done.stderr
    assert "question what-it-shows: reason: Field required" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_file_of_questions_holds_no_answer(folder: Path) -> None:
    """Questions by topic; answers only in the instructor's key."""
    text = (folder / "training_questions.csv").read_text(encoding="utf-8")

    assert text.splitlines()[0] == "id,topic,kind,question"
    assert "rate limit was reached" not in text
    assert len(text.splitlines()) == 68


def test_the_notebook_holds_no_answer() -> None:
    """Neither in its text cells of questions nor in stored outputs."""
    cells = json.loads((ROOT / "notebooks" / "training.ipynb").read_text(encoding="utf-8"))["cells"]

    stored = json.dumps([cell.get("outputs", []) for cell in cells])
    assert len(stored) > 1000
    for hidden in ("Answer</summary>", "Where to look", "q-what-it-shows", "Calls and chats"):
        assert hidden not in stored + json.dumps([cell["source"] for cell in cells])


def test_an_instructor_sees_key_learners_and_results(line) -> None:
    """The key differs by data, results by learner and topic; a reset lets a learner start again."""
    key = line("training", "key", "--organization", "sample", "--today", "2026-11-24")
    assert key.returncode == 0, key.stderr
    assert "find-top-client,Which OAuth client made the most requests?,Wallboard Europe," in key.stdout
    assert line("training", "list").stderr.strip().endswith("nobody has answered a question yet")
    path = Path(line.environment["APIUSAGE_OUTPUT"]) / ".training" / "class" / "ada.jsonl"
    path.parent.mkdir(parents=True)
    answers = [{"version": 1, "question": "methods", "right": right, "at": "x"} for right in (False, True)]
    path.write_text("".join(json.dumps(one) + "\n" for one in answers))

    assert line("training", "list").stdout.strip() == "ada: 1 of 67 questions right, 1 answered"
    results = line("training", "results")
    assert "ada,What is counted,1,1," in results.stdout
    assert "1 wrong answer: Which HTTP methods" in results.stderr
    assert "starts again" in line("training", "reset", "Ada").stderr
    assert not path.exists()
    assert line("training", "reset", "../x").returncode == 2
    assert "learner '../x' cannot be used" in line("training", "reset", "../x").stderr
    assert "class 'my class' cannot be used" in line("training", "list", "--class", "my class").stderr
