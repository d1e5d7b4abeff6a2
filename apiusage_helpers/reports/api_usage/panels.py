"""The panels of the API Usage report, by the platform's names; in each section in the platform's order."""

from apiusage_helpers.selection import MOST_TOP
from apiusage_helpers.tables.outcomes import OUTCOMES
from apiusage_helpers.tables.panel_spec import RESULTS, Chart, PanelSpec

_CLIENT, _URL = ("client_id", "client_name"), ("http_method", "template_uri")
_COUNTS = ("requests", *RESULTS)
_BARS, _STATUS_BARS = Chart("bars", RESULTS), Chart("bars", OUTCOMES, end="requests")
_TOP_BARS = Chart("bars", RESULTS, most=MOST_TOP + 1)  # as many as were asked for, and Other

PANELS = (
    PanelSpec(
        "requests_per_day", "Requests per day", "day", ("date", *_COUNTS, "complete"),
        Chart("days", RESULTS, compared=True), takeaway="days", check="Most Active Requests",
    ),
    PanelSpec(
        "top_clients", "Top {top} Requests by OAuth Client", "client", ("rank", *_CLIENT, *_COUNTS, "share"), _TOP_BARS,
        section=1, top=True, takeaway="leader", check="Most Active Requests",
    ),
    PanelSpec(
        "status_codes", "HTTP Response Status Codes", "status", ("status", "meaning", "requests", "share"),
        Chart("bars", OUTCOMES, end="share"), section=1, takeaway="statuses", check="HTTP Response Status Codes",
    ),
    PanelSpec(
        "top_urls", "Top {top} Requested URLs", "url", ("rank", *_URL, *_COUNTS, "share"), _TOP_BARS,
        section=1, top=True, takeaway="leader", check="Most Active Requests",
    ),
    PanelSpec(
        "failures_per_day", "Failed share per day", "day",
        ("date", "requests", "failed", "throttled", "failed_share", "throttled_share", "complete"),
        Chart("days", ("throttled", "other_failures"), shares=True), takeaway="failures", check="Failures per day",
    ),
    PanelSpec(
        "client_requests", "Request Counts by OAuth Client", "client", (*_CLIENT, *_COUNTS, "share"), _BARS,
        rows="clients", section=2, takeaway="first_ones", check="OAuth Client Requests",
    ),
    PanelSpec(
        "client_status_codes", "HTTP Response Status Codes by OAuth Client", "client", (*_CLIENT, *OUTCOMES, "requests"),
        Chart("bars", OUTCOMES, shares=True), rows="clients", section=2, takeaway="most_refused",
        check="Status codes by OAuth client",
    ),
    PanelSpec(
        "client_urls", "Request URL Counts by OAuth Client", "client_url", (*_CLIENT, *_URL, *_COUNTS), _BARS,
        rows="clients", section=2, takeaway="first_pair", check="OAuth Client Requests",
    ),
    PanelSpec(
        "url_requests", "URL Requests", "url", (*_URL, "requests", *OUTCOMES), _STATUS_BARS,
        rows="urls", section=3, takeaway="most_failures", check="URL Requests",
    ),
    PanelSpec(
        "success_and_failure", "Total Successful vs. Failed Requests", "outcome", ("outcome", "requests", "share"),
        Chart("share", RESULTS), section=3, takeaway="two_outcomes", check="HTTP Response Status Codes",
    ),
)  # fmt: skip
