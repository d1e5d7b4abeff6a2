"""Who asks most, and for what: clients and URLs in order of their requests.

The order is by requests descending; ties go by client name, then id (URLs: by template URI, then method). A top table
ends with one row `Other` that holds the rest, so that it always adds up to all requests.
"""

from collections.abc import Sequence

import pandas as pd

from apiusage_helpers.tables.outcomes import with_share

OTHER = "Other"
CLIENT = ("client_id", "client_name")
URL = ("http_method", "template_uri")
_TIES = ("client_name", "client_id", "template_uri", "http_method")


def ranking(
    requests: pd.DataFrame, key: Sequence[str], counts: Sequence[str], total: int, *, top: int | None = None
) -> pd.DataFrame:
    """One row per `key` (`CLIENT`, `URL` or both): its columns, the sums of `counts`, and `share` of `total` requests.

    With `top` only so many, ranked in the column `rank`, and `Other` where something is left.
    """
    ties = [name for name in _TIES if name in key]
    sums = requests.groupby(list(key), as_index=False, sort=False)[list(counts)].sum()
    order = sums.sort_values(["requests", *ties], ascending=[False, *(True for _ in ties)], ignore_index=True)
    ranked = order[[*key, *counts]]
    return with_share(ranked if top is None else _top(ranked, top, ties[0], counts), total)


def _top(ranked: pd.DataFrame, top: int, label: str, counts: Sequence[str]) -> pd.DataFrame:
    first = ranked.head(top)
    table = first.assign(rank=pd.array(range(1, len(first) + 1), dtype="Int64"))
    rest = ranked.iloc[top:]
    if len(rest):
        row = dict.fromkeys(ranked.columns, "") | dict(rest[list(counts)].sum()) | {label: OTHER, "rank": pd.NA}
        table = pd.concat([table, pd.DataFrame([row]).astype(table.dtypes.to_dict())], ignore_index=True)
    return table[["rank", *ranked.columns]]
