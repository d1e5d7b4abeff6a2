"""Runs: from a params file to a published report."""
