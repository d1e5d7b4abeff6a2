"""The rows that a page filters by itself: what every OAuth client asked for on every UTC day, in the figures of the report.

Only where a report is to be looked at without the store are rows handed on one by one; all else derives from summaries.
"""

from typing import Any

import pandas as pd

from apiusage_helpers.selection import Selection
from apiusage_helpers.store import StoredUsage
from apiusage_helpers.tables.outcomes import OUTCOMES, with_outcomes
from apiusage_helpers.tables.summary import REQUEST_KEY, Summary, chosen_rows
from apiusage_helpers.usage import COUNTS

DAY_ROW_KEY = ("date", *REQUEST_KEY)


def day_rows(usage: StoredUsage, selection: Selection, summary: Summary) -> pd.DataFrame:
    """One row per (date, client_id, http_method, template_uri) of the report: requests and the five outcomes."""
    rows: Any = chosen_rows(usage.rows, http_methods=selection.http_methods, excluded=tuple(summary.excluded))
    table = with_outcomes(rows.select(*DAY_ROW_KEY, *COUNTS).collect("pandas").to_native())
    return table[[*DAY_ROW_KEY, "requests", *OUTCOMES]]
