"""What schedules remember between two looks, beside the outputs: one small JSON file a report, below `.schedules/`.

A file is replaced in one step under a lock, so a reader sees all of a change or nothing. It can be lost without harm: what
has been published is told by the outputs themselves, and a schedule that nobody remembers begins anew.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from apiusage_helpers.project.atomic import write_text

STORE = ".store"  # no report can have this name
_SECONDS = 60


def remembered(output: Path, name: str) -> dict[str, Any]:
    """What is remembered under a name; nothing where there is no such file, or none that can be read."""
    try:
        found = json.loads(_file(output, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@contextmanager
def remembering(output: Path, name: str) -> Iterator[dict[str, Any]]:
    """What is remembered under a name, to be changed in place; others wait meanwhile. Nothing is written for no change."""
    with locked(output, f"state+{name}"):
        state = remembered(output, name)
        before = json.dumps(state, sort_keys=True)
        yield state
        if json.dumps(state, sort_keys=True) != before:
            write_text(_file(output, name), json.dumps(state, indent=1, sort_keys=True))


@contextmanager
def locked(output: Path, name: str, *, seconds: float = _SECONDS) -> Iterator[None]:
    """The lock of a name below `output`; filelock's Timeout when another holds it for longer than `seconds`."""
    locks = output / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{name}.lock", timeout=seconds):
        yield


def _file(output: Path, name: str) -> Path:
    return output / ".schedules" / f"{name}.json"
