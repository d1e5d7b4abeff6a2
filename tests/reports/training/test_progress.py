"""What learners answered: nothing confirmed is lost, nothing of one is another's, and a torn file is kept aside."""

import os
import random
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.reports.training import progress
from apiusage_helpers.reports.training.progress import Answered, Progress
from tests.reports.training.questions import BANK

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LEARN = """
import sys
from datetime import UTC, datetime
from apiusage_helpers.reports.training import progress
for n in range(10_000):
    progress.confirm(sys.argv[1], "class", sys.argv[2 + n % (len(sys.argv) - 2)], datetime.now(UTC), right=n % 3 > 0)
    print(n, flush=True)
"""


@pytest.fixture(autouse=True)
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Progress lies below the output folder."""
    monkeypatch.setenv("APIUSAGE_OUTPUT", str(tmp_path))
    return tmp_path


def answer(learner: str, question: str, *, right: bool) -> None:
    progress.confirm(learner, "class", question, NOW, right=right)


def test_answers_are_kept_by_learner(output: Path) -> None:
    """Each reads only its own; the newest answer to a question counts."""
    answer("ada", "methods", right=False)
    answer("ada", "methods", right=True)
    answer("ada", "today", right=False)
    answer("bob", "today", right=True)

    assert progress.learners("class") == ["ada", "bob"]
    assert progress.read_progress("ada", "class", BANK).right() == {"methods"}
    assert progress.read_progress("bob", "class", BANK).right() == {"today"}
    assert progress.read_progress("carl", "class", BANK) == Progress("carl", "class")
    assert (output / ".training" / "class" / "ada.jsonl").stat().st_mode & 0o077 == 0


def test_what_was_wrong_comes_back_when_all_was_asked() -> None:
    """First what is new, in order; then what is wrong, the oldest first; nothing when all is right."""

    def following(*answers: tuple[str, bool]) -> str | None:
        told = tuple(Answered(question, right, "") for question, right in answers)
        return progress.next_question(Progress("a", "c", told), ["q1", "q2", "q3"])

    assert following() == "q1"
    assert following(("q1", False)) == "q2"
    assert following(("q1", False), ("q2", True), ("q3", False)) == "q1"
    assert following(("q1", False), ("q2", True), ("q3", False), ("q1", False)) == "q3"
    assert following(("q1", False), ("q2", True), ("q3", False), ("q1", True), ("q3", True)) is None


def test_a_torn_line_is_told_and_the_rest_is_read(output: Path) -> None:
    """The file is kept aside as it was; an answer without an end was never confirmed; the next one stands alone."""
    answer("ada", "methods", right=True)
    path = output / ".training" / "class" / "ada.jsonl"
    path.write_bytes(path.read_bytes() + b'{"version": 1, "quest\n{"version": 9, "question": "today"}\n{"version": 1')
    answer("ada", "timezone", right=True)
    before = path.read_bytes()
    read = progress.read_progress("ada", "class", BANK)

    assert read.right() == {"methods", "timezone"}
    assert "ada: 3 answers could not be read, 0 answers to questions" in read.told
    assert (output / ".training" / "class" / "ada.jsonl.kept-1").read_bytes() == before
    assert progress.read_progress("ada", "class", BANK) == Progress("ada", "class", read.answers)


def test_answers_to_another_bank_are_told(output: Path) -> None:
    """Questions that this bank does not have count nowhere."""
    answer("ada", "gone", right=True)
    read = progress.read_progress("ada", "class", BANK)

    assert read.answers == ()
    assert "ada: 0 answers could not be read, 1 answer to questions that this bank does not have" in read.told
    assert (output / ".training" / "class" / "ada.jsonl.kept-1").is_file()


@pytest.mark.parametrize("name", ["../evil", "", "A", "a/b", "all"])
def test_a_name_goes_through_the_rule_of_organizations(name: str) -> None:
    """No learner leads out of the folder."""
    with pytest.raises(ParameterError):
        progress.place_of(name, "class")


def test_a_topic_tells_how_far_a_learner_is() -> None:
    """Right, answered, and how many there are."""
    answer("ada", "methods", right=True)
    answer("ada", "excluded", right=False)
    counts = progress.by_topic(progress.read_progress("ada", "class", BANK), BANK)

    assert counts["counted"] == (1, 2, sum(one.topic == "counted" for one in BANK))
    assert counts["days"][:2] == (0, 0)


def test_a_learner_starts_again() -> None:
    """Once there is something to forget."""
    answer("ada", "methods", right=True)

    assert progress.forget("ada", "class")
    assert not progress.forget("ada", "class")
    assert progress.learners("class") == []


@pytest.mark.kills
def test_ten_learners_killed_at_random_lose_no_confirmed_answer() -> None:
    """Each process says a number once its answer is confirmed; all of these are read afterwards, and nobody's are another's."""
    ids, dice = [one.id for one in BANK], random.Random(6)
    running = [
        subprocess.Popen([sys.executable, "-c", LEARN, f"learner{n}", *ids], stdout=subprocess.PIPE, cwd=ROOT, env=os.environ.copy())
        for n in range(10)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        for _ in range(dice.randint(1, 40)):
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    for n, process in enumerate(running):
        said = process.communicate()[0].split()
        read = progress.read_progress(f"learner{n}", "class", BANK)
        confirmed = len(said) and int(said[-1]) + 1
        assert len(read.answers) >= confirmed
        assert [one.question for one in read.answers] == [ids[place % len(ids)] for place in range(len(read.answers))]
        assert read.told == ""
