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


def seconds(command: list[str]) -> float:
    """How long a command takes."""
    started = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def most_held(command: list[str]) -> float:
    """How many GB a command and the processes it starts hold at most; what they share counts once (Pss)."""
    most = 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, held(str(process.pid)))
            time.sleep(0.01)
    return most / 1e6


def held(pid: str) -> int:
    """How many kB a process and its children hold."""
    folder = Path("/proc") / pid
    try:
        told = dict(line.split(":", 1) for line in (folder / "smaps_rollup").read_text().splitlines()[1:])
        children = (folder / "task" / pid / "children").read_text().split()
    except OSError:
        return 0  # it has ended
    return int(told["Pss"].split()[0]) + sum(map(held, children))


with tempfile.TemporaryDirectory() as folder:
    environment = os.environ | {"APIUSAGE_STORE": f"{folder}/store", "PYTHONPATH": str(ROOT)}
    path = Path(folder) / "result.json"
    write_result(path)
    load = [sys.executable, "-c", f"import json; json.load(open({str(path)!r}))"]
    read = [sys.executable, "-m", "apiusage_helpers.cli", "import", str(path), "--organization", "big"]
    ratios = []
    seconds(load)  # so that the file is in the cache
    for _ in range(PAIRS):
        shutil.rmtree(f"{folder}/store", ignore_errors=True)
        mine, theirs = seconds(read), seconds(load)
        ratios.append(mine / theirs)
        print(f"apiusage import {mine:.2f} s, json.load {theirs:.2f} s, ratio {mine / theirs:.2f}")
    shutil.rmtree(f"{folder}/store", ignore_errors=True)
    print(f"median ratio {statistics.median(ratios):.2f} (promise: 1.10)")
    print(f"peak memory {most_held(read):.2f} GB (promise: 0.9), json.load {most_held(load):.2f} GB")
