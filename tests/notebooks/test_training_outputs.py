"""The stored outputs of the training are what its cells give, on any day and in any zone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "training.ipynb"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_the_outputs_are_true(tmp_path: Path, zone: str) -> None:
    """nbval compares each of them, twice in a row; nothing of the user's own store is looked at."""
    places = {"APIUSAGE_STORE": str(tmp_path / "store"), "APIUSAGE_OUTPUT": str(tmp_path / "output"), "TZ": zone}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(ROOT), str(NOTEBOOK)], env=os.environ | places, cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout[-3000:]
    assert not (tmp_path / "store").exists()


def test_a_wrong_output_is_seen(tmp_path: Path) -> None:
    """The same comparison fails where one figure differs."""
    text = NOTEBOOK.read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.ipynb"
    assert "67 questions in 12 topics" in text
    wrong.write_text(text.replace("67 questions in 12 topics", "68 questions in 12 topics"), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    done = subprocess.run(
        [*command, "-c", os.devnull, str(wrong)], cwd=tmp_path, capture_output=True, text=True, check=False,
        env=os.environ | {"APIUSAGE_STORE": str(tmp_path / "store")},
    )  # fmt: skip

    assert done.returncode == 1
    assert "1 failed" in done.stdout
