"""Schedules: which instants a params file names, and which of them are due.

A schedule begins with the first look at it. The latest instant before that is run once, whatever the policy; from then on
nothing is missed silently: `all` runs every missed instant within its staleness, `latest` the newest one at any age,
`none` those that are up to an hour late. A report that waits for its days stays due until it has run; one that cannot be
made after that is given up when a newer one has come and it is too late to catch up. Instants are cronsim's: one a local
time, as Debian's cron has it, also where the clock jumps. Nothing here reads a clock or a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.settings.schedule import Schedule

LATE = timedelta(hours=1)
_LONGEST_JUMP = timedelta(hours=3)  # a clock that is set back repeats less than this
_SPANS = tuple(
    timedelta(days=days) for days in (1, 8, 40, 400, 3000)
)  # the last holds a 29 February, whatever the century


@dataclass(frozen=True)
class Memory:
    """What is remembered of a schedule: when it began, the instant before that while it is still to be run, what waits."""

    begun: datetime
    opening: datetime | None
    waiting: tuple[datetime, ...] = ()


def check_cron(expression: str) -> None:
    """ParameterError when the expression has no instants."""
    try:
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as fault:
        raise ParameterError(
            f"{quoted(expression)} is not a schedule ({fault or 'it never comes'}): write minute, hour, day, month and weekday"
        ) from None


def begin(schedule: Schedule, now: datetime) -> Memory:
    """The memory of a schedule that is seen for the first time."""
    return Memory(begun=now, opening=newest_instant(schedule, now))


def due_instants(schedule: Schedule, memory: Memory, now: datetime) -> tuple[datetime, ...]:
    """The instants that are due by `now`, oldest first; what has been published is not known here."""
    opening = () if memory.opening is None else (memory.opening,)
    wanted = {*opening, *memory.waiting, *_missed(schedule, memory.begun, now)}
    return tuple(sorted(instant for instant in wanted if instant <= now))


def given_up(schedule: Schedule, instant: datetime, now: datetime) -> bool:
    """Whether an instant whose report cannot be made is not tried again: a newer one has come, and it is too late to catch up."""
    if now - instant <= _most_late(schedule):
        return False
    newest = newest_instant(schedule, now)
    return newest is not None and newest > instant


def next_instant(schedule: Schedule, now: datetime) -> datetime:
    """The first instant after `now`, in UTC."""
    return next(_after(schedule, now))


def newest_instant(schedule: Schedule, now: datetime) -> datetime | None:
    """The last instant up to `now`, in UTC; None where there was none for years."""
    for span in _SPANS:
        found = instants(schedule, now - span, now)
        if found:
            return found[-1]
    return None


def instants(schedule: Schedule, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The instants later than `after` and not later than `until`, in UTC."""
    return tuple(takewhile(lambda instant: instant <= until, _after(schedule, after)))


def _missed(schedule: Schedule, begun: datetime, now: datetime) -> tuple[datetime, ...]:
    """What the policy runs of the instants since the schedule began."""
    if schedule.catch_up == "latest":
        newest = newest_instant(schedule, now)
        return (newest,) if newest and newest > begun else ()
    earliest = now - _most_late(schedule) - timedelta(microseconds=1)  # an instant exactly as late as is allowed is run
    return instants(schedule, max(begun, earliest), now)


def _most_late(schedule: Schedule) -> timedelta:
    return timedelta(days=schedule.max_staleness_days) if schedule.catch_up == "all" else LATE


def _after(schedule: Schedule, start: datetime) -> Iterator[datetime]:
    """The instants later than `start`, in UTC, each once, in order."""
    early = (start - _LONGEST_JUMP).astimezone(ZoneInfo(schedule.timezone))
    newest = start
    for local in CronSim(schedule.cron, early):
        instant = local.astimezone(UTC)
        if instant > newest:
            newest = instant
            yield instant
