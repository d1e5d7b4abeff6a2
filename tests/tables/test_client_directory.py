"""The user's clients.csv."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.store import ListedClient, write_clients
from apiusage_helpers.tables.client_directory import Client, client_directory, read_clients


def test_clients_are_read_by_id(tmp_path: Path) -> None:
    """Owner, kind and mark of exclusion; what is not there is empty."""
    path = tmp_path / "clients.csv"
    path.write_text("client_id,owner,kind,excluded\r\na,Sales,CRM,\r\nb,,,TRUE\r\n", encoding="utf-8-sig")

    assert read_clients(path) == {"a": Client("a", "Sales", "CRM"), "b": Client("b", excluded=True)}
    assert read_clients(None) == {}


def test_an_id_in_capitals_is_the_platforms_own(tmp_path: Path) -> None:
    """Ids of the platform are in small letters; other ids are taken as they are."""
    path = tmp_path / "clients.csv"
    path.write_text("client_id,excluded\nBE00660C-DA42-4B48-82D3-4E1C90A573B7,true\nBot,true\n", encoding="utf-8")

    assert list(read_clients(path)) == ["be00660c-da42-4b48-82d3-4e1c90a573b7", "Bot"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owner\r\nx\r\n", "line 1"),
        ("client_id,colour\r\na,red\r\n", "line 1"),
        ("client_id,excluded\r\na,maybe\r\n", "line 2: excluded 'maybe'"),
        ("client_id,excluded\r\n,true\r\n", "line 2: client_id"),
        ("client_id,owner,kind,excluded\r\na,Team A, B,,true\r\n", "line 2: more cells than columns"),
        ("client_id,excluded\r\na,true\r\nb,\r\na,\r\n", "line 4: client_id 'a' appears twice"),
        ("", "line 1"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    """What cannot be used is said before anything runs."""
    path = tmp_path / "clients.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ParameterError, match=message):
        read_clients(path)


def test_a_fetched_directory_is_joined_with_the_users_clients(tmp_path: Path) -> None:
    """The owners' kind goes first, else the grant type and a state other than active; nobody is excluded by guess."""
    listed = [
        ListedClient("a", "A", "CLIENT-CREDENTIALS", "active"),
        ListedClient("b", "B", "CODE", "inactive"),
        ListedClient("c", "C", "TOKEN", "active"),
    ]
    write_clients("acme", listed, datetime(2026, 11, 24, tzinfo=UTC), root=tmp_path / "store")
    path = tmp_path / "clients.csv"
    path.write_text("client_id,owner,kind,excluded\r\nc,Sales,CRM,true\r\nd,,Bot,\r\n", encoding="utf-8")
    found = client_directory("acme", path, root=tmp_path / "store")

    assert {name: client.kind for name, client in found.items()} == {
        "a": "client credentials", "b": "code, inactive", "c": "CRM", "d": "Bot",
    }  # fmt: skip
    assert [client.client_id for client in found.values() if client.excluded] == ["c"]
    assert (found["c"].name, found["c"].owner, found["c"].as_of) == ("C", "Sales", "2026-11-24T00:00:00+00:00")
    assert client_directory("globex", None, root=tmp_path / "store") == {}
