"""The sample: the same for the same seed, and with all that it is there to show."""

import os
import subprocess
import sys
from collections import Counter
from datetime import date

import pyarrow.compute as pc
import pytest

from apiusage_helpers.sources.sample import sample_clients, sample_usage
from apiusage_helpers.usage import adds_up

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def usage():
    return sample_usage(today=TODAY)[0]


def test_the_same_day_and_seed_give_the_same_rows(usage) -> None:
    """Also in another process with another hash seed; another seed gives other rows."""
    code = "from datetime import date; from apiusage_helpers.sources.sample import sample_usage as s; import hashlib; "
    code += "print(hashlib.sha256(repr(s(today=date(2026, 11, 24))[0].to_pylist()).encode()).hexdigest())"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert not sample_usage(today=TODAY, seed=2)[0].equals(usage)


def test_days_end_yesterday_and_rows_add_up(usage) -> None:
    """120 days up to the day before today, every row with 429 inside 400."""
    days = sorted(set(usage["date"].to_pylist()))

    assert (len(days), days[-1]) == (120, date(2026, 11, 23))
    assert pc.all(adds_up(usage)).as_py()


def test_it_shows_what_administrators_meet(usage) -> None:
    """PATCH and HEAD rows, two clients of one name, a new and a silent client, and one that was renamed."""
    rows = usage.to_pylist()
    names = {row["client_id"]: row["client_name"] for row in rows}
    last_week = {row["client_id"] for row in rows if row["date"] > date(2026, 11, 16)}
    first_week = {row["client_id"] for row in rows if row["date"] < date(2026, 8, 3)}

    assert {"PATCH", "HEAD", "GET", "POST", "PUT", "DELETE"} <= {row["http_method"] for row in rows}
    assert Counter(names.values()).most_common(1)[0] == ("Data actions", 2)
    assert len(set(names) - last_week) == 1
    assert len(set(names) - first_week) == 1
    assert {row["client_name"] for row in rows} - set(names.values()) == {"WFM adapter"}


def test_hostile_names_change_nothing_but_names(usage) -> None:
    """Names that break careless reports stand there only if they are asked for; all figures stay as they are."""
    hostile = sample_usage(today=TODAY, hostile=True)[0]
    names = [set(table["client_name"].to_pylist()) for table in (usage, hostile)]

    assert [{sign for sign in '<$="é通' if any(sign in name for name in known)} for known in names] == [
        set(),
        set('<$="é通'),
    ]
    assert usage.drop_columns("client_name").equals(hostile.drop_columns("client_name"))


def test_the_platform_lists_all_clients_but_one(usage) -> None:
    """By id and name; one that calls is unknown to it, and one was deleted."""
    rows = usage.to_pylist()
    names = {row["client_id"]: row["client_name"] for row in rows}
    listed = sample_clients()

    assert len(set(names) - set(listed)) == 1
    assert {client: names[client] for client in listed} == {client: name for client, (name, _) in listed.items()}
    assert sorted(state for _, state in listed.values()) == ["active"] * 10 + ["deleted"]


def test_it_grows_to_the_size_that_is_asked_for() -> None:
    """Clients and template URIs up to a number; invented URIs are marked as such."""
    usage, _ = sample_usage(today=TODAY, days=3, clients=30, template_uris=300)
    uris = set(usage["template_uri"].to_pylist())

    assert len(set(usage["client_id"].to_pylist())) >= 28
    assert sum(uri.startswith("api/v2/sample/invented/") for uri in uris) > 100
    assert len(uris) <= 300
