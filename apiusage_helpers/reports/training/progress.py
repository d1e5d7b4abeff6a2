"""What a learner has answered: a file of lines, one an answer, kept below the output folder.

A line counts once it is on the disk; only then is an answer confirmed. So a process that is killed loses nothing that was
confirmed, and two windows of one learner do not overwrite each other. A file that cannot be read is kept aside and told.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from apiusage_helpers.names import organization_name
from apiusage_helpers.project import places
from apiusage_helpers.project.small_files import read_bytes, write_text
from apiusage_helpers.reports.training.bank import Question
from apiusage_helpers.text import counted

VERSION = 1
_ENDING = ".jsonl"


@dataclass(frozen=True)
class Answered:
    """One confirmed answer."""

    question: str
    right: bool
    at: str


@dataclass(frozen=True)
class Progress:
    """The answers of one learner of a class, in order; `told` says what could not be read."""

    learner: str
    group: str
    answers: tuple[Answered, ...] = ()
    told: str = ""

    def right(self) -> set[str]:
        """The questions whose newest answer is right."""
        newest = {one.question: one.right for one in self.answers}
        return {question for question, right in newest.items() if right}


def place_of(learner: str, group: str) -> Path:
    """The file of a learner; ParameterError where a name is none (the rule is that of organization names)."""
    return (
        places.output_folder()
        / ".training"
        / organization_name(group, "class")
        / f"{organization_name(learner, 'learner')}{_ENDING}"
    )


def learners(group: str) -> list[str]:
    """The learners of a class that have answered something."""
    folder = places.output_folder() / ".training" / organization_name(group, "class")
    return sorted(path.stem for path in folder.glob(f"*{_ENDING}"))


def read_progress(learner: str, group: str, bank: Sequence[Question]) -> Progress:
    """The answers of a learner to the questions of `bank`; what cannot be read is kept aside, and told."""
    path = place_of(learner, group)
    if not path.is_file():
        return Progress(learner, group)
    lines = read_bytes(path).split(b"\n")
    whole = [line for line in lines[:-1] if line]  # what has no end was never confirmed
    read = [_answer(line) for line in whole]
    known = {one.id for one in bank}
    kept = tuple(one for one in read if one is not None and one.question in known)
    torn, strange = sum(one is None for one in read), sum(one is not None and one.question not in known for one in read)
    if not torn and not strange:
        return Progress(learner, group, kept)
    aside = _aside(path)
    aside.write_bytes(b"\n".join(lines))
    good = [line for line, one in zip(whole, read, strict=True) if one is not None and one.question in known]
    write_text(path, "".join(f"{line.decode()}\n" for line in good))
    told = (
        f"{learner}: {counted(torn, 'answer')} could not be read, {counted(strange, 'answer')} to questions that this bank does "
        f"not have; the file as it was is kept as {aside}"
    )
    return Progress(learner, group, kept, told)


def confirm(learner: str, group: str, question: str, at: datetime, *, right: bool) -> Answered:
    """The answer, once it is on the disk."""
    answered = Answered(question, right, f"{at:%Y-%m-%dT%H:%M:%S%z}")
    line = json.dumps({"version": VERSION, "question": question, "right": right, "at": answered.at}) + "\n"
    path = place_of(learner, group)
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        if _ends_torn(path):
            line = "\n" + line
        os.write(file, line.encode())
        os.fsync(file)
    finally:
        os.close(file)
    return answered


def keep_result(learner: str, group: str, at: datetime, table: bytes, page: str) -> Path:
    """The page that holds the result of an exam, beside the learner's answers and beside its CSV file."""
    path = place_of(learner, group).with_name(f"{learner}.exam.{at:%Y%m%dT%H%M%S}.html")
    write_text(path.with_suffix(".csv"), table.decode())
    write_text(path, page)
    return path


def forget(learner: str, group: str) -> bool:
    """Whether a learner had a file, which is now gone."""
    path = place_of(learner, group)
    there = path.is_file()
    path.unlink(missing_ok=True)
    return there


def next_question(progress: Progress, ids: Sequence[str]) -> str | None:
    """What is asked next: what was never answered, in order; then what was answered wrong, the oldest first."""
    answered = [one.question for one in progress.answers]
    fresh = [question for question in ids if question not in set(answered)]
    if fresh:
        return fresh[0]
    right = progress.right()
    wrong = [question for question in reversed(answered) if question not in right and question in ids]
    return list(dict.fromkeys(wrong))[-1] if wrong else None


def by_topic(progress: Progress, bank: Sequence[Question]) -> dict[str, tuple[int, int, int]]:
    """For each topic how many questions are right, were answered, and there are."""
    right, tried = progress.right(), {one.question for one in progress.answers}
    topics = dict.fromkeys(one.topic for one in bank)
    return {topic: _counts([one.id for one in bank if one.topic == topic], right, tried) for topic in topics}


def struggles(answers: Iterable[Answered]) -> Counter[str]:
    """How often each question was answered wrong."""
    return Counter(one.question for one in answers if not one.right)


def _counts(ids: Sequence[str], right: set[str], tried: set[str]) -> tuple[int, int, int]:
    return len(right & set(ids)), len(tried & set(ids)), len(ids)


def _answer(line: bytes) -> Answered | None:
    try:
        told = json.loads(line)
        if told["version"] != VERSION:
            return None
        return Answered(str(told["question"]), bool(told["right"]), str(told["at"]))
    except (ValueError, KeyError, TypeError):
        return None


def _ends_torn(path: Path) -> bool:
    content = read_bytes(path)
    return bool(content) and not content.endswith(b"\n")


def _aside(path: Path) -> Path:
    """A free name beside a file that cannot be read."""
    number = 1
    while (aside := path.with_name(f"{path.name}.kept-{number}")).exists():
        number += 1
    return aside
