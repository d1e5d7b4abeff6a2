"""Where the two services differ, by OAuth client: the jobs service also counts built-in clients and traffic not billed."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Difference:
    """The requests of one OAuth client as each service counts them, over the same days."""

    client_id: str
    client_name: str
    usage: int
    jobs: int


def differences(usage: Sequence[pa.Table]) -> tuple[Difference, ...]:
    """The OAuth clients whose requests differ, the largest difference first; rows bear the `service` they come from."""
    if not usage:
        return ()
    rows = pa.concat_tables(usage)
    sums = rows.group_by(["service", "client_id"]).aggregate([("requests", "sum"), ("client_name", "max")]).to_pylist()
    names = {row["client_id"]: row["client_name_max"] for row in sorted(sums, key=lambda row: row["client_name_max"])}
    counts = {(row["service"], row["client_id"]): row["requests_sum"] for row in sums}
    both = [
        Difference(name, names[name], counts.get(("usage", name), 0), counts.get(("jobs", name), 0))
        for name in pc.unique(rows["client_id"]).to_pylist()
    ]
    apart = [client for client in both if client.usage != client.jobs]
    return tuple(sorted(apart, key=lambda client: (-abs(client.jobs - client.usage), client.client_id)))
