"""docs/questions.md: each of its ten lines runs on the sample and answers something."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from apiusage_helpers.interval import utc_today
from apiusage_helpers.sources.sample import sample_usage
from apiusage_helpers.store import Origin, write_days

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "questions.md").read_text(encoding="utf-8")
IMPORTS, *LINES = re.findall(r"```python\n(.+?)\n```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the page imports, over a store that holds the sample."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APIUSAGE_STORE", str(tmp_path_factory.mktemp("store")))
        usage, days = sample_usage(today=utc_today())
        write_days("sample", usage, days.days, Origin("sample", datetime.now(UTC)))
        imported: dict[str, Any] = {}
        exec(IMPORTS, imported)  # noqa: S102  # our own page
        yield imported


def test_there_are_ten() -> None:
    """Each with one line."""
    assert len(LINES) == 10
    assert not any("\n" in line for line in LINES)


@pytest.mark.parametrize("line", LINES, ids=range(1, 11))
def test_a_question_is_answered_in_one_line(names, line: str) -> None:
    """By a table with rows, a sentence, or a number."""
    answer = eval(line, names)  # noqa: S307  # our own page

    assert answer if isinstance(answer, str | int) else len(answer)
