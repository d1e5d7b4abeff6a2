"""The double for hands-on use: it prints the environment to set, then answers until Ctrl-C."""

import argparse
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from double import faults
from double.server import serving
from double.service import Service
from double.truth import invented

parser = argparse.ArgumentParser(description="A double of the Genesys Cloud usage services on loopback.")
parser.add_argument("--port", type=int, default=8998)
parser.add_argument("--seconds", type=float, default=5, help="how long a query takes")
parser.add_argument("--faults", type=int, default=None, help="a seed: spoil some of the answers")
options = parser.parse_args()

today = datetime.now(UTC).date()
service = Service([invented("trial", today, days=120, clients=8, uris=7)], query_seconds=options.seconds)
if options.faults is not None:
    service.schedule = faults.seeded(options.faults, requests=10_000, share=0.1, kinds=faults.PASSING)
(trial,) = service.organizations
with ExitStack() as stack:
    try:
        address = stack.enter_context(serving(service, port=options.port))
    except OSError as fault:
        sys.exit(
            f"port {options.port}: {fault.strerror}: if another double answers there, use it or end it first (Ctrl-C)"
        )
    print(f"export GENESYSCLOUD_API_URL={address} GENESYSCLOUD_LOGIN_URL={address}")
    print(f"export GENESYSCLOUD_OAUTHCLIENT_ID={trial.client_id} GENESYSCLOUD_OAUTHCLIENT_SECRET={trial.secret}")
    print("then: apiusage fetch --organization trial   (a name of its own, apart from your organizations)", flush=True)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        print("stopped")
