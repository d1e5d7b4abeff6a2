"""Kinds of output beyond HTML and text that a panel may carry for the page that is made of it."""

PAGE_ROWS = "application/vnd.api-usage.rows"  # base64 of what page/rows.py packs
