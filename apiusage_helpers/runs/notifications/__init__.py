"""Notifications: what is to be told, to whom, once, and how it is sent."""
