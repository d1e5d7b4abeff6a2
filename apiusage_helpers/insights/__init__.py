"""Insights: small tables in, values out: what happened, why, and what to do.

For an analyst in a notebook:

    from apiusage_helpers.insights import compare, findings, usage_rows
"""

from apiusage_helpers.insights.analysis import compare, findings, usage_rows

__all__ = ["compare", "findings", "usage_rows"]
