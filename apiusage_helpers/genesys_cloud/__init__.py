"""The Genesys Cloud Public API as a source: who may ask (`credentials`), how politely (`rate_limits`, `session`), and what for
(`queries`, `oauth_clients`). It fetches and checks; it knows no store, and it never asks for the current UTC day.

No SDK: it is 172 MB, renews no token, and its retries cannot be set. Three calls a query are enough.
"""
