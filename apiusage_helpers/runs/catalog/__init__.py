"""The catalog: what has run, the pages that list it, what differs between two runs, and how long runs are kept."""
