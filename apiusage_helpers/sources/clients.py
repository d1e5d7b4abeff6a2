"""The client directory: what is known of an OAuth client beyond its rows.

`params/tables/clients.csv` is the user's own: client_id, owner, kind, excluded. Only clients marked there are left out
of reports; nothing is left out by guess.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from apiusage_helpers.errors import ParameterError

COLUMNS = ("client_id", "owner", "kind", "excluded")
_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}


@dataclass(frozen=True)
class Client:
    """One OAuth client as its owners know it."""

    client_id: str
    owner: str = ""
    kind: str = ""
    excluded: bool = False


def read_clients(path: Path | None) -> dict[str, Client]:
    """The clients of a clients.csv by id; none for None. ParameterError names file, line and column of a fault."""
    if path is None:
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _refuse_header(path, reader.fieldnames or ())
            clients = [_client(path, reader.line_num, record) for record in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise ParameterError(f"{path}: cannot be read as CSV UTF-8: {fault}") from None
    return {client.client_id: client for client in clients}


def _refuse_header(path: Path, header: object) -> None:
    if not isinstance(header, list | tuple) or "client_id" not in header or set(header) - set(COLUMNS):
        raise ParameterError(f"{path}: line 1: the columns are {', '.join(COLUMNS)}; only client_id must be there")


def _client(path: Path, line: int, record: dict[str, str | None]) -> Client:
    excluded = (record.get("excluded") or "").strip().lower()
    if excluded not in _TRUTH:
        raise ParameterError(f"{path}: line {line}: excluded {excluded!r}: write true, false or nothing")
    client_id = (record.get("client_id") or "").strip()
    if not client_id:
        raise ParameterError(f"{path}: line {line}: client_id is empty")
    return Client(client_id, record.get("owner") or "", record.get("kind") or "", _TRUTH[excluded])
