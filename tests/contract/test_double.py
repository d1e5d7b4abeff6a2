"""The double by hand, as `make double` starts it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def started(*options: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "double", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests" / "contract")},
    )  # fmt: skip


def first_lines(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout
    return [process.stdout.readline() for _ in range(3)]


def test_its_days_have_an_organization_of_their_own() -> None:
    """What it prints and what README.md tells to type name no organization that the other examples use."""
    process = started("--port", "0")
    lines = first_lines(process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    [name] = re.findall(r"apiusage fetch --organization (\w+)", lines[2])
    [told] = re.findall(r"Without an account:.*?\n\n", (ROOT / "README.md").read_text(), re.DOTALL)

    assert f"id-of-{name} " in lines[1]
    assert f"`{name}` instead of `acme`" in told
    assert name != "acme"


def test_a_second_one_is_told_in_one_line() -> None:
    """The port is taken: no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        process = started("--port", str(port))
        shown, told = process.communicate(timeout=20)

    assert (process.returncode, shown) == (1, "")
    assert told.splitlines() == [
        f"port {port}: Address already in use: if another double answers there, use it or end it first (Ctrl-C)"
    ]
