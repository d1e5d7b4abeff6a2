"""The practice exam: some questions drawn by a seed, a time limit, and a result by topic."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

from apiusage_helpers.reports.training.bank import TOPICS, Question

PASS = 0.8  # of the questions


@dataclass(frozen=True)
class Exam:
    """The questions of one exam, and until when they may be answered."""

    questions: tuple[str, ...]
    ends: datetime

    def late(self, now: datetime) -> bool:
        """Whether the time is over."""
        return now > self.ends


def new_exam(bank: Sequence[Question], count: int, seed: int, *, begins: datetime, minutes: int) -> Exam:
    """An exam of `count` random questions (all, where there are fewer) that ends after `minutes`."""
    ids = [one.id for one in bank]
    drawn = random.Random(f"exam {seed}").sample(ids, min(count, len(ids)))  # noqa: S311  # a draw, no secret
    return Exam(tuple(drawn), begins + timedelta(minutes=minutes))


def result_table(exam: Exam, bank: Sequence[Question], right: Mapping[str, bool]) -> pd.DataFrame:
    """One row a topic and a last row for all: topic, questions, right, share (0-1). What was not answered is not right."""
    topics = {one.id: one.topic for one in bank}
    rows = []
    for topic in TOPICS:
        ids = [question for question in exam.questions if topics[question] == topic]
        if ids:
            rows.append((TOPICS[topic], len(ids), sum(right.get(question, False) for question in ids)))
    rows.append(("All", len(exam.questions), sum(right.get(question, False) for question in exam.questions)))
    table = pd.DataFrame(rows, columns=["topic", "questions", "right"])
    return table.assign(share=table["right"] / table["questions"])


def passed(table: pd.DataFrame) -> bool:
    """Whether an exam with this result is passed."""
    return bool(table["share"].iloc[-1] >= PASS)
