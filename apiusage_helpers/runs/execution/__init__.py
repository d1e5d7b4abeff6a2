"""Execution: one run, from a checked params file to a published folder."""
