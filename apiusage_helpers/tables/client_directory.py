"""The client directory: what is known of an OAuth client beyond its rows.

`params/tables/clients.csv` is the user's own: client_id, owner, kind, excluded. What the platform lists (name, grant
type, state) is fetched with the days and kept in the store, so that a deleted client still has its name. Only clients
marked in clients.csv are left out of reports; nothing is left out by guess.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from apiusage_helpers.errors import ParameterError, quoted
from apiusage_helpers.project import places
from apiusage_helpers.store import ListedClient, listed_clients

COLUMNS = ("client_id", "owner", "kind", "excluded")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_SURPLUS = ""  # the key of cells that have no column
_ACTIVE = frozenset({"", "active"})


@dataclass(frozen=True)
class Client:
    """One OAuth client: as its owners know it, and as the platform listed it last (empty where it was not fetched).

    `kind` is the owners' word, else the grant type and, unless it is active, the state.
    """

    client_id: str
    owner: str = ""
    kind: str = ""
    excluded: bool = False
    name: str = ""
    grant_type: str = ""
    state: str = ""
    as_of: str = ""


def client_directory(organization: str, path: Path | None, *, root: Path | None = None) -> dict[str, Client]:
    """The clients of an organization by id: those that its fetched directory lists, joined with a clients.csv.

    ParameterError names what is wrong in clients.csv; StoreError tells that the fetched directory cannot be read.
    """
    clients = {name: _listed(client) for name, client in listed_clients(organization, root=root).items()}
    for client_id, owned in read_clients(path).items():
        listed = clients.get(client_id, owned)
        kind = owned.kind or listed.kind
        clients[client_id] = replace(listed, owner=owned.owner, kind=kind, excluded=owned.excluded)
    return clients


def known_clients(organization: str) -> dict[str, Client]:
    """The client directory of an organization, with the clients.csv of the project."""
    return client_directory(organization, places.table_file("clients.csv"))


def excluded_clients(clients: Mapping[str, Client]) -> tuple[str, ...]:
    """The ids of the clients that a directory marks as excluded."""
    return tuple(client.client_id for client in clients.values() if client.excluded)


def read_clients(path: Path | None) -> dict[str, Client]:
    """The clients of a clients.csv by id; none for None. ParameterError names file, line and column of a fault."""
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey=_SURPLUS, strict=True)
            _refuse_header(path, reader.fieldnames or ())
            return _by_id(path, reader)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise ParameterError(f"{path}: cannot be read as CSV UTF-8: {fault}") from None


def _by_id(path: Path, reader: "csv.DictReader[str]") -> dict[str, Client]:
    clients: dict[str, Client] = {}
    for record in reader:
        client = _client(path, reader.line_num, record)
        if client.client_id in clients:
            raise ParameterError(f"{path}: line {reader.line_num}: client_id {quoted(client.client_id)} appears twice")
        clients[client.client_id] = client
    return clients


def _refuse_header(path: Path, header: object) -> None:
    if not isinstance(header, list | tuple) or "client_id" not in header or set(header) - set(COLUMNS):
        raise ParameterError(f"{path}: line 1: the columns are {', '.join(COLUMNS)}; only client_id must be there")


def _client(path: Path, line: int, record: dict[str, str | None]) -> Client:
    if _SURPLUS in record:
        raise ParameterError(
            f'{path}: line {line}: more cells than columns: put text with a comma into quotes, as "Team A, B"'
        )
    excluded = (record.get("excluded") or "").strip().lower()
    if excluded not in _TRUTH:
        raise ParameterError(f"{path}: line {line}: excluded {quoted(excluded)}: write true, false or nothing")
    client_id = (record.get("client_id") or "").strip()
    client_id = client_id.lower() if _UUID.fullmatch(client_id) else client_id  # as the platform writes its ids
    if not client_id:
        raise ParameterError(f"{path}: line {line}: client_id is empty")
    return Client(client_id, record.get("owner") or "", record.get("kind") or "", _TRUTH[excluded])


def _listed(client: ListedClient) -> Client:
    state = "" if client.state in _ACTIVE else client.state
    kind = ", ".join(filter(None, (client.grant_type.lower().replace("-", " "), state)))
    return Client(
        client.client_id,
        kind=kind,
        name=client.name,
        grant_type=client.grant_type,
        state=client.state,
        as_of=client.as_of,
    )
