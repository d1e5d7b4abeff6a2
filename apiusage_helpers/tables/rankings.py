"""Who asks most, and for what: clients and URLs in order of their requests.

The order is by requests descending; ties go by client name, then id (URLs: by template URI, then method). A top table
ends with one row `Other` that holds the rest, so that it always adds up to all requests.
"""

import pandas as pd

from apiusage_helpers.tables.outcomes import OUTCOMES, with_share

OTHER = "Other"
_CLIENT = ["client_id", "client_name"]
_URL = ["http_method", "template_uri"]
_RESULT = ["requests", "successful", "failed"]
_BY_CLIENT = ["client_name", "client_id"]
_BY_URL = ["template_uri", "http_method"]


def top_clients(requests: pd.DataFrame, top: int) -> pd.DataFrame:
    """The `top` clients and Other: rank, client_id, client_name, requests, successful, failed, share."""
    ranked = _grouped(requests, _CLIENT, _RESULT, _BY_CLIENT)
    return _top(ranked, top, "client_name", int(requests["requests"].sum()))


def top_urls(requests: pd.DataFrame, top: int) -> pd.DataFrame:
    """The `top` URLs and Other: rank, http_method, template_uri, requests, successful, failed, share."""
    ranked = _grouped(requests, _URL, _RESULT, _BY_URL)
    return _top(ranked, top, "template_uri", int(requests["requests"].sum()))


def client_requests(requests: pd.DataFrame, total: int) -> pd.DataFrame:
    """One row a client: client_id, client_name, requests, successful, failed, share of `total`."""
    return with_share(_grouped(requests, _CLIENT, _RESULT, _BY_CLIENT), total)


def client_status_codes(requests: pd.DataFrame) -> pd.DataFrame:
    """One row a client: client_id, client_name, the five outcomes, requests."""
    return _grouped(requests, _CLIENT, [*OUTCOMES, "requests"], _BY_CLIENT)


def client_urls(requests: pd.DataFrame) -> pd.DataFrame:
    """One row per client and URL: client_id, client_name, http_method, template_uri, requests, successful, failed."""
    return _grouped(requests, _CLIENT + _URL, _RESULT, _BY_CLIENT + _BY_URL)


def url_requests(requests: pd.DataFrame) -> pd.DataFrame:
    """One row a URL: http_method, template_uri, requests, the five outcomes."""
    return _grouped(requests, _URL, ["requests", *OUTCOMES], _BY_URL)


def _grouped(requests: pd.DataFrame, key: list[str], counts: list[str], ties: list[str]) -> pd.DataFrame:
    sums = requests.groupby(key, as_index=False, sort=False)[counts].sum()
    order = sums.sort_values(["requests", *ties], ascending=[False, *(True for _ in ties)], ignore_index=True)
    return order[key + counts]


def _top(ranked: pd.DataFrame, top: int, label: str, total: int) -> pd.DataFrame:
    first = ranked.head(top)
    table = first.assign(rank=pd.array(range(1, len(first) + 1), dtype="Int64"))
    rest = ranked.iloc[top:]
    if len(rest):
        row = dict.fromkeys(ranked.columns, "") | dict(rest[_RESULT].sum()) | {label: OTHER, "rank": pd.NA}
        table = pd.concat([table, pd.DataFrame([row]).astype(table.dtypes.to_dict())], ignore_index=True)
    return with_share(table, total)[["rank", *ranked.columns, "share"]]
