"""What schedules remember between two looks, beside the outputs: one small JSON file a report, below `.schedules/`.

A file is replaced in one step under a lock, so a reader sees all of a change or nothing. It can be lost without harm: what
has been published is told by the outputs themselves, and a schedule that nobody remembers begins anew. So a file that does
not fit its model is treated as lost; `set_aside` moves it out of the way and names it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
from filelock import FileLock

from apiusage_helpers.interval import FIRST_DAY, LAST_DAY
from apiusage_helpers.project.places import make_private
from apiusage_helpers.project.small_files import read_bytes, write_text

_STORE = ".store"  # no report can have this name
_SECONDS = 60
_ASIDE = ".unusable"
_State = TypeVar("_State")
_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """What fails: of which organization or source, the run that was published then, and the alarm that it is part of.

    `over`: a later interval has worked since.
    """

    of: str
    message: str
    replaces: str | None
    alarm: str = ""
    over: bool = False

    def part_of(self, alarm: str, *, over: bool) -> "Failure":
        """The same failure as part of an alarm."""
        return Failure(self.of, self.message, self.replaces, alarm, over)


class Note(msgspec.Struct):
    """A report that is to be told of: the run it replaces, the totals before, and those that each delivery has been told."""

    replaces: str | None = None
    before: dict[str, int] | None = None
    told: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)


class ScheduleState(msgspec.Struct, omit_defaults=True):
    """What is remembered of one report's schedule.

    `schedule` (cron and zone) was begun at `begun`; `opening` is the instant before that while it is still to be run,
    `waiting` what waits for its days. `looked_at` says by organization which state of the store its reports have been
    held against. `failures` and `outbox` stand by the place of a report, `alarms` by delivery, organization and kind.
    """

    schedule: str = ""
    begun: _Instant | None = None
    opening: _Instant | None = None
    waiting: tuple[_Instant, ...] = ()
    looked_at: dict[str, str] = msgspec.field(default_factory=dict)
    failures: dict[str, Failure] = msgspec.field(default_factory=dict)
    outbox: dict[str, Note] = msgspec.field(default_factory=dict)
    alarms: list[str] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        """ValueError where an instant lies where no report can."""
        instants = [instant for instant in (self.begun, self.opening, *self.waiting) if instant]
        if not all(FIRST_DAY <= instant.date() <= LAST_DAY for instant in instants):
            raise ValueError("an instant before or after the days of the platform")


class StoreState(msgspec.Struct, omit_defaults=True):
    """The organizations of the store, as of the newest entry of its log."""

    organizations_at: str = ""
    organizations: tuple[str, ...] = ()


def remembered(output: Path, report: str) -> ScheduleState:
    """What is remembered of a report's schedule; nothing where there is no such file, or none that fits."""
    return _read(_file(output, report), ScheduleState) or ScheduleState()


def remembered_store(output: Path) -> StoreState:
    """What is remembered of the store; nothing where there is no such file, or none that fits."""
    return _read(_file(output, _STORE), StoreState) or StoreState()


@contextmanager
def remembering(output: Path, report: str) -> Iterator[ScheduleState]:
    """What is remembered, to be changed in place; others wait meanwhile. Nothing is written for no change."""
    with locked(output, f"state+{report}"):
        state = remembered(output, report)
        before = msgspec.json.encode(state)
        yield state
        if msgspec.json.encode(state) != before:
            _write(_file(output, report), state)


def remember_store(output: Path, state: StoreState) -> None:
    """`state` is what is remembered of the store from now on."""
    with locked(output, f"state+{_STORE}"):
        _write(_file(output, _STORE), state)


def set_aside(output: Path) -> Iterator[Path]:
    """The new place of each file that does not fit its model, after it has been moved there."""
    for path in sorted((output / ".schedules").glob("*.json")):
        with locked(output, f"state+{path.stem}"):
            model = StoreState if path.stem == _STORE else ScheduleState
            if path.exists() and _read(path, model) is None:
                yield path.rename(path.with_name(f"{path.name}{_ASIDE}"))


@contextmanager
def locked(output: Path, name: str, *, seconds: float = _SECONDS) -> Iterator[None]:
    """The lock of a name below `output`; filelock's Timeout when another holds it for longer than `seconds`."""
    locks = output / ".locks"
    make_private(output)
    locks.mkdir(exist_ok=True)
    with FileLock(locks / f"{name}.lock", timeout=seconds):
        yield


def _read(path: Path, model: type[_State]) -> _State | None:
    try:
        return msgspec.json.decode(read_bytes(path), type=model)
    except (OSError, ValueError, RecursionError):
        return None


def _write(path: Path, state: ScheduleState | StoreState) -> None:
    write_text(path, msgspec.json.format(msgspec.json.encode(state, order="sorted"), indent=1).decode())


def _file(output: Path, name: str) -> Path:
    return output / ".schedules" / f"{name}.json"
