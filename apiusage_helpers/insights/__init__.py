"""Insights: small tables in, values out: what happened, why, and what to do."""
