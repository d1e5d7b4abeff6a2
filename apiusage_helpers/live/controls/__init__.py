"""Controls of the live pages: what a reader chooses with, downloads to and opens from."""
