"""An independent count of the API Usage view from raw rows, in plain Python: two tables, days, and what is filtered.

Nothing of the kit is imported here. A row is a dict as in plain_count.py; a URL is (method, template URI).
"""

from collections import Counter, defaultdict
from datetime import date, timedelta


def expected_view(rows, start, end, *, http_methods=(), clients=(), urls=(), statuses=()):
    """The tables as lists of records (in order), the counts of each day, and the sums over all and under the filter."""
    rows = [row for row in rows if start <= row["date"] <= end]
    names = {}
    for row in sorted(rows, key=lambda row: (row["date"], row["client_name"])):
        names[row["client_id"]] = row["client_name"]
    rows = [row for row in rows if not http_methods or row["http_method"] in http_methods]
    of_clients = [
        row for row in rows if not clients or row["client_id"] in clients or names[row["client_id"]] in clients
    ]
    of_urls = [row for row in rows if not urls or (row["http_method"], row["template_uri"]) in urls]
    both = [row for row in of_clients if not urls or (row["http_method"], row["template_uri"]) in urls]
    of_clients, of_urls, both = ([counted(row, statuses) for row in some] for some in (of_clients, of_urls, both))
    return {
        "clients": ranked_table(rows, of_urls if urls or statuses else None, lambda row: row["client_id"], lambda key: (names[key], key),
                          {key for key in names if key in clients or names[key] in clients}),
        "urls": ranked_table(rows, of_clients if clients or statuses else None, lambda row: (row["http_method"], row["template_uri"]),
                       lambda key: (key[1], key[0]), set(urls)),
        "days": days_of(both, start, end),
        "total": sum(row["requests"] for row in rows),
        "filtered": sum(row["requests"] for row in both),
    }  # fmt: skip


def counted(row, statuses):
    """The row with the requests of some statuses only (none named: as it is); 400 is without 429."""
    if not statuses:
        return row
    kept = {name: row[f"status{name}"] if name in statuses else 0 for name in ("200", "300", "429", "500")}
    refused = row["status400"] - row["status429"] if "400" in statuses else 0
    return row | {f"status{name}": count for name, count in kept.items()} | {
        "status400": refused + kept["429"], "requests": sum(kept.values()) + refused,
    }  # fmt: skip


def ranked_table(rows, under, key, ties, chosen):
    """(key, requests, failed, throttled, share, filtered requests, filtered share), most requests first; rows without requests
    are gone.
    """
    failed, throttled = (_sums(rows, key, counts) for counts in (("status400", "status500"), ("status429",)))
    counts, total = _sums(rows, key), sum(row["requests"] for row in rows)
    filtered, all_filtered = (
        (_sums(under, key), sum(row["requests"] for row in under)) if under is not None else (None, 0)
    )
    ranking = counts if filtered is None else filtered
    shown = [one for one in set(counts) | chosen if ranking[one] > 0 or one in chosen]
    return [
        (one, counts[one], failed[one], throttled[one], counts[one] / total if total else None,
         None if filtered is None else filtered[one],
         None if filtered is None or not all_filtered else filtered[one] / all_filtered)
        for one in sorted(shown, key=lambda one: (-ranking[one], ties(one)))
    ]  # fmt: skip


def _sums(rows, key, counts=("requests",)):
    sums = Counter()
    for row in rows:
        sums[key(row)] += sum(row[name] for name in counts)
    return sums


def days_of(rows, start, end):
    """date -> (requests, 2xx, 3xx, 4xx without 429, 429, 5xx)."""
    sums = defaultdict(lambda: [0] * 6)
    for row in rows:
        parts = (row["requests"], row["status200"], row["status300"], row["status400"] - row["status429"], row["status429"],
                 row["status500"])  # fmt: skip
        sums[row["date"]] = [a + b for a, b in zip(sums[row["date"]], parts, strict=True)]
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return {
        str(first + timedelta(days=n)): tuple(sums[str(first + timedelta(days=n))])
        for n in range((last - first).days + 1)
    }
