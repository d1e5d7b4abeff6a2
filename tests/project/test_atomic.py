"""Small files that come into being whole."""

import os
from pathlib import Path

import pytest

from apiusage_helpers.project.atomic import write_text


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
