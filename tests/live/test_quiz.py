"""The quiz and the practice exam, by their widgets: wrong, right, resumed, finished; the same with every kind of question."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ipywidgets as widgets
import pytest

from apiusage_helpers.live.quiz import practice_exam, practise, quiz
from apiusage_helpers.reports.training import progress
from apiusage_helpers.reports.training.answers import asked
from apiusage_helpers.reports.training.bank import Question
from apiusage_helpers.reports.training.report import TrainingReport

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
COMMON = {"topic": "days", "reason": "Because.", "source": "kit", "where": "Chapter 3"}
BANK = (
    Question(id="one", kind="single", ask="One?", choices=["a", "b"], right="a", **COMMON),
    Question(id="many", kind="multiple", ask="Many?", choices=["x", "y", "z"], right=["x", "z"], **COMMON),
    Question(id="count", kind="number", ask="How many?", computed="requests", **COMMON),
    Question(id="pairs", kind="match", ask="Which?", pairs={"left": "1", "right": "2"}, **COMMON),
)  # fmt: skip
RIGHT = {"One?": "a", "Many?": {"x", "z"}, "How many?": "11", "Which?": {"left": "1", "right": "2"}}


@pytest.fixture(autouse=True)
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APIUSAGE_OUTPUT", str(tmp_path))
    return tmp_path


@pytest.fixture
def training(report) -> TrainingReport:
    """Four questions, one of each kind that a person answers in another way."""
    usage = report((1, "a", "CRM", "GET", "u", 6, 0, 4, 1, 1))
    return TrainingReport(usage, BANK, {one.id: asked(one, usage, 1) for one in BANK})  # type: ignore[misc]


def leaves(box: widgets.Widget) -> Iterator[widgets.Widget]:
    """All widgets of a box, in order."""
    for part in getattr(box, "children", ()):
        yield part
        yield from leaves(part)


def press(box: widgets.Widget, word: str) -> None:
    next(part for part in leaves(box) if isinstance(part, widgets.Button) and word in part.description).click()


def text(box: widgets.Widget) -> str:
    return "\n".join(part.value for part in leaves(box) if isinstance(part, widgets.HTML))


def fill(box: widgets.Widget, answer: object) -> None:
    """Answer by the fields that are shown."""
    for part in leaves(box):
        if isinstance(part, widgets.Checkbox):
            part.value = part.description in answer  # type: ignore[operator]
        elif isinstance(part, widgets.Dropdown):
            part.value = answer[part.description]  # type: ignore[index]
        elif isinstance(part, widgets.Text | widgets.RadioButtons):
            part.value = answer


def shown_question(box: widgets.Widget) -> str:
    return next(ask for ask in RIGHT if f"<b>{ask}</b>" in text(box))


def test_a_learner_answers_wrong_and_right_goes_on_later_and_finishes(training) -> None:
    """The reason comes at once; what was wrong comes back; a new start of the notebook goes on where it stopped."""
    box = quiz(training, "ada", "class", clock=lambda: NOON)
    press(box, "Check")
    assert "Choose or write an answer first" in text(box)
    fill(box, "b")
    press(box, "Check")
    assert "Not right. The answer is: a." in text(box)
    assert "Because. Where to look: Chapter 3." in text(box)
    press(box, "Next")
    fill(box, RIGHT[shown_question(box)])
    press(box, "Check")
    assert "Right." in text(box)

    again = quiz(training, "ada", "class", clock=lambda: NOON)
    assert "ada: 1 of 4 questions right." in text(again)
    asked_in_order = []
    for _ in range(3):
        asked_in_order.append(shown_question(again))
        fill(again, RIGHT[asked_in_order[-1]])
        press(again, "Check")
        press(again, "Next")
    assert asked_in_order == ["How many?", "Which?", "One?"]
    assert "ada: 4 of 4 questions right." in text(again)
    assert "Every question is answered right" in text(again)
    assert "bob: 0 of 4" in text(quiz(training, "bob", "class"))


def test_each_field_has_a_label_and_changes_are_told(training) -> None:
    """No field without a description; score and feedback are statuses."""
    box = quiz(training, "ada", "class")
    fields = [part for part in leaves(box) if isinstance(part, widgets.RadioButtons | widgets.Text | widgets.Checkbox)]

    assert fields
    assert all(part.description for part in fields)
    assert 'role="status"' in text(box)


def test_a_name_that_is_none_is_refused_in_words(training) -> None:
    """The rule is that of organization names."""
    assert 'role="alert"' in text(quiz(training, "../x", "class"))


def test_without_a_name_it_is_asked_for(training) -> None:
    """A name that is none is refused in words; with one the learner's own questions are there."""
    box = practise(training, "", "class")
    fill(box, "../x")
    press(box, "Begin")
    assert 'role="alert"' in text(box)
    fill(box, "Ada")
    press(box, "Begin")
    assert "ada: 0 of 4 questions right." in text(box)


@pytest.mark.parametrize(("minutes", "word"), [(29, "Passed."), (31, "The time is over")])
def test_an_exam_ends_with_its_result_by_topic(training, output: Path, minutes: int, word: str) -> None:
    """All answered right within the time passes; after it no answer counts; the result is kept as CSV."""
    clock = iter([NOON, NOON + timedelta(minutes=minutes), NOON + timedelta(minutes=minutes)])
    box = practice_exam(training, "ada", "class", questions=4, minutes=30, clock=lambda: next(clock))
    press(box, "Begin")
    for group in [part for part in box.children if isinstance(part, widgets.VBox)]:
        fill(group, RIGHT[shown_question(group)])
    press(box, "Finish")

    assert word in text(box)
    (kept,) = (output / ".training" / "class").glob("ada.exam.*.csv")
    assert "<td>All</td>" in kept.with_suffix(".html").read_text(encoding="utf-8")
    share = "1" if word == "Passed." else "0"
    assert kept.read_text(encoding="utf-8").splitlines()[-1] == f"All,4,{'4' if share == '1' else '0'},{share}"
    assert progress.learners("class") == []
