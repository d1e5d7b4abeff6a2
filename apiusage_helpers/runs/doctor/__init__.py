"""The doctor: what `apiusage doctor` looks at in store, folders, settings and access."""
