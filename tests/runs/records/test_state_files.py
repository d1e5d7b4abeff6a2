"""What schedules remember: typed, replaced whole, and treated as lost where it does not fit."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from apiusage_helpers.runs.records.state_files import Failure, ScheduleState, remembered, remembering, set_aside
from apiusage_helpers.runs.scheduling.due import due

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
BROKEN = [
    "[]",
    "null",
    "{",
    '{"begun": 1}',
    '{"waiting": ["soon"]}',
    '{"failures": {"x": {}}}',
    '{"outbox": []}',
    "[" * 9999,
]


def test_what_was_remembered_is_read_back(tmp_path: Path) -> None:
    """Instants are instants, failures are failures; a file of today's form is what an earlier version wrote."""
    with remembering(tmp_path, "daily") as state:
        state.begun, state.waiting = NOW, (NOW,)
        state.failures = {"x": Failure("a", "why", None, "x")}

    again = remembered(tmp_path, "daily")

    assert (again.begun, again.waiting, again.failures) == (NOW, (NOW,), {"x": Failure("a", "why", None, "x")})
    earlier = {"begun": "2026-11-24T12:00:00+00:00", "schedule": "30 2 * * * UTC", "opening": None, "waiting": []}
    (tmp_path / ".schedules" / "daily.json").write_text(json.dumps(earlier))
    assert remembered(tmp_path, "daily") == ScheduleState("30 2 * * * UTC", NOW)


def test_nothing_is_written_for_no_change(tmp_path: Path) -> None:
    """A look that finds nothing new leaves no trace."""
    with remembering(tmp_path, "daily"):
        pass

    assert not (tmp_path / ".schedules").exists()


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_file_that_does_not_fit_is_set_aside_and_named(stub, params_file, text: str) -> None:
    """Its schedule begins anew, and every other report goes on."""
    params_file("daily")
    params_file("other")
    states = stub.output / ".schedules"
    states.mkdir(parents=True)
    (states / "daily.json").write_text(text)
    (states / ".store.json").write_text(text)

    code = due(NOW, stub.ports())

    assert code == 0
    assert {report for report, *_ in stub.made} == {"daily", "other"}
    assert (states / "daily.json.unusable").read_text() == text
    assert any("daily.json.unusable" in line for line in stub.told)


@given(st.dictionaries(st.sampled_from(["schedule", "begun", "opening", "waiting", "looked_at", "failures", "outbox", "alarms"]),
                       st.none() | st.integers() | st.text(max_size=4) | st.lists(st.integers(), max_size=2) | st.just({})))  # fmt: skip
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_state_of_any_shape_is_a_fault(tmp_path: Path, state: dict[str, Any]) -> None:
    """It is read, or is lost."""
    folder = tmp_path / ".schedules"
    folder.mkdir(exist_ok=True)
    (folder / "daily.json").write_text(json.dumps(state))

    assert isinstance(remembered(tmp_path, "daily"), ScheduleState)
    assert len(list(set_aside(tmp_path))) <= 1


def test_a_pipe_and_a_circle_among_the_params_files_stop_nobody(stub, params_file) -> None:
    """They are named, and the other reports are made."""
    import os

    folder = params_file("daily").parent
    os.mkfifo(folder / "pipe.yaml")
    (folder / "circle.yaml").symlink_to("circle.yaml")

    code = due(NOW + timedelta(days=1), stub.ports())

    assert code == 2
    assert [report for report, *_ in stub.made] == ["daily"]
    assert any("pipe.yaml: cannot be read: not a regular file" in line for line in stub.told)
    assert any("circle.yaml" in line for line in stub.told)
