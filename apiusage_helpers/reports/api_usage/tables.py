"""The tables of the API Usage report: what its panels draw is what its CSV files hold.

Section 1 follows the interval and the methods only, as on the platform; the client tables follow `clients` and
`client_template_uris`, the URL table `template_uris`. Every share is of all requests of section 1.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from apiusage_helpers.errors import quoted
from apiusage_helpers.selection import Selection
from apiusage_helpers.tables import rankings
from apiusage_helpers.tables.outcomes import status_codes, success_and_failure
from apiusage_helpers.tables.requests_per_day import failures_per_day, requests_per_day
from apiusage_helpers.tables.summary import Summary
from apiusage_helpers.text import did_you_mean


@dataclass(frozen=True)
class ReportTables:
    """The ten small tables of a report, each in the columns of its CSV file."""

    top_clients: pd.DataFrame
    status_codes: pd.DataFrame
    top_urls: pd.DataFrame
    client_requests: pd.DataFrame
    client_status_codes: pd.DataFrame
    client_urls: pd.DataFrame
    url_requests: pd.DataFrame
    success_and_failure: pd.DataFrame
    requests_per_day: pd.DataFrame
    failures_per_day: pd.DataFrame

    def by_name(self) -> Mapping[str, pd.DataFrame]:
        """Each table under the name of its CSV file."""
        return vars(self)


def report_tables(summary: Summary, selection: Selection, missing: Collection[date] = ()) -> ReportTables:
    """The tables of `selection` from its summary; `missing` are the days that the store does not have."""
    requests = summary.requests
    of_clients = requests[section_2(requests, selection)]
    of_urls = requests[section_3(requests, selection)]
    return ReportTables(
        top_clients=rankings.top_clients(requests, selection.top),
        status_codes=status_codes(requests),
        top_urls=rankings.top_urls(requests, selection.top),
        client_requests=rankings.client_requests(of_clients, summary.total),
        client_status_codes=rankings.client_status_codes(of_clients),
        client_urls=rankings.client_urls(of_clients),
        url_requests=rankings.url_requests(of_urls),
        success_and_failure=success_and_failure(requests),
        requests_per_day=requests_per_day(summary.days, selection.interval, missing),
        failures_per_day=failures_per_day(summary.days, selection.interval, missing),
    )


def section_2(requests: pd.DataFrame, selection: Selection) -> pd.Series:
    """One boolean a row: whether section 2 (OAuth client requests) shows it."""
    chosen = requests["client_id"].isin(chosen_clients(requests, selection.clients)) | (not selection.clients)
    return chosen & _one_of(requests["template_uri"], selection.client_template_uris)


def section_3(requests: pd.DataFrame, selection: Selection) -> pd.Series:
    """One boolean a row: whether section 3 (URL requests) shows it."""
    return _one_of(requests["template_uri"], selection.template_uris)


def chosen_clients(requests: pd.DataFrame, clients: Collection[str]) -> list[str]:
    """The ids of the clients that are chosen by id or by display name; a name may stand for several clients."""
    chosen = requests["client_id"].isin(clients) | requests["client_name"].isin(clients)
    return sorted(requests.loc[chosen, "client_id"].unique())


def unmet_choices(requests: pd.DataFrame, selection: Selection) -> list[str]:
    """Sentences on chosen clients and template URIs that no row of the interval bears."""
    known_clients = set(requests["client_id"]) | set(requests["client_name"])
    known_uris = set(requests["template_uri"])
    return [
        *_unmet("clients", selection.clients, known_clients),
        *_unmet("client_template_uris", selection.client_template_uris, known_uris),
        *_unmet("template_uris", selection.template_uris, known_uris),
    ]


def _one_of(column: pd.Series, values: Sequence[str]) -> pd.Series:
    return column.isin(values) | (not values)


def _unmet(parameter: str, chosen: Collection[str], known: Collection[str]) -> list[str]:
    return [
        f"{parameter}: {quoted(value)} made no request in this interval{did_you_mean(value, known)}"
        for value in chosen
        if value not in known
    ]
