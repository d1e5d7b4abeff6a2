"""Small files: read where they are files, and whole when they are written."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from apiusage_helpers.project.small_files import read_bytes, write_text


def test_a_fault_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full while a text settles leaves the old text and no draft."""
    path = tmp_path / "a" / "note.txt"
    write_text(path, "before")

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space left"):
        write_text(path, "after")

    assert path.read_text(encoding="utf-8") == "before"
    assert list(path.parent.iterdir()) == [path]


def test_a_text_that_may_be_lost_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not settled, a text is written whole and no file is synchronised."""
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("it waited"))

    write_text(tmp_path / "note.txt", "a click", settled=False)

    assert (tmp_path / "note.txt").read_text(encoding="utf-8") == "a click"


@pytest.mark.parametrize(
    "made", [os.mkfifo, os.mkdir, lambda path: path.symlink_to(path.name), lambda path: path.symlink_to("/dev/zero")]
)
def test_only_a_file_is_read(tmp_path: Path, made: Callable[[Path], object]) -> None:
    """A pipe, a folder, a loop of links and an endless device are told at once."""
    made(tmp_path / "state.json")

    with pytest.raises(OSError):  # each has its own word
        read_bytes(tmp_path / "state.json")


def test_a_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    """What is larger is no small file."""
    (tmp_path / "state.json").write_bytes(b"12345")

    assert read_bytes(tmp_path / "state.json", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_bytes(tmp_path / "state.json", 4)
