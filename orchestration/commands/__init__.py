"""The commands of ``warehouse``: one module each, thin; the work is done by functions that Dagster calls too."""
