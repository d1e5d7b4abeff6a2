"""What the pages of a report and of a saved view show under a choice, from raw rows in plain Python.

Nothing of the kit is imported here. Rows and choices are those of plain_choice.py.
"""

from typing import Any

import plain_count
import plain_view
from plain_choice import MISSING, chosen_rows
from plain_count import guarded

START, END = "2026-11-17", "2026-11-23"
SHARED = ("top_clients", "status_codes", "top_urls", "client_requests", "success_and_failure")
CRM = "be00660c-da42-4b48-82d3-4e1c90a573b7"
DETAILS, LOOKUP = (
    "POST api/v2/analytics/conversations/details/query",
    "GET api/v2/externalcontacts/reversewhitepageslookup",
)
SAVED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a client": {"filter_clients": ["CRM sync"]},
    "a client and a request": {"filter_clients": [CRM], "filter_urls": [LOOKUP]},
    "a client and two statuses": {"filter_clients": [CRM], "filter_statuses": ["429", "500"]},
    "what nothing meets": {"filter_clients": ["nobody"], "filter_urls": [DETAILS], "http_methods": ["GET"]},
    "one day": {"date_range": "2026-11-23/2026-11-23"},
}


def expected(rows: list[dict[str, Any]], choice: list[tuple[str, str]]) -> dict[str, list[tuple[Any, ...]]]:
    """The records of every filtered CSV file: shares of all requests, and beside them those of the filtered ones."""
    total = sum(row["requests"] for row in rows)
    present = [day for day in plain_count.days_of(START, END) if day != MISSING]
    kept = chosen_rows(rows, choice)
    files = plain_count.expected_files(kept, START, END, present=present)
    days = {value for facet, value in choice if facet == "days"}
    for name in ("requests_per_day.csv", "failures_per_day.csv"):
        header, *records = files[name]
        files[name] = [header, *(record for record in records if not days or record[0] in days)]
    for name in SHARED:
        header, *records = files[f"{name}.csv"]
        of_all = header.index("requests")
        files[f"{name}.csv"] = [
            (*header, "filtered_share"),
            *((*r[:-1], int(r[of_all]) / total, r[-1]) for r in records),
        ]
    del files["api_usage.csv"]
    return files


def view_files(
    rows: list[dict[str, Any]], choice: list[tuple[str, str]], saved: dict[str, Any]
) -> dict[str, list[tuple[Any, ...]]]:
    """The records of the view's CSV files: a saved click holds until something is chosen in its table."""
    facets = {facet for facet, _ in choice}
    clients = {
        row["client_id"] for row in rows if {row["client_id"], row["client_name"]} & {*saved.get("filter_clients", [])}
    }
    held = [("clients", one) for one in clients or {"nobody"} if "filter_clients" in saved and "clients" not in facets]
    if not facets & {"requests", "uris"}:
        held += [("requests", url) for url in saved.get("filter_urls", [])]
    if "statuses" not in facets:
        held += [("statuses", status) for status in saved.get("filter_statuses", [])]
    acting = [*choice, *held]
    names = {row["client_id"]: row["client_name"] for row in rows}

    def under(*without: str) -> list[dict[str, Any]] | None:
        left = [(facet, value) for facet, value in acting if facet not in without]
        return chosen_rows(rows, left) if left else None

    def chosen(*facets: str) -> set[Any]:
        return {(facet, value) for facet, value in acting if facet in facets}

    kept_clients = {value for _, value in chosen("clients")} & {*names}
    urls = {(row["http_method"], row["template_uri"]) for row in rows}
    urls |= {tuple(url.split(" ", 1)) for url in saved.get("filter_urls", [])}
    kept_urls = {
        (method, uri)
        for method, uri in urls
        if chosen("requests", "uris")
        and (not chosen("requests") or ("requests", f"{method} {uri}") in acting)
        and (not chosen("uris") or ("uris", uri) in acting)
    }
    tables = {
        "view_clients": plain_view.ranked_table(
            rows, under("clients"), lambda row: row["client_id"], lambda key: (names[key], key), kept_clients
        ),
        "view_urls": plain_view.ranked_table(
            rows, under("requests", "uris"), lambda row: (row["http_method"], row["template_uri"]),
            lambda key: (key[1], key[0]), kept_urls,
        ),
    }  # fmt: skip
    both = under()
    days = plain_view.days_of(rows if both is None else both, START, END)
    wanted = {value for facet, value in choice if facet == "days"}
    figures = ("requests", "failed", "throttled", "share", "filtered_requests", "filtered_share")
    return {
        "view_clients": [
            ("client_id", "client_name", "kind", *figures),
            *((guarded(key), guarded(names[key]), "", *texts(rest)) for key, *rest in tables["view_clients"]),
        ],
        "view_urls": [
            ("http_method", "template_uri", *figures),
            *((*map(guarded, key), *texts(rest)) for key, *rest in tables["view_urls"]),
        ],
        "view_days": [
            ("date", "requests", "succeeded", "redirected", "client_errors", "throttled", "server_errors", "complete"),
            *((day, *map(str, counts), str(day != MISSING)) for day, counts in days.items() if not wanted or day in wanted),
        ],
    }  # fmt: skip


def texts(figures: list[Any]) -> list[Any]:
    """Counts as text, shares as numbers, as `as_read` reads them."""
    *counts, share, filtered, filtered_share = figures
    return [*map(str, counts), share, "" if filtered is None else str(filtered), filtered_share]


def shown_columns(records: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns that a reader sees: no kind where none is known, nothing filtered where nothing acts on the table."""
    header, *rows = records
    filtered = "filtered_requests" in header and any(row[header.index("filtered_requests")] for row in rows)
    places = [n for n, name in enumerate(header) if name != "kind" and (filtered or not name.startswith("filtered_"))]
    return tuple(header[n] for n in places), [tuple(row[n] for n in places) for row in rows]
