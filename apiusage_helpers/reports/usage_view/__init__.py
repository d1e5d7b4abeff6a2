"""The API Usage view: what it shows, saved and opened again; its figures, tables and graph."""
