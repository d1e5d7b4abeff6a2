"""The practice exam: drawn by a seed, ended by the clock, with a result by topic."""

from datetime import UTC, datetime, timedelta

from apiusage_helpers.reports.training.bank import TOPICS
from apiusage_helpers.reports.training.exam import new_exam, passed, result_table
from tests.reports.training.questions import BANK

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_an_exam_is_drawn_by_its_seed() -> None:
    """Twenty different questions, the same for the same seed; all of a small bank."""
    one, same, other = (new_exam(BANK, 20, seed, begins=NOON, minutes=30) for seed in (1, 1, 2))

    assert one == same != other
    assert len(set(one.questions)) == 20
    assert len(new_exam(BANK[:3], 20, 1, begins=NOON, minutes=30).questions) == 3


def test_the_time_ends() -> None:
    """At the last second it is not late, after it it is."""
    exam = new_exam(BANK, 5, 1, begins=NOON, minutes=30)

    assert not exam.late(NOON + timedelta(minutes=30))
    assert exam.late(NOON + timedelta(minutes=30, seconds=1))


def test_the_result_adds_up_by_topic() -> None:
    """What was not answered is not right; the last row is all; 80 % passes."""
    exam = new_exam(BANK, 10, 3, begins=NOON, minutes=30)
    right = dict.fromkeys(exam.questions[:8], True) | {exam.questions[8]: False}
    table = result_table(exam, BANK, right)

    assert table.iloc[-1].tolist() == ["All", 10, 8, 0.8]
    assert table["questions"].iloc[:-1].sum() == 10
    assert table["right"].iloc[:-1].sum() == 8
    assert set(table["topic"]) <= {*TOPICS.values(), "All"}
    assert passed(table)
    assert not passed(result_table(exam, BANK, dict.fromkeys(exam.questions[:7], True)))
