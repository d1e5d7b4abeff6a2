"""acknowledged.yaml: what is known, until when and why; every fault in one message."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.settings.acknowledged import read_acknowledged, reason_for

FOUND = SimpleNamespace(kind="polling", client_id="c1", http_method="GET", template_uri="api/v2/users")


def written(folder: Path, text: str) -> Path:
    path = folder / "acknowledged.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[{kind: polling, until: 2026-12-01, reason: known}]", "known"),
        ("[{client_id: c1, until: 2026-11-28, reason: last day}]", "last day"),
        ("[{until: 2026-12-01, reason: all}]", "all"),
        ("[{kind: polling, until: 2026-11-27, reason: run out}]", ""),
        ("[{kind: polling, client_id: c2, until: 2026-12-01, reason: another}]", ""),
        ("[]", ""),
        ("", ""),
    ],
)
def test_a_finding_is_acknowledged_until_a_day(tmp_path: Path, text: str, reason: str) -> None:
    """That day included; every key that is not empty must be the finding's."""
    assert reason_for(FOUND, read_acknowledged(written(tmp_path, text)), date(2026, 11, 28)) == reason


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[{kind: poling, until: 2026-12-01, reason: x}]", "0.kind: no kind of finding"),
        ("[{kind: polling, until: soon, reason: x}]", "0.until"),
        ("[{kind: polling, until: 2026-12-01}]", "0.reason"),
        ("{}", "list"),
        ("[{kindd: polling, until: 2026-12-01, reason: x}]", "0.kindd"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    """And with the file."""
    with pytest.raises(ParameterError) as fault:
        read_acknowledged(written(tmp_path, text))

    assert told in str(fault.value)
    assert str(tmp_path / "acknowledged.yaml") in str(fault.value)
