"""`apiusage fetch` of a month of 200,000 rows from the double, against the double's own time and an import of these rows.

Promises: at most 1.3 x the double's own time (Queued and Running included) plus the import time, for either service; a
peak memory under 1 GB.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "contract")]
from double import service as answers  # noqa: E402  # its folder was just named
from double.server import serving  # noqa: E402
from double.truth import Organization, Row  # noqa: E402

PAIRS = int(os.environ.get("APIUSAGE_PAIRS", "3"))
CLIENTS, URIS, DAYS = 20, 334, 30
GROUPS = frozenset({"OAuthClientId", "OauthClientId", "TemplateUri", "HttpMethod"})
SECONDS = 5.0  # Queued and Running
_MEASURE = (
    "import os, resource, subprocess, sys; done = subprocess.run(sys.argv[1:], stderr=subprocess.PIPE, text=True);"
    "done.returncode and sys.exit(done.stderr); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def month() -> tuple[date, date]:
    last = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
    return last - timedelta(days=DAYS - 1), last


def big() -> Organization:
    first, _ = month()
    rows = [
        Row(first + timedelta(days=day), f"client-{client}", "GET", f"api/v2/invented/{uri}/{{itemId}}/things", uri, 0, 7, 3, 1)
        for day in range(DAYS) for client in range(CLIENTS) for uri in range(URIS)
    ]  # fmt: skip
    names = {f"client-{client}": f"Client {client}" for client in range(CLIENTS)}
    return Organization("big", "id-of-big", "no-secret-of-big", {}, rows, names=names)


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Wall time in seconds and peak memory in GB."""
    shutil.rmtree(environment["APIUSAGE_STORE"], ignore_errors=True)
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command], check=True, env=environment, capture_output=True, text=True
    )
    return time.perf_counter() - started, int(done.stdout.split()[-1]) / 1e6


def own_seconds(service: answers.Service, path: str) -> float:
    """The double's time for the query: its states, then making and encoding every page."""
    query = answers.Query(
        service.organizations[0],
        path,
        *month(),
        frozenset({"OAuthClientId", "OauthClientId", "TemplateUri", "HttpMethod"}),
        0,
    )
    started = time.perf_counter()
    query.rows = answers._rows(query)  # noqa: SLF001  # what it does for a client
    for start in range(0, len(query.rows), 1000 if path == answers.JOBS else len(query.rows)):
        service._page(query, path, {"pageSize": ["1000"], "after": [str(start)]}, None)  # noqa: SLF001  # as above
    return SECONDS + time.perf_counter() - started


def result_file(path: Path, organization: Organization) -> None:
    service = answers.Service([organization])
    query = answers.Query(
        organization, answers.USAGE, *month(), frozenset({"OAuthClientId", "TemplateUri", "HttpMethod"}), 0
    )
    query.rows = answers._rows(query)  # noqa: SLF001  # as above
    path.write_bytes(service._page(query, "", {}, None).body)  # noqa: SLF001  # as above


with tempfile.TemporaryDirectory() as folder:
    organization = big()
    result_file(Path(folder) / "result.json", organization)
    service = answers.Service([organization], query_seconds=SECONDS)
    interval = "{}/{}".format(*month())
    with serving(service) as address:
        environment = os.environ | {
            "APIUSAGE_STORE": f"{folder}/store", "PYTHONPATH": str(ROOT), "HOME": folder, "GENESYSCLOUD_API_URL": address,
            "GENESYSCLOUD_LOGIN_URL": address, "GENESYSCLOUD_OAUTHCLIENT_ID": organization.client_id,
            "GENESYSCLOUD_OAUTHCLIENT_SECRET": organization.secret,
        }  # fmt: skip
        apiusage = [sys.executable, "-m", "apiusage_helpers.cli"]
        fetch = [*apiusage, "fetch", "--organization", "big", "--interval", interval, "--service"]
        read = [*apiusage, "import", f"{folder}/result.json", "--organization", "big", "--interval", interval]
        print(f"{len(organization.rows):,} rows, {Path(folder, 'result.json').stat().st_size / 1e6:.0f} MB as JSON")
        for name, path in (("usage", answers.USAGE), ("jobs", answers.JOBS)):
            ratios = []
            for _ in range(PAIRS):
                fetched, memory = run(
                    [*apiusage, "fetch", "--organization", "big", "--interval", interval, "--service", name],
                    environment,
                )
                imported, _ = run(read, environment)
                own = own_seconds(service, path)
                ratios.append(fetched / (own + imported))
                print(
                    f"{name}: fetch {fetched:.2f} s, the double's own {own:.2f} s, import {imported:.2f} s, "
                    f"ratio {ratios[-1]:.2f}, peak memory {memory:.2f} GB (promise: 1)"
                )
            print(f"{name}: median ratio {statistics.median(ratios):.2f} (promise: 1.30)")
