"""The OAuth clients that organizations have had, in a small Delta table of their own beside the days.

A client that the platform no longer lists stays here with its last name, as `deleted`, so that old reports can still
say whose requests they count. What a user writes of a client stands in clients.csv, not here.
"""

import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from apiusage_helpers.errors import StoreError
from apiusage_helpers.store import delta, witness
from apiusage_helpers.store.days import organizations
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
            f"{folder / 'clients'}: the OAuth clients of {organization} cannot be read; {witness.REPAIR}"
        ) from None
    return {client.client_id: client for client in sorted(clients)}


def refuse_lost(*, root: Path | None = None) -> None:
    """Nothing where all lists of OAuth clients can be read; StoreError where one cannot, or where they are gone."""
    folder = delta.store_root(root)
    table = delta.open_table(folder, "clients")
    if table is None and witness.had_clients(folder):
        raise StoreError(f"{folder / 'clients'}: the lists of OAuth clients are gone; {witness.REPAIR}")
    for organization in delta.partition_values(table) if table else ():
        listed_clients(organization, root=folder)


def drop_lost(root: Path) -> set[str]:
    """The organizations whose list of OAuth clients is dropped, since it cannot be read; the writer's lock must be held.

    Where no list can be read, or they are gone, those that had files of one; without a trace of it, all in the store.
    """
    try:
        table = delta.open_table(root, "clients")
    except StoreError:
        table = None
    if table is not None:
        lost = {name for name in delta.partition_values(table) if _is_lost(root, name)}
        for name in lost:
            DeltaTable(root / "clients").delete(f"organization = '{name}'")
        return lost
    if not witness.had_clients(root) and not delta.has_table(root, "clients"):
        return set()
    held = {path.name.removeprefix("organization=") for path in (root / "clients").glob("organization=*")}
    shutil.rmtree(root / "clients", ignore_errors=True)
    return held or set(organizations(root))


def _is_lost(root: Path, organization: str) -> bool:
    """Whether an organization's list of OAuth clients cannot be read."""
    try:
        listed_clients(organization, root=root)
    except StoreError:
        return True
    return False


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
