"""Schedules: five years of a simulated clock against a model written apart, and instants where clocks jump."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.runs.scheduling.due import due
from apiusage_helpers.runs.scheduling.instants import begin, check_cron, due_instants, given_up, instants, next_instant
from apiusage_helpers.settings.schedule import Schedule

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
POLICIES = ("none", "latest", "all")
START = datetime(2023, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=5 * 365 + 1)


def model_instants(zone: str, hour: int, minute: int, weekday: int | None = None) -> list[datetime]:
    """One instant a local date, in plain Python: a time that the clock skips is moved to the end of the gap."""
    found = []
    for n in range(-40, YEARS.days + 3):
        day = START.date() + timedelta(days=n)
        if weekday is None or day.isoweekday() % 7 == weekday:
            local = datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(zone))
            while local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
                local += timedelta(minutes=1)
            found.append(local.astimezone(UTC))
    return found


def model_published(every: Sequence[datetime], looks: Sequence[datetime], policy: str) -> list[date]:
    """The days as of which reports are published, in order, as the policies are worded."""
    first, published = looks[0], {}  # days, each where it came first
    for look in looks:
        end = bisect_right(every, look)
        past = every[max(0, end - 40) : end]
        since = [instant for instant in past if instant > first]
        late = {"all": timedelta(days=7), "none": timedelta(hours=1)}.get(policy)
        wanted = since[-1:] if late is None else [instant for instant in since if look - instant <= late]
        opening = [instant for instant in past if instant <= first][-1:] if look == first else []
        published |= dict.fromkeys(instant.date() for instant in opening + wanted)
    return [*published]


def random_looks(draw: random.Random, most: timedelta) -> list[datetime]:
    """Looks every few minutes or hours, with downtimes of up to weeks, to the end of `most`."""
    looks, now = [], START + timedelta(days=draw.uniform(0, 20))
    while now < START + most:
        looks.append(now)
        now += timedelta(hours=draw.choice([0.1, 0.4, 0.7, 1, 6, 24, draw.uniform(0, 300)]))
    return looks


@pytest.mark.load
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("zone", ZONES)
def test_five_years_with_downtime_publish_as_the_model_says(zone: str, policy: str) -> None:
    """Every due interval exactly once, in order: daily inside the jump of the clock, daily at noon, and weekly."""
    for n, (cron, *when) in enumerate((("30 2 * * *", 2, 30), ("0 12 * * *", 12, 0), ("15 1 * * 1", 1, 15, 1))):
        schedule = Schedule(cron=cron, timezone=zone, catch_up=policy)
        looks = random_looks(random.Random(f"{zone} {policy} {n}"), YEARS)
        memory, published = begin(schedule, looks[0]), {}
        for look in looks:
            due_now = due_instants(schedule, memory, look)
            published |= dict.fromkeys(i.date() for i in due_now)
            memory = type(memory)(memory.begun, None)

        assert [*published] == model_published(model_instants(zone, *when), looks, policy)
        assert len(published) > 5


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_due_itself_publishes_as_the_model_says(stub, params_file, zone: str, policy: str) -> None:
    """The whole of `due` over months of looks, its runs replaced by a stub: once each, in order, and no other."""
    params_file(timezone=zone, catch_up=policy)
    looks = random_looks(random.Random(zone + policy), timedelta(days=240))[:60]

    assert {due(look, stub.ports()) for look in looks} == {0}
    expected = model_published(model_instants(zone, 2, 30), looks, policy)
    intervals = [f"{day - timedelta(days=7)}/{day - timedelta(days=1)}" for day in expected]
    assert [interval for _, _, interval in stub.made] == intervals


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("cron", ["30 2 * * *", "0 3 * * *", "15 1,2 * * *"])
def test_a_local_time_has_one_instant_where_clocks_jump(zone: str, cron: str) -> None:
    """No date is left out and none is doubled, whatever the instant from which one asks."""
    schedule = Schedule(cron=cron, timezone=zone)
    whole = instants(schedule, START, START + timedelta(days=800))
    per_day = 2 if "," in cron else 1

    assert abs(len(whole) - 800 * per_day) <= per_day + 2
    for n in range(0, 790 * 24, 23):
        after = START + timedelta(hours=n)
        assert next_instant(schedule, after) == whole[bisect_right(whole, after)]


def test_an_instant_that_is_exactly_as_late_as_allowed_is_run() -> None:
    """An hour under `none`, max_staleness_days under `all`; a second more is too late."""
    begun, instant = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
    for policy, late in (("none", timedelta(hours=1)), ("all", timedelta(days=7))):
        schedule = Schedule(cron="30 2 * * *", catch_up=policy)
        memory = type(begin(schedule, begun))(begun, None)
        assert instant in due_instants(schedule, memory, instant + late)
        assert instant not in due_instants(schedule, memory, instant + late + timedelta(seconds=1))


def test_what_waits_stays_due_under_every_policy() -> None:
    """A report that was taken up in time is not dropped while it waits for its days."""
    instant = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
    for policy in POLICIES:
        schedule = Schedule(cron="30 2 * * *", catch_up=policy)
        memory = type(begin(schedule, instant))(datetime(2026, 1, 1, tzinfo=UTC), None, (instant,))
        assert instant in due_instants(schedule, memory, instant + timedelta(hours=12))


@pytest.mark.parametrize(("policy", "days"), [("none", 1), ("latest", 1), ("all", 7)])
def test_what_cannot_be_made_is_given_up_when_a_newer_one_has_come(policy: str, days: int) -> None:
    """Not before, however long ago it was due; under `all` it has to be too stale as well."""
    instant = datetime(2026, 1, 5, 2, 30, tzinfo=UTC)
    daily, yearly = (Schedule(cron=cron, catch_up=policy) for cron in ("30 2 * * *", "30 2 5 1 *"))

    gone = [n for n in range(12) if given_up(daily, instant, instant + timedelta(days=n, hours=1))]
    assert gone == list(range(days, 12))
    assert not given_up(yearly, instant, instant + timedelta(days=300))


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_is_given_up_that_is_due_all_the_same(policy: str) -> None:
    """Whatever is due without having waited is due because the policy says so."""
    draw, begun = random.Random(policy), datetime(2026, 1, 1, tzinfo=UTC)
    for cron in ("*/20 * * * *", "30 2 * * *", "0 9 * * 1"):
        schedule = Schedule(cron=cron, catch_up=policy)
        for _ in range(20):
            now = begun + timedelta(hours=draw.uniform(0, 1000))
            memory = type(begin(schedule, begun))(begun, None)
            assert not any(given_up(schedule, instant, now) for instant in due_instants(schedule, memory, now))


@pytest.mark.parametrize("expression", ["x * * * *", "61 * * * *", "0 0 31 2 *", "* * * * * *" * 2])
def test_an_expression_without_instants_is_refused(expression: str) -> None:
    """With what cronsim says of it."""
    with pytest.raises(ParameterError, match="is not a schedule"):
        check_cron(expression)
