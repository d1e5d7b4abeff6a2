"""What is written past Python is shown after success, and dropped after a fault."""

import os
import subprocess
import sys

import pytest

from apiusage_helpers.project.native_stderr import held_back


def test_what_is_written_is_shown_afterwards(capfd) -> None:
    """Not lost, and not before the work has ended."""
    with held_back():
        os.write(2, b"a note\n")
        os.dup2(os.dup(2), 2)
        before = os.fstat(2).st_size
    assert before == len(b"a note\n")
    assert capfd.readouterr().err == "a note\n"


def test_a_fault_drops_it_and_passes(capfd) -> None:
    """The fault itself says what happened; later words are written as ever."""
    with pytest.raises(OSError, match="Bad file"), held_back():
        os.close(os.write(2, b"stack backtrace:\n") + 10**6)
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"


def test_no_descriptor_is_left_open() -> None:
    """A thousand times."""
    code = (
        "import os\nfrom apiusage_helpers.project.native_stderr import held_back\n"
        "before = len(os.listdir('/proc/self/fd'))\n"
        "for _ in range(1000):\n with held_back(): pass\n"
        "assert len(os.listdir('/proc/self/fd')) == before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
