"""The API Usage report: its tables, checks, panels and the words at its head."""
