"""The report of one organization's month in a store of 1 and of 100 organizations, and the size of its page.

Promises: the same time within 20 %; report.html at most 600 KB.
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
ORGANIZATIONS = 100
CLI = [sys.executable, "-m", "apiusage_helpers.cli"]


def run(store: str, *arguments: str) -> str:
    variables = {
        "APIUSAGE_STORE": f"{folder}/{store}",
        "APIUSAGE_OUTPUT": f"{folder}/output-{store}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [*CLI, *arguments], check=True, env=os.environ | variables, cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()


def seconds(store: str) -> float:
    started = time.perf_counter()
    run(store, "report", "params/monthly.yaml")
    return time.perf_counter() - started


with tempfile.TemporaryDirectory() as folder:
    run("one", "sample")
    run("many", "sample")
    for number in range(1, ORGANIZATIONS):
        run("many", "sample", "--organization", f"sample-{number}", "--seed", str(number + 1))
    seconds("one"), seconds("many")
    pairs = [(seconds("many"), seconds("one")) for _ in range(PAIRS)]
    for many, one in pairs:
        print(f"{ORGANIZATIONS} organizations {many:.2f} s, one {one:.2f} s, ratio {many / one:.2f}")
    print(f"median ratio {statistics.median(many / one for many, one in pairs):.2f} (promise: 1.20)")
    page = Path(run("one", "report", "params/monthly.yaml")) / "report.html"
    print(f"report.html {page.stat().st_size / 1000:.0f} KB (promise: 600)")
