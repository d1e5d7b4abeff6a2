"""The fair-use report: what an organization may request in its billing month, and where it will end."""
