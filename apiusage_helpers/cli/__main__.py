"""`python -m apiusage_helpers.cli` is the command `apiusage`."""

from apiusage_helpers.cli import main

main()
