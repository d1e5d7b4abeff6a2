"""A Spark cluster on this machine alone, to try `engine: spark`: a master, two workers and a Spark Connect server.

`make spark` starts it and prints its addresses; Ctrl-C ends it. It listens on 127.0.0.1, without a password: whoever has an
account on this machine can run code on it as you. For real work use the cluster of your organization.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyspark

from apiusage_helpers.runs.execution.processes import die_with_parent

HOME = Path(pyspark.__file__).parent
DEPLOY = "org.apache.spark.deploy"
SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"
HOST = "127.0.0.1"


def main() -> None:
    """Start the processes one after another, say where they are, and wait until one of them or this one ends."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--master-port", type=int, default=7077)
    options.add_argument("--connect-port", type=int, default=15002)
    options.add_argument("--seconds", type=int, default=180, help="how long a process may take to listen")
    chosen = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory(prefix="spark-", ignore_cleanup_errors=True) as folder:
        started: list[subprocess.Popen[bytes]] = []
        try:
            run(started, Path(folder), chosen)
        except KeyboardInterrupt:
            print("ended", file=sys.stderr)
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait()


def run(started: list["subprocess.Popen[bytes]"], folder: Path, chosen: argparse.Namespace) -> None:
    """The cluster as long as all its processes live; each is added to `started`."""
    master = f"spark://{HOST}:{chosen.master_port}"
    place = ("--host", HOST, "--webui-port", "0")
    started.append(java(folder, "master", f"{DEPLOY}.master.Master", *place, "--port", str(chosen.master_port)))
    until_it_listens(started[-1], chosen.master_port, chosen.seconds)
    for name in ("worker-1", "worker-2"):
        size = ("--cores", "2", "--memory", "2g", "--work-dir", str(folder / name))
        started.append(java(folder, name, f"{DEPLOY}.worker.Worker", *place, *size, master))
        print(f"{name}: process {started[-1].pid}, {folder / name}", flush=True)
    settings = {
        "spark.connect.grpc.binding.address": HOST, "spark.connect.grpc.binding.port": str(chosen.connect_port),
        "spark.driver.host": HOST, "spark.driver.bindAddress": HOST, "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4", "spark.cores.max": "2", "spark.executor.cores": "1", "spark.executor.memory": "640m",
    }  # fmt: skip
    submit = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    what = ("--class", SERVER, "--name", "Spark Connect", "--master", master, *submit, "spark-internal")
    started.append(java(folder, "connect", f"{DEPLOY}.SparkSubmit", *what))
    until_it_listens(started[-1], chosen.connect_port, chosen.seconds)
    print(f"ready: spark_remote sc://{HOST}:{chosen.connect_port} (or the master, {master})", flush=True)
    started[-1].wait()


def java(folder: Path, name: str, main_class: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """A process of Spark, with its log in `folder`; it ends with this one, however this one ends."""
    environment = os.environ | {"SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": HOST, "PYSPARK_PYTHON": sys.executable}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [HOME / "bin" / "spark-class", main_class, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=environment, cwd=folder, start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip


def until_it_listens(process: "subprocess.Popen[bytes]", port: int, seconds: int) -> None:
    """Return when something listens at the port; end where the process has ended, or takes too long."""
    for _ in range(seconds * 4):
        if process.poll() is not None:
            break
        with socket.socket() as asked:
            if asked.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.25)
    sys.exit(f"nothing listens at port {port} of {HOST}: is the port taken, or Java missing?")


if __name__ == "__main__":
    main()
