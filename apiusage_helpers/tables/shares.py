"""Shares of all requests: 0 to 1 in full precision, and none where there are no requests at all."""

import pandas as pd


def with_share(table: pd.DataFrame, total: int) -> pd.DataFrame:
    """`table` with `share`: its requests / `total` requests; NaN when the total is 0."""
    return table.assign(share=table["requests"] / total if total else float("nan"))
