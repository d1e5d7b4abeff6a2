"""All findings: quiet on organizations in good order, and each planted trouble found, on seeds that nothing was tuned on."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from organizations import END, TROUBLES, URLS, clean

from apiusage_helpers.insights.diagnosis import diagnosis
from apiusage_helpers.insights.finding import Finding, findings_table, largest_savings
from apiusage_helpers.insights.history import History
from apiusage_helpers.interval import Interval
from apiusage_helpers.names import FINDING_KINDS

HELD_OUT = range(700_000, 700_200)
_MEASURES = {"throttling": 3, "client_errors": 2, "server_errors_platform": 4, "server_errors_integration": 4}


def is_told(found: tuple[Finding, ...], planted: tuple[str, str, str]) -> bool:
    kind, client, uri = planted
    return any(
        one.kind == kind and one.client_id in {client, ""} and (not uri or one.template_uri in {uri, ""})
        for one in found
    )


@pytest.mark.load
def test_organizations_in_good_order_have_no_alarm() -> None:
    """At most 1 % of 200 have a finding above info."""
    alarmed = [seed for seed in HELD_OUT if any(one.severity != "info" for one in diagnosis(clean(seed).history()))]

    assert len(alarmed) <= 2, alarmed


@pytest.mark.parametrize("plant", TROUBLES, ids=lambda plant: plant.__name__)
def test_planted_troubles_are_found(plant) -> None:
    """At least 95 % of each kind, at several strengths and scales."""
    told = []
    for seed in HELD_OUT[:60]:
        one = clean(seed)
        if plant(one):
            told.append(is_told(diagnosis(one.history()), one.planted[-1]))

    assert len(told) >= 10
    assert np.mean(told) >= 0.95, Counter(told)


def test_troubles_are_found_together() -> None:
    """Four in one organization hide none of each other."""
    told = []
    for seed in HELD_OUT[60:110]:
        one = clean(seed)
        plants = one.draw.choice(len(TROUBLES), 4, replace=False)
        clients: set[str] = set()
        for place in plants:
            before = list(one.planted)
            if TROUBLES[place](one) and one.planted[-1][1] in clients:
                one.planted = before  # two troubles of one client may be one
            clients |= {planted[1] for planted in one.planted}
        found = diagnosis(one.history())
        told += [is_told(found, planted) for planted in one.planted if planted[0] != "high_volume"]

    assert len(told) >= 50
    assert np.mean(told) >= 0.9


@pytest.mark.parametrize("seed", HELD_OUT[:15])
def test_the_figures_of_a_finding_are_a_plain_count(seed: int) -> None:
    """Failures and requests from its start to its end, by client and URL, counted row by row."""
    one = clean(seed)
    for plant in TROUBLES[:4]:
        plant(one)
    history = one.history()
    cube = history.cube
    rows = list(zip(cube.client.tolist(), cube.url.tolist(), cube.day.tolist(), cube.counts.T.tolist(), strict=True))
    for found in diagnosis(history):
        if found.kind not in _MEASURES or found.evidence.get("urls", 1) != 1:
            continue
        failed = requests = 0
        for client, url, day, counts in rows:
            if found.client_id not in {"", cube.clients[client][0]} or not found.start <= history.day(day) <= found.end:
                continue
            if found.template_uri and cube.urls[url] != (found.http_method, found.template_uri):
                continue
            failed += counts[_MEASURES[found.kind] + 1]
            requests += counts[0]
        if found.evidence.get("clients", 1) == 1:
            assert (found.requests, found.evidence["requests"]) == (failed, requests)
        assert f"{found.requests:,} of" in found.cause


def test_what_is_refused_saves_as_much_as_would_not_be_made() -> None:
    """A client of which half or more is refused may need other credentials and then makes the same requests: no saving."""
    found = []
    for seed in HELD_OUT[:30]:
        one = clean(seed)
        for plant in TROUBLES[:4]:
            plant(one)
        found += [told for told in diagnosis(one.history()) if told.kind == "client_errors"]
    mostly = [told for told in found if told.evidence["share"] >= 0.5]
    partly = [told for told in found if told.evidence["share"] < 0.5]

    assert len(mostly) >= 3
    assert len(partly) >= 3
    assert {told.saving for told in mostly} == {None}
    for told in partly:
        assert told.saving == round(told.requests / ((told.end - told.start).days + 1) * 30)
    assert all(("saving_formula" in told.evidence) == (told.saving is not None) for told in found)


def test_what_has_ended_saves_nothing() -> None:
    """A storm of 429 that has not been seen for longer than three days is told without a saving, and without its formula."""
    found = []
    for seed in HELD_OUT[:40]:
        one = clean(seed)
        TROUBLES[0](one)
        found += [told for told in diagnosis(one.history()) if told.kind == "throttling"]
    ended = [told for told in found if told.end < END - timedelta(days=3)]
    going_on = [told for told in found if told.end >= END - timedelta(days=3)]

    assert len(ended) >= 3
    assert len(going_on) >= 3
    assert all(told.saving is None and "saving_formula" not in told.evidence for told in ended)
    for told in going_on:
        assert told.saving == round(told.requests / ((told.end - told.start).days + 1) * 30)


def test_reads_that_have_ended_are_not_advised() -> None:
    """Many reads until the fourth day before the last, and until the fifth."""
    for quiet, kinds in ((3, {"bulk_available"}), (4, set())):
        one = clean(7)
        one.requests[0, 0], one.failed = 9_000, {name: np.zeros_like(counts) for name, counts in one.failed.items()}
        one.requests[0, 0, -quiet:] = 0

        assert {told.kind for told in diagnosis(one.history()) if told.client_id == "c0"} & {"bulk_available"} == kinds


def test_days_that_the_store_lacks_are_no_days_of_a_finding() -> None:
    """Neither in its sentence nor in its saving."""
    one = clean(7)
    one.requests[:] = 400
    one.failed = {name: np.zeros_like(one.requests) for name in one.failed}
    one.failed["throttled"][0, :, -6:] = 100
    full = one.history()
    gaps = frozenset({END - timedelta(days=2), END - timedelta(days=3)})
    rows = ~np.isin(full.cube.day, [full.days.index(day) for day in gaps])
    cube = replace(
        full.cube, missing=gaps, day=full.cube.day[rows], client=full.cube.client[rows], url=full.cube.url[rows],
        counts=full.cube.counts[:, rows],
    )  # fmt: skip
    (told,) = [one for one in diagnosis(replace(full, cube=cube)) if one.kind == "throttling"]

    assert (told.start, told.end, told.requests) == (END - timedelta(days=5), END, 4 * len(URLS) * 100)
    assert told.saving == round(told.requests / 4 * 30)
    assert " in 4 days." in told.cause


def test_reads_of_a_client_that_fell_silent_or_is_refused_are_not_advised() -> None:
    """Its last reads may be of yesterday's yesterday; and what is refused in the last week counts, not the weeks before."""
    for days, refused, advised in ((0, 0, True), (5, 0, False), (0, 5, False)):
        one = clean(7)
        one.requests[0] = 0
        weekend = [(one.start + timedelta(days=n)).weekday() > 4 for n in range(one.days)]
        one.requests[0, 0] = one.draw.poisson(np.where(weekend, 3_000, 9_000))
        one.failed = {name: np.zeros_like(counts) for name, counts in one.failed.items()}
        one.requests[0, 0, len(one.requests[0, 0]) - days :] = 0
        last = slice(len(one.requests[0, 0]) - refused, None)
        one.failed["client_errors"][0, 0, last] = one.requests[0, 0, last] - 10
        history = one.history()
        month = Interval(END - timedelta(days=27), END)
        kinds = {told.kind for told in diagnosis(replace(history, interval=month)) if told.client_id == "c0"}

        assert ("bulk_available" in kinds) is advised


def test_refused_and_answered_requests_are_saved_apart() -> None:
    """A storm of 429 and reads that a bulk request may spare are about other requests of the same URL."""

    def found(kind: str, saving: int, client: str = "a") -> Finding:
        return Finding(
            kind=kind, severity="info", start=END, end=END, requests=1, cause="", remedy="", client_id=client, http_method="GET",
            template_uri="u", saving=saving,
        )  # fmt: skip

    given = [
        found("bulk_available", 5),
        found("throttling", 9),
        found("client_errors", 8),
        found("polling", 2),
        found("polling", 3, "b"),
    ]

    assert [(one.kind, one.saving) for one in largest_savings(given)] == [
        ("throttling", 9),
        ("bulk_available", 5),
        ("polling", 3),
    ]


@pytest.mark.parametrize("days", [1, 2, 6])
def test_few_days_are_judged_too(days: int) -> None:
    """A store that has just begun, without a weekend or without a weekday: much that is read is advised as ever."""
    one = clean(7)
    one.requests[:, :, :-days] = 0
    one.requests[0, 0, -days:], one.failed = 9_000, {name: np.zeros_like(counts) for name, counts in one.failed.items()}
    full = one.history()
    for first in range(len(full.days) - days, len(full.days)):
        known = Interval(full.day(first), END)
        rows = full.cube.day >= first
        cube = replace(
            full.cube, interval=known, day=full.cube.day[rows] - first, client=full.cube.client[rows], url=full.cube.url[rows],
            counts=full.cube.counts[:, rows],
        )  # fmt: skip
        (told,) = [
            one for one in diagnosis(History(cube, known)) if one.kind == "bulk_available" and one.client_id == "c0"
        ]

        assert (told.requests, told.saving) == (9_000 * len(known), 9_000 * 30 * 0.9)


def test_an_incident_is_no_part_of_what_a_client_met_alone() -> None:
    """On the last day of its trouble most clients fail, each on another URL: its own finding ends the day before, and names no URL it has not."""
    one = clean(5)
    one.requests[:] = 400
    one.failed = {name: np.zeros_like(one.requests) for name in one.failed}
    one.failed["server_errors"][0, :, -4:-2] = 40
    for client in range(len(one.requests)):
        one.failed["server_errors"][client, client % len(URLS), -2] = 300
    found = diagnosis(one.history())
    (alone,) = [told for told in found if told.kind == "server_errors_integration"]
    platform = [told for told in found if told.kind == "server_errors_platform"]

    assert (alone.client_id, alone.start, alone.end) == ("c0", END - timedelta(days=3), END - timedelta(days=2))
    assert (alone.requests, alone.evidence["requests"]) == (2 * len(URLS) * 40, 2 * len(URLS) * 400)
    assert "this URL" not in alone.remedy
    assert [(told.start, told.end) for told in platform] == [(END - timedelta(days=1),) * 2]
    assert platform[0].evidence["clients"] == len(one.requests)
    assert platform[0].requests == len(one.requests) * 300


def test_an_organization_without_rows_has_no_findings() -> None:
    """Nothing is divided by zero."""
    one = clean(3)
    one.requests[:] = 0
    for name in one.failed:
        one.failed[name][:] = 0

    assert diagnosis(one.history()) == ()


def test_the_table_of_findings_has_the_columns_of_the_contract() -> None:
    """One row a finding, kinds and severities of the list, sentences without holes."""
    one = clean(11)
    for plant in TROUBLES:
        plant(one)
    found = diagnosis(one.history())
    table = findings_table(found)

    assert list(table.columns) == [
        "kind", "severity", "client_id", "client_name", "http_method", "template_uri", "start", "end", "requests", "cause",
        "remedy", "saving",
    ]  # fmt: skip
    assert set(table["kind"]) <= set(FINDING_KINDS)
    assert len(table) == len(found) > 5
    assert [one.severity for one in found] == sorted(
        (one.severity for one in found), key=["critical", "warning", "info"].index
    )
    assert not any("nan" in one.cause or "  " in one.cause or not one.remedy.endswith(".") for one in found)
