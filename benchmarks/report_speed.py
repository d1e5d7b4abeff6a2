"""`apiusage report` against `papermill` followed by `jupyter nbconvert --to html`, on the same notebook and data.

Promise: at most 0.35 x the wall time. Runs are interleaved pairs; the median ratio is printed.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "5"))


def seconds(*commands: list[str]) -> float:
    started = time.perf_counter()
    for command in commands:
        subprocess.run(
            command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    return time.perf_counter() - started


with tempfile.TemporaryDirectory() as folder:
    places = {"APIUSAGE_STORE": f"{folder}/store", "APIUSAGE_OUTPUT": f"{folder}/output"}
    environment = os.environ | places | {"PYTHONPATH": str(ROOT)}
    cli = [sys.executable, "-m", "apiusage_helpers.cli"]
    executed = f"{folder}/executed.ipynb"
    ours = [[*cli, "report", "params/daily.yaml"]]
    plain = [
        [
            sys.executable,
            "-m",
            "papermill",
            "notebooks/api_usage_report.ipynb",
            executed,
            "--no-progress-bar",
            "-k",
            "python3",
        ],
        [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", executed],
    ]
    seconds([*cli, "sample"], *ours, *plain)
    pairs = [(seconds(*ours), seconds(*plain)) for _ in range(PAIRS)]
    for mine, theirs in pairs:
        print(f"apiusage report {mine:.2f} s, papermill and nbconvert {theirs:.2f} s, ratio {mine / theirs:.2f}")
    print(f"median ratio {statistics.median(mine / theirs for mine, theirs in pairs):.2f} (promise: 0.35)")
