"""Both services: what is asked, how long it is waited for, which answers are refused."""

from datetime import date

import pyarrow.compute as pc
import pytest
from double import answers, faults
from double.service import JOBS, USAGE
from double.truth import DAY, Row
from double.virtual import BEGIN

from apiusage_helpers.errors import ParameterError, SourceError, UsageError
from apiusage_helpers.genesys_cloud.queries import ask_usage
from apiusage_helpers.genesys_cloud.rate_limits import Pace
from apiusage_helpers.interval import Interval

TODAY = BEGIN.date()
WEEK = Interval(TODAY - 7 * DAY, TODAY - DAY)


def asking(name="usage", interval=WEEK):
    async def talk(session):
        return await ask_usage(session, name, interval, today=session.server_now().date())

    return talk


def requests(answered) -> dict[date, int]:
    sums = answered.usage.group_by("date").aggregate([("requests", "sum")]).to_pylist()
    return {row["date"]: row["requests_sum"] for row in sums}


@pytest.mark.parametrize(("name", "built_in"), [("usage", False), ("jobs", True)])
def test_both_services_give_one_usage_table(converse, acme, service, name: str, built_in: bool) -> None:
    """Days, keys without a leading slash, and built-in clients only where the service counts them."""
    service.page_size = 20
    found = converse(asking(name))
    truth = {day: count for day, count in acme.requests_by_day(built_in=built_in).items() if day in WEEK}

    assert requests(found) == truth
    assert not any(uri.startswith("/") for uri in found.usage["template_uri"].to_pylist())
    assert set(pc.unique(found.usage["client_name"]).to_pylist()) <= set(acme.names.values())


def test_polls_start_at_2_s_and_grow_to_60(converse, service, loop) -> None:
    """A query of half an hour is asked about 60 times at most, and waited for no longer than 10 % or a minute more."""
    service.query_seconds = 1500
    converse(asking())

    assert service.requests.count(next(r for r in service.requests if "/results" in r)) < 65
    assert 1500 <= loop.passed <= 1570


def test_a_query_that_never_ends_is_given_up(converse, service, loop) -> None:
    """With the state it was last in and the correlation id."""
    service.query_seconds = 10**6
    with pytest.raises(SourceError, match=r"still Running after \d+ s \(correlation id"):
        converse(asking(), now=loop.now)
    assert loop.passed < Pace().poll_for + 200


@pytest.mark.parametrize(
    ("name", "fault", "words"),
    [
        ("jobs", "Failed", "'Failed': query.failed: The query ran out of memory"),
        ("jobs", "Cancelled", "'Cancelled'"),
        ("jobs", "unknown state", "'Paused'"),
        ("usage", "Failed", "'Failed'"),
        ("usage", "lost", "404 not.found: No such query"),
    ],
)
def test_a_query_that_ends_otherwise_is_told_in_the_services_words(converse, service, name, fault, words) -> None:
    """And with its correlation id; it is not asked about again."""
    service.schedule = faults.in_turn([None, fault], route="usage")
    with pytest.raises(SourceError, match=rf"{words}.*correlation id c-\d"):
        converse(asking(name))


def test_pages_that_lead_to_another_host_are_refused(converse, service) -> None:
    """Nothing of them is kept."""
    service.page_size = 10
    service.schedule = faults.in_turn([None, "other host"], route=JOBS)
    with pytest.raises(SourceError, match="another host"):
        converse(asking("jobs"))


def test_a_row_outside_the_interval_is_refused(converse, service) -> None:
    """An answer to another question is no answer."""
    service.schedule = faults.in_turn([None, "outside"], route=USAGE)
    with pytest.raises(UsageError, match="2001-01-01 lies outside"):
        converse(asking())


def test_a_row_that_stands_on_two_pages_counts_once(converse, service, acme) -> None:
    """And is told."""
    service.page_size = 15
    service.schedule = faults.in_turn([None, None, "repeated row"], route=JOBS)
    found = converse(asking("jobs"))

    assert requests(found) == {d: n for d, n in acme.requests_by_day(built_in=True).items() if d in WEEK}
    assert any("more than once" in note for note in found.notes)


def test_rows_that_do_not_add_up_are_kept_and_told(converse, acme) -> None:
    """As delivered: reports show them."""
    acme.rows.append(Row(WEEK.end, "odd", "GET", "api/v2/odd", 5, more=3))
    found = converse(asking())
    (odd,) = [row for row in found.usage.to_pylist() if row["client_id"] == "odd"]

    assert (odd["requests"], odd["status200"]) == (8, 5)
    assert any("1 of" in note and "do not add up" in note for note in found.notes)


def test_429_beside_400_is_added_for_the_jobs_service(converse, acme) -> None:
    """When all rows of the query tell it so."""
    acme.beside = True
    found = converse(asking("jobs"))

    assert all(row["status429"] <= row["status400"] for row in found.usage.to_pylist())
    assert sum(found.usage["status400"].to_pylist()) == sum(
        row.s400 for row in acme.rows + acme.built_in if row.date in WEEK
    )
    assert any("429 was counted beside 400" in note for note in found.notes)


def test_a_client_renamed_during_a_day_is_summed(converse, service, monkeypatch) -> None:
    """The jobs service groups by name, so it tells such a day in two rows; the greater name stays."""
    made = answers.jobs_row

    def renamed(organization, key, figures):
        return made(organization, key, figures) | {"oauthClient": {"id": "a", "name": f"Name {figures[0] % 2}"}}

    monkeypatch.setattr(answers, "jobs_row", renamed)
    service.organizations[0].rows = [
        Row(WEEK.end, "x", "GET", "u", 10), Row(WEEK.end, "y", "GET", "u", 5), Row(WEEK.end, "x", "PUT", "u", 1),
    ]  # fmt: skip
    service.organizations[0].built_in = []
    found = converse(asking("jobs"))
    rows = [(row["client_name"], row["http_method"], row["requests"]) for row in found.usage.to_pylist()]

    assert sorted(rows) == [("Name 1", "GET", 15), ("Name 1", "PUT", 1)]


def test_today_is_never_asked_for(converse, service) -> None:
    """Whoever asks."""
    with pytest.raises(ParameterError, match="touches"):
        converse(asking(interval=Interval(TODAY - DAY, TODAY)))
    assert service.asked == []


@pytest.mark.parametrize(("name", "permission"), [("usage", "oauth:client:view"), ("jobs", "usage:organization:view")])
def test_a_lacking_permission_is_named_as_the_platform_spells_it(converse, acme, name, permission) -> None:
    """In the service's words, and as the role editor shows it."""
    acme.permissions = frozenset()
    with pytest.raises(SourceError, match=rf"403 missing.any.permissions.*{permission}.* > View"):
        converse(asking(name))
