"""Scheduling: which reports are due at which instant, and a process that makes them."""
