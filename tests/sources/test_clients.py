"""The user's clients.csv."""

from pathlib import Path

import pytest

from apiusage_helpers.errors import ParameterError
from apiusage_helpers.sources.clients import Client, read_clients


def test_clients_are_read_by_id(tmp_path: Path) -> None:
    """Owner, kind and mark of exclusion; what is not there is empty."""
    path = tmp_path / "clients.csv"
    path.write_text("client_id,owner,kind,excluded\r\na,Sales,CRM,\r\nb,,,TRUE\r\n", encoding="utf-8-sig")

    assert read_clients(path) == {"a": Client("a", "Sales", "CRM"), "b": Client("b", excluded=True)}
    assert read_clients(None) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("owner\r\nx\r\n", "line 1"),
        ("client_id,colour\r\na,red\r\n", "line 1"),
        ("client_id,excluded\r\na,maybe\r\n", "line 2: excluded 'maybe'"),
        ("client_id,excluded\r\n,true\r\n", "line 2: client_id"),
        ("", "line 1"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    """What cannot be used is said before anything runs."""
    path = tmp_path / "clients.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ParameterError, match=message):
        read_clients(path)
