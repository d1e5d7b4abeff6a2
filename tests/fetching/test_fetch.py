"""Which days a fetch asks for, what it replaces and tells, and that it goes on where it stopped."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from double import faults
from double.service import JOBS, USAGE, Service
from double.truth import DAY, Organization, invented
from double.virtual import ADDRESS, BEGIN, Transport

from apiusage_helpers.errors import ParameterError, SourceError, StoreError
from apiusage_helpers.fetching.fetch import Fetched, fetch_days, why_not_fetched
from apiusage_helpers.fetching.wanted_days import Order
from apiusage_helpers.genesys_cloud.credentials import Credentials
from apiusage_helpers.genesys_cloud.session import Means
from apiusage_helpers.interval import Interval
from apiusage_helpers.store import Origin, delta, forget_days, listed_clients, stored_days, write_days
from apiusage_helpers.store.identities import Identity, bind, identity
from apiusage_helpers.usage import usage_table

TODAY = BEGIN.date()


@pytest.fixture
def acme() -> Organization:
    return invented("acme", TODAY, days=150, clients=2, uris=3)


@pytest.fixture
def service(acme, loop) -> Service:
    """The double of acme."""
    return Service([acme], now=loop.now)


@pytest.fixture
def told() -> list[str]:
    """What fetches said."""
    return []


@pytest.fixture
def fetch(loop, service, acme, told, tmp_path) -> Callable[..., Fetched]:
    """A fetch of acme."""

    def fetched(*order: Any) -> Fetched:
        credentials = Credentials("acme", acme.client_id, acme.secret, ADDRESS, ADDRESS, "a test")
        means = Means(now=loop.now, transport=Transport(service))
        work = fetch_days(credentials, Order(*order), means, tell=told.append, root=tmp_path)
        return loop.run_until_complete(work)

    return fetched


def asked(service: Service) -> list[tuple[int, int]]:
    """How many days before today each query began and ended."""
    return [((TODAY - first).days, (TODAY - last).days) for _, _, first, last in service.asked]


def test_the_first_fetch_brings_90_days_by_month(fetch, service, acme, tmp_path) -> None:
    """Each day with its true requests, days without traffic too, yesterday as provisional; nothing of today."""
    fetched = fetch()
    days = {day.date: day for day in stored_days("acme", root=tmp_path)}
    truth = acme.requests_by_day()

    assert {day: entry.requests for day, entry in days.items()} == {
        TODAY - DAY * back: truth.get(TODAY - DAY * back, 0) for back in range(1, 91)
    }
    assert [day for day, entry in days.items() if entry.provisional] == [TODAY - DAY]
    assert [first for first, _ in asked(service)] == [90, 84, 54, 23]
    assert len(fetched.written.added) == 90
    assert {entry.source for entry in days.values()} == {"usage/query"}


def test_later_fetches_bring_what_is_missing_and_the_last_3_days(fetch, service, loop) -> None:
    """And what was provisional; nothing else is asked for."""
    fetch()
    service.asked.clear()
    loop.passed += 86400 * 5
    fetch()

    assert asked(service) == [(1, -4)]


def test_the_last_3_days_are_asked_for_again(fetch, service, loop) -> None:
    """Those that are settled too, and none before them."""
    fetch()
    for _ in range(2):
        loop.passed += 86400
        service.asked.clear()
        fetch()

    assert asked(service) == [(1, -1)]


def test_days_are_provisional_until_24_hours_after_their_end(fetch, loop, tmp_path) -> None:
    """Then they are fetched again and settled, also unchanged ones."""
    fetch()
    loop.passed += 86400
    fetch()

    assert [day.date for day in stored_days("acme", root=tmp_path) if day.provisional] == [TODAY]


def test_a_restated_day_is_replaced_and_told(fetch, acme, told, tmp_path) -> None:
    """Of the last 3 days by default; an older one when its interval is asked for."""
    fetch()
    old = acme.requests_by_day()
    for back in (2, 30):
        acme.restate(TODAY - DAY * back)
    new = acme.requests_by_day()
    told.clear()
    fetch()
    fetch("usage", Interval(TODAY - DAY * 30, TODAY - DAY * 30))
    lines = [line for line in told if "restated:" in line]

    assert lines == [
        f"acme: {day} restated: {old[day]:,} -> {new[day]:,} requests" for day in (TODAY - DAY * 2, TODAY - DAY * 30)
    ]


def test_old_settled_days_that_the_service_no_longer_gives_are_kept_and_told(fetch, acme, told, tmp_path) -> None:
    """Before the last 90 days the store is their only archive; within these an answer without a row is what it says."""
    interval = Interval(TODAY - DAY * 100, TODAY - DAY * 80)
    fetch("usage", interval)
    before = {day.date: day.requests for day in stored_days("acme", interval, root=tmp_path)}
    acme.rows = [row for row in acme.rows if row.date > TODAY - DAY * 85]
    told.clear()
    fetched = fetch("usage", interval)
    after = {day.date: day.requests for day in stored_days("acme", interval, root=tmp_path)}
    kept = [day for day in interval.days if before[day] and day < TODAY - DAY * 90]
    emptied = [day for day in interval.days if before[day] and TODAY - DAY * 90 <= day <= TODAY - DAY * 85]

    assert len(kept) > 3
    assert len(emptied) > 3
    assert after == before | dict.fromkeys(emptied, 0)
    assert [day for day, *_ in fetched.written.restated] == emptied
    told_kept = [line for line in told if "with requests in the store and no row in the answer: kept" in line]
    assert sum(int(line.split()[1]) for line in told_kept) == len(kept)


def test_a_month_of_which_nothing_is_given_any_more_stays(fetch, acme, told, tmp_path) -> None:
    """Also when there is then no day to write; the message says how to take the answer instead."""
    day = next(row.date for row in reversed(acme.rows) if row.date < TODAY - DAY * 95)
    fetch("usage", Interval(day, day))
    [stored] = stored_days("acme", root=tmp_path)
    acme.rows = []
    fetch("usage", Interval(day, day))

    assert stored.requests > 0
    assert stored_days("acme", root=tmp_path) == (stored,)
    assert any(f"apiusage forget --organization acme --interval {day}/{day}" in line for line in told)


def test_days_of_the_other_service_are_told_as_such(fetch, acme, told) -> None:
    """Where its figures are others; a service that restates its own day is told apart from it."""
    day = TODAY - DAY * 30
    fetch("usage", Interval(day, day))
    before = acme.requests_by_day()[day]
    acme.restate(day)
    after = acme.requests_by_day()[day]
    told.clear()
    fetched = fetch("jobs", Interval(day, day))

    now, was = "usage/aggregates/query/jobs", "usage/query"
    [line] = [line for line in told if "now from" in line]
    assert line.startswith(f"acme: {day} now from {now}, was from {was}: {before:,} -> ")
    assert not any("restated" in line for line in told)
    assert "acme: days: 1 from another source" in told
    assert fetched.written.other_source[0].after >= after


def test_an_imported_day_is_kept(fetch, tmp_path) -> None:
    """Only days that are missing, provisional or of the last 3 are replaced."""
    day = TODAY - DAY * 10
    rows = usage_table([(day, "a", "A", "GET", "u", 7, 7, 0, 0, 0, 0)])
    write_days("acme", rows, [day], Origin("CSV export", BEGIN), root=tmp_path)
    fetch()
    found = {entry.date: entry for entry in stored_days("acme", root=tmp_path)}

    assert (found[day].requests, found[day].source) == (7, "CSV export")
    assert len(found) == 90


@pytest.mark.parametrize("interval", [None, Interval(TODAY - DAY * 5, TODAY - DAY * 4)])
@pytest.mark.parametrize("back", [10, 100])
def test_invented_and_real_days_are_never_mixed(fetch, service, tmp_path, back: int, interval: Interval | None) -> None:
    """An organization with days of the sample is not fetched into, on whatever days they are."""
    write_days("acme", usage_table([]), [TODAY - DAY * back], Origin("sample", BEGIN), root=tmp_path)
    with pytest.raises(ParameterError, match="apiusage forget --organization acme"):
        fetch("usage", interval)
    assert service.asked == []


@pytest.mark.parametrize("interval", [None, Interval(TODAY - DAY * 90, TODAY - DAY)])
def test_an_interrupted_fetch_goes_on_where_it_stopped(fetch, service, interval) -> None:
    """Months that arrived are not asked for again."""
    service.schedule = faults.in_turn([None, None, None, None, None, "lost"], route=USAGE)
    with pytest.raises(SourceError):
        fetch("usage", interval)
    service.asked.clear()
    fetch("usage", interval)

    assert [first for first, _ in asked(service)] == [54, 23]


def test_an_interrupted_refresh_goes_on_where_it_stopped(fetch, service, loop) -> None:
    """Also of days that are in the store unchanged, but for the provisional; a day later it begins anew."""
    interval = Interval(TODAY - DAY * 90, TODAY - DAY)
    fetch("usage", interval)
    for later, first in ((0, [54, 23]), (86400 * 2, [90, 84, 54, 23])):
        service.schedule = faults.in_turn([None, None, None, None, None, "lost"], route=USAGE)
        with pytest.raises(SourceError):
            fetch("usage", interval)
        service.schedule = faults.in_turn([])
        loop.passed += later
        service.asked.clear()
        fetch("usage", interval)

        assert [begin for begin, _ in asked(service)] == first


def test_a_day_forgotten_in_between_is_asked_for(fetch, service, tmp_path) -> None:
    """What a fetch has dealt with and the store no longer has is missing."""
    interval = Interval(TODAY - DAY * 90, TODAY - DAY)
    service.schedule = faults.in_turn([None, None, None, None, None, "lost"], route=USAGE)
    with pytest.raises(SourceError):
        fetch("usage", interval)
    forget_days("acme", Interval(TODAY - DAY * 80, TODAY - DAY * 80), root=tmp_path)
    service.asked.clear()
    fetch("usage", interval)

    assert [first for first, _ in asked(service)] == [80, 54, 23]


def test_an_interval_is_asked_for_anew_once_it_was_whole(fetch, service) -> None:
    """Nothing is skipped that might have been restated."""
    interval = Interval(TODAY - DAY * 40, TODAY - DAY * 30)
    fetch("usage", interval)
    service.asked.clear()
    fetch("usage", interval)

    assert asked(service) == [(40, 30)]


@pytest.mark.parametrize(
    ("service_name", "interval", "message"),
    [
        ("usage", Interval(TODAY - DAY, TODAY), "touches"),
        ("usage", Interval(TODAY - DAY, TODAY + DAY), "touches"),
        ("usage", Interval(date(1000, 1, 1), TODAY - DAY), "3,660 at most"),
        ("usage", Interval(date(1999, 1, 1), date(1999, 1, 3)), "start on 2010-01-01 or later"),
        ("jobs", Interval(TODAY - DAY * 400, TODAY - DAY * 390), "one year"),
    ],
)
def test_intervals_that_cannot_be_asked_for(fetch, service, service_name, interval, message) -> None:
    """They are refused before any query."""
    with pytest.raises(ParameterError, match=message):
        fetch(service_name, interval)
    assert service.asked == []


def test_the_servers_date_decides_what_yesterday_is(fetch, service, told, tmp_path) -> None:
    """A machine whose clock is ahead asks for no day that is not over, and is told."""
    service.skew = -timedelta(hours=10)
    fetch()

    assert service.violations == []
    assert stored_days("acme", root=tmp_path)[-1].date == TODAY - DAY * 2
    assert any("clock is 10:00:00 ahead of the server's" in line for line in told)


def test_the_two_services_are_compared_by_client(fetch, acme, tmp_path) -> None:
    """Where they differ; only the chosen service's rows are stored."""
    interval = Interval(TODAY - DAY * 12, TODAY - DAY * 3)
    fetched = fetch("usage", interval, True)
    built_in = sum(row.requests for row in acme.built_in if row.date in interval)
    (only,) = fetched.differences

    assert (only.client_id, only.client_name, only.usage, only.jobs) == (
        "built-in-developer-tools", "Developer Tools", 0, built_in,
    )  # fmt: skip
    assert {day.source for day in stored_days("acme", root=tmp_path)} == {"usage/query"}


def test_the_jobs_service_is_stored_as_such(fetch, service, acme, tmp_path) -> None:
    """With the built-in clients that it counts."""
    service.page_size = 40
    fetch("jobs", Interval(TODAY - DAY * 12, TODAY - DAY * 3))

    assert {day.source for day in stored_days("acme", root=tmp_path)} == {"usage/aggregates/query/jobs"}
    assert {path for _, path, *_ in service.asked} == {JOBS}


def test_names_outlive_their_clients(fetch, acme, tmp_path) -> None:
    """A client that is deleted on the platform is still listed, as deleted."""
    fetch()
    gone = next(iter(acme.clients))
    label = acme.clients.pop(gone)["name"]
    fetch()
    found = listed_clients("acme", root=tmp_path)

    assert (found[gone].name, found[gone].state) == (label, "deleted")
    assert {found[key].state for key in acme.clients} == {"active"}


def test_a_role_that_may_not_read_the_directory_still_fetches_days(fetch, acme, told, tmp_path) -> None:
    """It is told, and what was known of clients stays."""
    fetch()
    acme.permissions = frozenset({"usage:organization:view"})
    fetch()

    assert any("client directory was not read" in line and "oauth:client:view" in line for line in told)
    assert set(listed_clients("acme", root=tmp_path)) == set(acme.clients)


@pytest.mark.parametrize("fault", ["503", "foreign", "wrong type"])
def test_a_directory_that_cannot_be_read_is_told_and_no_failure(fetch, service, acme, told, tmp_path, fault) -> None:
    """Whatever its answer is: the days are whole, and what was known of clients stays."""
    fetch()
    service.schedule = faults.in_turn([fault] * 99, route="oauth/clients")
    told.clear()
    fetch()

    assert any("client directory was not read" in line for line in told)
    assert set(listed_clients("acme", root=tmp_path)) == set(acme.clients)


def test_a_fetch_needs_few_requests(fetch, service) -> None:
    """The fetch is part of what it counts: a token and whose it is, four queries with a poll each, one page of clients."""
    fetch()

    assert len(service.requests) == 2 + 4 * 2 + 1


def test_only_profiles_are_fetched_for_reports_of_several_organizations(monkeypatch, tmp_path) -> None:
    """A report that names one organization may mean the environment; a broken file is left to the fetch to tell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    path = tmp_path / ".gc" / "config.toml"
    path.parent.mkdir()
    path.write_text('[globex]\nclient_credentials = "i"\nclient_secret = "canary"\n')

    assert why_not_fetched("acme", "acme") == why_not_fetched("acme", ["acme"]) == ""
    assert [bool(why_not_fetched(name, "all")) for name in ("acme", "globex", "sample")] == [True, False, True]
    assert [bool(why_not_fetched(name, ["acme", "globex"])) for name in ("acme", "globex")] == [True, False]
    path.write_text("[globex")
    assert why_not_fetched("acme", "all") == ""


def _dates(*backs: int) -> list[date]:
    return [TODAY - DAY * back for back in backs]


def test_the_store_folder_holds_no_trace_of_a_finished_fetch(fetch, tmp_path: Path) -> None:
    """No mark of progress stays, and no secret is anywhere."""
    fetch("usage", Interval(*_dates(5, 4)))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert not any(".fetching" in str(path) for path in files)
    assert not any(b"canary" in path.read_bytes() for path in files)


def test_the_days_of_another_organization_never_replace_those_of_this_one(fetch, service, acme, told, tmp_path) -> None:
    """With credentials of another organization nothing is asked for, nothing is stored, and both names are told."""
    fetch()
    before, queries = stored_days("acme", root=tmp_path), len(service.asked)
    acme.platform_id, acme.name = "id-of-umbrella", "umbrella"
    acme.rows = []

    with pytest.raises(
        StoreError, match=r"acme is acme Inc\. \(id-of-acme\) in the store.*umbrella Inc\. \(id-of-umbrella\)"
    ):
        fetch()
    assert len(service.asked) == queries
    assert stored_days("acme", root=tmp_path) == before
    assert identity("acme", root=tmp_path) == Identity("id-of-acme", "acme Inc.")


def test_a_real_move_is_bound_again(fetch, acme, tmp_path) -> None:
    """With --rebind the name stands for the other organization from then on, without a word the next time."""
    fetch()
    acme.platform_id = "id-of-umbrella"
    fetch("usage", None, False, True)
    fetch()

    assert identity("acme", root=tmp_path) == Identity("id-of-umbrella", "acme Inc.")


@pytest.mark.parametrize("rebind", [False, True])
def test_of_two_first_fetches_at_once_one_binds_the_name(monkeypatch, tmp_path, rebind: bool) -> None:
    """The other, which had found the name free, is refused when it may write; with --rebind it is the last that counts."""
    first, second, writing = Identity("id-of-acme", "acme"), Identity("id-of-umbrella", "umbrella"), delta.writing

    def overtaken(root: Path) -> Any:
        monkeypatch.setattr(delta, "writing", writing)
        bind("acme", first, root=root)
        return writing(root)

    monkeypatch.setattr(delta, "writing", overtaken)
    with nullcontext() if rebind else pytest.raises(StoreError, match=r"acme is acme \(id-of-acme\) in the store"):
        bind("acme", second, rebind=rebind, root=tmp_path)

    assert identity("acme", root=tmp_path) == (second if rebind else first)


@pytest.mark.parametrize("readable", ["/api/v2/organizations/me", ""])
def test_a_role_that_may_not_read_its_organization(fetch, acme, told, tmp_path, readable: str) -> None:
    """It is asked for at two places; where neither answers, that is told, and the days are fetched."""
    acme.identity_at = frozenset({readable})
    fetched = fetch()

    assert len(fetched.written.added) == 90
    assert (identity("acme", root=tmp_path) is not None) is bool(readable)
    assert any("may not read which organization" in line for line in told) is not bool(readable)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"acme": 5}', '{"acme": {"name": "x"}}'])
def test_a_torn_list_of_organizations_is_said(fetch, tmp_path, text: str) -> None:
    """It is not taken for an empty one, which would let any organization in."""
    fetch()
    (tmp_path / "organizations.json").write_text(text)

    with pytest.raises(StoreError, match=r"organizations\.json cannot be read"):
        fetch()
