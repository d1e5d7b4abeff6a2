"""The OAuth clients that the store lists."""

from datetime import UTC, datetime

import pytest

from apiusage_helpers.errors import StoreError
from apiusage_helpers.store import ListedClient, listed_clients, stored_days, write_clients

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
    """Days can be reported again once it is removed."""
    write_clients("acme", [ListedClient("a", "A", "CODE", "active")], AT, root=root)
    for path in (root / "clients").rglob("*.parquet"):
        path.write_bytes(b"PAR1")

    with pytest.raises(StoreError, match="fetch acme again"):
        listed_clients("acme", root=root)
