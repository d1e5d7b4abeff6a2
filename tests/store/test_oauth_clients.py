"""The OAuth clients that the store lists."""

import shutil
from datetime import UTC, datetime

import pytest

from apiusage_helpers.errors import StoreError
from apiusage_helpers.store import ListedClient, Repaired, listed_clients, repair_store, stored_days, write_clients
from apiusage_helpers.store.oauth_clients import refuse_lost
from apiusage_helpers.store.repair import told

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_each_organization_has_its_own_clients(root) -> None:
    """And none before its directory was fetched."""
    assert listed_clients("acme", root=root) == {}
    write_clients("acme", [ListedClient("a", "A", "CODE", "active")], AT, root=root)
    write_clients("globex", [ListedClient("a", "Other", "CODE", "active")], AT, root=root)

    assert listed_clients("acme", root=root)["a"].name == "A"
    assert listed_clients("globex", root=root)["a"].name == "Other"


def test_a_client_that_is_gone_keeps_its_name_and_when_it_was_last_seen(root) -> None:
    """As deleted; one that comes back is as the platform lists it."""
    write_clients(
        "acme", [ListedClient("a", "A", "CODE", "active"), ListedClient("b", "B", "CODE", "active")], AT, root=root
    )
    write_clients("acme", [ListedClient("b", "B 2", "CODE", "active")], LATER, root=root)
    found = listed_clients("acme", root=root)

    assert (found["a"].name, found["a"].state, found["a"].as_of) == ("A", "deleted", "2026-11-24T09:00:00+00:00")
    assert (found["b"].name, found["b"].as_of) == ("B 2", "2026-11-25T09:00:00+00:00")
    write_clients("acme", [ListedClient("a", "A", "CODE", "disabled")], LATER, root=root)
    assert listed_clients("acme", root=root)["a"].state == "disabled"


def test_an_empty_directory_is_one_too(root) -> None:
    """An organization without OAuth clients."""
    write_clients("acme", [], AT, root=root)

    assert listed_clients("acme", root=root) == {}


def test_days_are_as_they_were(root, write) -> None:
    """The clients stand beside them."""
    write([1, 2])
    write_clients("acme", [ListedClient("a", "A", "CODE", "active")], AT, root=root)

    assert len(stored_days("acme", root=root)) == 2


def test_a_damaged_table_is_named_with_what_to_do(root) -> None:
    """Reports can be made again after a repair, which keeps the lists of other organizations; a fetch fills it anew."""
    for name in ("acme", "globex"):
        write_clients(name, [ListedClient("a", "A", "CODE", "active")], AT, root=root)
    for path in (root / "clients" / "organization=acme").rglob("*.parquet"):
        path.write_bytes(b"PAR1")

    for ask in (lambda: listed_clients("acme", root=root), lambda: refuse_lost(root=root)):
        with pytest.raises(StoreError, match="OAuth clients of acme cannot be read; try: apiusage repair"):
            ask()
    assert repair_store(root) == ((Repaired("acme", (), 0, clients=True),), False)
    refuse_lost(root=root)
    assert (listed_clients("acme", root=root), len(listed_clients("globex", root=root))) == ({}, 1)


@pytest.mark.parametrize("lost", ["clients", "clients/_delta_log", "an entry"])
def test_lists_that_are_gone_are_noticed_and_repaired(root, write, lost) -> None:
    """Days that are written after it do not hide it; the repair says how to bring them back, and then nobody asks for another."""
    write([1])
    write_clients("acme", [ListedClient("a", "A", "CODE", "active")], AT, root=root)
    if lost == "an entry":
        next((root / "clients" / "_delta_log").glob("*.json")).write_text("{")
    else:
        shutil.rmtree(root / lost)
    write([2])
    with pytest.raises(StoreError, match="try: apiusage repair"):
        refuse_lost(root=root)

    repaired, unknown = repair_store(root)

    assert [*told(repaired, unknown=unknown)] == [
        "acme: the list of its OAuth clients is lost. Bring it back: apiusage fetch --organization acme"
    ]
    refuse_lost(root=root)
    assert repair_store(root) == ((), False)
    write_clients("acme", [ListedClient("b", "B", "CODE", "active")], AT, root=root)
    assert set(listed_clients("acme", root=root)) == {"b"}


def test_a_list_that_never_was_is_not_missed(root, write) -> None:
    """Whoever imports files has none."""
    write([1])

    refuse_lost(root=root)
    assert repair_store(root) == ((), False)
