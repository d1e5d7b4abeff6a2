"""`summarise` over 36.5 million rows against the same two tables by hand-written DuckDB SQL, Polars and pandas.

20 organizations x 365 days x 5,000 rows a day, each tool in a process of its own over the same Parquet files. Then the
growth from 1 to 100 million rows (the same files read several times). The check of files is told apart and not counted.
Promises: at most 1.1 x DuckDB and 0.8 x Polars; under 1.5 GB; time grows with the rows to the power of at most 1.05.
Polars is no dependency of the kit: `make bench` installs it (requirements-bench.lock).
"""

import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "3"))
ORGANIZATIONS, DAYS, ROWS_A_DAY = 20, 365, 5_000
CLIENTS, URLS = 50, 500
COUNTS = ("requests", "status200", "status300", "status400", "status429", "status500")

_TIMED = """
import json, resource, sys, time
COUNTS = {counts!r}
{setup}
started = time.perf_counter()
{work}
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, int(total)]))
"""
_OURS = (
    """
from pathlib import Path
import pandas
from apiusage_helpers.store.engines import duck
from apiusage_helpers.tables.summary import summarise
""",
    """
total = summarise(duck.read_parquet(duck.connect(), [Path(one) for one in sys.argv[1:]])).total
""",
)
_DUCKDB = (
    """
import duckdb, pandas
sums = ", ".join(f"sum({name}) {name}" for name in COUNTS)
""",
    """
rows = duckdb.read_parquet(sys.argv[1:]).filter("requests > 0")
one = duckdb.sql(f"select client_id, http_method, template_uri, {sums} from rows group by all").df()
two = duckdb.sql(f"select date, client_id, {sums} from rows group by all").df()
names = duckdb.sql("select client_id, arg_max(client_name, (date, client_name)) client_name from rows group by all").df()
one, two = one.merge(names), two.merge(names)
total = one["requests"].sum()
""",
)
_POLARS = (
    """
import polars as pl
""",
    """
rows = pl.scan_parquet(sys.argv[1:]).filter(pl.col("requests") > 0)
sums = [pl.col(name).sum() for name in COUNTS]
names = rows.group_by("client_id").agg(pl.col("client_name").sort_by("date", "client_name").last())
one, two = pl.collect_all([
    rows.group_by("client_id", "http_method", "template_uri").agg(sums).join(names, on="client_id"),
    rows.group_by("date", "client_id").agg(sums).join(names, on="client_id"),
])
total = one["requests"].sum()
""",
)
_PANDAS = (
    """
import pandas as pd
""",
    """
rows = pd.concat([pd.read_parquet(one) for one in sys.argv[1:]], ignore_index=True)
rows = rows[rows["requests"] > 0]
one = rows.groupby(["client_id", "http_method", "template_uri"], sort=False)[list(COUNTS)].sum()
two = rows.groupby(["date", "client_id"], sort=False)[list(COUNTS)].sum()
names = rows.sort_values(["date", "client_name"]).groupby("client_id")["client_name"].last()
total = one["requests"].sum()
""",
)
TOOLS = {"summarise": _OURS, "DuckDB SQL": _DUCKDB, "Polars": _POLARS, "pandas": _PANDAS}


def write_files(folder: Path) -> list[Path]:
    """One file an organization, sorted by day, as the store has them."""
    draw = np.random.default_rng(1)
    urls = [f"api/v2/invented{number}/{{id}}/things" for number in range(URLS)]
    names = [f"Client {number}" for number in range(CLIENTS)]
    paths = []
    for organization in range(ORGANIZATIONS):
        rows = DAYS * ROWS_A_DAY
        client, url = draw.integers(0, CLIENTS, rows), draw.integers(0, URLS, rows)
        ok, moved, refused, down = (draw.integers(0, most, rows) for most in (900, 5, 40, 10))
        ids = [f"{organization:02d}-{number:04d}-4bd5-9d29-0f3a6b7c8d9e" for number in range(CLIENTS)]
        table = pa.table({
            "date": pa.array(np.repeat(np.arange(DAYS) + 20_000, ROWS_A_DAY), pa.int32()).cast(pa.date32()),
            "client_id": texts(client, ids), "client_name": texts(client, names),
            "http_method": texts(url % 4, ["GET", "POST", "PUT", "PATCH"]), "template_uri": texts(url, urls),
            "requests": ok + moved + refused + down, "status200": ok, "status300": moved, "status400": refused,
            "status429": refused // 2, "status500": down,
        })  # fmt: skip
        paths.append(folder / f"{organization}.parquet")
        pq.write_table(table, paths[-1], compression="zstd")
    return paths


def texts(numbers: "np.ndarray", words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), words).cast(pa.string())


def measured(tool: str, files: list[Path]) -> tuple[float, float, int] | None:
    """Seconds, peak memory in GB and the requests counted; None where the tool is not installed."""
    setup, work = TOOLS[tool]
    code = _TIMED.format(counts=COUNTS, setup=setup, work=work)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, files)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{tool}: left out: {(done.stderr.strip().splitlines() or ['killed'])[-1][:120]}")
        return None
    seconds, memory, total = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory, total


with tempfile.TemporaryDirectory() as folder:
    files = write_files(Path(folder))
    rows = ORGANIZATIONS * DAYS * ROWS_A_DAY
    runs: dict[str, list[tuple[float, float, int]]] = {}
    for number in range(PAIRS):
        for tool in TOOLS:
            if tool in runs or number == 0:
                found = measured(tool, files)
                if found:
                    runs.setdefault(tool, []).append(found)
    totals = {total for found in runs.values() for _, _, total in found}
    mine = statistics.median(seconds for seconds, _, _ in runs["summarise"])
    for tool, found in runs.items():
        seconds, memory = statistics.median(one for one, _, _ in found), max(one for _, one, _ in found)
        told = f"{seconds:6.2f} s, peak {memory:5.2f} GB, summarise / it {mine / seconds:.2f}"
        print(f"{tool:<11} {rows / 1e6:.1f} million rows {told}")
    print(f"all count the same: {len(totals) == 1} (promises: 1.10 x DuckDB SQL, 0.80 x Polars, 1.5 GB)")
    sizes = {}
    for times, part in ((1, files[:1]), (1, files[:6]), (1, files), (3, files)):
        found = measured("summarise", part * times)
        if found:
            count = len(part) * times * DAYS * ROWS_A_DAY
            sizes[count] = found[0]
            print(f"summarise of {count / 1e6:5.1f} million rows {found[0]:6.2f} s, peak {found[1]:.2f} GB")
    low, high = min(sizes), max(sizes)
    exponent = math.log(sizes[high] / sizes[low]) / math.log(high / low)
    print(f"growth exponent {exponent:.2f} (promise: 1.05)")
