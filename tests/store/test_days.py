"""Days: replaced whole, told when restated, present without traffic, provisional, few files."""

import hashlib
import os
from datetime import UTC, date, datetime, timedelta

import pytest
from deltalake import DeltaTable

from apiusage_helpers.errors import StoreError, UsageError
from apiusage_helpers.interval import Interval
from apiusage_helpers.selection import select
from apiusage_helpers.store import Origin, day_digests, forget_days, organizations, scan, stored_days, write_days
from apiusage_helpers.usage import usage_table

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAYS = int(os.environ.get("APIUSAGE_DAYS", "61"))


def totals(root, interval="2026-11-01/2026-11-23"):
    """Requests by day of acme, as a report would see them."""
    usage = scan(select("acme", interval, today="2026-11-24"), root=root)
    rows = usage.rows.aggregate("date, sum(requests)", "date").order("date").fetchall()
    return {day.day: int(count) for day, count in rows}


def test_a_write_replaces_exactly_its_days(root, write) -> None:
    """Days that are written again have the new figures, all others the old."""
    write([1, 2, 3])
    written = write([2], 50)

    assert totals(root) == {1: 10, 2: 50, 3: 10}
    assert written.restated == ((date(2026, 11, 2), 10, 50),)


def test_other_figures_of_another_source_are_no_restatement(root, write) -> None:
    """Both sources are told; figures that are the same leave the day as it was, other figures of its own source restate it."""
    usage, jobs = (Origin(name, AT, fetched=True) for name in ("usage/query", "usage/aggregates/query/jobs"))
    write([1, 2, 3], origin=usage)
    written = write([1], 12, origin=jobs) + write([2], origin=jobs) + write([3], 13, origin=usage)

    assert written.told() == (
        "2026-11-03 restated: 10 -> 13 requests",
        "2026-11-01 now from usage/aggregates/query/jobs, was from usage/query: 10 -> 12 requests",
        "days: 1 restated, 1 from another source, 1 unchanged",
    )
    assert [day.source for day in stored_days("acme", root=root)] == [jobs.source, usage.source, usage.source]


def test_unchanged_days_are_not_written_again(root, write) -> None:
    """The snapshot stays the same."""
    write([1, 2])
    before = DeltaTable(root / "usage").version()
    written = write([1, 2])

    assert DeltaTable(root / "usage").version() == before
    assert len(written.unchanged) == 2


def test_a_new_name_is_written_but_not_restated(root, write) -> None:
    """Restated means other figures."""
    write([1])
    written = write([1], name="CRM")

    assert (written.restated, written.renamed) == ((), (date(2026, 11, 1),))
    assert scan(select("acme", "2026-11-01/2026-11-01", today="2026-11-24"), root=root).rows.fetchall()[0][2] == "CRM"


def test_a_day_without_traffic_is_present(root, write) -> None:
    """It has a marker and no row; a day that was never written is missing."""
    write([1, 2], requests=0)
    usage = scan(select("acme", "2026-11-01/2026-11-03", today="2026-11-24"), root=root)

    assert [(day.date.day, day.requests) for day in usage.days] == [(1, 0), (2, 0)]
    assert usage.missing == (date(2026, 11, 3),)
    assert usage.rows.fetchall() == []


def test_a_fetched_day_is_provisional_until_a_day_after_its_end(root, write) -> None:
    """Imported days never are; a provisional day is written again even when unchanged."""
    early, late = datetime(2026, 11, 3, 23, tzinfo=UTC), datetime(2026, 11, 4, 1, tzinfo=UTC)
    write([2], origin=Origin("usage/query", early, fetched=True))
    assert stored_days("acme", root=root)[0].provisional
    write([2], origin=Origin("usage/query", late, fetched=True))
    assert not stored_days("acme", root=root)[0].provisional
    assert stored_days("acme", root=root)[0].fetched_at == late
    write([3], origin=Origin("usage/query", early))
    assert not stored_days("acme", root=root)[1].provisional


def test_organizations_are_kept_apart(root, write) -> None:
    """A write or forget of one leaves the other as it was."""
    write([1, 2])
    write([1], 99, organization="umbrella")
    forget_days("umbrella", root=root)

    assert organizations(root) == ("acme",)
    assert totals(root) == {1: 10, 2: 10}


def test_forgotten_days_are_missing(root, write) -> None:
    """They are told, and the others stay; nothing to forget is said."""
    write([1, 2, 4])

    assert forget_days("acme", Interval(date(2026, 11, 2), date(2026, 11, 3)), root=root) == (date(2026, 11, 2),)
    assert totals(root) == {1: 10, 4: 10}
    with pytest.raises(StoreError, match="no day of acme"):
        forget_days("acme", Interval(date(2026, 11, 2), date(2026, 11, 2)), root=root)


@pytest.mark.load
def test_single_days_add_up_to_few_files(root) -> None:
    """Partitions are made small again as they grow; no figure changes. `make soak` writes a year."""
    days = Interval(date(2025, 11, 1), date(2025, 11, 1) + timedelta(days=DAYS - 1)).days
    for number, day in enumerate(days):
        write_days("acme", usage_table([(day, "a", "A", "GET", "u", number + 1, number + 1, 0, 0, 0, 0)]), [day],
                   Origin("sample", datetime(2026, 11, 1, tzinfo=UTC)), root=root)  # fmt: skip

    assert len(DeltaTable(root / "usage").file_uris()) < DAYS / 3.6
    assert [day.requests for day in stored_days("acme", root=root)] == list(range(1, DAYS + 1))


def test_rows_outside_the_days_are_refused(root) -> None:
    """A write brings rows of its own days only."""
    rows = usage_table([(date(2026, 11, 2), "a", "A", "GET", "u", 1, 1, 0, 0, 0, 0)])

    with pytest.raises(UsageError, match="2026-11-02"):
        write_days("acme", rows, [date(2026, 11, 1)], Origin("sample", datetime.now(UTC)), root=root)


def test_what_is_not_there_is_said_with_the_command_to_try(root, write) -> None:
    """No store, an unknown organization, no day of the interval: what there is, and what to do."""
    selection = select("acme", "2026-10-01/2026-10-02", today="2026-11-24")
    with pytest.raises(StoreError, match="apiusage import"):
        scan(selection, root=root)
    write([1], organization="umbrella")
    with pytest.raises(StoreError, match="it has umbrella"):
        scan(selection, root=root)
    write([1, 2])
    with pytest.raises(StoreError, match="2 days from 2026-11-01 to 2026-11-02"):
        scan(selection, root=root)


def test_days_of_the_same_figures_have_the_same_digest(root, write) -> None:
    """Whatever their names and whatever engine counts them; another figure, or the same total in another row, is another digest; an empty day has none."""

    def digest() -> str:
        usage = scan(select("acme", "2026-11-01/2026-11-02", today="2026-11-24"), root=root)
        return day_digests(usage)[date(2026, 11, 1)]

    write([1])
    first = digest()
    number = int(hashlib.md5(b"a\x1fGET\x1fapi/v2/users", usedforsecurity=False).hexdigest()[:15], 16)
    assert first == "2:" + hashlib.sha256(repr([number * 10, number * 10, 0, 0, 0, 0]).encode()).hexdigest()[:16]
    write([1], name="CRM")
    assert digest() == first
    other = usage_table([(date(2026, 11, 1), "b", "B", "GET", "api/v2/users", 10, 10, 0, 0, 0, 0)])
    write_days("acme", other, [date(2026, 11, 1)], Origin("sample", datetime(2026, 11, 24, tzinfo=UTC)), root=root)
    assert digest() not in {first, ""}
    write([1], requests=0)
    assert digest() == ""
