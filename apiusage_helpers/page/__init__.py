"""The one-file page: executed notebook or HTML in, one page out that opens anywhere; it knows no report."""
