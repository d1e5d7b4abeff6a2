"""`apiusage fetch --organization all` of ten organizations at once, against the same ten one after another.

Each query takes 5 s on the server. Promise: at once takes at most 0.3 x the time of one after another.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "contract")]
from double.server import serving  # noqa: E402  # its folder was just named
from double.service import Service  # noqa: E402
from double.truth import invented  # noqa: E402

today = datetime.now(UTC).date()
names = [f"org{number}" for number in range(10)]
organizations = [invented(name, today, days=30, clients=20, uris=20) for name in names]
INTERVAL = f"{today - timedelta(days=9)}/{today - timedelta(days=3)}"


def seconds(*wanted: str) -> float:
    shutil.rmtree(environment["APIUSAGE_STORE"], ignore_errors=True)
    started = time.perf_counter()
    for name in wanted:
        command = [
            sys.executable,
            "-m",
            "apiusage_helpers.cli",
            "fetch",
            "--organization",
            name,
            "--interval",
            INTERVAL,
        ]
        subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


with tempfile.TemporaryDirectory() as folder:
    profiles = [
        f'[{o.name}]\nclient_credentials = "{o.client_id}"\nclient_secret = "{o.secret}"\n' for o in organizations
    ]
    (Path(folder) / ".gc").mkdir()
    (Path(folder) / ".gc" / "config.toml").write_text("\n".join(profiles), encoding="utf-8")
    with serving(Service(organizations, query_seconds=5)) as address:
        environment = os.environ | {
            "APIUSAGE_STORE": f"{folder}/store", "PYTHONPATH": str(ROOT), "HOME": folder,
            "GENESYSCLOUD_API_URL": address, "GENESYSCLOUD_LOGIN_URL": address,
        }  # fmt: skip
        together, apart = seconds("all"), seconds(*names)
    print(
        f"ten at once {together:.1f} s, one after another {apart:.1f} s, ratio {together / apart:.2f} (promise: 0.30)"
    )
