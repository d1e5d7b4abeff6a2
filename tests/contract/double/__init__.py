"""A double of the Genesys Cloud usage services: it follows their published schemas, and misbehaves as the real ones do.

`truth` invents what organizations did, `service` answers requests about it, `faults` spoils answers on purpose;
`server` speaks HTTP on loopback, `virtual` the same on a clock of its own, for tests without waiting.
`python -m double` (in tests/contract) or `make double` starts it for hands-on use.
"""
