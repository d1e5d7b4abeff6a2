"""`apiusage import` of a 1,000,000-row JSON result against `json.load` of the same file alone, each in a process of its own.

Promises: at most 1.1 x the wall time, and a peak memory under 0.9 GB.
"""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "5"))
ROWS = 1_000_000
CLIENTS, URIS = 40, 834


def write_result(path: Path) -> None:
    draw = random.Random(1)
    ids = [f"{draw.getrandbits(128):032x}" for _ in range(CLIENTS)]
    with path.open("w", encoding="utf-8") as file:
        file.write('{"results":[')
        for number in range(ROWS):
            day, rest = divmod(number, CLIENTS * URIS)
            client, uri = divmod(rest, URIS)
            ok, refused = draw.randint(1, 900), draw.randint(0, 40)
            row = {
                "clientId": ids[client], "clientName": f"Client {client}", "organizationId": "", "userId": "",
                "templateUri": f"api/v2/sample/invented{uri}/{{id}}/things", "httpMethod": "GET", "status200": ok, "status300": 0,
                "status400": refused, "status500": 0, "status429": refused // 2, "requests": ok + refused,
                "date": f"2025-10-{day + 1:02d}T00:00:00Z",
            }  # fmt: skip
            file.write((",\n" if number else "") + json.dumps(row))
        file.write('],"queryStatus":"Complete"}')


def seconds(command: list[str]) -> tuple[float, float]:
    """How long a command takes, and how many GB it holds at most."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), command)
    return time.perf_counter() - started, used.ru_maxrss / 1e6


with tempfile.TemporaryDirectory() as folder:
    environment = os.environ | {"APIUSAGE_STORE": f"{folder}/store", "PYTHONPATH": str(ROOT)}
    path = Path(folder) / "result.json"
    write_result(path)
    load = [sys.executable, "-c", f"import json; json.load(open({str(path)!r}))"]
    read = [sys.executable, "-m", "apiusage_helpers.cli", "import", str(path), "--organization", "big"]
    ratios, peak = [], 0.0
    seconds(load)
    for _ in range(PAIRS):
        shutil.rmtree(f"{folder}/store", ignore_errors=True)
        (mine, held), (theirs, other) = seconds(read), seconds(load)
        ratios.append(mine / theirs)
        peak = max(peak, held)
        print(
            f"apiusage import {mine:.2f} s and {held:.2f} GB, json.load {theirs:.2f} s and {other:.2f} GB, "
            f"ratio {mine / theirs:.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f} (promise: 1.10)")
    print(f"peak memory {peak:.2f} GB (promise: 0.9)")
