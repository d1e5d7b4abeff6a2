"""What a file is, told by its content before anything is parsed: JSON or CSV are read, all else is refused by its name.

Only regular files are opened, so that no pipe or device can hold an import up. Nothing is parsed here.
"""

import gzip
import os
import re
import stat
import zlib
from pathlib import Path

from apiusage_helpers.errors import SourceError

MOST_BYTES = 2_000_000_000
_MOST_DEPTH = 100
_GZIP = b"\x1f\x8b"
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
)  # fmt: skip
_FOREIGN = (
    (re.compile(rb"PK\x03\x04(?=[\s\S]{0,4000}(?:\[Content_Types\]|xl/))"), "a workbook (XLSX): save it as CSV UTF-8"),
    (re.compile(rb"PK(?:\x03\x04|\x05\x06)"), "a ZIP archive: unpack it and import the files in it"),
    (re.compile(rb"%PDF-"), "a PDF: export the result as JSON or CSV"),
    (re.compile(rb"PAR1"), "a Parquet file: save it as CSV UTF-8"),
    (re.compile(rb"HTTP/\d[\d.]* \d{3}"), "begins with HTTP headers: save the body alone"),
    (re.compile(rb"<"), "HTML, not CSV: a log-in or error page was saved in its place; export again"),
    (re.compile(rb"null\s*\Z"), "JSON without a result (null): query again and save the whole answer"),
    (
        re.compile(rb"(?:%YAML|---\s|[A-Za-z_]\w*:(?:[ \t][^\n,;\t]*)?(?:\r?\n|\Z))"),
        "YAML: save the result as JSON or CSV",
    ),
)


def file_content(path: Path) -> bytes:
    """What a file holds, unpacked: JSON as UTF-8 without a mark, CSV as it stands. SourceError for every other kind."""
    content = _unpacked(_read(path), path)
    text = _as_utf8(content)
    start = text.lstrip()[:5000]
    if not start:
        raise SourceError(f"{path}: the file is empty")
    for sign, kind in _FOREIGN:
        if sign.match(start):
            verb = "" if kind.startswith("begins") else "this is "
            raise SourceError(f"{path}: {verb}{kind}")
    if not is_json(text):
        return content
    _refuse_deep(text, path)
    return text


def is_json(content: bytes) -> bool:
    """Whether UTF-8 text is meant as JSON."""
    return content.lstrip()[:1] in {b"{", b"["}


def _read(path: Path) -> bytes:
    try:
        kind = path.stat()
        if stat.S_ISDIR(kind.st_mode):
            raise SourceError(f"{path} is a folder: name the files in it")
        if not stat.S_ISREG(kind.st_mode):
            raise SourceError(f"{path}: not a regular file but a pipe or device: save the result to a file first")
        if kind.st_size > MOST_BYTES:
            raise SourceError(f"{path}: larger than {MOST_BYTES:,} bytes: import it in parts")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            return file.read(MOST_BYTES)
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as fault:
        raise SourceError(f"{path}: cannot be read: {getattr(fault, 'strerror', fault)}") from None


def _unpacked(content: bytes, path: Path) -> bytes:
    if content[:2] != _GZIP:
        return content
    try:
        with gzip.open(path) as file:
            unpacked = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise SourceError(f"{path}: not a whole .gz file ({fault}): copy or save it again") from None
    if len(unpacked) > MOST_BYTES:
        raise SourceError(f"{path}: more than {MOST_BYTES:,} bytes when unpacked: import it in parts")
    return unpacked


def _as_utf8(content: bytes) -> bytes:
    """The content as UTF-8 where a mark names another Unicode; untouched where it cannot be decoded."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            if encoding == "utf-8-sig":
                return content[len(mark) :]
            try:
                return content.decode(encoding).encode()
            except UnicodeError:
                return content
    return content


def _refuse_deep(text: bytes, path: Path) -> None:
    """A usage result is nested a few levels; only a run of opening brackets could be deep enough to harm the parser."""
    if re.match(rb"\s*(?:[\[{]\s*(?:\"[^\"]*\"\s*:\s*)?){%d}" % _MOST_DEPTH, text):
        raise SourceError(
            f"{path}: JSON nested more than {_MOST_DEPTH} levels deep: this is no result of a usage query"
        )
