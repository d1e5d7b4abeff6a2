"""What a file is, told by its content: read, or refused by its name."""

import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from apiusage_helpers.errors import ApiUsageError, SourceError, UsageError
from apiusage_helpers.interval import parse_interval
from apiusage_helpers.sources.files import ImportedUsage, read_usage

TODAY = date(2026, 11, 24)
HEADER = (
    b"date,client_id,client_name,http_method,template_uri,requests,status200,status300,status400,status429,status500"
)
LINE = b"2026-10-05,a,CRM sync,GET,api/v2/users,10,6,0,4,1,0"


def _read(folder: Path, *contents: bytes) -> ImportedUsage:
    paths = []
    for number, content in enumerate(contents):
        paths.append(folder / f"file{number}")
        paths[-1].write_bytes(content)
    return read_usage(paths, today=TODAY, interval=parse_interval("2026-10-05/2026-10-05"))


def _zipped(name: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr(name, "x")
    return whole.getvalue()


FOREIGN = {
    "zip": (_zipped("result.json"), "a ZIP archive"),
    "workbook": (_zipped("xl/workbook.xml"), "a workbook"),
    "pdf": (b"%PDF-1.7\n", "a PDF"),
    "parquet": (b"PAR1\x15\x04", "a Parquet file"),
    "html": (b"<!doctype html>", "HTML"),
    "headers": (
        b"HTTP/2 200\r\ncontent-type: application/json\r\n\r\n{}",
        "begins with HTTP headers: save the body alone",
    ),
    "null": (b"null\n", "JSON without a result"),
    "words": (b"not json", "neither JSON nor CSV with usage: line 1 reads 'not json'; export the result again"),
    "another table": (b"colour,size\nred,1\n", "line 1 reads 'colour,size'"),
    "yaml": (b"results:\n- a: 1\n", "YAML"),
    "deep": (b'{"a":' * 20_000, "nested more than"),
    "deep list": (b"[" * 50_000, "nested more than"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_file_is_refused_by_its_name(tmp_path: Path, kind: str) -> None:
    """The message says what the file is."""
    content, message = FOREIGN[kind]
    with pytest.raises(SourceError, match=message):
        _read(tmp_path, content)


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Only regular files are opened."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="not a regular file"):
        read_usage([tmp_path / "pipe"], today=TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_in_any_unicode_with_a_mark_is_the_same(tmp_path: Path, legacy_row, encoding: str) -> None:
    """The bytes differ, the usage does not."""
    text = json.dumps({"results": [legacy_row()], "queryStatus": "Complete"})
    assert _read(tmp_path, text.encode(encoding)).usage.num_rows == 1


def test_a_list_of_rows_is_read_as_rows_one_a_line(tmp_path: Path, legacy_row) -> None:
    """Both are the rows of a result without its page."""
    rows = [legacy_row(), legacy_row(clientId="b")]
    listed = _read(tmp_path, json.dumps(rows).encode()).usage
    assert listed.equals(_read(tmp_path, "\n".join(map(json.dumps, rows)).encode()).usage)


@pytest.mark.parametrize("gone", [("templateUri",), ("clientId", "clientName")])
def test_absent_is_not_empty(tmp_path: Path, legacy_row, gone: tuple[str, ...]) -> None:
    """A row without a key field is refused by its number."""
    row = {name: value for name, value in legacy_row().items() if name not in gone}
    with pytest.raises(SourceError, match=r"results\[1\]: there is no"):
        _read(tmp_path, json.dumps({"results": [legacy_row(), row], "queryStatus": "Complete"}).encode())


@pytest.mark.parametrize("dropped", [0, 1, 2])
def test_a_chain_by_cursors_lacks_no_page(tmp_path: Path, jobs_row, dropped: int) -> None:
    """A page that goes on from a cursor is met by a nextUri, however host and parameters of the two are written."""
    pages = [
        {"entities": [jobs_row(templateUri=f"/u/{n}")], "queryStatus": "Succeeded"}
        | {"selfUri": f"https://api.example.com/j?pageSize=1&after={n * 100}"}
        | ({"nextUri": f"/j?after={n + 1}00&pageSize=1"} if n < 2 else {})
        for n in range(3)
    ]
    contents = [json.dumps(page).encode() for page in pages]
    assert _read(tmp_path, *contents).usage.num_rows == 3
    with pytest.raises(UsageError, match="missing"):
        _read(tmp_path, *(content for n, content in enumerate(contents) if n != dropped))


@pytest.mark.parametrize("dropped", [1, 2])
def test_a_chain_without_one_of_its_later_pages_is_refused(tmp_path: Path, jobs_row, dropped: int) -> None:
    """Each nextUri is met by the selfUri of another page."""
    pages = [
        {"entities": [jobs_row(templateUri=f"/u/{n}")], "queryStatus": "Succeeded", "selfUri": f"/j/{n}"}
        | ({"nextUri": f"/j/{n + 1}"} if n < 2 else {})
        for n in range(3)
    ]
    contents = [json.dumps(page).encode() for page in pages]
    assert _read(tmp_path, *contents).usage.num_rows == 3
    with pytest.raises(UsageError, match=f"/j/{dropped}"):
        _read(tmp_path, *(content for n, content in enumerate(contents) if n != dropped))


def test_a_day_before_the_platform_is_refused(tmp_path: Path, legacy_row) -> None:
    """The year 1 is a mistake of the export."""
    path = tmp_path / "file"
    path.write_text(json.dumps([legacy_row(date="0001-01-01")]))
    with pytest.raises(UsageError, match="before 2010-01-01"):
        read_usage([path], today=TODAY)


def test_marks_of_spreadsheets_are_read_and_told(tmp_path: Path) -> None:
    """A sep= line, empty records, whole floats and error words."""
    line = LINE.replace(b"CRM sync", b"#N/A").replace(b",10,", b",10.0,")
    found = _read(tmp_path, b"\n".join([b"sep=,", HEADER, b"," * 10, line, b"," * 10]))
    assert found.usage["client_name"].to_pylist() == ["#N/A"]
    assert any("2 empty rows" in note for note in found.notes)
    assert any("error words (#N/A)" in note for note in found.notes)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content: bytes) -> None:
    """No content ends in a defect."""
    path = tmp_path_factory.mktemp("bytes") / "file"
    path.write_bytes(content)
    with pytest.raises(ApiUsageError):
        read_usage([path], today=TODAY)
