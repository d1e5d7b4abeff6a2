"""The question bank: params/tables/questions.yaml, checked whole before anything is asked.

A question without a reason, a source or a right answer is refused, with the file, the question and the key at fault.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.settings.strict import Strict, checked, faults_at
from apiusage_helpers.settings.yaml_file import read_yaml

FILE = "questions.yaml"
TOPICS = {
    "tools": "The two tools",
    "counted": "What is counted",
    "days": "Days",
    "panels": "Panels",
    "statuses": "Status codes",
    "selections": "View selections",
    "view": "The view",
    "export": "Export",
    "fair_use": "Fair use",
    "practices": "Best practices",
    "troubles": "Troubleshooting",
    "lab": "Find it in the report",
}
COMPUTED = {
    "number": ("requests", "clients", "failed", "throttled", "platform_400"),
    "find": ("top_client", "most_throttled", "most_refused", "top_url", "worst_day", "silent_client", "steadiest"),
}
_Text = Annotated[str, Field(min_length=1, max_length=500)]
_MOST_CHOICES = 12


class Question(Strict):
    """One question: `single` and `multiple` have choices, `match` pairs, `number` and `find` are computed from the data."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    topic: Literal[tuple(TOPICS)]  # type: ignore[valid-type]  # the keys above
    kind: Literal["single", "multiple", "number", "find", "match"]
    ask: _Text
    choices: Annotated[list[_Text], Field(max_length=_MOST_CHOICES, default_factory=list)]
    right: _Text | Annotated[list[_Text], Field(min_length=1)] = "none"
    computed: str = ""
    pairs: Annotated[dict[_Text, _Text], Field(default_factory=dict)]
    reason: _Text
    source: Literal["seed", "policy", "kit"]
    where: _Text

    @property
    def answers(self) -> tuple[str, ...]:
        """The right choices of a question that has some."""
        return (self.right,) if isinstance(self.right, str) else tuple(self.right)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> list[str]:
        if self.kind in COMPUTED:
            known = COMPUTED[self.kind]
            return [] if self.computed in known else [f"computed: use one of {', '.join(known)}"]
        if self.kind == "match":
            return [] if len(self.pairs) > 1 else ["pairs: a question that matches needs at least two"]
        return _choice_faults(self.kind, self.choices, self.answers)


def _choice_faults(kind: str, choices: Sequence[str], right: Sequence[str]) -> list[str]:
    if len(choices) < 2:  # noqa: PLR2004  # one is no choice
        return ["choices: at least two"]
    if len(set(choices)) < len(choices):
        return ["choices: one is listed twice"]
    if not set(right) <= set(choices):
        return ["right: an answer that is not among the choices"]
    if kind == "single" and len(right) != 1:
        return ["right: exactly one for a single choice"]
    return []


def read_bank(path: Path | None) -> tuple[Question, ...]:
    """The questions of a bank, in its order; ParameterError tells all its faults at once."""
    if path is None:
        raise ParameterError(f"{FILE}: there is no such file in params/tables")
    try:
        written = read_yaml(path)
    except FileNotFoundError:
        raise ParameterError(f"{path}: there is no such file") from None
    if not isinstance(written, list):
        raise ParameterError(f"{path}: a bank is a list of questions: begin each with '- id: '")
    faults: list[str] = []
    bank: list[Question] = []
    for place, one in enumerate(written, 1):
        name = one.get("id") if isinstance(one, dict) else ""
        try:
            bank.append(checked(Question, one, f"question {name or place}"))
        except ParameterError as fault:
            faults += [" ".join(str(fault).split())]
    twice = [name for name, count in Counter(one.id for one in bank).items() if count > 1]
    faults += [f"question {name}: id: it is used twice" for name in twice]
    if faults or not bank:
        raise faults_at(path, faults or ["there is no question"])
    return tuple(bank)
