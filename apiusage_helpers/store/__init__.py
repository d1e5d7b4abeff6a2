"""The store: days of usage rows in a Delta table, partitioned by organization and month.

Files are never changed once written; a commit replaces exactly the days it brings, whole and at once, so a reader
always sees one consistent snapshot. Every day has a marker row (`delta.py`), so that a day without requests differs
from a day that is missing, and every file a checksum (`checksums.py`), so that what was written is recognised. The
store never repairs or guesses: what does not agree is named, with the days it may hold, and not reported.
"""

from apiusage_helpers.store.days import Day, Origin, Written, organizations, stored_days, write_days
from apiusage_helpers.store.forget import forget_days
from apiusage_helpers.store.oauth_clients import ListedClient, listed_clients, write_clients
from apiusage_helpers.store.repair import Repaired, repair_store
from apiusage_helpers.store.scan import StoredUsage, day_digests, refuse_unreadable, scan

__all__ = [
    "Day",
    "ListedClient",
    "Origin",
    "Repaired",
    "StoredUsage",
    "Written",
    "day_digests",
    "forget_days",
    "listed_clients",
    "organizations",
    "refuse_unreadable",
    "repair_store",
    "scan",
    "stored_days",
    "write_clients",
    "write_days",
]
