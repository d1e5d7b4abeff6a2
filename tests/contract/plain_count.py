"""An independent count: every CSV of a report from raw rows, in plain Python, from the words of the contract alone.

Nothing of the kit is imported here. A row is a dict with date (ISO text), client_id, client_name, http_method,
template_uri, requests and the five statuses as integers.
"""

from collections import defaultdict
from datetime import date, timedelta

STATUSES = ("status200", "status300", "status400", "status429", "status500")
MEANINGS = {
    "200": "2xx: succeeded",
    "300": "3xx: redirected",
    "400": "4xx other than 429: refused by the request",
    "429": "429: too many requests",
    "500": "5xx: server error",
}


def expected_files(rows, start, end, *, present=None, top=5, clients=(), client_template_uris=(), template_uris=(),
                   http_methods=(), excluded=()):  # fmt: skip
    """The records of each CSV file, as text, header first; a share is a float or None."""
    days = days_of(start, end)
    rows = [row for row in rows if start <= row["date"] <= end]
    names = names_of(rows)
    rows = [row for row in rows if not http_methods or row["http_method"] in http_methods]
    rows = [row for row in rows if row["client_id"] not in excluded]
    total = sum(row["requests"] for row in rows)
    of_clients = [
        row for row in rows
        if (not clients or row["client_id"] in clients or names[row["client_id"]] in clients)
        and (not client_template_uris or row["template_uri"] in client_template_uris)
    ]  # fmt: skip
    of_urls = [row for row in rows if not template_uris or row["template_uri"] in template_uris]
    return {
        "api_usage.csv": _api_usage(rows),
        "top_clients.csv": _top(_by_client(rows, names), top, total, ("client_id", "client_name"), other=1),
        "top_urls.csv": _top(_by_url(rows), top, total, ("http_method", "template_uri"), other=1),
        "status_codes.csv": _status_codes(rows, total),
        "client_requests.csv": _client_requests(of_clients, names, total),
        "client_status_codes.csv": _client_status_codes(of_clients, names),
        "client_urls.csv": _client_urls(of_clients, names),
        "url_requests.csv": _url_requests(of_urls),
        "success_and_failure.csv": _success_and_failure(rows, total),
        "requests_per_day.csv": _requests_per_day(rows, days, present),
        "failures_per_day.csv": _failures_per_day(rows, days, present),
    }


def expected_summary(rows, start, end, before, *, complete=True):
    """The records of summary.csv but those of fair use; `before` are the first and last day that are compared with."""
    now = [row for row in rows if start <= row["date"] <= end]
    then = [row for row in rows if before[0] <= row["date"] <= before[1]]
    records = [("metric", "value", "previous", "change")]
    for name, of in (("requests", _requests), ("failed_share", _failed_share), ("throttled_share", _throttled_share),
                     ("active_clients", lambda rows: len(_ids(rows)))):  # fmt: skip
        value, previous = of(now), of(then) if complete else None
        change = None if value is None or previous is None else value - previous
        records.append((name, *(str(n) if isinstance(n, int) else n for n in (value, previous, change))))
    for name, clients in (("new_clients", _ids(now) - _ids(then)), ("silent_clients", _ids(then) - _ids(now))):
        records.append((name, str(len(clients)) if complete else None, None, None))
    return records


def _ids(rows):
    return {row["client_id"] for row in rows}


def _requests(rows):
    return sum(row["requests"] for row in rows)


def _failed_share(rows):
    return _share(sum(row["status400"] + row["status500"] for row in rows), _requests(rows))


def _throttled_share(rows):
    return _share(sum(row["status429"] for row in rows), _requests(rows))


def days_of(start, end):
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return [str(first + timedelta(days=n)) for n in range((last - first).days + 1)]


def names_of(rows):
    newest = {}
    for row in rows:
        candidate = (row["date"], row["client_name"])
        newest[row["client_id"]] = max(newest.get(row["client_id"], ("", "")), candidate)
    return {client: name for client, (_, name) in newest.items()}


def _outcomes(row):
    """succeeded, redirected, client errors, throttled, server errors."""
    return (row["status200"], row["status300"], row["status400"] - row["status429"], row["status429"], row["status500"])


def _group(rows, key):
    """Per key: requests and the five outcomes."""
    sums = defaultdict(lambda: [0] * 6)
    for row in rows:
        for place, count in enumerate((row["requests"], *_outcomes(row))):
            sums[key(row)][place] += count
    return sums


def _result(counts):
    requests, ok, moved, refused, many, broken = counts
    return (requests, ok + moved, refused + many + broken)


def _by_client(rows, names):
    groups = _group(rows, lambda row: row["client_id"])
    return [
        ((client, names[client]), _result(c))
        for client, c in sorted(groups.items(), key=lambda g: (-g[1][0], names[g[0]], g[0]))
    ]


def _by_url(rows):
    groups = _group(rows, lambda row: (row["template_uri"], row["http_method"]))
    return [((method, uri), _result(c)) for (uri, method), c in sorted(groups.items(), key=lambda g: (-g[1][0], g[0]))]


def _top(ranked, top, total, columns, other):
    records = [("rank", *columns, "requests", "successful", "failed", "share")]
    for rank, (key, counts) in enumerate(ranked[:top], 1):
        records.append((str(rank), *map(guarded, key), *map(str, counts), _share(counts[0], total)))
    if ranked[top:]:
        rest = [sum(counts[place] for _, counts in ranked[top:]) for place in range(3)]
        label = ["", ""]
        label[other] = "Other"
        records.append(("", *label, *map(str, rest), _share(rest[0], total)))
    return records


def _api_usage(rows):
    names = ("date", "client_id", "client_name", "http_method", "template_uri", "requests", *STATUSES)
    texts = [tuple(guarded(str(row[name])) for name in names) for row in rows]
    return [names, *sorted(texts)]


def _status_codes(rows, total):
    counts = [sum(_outcomes(row)[place] for row in rows) for place in range(5)]
    records = [(status, MEANINGS[status], str(n), _share(n, total)) for status, n in zip(MEANINGS, counts, strict=True)]
    return [("status", "meaning", "requests", "share"), *records]


def _client_requests(rows, names, total):
    header = ("client_id", "client_name", "requests", "successful", "failed", "share")
    ranked = _by_client(rows, names)
    return [header, *((*map(guarded, key), *map(str, counts), _share(counts[0], total)) for key, counts in ranked)]


def _client_status_codes(rows, names):
    header = (
        "client_id",
        "client_name",
        "succeeded",
        "redirected",
        "client_errors",
        "throttled",
        "server_errors",
        "requests",
    )
    groups = _group(rows, lambda row: row["client_id"])
    ordered = sorted(groups.items(), key=lambda g: (-g[1][0], names[g[0]], g[0]))
    return [header, *((guarded(client), guarded(names[client]), *map(str, (*c[1:], c[0]))) for client, c in ordered)]


def _client_urls(rows, names):
    header = ("client_id", "client_name", "http_method", "template_uri", "requests", "successful", "failed")
    groups = _group(rows, lambda row: (row["client_id"], row["template_uri"], row["http_method"]))
    ordered = sorted(groups.items(), key=lambda g: (-g[1][0], names[g[0][0]], *g[0]))
    return [
        header,
        *(
            (*map(guarded, (client, names[client], method, uri)), *map(str, _result(c)))
            for (client, uri, method), c in ordered
        ),
    ]


def _url_requests(rows):
    header = (
        "http_method",
        "template_uri",
        "requests",
        "succeeded",
        "redirected",
        "client_errors",
        "throttled",
        "server_errors",
    )
    groups = _group(rows, lambda row: (row["template_uri"], row["http_method"]))
    ordered = sorted(groups.items(), key=lambda g: (-g[1][0], g[0]))
    return [header, *((guarded(method), guarded(uri), *map(str, c)) for (uri, method), c in ordered)]


def _success_and_failure(rows, total):
    sums = [sum(sum(_outcomes(row)[:2]) for row in rows), sum(sum(_outcomes(row)[2:]) for row in rows)]
    records = [(name, str(n), _share(n, total)) for name, n in zip(("successful", "failed"), sums, strict=True)]
    return [("outcome", "requests", "share"), *records]


def _requests_per_day(rows, days, present):
    groups = _group(rows, lambda row: row["date"])
    there = set(days if present is None else present)
    records = [(day, *map(str, _result(groups.get(day, [0] * 6))), str(day in there)) for day in days]
    return [("date", "requests", "successful", "failed", "complete"), *records]


def _failures_per_day(rows, days, present):
    groups = _group(rows, lambda row: row["date"])
    there = set(days if present is None else present)
    records = [("date", "requests", "failed", "throttled", "failed_share", "throttled_share", "complete")]
    for day in days:
        requests, _, _, refused, many, broken = groups.get(day, [0] * 6)
        failed = refused + many + broken
        counts = (str(requests), str(failed), str(many))
        records.append((day, *counts, _share(failed, requests), _share(many, requests), str(day in there)))
    return records


def _share(count, total):
    return count / total if total else None


def guarded(text):
    stripped = text.lstrip("'")
    return "'" + text if stripped and stripped[0] in "=+-@\t\r\n\0|%＝＋－＠" else text
