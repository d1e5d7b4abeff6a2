"""Throttling: clients that the platform told to slow down (429), which breaks integrations silently."""

from collections.abc import Iterator

from apiusage_helpers.insights.finding import MONTH, Finding
from apiusage_helpers.insights.history import History
from apiusage_helpers.insights.troubles.rates import Trouble, lower_bounds, main_url, narrowed, troubles
from apiusage_helpers.settings.thresholds import Thresholds
from apiusage_helpers.text import counted, percent, whole


def throttling(history: History, limits: Thresholds) -> Iterator[Finding]:
    """A finding for each client a part of whose requests was refused with 429."""
    refused, requests = history.by_client("throttled"), history.by_client("requests")
    bad = (lower_bounds(refused, requests) >= limits.throttled_share) & (refused >= limits.least_failures)
    for found in troubles(refused, requests, bad, history.first):
        yield _finding(history, found, limits)


def _finding(history: History, found: Trouble, limits: Thresholds) -> Finding:
    url = main_url(history, found.row, "throttled", found.first, found.last)
    found = narrowed(history, found, found.row, url, "throttled")
    name = history.labels[found.row]
    where = f" on {history.url_label(url)}" if url is not None else ""
    days = history.known_days(found.first, found.last)
    return Finding(
        kind="throttling",
        severity="critical" if found.share >= limits.critical_throttled_share else "warning",
        start=history.day(found.first),
        end=history.day(found.last),
        requests=found.failed,
        cause=(
            f"{name}: {whole(found.failed)} of {whole(found.requests)} requests{where} ({percent(found.share)}) were refused "
            f"with 429 in {counted(days, 'day')}. It sent too many in a short time, and may have retried what was refused."
        ),
        remedy=(
            "Reduce its request frequency or spread the load over time; wait as long as the Retry-After header says. "
            "Find the client under Admin > Integrations > OAuth."
        ),
        saving=round(found.failed / days * MONTH),
        evidence={
            "throttled": found.failed, "requests": found.requests, "share": found.share, "days": days, "bad_days": found.bad_days,
            "saving_formula": "throttled / days * 30",
        },
        **history.client(found.row),
        **(history.url(url) if url is not None else {}),
    )  # fmt: skip
