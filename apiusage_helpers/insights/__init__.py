"""Insights: small tables in, values out: what happened, why, and what to do.

For an analyst in a notebook:

    from apiusage_helpers.insights import compare, findings, largest_savings, usage_rows
"""

from apiusage_helpers.insights.analysis import compare, findings, usage_rows
from apiusage_helpers.insights.finding import largest_savings

__all__ = ["compare", "findings", "largest_savings", "usage_rows"]
