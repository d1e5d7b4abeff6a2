"""Seeded fault schedules on a virtual clock, and kills: once the faults stop, the store is the service's truth."""

import asyncio
import logging
import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from double import faults
from double.server import serving
from double.service import JOBS, Service
from double.truth import DAY, Organization, invented
from double.virtual import ADDRESS, BEGIN, Transport, VirtualLoop

from apiusage_helpers.errors import ApiUsageError
from apiusage_helpers.fetching.fetch import fetch_days
from apiusage_helpers.fetching.wanted_days import Order
from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.session import Means
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import listed_clients, stored_days

ROOT = Path(__file__).resolve().parents[2]
SCHEDULES = int(os.environ.get("APIUSAGE_SCHEDULES", "50"))
KILLS = int(os.environ.get("APIUSAGE_FETCH_KILLS", "4"))
TODAY = BEGIN.date()


def credentials(organization: Organization, address: str = ADDRESS) -> Credentials:
    return Credentials(organization.name, organization.client_id, organization.secret, address, address, "a test")


def truth(organization: Organization, days: Interval, *, jobs: bool) -> dict[date, int]:
    """The requests of each day, counted from the invented rows."""
    sums = organization.requests_by_day(built_in=jobs)
    return {day: sums.get(day, 0) for day in days.days}


def stored(root: Path) -> dict[date, int]:
    return {day.date: day.requests for day in stored_days("acme", root=root)}


@pytest.mark.schedules
def test_after_any_schedule_of_faults_the_store_is_the_truth(loop, tmp_path, caplog) -> None:
    """No day lost, doubled or half there; never today; never over the rate; no secret anywhere."""
    caplog.set_level(logging.DEBUG)
    told: list[str] = []
    for seed in range(SCHEDULES):
        draw = random.Random(seed)
        _one_schedule(loop, tmp_path / str(seed), draw, told)
    words = "\n".join((*told, caplog.text))

    assert "canary" not in words, "a secret or token in a message or log"
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written
    assert not any(b"canary" in path.read_bytes() for path in written)


def _one_schedule(loop: VirtualLoop, root: Path, draw: random.Random, told: list[str]) -> None:
    """One fetch after another until none fails, while the truth changes and the faults run out."""
    skew = timedelta(seconds=draw.choice([0, 0, 100, -100]))
    today = (loop.now() + skew).date()
    acme = invented("acme", today, seed=draw.randrange(10**6), days=60, clients=2, uris=3)
    jobs = draw.random() < 0.4
    interval = Interval(today - 40 * DAY, today - DAY)
    service = Service(
        [acme], now=loop.now, query_seconds=draw.choice([0, 7, 200]), running_polls=draw.randrange(3), page_size=draw.choice([10, 50]),
        token_seconds=draw.choice([120, 86400]), allowed=draw.choice([12, 300]), skew=skew,
    )  # fmt: skip
    service.schedule = faults.seeded(draw.randrange(10**6), requests=draw.randrange(60), share=draw.uniform(0.1, 0.7))
    means = Means(now=loop.now, draw=random.Random(1), transport=Transport(service))
    order = Order("jobs" if jobs else "usage", interval)
    for _ in range(200):
        try:
            loop.run_until_complete(fetch_days(credentials(acme), order, means, tell=told.append, root=root))
        except ApiUsageError as fault:
            told.append(str(fault))
            continue
        break
    else:
        pytest.fail("the faults stopped, and the fetch still fails")

    assert stored(root) == truth(acme, interval, jobs=jobs)
    assert service.violations == []
    assert all(last < today + DAY for *_, last in service.asked)
    assert set(listed_clients("acme", root=root)) == set(acme.clients)


@pytest.mark.parametrize("kind", faults.KINDS)
def test_every_kind_of_fault_is_met_once_by_itself(loop, tmp_path, kind: str) -> None:
    """One that may pass is got over in the same fetch; the others end with a message, and the next fetch is whole."""
    acme = invented("acme", TODAY, days=40)
    service = Service([acme], now=loop.now, page_size=20)
    means = Means(now=loop.now, transport=Transport(service))
    order = Order("jobs", Interval(TODAY - 9 * DAY, TODAY - DAY))
    service.schedule = faults.in_turn([None, None, kind, None, kind], route=JOBS)

    async def outcome() -> Any:
        work = fetch_days(credentials(acme), order, means, root=tmp_path)
        return (await asyncio.gather(work, return_exceptions=True))[0]

    outcomes = [loop.run_until_complete(outcome()) for _ in range(3)]
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]

    assert all(isinstance(fault, ApiUsageError) for fault in failed), failed
    assert len(failed) <= 2
    assert kind not in faults.PASSING or not failed, failed
    assert stored(tmp_path) == truth(acme, order.interval, jobs=True)  # type: ignore[arg-type]


WORKER = """
import asyncio, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from apiusage_helpers.interval import parse_interval
from apiusage_helpers.fetching.fetch import fetch_days
from apiusage_helpers.fetching.wanted_days import Order
from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.rate_limits import Pace
from apiusage_helpers.genesys_cloud.session import Means
_, _, address, root, key, secret, interval = sys.argv
order = Order("usage", parse_interval(interval) if interval else None)
means = Means(Pace(poll_first=0.01, poll_most=0.05))
print("ready", flush=True)
asyncio.run(fetch_days(Credentials("acme", key, secret, address, address, "x"), order, means, root=Path(root)))
"""


@pytest.mark.kills
@pytest.mark.parametrize("chosen", [False, True], ids=["what is missing", "an interval"])
def test_killed_at_random_points_and_run_again_the_store_is_the_truth(tmp_path, chosen: bool) -> None:
    """SIGKILL at any moment, then another start: the days that were there are there, and in the end all are."""
    from datetime import UTC, datetime

    today = datetime.now(UTC).date()
    acme = invented("acme", today, days=120)
    interval = Interval(today - 90 * DAY, today - DAY)
    draw = random.Random(3)
    service = Service([acme], query_seconds=0.05)
    with serving(service) as address:
        arguments = [ROOT, address, tmp_path, acme.client_id, acme.secret, str(interval) if chosen else ""]
        worker = [sys.executable, "-c", WORKER, *map(str, arguments)]
        before: dict[date, int] = {}
        for _ in range(KILLS):
            with subprocess.Popen(worker, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
                assert process.stdout is not None
                process.stdout.readline()
                time.sleep(draw.uniform(0.0, 0.9))
                process.send_signal(signal.SIGKILL)
            now = stored(tmp_path)
            assert set(before) <= set(now), "a day that was there is lost"
            assert now.items() <= truth(acme, interval, jobs=False).items()
            before = now
        done: Any = subprocess.run(worker, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert stored(tmp_path) == truth(acme, interval, jobs=False)
    assert service.violations == []
