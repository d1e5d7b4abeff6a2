"""A toy report: which URLs are refused, and nothing else."""
