"""The source of forks outlives whoever asks it."""

import json
import os
import socket
from pathlib import Path

import pytest
import warm


@pytest.mark.parametrize("asked", [False, True], ids=["before it asks", "before it is answered"])
def test_whoever_is_killed_while_asking_ends_no_source(tmp_path: Path, asked: bool) -> None:
    """All tests of a worker have one source: were it gone, all that come later would fail."""
    command = {"command": ["apiusage", "--help"], "env": dict(os.environ), "cwd": str(tmp_path), "session": False}
    with Path(os.devnull).open("r+b") as nothing, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as line:
        line.connect(warm.source())
        if asked:
            socket.send_fds(line, [json.dumps(command).encode()], [nothing.fileno()] * 3)

    assert warm.run(["apiusage", "--help"], os.environ, tmp_path).returncode == 0
