"""Spark counts what DuckDB counts, to the byte: on a real cluster of this machine, and with the words for one that is not there.

The cluster (a master, two workers, a Spark Connect server) takes a minute to start, so all tests share one. They are skipped,
loudly, where pyspark or Java is missing: `make .venv/spark-ready` installs the one, Debian's default-jre-headless is the other.
"""

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import golden
import pytest

from apiusage_helpers.errors import ParameterError, SourceError
from apiusage_helpers.interval import Interval
from apiusage_helpers.selection import select
from apiusage_helpers.store import Origin, StoredUsage, day_digests, refuse_unreadable, scan, write_days
from apiusage_helpers.store.engines import spark
from apiusage_helpers.tables.csv_files import usage_csv
from apiusage_helpers.tables.cube import usage_cube
from apiusage_helpers.tables.summary import chosen_rows, names_by_day, row_totals, summarise
from apiusage_helpers.usage import usage_table

ROOT = Path(__file__).resolve().parents[3]
# what lives for seconds is not worth being optimized, and classes of a package whose hash was checked not worth being verified
BRIEF = "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"
# of the Connect server: plans of few rows are interpreted sooner than compiled; runs on the master compile, as Spark does by itself
INTERPRETED = (
    "spark.sql.codegen.wholeStage false",
    "spark.sql.codegen.factoryMode NO_CODEGEN",
    "spark.sql.adaptive.enabled false",
)
AS_OF = ("--today", "2026-07-03")
WEEK = Interval(date(2026, 11, 1), date(2026, 11, 7))
ROWS = [
    (date(2026, 11, 1), "a", "CRM, sync", "GET", "api/v2/users", 10, 5, 0, 5, 2, 0),
    (date(2026, 11, 1), "ä b", "=É\u202e", "POST", "api/v2/用户/{id}", 2**40, 2**40, 0, 0, 0, 0),
    (date(2026, 11, 2), "a", "New name", "GET", "api/v2/users", 7, 1, 1, 3, 0, 1),
    (date(2026, 11, 2), "a", "CRM, sync", "", "api/v2/users", 3, 3, 0, 0, 0, 0),
    (date(2026, 11, 4), "ä b", "z", "GET", "", 1, 0, 0, 0, 0, 1),
]

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all


def test_what_is_not_installed_is_said_with_the_command(monkeypatch) -> None:
    """Without pyspark, and without Java where a master is named, a report says so before it runs."""
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    with pytest.raises(ParameterError, match=r"pip install --require-hashes -r requirements-spark\.lock"):
        spark.refuse_unreachable("sc://127.0.0.1:1")
    monkeypatch.setattr(spark, "find_spec", lambda _: True)
    monkeypatch.setenv("JAVA_HOME", "nowhere")
    with pytest.raises(ParameterError, match="default-jre-headless"):
        spark.refuse_unreachable("local[2]")


@pytest.mark.parametrize("remote", ["sc://127.0.0.1:1", "sc://nobody.invalid", "spark://127.0.0.1:1,127.0.0.1:2"])
def test_a_spark_that_does_not_answer_is_named(monkeypatch, remote: str) -> None:
    """One sentence with the address, the cause and what to do."""
    monkeypatch.setattr(spark, "find_spec", lambda _: True)
    monkeypatch.setattr(spark, "_has_java", lambda: True)

    with pytest.raises(SourceError, match=f"no Spark answers at {remote} .*: start it, correct spark_remote, or count"):
        spark.refuse_unreachable(remote)


def test_one_master_of_several_is_enough(monkeypatch) -> None:
    """A standby that is down does not stop a report."""
    monkeypatch.setattr(spark, "find_spec", lambda _: True)
    monkeypatch.setattr(spark, "_has_java", lambda: True)
    with socket.create_server(("127.0.0.1", 0)) as server:
        spark.refuse_unreachable(f"spark://127.0.0.1:1,127.0.0.1:{server.getsockname()[1]}")


def test_duckdb_loads_nothing_of_spark(root, write) -> None:
    """A report that DuckDB counts does not import pyspark."""
    write([1])
    code = "import sys; from pathlib import Path; from apiusage_helpers.store import scan; from apiusage_helpers.selection import select\n"
    code += (
        f"scan(select('acme', '2026-11-01/2026-11-02', today='2026-11-24'), root=Path({str(root)!r})).rows.fetchall()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print('pyspark' in sys.modules)"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_a_look_at_the_store_starts_no_spark(root, write, monkeypatch) -> None:
    """What the store cannot give is said before a session begins."""
    write([1])
    monkeypatch.setattr(spark, "refuse_unreachable", lambda _: None)
    monkeypatch.setattr(spark, "usage_rows", lambda *_: pytest.fail("a session was opened"))

    refuse_unreadable(
        select("acme", "2026-11-01/2026-11-02", today="2026-11-24", engine="spark", spark_remote="sc://h:1"), root=root
    )


@dataclass(frozen=True)
class Cluster:
    """A running cluster: both its addresses, and the process and folder of each worker."""

    connect: str
    master: str
    workers: tuple[tuple[int, Path], ...]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of `make spark`, at ports of its own."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("no Spark: make .venv/spark-ready installs it, and it needs Java (Debian: default-jre-headless)")
    ports = [str(free_port()), str(free_port())]
    command = [
        sys.executable,
        ROOT / "examples" / "spark_cluster.py",
        "--master-port",
        ports[0],
        "--connect-port",
        ports[1],
    ]
    settings = tmp_path_factory.mktemp("settings")
    (settings / "spark-defaults.conf").write_text("".join(f"{line}\n" for line in INTERPRETED), encoding="utf-8")
    own = {"PYTHONPATH": str(ROOT), "JAVA_TOOL_OPTIONS": BRIEF, "SPARK_CONF_DIR": str(settings)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | own) as process:
        try:
            lines = [process.stdout.readline() for _ in range(3)]  # two workers, then that it is ready
            assert lines[2].startswith("ready"), lines
            parts = [line.partition(": process ")[2].strip().split(", ", 1) for line in lines[:2]]
            workers = tuple((int(pid), Path(folder)) for pid, folder in parts)
            yield Cluster(f"sc://127.0.0.1:{ports[1]}", f"spark://127.0.0.1:{ports[0]}", workers)
        finally:
            process.terminate()


@pytest.fixture
def both(tmp_path, cluster) -> tuple[StoredUsage, StoredUsage]:
    """The same stored week as DuckDB and as Spark give it, from a folder whose name is odd."""
    root = tmp_path / "a store, {odd} *?"
    for rows in (ROWS[:2], ROWS[2:]):
        days = sorted({row[0] for row in rows})
        write_days("acme", usage_table(rows), days, Origin("sample", datetime(2026, 11, 24, tzinfo=UTC)), root=root)
    engines = ({}, {"engine": "spark", "spark_remote": cluster.connect})
    one, two = (scan(select("acme", str(WEEK), today="2026-11-24", **engine), root=root) for engine in engines)
    return one, two


def log_size(worker: Path) -> int:
    """How much the executors of a worker have written into their logs: more with every task."""
    return sum(path.stat().st_size for path in worker.glob("app-*/*/stderr"))


@pytest.fixture(scope="module")
def sample(make_command_line: Callable[[str], object]) -> object:
    """The command line with a sample of 70 days in its store, and a driver that is set up for little."""
    apiusage = make_command_line("spark")
    settings = apiusage.folder / "spark-defaults.conf"
    little = ("spark.sql.shuffle.partitions 4", "spark.cores.max 1", f"spark.driver.extraJavaOptions {BRIEF}")
    settings.write_text("".join(f"{line}\n" for line in little), encoding="utf-8")
    apiusage.environment["SPARK_CONF_DIR"] = str(apiusage.folder)
    assert apiusage("sample", "--today", "2026-07-03", "--seed", "6", "--days", "70").returncode == 0
    return apiusage


def report_bytes(apiusage, file: str, *options: str) -> dict[str, str]:
    """The digests of a report's CSV files and pictures."""
    folder = apiusage.published(ROOT / "params" / f"{file}.yaml", *AS_OF, *options)
    if file == "troubleshooting":  # it has no picture
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("findings.*"))}
    return golden.digests(folder)


@pytest.fixture(scope="module")
def with_duckdb(sample) -> Callable[[str], dict[str, str]]:
    """Those that DuckDB counted; each report is made once."""
    return functools.cache(lambda file: report_bytes(sample, file))


def test_rows_and_digests_are_those_of_duckdb(both) -> None:
    """Every day has the same digest, every sum and every file the same figures, whatever stands in names."""
    one, two = both
    sums, files, names = (
        [use(chosen_rows(usage.rows)) for usage in both] for use in (row_totals, usage_csv, names_by_day)
    )

    assert day_digests(one) == day_digests(two)
    assert (one.days, one.missing, one.version) == (two.days, two.missing, two.version)
    for of_duckdb, of_spark in (sums, files, names):
        assert of_duckdb == of_spark


@pytest.mark.parametrize("methods", [(), ("GET",), ("DELETE",)])
def test_tables_are_those_of_duckdb(both, methods) -> None:
    """Summary and cube have the same rows and types, also where nothing is chosen."""
    one, two = (summarise(usage.rows, http_methods=methods, excluded=["ä b"]) for usage in both)
    cubes = [usage_cube(usage.rows, WEEK, http_methods=methods, excluded=["ä b"]) for usage in both]

    assert one.requests.equals(two.requests)
    assert one.days.equals(two.days)
    assert list(one.days.dtypes) == list(two.days.dtypes)
    assert one.excluded == two.excluded
    assert (cubes[0].clients, cubes[0].urls, cubes[0].excluded) == (
        cubes[1].clients,
        cubes[1].urls,
        cubes[1].excluded,
    )
    assert sorted(zip(*cubes[0].counts, strict=True)) == sorted(zip(*cubes[1].counts, strict=True))


def test_files_that_spark_cannot_see_are_told(cluster, tmp_path) -> None:
    """A store that is not where the cluster looks for it is one sentence."""
    with pytest.raises(SourceError, match="every machine of it has to see the store's folder at the same path"):
        spark.usage_rows(cluster.connect, [tmp_path / "nowhere.parquet"], WEEK)


def test_a_server_that_is_lost_is_told_by_what_happened(monkeypatch, tmp_path) -> None:
    """Not by the class of the call that failed, and with what to do."""
    lost = pytest.importorskip("pyspark.errors", reason="pyspark is not installed").PySparkException(
        '<_InactiveRpcError of RPC that terminated with:\n\tdetails = "Connection refused"\n>'
    )
    monkeypatch.setattr(spark, "refuse_unreachable", lambda _: None)
    monkeypatch.setattr(
        spark, "_session", lambda _: SimpleNamespace(read=SimpleNamespace(parquet=Mock(side_effect=lost)))
    )

    with pytest.raises(SourceError, match=r"cannot be used \(Connection refused\); look at it and try again, or count"):
        spark.usage_rows("sc://h:1", [tmp_path / "part.parquet"], WEEK)


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("daily", "connect"),
        ("daily", "master"),
        ("troubleshooting", "connect"),
        ("fair_use", "connect"),
        ("views/all", "connect"),
    ],
)
def test_reports_have_the_bytes_of_duckdb(sample, with_duckdb, cluster, file: str, address: str) -> None:
    """The same CSV files and pictures, whoever counts."""
    remote = getattr(cluster, address)

    assert report_bytes(sample, file, "-p", "engine", "spark", "-p", "spark_remote", remote) == with_duckdb(file)


@pytest.mark.load
def test_a_report_survives_a_worker_that_is_killed(sample, with_duckdb, cluster) -> None:
    """It is killed with SIGKILL as its executor works; the other one does its part, and every byte is right."""
    before = {process: log_size(folder) for process, folder in cluster.workers}
    options = ("-p", "engine", "spark", "-p", "spark_remote", cluster.connect)
    with subprocess.Popen(
        sample.command("report", ROOT / "params" / "daily.yaml", *AS_OF, *options), stdout=subprocess.PIPE, text=True,
        env=sample.environment, cwd=sample.folder,
    ) as running:  # fmt: skip
        busy: list[int] = []
        while not busy and running.poll() is None:
            busy = [process for process, folder in cluster.workers if log_size(folder) > before[process]]
            time.sleep(0.01)
        assert running.poll() is None, "the workers had nothing to do"
        os.kill(busy[0], signal.SIGKILL)
        told, _ = running.communicate(timeout=300)

    assert running.returncode == 0
    assert golden.digests(Path(told.strip().splitlines()[-1])) == with_duckdb("daily")
