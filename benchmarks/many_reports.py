"""The reports of 20 organizations in one command against a loop of `papermill` and `jupyter nbconvert` over the same.

Promise: at most 0.1 x the wall time of the loop, on 2 cores.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "1"))
NAMES = [f"organization-{number}" for number in range(20)]
CLI = [sys.executable, "-m", "apiusage_helpers.cli"]


def run(command: list[str]) -> None:
    subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds(*commands: list[str]) -> float:
    started = time.perf_counter()
    for command in commands:
        run(command)
    return time.perf_counter() - started


with tempfile.TemporaryDirectory() as folder:
    places = {"APIUSAGE_STORE": f"{folder}/store", "APIUSAGE_OUTPUT": f"{folder}/output"}
    environment = os.environ | places | {"PYTHONPATH": str(ROOT)}
    for number, name in enumerate(NAMES):
        run([*CLI, "sample", "--organization", name, "--seed", str(number)])
    executed = f"{folder}/executed.ipynb"
    loop = [
        command
        for name in NAMES
        for command in (
            [sys.executable, "-m", "papermill", "notebooks/api_usage_report.ipynb", executed, "-p", "organization", name,
             "-k", "python3", "--no-progress-bar"],
            [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", executed],
        )
    ]  # fmt: skip
    ours = [*CLI, "report", "params/daily.yaml", "-p", "organization", "all"]
    pairs = [(seconds(ours), seconds(*loop)) for _ in range(PAIRS)]
    for mine, theirs in pairs:
        print(f"{len(NAMES)} reports {mine:.1f} s, the loop {theirs:.1f} s, ratio {mine / theirs:.3f}")
    print(f"median ratio {statistics.median(mine / theirs for mine, theirs in pairs):.3f} (promise: 0.100)")
