"""Settings: YAML files checked as a whole before anything runs; the parameter models of reports are handed in."""
