"""The promise of the API Usage view: 92 days, 200 clients and 2,000 template URIs, measured in Chromium on the served page.

From click to both tables and the graph redrawn: median under 200 ms, 95th percentile under 300 ms; another date range under
1 s; first
paint under 5 s; memory of a visitor's kernel (PSS) under 300 MB. Prints what it measured, and asserts nothing.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from apiusage_helpers.interval import utc_today

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CLICKS, RANGES = 60, 8
REDRAWN = """async ([table, row]) => {
  const box = document.querySelector('.au'), before = box.dataset.serial, start = performance.now();
  const rows = box.querySelectorAll(`.au-${table} tbody button`);
  rows[row % rows.length].click();
  while (box.dataset.serial === before) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""
RANGED = """async (preset) => {
  const box = document.querySelector('.au'), before = box.dataset.serial, start = performance.now();
  const field = [...document.querySelectorAll('select')].find((one) => [...one.options].some((o) => o.text.includes('Custom')));
  field.value = preset;
  field.dispatchEvent(new Event('change', { bubbles: true }));
  while (box.dataset.serial === before) await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"APIUSAGE_STORE": f"{folder}/store", "APIUSAGE_PARAMS": f"{folder}/params",
                                    "JUPYTER_PATH": str(ROOT / "app"), "JUPYTER_CONFIG_PATH": str(ROOT / "app")}  # fmt: skip
        sample = ["sample", "--days", "150", "--clients", "200", "--template-uris", "2000"]
        subprocess.run([BIN / "apiusage", *sample], env=environment, check=True, capture_output=True)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        command = [str(BIN / "voila"), "notebooks/api_usage_view.ipynb", f"--port={port}"]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as server:
            try:
                measure(f"http://127.0.0.1:{port}/", server.pid)
            finally:
                for child in psutil.Process(server.pid).children(recursive=True):
                    child.terminate()
                server.terminate()


def measure(url: str, server: int) -> None:
    """Print first paint, clicks, date ranges and memory of one visitor."""
    time.sleep(12)  # the prepared kernel
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("chromium-headless-shell"), args=arguments
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        start = time.perf_counter()
        page.goto(url)
        page.wait_for_selector(".au[data-serial]")
        print(f"first paint, prepared kernel: {time.perf_counter() - start:.1f} s")
        choose_92_days(page)
        told("click to redrawn", [page.evaluate(REDRAWN, [("clients", "urls")[n % 2], n % 9]) for n in range(CLICKS)])
        page.get_by_role("button", name="Reset filter").click()
        page.wait_for_timeout(500)
        told("another date range", [page.evaluate(RANGED, page_option(page, n)) for n in range(RANGES)])
        kernels = [
            child for child in psutil.Process(server).children() if "ipykernel_launcher" in " ".join(child.cmdline())
        ]
        sizes = sorted(kernel.memory_full_info().pss / 1e6 for kernel in kernels)
        print(
            f"memory of {len(sizes)} kernels (PSS), the prepared one among them: "
            + ", ".join(f"{size:.0f} MB" for size in sizes)
        )
        browser.close()


def choose_92_days(page: Any) -> None:
    """The interval of the promise; one state for each field."""
    newest = utc_today() - timedelta(days=1)
    before = page.inner_text(".au-headline")
    page.get_by_label("from", exact=True).fill(str(newest - timedelta(days=91)))
    page.wait_for_function("text => document.querySelector('.au-headline').innerText !== text", arg=before)


def page_option(page: Any, n: int) -> str:
    """One of the presets, as the page's select names it."""
    names = [
        "Previous\u00a03\u00a0months",
        "Previous\u00a030\u00a0days",
        "Last\u00a0month",
        "Previous\u00a07\u00a0days",
    ]
    wanted = names[n % len(names)]
    options: list[str] = page.evaluate(
        "[...document.querySelectorAll('select option')].filter(o => o.text.split(/\\s/).join(' ') === "
        f"{wanted.replace(chr(160), ' ')!r}).map(o => o.value)"
    )
    return options[0]


def told(what: str, milliseconds: list[float]) -> None:
    """Median, 95th percentile and maximum of one kind of act."""
    ordered = sorted(milliseconds)
    p95 = ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
    figures = f"median {statistics.median(ordered):.0f} ms, 95th percentile {p95:.0f} ms, most {ordered[-1]:.0f} ms"
    print(f"{what}: {figures} ({len(ordered)} times)")


if __name__ == "__main__":
    main()
