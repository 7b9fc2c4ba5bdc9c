"""Everything Dagster, thin: assets, checks, jobs, schedules, resources."""
