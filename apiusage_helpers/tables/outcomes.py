"""How requests ended, in words that do not overlap.

The platform's 429 is counted inside its 400. Here the two are told apart once, in `with_outcomes`, and nowhere else:
succeeded (2xx), redirected (3xx), client_errors (4xx without 429), throttled (429), server_errors (5xx). The first two
are successful, the rest failed. `requests` stands as the platform delivered it, also where the statuses miss its sum.
"""

import pandas as pd

from apiusage_helpers.usage import STATUS_MEANINGS

OUTCOMES = ("succeeded", "redirected", "client_errors", "throttled", "server_errors")
SUCCESSFUL = OUTCOMES[:2]
FAILED = OUTCOMES[2:]


def with_outcomes(usage: pd.DataFrame) -> pd.DataFrame:
    """`usage` with the outcomes, `successful` and `failed` (requests) in place of the statuses.

    >>> row = {"status200": [5], "status300": [0], "status400": [3], "status429": [2], "status500": [0]}
    >>> with_outcomes(pd.DataFrame(row)).to_dict("records")[0]["client_errors"]
    1
    """
    outcomes = usage.assign(
        succeeded=usage["status200"],
        redirected=usage["status300"],
        client_errors=usage["status400"] - usage["status429"],
        throttled=usage["status429"],
        server_errors=usage["status500"],
    ).drop(columns=["status200", "status300", "status400", "status429", "status500"])
    return outcomes.assign(
        successful=outcomes[list(SUCCESSFUL)].sum(axis=1),
        failed=outcomes[list(FAILED)].sum(axis=1),
    )


def by_status(requests: pd.DataFrame, total: int) -> pd.DataFrame:
    """One row a status (200, 300, 400, 429, 500): status, meaning, requests, share of `total`; 400 is without 429."""
    table = pd.DataFrame(
        {
            "status": list(STATUS_MEANINGS),
            "meaning": list(STATUS_MEANINGS.values()),
            "requests": [int(requests[outcome].sum()) for outcome in OUTCOMES],
        }
    )
    return with_share(table, total)


def by_outcome(requests: pd.DataFrame, total: int) -> pd.DataFrame:
    """Two rows, successful and failed: outcome, requests, share of `total`."""
    names = ["successful", "failed"]
    table = pd.DataFrame({"outcome": names, "requests": [int(requests[name].sum()) for name in names]})
    return with_share(table, total)


def with_share(table: pd.DataFrame, total: int) -> pd.DataFrame:
    """`table` with `share`: its requests / `total` requests (0 to 1, full precision); NaN when the total is 0."""
    return table.assign(share=table["requests"] / total if total else float("nan"))
