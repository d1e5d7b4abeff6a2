"""The OAuth clients that organizations have had, in a small Delta table of their own beside the days.

A client that the platform no longer lists stays here with its last name, as `deleted`, so that old reports can still
say whose requests they count. What a user writes of a client stands in clients.csv, not here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import DeltaError

from apiusage_helpers.errors import StoreError
from apiusage_helpers.store import delta
from apiusage_helpers.usage import organization_name

DELETED = "deleted"
_FIELDS = ("client_id", "name", "grant_type", "state", "as_of")
_SCHEMA = pa.schema([(name, pa.string()) for name in ("organization", *_FIELDS)])


@dataclass(frozen=True, order=True)
class ListedClient:
    """One OAuth client as the platform listed it last, at the instant `as_of` (ISO, UTC)."""

    client_id: str
    name: str
    grant_type: str
    state: str
    as_of: str = ""


def listed_clients(organization: str, *, root: Path | None = None) -> dict[str, ListedClient]:
    """The OAuth clients that an organization is known to have had, by id; none before its directory was fetched.

    StoreError when the table cannot be read.
    """
    folder = delta.store_root(root)
    table = delta.open_table(folder, "clients")
    if table is None:
        return {}
    try:
        rows = table.to_pyarrow_table(filters=[("organization", "=", organization)], columns=list(_FIELDS)).to_pylist()
        clients = [ListedClient(**row) for row in rows]
    except (*delta.FAULTS, DeltaError, TypeError, UnicodeDecodeError):
        raise StoreError(
            f"{folder / 'clients'} cannot be read: remove this folder and fetch {organization} again"
        ) from None
    return {client.client_id: client for client in sorted(clients)}


def write_clients(
    organization: str, clients: Iterable[ListedClient], at: datetime, *, root: Path | None = None
) -> dict[str, ListedClient]:
    """The clients that the store lists now: `clients` as of `at`, and those of before that are gone, as deleted."""
    folder, instant = delta.store_root(root), f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
    organization_name(organization)
    with delta.writing(folder):
        before = listed_clients(organization, root=folder)
        now = {client.client_id: replace(client, as_of=instant) for client in clients}
        gone = {name: replace(client, state=DELETED) for name, client in before.items() if name not in now}
        known = gone | now
        rows = [[organization, *(getattr(client, name) for name in _FIELDS)] for _, client in sorted(known.items())]
        arrays = [
            pa.array(column, pa.string()) for column in (zip(*rows, strict=True) if rows else [()] * len(_SCHEMA))
        ]
        predicate = f"organization = '{organization}'" if delta.open_table(folder, "clients") is not None else None
        delta.commit(folder, pa.Table.from_arrays(arrays, schema=_SCHEMA), predicate, "clients")
        with delta.tidying(folder):
            delta.sweep(folder)
            delta.settle(folder)
    return known
