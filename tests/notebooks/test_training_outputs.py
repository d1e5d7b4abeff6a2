"""The stored outputs of the training are what its cells give, on any day and in any zone."""

import os
import subprocess
from pathlib import Path

import pytest
import warm

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "notebooks" / "training.ipynb"


def compared(
    notebook: Path, folder: Path, *, cold: bool = False, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """What nbval says of a notebook, with a store and an output folder that are not there yet; the kernel is a fork or `cold`."""
    places = {"APIUSAGE_STORE": str(folder / "store"), "APIUSAGE_OUTPUT": str(folder / "output")}
    kernel = ("--nbval-current-env",) if cold else ("--nbval-kernel-name", "python3")
    places |= {} if cold else {"JUPYTER_PATH": str(warm.kernels(folder / "jupyter"))}
    without = ("-pno:cacheprovider", "-pno:xdist", "-pno:hypothesispytest")
    options = ("-q", "--nbval", *kernel, *without, "-c", os.devnull)
    return subprocess.run(
        [*warm.light("pytest"), *options, "--rootdir", notebook.parent, notebook], env=os.environ | places | variables,
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_the_outputs_are_true(tmp_path: Path, zone: str) -> None:
    """nbval compares each of them, twice in a row; nothing of the user's own store is looked at."""
    done = compared(NOTEBOOK, tmp_path, cold=zone != "UTC", TZ=zone)

    assert done.returncode == 0, done.stdout[-3000:]
    assert not (tmp_path / "store").exists()


def test_a_wrong_output_is_seen(tmp_path: Path) -> None:
    """The same comparison fails where one figure differs."""
    text = NOTEBOOK.read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.ipynb"
    assert "67 questions in 12 topics" in text
    wrong.write_text(text.replace("67 questions in 12 topics", "68 questions in 12 topics"), encoding="utf-8")
    done = compared(wrong, tmp_path)

    assert done.returncode == 1
    assert "1 failed" in done.stdout
