"""The raw store: write-once dated snapshots with manifests, and the record of every attempt."""
