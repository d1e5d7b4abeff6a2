"""Fetching: which days an organization lacks, asked month by month, stored as they come."""
