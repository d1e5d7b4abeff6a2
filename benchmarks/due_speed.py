"""`apiusage due` with nothing to do, and the rebuilding of the shelf.

Promise: a look that finds nothing ends in under 0.5 s. Printed: the median of ten looks, beside a bare `python -c pass`, and the
time to rebuild a shelf of a thousand runs.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apiusage_helpers.runs.catalog.index_pages import rebuild_pages
from apiusage_helpers.runs.records.publish import publish_run

ROOT = Path(__file__).resolve().parents[1]


def seconds(command: list[str], times: int = 10) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run(command, check=True, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def shelf_of(output: Path, organizations: int, days: int) -> None:
    for n in range(organizations * days):
        start, organization = date(2024, 1, 1) + timedelta(days=n // organizations), f"org-{n % organizations}"
        run = output / ".runs" / f"20260101T000000-{n}"
        run.mkdir(parents=True)
        interval = {"start": str(start), "end": str(start + timedelta(days=6))}
        facts = {"report": "daily", "organization": organization, "interval": interval, "status": "succeeded", "requests": n,
                 "started_at": "2026-01-01", "requests_per_day": [n] * 7, "checks": [{"detail": "x" * 200}] * 11}  # fmt: skip
        (run / "run.json").write_text(json.dumps(facts))
        (run / "report.html").write_text("")
        publish_run(output, run.name, Path("daily") / organization / f"{interval['start']}_{interval['end']}")


with tempfile.TemporaryDirectory() as folder:
    places = {
        "APIUSAGE_STORE": f"{folder}/store",
        "APIUSAGE_OUTPUT": f"{folder}/output",
        "APIUSAGE_PARAMS": f"{folder}/params",
    }
    environment = os.environ | places | {"PYTHONPATH": str(ROOT)}
    Path(folder, "params").mkdir()
    written = (ROOT / "params" / "daily.yaml").read_text().replace("wait_hours: 12", "wait_hours: 0")
    Path(folder, "params", "daily.yaml").write_text(written)
    cli = [sys.executable, "-m", "apiusage_helpers.cli"]
    subprocess.run([*cli, "sample"], check=True, env=environment, stderr=subprocess.DEVNULL)
    subprocess.run([*cli, "due"], check=True, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    print(
        f"nothing to do {seconds([*cli, 'due']):.2f} s (promise: 0.50 s); bare python {seconds([sys.executable, '-c', '']):.2f} s"
    )
    shelf_of(Path(folder, "shelf"), 4, 250)
    started = time.perf_counter()
    rebuild_pages(Path(folder, "shelf"), datetime.now(UTC))
    print(f"a shelf of 1,000 runs rebuilt in {time.perf_counter() - started:.2f} s")
    started = time.perf_counter()
    rebuild_pages(Path(folder, "shelf"), datetime.now(UTC))
    print(f"again {time.perf_counter() - started:.2f} s")
