"""The only place that opens DuckDB: build, publish, query."""
