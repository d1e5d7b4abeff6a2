"""Reports: one folder a notebook; what a notebook needs to become a report stands there and nowhere else."""
