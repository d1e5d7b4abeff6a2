"""The filters of a published page in Chromium: from a choice of one client to all panels drawn again.

Prints the median and the 95th percentile for a week, and for three months with 200 clients and 2,000 template URIs.
Promise: 100 ms for the week (a reader takes no more for at once).
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CLI = [sys.executable, "-m", "apiusage_helpers.cli"]
CHOICES = 40
CHOOSE = """async fragment => {
  const start = performance.now();
  location.hash = fragment;
  await new Promise(done => setTimeout(done));
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def published(folder: str, *sample: str, date_range: str) -> str:
    """The page of a sample's report."""
    places = {"APIUSAGE_STORE": f"{folder}/store", "APIUSAGE_OUTPUT": f"{folder}/output", "PYTHONPATH": str(ROOT)}
    run = partial(subprocess.run, check=True, capture_output=True, text=True, cwd=ROOT, env=os.environ | places)
    run([*CLI, "sample", *sample])
    done = run([*CLI, "report", "params/daily.yaml", "-p", "date_range", date_range])
    return f"{done.stdout.split()[-1]}/report.html"


with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
    chromium = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=["--no-sandbox"]
    )
    cases = {
        "the sample's week": published(f"{folder}/a", date_range="previous_7_days"),
        "three months, 200 clients": published(
            f"{folder}/b", "--days", "150", "--clients", "200", "--template-uris", "2000", date_range="previous_3_months"
        ),
    }  # fmt: skip
    for name, path in cases.items():
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.goto(Path(path).as_uri())
        page.wait_for_selector("html.ready")
        clients = page.evaluate(
            "[...document.querySelectorAll('#client_requests tbody tr')].map(row => row.cells[0].textContent)"
        )
        times = [page.evaluate(CHOOSE, f"clients={clients[n % len(clients)]}") for n in range(CHOICES)]
        late = sorted(times)[int(0.95 * len(times))]
        print(
            f"{name}: median {statistics.median(times):.0f} ms, 95th percentile {late:.0f} ms (promise: 100 for the week)"
        )
    chromium.close()
