"""How large the report page is, how soon it can be worked with, and how long a filter click takes, in a real Chromium.

Promises: the sample's page at most 450 KB and interactive in under 1 s; with 200 clients and 2,000 template URIs at most
1.2 MB, a filter click under 100 ms. A month and 92 days of such an organization, and pages of a view, are told too: where
the rows would be too many, they stand in spans of days.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
CLICKS = int(os.environ.get("APIUSAGE_CLICKS", "40"))
CLI = [sys.executable, "-m", "apiusage_helpers.cli"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
TODAY = ("--today", "2026-11-24")
PAGES = {
    "sample, 7 days": ("sample", "previous_7_days", "daily.yaml"),
    "sample, 7 days, view": ("sample", "previous_7_days", "views/all.yaml"),
    "large, 7 days": ("large", "previous_7_days", "daily.yaml"),
    "large, 7 days, view": ("large", "previous_7_days", "views/all.yaml"),
    "large, 30 days": ("large", "previous_30_days", "daily.yaml"),
    "large, 92 days": ("large", "2026-08-24/2026-11-23", "daily.yaml"),
    "large, 92 days, view": ("large", "2026-08-24/2026-11-23", "views/all.yaml"),
}
CLICK = """() => new Promise(done => {
    const buttons = document.querySelectorAll('#client_requests td button, #url_requests td button');
    const button = buttons[Math.floor(buttons.length * %f)];
    const start = performance.now();
    button.click();
    requestAnimationFrame(() => setTimeout(() => {
        done(performance.now() - start);
        document.querySelector('button.reset').click();
    }));
})"""


def run(*arguments: str) -> str:
    done = subprocess.run(
        [*CLI, *arguments], check=True, env=os.environ | variables, cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip()


def measured(chromium, path: Path) -> tuple[float, list[float]]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_selector("html.ready")
    ready = page.evaluate("performance.now()")
    clicks = sorted(page.evaluate(CLICK % (n / CLICKS)) for n in range(CLICKS))
    page.close()
    return ready, clicks


with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
    variables = {"APIUSAGE_STORE": f"{folder}/store", "APIUSAGE_OUTPUT": f"{folder}/output", "PYTHONPATH": str(ROOT)}
    run("sample", *TODAY)
    run("sample", *TODAY, "--organization", "large", "--clients", "200", "--template-uris", "2000")
    chromium = playwright.chromium.launch(
        executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=ARGUMENTS
    )
    for name, (organization, dates, params) in PAGES.items():
        chosen = ("-p", "organization", organization, "-p", "date_range", dates)
        path = Path(run("report", f"params/{params}", *TODAY, *chosen)) / "report.html"
        ready, clicks = measured(chromium, path)
        print(
            f"{name}: {path.stat().st_size / 1000:.0f} KB, interactive after {ready:.0f} ms, "
            f"filter click {statistics.median(clicks):.0f} ms, 95th percentile {clicks[int(len(clicks) * 0.95)]:.0f} ms"
        )
    chromium.close()
