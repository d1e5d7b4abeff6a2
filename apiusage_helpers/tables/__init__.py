"""Small tables: the one pass over many rows, and all that derives from it."""
