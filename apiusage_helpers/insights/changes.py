"""What changed from one interval to another: which client, URL and outcome explain it, and what is new or gone.

Every request has one client, URL and outcome, so the differences of these add up to the difference of all requests.
Intervals with missing days are not compared by a caller who means well: what is missing would look like a fall.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.rankings import OTHER
from apiusage_helpers.tables.summary import REQUEST_KEY
from apiusage_helpers.text import TOLD_CELLS, human, percent, signed_percent, url_label, visible, whole

COLUMNS = (
    "rank",
    "client_id",
    "client_name",
    "http_method",
    "template_uri",
    "outcome",
    "previous",
    "requests",
    "change",
)
_KEY = [*REQUEST_KEY, "outcome"]
_COUNTS = ["previous", "requests", "change"]
_WORDS = {
    "succeeded": "successful",
    "redirected": "redirected",
    "client_errors": "refused with 4xx other than 429",
    "throttled": "refused with 429",
    "server_errors": "failed with 5xx",
}


@dataclass(frozen=True)
class Changes:
    """The changes from `before` to `after`: totals in requests, and one row per client, URL and outcome that changed.

    `contributions`: client_id, client_name, http_method, template_uri, outcome, previous, requests, change; the largest
    change first, whatever its sign. `failed` and `throttled` are (before, after).
    """

    previous: int
    requests: int
    failed: tuple[int, int]
    throttled: tuple[int, int]
    contributions: pd.DataFrame
    new_clients: tuple[str, ...]
    vanished_clients: tuple[str, ...]
    new_urls: tuple[tuple[str, str], ...]
    vanished_urls: tuple[tuple[str, str], ...]

    @property
    def change(self) -> int:
        """Requests more (or, below 0, fewer) than before."""
        return self.requests - self.previous


def changes(before: pd.DataFrame, after: pd.DataFrame) -> Changes:
    """The changes between two summaries' `requests`: one row per (client_id, http_method, template_uri), with outcomes."""
    clients = [set(table["client_id"]) for table in (before, after)]
    urls = [set(zip(table["http_method"], table["template_uri"], strict=True)) for table in (before, after)]
    return Changes(
        previous=int(before["requests"].sum()),
        requests=int(after["requests"].sum()),
        failed=(int(before["failed"].sum()), int(after["failed"].sum())),
        throttled=(int(before["throttled"].sum()), int(after["throttled"].sum())),
        contributions=_contributions(before, after),
        new_clients=tuple(sorted(clients[1] - clients[0])),
        vanished_clients=tuple(sorted(clients[0] - clients[1])),
        new_urls=tuple(sorted(urls[1] - urls[0])),
        vanished_urls=tuple(sorted(urls[0] - urls[1])),
    )


def changes_table(found: Changes, top: int) -> pd.DataFrame:
    """The `top` contributions and, where more changed, one row Other, in `COLUMNS`; they add up to all requests.

    Requests that bear no status (rows whose statuses do not add up) are in Other too.
    """
    first = found.contributions.head(top)
    table = first.assign(rank=pd.array(range(1, len(first) + 1), dtype="Int64"))[list(COLUMNS)]
    rest = dict(zip(_COUNTS, (found.previous, found.requests, found.change), strict=True))
    rest = {name: total - int(first[name].sum()) for name, total in rest.items()}
    if len(found.contributions) > top or any(rest.values()):
        row = dict.fromkeys(COLUMNS, "") | rest | {"client_name": OTHER, "rank": pd.NA}
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True) if len(table) else pd.DataFrame([row])
    return table.astype({"rank": "Int64"} | dict.fromkeys(_COUNTS, "int64"))


def changes_in_words(found: Changes, labels: Mapping[str, str], most: int = 5) -> list[str]:
    """Sentences on the change of all requests and of failures, then on the contributions that explain it.

    `labels`: the names of clients by id.
    """
    contributions = found.contributions.head(most)
    told = [_contribution(row, labels) for row in contributions.to_dict("records")]
    rest = found.change - int(contributions["change"].sum())
    more = [_rest(rest)] if len(found.contributions) > most else []
    failures = [_failures(found)] if found.requests or found.previous else []
    return [_total(found), *failures, *told, *more]


def rank_changes(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """The rank by requests of each client that stands in both, before and after, where it is another one."""
    ranks = [_ranks(table) for table in (before, after)]
    both = sorted(set(ranks[0]) & set(ranks[1]))
    return {client: (ranks[0][client], ranks[1][client]) for client in both if ranks[0][client] != ranks[1][client]}


def _ranks(requests: pd.DataFrame) -> dict[str, int]:
    sums = requests.groupby(["client_id", "client_name"], as_index=False)[["requests"]].sum()
    order = sums.sort_values(["requests", "client_name", "client_id"], ascending=[False, True, True])
    return {str(client): place for place, client in enumerate(order["client_id"], 1)}


def _contributions(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    counts = {"previous": _by_outcome(before), "requests": _by_outcome(after)}
    both = pd.DataFrame(counts).fillna(0).astype("int64")
    both["change"] = both["requests"] - both["previous"]
    moved = both[both["change"] != 0].reset_index()
    names = _names(before) | _names(after)
    moved["client_name"] = [names[client] for client in moved["client_id"]]
    moved["size"] = moved["change"].abs()
    ties = ["client_name", "client_id", "template_uri", "http_method", "outcome"]
    order = moved.sort_values(["size", *ties], ascending=[False, *(True for _ in ties)], ignore_index=True)
    return order[list(COLUMNS[1:])]


def _by_outcome(requests: pd.DataFrame) -> "pd.Series[int]":
    """Requests by client, method, template URI and outcome."""
    long = requests.melt(list(REQUEST_KEY), list(OUTCOMES), var_name="outcome", value_name="count")
    return long.groupby(_KEY)["count"].sum()


def _names(requests: pd.DataFrame) -> dict[str, str]:
    return dict(zip(requests["client_id"], requests["client_name"], strict=True))


def _total(found: Changes) -> str:
    if not found.change:
        return f"As many requests as before: {whole(found.requests)}." if found.requests else "No requests, as before."
    share = f" ({signed_percent(found.change / found.previous)})" if found.previous else ""
    word = "more" if found.change > 0 else "fewer"
    totals = (
        f"{whole(found.requests)}, up from {whole(found.previous)}"
        if found.change > 0
        else f"{whole(found.requests)}, down from {whole(found.previous)}"
    )
    return f"{whole(abs(found.change))} {word} requests than before{share}: {totals}."


def _rest(change: int) -> str:
    moved = f"make {whole(abs(change))} {'more' if change > 0 else 'fewer'} requests" if change else "cancel out"
    return f"All other changes together {moved}."


def _failures(found: Changes) -> str:
    before, now = (
        failed / total if total else None
        for failed, total in zip(found.failed, (found.previous, found.requests), strict=True)
    )
    told = f"{whole(found.failed[1])} of {whole(found.requests)} requests failed" + (
        "" if now is None else f" ({percent(now)})"
    )
    if before is None or now is None:
        return f"{told}."
    word = (
        "as before" if percent(before) == percent(now) else f"{'up' if now > before else 'down'} from {percent(before)}"
    )
    return f"{told}, {word}."


def _contribution(row: Mapping[Any, Any], labels: Mapping[str, str]) -> str:
    client = labels.get(row["client_id"], visible(row["client_name"] or row["client_id"]))
    change, before, after = (int(row[name]) for name in ("change", "previous", "requests"))
    word = "more" if change > 0 else "fewer"
    url = url_label(row["http_method"], row["template_uri"], TOLD_CELLS)
    how = _WORDS[row["outcome"]]
    return f"{client}: {whole(abs(change))} {word} {url} {how} ({human(before)} to {human(after)})."
