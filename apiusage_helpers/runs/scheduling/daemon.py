"""`apiusage schedule`: sleep until the next instant, do what `due` does, for ever. There is no second scheduler here.

It wakes at least every quarter of an hour, so that a changed params file, a clock that jumped, a machine that slept and a
report that waits for its days are all seen soon, by the very code of `due`.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from apiusage_helpers.errors import explained
from apiusage_helpers.project import places
from apiusage_helpers.runs.records.work import schedule_of
from apiusage_helpers.runs.scheduling.due import due
from apiusage_helpers.runs.scheduling.instants import next_instant
from apiusage_helpers.runs.scheduling.plans import read_plans
from apiusage_helpers.runs.scheduling.ports import Ports

MOST_SECONDS = 900.0


def stay(
    ports: Ports,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Does not return; a fault of one look is told, and the next one is made all the same."""
    while True:
        try:
            due(clock(), ports)
            pause = seconds_to_sleep(clock())
        except Exception as fault:  # noqa: BLE001  # whoever stays must not end by one bad look
            ports.tell(explained(fault)[0])
            pause = MOST_SECONDS
        sleep(pause)


def seconds_to_sleep(now: datetime) -> float:
    """The time to the next instant of any scheduled report, at most `MOST_SECONDS`."""
    plans, _ = read_plans(places.params_folder())
    nexts = [(next_instant(schedule_of(plan), now) - now).total_seconds() for plan in plans]
    return min([MOST_SECONDS, *nexts])
